"""What the steps of a notice need to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import Notice
from casework.engine.forms import DateInput, StepForm


class DraftForm(StepForm):
    """The language of the letter."""

    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=[("en", _("English")), ("es", _("Spanish"))]
    )

    def prepare(self) -> None:
        """The family's language is offered first."""
        process = self.flow.process
        if isinstance(process, Notice):
            self.fields["language"].initial = process.language


class SignForm(StepForm):
    """The signature."""

    confirm = forms.BooleanField(label=_("I have read the letter and sign it"))


class EventDateForm(StepForm):
    """Something that happened on a day."""

    on = forms.DateField(label=_("Date"), widget=DateInput)

    def prepare(self) -> None:
        """Today, most of the time."""
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has happened already, and not before the notice was begun."""
        day = self.not_in_future("on")
        process = self.flow.process
        if isinstance(process, Notice) and day < process.detected_on:
            raise forms.ValidationError(
                _("The notice was begun on %(day)s; this date lies before it."),
                params={"day": process.detected_on},
            )
        return day


class SendForm(EventDateForm):
    """The mailing."""

    means = forms.ChoiceField(
        label=_("By"), choices=Notice.Means.choices, initial=Notice.Means.MAIL
    )
    proof = forms.CharField(label=_("Tracking number"), max_length=200, required=False)
    field_order = ["on", "means", "proof"]

    def clean_means(self) -> str:
        """The six-day and the ten-day notice go by mail (G.S. 115C-378)."""
        means = str(self.cleaned_data["means"])
        process = self.flow.process
        if isinstance(process, Notice) and process.must_mail and means != Notice.Means.MAIL:
            raise forms.ValidationError(_("This notice must go by mail (G.S. 115C-378)."))
        return means


class NotifyForm(EventDateForm):
    """A notice without a letter."""

    means = forms.ChoiceField(
        label=_("How"),
        choices=[c for c in Notice.Means.choices if c[0] != "mail"],
        widget=forms.RadioSelect,
        initial="phone",
    )
    spoken_to = forms.CharField(
        label=_("Who was told"), max_length=100, help_text=_("For example: mother")
    )
    field_order = ["on", "means", "spoken_to"]


class DeliveredForm(EventDateForm):
    """The delivery."""

    proof = forms.CharField(label=_("Proof of delivery"), max_length=200, required=False)


class ReturnedForm(EventDateForm):
    """The letter that came back."""

    why = forms.CharField(label=_("What the envelope says"), max_length=200, required=False)
