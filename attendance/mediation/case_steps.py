"""The steps of the case that begin a mediation, carry it into the next year, or go on after it
failed (domain.md A2.6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common import mediator_access
from attendance.common.states import (
    HELPED,
    OPEN,
    STATE,
    WORK,
    AttendanceFlow,
    Stage,
    none_running,
)
from attendance.mediation.forms import MediationReferralForm
from attendance.mediation.letters import prepare_packet
from casework.engine.workflow import SYSTEM, step
from casework.models import Event


class MediationReferrals(AttendanceFlow):
    """A mediation begins by a referral, by the finding of the principal, or is carried over
    (A-26)."""

    @step(
        STATE,
        source=[*HELPED, Stage.LEGAL_REVIEW],
        label=_("Refer to mediation"),
        by=(WORK,),
        form=MediationReferralForm,
        conditions=[none_running("MEDIATION", _("A mediation is running already."))],
        prepare=prepare_packet,
        does=_("Refers the family to a neutral mediator."),
        tells=_("The provider."),
        makes=_("The referral packet, and the duties to accept it and to hold the mediation."),
    )
    def refer_mediation(self) -> None:
        """A2.6: free, informal, confidential; to avoid charges."""
        self._worked()
        self.step_found()
        self.begin_mediation(self.data["provider"], self.data["reason"])

    def begin_mediation(self, provider: object, reason: str) -> None:
        """Refer to a provider: the packet leaves the district and is kept as a disclosure."""
        packet = self.made()
        self.spawn(
            "MEDIATION",
            provider_id=getattr(provider, "pk", None),
            referred_on=self.effective_on,
            reason=reason,
            packet_id=packet.id if packet else None,
        )
        self.disclose_to(
            str(provider),
            str(_("referral packet: counts, letters, plan")),
            str(_("consent of the parent, 34 CFR 99.30")),
            packet,
        )

    @step(
        STATE,
        source=OPEN,
        label=_("Mediation carried over from last year"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def carry_mediation(self) -> None:
        """A-26: what fell behind the last school day is reviewed in the first school days of this
        year."""
        fields = {key: value for key, value in self.data.items() if not key.startswith("_")}
        self.spawn("MEDIATION", state="FOLLOWUP_90", code="carried", **fields)
        case_id, mediator = self.case.id, fields.get("mediator_id")
        if mediator is not None:
            self.file.later.append(lambda: mediator_access.lend(case_id, mediator))
        self.turn.data = {"carried_from": str(fields["carried_from_id"])}

    @step(
        STATE,
        source=HELPED,
        target=Stage.LEGAL_REVIEW,
        label=_("Legal review after the mediation"),
        by=(SYSTEM,),
        work=False,
        tells=_("The principal."),
        cite="G.S. 115C-378",
    )
    def review_after_mediation(self) -> None:
        """A2.6: no agreement or a broken one while ten unexcused days stand."""
        self.step_found()
        self.open_task("FINDING", role="PRINCIPAL", clock="finding")
