"""Files that a party hands in by the private link: which are taken, and how they come into the
case.

Each file stands for itself: what can be kept is kept, even when another file or the words beside
it are not right, so that nobody must choose anything twice. The same file handed in again is the
file that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from uuid import uuid5

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from casework.documents import attachments
from casework.engine.casefile import CaseFile
from casework.engine.services import Outcome, act
from casework.models import Attachment
from casework.privacy import encrypted_files
from district.uploads import fingerprint
from titleix.case import queries
from titleix.case.states import Stage
from titleix.intake.fields import problem
from titleix.models import PartyLink
from titleix.party_portal import links

# While somebody gathers evidence or the parties answer to it, and while they answer to the report.
OPEN_TO_FILES = (
    Stage.FORMAL_COMPLAINT,
    Stage.NOTICED,
    Stage.INVESTIGATING,
    Stage.EVIDENCE_REVIEW,
    Stage.REPORT_REVIEW,
    Stage.S_OPEN,
    Stage.S_INVESTIGATING,
)
HANDS_IN = ("complainant", "respondent", "parent")  # an advisor hands in through the party
PER_SENDING, IN_ALL = 10, 60  # where the policy of the case says nothing


@dataclass
class Looked:
    """What of a sending can be kept, what is there already, and what is wrong with the rest:
    (name, why)."""

    good: list[UploadedFile] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    bad: list[tuple[str, Any]] = field(default_factory=list)


def open_to(link: PartyLink, file: CaseFile) -> bool:
    """Whether this person may hand in files now."""
    return link.party.part in HANDS_IN and file.case.state in OPEN_TO_FILES


def most(file: CaseFile) -> int:
    """How many files at one time, by the policy of the case."""
    return int(file.policy.get("portal.files", PER_SENDING))


def left(file: CaseFile, link: PartyLink) -> int:
    """How many files this person may still hand in."""
    mine = [row for row in queries.handed_in(file) if row.party_id == link.party_id]
    return max(0, in_all(file) - len(mine))


def in_all(file: CaseFile) -> int:
    """How many files of one person in one case, by its policy."""
    return int(file.policy.get("portal.files_in_all", IN_ALL))


def named(upload: UploadedFile) -> str:
    """The name that a file had at home, without its folders."""
    return PurePath((upload.name or "").replace("\x00", "")).name[:200] or "file"


def look(file: CaseFile, link: PartyLink, uploads: Sequence[UploadedFile]) -> Looked:
    """Sort a sending, by the rules of all attachments. Nothing is kept yet."""
    found, known = Looked(), _known(file, link)
    for upload in uploads:
        why = problem(upload)
        if why:
            found.bad.append((named(upload), why))
        elif (mark := fingerprint(upload)) in known:
            found.again.append(named(upload))
        else:
            known.add(mark)
            found.good.append(upload)
    return found


def _known(file: CaseFile, link: PartyLink) -> set[str]:
    mine = [row.attachment_id for row in queries.handed_in(file) if row.party_id == link.party_id]
    return (
        set(Attachment.objects.filter(pk__in=mine).values_list("sha256", flat=True))
        if mine
        else set()
    )


def _send(link: PartyLink, code: str, words: str, kept: Sequence[Attachment], mark: str) -> Outcome:
    given = [{"id": str(row.pk), "name": row.name} for row in kept]
    data = {"party": str(link.party_id), "code": code, "text": words, "files": given}
    return act(link.case.number, "party_answer", actor=None, data=data, key=uuid5(link.pk, mark))


def keep(
    link: PartyLink, code: str, words: str, uploads: Sequence[UploadedFile], form: str
) -> None:
    """What a party sends, files and words at once or not at all. Two clicks on one `form` come
    one after the other (the link's row is locked), and the second finds what the first has
    brought; other words or files are another sending, even out of the browser's history. The
    refusals of `act` pass through; no bytes stay behind then."""
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            PartyLink.objects.select_for_update().get(pk=link.pk)
            file = links.case_file(link)
            for upload in look(file, link, uploads).good:
                kept.append(
                    attachments.take(file.case, upload, None, settings.MAX_ATTACHMENT_BYTES)
                )
            marks = " ".join(row.sha256 for row in kept)
            if (
                code != links.FILE
                and not _send(link, code, words, kept, f"{form} {code} {words}").repeated
            ):
                return
            if kept:
                _send(
                    link, links.FILE, words if code == links.FILE else "", kept, f"{form} {marks}"
                )
    except BaseException:
        for row in kept:
            encrypted_files.forget(row)
        raise
