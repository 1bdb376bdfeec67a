"""What the referral to a community partner needs to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from attendance.common.validity import in_force
from attendance.models import (
    Partner,
    PartnerMOU,
    PartnerSchool,
)
from casework.engine.forms import DateInput, StepForm


class PartnerReferralForm(StepForm):
    """To whom, why, with whose consent."""

    partner = forms.ModelChoiceField(
        label=_("Partner"),
        queryset=Partner.objects.none(),
        help_text=_("Those that serve this school."),
    )
    reason = forms.CharField(
        label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )
    consent_on = forms.DateField(label=_("The family consented on"), widget=DateInput)

    def prepare(self) -> None:
        """Partners that serve this school under a memorandum in force."""
        on, school = self.flow.turn.today, self.flow.case.school_id
        serves = PartnerSchool.objects.filter(
            in_force(on), partner=OuterRef("pk"), school_id=school
        )
        mou = PartnerMOU.objects.filter(in_force(on), partner=OuterRef("pk"))
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Partner.objects.filter(Exists(serves), Exists(mou), active=True).order_by(
            "service", "name"
        )

    def clean_consent_on(self) -> Any:
        """It has happened already."""
        return self.not_in_future("consent_on")
