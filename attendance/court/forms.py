"""What the steps before the law need to be told, and those about excuse notes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.common.forms import DayForm
from attendance.common.process_forms import offer_providers
from attendance.models import ExcuseNote, MediationProvider
from casework.engine import date_rules
from casework.engine.clocks import UNITS
from casework.engine.forms import DateInput, StepForm


class GoodFaithForm(StepForm):
    """The rationale, and what it opens (C5)."""

    OPENS = [
        ("mediation", _("A mediation")),
        ("court", _("The truancy court programme")),
        ("juvenile", _("A complaint with the juvenile court counselor (Chapter 7B)")),
    ]
    reason = forms.CharField(
        label=_("Rationale"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4_000
    )
    opens = forms.MultipleChoiceField(
        label=_("This also opens"),
        choices=OPENS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    provider = forms.ModelChoiceField(
        label=_("Provider of the mediation"),
        queryset=MediationProvider.objects.none(),
        required=False,
    )

    def prepare(self) -> None:
        """Providers with access to the school."""
        offer_providers(self)

    def clean(self) -> dict[str, Any]:
        """A mediation needs a provider, and none that runs already."""
        data = super().clean() or {}
        if "mediation" in data.get("opens", []):
            running = any(
                row.kind == "MEDIATION" and row.closed_on is None
                for row in self.flow.file.processes
            )
            if running:
                self.add_error("opens", _("A mediation is running already."))
            elif not data.get("provider"):
                self.add_error("provider", _("Choose a provider with access to this school."))
        return data


class VerifyForm(StepForm):
    """The social worker's word (G.S. 115C-381)."""

    facts = forms.CharField(
        label=_("Facts"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4_000,
        help_text=_(
            "What was done to help, and how the family answered. Dates and letters are added by themselves."
        ),
    )
    confirm = forms.BooleanField(label=_("I verify that this is true to the best of my knowledge"))


class InquiryForm(StepForm):
    """The indigency inquiry (G.S. 115C-382)."""

    result = forms.ChoiceField(
        label=_("The claim that the child must work is"),
        widget=forms.RadioSelect,
        choices=[("confirmed", _("confirmed: no referral")), ("not confirmed", _("not confirmed"))],
    )
    reason = forms.CharField(
        label=_("What the inquiry found"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4_000,
    )


class WithdrawalForm(StepForm):
    """A withdrawal that the ten-day rule had forbidden."""

    reason = forms.CharField(
        label=_("How it is known that the student left"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )


class DisclosureForm(DayForm):
    """A written notice to an authority: kept as a disclosure (34 CFR 99.32)."""

    KINDS = ("NOTIFY_DA", "NOTIFY_DSS", "JUVENILE_COMPLAINT", "INFORM_CORRECTION")
    task = forms.ChoiceField(label=_("Which"))
    to = forms.CharField(label=_("To whom"), max_length=200)
    what = forms.CharField(label=_("What was disclosed"), max_length=300)
    basis = forms.CharField(label=_("Legal basis"), max_length=200, initial="G.S. 115C-378")
    field_order = ["task", "on", "to", "what", "basis"]

    def prepare(self) -> None:
        """The open ones."""
        super().prepare()
        field = self.fields["task"]
        assert isinstance(field, forms.ChoiceField)
        labels = self.flow.file.kind.task_labels
        field.choices = [
            (task.kind, labels[task.kind])
            for task in self.flow.file.tasks
            if task.kind in self.KINDS and task.status == "OPEN"
        ]


# -- excuse notes (A-33) ----------------------------------------------------------------------------------------------


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
