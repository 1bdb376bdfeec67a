"""The whole file of a Title IX case as one archive, for those who coordinate it; each download is an event of the case."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from casework import archive, services
from casework.casefile import CaseFile, load
from casework.errors import UnknownCase
from casework.kinds import kind
from casework.papers import Section
from titleix import letters, lettertexts, reading, taking
from titleix.models import Inspection, Record


def whole_file(number: str, actor: Any) -> bytes:
    """The archive; the event that keeps who took it and its hash is written first. UnknownCase or Forbidden as the door says."""
    found = load(kind("TIX"), numbers=[number], lock=False)
    if not found:
        raise UnknownCase(number)
    file = found[0]
    flow = file.kind.workflow(file.case.rules)
    labels = {name: move.label for name, move in flow.transitions()}
    if not taking.may_take(actor, file.case):
        raise UnknownCase(number)
    content = archive.build(file.case, labels, sections(file), lettertexts.letterhead(), services.local_today())
    taking.keep(number, actor, "file", content)
    return content


def sections(file: CaseFile) -> list[Section]:
    """What only a Title IX case has: the report, its people, its records, its letters, who looked at the evidence."""
    people = {party.id: party.label for party in file.children["party"]}
    who = [[party.label, party.name, str(party.get_kind_display()), party.language] for party in reading.people(file)]
    found = [
        Section(_("In the reporter's words"), [file.case.narrative]),
        Section(_("People"), [], [_("Part"), _("Name"), _("Kind"), _("Language")], who, [2, 4, 2, 1]),
    ]
    for one in Record.Kind:
        rows = [
            [f"{row.number}", f"{row.on}", people.get(row.party_id, "") if row.party_id else "", row.code, row.text]
            for row in reading.records(file, one)
        ]
        if rows:
            found.append(
                Section(str(one.label).capitalize(), [], [_("No."), _("Date"), _("About"), _("Code"), _("Text")], rows, [1, 2, 2, 2, 7])
            )
    return [*found, _sent(file, people), _inspected(file, people)]


def _sent(file: CaseFile, people: dict[Any, str]) -> Section:
    rows = [
        [
            str(letters.NAMES.get(row.code, row.code)),
            people[row.party_id],
            str(row.sent_on),
            row.means,
            row.proof,
            str(row.delivered_on or ""),
        ]
        for row in sorted(file.children["delivery"], key=lambda row: (row.sent_on, row.code, str(row.id)))
    ]
    return Section(_("Letters"), [], [_("Letter"), _("To"), _("Sent"), _("By"), _("Proof"), _("Delivered")], rows, [4, 3, 2, 1, 3, 2])


def _inspected(file: CaseFile, people: dict[Any, str]) -> Section:
    rows = [
        [f"{row.at:%Y-%m-%d %H:%M}", people.get(row.party_id, "") if row.party_id else "", str(row.get_how_display())]
        for row in Inspection.objects.filter(case=file.case).order_by("at")
    ]
    return Section(_("Inspection log"), [], [_("When"), _("Who"), _("How")], rows, [2, 3, 3])
