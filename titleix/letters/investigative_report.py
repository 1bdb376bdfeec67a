"""The investigative report as a draft out of the file: parties, allegations, procedure with its
dates, evidence, what people said, how the parties answered. A person makes a fair summary of it
(34 CFR 106.45(b)(5)(vii)).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from casework.engine.casefile import CaseFile
from titleix.case import queries
from titleix.models import Record

LETTERS = {
    "NOTICE": _("Notice of allegations to every party"),
    "NOTICE_SUPPLEMENT": _("Supplemental notice to every party"),
    "EVIDENCE": _("Evidence sent to every party and advisor"),
    "REPORT": _("Report sent to every party and advisor"),
    "DISMISSAL": _("Dismissal sent to both parties"),
    "IR_NOTICE": _("Informal resolution offered in writing"),
    "EXTENSION": _("Written notice of a delay with its reasons"),
    "SCHOOL_OUTCOME": _("Outcome sent to both families"),
}


def steps(file: CaseFile) -> list[tuple[date, str]]:
    """The procedural steps with their dates, from the complaint on (34 CFR 106.45(b)(7)(ii)(B))."""
    case = file.case
    dated = [(queries.known_on(file), _("An employee knew of the report"))]
    if case.complaint_on:
        dated.append((case.complaint_on, _("Formal complaint filed")))
    dated += sorted(
        {
            (row.sent_on, LETTERS[row.code])
            for row in file.children["delivery"]
            if row.code in LETTERS
        }
    )
    people = {party.id: party.label for party in file.children["party"]}
    for row in queries.records(file, Record.Kind.INTERVIEW):
        words = (
            _("Interview refused: %(who)s") if row.code == "refused" else _("Interview: %(who)s")
        )
        dated.append((row.on, words % {"who": people.get(row.party_id, "")}))
    for row in queries.records(file, Record.Kind.STATEMENT):
        words = (
            _("File handed in: %(who)s")
            if row.code == "portal_file"
            else _("Written response: %(who)s")
        )
        dated.append((row.on, words % {"who": people.get(row.party_id, "")}))
    if case.withdrawn_on:
        dated.append((case.withdrawn_on, _("Complaint withdrawn in writing")))
    return sorted(dated)


def procedure_lines(file: CaseFile) -> list[str]:
    """The same as lines: the date first, as forms keep it and letters read it."""
    return [f"{day.isoformat()} {what}" for day, what in steps(file)]


def parsed(lines: str, fallback: date) -> list[tuple[date, str]]:
    """Lines back to dates and words; a line without a date takes the fallback."""
    dated = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        first, _space, rest = line.partition(" ")
        try:
            dated.append((date.fromisoformat(first), rest.strip() or line))
        except ValueError:
            dated.append((fallback, line))
    return dated


def sections(file: CaseFile) -> list[tuple[str, list[str]]]:
    """(heading, paragraphs) of the draft; a section without content says so."""
    people = {party.id: party for party in file.children["party"]}

    def name(party_id: object) -> str:
        party = people.get(party_id)
        return (
            f"{party.label} ({party.name})"
            if party is not None and party.name
            else party.label
            if party is not None
            else ""
        )

    def quoted(rows: list[Record]) -> list[str]:
        return [
            f"{name(row.party_id)}, {row.on:%d %B %Y}: {queries.said(row)}".lstrip(", ")
            for row in rows
        ]

    evidence = [
        f"{row.number}. {row.data.get('title', '')} "
        f"({_('relied on') if row.code == 'relied' else _('not relied on')}): {row.text}"
        for row in queries.records(file, Record.Kind.EVIDENCE)
    ]
    return [
        (_("Parties"), [name(party.id) for party in queries.parties(file)]),
        (
            _("Allegations"),
            [f"{row.number}. {row.text}" for row in queries.records(file, Record.Kind.ALLEGATION)],
        ),
        (_("Procedure"), [f"{day:%d %B %Y}: {what}" for day, what in steps(file)]),
        (_("What people said"), quoted(queries.records(file, Record.Kind.INTERVIEW))),
        (_("Evidence"), evidence),
        (_("Responses of the parties to the evidence"), quoted(queries.answers_to_evidence(file))),
        (_("Fair summary of the relevant evidence"), []),
    ]


def draft(file: CaseFile) -> str:
    """The draft as text that the investigator edits."""
    parts = []
    for heading, lines in sections(file):
        body = "\n".join(lines) or _("(to be written)")
        parts.append(f"{heading}\n{body}")
    return "\n\n".join(parts)
