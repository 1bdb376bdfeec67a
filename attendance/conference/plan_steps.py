"""The plan of a conference: written, signed, begun, reviewed, ended (domain.md A2.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.forms import DayForm
from attendance.common.states import WORK
from attendance.conference import letters
from attendance.conference.forms import (
    ActionDoneForm,
    PlanForm,
    PlanReviewForm,
    SignPlanForm,
)
from attendance.conference.states import STATE, ArcFlow, S
from attendance.models import Arc, PlanAction, PlanReview
from attendance.rules import periods
from casework.engine.forms import ReasonForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event


def action_open(flow: PlanSteps) -> object:
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


class PlanSteps(ArcFlow):
    """Goals that can be measured, who does what until when, and whether it works."""

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
        self.end_with("complete")

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
        self.end_with("failed")
