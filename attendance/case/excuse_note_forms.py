"""What the steps on excuse notes need to be told (A-33)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import ExcuseNote
from casework.engine import date_rules
from casework.engine.clocks import UNITS
from casework.engine.forms import DateInput, StepForm


class ExcuseNoteForm(StepForm):
    """A note as it was handed in; whether it came in time is worked out from the policy."""

    kind = forms.ChoiceField(
        label=_("What kind"), choices=ExcuseNote.Kind.choices, widget=forms.RadioSelect
    )
    first_day = forms.DateField(label=_("First day absent"), widget=DateInput)
    last_day = forms.DateField(label=_("Last day absent"), widget=DateInput)
    returned_on = forms.DateField(
        label=_("Back at school on"),
        widget=DateInput,
        required=False,
        help_text=_("The next school day, if left empty."),
    )
    received_on = forms.DateField(label=_("Note received on"), widget=DateInput)

    def prepare(self) -> None:
        """Received today, most of the time."""
        self.fields["received_on"].initial = self.flow.turn.today

    def clean_received_on(self) -> Any:
        """It was received already."""
        return self.not_in_future("received_on")

    def clean_first_day(self) -> Any:
        """The absence has been."""
        return self.not_in_future("first_day")

    def clean(self) -> dict[str, Any]:
        """The order of the days; due date and verdict by the policy."""
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first one."))
        elif first and last and (last - first).days > 366:
            self.add_error("last_day", _("A note covers at most a year."))
        elif last and data.get("returned_on") and data["returned_on"] <= last:
            self.add_error("returned_on", _("The return lies after the last day absent."))
        if not self.errors and last is not None:
            data["returned_on"] = data.get("returned_on") or self.flow.file.calendar.nth_after(
                last, 1
            )
            data["due"] = self._due(data["returned_on"])
            data["verdict"] = self._verdict(data)
        return data

    def _due(self, returned: date) -> date:
        """So many days after the return, or after the absence, by the policy."""
        rule = self.flow.policy.get("excuse_note.due") or {
            "n": 366,
            "unit": "calendar_day",
            "from": "return",
        }
        day0 = returned if rule.get("from", "return") == "return" else self.cleaned_data["last_day"]
        return date_rules.add(
            day0, int(rule["n"]), date_rules.Unit(UNITS[rule["unit"]]), self.flow.file.calendar
        ).due

    def _verdict(self, data: dict[str, Any]) -> str:
        most = self.flow.policy.get("excuse_note.max_parent_notes")
        notes = [
            note
            for note in self.flow.file.children["note"]
            if note.kind == ExcuseNote.Kind.PARENT and note.verdict in ("TIMELY", "OVERRIDDEN")
        ]
        if data["received_on"] > data["due"]:
            return ExcuseNote.Verdict.LATE
        beyond = (
            most is not None and data["kind"] == ExcuseNote.Kind.PARENT and len(notes) >= int(most)
        )
        return ExcuseNote.Verdict.TOO_MANY if beyond else ExcuseNote.Verdict.TIMELY


class OverrideForm(StepForm):
    """Which note, and why it is accepted all the same."""

    note = forms.ChoiceField(label=_("Which note"))
    reason = forms.CharField(label=_("Reason"), max_length=1_000)

    def prepare(self) -> None:
        """The refused ones."""
        field = self.fields["note"]
        assert isinstance(field, forms.ChoiceField)
        refused = [
            note for note in self.flow.file.children["note"] if note.verdict in ("LATE", "TOO_MANY")
        ]
        field.choices = [
            (
                str(note.id),
                f"{note.first_day:%d %b} - {note.last_day:%d %b}, {note.get_verdict_display()}",
            )
            for note in refused
        ]
