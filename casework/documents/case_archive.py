"""A whole file as one archive: the case as a paper with its timeline, every letter and attachment,
an index with the SHA-256 of each, and whether the chain of its events holds. What only one kind of
case has, that kind adds as sections."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.audit import hash_chain
from casework.documents.letters import Letterhead
from casework.documents.reports import Section, render_paper
from casework.models import Attachment, Case, Document, Event
from casework.privacy import encrypted_files

EPOCH = (1980, 1, 1, 0, 0, 0)  # the same file gives the same archive
INDEX = (
    "path",
    "what",
    "bytes",
    "sha256",
)  # the same in every language: programs check the hashes by it


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its path, what it is, its bytes."""

    path: str
    what: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def build(
    case: Case, labels: dict[str, Any], sections: Sequence[Section], district: Letterhead, on: date
) -> bytes:
    """The archive of a case as a zip. `labels` names the steps; `sections` are the kind's own,
    after the facts and before the timeline. Nothing in it depends on who asks: the caller checks
    and logs that."""
    paper = render_paper(
        _("Case file"),
        case.number,
        on,
        [*facts(case), *sections, *timeline_sections(case, labels)],
        district,
    )
    return packed(
        [
            Entry("case.pdf", _("The case with its timeline"), paper.pdf),
            *_letters(case),
            *_attachments(case),
            _chain(case),
        ]
    )


def packed(entries: Sequence[Entry]) -> bytes:
    """These files with their index, as a zip whose bytes follow from theirs alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in [*entries, _index(entries)]:
            archive.writestr(
                zipfile.ZipInfo(entry.path, EPOCH), entry.content, zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def _index(entries: Sequence[Entry]) -> Entry:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(INDEX)
    for entry in entries:
        writer.writerow([entry.path, entry.what, len(entry.content), entry.sha256])
    return Entry("index.csv", "", text.getvalue().encode())


def facts(case: Case) -> list[Section]:
    """Number, state, rules and dates."""
    rows = [
        [_("Number"), case.number],
        [_("State"), case.state],
        [_("Rules"), case.rules],
        [_("Policy"), case.policy],
        [_("Opened"), str(case.opened_on)],
        [_("Closed"), str(case.closed_on or "")],
        [_("Episode"), str(case.episode)],
    ]
    return [Section(_("Facts"), [], [_("What"), _("Value")], rows, [1, 3])]


def actor_name(event: Event) -> str:
    """Who acted, by name."""
    return str(event.actor or _("the system"))


def timeline_sections(
    case: Case, labels: dict[str, Any], who: Callable[[Event], str] = actor_name
) -> list[Section]:
    """The events with their hashes; `who` says how an actor is called."""
    rows = [
        [
            str(event.seq),
            str(event.on),
            str(labels.get(event.name, event.name)),
            who(event),
            event.hash,
        ]
        for event in Event.objects.filter(case=case).select_related("actor").order_by("seq")
    ]
    return [
        Section(
            _("Timeline"),
            [],
            [_("No."), _("Date"), _("Step"), _("Who"), _("Hash")],
            rows,
            [1, 2, 5, 3, 6],
        )
    ]


def _letters(case: Case) -> list[Entry]:
    rows = (
        Document.objects.filter(case=case)
        .select_related("case")
        .order_by("created_at", "code", "language", "pk")
    )
    return [
        Entry(
            f"letters/{n:03}-{row.code}-{row.language}.pdf",
            f"{row.code} {row.recipient}".strip(),
            encrypted_files.read(row),
        )
        for n, row in enumerate(rows, 1)
    ]


def _attachments(case: Case) -> list[Entry]:
    rows = (
        Attachment.objects.filter(case=case, state=Attachment.State.CLEAN)
        .select_related("case")
        .order_by("uploaded_at", "pk")
    )
    return [
        Entry(f"attachments/{n:03}-{safe(row.name)}", row.name, encrypted_files.read(row))
        for n, row in enumerate(rows, 1)
    ]


def safe(name: str) -> str:
    """A name that cannot leave its folder, on any system."""
    kept = "".join(
        letter if letter.isalnum() or letter in ".-_ " else "_" for letter in name
    ).strip(". ")
    return kept[-100:] or "file"


def _chain(case: Case) -> Entry:
    """What `verify_timeline` says of this case, at this moment."""
    breaks = list(hash_chain.breaks([case.number]))
    lines = [f"{one.case} {one.seq}: {one.what}" for one in breaks] or [
        ngettext(
            "%(case)s: %(n)d event, the chain holds",
            "%(case)s: %(n)d events, the chain holds",
            case.head_seq,
        )
        % {"case": case.number, "n": case.head_seq}
    ]
    return Entry(
        "chain.txt",
        _("Check of the chain"),
        "\n".join([*lines, f"head {case.head_hash}", ""]).encode(),
    )
