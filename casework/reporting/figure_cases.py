"""The promises behind a figure: the list that opens when somebody clicks it. What belongs into
which figure is decided by `casework.reporting.deltas`, as for the figure itself; SQL only fetches
what can belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.case_types import registry
from casework.models import Case
from casework.reporting.deltas import Promise, counts

FIGURES = {
    "counted_original": _("counted by the original date"),
    "met_original": _("kept by the original date"),
    "missed_original": _("not kept by the original date"),
    "counted_extended": _("counted by the extended date"),
    "met_extended": _("kept by the extended date"),
    "missed_extended": _("not kept by the extended date"),
    "open": _("open"),
    "running": _("open, days count"),
    "held": _("on hold"),
}


@dataclass(frozen=True)
class Row:
    """One promise of a list."""

    number: str
    case_id: int
    duty: str
    kind: str
    school: str
    owner: str
    day0: date
    original_due: date
    due: date
    stopped_on: date | None
    status: str
    days: int | None

    @property
    def label(self) -> str:
        """The promise in words."""
        return str(registry.kind(self.kind).clock_labels.get(self.duty, self.duty))


_ROWS = """
SELECT c.number, c.id, w.kind, c.kind, coalesce(s.name, ''), trim(concat(u.first_name, ' ', u.last_name)), w.day0, w.original_due, w.due,
       w.stopped_on, w.status,
       (SELECT array_agg(h."on" ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL),
       (SELECT array_agg(h.new_due ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL)
  FROM casework_clock w JOIN casework_case c ON c.id = w.case_id
  LEFT JOIN district_school s ON s.id = c.school_id LEFT JOIN district_user u ON u.id = c.owner_id
 WHERE c.id IN ({cases}) AND (%(duty)s = '' OR w.kind = %(duty)s) AND {narrow}
 ORDER BY w.due, c.number, w.id
"""
# What can belong to a figure (never less): lists of open promises must not read the ended ones.
_NARROW = {
    "open": "w.status IN ('RUNNING', 'HELD')",
    "running": "w.status = 'RUNNING'",
    "held": "w.status = 'HELD'",
    "met_original": "w.stopped_on <= w.original_due",
    "met_extended": "w.stopped_on IS NOT NULL",
    "missed_original": "(w.stopped_on IS NULL OR w.stopped_on > w.original_due OR w.stopped_on > %(as_of)s)",
}


def behind(
    figure: str,
    cases: QuerySet[Case],
    as_of: date,
    *,
    duty: str = "",
    due: tuple[int | None, int | None] = (None, None),
) -> list[Row]:
    """The promises of these cases that a figure counts as of a date, in the order of their due
    dates (one statement). `due` narrows open ones to those that fall due so many days from then.
    KeyError for an unknown figure."""
    if figure not in FIGURES:
        raise KeyError(figure)
    text, values = cases.order_by().values("id").query.sql_with_params()
    sql = _ROWS.format(cases="{cases}", narrow=_NARROW.get(figure, "true"))
    named: dict[str, Any] = {"duty": duty, "as_of": as_of} | {
        f"p{n}": value for n, value in enumerate(values)
    }
    # the access rules come as a query of their own, with their parameters in order
    inner = text
    for n in range(len(values)):
        inner = inner.replace("%s", f"%(p{n})s", 1)
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("{cases}", inner), named)
        return [_row(row, as_of) for row in cursor.fetchall() if _belongs(figure, row, as_of, due)]


_AT = {"counted_original": 0, "met_original": 1, "counted_extended": 3, "met_extended": 4}


def _belongs(figure: str, row: Any, as_of: date, due: tuple[int | None, int | None]) -> bool:
    if figure in ("open", "running", "held"):
        left, (first, last) = (row[8] - as_of).days, due
        return (first is None or left >= first) and (last is None or left <= last)
    days, dues = row[11] or (), row[12] or ()
    found = counts(
        Promise(row[6], row[7], row[8], row[10], row[9], tuple(zip(days, dues, strict=True))), as_of
    )
    if figure in _AT:
        return bool(found[_AT[figure]])
    first_at = 0 if figure == "missed_original" else 3
    return bool(found[first_at] - found[first_at + 1])


def _row(row: Any, as_of: date) -> Row:
    open_ = row[10] in ("RUNNING", "HELD")
    number, case_id, duty, kind, school, owner, day0, original, due, stopped, status, *_rest = row
    return Row(
        number,
        case_id,
        duty,
        kind,
        school,
        owner,
        day0,
        original,
        due,
        stopped,
        status,
        (due - as_of).days if open_ else None,
    )
