"""The step of the case that refers to a community partner."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import (
    OPEN,
    STATE,
    WORK,
    AttendanceFlow,
)
from attendance.partners.referral_forms import PartnerReferralForm
from casework.engine.workflow import step


class PartnerReferrals(AttendanceFlow):
    """A referral with the family's consent, kept as a disclosure."""

    @step(
        STATE,
        source=OPEN,
        label=_("Refer to a community partner"),
        by=(WORK,),
        form=PartnerReferralForm,
        does=_("Refers the student or the family to an agency that serves this school."),
        makes=_("The duty to ask whether the intake took place."),
    )
    def refer_partner(self) -> None:
        """What the district plan measures: referrals, and whether they were received."""
        self._worked()
        data = self.data
        self.spawn(
            "PARTNER",
            code=data["partner"].service,
            partner_id=data["partner"].pk,
            referred_on=self.effective_on,
            reason=data["reason"],
            consent_on=data["consent_on"],
        )
        self.disclose_to(
            str(data["partner"]),
            str(_("name, contact, reason of the referral")),
            str(_("consent of the parent, 34 CFR 99.30")),
        )
