"""Small forms that several steps share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import LANGUAGES
from casework.engine.forms import DateInput, StepForm


class DayForm(StepForm):
    """The day on which something happened."""

    on = forms.DateField(label=_("Date"), widget=DateInput)

    def prepare(self) -> None:
        """Today, most of the time."""
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has happened already, and not before the process began."""
        day = self.not_in_future("on")
        process = self.flow.process
        if process is not None and day < process.opened_on:
            raise forms.ValidationError(
                _("This began on %(day)s; the date lies before it."),
                params={"day": process.opened_on},
            )
        return day


class NextForm(StepForm):
    """What follows, in words."""

    text = forms.CharField(
        label=_("What happens next"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )


class ConfirmForm(StepForm):
    """Nothing but a confirmation."""

    confirm = forms.BooleanField(label=_("Yes, this is so"))


class LanguageForm(StepForm):
    """The language of a letter."""

    language = forms.ChoiceField(label=_("Language of the letter"), choices=LANGUAGES)

    def prepare(self) -> None:
        """The language of the letters so far."""
        found = [row.language for row in self.flow.file.processes if hasattr(row, "language")]
        self.fields["language"].initial = found[-1] if found else "en"
