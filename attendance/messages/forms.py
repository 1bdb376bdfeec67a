"""What a message to a family needs to be told: which text, by which way first. Everything else is
worked out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from attendance.messages import message_texts, planning
from casework.engine.forms import StepForm
from casework.policy.policies import policy_for
from district.models import Guardian
from notifications import family_contacts


def texts() -> list[tuple[str, str]]:
    """The templates by their names in the reader's language."""
    return [
        (code, message_texts.text_of(code, get_language() or message_texts.DEFAULT).name)
        for code in message_texts.codes()
    ]


class WhichForm(forms.Form):
    """The choice on the page, before it shows what would be sent."""

    template = forms.ChoiceField(
        label=_("Message"), choices=texts, widget=forms.RadioSelect, initial="CALL"
    )
    order = forms.ChoiceField(
        label=_("By"),
        choices=[(key, label) for key, (label, _channels) in planning.ORDERS.items()],
        widget=forms.RadioSelect,
        initial="email",
    )


class MessageForm(StepForm):
    """One message to the family of one case. `seen` is the seal of the plan that the page showed:
    when something changed since, nothing is sent."""

    template = forms.ChoiceField(label=_("Message"), choices=texts, widget=forms.RadioSelect)
    order = forms.ChoiceField(
        label=_("By"),
        choices=[(key, label) for key, (label, _channels) in planning.ORDERS.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The plan at this moment; refused in words where nobody can be written to."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        data["order"] = data.get("order") or "email"
        found = planning.plan(
            self.flow.file,
            data["template"],
            data["order"],
            self.flow.turn.now,
            self.flow.turn.today,
        )
        if data.get("seen") and data["seen"] != found.seal:
            raise forms.ValidationError(
                _("Something changed since you looked: look again at what would be sent.")
            )
        if not found.lines:
            raise forms.ValidationError(
                [
                    f"{left.name}: {left.words}" if left.name else str(left.words)
                    for left in found.left
                ]
            )
        data["_plan"] = found
        return data


class MessageChoiceForm(StepForm):
    """Whether an adult wants messages; said by telephone or in person."""

    person = forms.ChoiceField(label=_("Who"), widget=forms.RadioSelect)
    wanted = forms.ChoiceField(
        label=_("Messages"),
        choices=[("stop", _("none any more")), ("allow", _("wanted again"))],
        widget=forms.RadioSelect,
        initial="stop",
    )

    def prepare(self) -> None:
        """The adults on file whom a message could reach."""
        country = family_contacts.country_of(policy_for("notifications", self.flow.turn.today))
        people = Guardian.objects.filter(student=self.flow.case.student_id)
        self.ways = {
            str(person.pk): sorted(family_contacts.addresses(person, country).values())
            for person in people
        }
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (str(person.pk), f"{person.name}: {', '.join(ways)}")
            for person in people
            if (ways := self.ways[str(person.pk)])
        ]

    def clean(self) -> dict[str, Any]:
        """The addresses of the chosen adult; the timeline keeps who, never an address."""
        data: dict[str, Any] = super().clean() or {}
        data["_addresses"] = self.ways.get(str(data.get("person")), [])
        return data
