"""Forms of the administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.case_types import registry
from casework.engine.forms import DateInput
from district.models import Area, Calendar, CalendarDay, DayType, Role, School, User
from notifications import webhooks


class PostForm(forms.Form):
    """A role for a person, at a school, in an area or in the whole district."""

    person = forms.CharField(
        label=_("Person"), max_length=254, help_text=_("Staff number, user name or e-mail address.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    school = forms.ModelChoiceField(
        label=_("School"),
        queryset=School.objects.none(),
        required=False,
        empty_label=_("no single school"),
    )
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=_("no area"),
        help_text=_(
            "Choose a school or an area. With neither, the post is for the whole district."
        ),
    )
    starts = forms.DateField(
        label=_("From"), widget=DateInput, required=False, help_text=_("Today, if left empty.")
    )
    ends = forms.DateField(
        label=_("Until"),
        widget=DateInput,
        required=False,
        help_text=_("Without an end, if left empty."),
    )
    sure = forms.BooleanField(label=_("This person shall have the rights of this role there"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("school", School.objects.order_by("name")),
            ("area", Area.objects.order_by("name")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean_person(self) -> User:
        """Exactly one active person."""
        text = self.cleaned_data["person"].strip()
        found = list(
            User.objects.filter(
                Q(staff_id=text) | Q(username=text) | Q(email__iexact=text), is_active=True
            )[:2]
        )
        if len(found) != 1:
            told = (
                _("Several people: give the staff number.")
                if found
                else _("No active person has this number, name or address.")
            )
            raise forms.ValidationError(told)
        return found[0]

    def clean(self) -> dict[str, Any]:
        """One place; an end after the beginning."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("school") and given.get("area"):
            self.add_error("area", _("Choose a school or an area, not both."))
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", _("The end lies before the beginning."))
        return given


class AreaForm(forms.Form):
    """A new area."""

    name = forms.CharField(label=_("Name of the new area"), max_length=100)


class MoveForm(forms.Form):
    """A school into an area."""

    school = forms.ModelChoiceField(label=_("School"), queryset=School.objects.order_by("name"))
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.order_by("name"),
        required=False,
        empty_label=_("no area"),
    )


class DayForm(forms.Form):
    """What a day is after all."""

    day = forms.DateField(label=_("Day"), widget=DateInput)
    day_type = forms.ChoiceField(label=_("Is a"), choices=DayType.choices, initial=DayType.CLOSURE)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("For example: snow. Everybody who looks at the changes reads it."),
    )
    sure = forms.BooleanField(
        label=_("Running promises that count school days or work days shall follow")
    )

    def __init__(self, *args: Any, calendar: Calendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = calendar

    def clean_day(self) -> date:
        """A day of the calendar."""
        day: date = self.cleaned_data["day"]
        if not CalendarDay.objects.filter(calendar=self.calendar, date=day).exists():
            raise forms.ValidationError(
                _(
                    "This calendar has no such day: weekends and days beyond the school "
                    "year are not in it."
                )
            )
        return day


class WebhookForm(forms.Form):
    """An address that hears of alerts."""

    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("https://…; it is told case numbers and due dates, never a person."),
    )
    kind = forms.ChoiceField(label=_("Hears of"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.code, kind.label) for kind in registry.all_kinds()]

    def clean_url(self) -> str:
        """An http(s) address."""
        url = str(self.cleaned_data["url"]).strip()
        if webhooks.problem_with(url):
            raise forms.ValidationError(_("Write the whole address, beginning with https://."))
        return url
