"""Mediation (domain.md A2.6): informal, neutral, confidential. Its outcome is kept, never what was
said."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from attendance.common import mediator_access
from attendance.common.forms import DayForm, NextForm
from attendance.common.states import MEDIATE, WORK
from attendance.mediation import follow_ups
from attendance.mediation.follow_up_steps import FollowUpSteps
from attendance.mediation.forms import (
    AcceptMediationForm,
    AgreementForm,
    IntakeForm,
    SessionForm,
)
from attendance.mediation.states import OVER, STATE, S, own_mediation
from attendance.rules import clocks
from casework.engine import date_rules
from casework.engine.forms import ReasonForm
from casework.engine.workflow import step


class MediationWorkflow(FollowUpSteps):
    """From the referral to the last follow-up."""

    kind, version = "MEDIATION", "mediation-2026"
    born = (S.REFERRED, S.FOLLOWUP_90)
    final = (S.CLOSED,)
    labels = dict(S.choices)
    clocks = clocks.MEDIATION
    state = STATE

    def begin(self) -> None:
        """Accepted within three, held within fifteen school days of the referral; carried over:
        reviewed in the first ten."""
        if self.mediation.carried_from_id:
            # the day before counts as day 0: the first school day is the first of the ten
            self.start_clock("mediation_first", self.effective_on - timedelta(days=1), "new_year")
            self.open_task("FOLLOW_UP", role="SSW", clock="mediation_first")
            return
        self.open_task("ACCEPT_MEDIATION", role="MEDIATOR", clock="mediation_accept")
        self.open_task("HOLD_MEDIATION", role="MEDIATOR", clock="mediation_session")

    @step(
        STATE,
        source=S.REFERRED,
        target=S.INTAKE,
        label=_("Accept the referral"),
        by=(WORK, MEDIATE),
        form=AcceptMediationForm,
        primary=True,
        conditions=[own_mediation],
        does=_("Names the mediator, who gets access to the packet and to nothing else."),
    )
    def accept_referral(self) -> None:
        """The provider accepts; its mediator sees the packet from now on."""
        self._worked()
        self.mediation.mediator_id = self.data["mediator"].user_id
        self.finish_task("ACCEPT_MEDIATION", "accepted")
        case_id, user_id = self.case.id, self.mediation.mediator_id
        self.file.later.append(lambda: mediator_access.lend(case_id, user_id))

    @step(
        STATE,
        source=S.INTAKE,
        target=S.ELIGIBLE,
        label=_("Record consent and conflict check"),
        by=(WORK, MEDIATE),
        form=IntakeForm,
        primary=True,
        conditions=[own_mediation],
        does=_("The family consents and the mediator knows nobody of them: it can be scheduled."),
    )
    def find_eligible(self) -> None:
        """Consent and conflict check come before any session."""
        self._worked()
        self.mediation.consent_on = self.data["consent_on"]
        self.mediation.conflict_checked_on = self.data["conflict_checked_on"]

    @step(
        STATE,
        source=[S.REFERRED, S.INTAKE],
        target=S.INELIGIBLE,
        label=_("Not eligible"),
        by=(WORK, MEDIATE),
        form=ReasonForm,
        conditions=[own_mediation],
        does=_(
            "Ends the referral: the case is not one for mediation, or the mediator has a conflict "
            "of interest."
        ),
    )
    def find_ineligible(self) -> None:
        """With the reason."""
        self.end_with("INELIGIBLE")

    @step(
        STATE,
        source=[S.REFERRED, S.INTAKE, S.ELIGIBLE, S.SCHEDULED, S.NO_SHOW],
        target=S.DECLINED,
        label=_("The family declines"),
        by=(WORK, MEDIATE),
        form=ReasonForm,
        conditions=[own_mediation],
        does=_("Ends the mediation. Nobody is forced; the school may go on by other ways."),
    )
    def decline(self) -> None:
        """Mediation is voluntary."""
        self.end_with("DECLINED")

    @step(
        STATE,
        source=[S.ELIGIBLE, S.SCHEDULED, S.NO_SHOW],
        target=S.SCHEDULED,
        label=_("Schedule the mediation"),
        by=(WORK, MEDIATE),
        form=SessionForm,
        primary=True,
        conditions=[own_mediation],
        does=_("Sets day and place."),
        makes=_("An entry for calendars."),
    )
    def schedule_mediation(self) -> None:
        """Held within fifteen school days of the referral, however often it is set anew."""
        self._worked()
        self.drop_meeting()
        self.mediation.session_on = self.data["on"]
        starts = date_rules.local_instant(self.data["on"], self.data["at"], settings.TIME_ZONE)
        self.appoint("MEDIATION", starts, self.data["place"], interpreter=self.data["interpreter"])

    @step(
        STATE,
        source=S.SCHEDULED,
        target=S.HELD,
        label=_("The mediation was held"),
        by=(WORK, MEDIATE),
        form=DayForm,
        primary=True,
        conditions=[own_mediation],
        does=_("Keeps the day. What was said stays in the room."),
        makes=_("The duty to record how it ended."),
    )
    def hold_mediation(self) -> None:
        """Only that it took place."""
        self._worked()
        self.effective_on = self.mediation.held_on = self.data["on"]
        self._contact(self.effective_on)
        self.finish_task("HOLD_MEDIATION", "held")
        self.open_task("MEDIATION_RESULT", role="MEDIATOR", clock="mediation_result")

    @step(
        STATE,
        source=S.SCHEDULED,
        target=S.NO_SHOW,
        label=_("The family did not come"),
        by=(WORK, MEDIATE),
        form=DayForm,
        conditions=[own_mediation],
        does=_("Keeps the day; another one can be set, or the family declines."),
    )
    def no_show(self) -> None:
        """Its date goes on running."""
        self._worked()
        self.mediation.no_shows += 1

    @step(
        STATE,
        source=S.HELD,
        target=S.AGREEMENT,
        label=_("Record the agreement"),
        by=(WORK, MEDIATE),
        form=AgreementForm,
        primary=True,
        conditions=[own_mediation],
        does=_("Keeps the text that both signed."),
        makes=_("Three follow-ups."),
    )
    def agree(self) -> None:
        """Follow-ups after 30, 60 and 90 calendar days; what falls behind the last school day is
        made on that day (A-26)."""
        self._worked()
        self.effective_on = self.mediation.agreed_on = self.data["on"]
        self.mediation.agreement = self.data["agreement"]
        self.finish_task("MEDIATION_RESULT", "agreement")
        self.finish_task("HOLD_MEDIATION", "held")
        follow_ups.plan(self)
        first = follow_ups.next_clock(self)
        if first is not None:
            self.open_task("FOLLOW_UP", role="SSW", clock=first)

    @step(
        STATE,
        source=S.HELD,
        target=S.NO_AGREEMENT,
        label=_("No agreement"),
        by=(WORK, MEDIATE),
        form=DayForm,
        conditions=[own_mediation],
        does=_(
            "Ends the mediation without an agreement; with ten unexcused days the legal review "
            "opens."
        ),
        cite="G.S. 115C-378",
    )
    def no_agreement(self) -> None:
        """No reason is kept: what was said stays in the room."""
        self.end_with("NO_AGREEMENT")
        follow_ups.review_by_law(self)

    @step(
        STATE,
        source=OVER,
        target=S.CLOSED,
        label=_("Close the mediation"),
        by=(WORK,),
        form=NextForm,
        primary=True,
        does=_(
            "After the exit interview: keeps what the school does next. The mediator's access ends."
        ),
    )
    def close_mediation(self) -> None:
        """The exit interview."""
        self._worked()
        self.finish_task("CLOSE_MEDIATION", "closed")
        self.end_process()
        self.decide_next()
