"""Forms about agencies: their details, memoranda, schools and mediators."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import MediationAccess, MediationMOU, MediationProvider, Partner
from casework.engine.forms import DateInput
from casework.engine.services import local_today
from district.models import Area, School


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who a mediation provider is and how to reach it."""

    class Meta:
        model = MediationProvider
        fields = ("name", "contact", "phone", "email", "active")

    def validate_unique(self) -> None:
        """A name that is taken is told by `agencies.save`, in whatever case it is written."""


class PartnerForm(ProviderForm):
    """Who a partner is, what it helps with and how to reach it."""

    class Meta:
        model = Partner
        fields = ("name", "service", "contact", "phone", "email", "active")


class MemorandumForm(forms.ModelForm):  # type: ignore[type-arg]
    """When it was signed and for how long it holds."""

    class Meta:
        model = MediationMOU
        fields = ("signed_on", "starts", "ends", "note")
        widgets = {"signed_on": DateInput, "starts": DateInput, "ends": DateInput}

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", _("The end lies before the beginning."))
        return given


class SchoolsForm(forms.Form):
    """Many schools at once: all of them, whole areas, or by their numbers."""

    every = forms.BooleanField(label=_("All open schools of the district"), required=False)
    areas = forms.ModelMultipleChoiceField(
        label=_("All schools of these areas"),
        queryset=Area.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    numbers = forms.CharField(
        label=_("Or by their numbers"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4_000,
        help_text=_("One below the other, or with spaces between them."),
    )
    starts = forms.DateField(label=_("From"), widget=DateInput)
    ends = forms.DateField(
        label=_("Until"),
        widget=DateInput,
        required=False,
        help_text=_("Without an end, if left empty."),
    )
    status = forms.ChoiceField(
        label=_("Access is"),
        choices=[choice for choice in MediationAccess.Status.choices if choice[0] != "ENDED"],
        initial="ACTIVE",
    )

    def __init__(self, *args: Any, with_status: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].initial = local_today()
        if not with_status:
            del self.fields["status"]

    def clean_numbers(self) -> list[str]:
        """School numbers that exist."""
        wanted = (
            list(dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["numbers"].strip())))
            if self.cleaned_data["numbers"].strip()
            else []
        )
        known = set(School.objects.filter(school_id__in=wanted).values_list("school_id", flat=True))
        unknown = [number for number in wanted if number not in known]
        if unknown:
            raise forms.ValidationError(
                _("No school has this number: %(numbers)s.") % {"numbers": ", ".join(unknown[:10])}
            )
        return wanted

    def clean(self) -> dict[str, Any]:
        """At least one school; an end after the beginning."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not (
            given.get("every") or given.get("areas") or given.get("numbers")
        ):
            self.add_error(
                "numbers", _("Choose all schools, an area, or give at least one number.")
            )
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", _("The end lies before the beginning."))
        return given


class EndForm(forms.Form):
    """Until when the chosen schools are served."""

    on = forms.DateField(label=_("Last day"), widget=DateInput)


class MediatorForm(forms.Form):
    """A mediator's name and address."""

    first = forms.CharField(label=_("First name"), max_length=100)
    last = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_(
            "The mediator signs in with it and chooses a password under 'Forgot your password?'."
        ),
    )
