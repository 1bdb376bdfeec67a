"""A copy of the file without names (C8; T-33): what stands in it, what a person must still look at,
the zip, the key.

Every text gives its originals up to labels that are the same in all papers. What no rule can
decide is put before a person, word by word; once all of it is decided and signed, the copy can
be taken. Letters and attachments of text are set anew, so that nothing hides in the file of the
original; other attachments stay out unless a person cleared them."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from casework.documents import case_archive as parcels
from casework.documents.case_archive import Entry
from casework.documents.letters import ROOT, Letterhead
from casework.documents.reports import Section, render_paper
from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.models import Attachment, Document, Event
from casework.privacy import encrypted_files
from casework.privacy.redaction import VOCABULARY, Party, Redactor, fold, stable_labels
from district.models import Student, User
from titleix.case import queries
from titleix.export import archive, metadata
from titleix.letters import contents, rendering
from titleix.models import RedactedExport
from titleix.rules.separation_of_duties import ROLES

HIDDEN = "[hidden]"  # for a name of nobody in the case
# Capitalised words that the product itself prints on papers and beside numbers.
PRINTED = frozenset(
    ["TIX", "Reference", "Referencia", "Round", "Relied", "Index", "Page", *calendar.month_abbr]
)
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


# -- decisions -------------------------------------------------------------------------------------


def hidden(export: RedactedExport) -> dict[str, str]:
    """What the reviewer hides: word -> label."""
    return dict(line.split("\t", 1)[::-1] for line in export.hidden.splitlines() if "\t" in line)


def kept(export: RedactedExport) -> list[str]:
    """What the reviewer lets stand."""
    return export.kept.splitlines()


def decide(export: RedactedExport, decisions: dict[str, str]) -> None:
    """Take decisions over: word -> 'keep', a label, or '' to think again. Whatever was signed
    must be signed anew."""
    hides, keeps = hidden(export), dict.fromkeys(kept(export))
    for word, decision in decisions.items():
        hides.pop(word, None)
        keeps.pop(word, None)
        if decision == "keep":
            keeps[word] = None
        elif decision:
            hides[word] = decision
    export.hidden = "\n".join(f"{label}\t{word}" for word, label in hides.items())
    export.kept = "\n".join(keeps)
    unsign(export)


def unsign(export: RedactedExport) -> None:
    """Take the signature and the key away; the decisions stay."""
    export.seal, export.signed_by, export.signed_at, export.key = "", None, None, {}


def key_of(word: str) -> str:
    """The name of a word in a form: it stands in no address."""
    return hashlib.sha256(word.encode()).hexdigest()[:16]


# -- who is who ------------------------------------------------------------------------------------


def people(file: CaseFile) -> list[Party]:
    """Everybody in the case, those who left too, with all by which a text may give them away."""
    rows = sorted(file.children["party"], key=lambda row: (row.part, row.number))
    students = {
        one.pk: one
        for one in Student.objects.filter(pk__in=[row.student_id for row in rows if row.student_id])
    }
    users = {
        one.pk: one
        for one in User.objects.filter(pk__in=[row.user_id for row in rows if row.user_id])
    }
    return [_person(row, students.get(row.student_id), users.get(row.user_id)) for row in rows]


def _person(row: Any, student: Student | None, user: User | None) -> Party:
    official = (
        [f"{student.first_name} {student.middle_name} {student.last_name}"] if student else []
    )
    official += [user.get_full_name()] if user else []
    return Party(
        row.label,
        names=_filled(row.name, *official),
        nicknames=_filled(*row.nicknames.splitlines()),
        numbers=_filled(student.student_id, student.state_student_id) if student else [],
        emails=_filled(row.email, user.email if user else ""),
        phones=_filled(row.phone),
        addresses=_filled(row.address),
    )


def _filled(*texts: str) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


def staff(file: CaseFile) -> dict[int, tuple[str, User]]:
    """Whoever works or worked on the case, and every other employee in it: label and person."""
    in_case = {row.user_id for row in file.children["party"] if row.user_id}
    roles = {
        row.user_id: str(dict(ROLES).get(row.role, row.role))
        for row in sorted(file.children["assignment"], key=lambda row: row.starts_on)
    }
    wanted = {
        *roles,
        *(row.by_id for row in file.children["record"]),
        file.case.received_by_id,
        file.case.knowledge_employee_id,
        file.case.owner_id,
    }
    acted = Event.objects.filter(case_id=file.case.pk).values("actor_id")
    found = {
        one.pk: one
        for one in User.objects.filter(Q(pk__in=wanted - {None}) | Q(pk__in=acted)).order_by("pk")
        if one.pk not in in_case
    }
    labels = stable_labels(
        (roles.get(pk, "Staff").capitalize(), pk)
        for pk in [*(pk for pk in roles if pk in found), *found]
    )
    return {pk: (labels[pk], one) for pk, one in found.items()}


def _redactor(
    file: CaseFile,
    export: RedactedExport,
    employees: dict[int, tuple[str, User]],
    known: Iterable[str],
) -> Redactor:
    """The parties, the staff where the policy labels them, and what the reviewer hides."""
    parties, vocabulary = people(file), {*VOCABULARY, *PRINTED, *_form_words(), *known}
    if labels_staff(file):
        parties += [
            Party(label, names=_filled(one.get_full_name()), emails=_filled(one.email))
            for label, one in employees.values()
        ]
    else:
        vocabulary |= {
            word for _label, one in employees.values() for word in _words(one.get_full_name())
        }
    for word, label in hidden(export).items():
        digits = any(letter.isdigit() for letter in word)
        parties.append(
            Party(
                label,
                numbers=[word] if digits else [],
                nicknames=[] if digits or " " in word else [word],
            )
        )
    return Redactor(
        [party for party in parties if party.originals() or party.label], vocabulary=vocabulary
    )


def labels_staff(file: CaseFile) -> bool:
    """Whether the policy of the case labels the district's own people as well."""
    return file.policy.get("redaction.staff", "label") == "label"


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


@lru_cache(maxsize=1)
def _form_words() -> frozenset[str]:
    """Capitalised words of the district's own forms: nobody's name."""
    texts = [
        path.read_text() for path in sorted((ROOT / "titleix" / "letter_templates").glob("*.typ"))
    ]
    return frozenset(word for text in texts for word in _words(text) if word[:1].isupper())


# -- the copy --------------------------------------------------------------------------------------


def copy(file: CaseFile, export: RedactedExport) -> Copy:
    """The copy with what was decided so far. Labels are English in every copy, whoever makes it."""
    with translation.override("en"):
        employees, district = staff(file), contents.letterhead()
        ours = " ".join([file.case.number, *_of_the_district(file, district)])
        redactor = _redactor(file, export, employees, _words(ours))
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


def labels_of(file: CaseFile) -> list[str]:
    """The labels that a reviewer may put in the place of a word."""
    with translation.override("en"):
        return [
            party.label
            for party in sorted(file.children["party"], key=lambda row: (row.part, row.number))
        ] + [HIDDEN]


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
