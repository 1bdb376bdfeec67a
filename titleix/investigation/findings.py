"""The finding on each allegation, of a school or of a decision-maker."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.case.forms import long_text
from titleix.case.record_rows import add
from titleix.models import Record


class FindingForm(StepForm):
    """The finding on each allegation."""

    def prepare(self) -> None:
        """One field pair for every allegation."""
        for record in self.allegations():
            self.fields[f"finding_{record.number}"] = forms.ChoiceField(
                label=_("Allegation %(n)s") % {"n": record.number},
                choices=[
                    ("substantiated", _("substantiated")),
                    ("not_substantiated", _("not substantiated")),
                    ("inconclusive", _("inconclusive")),
                ],
            )
            self.fields[f"why_{record.number}"] = long_text(_("Why"))

    def allegations(self) -> list[Record]:
        """The allegations of the case."""
        rows = [
            record
            for record in self.flow.file.children["record"]
            if record.kind == Record.Kind.ALLEGATION
        ]
        return sorted(rows, key=lambda record: record.number)


def record_findings(flow: Workflow) -> None:
    """One finding for each allegation."""
    for old in queries.records(
        flow.file, Record.Kind.FINDING
    ):  # of an earlier episode: frozen, and no longer in force
        if old.closed_on is None:
            old.closed_on = flow.turn.today
            flow.file.touch(old)
    for allegation in queries.records(flow.file, Record.Kind.ALLEGATION):
        code, why = flow.data[f"finding_{allegation.number}"], flow.data[f"why_{allegation.number}"]
        add(
            flow,
            Record.Kind.FINDING,
            flow.turn.today,
            text=why,
            code=code,
            allegation=allegation.number,
        )
    codes = [row.code for row in queries.findings(flow.file)]
    flow.case.responsible = bool({"substantiated", "responsible"} & set(codes))
    flow.turn.data = {"findings": len(codes)}
