"""Base of the forms that steps need. One form checks the page, the API and the tests alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


class StepForm(forms.Form):
    """A form that knows the workflow it serves: `self.flow.case`, `self.flow.process`,
    `self.flow.policy`."""

    required_css_class = "required"

    def __init__(self, *args: Any, flow: Workflow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flow = flow
        self.prepare()
        for name, field in self.fields.items():  # one ticked box comes as a text, several as a list
            if isinstance(
                field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField
            ) and isinstance(self.data.get(name), str):
                self.data = {**self.data, name: [self.data[name]]}

    def prepare(self) -> None:
        """Fill choices and initial values from the case; nothing by default."""

    def not_in_future(self, name: str) -> Any:
        """The cleaned date, refused when it lies after today."""
        value = self.cleaned_data.get(name)
        if value and value > self.flow.turn.today:
            raise forms.ValidationError(
                _("This date lies in the future. Enter the day on which it happened.")
            )
        return value


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class NoteForm(StepForm):
    """A note on the timeline."""

    text = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )


class ContactForm(StepForm):
    """A contact with the family: who, how, with what result."""

    MEANS = [
        ("phone", _("Telephone")),
        ("visit", _("Home visit")),
        ("school", _("At school")),
        ("message", _("Text message or e-mail")),
        ("mail", _("Letter")),
    ]
    RESULTS = [
        ("reached", _("Reached")),
        ("left_message", _("Left a message")),
        ("no_answer", _("No answer")),
        ("wrong_contact", _("Wrong number or address")),
    ]
    means = forms.ChoiceField(
        label=_("How"), choices=MEANS, widget=forms.RadioSelect, initial="phone"
    )
    result = forms.ChoiceField(
        label=_("Result"), choices=RESULTS, widget=forms.RadioSelect, initial="reached"
    )
    on = forms.DateField(
        label=_("Date"), widget=DateInput, required=False, help_text=_("Today, if left empty.")
    )
    text = forms.CharField(
        label=_("What was said or agreed"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
        required=False,
    )

    def clean_on(self) -> Any:
        """A contact has happened already."""
        return self.not_in_future("on")


class ReasonForm(StepForm):
    """Nothing but the reason, in words."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )
