"""The follow-ups of an agreement, and whether it was kept (domain.md A2.6, A-26)."""

from __future__ import annotations

from uuid import uuid4

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.forms import ConfirmForm, DayForm
from attendance.common.states import MEDIATE, WORK
from attendance.mediation import follow_ups
from attendance.mediation.forms import (
    FollowUpForm,
)
from attendance.mediation.states import FOLLOWING, STATE, MediationFlow, S, own_mediation
from attendance.models import FollowUp
from casework.engine.workflow import SubjectState, step, unmet
from casework.models import Event

after_follow_up = SubjectState.GET_STATE(
    lambda flow: follow_ups.state_after(flow), states=[S.FOLLOWUP_30, S.FOLLOWUP_60, S.FOLLOWUP_90]
)


def follow_up_waits(flow: FollowUpSteps) -> object:
    """A follow-up is still to be made."""
    return unmet(
        follow_ups.next_clock(flow) is not None, _("Every follow-up of this school year was made.")
    )


def all_followed(flow: FollowUpSteps) -> object:
    """No follow-up is open: the agreement can be judged."""
    waits = follow_ups.next_clock(flow) is not None or flow.mediation.carries_over
    return unmet(
        not waits, _("A follow-up is still to be made, in this school year or in the next one.")
    )


class FollowUpSteps(MediationFlow):
    """After 30, 60 and 90 days, at the end of the year, in the first days of the next one."""

    @step(
        STATE,
        source=FOLLOWING,
        target=after_follow_up,
        label=_("Record the follow-up"),
        by=(WORK, MEDIATE),
        form=FollowUpForm,
        primary=True,
        conditions=[own_mediation, follow_up_waits],
        prepare=follow_ups.prepare_follow_up,
        does=_("Keeps whether the agreement is kept, with the attendance since."),
    )
    def follow_up(self) -> None:
        """In the order of their dates; the one that is due first is kept by it."""
        self._worked()
        kind = follow_ups.next_clock(self)
        assert kind is not None
        self._look(follow_ups.name_of(self, kind))
        self.finish_task("FOLLOW_UP", kind)
        self.stop_clock(kind)
        again = follow_ups.next_clock(self)
        if again is not None:
            self.open_task("FOLLOW_UP", role="SSW", clock=again)
        elif not self.mediation.carries_over:
            self.ask_to_close()

    @step(
        STATE,
        source=S.FOLLOWUP_90,
        label=_("Record the first review of this year"),
        by=(WORK, MEDIATE),
        form=FollowUpForm,
        event=Event.Kind.FACT,
        primary=True,
        conditions=[own_mediation, follow_up_waits],
        prepare=follow_ups.prepare_follow_up,
        does=_("Keeps whether the agreement of last year is kept."),
    )
    def first_review(self) -> None:
        """A-26: in the first ten school days of the next year."""
        self._worked()
        self._look("FIRST")
        self.finish_task("FOLLOW_UP", "first review")
        self.ask_to_close()

    def _look(self, which: str) -> None:
        row = FollowUp(
            id=uuid4(),
            which=which,
            on=self.effective_on,
            kept=self.data["kept"] == "yes",
            **self.prepared["since"],
        )
        row.case_id, row.mediation_id = self.case.id, self.mediation.id
        self.file.add(row)

    @step(
        STATE,
        source=S.FOLLOWUP_90,
        target=S.KEPT,
        label=_("The agreement was kept"),
        by=(WORK, MEDIATE),
        form=ConfirmForm,
        primary=True,
        conditions=[own_mediation, all_followed],
        does=_("The mediation helped."),
    )
    def keep(self) -> None:
        """After the last follow-up."""
        self._worked()
        self.mediation.code = "KEPT"
        self.finish_task("CLOSE_MEDIATION", gettext_noop("kept"), cancelled=True)
        self.ask_to_close()

    @step(
        STATE,
        source=[*FOLLOWING, S.FOLLOWUP_90],
        target=S.BREACHED,
        label=_("The agreement was broken"),
        by=(WORK, MEDIATE),
        form=DayForm,
        conditions=[own_mediation],
        does=_("Ends the follow-ups; with ten unexcused days the legal review opens."),
        cite="G.S. 115C-378",
    )
    def breach_agreement(self) -> None:
        """At any time after the agreement."""
        self.end_with("BREACHED")
        follow_ups.review_by_law(self)
