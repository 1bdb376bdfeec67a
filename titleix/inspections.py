"""The inspection log (34 CFR 106.45(b)(5)(vi)): who looked at evidence and letters, when, by which way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from casework.casefile import CaseFile
from titleix.models import Inspection, PartyLink


def by_link(link: PartyLink, *, document: UUID | None = None, attachment: UUID | None = None) -> Inspection:
    """Keep that somebody looked by a private link: at a letter, at a file, or (with neither) at the list of the evidence."""
    return Inspection.objects.create(
        case_id=link.case_id, party_id=link.party_id, document_id=document, attachment_id=attachment, how=Inspection.How.LINK, at=timezone.now()
    )  # fmt: skip


@dataclass(frozen=True)
class Look:
    """One line of the log; `letter` is the code of a letter, `file` says that it was a file of the evidence."""

    at: datetime
    who: str
    how: Any
    letter: str
    file: bool


def looks(file: CaseFile, most: int = 500) -> list[Look]:
    """The latest lines of the log of a case, the newest first. One statement."""
    people = {party.id: party.label for party in file.children["party"]}
    rows = Inspection.objects.filter(case_id=file.case.pk).annotate(letter=F("document__code")).order_by("-at", "id")[:most]
    return [Look(row.at, people.get(row.party_id, ""), row.get_how_display(), row.letter or "", bool(row.attachment_id)) for row in rows]
