"""Mediation (domain.md A2.6): informal, neutral, confidential. Its outcome is kept, never what was
said."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common import mediator_access
from attendance.common.forms import ConfirmForm, DayForm, NextForm
from attendance.common.states import MEDIATE, WORK, AttendanceFlow
from attendance.mediation import follow_ups
from attendance.mediation.forms import (
    AcceptMediationForm,
    AgreementForm,
    FollowUpForm,
    IntakeForm,
    SessionForm,
)
from attendance.models import FollowUp, Mediation
from attendance.rules import clocks
from casework.engine import date_rules
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SubjectState, step, unmet
from casework.models import Event


class MediationState(models.TextChoices):
    """Where a mediation stands."""

    REFERRED = "REFERRED", _("Referred")
    INTAKE = "INTAKE", _("Accepted by the provider")
    ELIGIBLE = "ELIGIBLE", _("Eligible, to be scheduled")
    INELIGIBLE = "INELIGIBLE", _("Not eligible")
    DECLINED = "DECLINED", _("Declined")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    HELD = "HELD", _("Held")
    AGREEMENT = "AGREEMENT", _("Agreement")
    NO_AGREEMENT = "NO_AGREEMENT", _("No agreement")
    NO_SHOW = "NO_SHOW", _("The family did not come")
    FOLLOWUP_30 = "FOLLOWUP_30", _("First follow-up done")
    FOLLOWUP_60 = "FOLLOWUP_60", _("Second follow-up done")
    FOLLOWUP_90 = "FOLLOWUP_90", _("Last follow-up done or carried over")
    KEPT = "KEPT", _("Agreement kept")
    BREACHED = "BREACHED", _("Agreement broken")
    CLOSED = "CLOSED", _("Closed")


S = MediationState
STATE = SubjectState(S)
FOLLOWING = [S.AGREEMENT, S.FOLLOWUP_30, S.FOLLOWUP_60]
OVER = [S.INELIGIBLE, S.DECLINED, S.NO_AGREEMENT, S.KEPT, S.BREACHED]
after_follow_up = SubjectState.GET_STATE(
    lambda flow: follow_ups.state_after(flow), states=[S.FOLLOWUP_30, S.FOLLOWUP_60, S.FOLLOWUP_90]
)


def own_mediation(flow: MediationWorkflow) -> object:
    """An outside mediator works their own mediations alone."""
    outside = flow.turn.actor is not None and not flow.permitted((WORK,), flow.turn.actor)
    return unmet(
        not outside or flow.mediation.mediator_id == flow.actor_id,
        _("This mediation is led by somebody else."),
    )


def follow_up_waits(flow: MediationWorkflow) -> object:
    """A follow-up is still to be made."""
    return unmet(
        follow_ups.next_clock(flow) is not None, _("Every follow-up of this school year was made.")
    )


def all_followed(flow: MediationWorkflow) -> object:
    """No follow-up is open: the agreement can be judged."""
    waits = follow_ups.next_clock(flow) is not None or flow.mediation.carries_over
    return unmet(
        not waits, _("A follow-up is still to be made, in this school year or in the next one.")
    )


class MediationWorkflow(AttendanceFlow):
    """From the referral to the last follow-up."""

    kind, version = "MEDIATION", "mediation-2026"
    born = (S.REFERRED, S.FOLLOWUP_90)
    final = (S.CLOSED,)
    labels = dict(S.choices)
    clocks = clocks.MEDIATION
    state = STATE

    @property
    def mediation(self) -> Mediation:
        """The mediation that is moved."""
        assert isinstance(self.subject, Mediation)
        return self.subject

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
        self._over("INELIGIBLE")

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
        self._over("DECLINED")

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
        self._drop_meeting()
        self.mediation.session_on = self.data["on"]
        starts = date_rules.local_instant(self.data["on"], self.data["at"], settings.TIME_ZONE)
        self.appoint("MEDIATION", starts, self.data["place"], interpreter=self.data["interpreter"])

    def _drop_meeting(self) -> None:
        for meeting in self.file.appointments:
            if (
                meeting.process_id == self.mediation.id
                and meeting.cancelled_at is None
                and meeting.starts_at > self.turn.now
            ):
                meeting.cancelled_at, meeting.sequence = self.turn.now, meeting.sequence + 1
                self.file.touch(meeting)

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
        self._over("NO_AGREEMENT")
        follow_ups.review_by_law(self)

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
            self._ask_to_close()

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
        self._ask_to_close()

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
        self._ask_to_close()

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
        self._over("BREACHED")
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

    def _over(self, code: str) -> None:
        """Nothing more is promised but to close it."""
        self._worked()
        self.mediation.code = code
        self._drop_meeting()
        for kind in ("ACCEPT_MEDIATION", "HOLD_MEDIATION", "FOLLOW_UP"):
            self.finish_task(kind, code, cancelled=True)
        self.finish_task("MEDIATION_RESULT", code)
        for kind in clocks.MEDIATION:
            self.cancel_clock(kind, code)
        self.finish_task("CLOSE_MEDIATION", code, cancelled=True)
        self._ask_to_close()

    def _ask_to_close(self) -> None:
        self.open_task("CLOSE_MEDIATION", role="SSW", clock="mediation_close")
        case_id, user_id = self.case.id, self.mediation.mediator_id
        if user_id is not None and self.mediation.code in (
            "INELIGIBLE",
            "DECLINED",
            "NO_AGREEMENT",
            "BREACHED",
            "KEPT",
        ):
            self.file.later.append(lambda: mediator_access.take_back(case_id, user_id))
