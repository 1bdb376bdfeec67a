"""What the steps of a mediation need to be told, and which providers serve a school."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import YES_NO
from attendance.common.forms import DayForm
from attendance.common.validity import in_force
from attendance.models import (
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
)
from casework.engine.forms import DateInput, StepForm


def providers_for(school_id: int | None, on: Any) -> QuerySet[MediationProvider]:
    """Providers with ACTIVE access at a school and a memorandum in force on a date."""
    access = MediationAccess.objects.filter(
        in_force(on),
        provider=OuterRef("pk"),
        school_id=school_id or 0,
        status=MediationAccess.Status.ACTIVE,
    )
    mou = MediationMOU.objects.filter(in_force(on), provider=OuterRef("pk"))
    return MediationProvider.objects.filter(Exists(access), Exists(mou), active=True).order_by(
        "name"
    )


def offer_providers(form: StepForm) -> None:
    """Fill the provider field of a form; say so where no provider serves the school."""
    field = form.fields["provider"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = providers_for(form.flow.case.school_id, form.flow.turn.today)
    field.error_messages["required"] = _(
        "No provider was chosen. A provider needs access to this school and a memorandum in force."
    )


class MediationReferralForm(StepForm):
    """To whom, and why."""

    provider = forms.ModelChoiceField(
        label=_("Provider"),
        queryset=MediationProvider.objects.none(),
        help_text=_("Those with access to this school."),
    )
    reason = forms.CharField(
        label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )

    def prepare(self) -> None:
        """Those with access and a memorandum."""
        offer_providers(self)


class AcceptMediationForm(StepForm):
    """Who leads it."""

    mediator = forms.ModelChoiceField(label=_("Mediator"), queryset=Mediator.objects.none())

    def prepare(self) -> None:
        """The provider's mediators."""
        field = self.fields["mediator"]
        assert isinstance(field, forms.ModelChoiceField)
        provider = getattr(self.flow.process, "provider_id", None)
        field.queryset = Mediator.objects.filter(
            provider_id=provider, active=True, user__is_active=True
        ).select_related("user", "provider")


class IntakeForm(StepForm):
    """Consent and conflict check."""

    consent_on = forms.DateField(label=_("The family consented on"), widget=DateInput)
    conflict_checked_on = forms.DateField(
        label=_("Conflict of interest checked on: none"), widget=DateInput
    )

    def clean_consent_on(self) -> Any:
        """It has happened already."""
        return self.not_in_future("consent_on")

    def clean_conflict_checked_on(self) -> Any:
        """It has happened already."""
        return self.not_in_future("conflict_checked_on")


class SessionForm(StepForm):
    """Day, time and place of a mediation."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    place = forms.CharField(label=_("Place or link"), max_length=200)
    interpreter = forms.BooleanField(label=_("An interpreter is needed"), required=False)

    def clean_on(self) -> Any:
        """A day to come, or today."""
        day = self.cleaned_data["on"]
        if day < self.flow.turn.today:
            raise forms.ValidationError(_("This day is over. Choose a day to come."))
        return day


class AgreementForm(DayForm):
    """The agreement as it was signed."""

    agreement = forms.CharField(
        label=_("Text of the agreement"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=10_000,
        help_text=_("What both agreed to do. Not what was said."),
    )
    signed = forms.BooleanField(label=_("Parent and school signed it"))
    field_order = ["on", "agreement", "signed"]


class FollowUpForm(StepForm):
    """Whether the agreement is kept."""

    kept = forms.ChoiceField(
        label=_("Is the agreement kept?"), choices=YES_NO, widget=forms.RadioSelect
    )
