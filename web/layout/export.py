"""Tables as files: CSV and XLSX. A cell that a spreadsheet would take for a formula is made
harmless text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from django.http import HttpResponse

Value = str | int | float | date | None
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: Value) -> Value:
    """Text that begins like a formula gets an apostrophe before it (OWASP on CSV injection);
    control characters go."""
    if not isinstance(value, str):
        return value
    text = "".join(char for char in value if char >= " " or char in "\t\r\n")
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) or text.startswith(RISKY) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read accents."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (head, *rows):
        writer.writerow([harmless(_iso(value)) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _iso(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def as_xlsx(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Value]], notes: Sequence[str] = ()
) -> bytes:
    """One sheet with a frozen head; strings are always strings, never formulas or links. `notes`
    stand under the table."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet, bold, day = (
        book.add_worksheet(name[:31]),
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, last, column, value, day)
    for offset, text in enumerate(notes, 2):
        sheet.write_string(last + offset, 0, str(harmless(text)))
    sheet.set_column(0, max(len(head) - 1, 0), 20)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: Value, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, str(harmless(value)))


def answer(
    kind: str,
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Value]],
    notes: Sequence[str] = (),
) -> HttpResponse:
    """A download: `kind` is csv or xlsx, `name` the file's name without its ending."""
    if kind == "xlsx":
        body, mime = (
            as_xlsx(name, head, rows, notes),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    else:
        body, mime = (
            as_csv(head, [*rows, *([] if not notes else [[], *([note] for note in notes)])]),
            "text/csv; charset=utf-8",
        )
    found = HttpResponse(body, content_type=mime)
    found["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return found
