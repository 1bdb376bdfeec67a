"""What the generated documents of a Title IX file say: the evidence package, the investigative
report, the memos.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from casework.documents.reports import Section
from casework.engine.casefile import CaseFile
from casework.models import Attachment
from titleix.case import file_completeness, queries
from titleix.letters import investigative_report
from titleix.models import Record

SOURCES = {
    "complainant": _("the complainant"),
    "respondent": _("the respondent"),
    "witness": _("a witness"),
    "district": _("the district"),
    "": "",
}


@dataclass(frozen=True)
class EvidenceItem:
    """One piece of evidence with its file, if it has one: name, size in bytes, SHA-256."""

    number: int
    title: str
    on: date
    relied: bool
    source: str
    text: str
    round: int
    attachment: str = ""
    file_name: str = ""
    size: int = 0
    sha256: str = ""


def items(file: CaseFile) -> list[EvidenceItem]:
    """The evidence of a case by its numbers, with the hashes of the files."""
    rows = queries.records(file, Record.Kind.EVIDENCE)
    files = {
        row.pk: row
        for row in Attachment.objects.filter(
            pk__in=[row.attachment_id for row in rows if row.attachment_id]
        )
    }
    return [_item(row, files[row.attachment_id] if row.attachment_id else None) for row in rows]


def _item(row: Record, kept: Attachment | None) -> EvidenceItem:
    about: dict[str, Any] = {}
    if kept is not None:
        about = {
            "attachment": str(kept.pk),
            "file_name": kept.name,
            "size": kept.size,
            "sha256": kept.sha256,
        }
    return EvidenceItem(
        row.number,
        str(row.data.get("title", "")),
        row.on,
        row.code == "relied",
        str(row.data.get("source", "")),
        row.text,
        int(row.data.get("round") or 0),
        **about,
    )


def package_sections(file: CaseFile, evidence: list[EvidenceItem], number: int) -> list[Section]:
    """The index of everything that is directly related, also what the district will not rely on
    (34 CFR 106.45(b)(5)(vi)).
    """
    rows = [
        [
            str(item.number),
            item.title,
            f"{item.on:%d %b %Y}",
            SOURCES.get(item.source, ""),
            _("yes") if item.relied else _("no"),
            _("new") if not item.round or item.round == number else str(item.round),
        ]
        for item in evidence
    ]
    files = [
        [str(item.number), item.file_name, str(item.size), item.sha256]
        for item in evidence
        if item.sha256
    ]
    return [
        Section(
            _("Index"),
            [
                _(
                    "Everything that is directly related to the allegations, also what the "
                    "district does not plan to rely on."
                )
            ],
            [_("No."), _("Title"), _("Date"), _("From"), _("Relied on"), _("Round")],
            rows,
            [1, 6, 3, 3, 2, 2],
        ),
        *(Section(f"{item.number}. {item.title}", [item.text]) for item in evidence),
        Section(_("Files"), [], [_("No."), _("Name"), _("Bytes"), "SHA-256"], files, [1, 5, 2, 8]),
    ]


def report_sections(file: CaseFile) -> list[Section]:
    """The report as the investigator wrote it: a line that stands alone before its paragraph is a
    heading.
    """
    written = queries.records(file, Record.Kind.REPORT)
    text = written[-1].text if written else investigative_report.draft(file)
    sections = []
    for part in text.split("\n\n"):
        head, _line, body = part.partition("\n")
        if body and len(head) <= 80 and not head.endswith((".", ":")):
            sections.append(Section(head, body.split("\n")))
        else:
            sections.append(Section(_("Continued") if sections else _("Report"), part.split("\n")))
    return sections


def memo_sections(
    file: CaseFile, checklist: list[file_completeness.Item], on: date
) -> list[Section]:
    """The closing memo: how the case ran, what is on file, until when it is kept
    (34 CFR 106.45(b)(10)).
    """
    rows = [
        [str(item.what), _("on file") if item.met else _("missing"), item.cite]
        for item in checklist
    ]
    kept_until = queries.retention(file, on)
    steps = [[f"{day:%d %b %Y}", what] for day, what in investigative_report.steps(file)]
    return [
        Section(_("Procedure"), [], [_("Date"), _("Step")], steps, [1, 4]),
        Section(
            _("Checklist of the file"), [], [_("What"), _("State"), _("Rule")], rows, [5, 2, 4]
        ),
        Section(
            _("Retention"),
            [
                _("The file is kept until %(day)s at the earliest.")
                % {"day": f"{kept_until:%d %B %Y}"}
            ],
        ),
    ]
