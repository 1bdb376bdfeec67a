"""Were promises kept? Both measures of domain.md B3.6 over the clocks of the database, as of any
date.

`dates.compliance` is the rule; here the clocks are brought to what they were on that date: a clock
that ended later was still open then, and its due date was the one that the last change up to then
had left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from casework.engine.date_rules import ClockFacts, Compliance, compliance

_CLOCKS = """
SELECT w.kind, c.number, w.original_due,
       coalesce((SELECT h.new_due FROM casework_clockchange h WHERE h.clock_id = w.id AND h."on" <= %(as_of)s
                  ORDER BY h.id DESC LIMIT 1), w.due),
       CASE WHEN w.stopped_on <= %(as_of)s THEN w.status ELSE 'RUNNING' END, w.stopped_on, s.name, w.id
  FROM casework_clock w JOIN casework_case c ON c.id = w.case_id LEFT JOIN district_school s ON s.id = c.school_id
 WHERE w.day0 <= %(as_of)s AND (%(kind)s = '' OR w.kind = %(kind)s) AND (%(cases)s::bigint[] IS NULL OR c.id = ANY(%(cases)s))
 ORDER BY w.kind, c.number, w.id
"""


@dataclass
class Measured:
    """One kind of promise: both measures and the case numbers behind each part."""

    kind: str
    original: Compliance
    extended: Compliance
    cases: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    number: str
    facts: ClockFacts


def measure(as_of: date, kind: str = "", case_ids: Iterable[int] | None = None) -> list[Measured]:
    """Compliance per kind of clock as of a date, over all cases or the given ones (one statement)."""
    cases = None if case_ids is None else list(case_ids)
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, {"as_of": as_of, "kind": kind, "cases": cases})
        rows = cursor.fetchall()
    by_kind: dict[str, list[_Row]] = {}
    for name, number, original, due, status, stopped, _school, _id in rows:
        by_kind.setdefault(name, []).append(
            _Row(number, ClockFacts(original, due, status, stopped))
        )
    return [_measured(name, found, as_of) for name, found in by_kind.items()]


def _measured(kind: str, rows: list[_Row], as_of: date) -> Measured:
    facts = [row.facts for row in rows]
    cases: dict[str, list[str]] = {}
    for extended, name in ((False, "original"), (True, "extended")):
        for row in rows:
            one = compliance([row.facts], as_of, extended=extended)
            if one.counted:
                cases.setdefault(f"{'met' if one.met else 'missed'}_{name}", []).append(row.number)
    return Measured(
        kind,
        compliance(facts, as_of, extended=False),
        compliance(facts, as_of, extended=True),
        cases,
    )


def rate(figure: Compliance) -> str | None:
    """Percent with two decimals, half up; None without a denominator."""
    if not figure.counted:
        return None
    return str(
        (Decimal(figure.met * 100) / figure.counted).quantize(Decimal("0.01"), ROUND_HALF_UP)
    )


def as_dict(found: Measured) -> dict[str, Any]:
    """For JSON: numerators, denominators, rates and the case numbers behind them."""
    return {
        "kind": found.kind,
        "met_original": found.original.met,
        "counted_original": found.original.counted,
        "rate_original": rate(found.original),
        "met_extended": found.extended.met,
        "counted_extended": found.extended.counted,
        "rate_extended": rate(found.extended),
        "open_late_original": found.original.open_late,
        "open_late_extended": found.extended.open_late,
        "cases": found.cases,
    }
