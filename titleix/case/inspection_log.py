"""The inspection log (34 CFR 106.45(b)(5)(vi)): who looked at evidence and letters, when, by which
way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from casework.engine.casefile import CaseFile
from titleix.case.context import beside
from titleix.models import Inspection, PartyLink

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def by_link(
    link: PartyLink, *, document: UUID | None = None, attachment: UUID | None = None
) -> Inspection:
    """Keep that somebody looked by a private link: at a letter, at a file, or (with neither) at the
    list of the evidence.
    """
    return Inspection.objects.create(
        case_id=link.case_id,
        party_id=link.party_id,
        document_id=document,
        attachment_id=attachment,
        how=Inspection.How.LINK,
        at=timezone.now(),
    )


@dataclass(frozen=True)
class Look:
    """One line of the log; `letter` is the code of a letter, `file` says that it was a file of the
    evidence.
    """

    at: datetime
    who: str
    how: StrOrPromise
    letter: str
    file: bool


def looks(file: CaseFile, user_id: int | None) -> list[Look]:
    """The latest lines of the log of a case, the newest first."""
    people, ways = (
        {str(party.id): party.label for party in file.children["party"]},
        dict(Inspection.How.choices),
    )
    return [
        Look(row.at, people.get(row.party_id, ""), ways[row.how], row.letter, row.file)
        for row in beside(file, user_id).seen
    ]
