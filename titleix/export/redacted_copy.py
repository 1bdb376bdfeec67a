"""A copy of the file without names (C8; T-33): what stands in it, what a person must still look at,
the zip, the key.

Every text gives its originals up to labels that are the same in all papers. What no rule can
decide is put before a person, word by word; once all of it is decided and signed, the copy can
be taken. Letters and attachments of text are set anew, so that nothing hides in the file of the
original; other attachments stay out unless a person cleared them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from casework.documents import case_archive as parcels
from casework.documents.case_archive import Entry
from casework.documents.letters import Letterhead
from casework.documents.reports import Section, render_paper
from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.models import Attachment, Document, Event
from casework.privacy import encrypted_files
from casework.privacy.redaction import Redactor, fold
from district.models import User
from titleix.case import queries
from titleix.export import archive, metadata
from titleix.export.case_names import labels_staff, redactor_for, staff, words_of
from titleix.export.decisions import hidden, kept, key_of
from titleix.letters import contents, rendering
from titleix.models import RedactedExport

AROUND = 70  # characters shown on each side of a doubtful word
PLACES = 3  # places shown of each


@dataclass(frozen=True)
class Paper:
    """One paper of the copy. `sections` are redacted; `fixed` hold codes, dates and hashes
    alone."""

    path: str
    what: str
    sections: Sequence[Section]
    fixed: Callable[[], Sequence[Section]] = tuple


@dataclass
class Doubt:
    """A word that a person must decide, with some of its places: paper, before, the word, after."""

    key: str
    text: str
    why: str
    places: list[tuple[str, str, str, str]] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Copy:
    """The copy as it stands with the decisions made so far."""

    number: str
    redactor: Redactor
    district: Letterhead
    papers: list[Paper]
    others: list[
        tuple[Attachment, str]
    ]  # attachments that are no text, with their names in the copy
    doubts: list[Doubt]
    names: dict[str, str]  # attachment in the copy -> as it was handed in

    @property
    def seal(self) -> str:
        """A hash over all that was reviewed: a file that changed is reviewed anew."""
        content = [
            [
                paper.path,
                [
                    [one.heading, list(one.lines), [list(row) for row in one.rows]]
                    for one in paper.sections
                ],
            ]
            for paper in self.papers
        ]
        text = json.dumps(
            [content, [[row.sha256, name] for row, name in self.others]], ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()


# -- the copy --------------------------------------------------------------------------------------


def copy(file: CaseFile, export: RedactedExport) -> Copy:
    """The copy with what was decided so far. Labels are English in every copy, whoever makes it."""
    with translation.override("en"):
        employees, district = staff(file), contents.letterhead()
        ours = " ".join([file.case.number, *_of_the_district(file, district)])
        redactor = redactor_for(file, export, employees, words_of(ours))
        attached = list(
            Attachment.objects.filter(case_id=file.case.pk, state=Attachment.State.CLEAN)
            .select_related("case")
            .order_by("uploaded_at", "pk")
        )
        names = redactor.file_names([row.name for row in attached])
        sources = [_case(file, employees), *_letters(file), *_text_files(attached, names)]
        papers = [_redacted(paper, redactor, hidden(export)) for paper in sources]
        others = [
            (row, name)
            for row, name in zip(attached, names, strict=True)
            if row.media_type != "text/plain"
        ]
        doubts = _doubts(
            redactor,
            [*papers, Paper("", _("Names of attachments"), [Section("", names)])],
            kept(export),
            ours,
        )
        return Copy(
            file.case.number,
            redactor,
            district,
            papers,
            others,
            doubts,
            dict(zip(names, (row.name for row in attached), strict=True)),
        )


def _of_the_district(file: CaseFile, district: Letterhead) -> list[str]:
    """What is public of the district: its head of letters, its school, the texts of its policy.
    Nobody's name or number."""
    shown = [*_texts(file.policy.get("letters", {})), *_texts(file.policy.get("public", {}))]
    return [district.name, *district.address, district.phone, file.school_name, *shown]


def _texts(value: Any) -> list[str]:
    """Every text inside a value of the policy."""
    if isinstance(value, dict | list):
        return [
            text
            for one in (value.values() if isinstance(value, dict) else value)
            for text in _texts(one)
        ]
    return [value] if isinstance(value, str) else []


def _case(file: CaseFile, employees: dict[int, tuple[str, User]]) -> Paper:
    labels = {name: move.label for name, move in file.kind.workflow(file.case.rules).transitions()}
    people_ = {party.id: party.label for party in file.children["party"]}
    who = [
        [party.label, str(party.get_kind_display()), party.language]
        for party in queries.people(file)
    ]
    words = [
        Section(_("In the reporter's words"), [file.case.narrative]),
        Section(_("People"), [], [_("Part"), _("Kind"), _("Language")], who, [2, 2, 1]),
        *archive.records(file, people_),
        archive.sent(file, people_),
    ]
    shown = labels_staff(file)

    def name(event: Event) -> str:
        known = employees.get(event.actor_id or 0)
        return (
            _("the system")
            if event.actor_id is None
            else known[0 if shown else 1].__str__()
            if known
            else _("a party")
        )

    def fixed() -> list[Section]:
        return [
            *parcels.facts(file.case),
            archive.inspected(file, people_),
            *parcels.timeline_sections(file.case, labels, name),
        ]

    return Paper("case.pdf", _("The case with its timeline"), words, fixed)


def _letters(file: CaseFile) -> list[Paper]:
    rows = (
        Document.objects.filter(case_id=file.case.pk)
        .select_related("case")
        .order_by("created_at", "code", "language", "pk")
    )
    return [_letter(n, row) for n, row in enumerate(rows, 1)]


def _letter(n: int, row: Document) -> Paper:
    """A letter set anew from its words: the file of the original stays where it is."""
    name = str(rendering.NAMES.get(row.code, row.code))
    return Paper(
        f"letters/{n:03}-{row.code}-{row.language}.pdf",
        name,
        [Section(_("Text of the letter"), [metadata.text_of(encrypted_files.read(row))])],
    )


def _text_files(attached: Sequence[Attachment], names: Sequence[str]) -> list[Paper]:
    found = [
        (name, row)
        for name, row in zip(names, attached, strict=True)
        if row.media_type == "text/plain"
    ]
    return [
        Paper(
            f"attachments/{n:03}-{parcels.safe(name)}.pdf",
            name,
            [Section(_("Text"), [_decoded(encrypted_files.read(row))])],
        )
        for n, (name, row) in enumerate(found, 1)
    ]


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _redacted(paper: Paper, redactor: Redactor, hides: dict[str, str]) -> Paper:
    phrases = {word: label for word, label in hides.items() if " " in word}

    def put(text: str) -> str:
        for word, label in phrases.items():
            text = re.sub(
                rf"(?<!\w){re.escape(word)}(?!\w)",
                label.replace("\\", ""),
                text,
                flags=re.IGNORECASE,
            )
        return redactor.redact(text)

    return replace(paper, sections=[_each(section, put) for section in paper.sections])


def _each(section: Section, put: Callable[[str], str]) -> Section:
    return replace(
        section,
        lines=[put(line) for line in section.lines],
        rows=[[put(cell) for cell in row] for row in section.rows],
    )


def _doubts(
    redactor: Redactor, papers: Sequence[Paper], stands: Sequence[str], ours: str
) -> list[Doubt]:
    """The words to decide, those near to a name first; the district's own numbers are not asked
    for."""
    found: dict[str, Doubt] = {}
    decided = set(stands)
    for paper in papers:
        for text in _texts_of(paper):
            for one in redactor.suspects(text):
                if one.text in decided or (one.why == "number" and one.text in ours):
                    continue
                doubt = found.setdefault(one.text, Doubt(key_of(one.text), one.text, one.why))
                doubt.count += 1
                if len(doubt.places) < PLACES:
                    end = one.start + len(one.text)
                    doubt.places.append(
                        (
                            paper.what,
                            text[max(0, one.start - AROUND) : one.start],
                            text[one.start : end],
                            text[end : end + AROUND],
                        )
                    )
    order = ["similar", "inside", "lower-case", "street", "number", "capitalised"]
    return sorted(found.values(), key=lambda doubt: (order.index(doubt.why), fold(doubt.text)))


def _texts_of(paper: Paper) -> list[str]:
    return [
        text
        for section in paper.sections
        for text in [*section.lines, *(cell for row in section.rows for cell in row)]
        if text
    ]


# -- taking it -------------------------------------------------------------------------------------


def build(found: Copy, export: RedactedExport, on: Any) -> bytes:
    """The zip: every page marked, an index with hashes, what was left out; no key. Invalid when
    a name still stands in it."""
    if [
        leak
        for paper in found.papers
        for text in _texts_of(paper)
        for leak in found.redactor.leaks(text)
    ]:
        raise Invalid({"__all__": [_("A name still stands in the copy.")]})
    with translation.override("en"):
        mark = _("Redacted copy %(copy)s") % {"copy": str(export.pk)[:8]}
        papers = [
            Entry(
                one.path,
                one.what,
                render_paper(
                    one.what,
                    found.number,
                    on,
                    [*one.sections, *one.fixed()],
                    found.district,
                    watermark=mark,
                ).pdf,
            )
            for one in found.papers
        ]
    cleared = [(row, name) for row, name in found.others if str(row.pk) in export.cleared]
    shown = [
        Entry(
            f"attachments/c{n:03}-{parcels.safe(name)}",
            name,
            metadata.cleaned(row, encrypted_files.read(row), mark, found.redactor),
        )
        for n, (row, name) in enumerate(cleared, 1)
    ]
    return parcels.packed([*papers, *shown, _left_out(found, export)])


def _left_out(found: Copy, export: RedactedExport) -> Entry:
    with translation.override("en"):
        size = _("%(name)s (%(type)s, %(bytes)d bytes)")
        rows = [
            size % {"name": name, "type": row.media_type, "bytes": row.size}
            for row, name in found.others
            if str(row.pk) not in export.cleared
        ]
        text = "\n".join(rows or [_("Nothing was left out.")])
        return Entry(
            "left-out.txt", _("Attachments that are not in this copy"), f"{text}\n".encode()
        )


def key(found: Copy, export: RedactedExport) -> dict[str, Any]:
    """From labels to originals, for counsel alone: it never lies with the copy."""
    labels = {
        label: list(originals) for label, originals in found.redactor.key().items() if originals
    }
    for word, label in hidden(export).items():
        labels[label] = list(dict.fromkeys([*labels.get(label, []), word]))
    return {
        "copy": str(export.pk),
        "case": found.number,
        "labels": labels,
        "attachments": found.names,
    }


def clearable(row: Attachment, content: bytes, redactor: Redactor) -> str:
    """Why a file cannot be cleared for the copy; empty when it can."""
    if row.media_type not in metadata.TYPES:
        return "type"
    try:
        text = (
            "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
            if row.media_type == "application/pdf"
            else ""
        )
    except PyPdfError:
        return "broken"
    return "names" if redactor.leaks(text) else ""
