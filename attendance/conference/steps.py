"""The Attendance Review Conference (domain.md A2.4); its plan is in `plan_steps`."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from attendance.common.states import SUPERVISE, WORK
from attendance.conference import letters
from attendance.conference.forms import (
    HeldForm,
    RescheduleForm,
    ScheduleForm,
)
from attendance.conference.plan_steps import PlanSteps
from attendance.conference.states import BEFORE_HELD, INVITED, STATE, S
from attendance.models import Arc
from attendance.rules import clocks, conditions, periods
from casework.engine import date_rules
from casework.engine.forms import ReasonForm
from casework.engine.workflow import step


class ArcWorkflow(PlanSteps):
    """From the request to the end of the plan."""

    kind, version = "ARC", "arc-2026"
    born = (S.REQUESTED,)
    final = (S.COMPLETED, S.FAILED, S.CANCELLED)
    labels = dict(S.choices)
    clocks = clocks.ARC
    state = STATE

    def begin(self) -> None:
        """Day 0 is the day of detection."""
        if self.turn.actor is not None:
            # a night opens thousands: their counts are read when the conference is scheduled
            self._count()
        self.open_task("SCHEDULE_ARC", role="SSW", clock="arc_schedule")
        self.open_task("HOLD_ARC", role="SSW", clock="arc_hold")

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
        self.drop_meeting()
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
        self.drop_meeting()
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
        self.drop_meeting()
        self.end_with("cancelled")
