"""What the forms of Title IX steps share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput, StepForm
from titleix.models import Party, Record

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


# What `clean` of a form returns: the values by the names of their fields.
Cleaned = dict[str, Any]


class Happened(StepForm):
    """A form whose date `on` is refused when it lies in the future: it has happened."""

    def clean_on(self) -> date | None:
        """Today or before."""
        day: date | None = self.not_in_future("on")
        return day


def long_text(
    label: StrOrPromise, *, required: bool = True, help_text: StrOrPromise = ""
) -> forms.CharField:
    """A field for a narrative."""
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=50_000,
        required=required,
        help_text=help_text,
    )


def choose(form: forms.Form, name: str, choices: Sequence[tuple[str, StrOrPromise]]) -> None:
    """Set the choices of a field that follow from the case."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def people_of(form: StepForm, *parts: str) -> list[tuple[str, str]]:
    """The people of these parts (all without) who are still in the case, as choices."""
    people = [
        party
        for party in form.flow.file.children["party"]
        if party.left_on is None and (not parts or party.part in parts)
    ]
    return [
        (str(party.id), party.label) for party in sorted(people, key=lambda p: (p.part, p.number))
    ]


class PartyChoice(StepForm):
    """A form about one of the people in the case."""

    parts: tuple[str, ...] = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
    party = forms.ChoiceField(label=_("About whom"))

    def prepare(self) -> None:
        """The people of the wanted parts who are still in the case."""
        self.people = people_of(self, *self.parts)
        choose(self, "party", self.people)


class EventForm(Happened):
    """Something that happened on a day."""

    on = forms.DateField(label=_("Date"), widget=DateInput)


class RecordForm(Happened, PartyChoice):
    """A record on a day, about a person."""

    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = long_text(_("Text"))
    optional_party = False

    def prepare(self) -> None:
        """Where it may be about nobody in particular, that is a choice too."""
        super().prepare()
        field = self.fields["party"]
        if self.optional_party and isinstance(field, forms.ChoiceField):
            field.required, field.choices = False, [("", "–"), *self.people]


class SentForm(Happened):
    """Letters that leave the house to each recipient on one day."""

    on = forms.DateField(label=_("Sent on"), widget=DateInput)
    means = forms.ChoiceField(
        label=_("By"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )
    proof = forms.CharField(label=_("Proof of delivery"), max_length=200, required=False)

    def prepare(self) -> None:
        """Today, most of the time."""
        self.fields["on"].initial = self.flow.turn.today


class PeopleForm(StepForm):
    """People to write to, several at once."""

    parts: tuple[str, ...] = ()
    people = forms.MultipleChoiceField(label=_("To whom"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        """The people of the wanted parts."""
        choose(self, "people", people_of(self, *self.parts))


class RecordChoice(StepForm):
    """A form about one record that is open. `kind` says of what, `codes` which ones of it."""

    kind = ""
    codes: tuple[str, ...] = ()
    record = forms.ChoiceField(label=_("Which one"))

    def prepare(self) -> None:
        """The open ones of the kind, by their numbers."""
        rows = [
            row
            for row in self.flow.file.children["record"]
            if row.kind == self.kind and row.closed_on is None
        ]
        rows = [row for row in rows if not self.codes or row.code in self.codes]
        choose(
            self,
            "record",
            [(str(row.id), self.name_of(row)) for row in sorted(rows, key=lambda row: row.number)],
        )

    def name_of(self, row: Record) -> str:
        """What a person knows it by: its number, its date, the person it is about."""
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        return " · ".join(
            filter(
                None,
                [
                    f"{row.number}",
                    f"{row.on:%d %b %Y}",
                    people.get(row.party_id, ""),
                    row.text[:60],
                ],
            )
        )


class EndForm(Happened, RecordChoice):
    """The end of something on record, with the reason."""

    on = forms.DateField(label=_("Ended on"), widget=DateInput)
    text = long_text(_("Why"))
