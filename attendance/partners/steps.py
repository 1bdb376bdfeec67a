"""Referrals to community partners and their intake."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.common.forms import DayForm, NextForm
from attendance.common.states import WORK, AttendanceFlow
from attendance.models import PartnerReferral
from attendance.rules import clocks
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SubjectState, step


class PartnerState(models.TextChoices):
    """Where a referral stands."""

    REFERRED = "REFERRED", _("Referred")
    INTAKE = "INTAKE", _("Received by the partner")
    ENDED = "ENDED", _("Ended")
    NOT_RECEIVED = "NOT_RECEIVED", _("Not received")


S = PartnerState
STATE = SubjectState(S)


class PartnerWorkflow(AttendanceFlow):
    """Nobody is referred into the void: an intake, or why there was none."""

    kind, version = "PARTNER", "partner-2026"
    born = (S.REFERRED,)
    final = (S.ENDED, S.NOT_RECEIVED)
    labels = dict(S.choices)
    clocks = clocks.PARTNER
    state = STATE

    @property
    def referral(self) -> PartnerReferral:
        """The referral that is moved."""
        assert isinstance(self.subject, PartnerReferral)
        return self.subject

    def begin(self) -> None:
        """Ask whether the family arrived."""
        self.open_task("PARTNER_INTAKE", role="SSW", clock="partner_intake")

    @step(
        STATE,
        source=S.REFERRED,
        target=S.INTAKE,
        label=_("The partner received the family"),
        by=(WORK,),
        form=DayForm,
        primary=True,
        does=_("Keeps the day of the intake."),
        makes=_("The duty to ask for the result."),
    )
    def receive(self) -> None:
        """The intake."""
        self._worked()
        self.effective_on = self.referral.intake_on = self.data["on"]
        self.finish_task("PARTNER_INTAKE", "received")
        self.open_task("PARTNER_RESULT", role="SSW", clock="partner_result")

    @step(
        STATE,
        source=S.REFERRED,
        target=S.NOT_RECEIVED,
        label=_("There was no intake"),
        by=(WORK,),
        form=ReasonForm,
        does=_("Ends the referral: the family declined, or the partner could not take it."),
    )
    def not_received(self) -> None:
        """With the reason."""
        self._end(self.data["reason"])

    @step(
        STATE,
        source=S.INTAKE,
        target=S.ENDED,
        label=_("Record the result"),
        by=(WORK,),
        form=NextForm,
        primary=True,
        does=_("Keeps what came of it."),
    )
    def end_referral(self) -> None:
        """What came of it, in the partner's words."""
        self._end(self.data["text"])

    def _end(self, words: str) -> None:
        self._worked()
        self.referral.ended_on, self.referral.result = self.effective_on, words[:300]
        self.end_process()
