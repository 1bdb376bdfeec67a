"""Documents of a file that are no letters: reports, memos, indexes, the case itself. Headings,
paragraphs and tables as PDF/UA-1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from casework.documents.letters import Letterhead, Rendered, render


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs, a table, or both. `widths` are the shares of the columns; without,
    all are equal."""

    heading: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    widths: Sequence[int] = field(default=())


def render_paper(
    title: str,
    reference: str,
    on: date,
    sections: Sequence[Section],
    district: Letterhead,
    *,
    watermark: str = "",
    language: str = "en",
) -> Rendered:
    """One paper. Whatever stands in a text is printed and never executed; the same data gives the
    same bytes."""
    data = {
        "title": title,
        "reference": reference,
        "date": on.isoformat(),
        "watermark": watermark,
        "language": language,
        "sections": [_plain(section) for section in sections],
    }
    return render("casework", "paper", "en", data, district)


def _plain(section: Section) -> dict[str, object]:
    rows = [[_clean(cell) for cell in row] for row in section.rows]
    widths = list(section.widths) or [1] * len(section.head)
    return {
        "heading": section.heading,
        "lines": [_clean(line) for line in section.lines],
        "head": list(section.head),
        "rows": rows,
        "widths": widths,
    }


def _clean(text: str) -> str:
    """Without control characters, which no font has."""
    return "".join(
        letter
        for letter in str(text)
        if letter in "\n\t" or letter.isprintable() or letter == "\u00a0"
    )
