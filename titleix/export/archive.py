"""The whole file of a Title IX case as one archive, for those who coordinate it; each download
is an event of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from casework.case_types.registry import kind
from casework.documents import case_archive
from casework.documents.reports import Section
from casework.engine import services
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import UnknownCase
from titleix.case import queries
from titleix.export import export_permission
from titleix.letters import contents, rendering
from titleix.models import Inspection, Record


def whole_file(number: str, actor: Any) -> bytes:
    """The archive; the event that keeps who took it and its hash is written first. UnknownCase
    or Forbidden as the door says."""
    found = load(kind("TIX"), numbers=[number], lock=False)
    if not found:
        raise UnknownCase(number)
    file = found[0]
    flow = file.kind.workflow(file.case.rules)
    labels = {name: move.label for name, move in flow.transitions()}
    if not export_permission.may_take(actor, file.case):
        raise UnknownCase(number)
    content = case_archive.build(
        file.case, labels, sections(file), contents.letterhead(), services.local_today()
    )
    export_permission.keep(number, actor, "file", content)
    return content


def sections(file: CaseFile) -> list[Section]:
    """What only a Title IX case has: the report, its people, its records, its letters, who
    looked at the evidence."""
    people = {party.id: party.label for party in file.children["party"]}
    who = [
        [party.label, party.name, str(party.get_kind_display()), party.language]
        for party in queries.people(file)
    ]
    found = [
        Section(_("In the reporter's words"), [file.case.narrative]),
        Section(
            _("People"), [], [_("Part"), _("Name"), _("Kind"), _("Language")], who, [2, 4, 2, 1]
        ),
    ]
    return [*found, *records(file, people), sent(file, people), inspected(file, people)]


def records(file: CaseFile, people: Mapping[Any, str]) -> list[Section]:
    """Everything on file by its kind, each with all its words."""
    found = []
    for one in Record.Kind:
        rows = [
            [
                f"{row.number}",
                f"{row.on}",
                people.get(row.party_id, "") if row.party_id else "",
                row.code,
                words_of(row, people),
            ]
            for row in queries.records(file, one)
        ]
        if rows:
            head = [_("No."), _("Date"), _("About"), _("Code"), _("Text")]
            found.append(Section(str(one.label).capitalize(), [], head, rows, [1, 2, 2, 2, 7]))
    return found


def words_of(row: Record, people: Mapping[Any, str]) -> str:
    """The text of a record, and what its form held beside it; people stand by their labels."""
    labels = {str(pk): label for pk, label in people.items()}
    return "\n".join(filter(None, [row.text, *_lines("", row.data, labels)]))


def _lines(name: str, value: Any, labels: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(str(key).replace("_", " "), inner, labels)
    elif isinstance(value, list):
        yield from (line for inner in value for line in _lines(name, inner, labels))
    elif value not in (None, "", False):
        yield f"{name}: {labels.get(str(value), value)}"


def sent(file: CaseFile, people: Mapping[Any, str]) -> Section:
    """What was sent to whom, with its proof."""
    rows = [
        [
            str(rendering.NAMES.get(row.code, row.code)),
            people[row.party_id],
            str(row.sent_on),
            row.means,
            row.proof,
            str(row.delivered_on or ""),
        ]
        for row in sorted(
            file.children["delivery"], key=lambda row: (row.sent_on, row.code, str(row.id))
        )
    ]
    return Section(
        _("Letters"),
        [],
        [_("Letter"), _("To"), _("Sent"), _("By"), _("Proof"), _("Delivered")],
        rows,
        [4, 3, 2, 1, 3, 2],
    )


def inspected(file: CaseFile, people: Mapping[Any, str]) -> Section:
    """The inspection log."""
    rows = [
        [
            f"{row.at:%Y-%m-%d %H:%M}",
            people.get(row.party_id, "") if row.party_id else "",
            str(row.get_how_display()),
        ]
        for row in Inspection.objects.filter(case=file.case).order_by("at")
    ]
    return Section(_("Inspection log"), [], [_("When"), _("Who"), _("How")], rows, [2, 3, 3])
