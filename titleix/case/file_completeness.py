"""The checklist of a complete file: what a court, or the Office for Civil Rights, would look for
before a case is closed (34 CFR 106.45(b)(10)). It guards the closing and stands in the closing
memo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.engine.casefile import CaseFile
from titleix.case import queries
from titleix.models import Record, TitleIXCase
from titleix.rules import clocks

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Item:
    """One line: what must be on file, whether it is, and why."""

    what: StrOrPromise
    met: bool
    cite: str = ""


def checklist(file: CaseFile) -> list[Item]:
    """Every line that applies to this case, in the order of the procedure."""
    items = [*_always(file)]
    if file.case.level == TitleIXCase.Level.DISTRICT and file.case.complaint_on:
        items += _grievance(file)
    return [*items, *_ending(file)]


def _always(file: CaseFile) -> Iterator[Item]:
    case = file.case
    screened = any(
        row.code not in ("proposed", "second_reader") and row.text
        for row in queries.records(file, Record.Kind.SCREENING)
    )
    yield Item(_("Screening with its rationale"), screened)
    yield Item(_("Second reader, where something stayed unknown"), not case.second_reader_open)
    helped = bool(
        queries.records(file, Record.Kind.MEASURE) or queries.records(file, Record.Kind.CONTACT)
    )
    yield Item(
        _("Supportive measures, or the contact in which they were offered"),
        helped,
        "34 CFR 106.45(b)(10)(ii)",
    )
    open_tasks = [
        str(clocks.TASKS.get(task.kind, task.kind)) for task in file.tasks if task.status == "OPEN"
    ]
    yield Item(
        _("Duties done: %(what)s") % {"what": ", ".join(open_tasks)}
        if open_tasks
        else _("Duties done"),
        not open_tasks,
    )
    yield Item(_("Ties to the case reviewed"), not queries.tied(file), "34 CFR 106.45(b)(1)(iii)")


def _grievance(file: CaseFile) -> Iterator[Item]:
    yield Item(
        _("Formal complaint, signed"),
        bool(queries.records(file, Record.Kind.COMPLAINT)),
        "34 CFR 106.30",
    )
    if queries.records(file, Record.Kind.AGREEMENT):
        yield Item(
            _("Consent of both parties and signed agreement"),
            bool(queries.records(file, Record.Kind.CONSENT)),
            "34 CFR 106.45(b)(9)",
        )
        return
    if file.case.dismissed_on:
        yield _sent(
            file,
            _("Dismissal with its reasons to both parties"),
            "DISMISSAL",
            "34 CFR 106.45(b)(3)(iii)",
        )
        return
    yield _sent(file, _("Notice of allegations to every party"), "NOTICE", "34 CFR 106.45(b)(2)")
    yield _sent(file, _("Evidence to every party"), "EVIDENCE", "34 CFR 106.45(b)(5)(vi)")
    yield _sent(file, _("Report to every party"), "REPORT", "34 CFR 106.45(b)(5)(vii)")
    yield _sent(
        file, _("Determination to both parties"), "DETERMINATION", "34 CFR 106.45(b)(7)(iii)"
    )


def _ending(file: CaseFile) -> Iterator[Item]:
    state = file.case.state
    if state in ("S_OUTCOME_NOTIFIED", "S_DISMISSED"):
        code = "SCHOOL_OUTCOME" if state == "S_OUTCOME_NOTIFIED" else "CLOSING"
        yield _sent(file, _("Outcome to both families"), code, "")
    if state == "REMEDIES":
        yield _sent(file, _("Outcome to both parties"), "OUTCOME", "34 CFR 106.45(b)(7)(iii)")
        yield Item(
            _("Remedies carried out"), not queries.open_remedies(file), "34 CFR 106.45(b)(7)(iv)"
        )


def _sent(file: CaseFile, what: StrOrPromise, code: str, cite: str) -> Item:
    reached = {row.party_id for row in queries.deliveries(file, code)}
    missing = [party.label for party in queries.parties(file) if party.id not in reached]
    words = f"{what} ({', '.join(missing)})" if missing else what
    return Item(words, not missing and bool(reached or not queries.parties(file)), cite)
