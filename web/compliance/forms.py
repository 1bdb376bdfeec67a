"""The filters of a figure's list, as they stand in the address, and the form that hands cases over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.reporting.figure_cases import FIGURES
from district.models import User

BIG = 10**6


class ListForm(forms.Form):
    """Which promises or cases a list shows. A mangled address is refused with 404 by the view,
    never half-obeyed."""

    what = forms.ChoiceField(choices=[("promises", ""), ("cases", "")], required=False)
    figure = forms.ChoiceField(
        choices=[(name, label) for name, label in FIGURES.items()], required=False
    )
    as_of = forms.DateField(required=False)
    school = forms.IntegerField(required=False, min_value=-1, max_value=2**31)
    owner = forms.IntegerField(required=False, min_value=0, max_value=2**31)
    duty = forms.SlugField(required=False, max_length=32)
    state = forms.SlugField(required=False, max_length=32)
    mark = forms.ChoiceField(
        choices=[("late_six", ""), ("excluded", ""), ("good_faith", ""), ("no_good_faith", "")],
        required=False,
    )
    due_from = forms.IntegerField(required=False, min_value=-BIG, max_value=BIG)
    due_to = forms.IntegerField(required=False, min_value=-BIG, max_value=BIG)
    age_from = forms.IntegerField(required=False, min_value=0, max_value=BIG)
    age_to = forms.IntegerField(required=False, min_value=0, max_value=BIG)


class HandOverForm(forms.Form):
    """Give cases to somebody else, all at once."""

    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=_("New owner"),
        help_text=_("Everybody who works cases at your schools."),
    )
    number = forms.MultipleChoiceField(
        label=_("Cases"), error_messages={"required": _("Choose at least one case.")}
    )

    def __init__(self, *args: Any, workers: Any, numbers: list[str], **kwargs: Any) -> None:
        """`workers` may take cases; `numbers` are the cases on the page."""
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = workers  # type: ignore[attr-defined]
        self.fields["number"].choices = [(number, number) for number in numbers]  # type: ignore[attr-defined]
