"""What a step reads of a case: its people, functions, records and deliveries, from the file that was loaded with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.conf import settings

from casework.casefile import CaseFile
from casework.dates import local_date
from titleix import procedure
from titleix.models import Assignment, Delivery, Party, Record
from titleix.separation import Role


def span(file: CaseFile, name: str) -> procedure.Span:
    """A length of time of the policy (`sla`)."""
    return procedure.Span.of(file.policy.require(f"sla.{name}"))


def known_on(file: CaseFile) -> date:
    """The local date on which an employee first knew: day 0 of the school's promise."""
    return local_date(file.case.knowledge_at, settings.TIME_ZONE)


def people(file: CaseFile, *parts: str) -> list[Party]:
    """The people of these parts who are still in the case, in their order."""
    found = [party for party in file.children["party"] if party.left_on is None and (not parts or party.part in parts)]
    return sorted(found, key=lambda party: (party.part, party.number))


def parties(file: CaseFile) -> list[Party]:
    """Complainants and respondents who are known by name: those to whom the rule owes notices."""
    return [party for party in people(file, Party.Part.COMPLAINANT, Party.Part.RESPONDENT) if party.name]


def acting_for(file: CaseFile, party: Party, part: str) -> list[Party]:
    """The parents or the advisors of a party."""
    return [other for other in people(file, part) if other.acts_for_id == party.id]


def records(file: CaseFile, *kinds: str) -> list[Record]:
    """The records of these kinds, in the order of their numbers."""
    return sorted((row for row in file.children["record"] if row.kind in kinds), key=lambda row: (row.number, row.on))


def deliveries(file: CaseFile, code: str) -> list[Delivery]:
    """What was sent under a code, in the latest round."""
    found = [row for row in file.children["delivery"] if row.code == code]
    last = max((row.round for row in found), default=0)
    return [row for row in found if row.round == last]


def recipients(file: CaseFile, code: str) -> list[procedure.Recipient]:
    """For the windows: everybody who must have it, with when it was sent and when they answered or waived."""
    sent = {row.party_id: row for row in deliveries(file, code)}
    wanted = [(party, True) for party in parties(file)]
    wanted += [(advisor, False) for party in parties(file) for advisor in acting_for(file, party, Party.Part.ADVISOR)]
    return [_recipient(sent.get(party.id), is_party) for party, is_party in wanted]


def _recipient(row: Delivery | None, is_party: bool) -> procedure.Recipient:
    return procedure.Recipient(row.sent_on if row else None, row.closed_on if row else None, is_party)


def assigned(file: CaseFile, *roles: Role) -> list[Assignment]:
    """Who holds one of these functions now."""
    return [row for row in file.children["assignment"] if row.ends_on is None and row.role in {role.value for role in roles}]


def roles_of(file: CaseFile, user_id: int) -> list[Role]:
    """Every function that a person holds or ever held in the case."""
    return [Role(row.role) for row in file.children["assignment"] if row.user_id == user_id]


def next_number(rows: Collection[Any]) -> int:
    """The number of the next party or record of a kind."""
    return max((row.number for row in rows), default=0) + 1
