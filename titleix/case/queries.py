"""What a step reads of a case: its people, functions, records and deliveries, from the file that
was loaded with it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.engine.casefile import CaseFile
from casework.engine.date_rules import local_date
from titleix.models import Assignment, Delivery, Party, Record
from titleix.rules import timelines
from titleix.rules.separation_of_duties import Role


def span(file: CaseFile, name: str) -> timelines.Span:
    """A length of time of the policy (`sla`)."""
    return timelines.Span.of(file.policy.require(f"sla.{name}"))


def known_on(file: CaseFile) -> date:
    """The local date on which an employee first knew: day 0 of the school's promise."""
    return local_date(file.case.knowledge_at, settings.TIME_ZONE)


def people(file: CaseFile, *parts: str) -> list[Party]:
    """The people of these parts who are still in the case, in their order."""
    rows = [
        party
        for party in file.children["party"]
        if party.left_on is None and (not parts or party.part in parts)
    ]
    return sorted(rows, key=lambda party: (party.part, party.number))


def parties(file: CaseFile) -> list[Party]:
    """Complainants and respondents who are known by name: those to whom the rule owes notices."""
    return [
        party for party in people(file, Party.Part.COMPLAINANT, Party.Part.RESPONDENT) if party.name
    ]


def acting_for(file: CaseFile, party: Party, part: str) -> list[Party]:
    """The parents or the advisors of a party."""
    return [other for other in people(file, part) if other.acts_for_id == party.id]


def records(file: CaseFile, *kinds: str) -> list[Record]:
    """The records of these kinds, in the order of their numbers."""
    return sorted(
        (row for row in file.children["record"] if row.kind in kinds),
        key=lambda row: (row.number, row.on),
    )


def deliveries(file: CaseFile, code: str) -> list[Delivery]:
    """What was sent under a code, in the latest round."""
    rows = [row for row in file.children["delivery"] if row.code == code]
    last = max((row.round for row in rows), default=0)
    return [row for row in rows if row.round == last]


def recipients(file: CaseFile, code: str) -> list[timelines.Recipient]:
    """For the windows: everybody who must have it, with when it was sent and when they answered or
    waived.
    """
    sent = {row.party_id: row for row in deliveries(file, code)}
    wanted = [(party, True) for party in parties(file)]
    wanted += [
        (advisor, False)
        for party in parties(file)
        for advisor in acting_for(file, party, Party.Part.ADVISOR)
    ]
    return [_recipient(sent.get(party.id), is_party) for party, is_party in wanted]


def _recipient(row: Delivery | None, is_party: bool) -> timelines.Recipient:
    return timelines.Recipient(
        row.sent_on if row else None, row.closed_on if row else None, is_party
    )


def assigned(file: CaseFile, *roles: Role) -> list[Assignment]:
    """Who holds one of these functions now."""
    return [
        row
        for row in file.children["assignment"]
        if row.ends_on is None and row.role in {role.value for role in roles}
    ]


def roles_of(file: CaseFile, user_id: int) -> list[Role]:
    """Every function that a person holds or ever held in the case."""
    return [Role(row.role) for row in file.children["assignment"] if row.user_id == user_id]


def next_number(rows: Collection[Party] | Collection[Record]) -> int:
    """The number of the next party or record of a kind."""
    return max((row.number for row in rows), default=0) + 1


def assigned_to(file: CaseFile, user_id: int) -> list[Assignment]:
    """The functions that a person holds now."""
    return [
        row for row in file.children["assignment"] if row.ends_on is None and row.user_id == user_id
    ]


def tied(file: CaseFile) -> list[Assignment]:
    """Running functions of people whose tie to the case nobody has cleared."""
    return [
        row
        for row in file.children["assignment"]
        if row.ends_on is None and row.conflict and not row.conflict_cleared
    ]


def entitled(file: CaseFile, *, advisors: bool = False) -> list[Party]:
    """To whom a letter is owed: the known parties, and their advisors where the rule names them."""
    people_owed = parties(file)
    return (
        people_owed
        + [
            advisor
            for party in parties(file)
            for advisor in acting_for(file, party, Party.Part.ADVISOR)
            if advisor.name
        ]
        if advisors
        else people_owed
    )


def readers(file: CaseFile, party: Party) -> list[Party]:
    """Whose names stand on the letters of a person: the parents of a minor (34 CFR 106.6(g)), else
    the person.
    """
    parents = (
        [parent for parent in acting_for(file, party, Party.Part.PARENT) if parent.name]
        if party.minor
        else []
    )
    return parents or [party]


def findings(file: CaseFile) -> list[Record]:
    """The findings in force; those of an earlier episode are frozen."""
    return [row for row in records(file, Record.Kind.FINDING) if row.closed_on is None]


def measures(file: CaseFile, party: Party | None = None) -> list[Record]:
    """Supportive measures that are in place or offered, of everybody or of one person."""
    rows = [
        row
        for row in records(file, Record.Kind.MEASURE)
        if row.closed_on is None and row.code in ("accepted", "offered")
    ]
    return [row for row in rows if party is None or row.party_id == party.id]


def remedies(file: CaseFile, code: str = "") -> list[Record]:
    """Remedies and sanctions, or one of both."""
    return [row for row in records(file, Record.Kind.REMEDY) if not code or row.code == code]


def open_remedies(file: CaseFile) -> list[Record]:
    """Those that are not carried out yet."""
    return [row for row in remedies(file) if row.closed_on is None]


def answers_to_evidence(file: CaseFile) -> list[Record]:
    """What the parties answered to the evidence, on paper or by their private links."""
    rows = records(file, Record.Kind.STATEMENT)
    by_link = ("portal_response", "portal_file")
    return [
        row
        for row in rows
        if row.code == "evidence_answered"
        or (row.code in by_link and row.data.get("to") == "EVIDENCE")
    ]


def handed_in(file: CaseFile, *, unsorted: bool = False) -> list[Record]:
    """The files that the parties handed in by their private links; with `unsorted`, those that
    nobody has put on the list of evidence or set aside yet.
    """
    rows = [row for row in records(file, Record.Kind.STATEMENT) if row.code == "portal_file"]
    return [row for row in rows if row.closed_on is None] if unsorted else rows


def said(row: Record) -> str:
    """What a record says in one line: the name of the file, if it has one, and its words."""
    return ": ".join(
        filter(None, [str(row.data.get("title", "")) if row.attachment_id else "", row.text])
    )


def moment(day: date, at: time | None = None) -> datetime:
    """A time of the district's day."""
    return datetime.combine(day, at or time(12), ZoneInfo(settings.TIME_ZONE))


def decided(file: CaseFile) -> Record | None:
    """The determination in force, or the dismissal; None before one."""
    rows = records(file, Record.Kind.DETERMINATION)
    return rows[-1] if rows else None


def appeals(file: CaseFile) -> list[Record]:
    """The appeals that were filed, the latest last."""
    return [row for row in records(file, Record.Kind.APPEAL) if row.code == "filed"]


def newest(file: CaseFile, code: str) -> date | None:
    """When letters of a code last went out; None when never."""
    return max((row.sent_on for row in file.children["delivery"] if row.code == code), default=None)


def retention(file: CaseFile, closed_on: date) -> date:
    """The earliest day of disposal of a file that is closed on a day (34 CFR 106.45(b)(10))."""
    return timelines.retention_date(
        closed_on, closed_on, int(file.policy.require("retention_years"))
    )
