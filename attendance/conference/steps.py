"""The Attendance Review Conference and its plan (domain.md A2.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.forms import DayForm
from attendance.common.states import SUPERVISE, WORK, AttendanceFlow
from attendance.conference import letters
from attendance.conference.forms import (
    ActionDoneForm,
    HeldForm,
    PlanForm,
    PlanReviewForm,
    RescheduleForm,
    ScheduleForm,
    SignPlanForm,
)
from attendance.models import Arc, PlanAction, PlanReview
from attendance.rules import clocks, conditions, periods
from casework.engine import date_rules
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SubjectState, Workflow, step, unmet
from casework.models import Event


class ArcState(models.TextChoices):
    """Where a conference stands."""

    REQUESTED = "REQUESTED", _("To be scheduled")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    RESCHEDULED = "RESCHEDULED", _("Scheduled again")
    HELD = "HELD", _("Held, the plan is to be written")
    NOT_HELD = "NOT_HELD", _("Could not be held")
    PLAN_DRAFT = "PLAN_DRAFT", _("Plan drafted, to be signed")
    PLAN_SIGNED = "PLAN_SIGNED", _("Plan signed, to be begun")
    PLAN_ACTIVE = "PLAN_ACTIVE", _("Plan in force")
    REVIEWED = "REVIEWED", _("Plan reviewed")
    COMPLETED = "COMPLETED", _("Goals met")
    FAILED = "FAILED", _("Ended without success")
    CANCELLED = "CANCELLED", _("Cancelled")


S = ArcState
STATE = SubjectState(S)
INVITED = [S.SCHEDULED, S.RESCHEDULED]
BEFORE_HELD = [S.REQUESTED, *INVITED]


def action_open(flow: ArcWorkflow) -> object:
    """The plan has an action that is not done."""
    return unmet(bool(flow.open_actions()), _("Every action of the plan is done."))


def prepare_review(flow: Workflow) -> dict[str, Any]:
    """Attendance in the school days before the signature, and since the signature or the last
    review."""
    arc = flow.process
    assert isinstance(arc, Arc)
    assert arc.signed_on is not None
    since = max(
        [
            arc.signed_on,
            *(row.on for row in flow.file.children["plan_review"] if row.arc_id == arc.id),
        ]
    )
    span = int(flow.policy.require("process_sla.arc.review_every.n"))
    before = periods.last_days(flow, arc.signed_on + timedelta(days=1), span)
    after = periods.days_since(flow, since, flow.turn.today + timedelta(days=1))
    return {
        "before": periods.count(flow.case.student_id, before).as_dict(),
        "after": periods.count(flow.case.student_id, after).as_dict(),
    }


class ArcWorkflow(AttendanceFlow):
    """From the request to the end of the plan."""

    kind, version = "ARC", "arc-2026"
    born = (S.REQUESTED,)
    final = (S.COMPLETED, S.FAILED, S.CANCELLED)
    labels = dict(S.choices)
    clocks = clocks.ARC
    state = STATE

    @property
    def arc(self) -> Arc:
        """The conference that is moved."""
        assert isinstance(self.subject, Arc)
        return self.subject

    def open_actions(self) -> list[PlanAction]:
        """What the plan in force still asks for."""
        return [
            row
            for row in self.file.children["plan_action"]
            if row.arc_id == self.arc.id and not (row.done_on or row.dropped_on)
        ]

    def begin(self) -> None:
        """Day 0 is the day of detection."""
        if self.turn.actor is not None:
            # a night opens thousands: their counts are read when the conference is scheduled
            self._count()
        self.open_task("SCHEDULE_ARC", role="SSW", clock="arc_schedule")
        self.open_task("HOLD_ARC", role="SSW", clock="arc_hold")

    # -- the conference ----------------------------------------------------------------------------

    @step(
        STATE,
        source=S.REQUESTED,
        target=S.SCHEDULED,
        label=_("Schedule the conference"),
        by=(WORK,),
        form=ScheduleForm,
        primary=True,
        prepare=letters.prepare_invitation,
        does=_("Sets day and place of the Attendance Review Conference and invites the family."),
        makes=_("The invitation in the family's language, and an entry for calendars."),
    )
    def schedule_conference(self) -> None:
        """Within five school days of detection."""
        self._set_day()
        self.finish_task("SCHEDULE_ARC", str(self.data["on"]))

    @step(
        STATE,
        source=[*INVITED, S.NOT_HELD],
        target=S.RESCHEDULED,
        label=_("Set another day"),
        by=(WORK,),
        form=RescheduleForm,
        prepare=letters.prepare_reschedule,
        does=_("Sets another day for the conference and tells the family."),
        makes=_("A letter with the new day."),
    )
    def reschedule_conference(self) -> None:
        """Every day that was set is an attempt; the date by which it must be held does not move."""
        self._drop_meeting()
        self._set_day()
        if self.came_from == S.NOT_HELD:
            self.finish_task("AFTER_NOT_HELD", "another day")
            self.open_task("HOLD_ARC", role="SSW", clock="arc_hold")

    def _count(self) -> None:
        totals = periods.tally(self)
        self.arc.counts = {"unexcused": totals.unexcused, "absences": totals.absences}

    def _set_day(self) -> None:
        self._worked()
        if not self.arc.counts:
            self._count()
        data, arc = self.data, self.arc
        arc.attempts += 1
        arc.invitees = data["invitees"]
        arc.interpreter = data["interpreter"]
        arc.language = data["language"]
        arc.invited_on = self.effective_on
        starts = date_rules.local_instant(data["on"], data["at"], settings.TIME_ZONE)
        self.appoint("ARC", starts, data["place"], interpreter=data["interpreter"])

    def _drop_meeting(self) -> None:
        for meeting in self.file.appointments:
            if meeting.process_id == self.arc.id and meeting.cancelled_at is None:
                meeting.cancelled_at, meeting.sequence = self.turn.now, meeting.sequence + 1
                self.file.touch(meeting)

    @step(
        STATE,
        source=INVITED,
        target=S.HELD,
        label=_("Record the conference"),
        by=(WORK,),
        form=HeldForm,
        primary=True,
        does=_("Keeps who met, why the student is absent and what was concluded."),
        makes=_("The duty to have the plan signed."),
        cite="G.S. 115C-378",
    )
    def hold_conference(self) -> None:
        """Within ten school days of detection, with the parent or the student."""
        self._worked()
        self.effective_on = self.data["on"]
        self._keep_record()
        self.case.arc_held_on = self.effective_on
        self._contact(self.effective_on)
        if self.arc.disability == Arc.Disability.SUSPECTED:
            self.case.exclusions = conditions.with_exclusion(
                self.case.exclusions, "disability_related_pending", True
            )
        for kind in ("SCHEDULE_ARC", "HOLD_ARC"):
            self.finish_task(kind, "held")
        self.finish_task("ROOT_CAUSE", ", ".join(self.arc.causes)[:200])
        self.open_task("SIGN_PLAN", role="SSW", clock="arc_sign")

    def _keep_record(self) -> None:
        data, arc = self.data, self.arc
        arc.held_on = data["on"]
        arc.attendees = data["attendees"]
        arc.minutes = data["minutes"]
        arc.causes = data["causes"]
        arc.disability = data["disability"]
        arc.notified = data["notified"] == "yes"
        arc.outcomes = data["outcomes"]

    @step(
        STATE,
        source=BEFORE_HELD,
        target=S.NOT_HELD,
        label=_("The conference could not be held"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[conditions.attempted],
        does=_("Keeps why, after two attempts by two means."),
        makes=_("The duty to decide what follows."),
        cite="G.S. 115C-378",
    )
    def not_held(self) -> None:
        """'Confer with the student and the parent, if possible': two documented attempts by two
        means say that it was not."""
        self._worked()
        self._drop_meeting()
        self.arc.not_held_on = self.effective_on
        for kind in ("SCHEDULE_ARC", "HOLD_ARC"):
            self.finish_task(kind, "not held")
        self.open_task("AFTER_NOT_HELD", role="SSW", clock="arc_not_held")

    @step(
        STATE,
        source=[*BEFORE_HELD, S.NOT_HELD],
        target=S.CANCELLED,
        label=_("Cancel the conference"),
        by=(SUPERVISE,),
        form=ReasonForm,
        does=_("Ends the conference before it took place. The supervisor alone may do this."),
    )
    def cancel_conference(self) -> None:
        """Not a way around the obligation: with a reason, by the supervisor."""
        self._drop_meeting()
        self._end("cancelled")

    # -- the plan ----------------------------------------------------------------------------------

    @step(
        STATE,
        source=[S.HELD, S.NOT_HELD, S.PLAN_DRAFT, S.REVIEWED],
        target=S.PLAN_DRAFT,
        label=_("Write the plan"),
        by=(WORK,),
        form=PlanForm,
        primary=True,
        does=_("Keeps the goals and who does what until when."),
        makes=_("A plan to be signed."),
    )
    def draft_plan(self) -> None:
        """Goals that can be measured, actions with owner and date, resources."""
        self._worked()
        self.arc.goal_percent = self.data["goal_percent"]
        self.arc.goal_unexcused = self.data["goal_unexcused"]
        self.arc.resources = self.data["resources"]
        self._replace_actions()
        self.finish_task("AFTER_NOT_HELD", "without the family")
        self.finish_task("REVIEW_PLAN", gettext_noop("a new plan"), cancelled=True)
        if not self.has_task("SIGN_PLAN"):
            self.open_task("SIGN_PLAN", role="SSW", clock="arc_sign")

    def _replace_actions(self) -> None:
        """What was open falls away; the new actions are numbered after all that there were."""
        for row in self.open_actions():
            row.dropped_on = self.effective_on
            self.file.touch(row)
        taken = len(self.file.children["plan_action"])
        for number, line in enumerate(self.data["actions"], start=taken + 1):
            row = PlanAction(
                id=uuid4(), number=number, what=line["what"], owner=line["owner"], due=line["due"]
            )
            row.case_id, row.arc_id = self.case.id, self.arc.id
            self.file.add(row)

    @step(
        STATE,
        source=S.PLAN_DRAFT,
        target=S.PLAN_SIGNED,
        label=_("Record the signatures"),
        by=(WORK,),
        form=SignPlanForm,
        primary=True,
        prepare=letters.prepare_plan,
        does=_("Keeps who signed and who refused; the plan counts from this day."),
        makes=_("A copy of the plan for the family."),
    )
    def sign_plan(self) -> None:
        """Signatures of parent and student, or that they refused."""
        self._worked()
        self.effective_on = self.data["on"]
        self.arc.signed_on = self.case.plan_from = self.effective_on
        self.arc.parent_signature = self.data["parent"]
        self.arc.student_signature = self.data["student"]
        self.finish_task("SIGN_PLAN", "signed")
        self.open_task("START_PLAN", role="SSW", clock="arc_start")
        self.open_task("REVIEW_PLAN", role="SSW", clock="arc_review")

    @step(
        STATE,
        source=S.PLAN_SIGNED,
        target=S.PLAN_ACTIVE,
        label=_("Begin the plan"),
        by=(WORK,),
        form=DayForm,
        primary=True,
        does=_("Says that everybody has a copy and knows their part."),
    )
    def start_plan(self) -> None:
        """Copies are out; the review counts from the signature."""
        self._worked()
        self.effective_on = self.arc.started_on = self.data["on"]
        self.finish_task("START_PLAN", "begun")

    @step(
        STATE,
        source=[S.PLAN_SIGNED, S.PLAN_ACTIVE, S.REVIEWED],
        label=_("An action of the plan is done"),
        by=(WORK,),
        form=ActionDoneForm,
        event=Event.Kind.FACT,
        conditions=[action_open],
        does=_("Ticks off what somebody had promised."),
    )
    def action_done(self) -> None:
        """One action, with the day."""
        self._worked()
        self.effective_on = self.data["on"]
        row = next(row for row in self.open_actions() if str(row.id) == self.data["action"])
        row.done_on = self.effective_on
        self.file.touch(row)

    @step(
        STATE,
        source=[S.PLAN_ACTIVE, S.REVIEWED],
        target=S.REVIEWED,
        label=_("Review the plan"),
        by=(WORK,),
        form=PlanReviewForm,
        primary=True,
        prepare=prepare_review,
        does=_("Counts attendance before and since, and keeps your verdict."),
        makes=_("The next review, in 20 school days."),
    )
    def review_plan(self) -> None:
        """20 school days after the signature, then every 20; the figures come from the marks."""
        self._worked()
        number = 1 + sum(row.arc_id == self.arc.id for row in self.file.children["plan_review"])
        row = PlanReview(
            id=uuid4(),
            number=number,
            on=self.effective_on,
            by=self.turn.actor,
            before=self.prepared["before"],
            after=self.prepared["after"],
            verdict=self.data["verdict"],
            text=self.data["text"],
        )
        row.case_id, row.arc_id = self.case.id, self.arc.id
        self.file.add(row)
        self.finish_task("REVIEW_PLAN", row.verdict)
        self.open_task("REVIEW_PLAN", role="SSW", clock="arc_review")

    @step(
        STATE,
        source=S.REVIEWED,
        target=S.COMPLETED,
        label=_("The plan is complete"),
        by=(WORK,),
        form=ReasonForm,
        does=_("Ends the plan: its goals are met."),
        makes=_("The duty to decide what comes next."),
    )
    def complete_plan(self) -> None:
        """Goals met; the case itself goes to monitoring by its own guard (C7)."""
        self._worked()
        self._end("complete")

    @step(
        STATE,
        source=[S.NOT_HELD, S.PLAN_DRAFT, S.PLAN_SIGNED, S.PLAN_ACTIVE, S.REVIEWED],
        target=S.FAILED,
        label=_("End the plan: it does not work"),
        by=(WORK,),
        form=ReasonForm,
        does=_("Ends the plan without success."),
        makes=_("The duty to decide what comes next."),
    )
    def fail_plan(self) -> None:
        """What was tried stays on file; something else must follow."""
        self._worked()
        self._end("failed")

    def _end(self, words: str) -> None:
        self.end_process(reason=words)
        self.decide_next()
