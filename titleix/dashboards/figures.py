"""Figures of Title IX for the district as a whole, as they may leave the circle of those who
need to know (C3, C6): counts alone, by the one definition of compliance, never a case."""

from __future__ import annotations

from datetime import date

from django.db.models import Count

from casework.engine.date_rules import Compliance
from casework.models import Case
from casework.reporting.compliance import measure
from district.models import School

INVESTIGATIONS = ("school_investigation", "district_investigation")
KIND = "TIX"


def in_time(as_of: date) -> tuple[Compliance, Compliance]:
    """Investigations kept in time by the original and by the extended date, school and district
    level together."""
    cases = Case.objects.filter(kind=KIND).values_list("id", flat=True)
    found = [one for one in measure(as_of, case_ids=cases) if one.kind in INVESTIGATIONS]
    original, extended = (
        Compliance(sum(one.met for one in which), sum(one.counted for one in which))
        for which in ([one.original for one in found], [one.extended for one in found])
    )
    return original, extended


def reports_by_school(as_of: date) -> dict[str, int]:
    """Reports received up to a date, by the school's name; the district's own stand under an
    empty name. Every school is there, without reports too: which rows there are must not tell
    where there was a report (C6)."""
    found = dict.fromkeys(("", *School.objects.order_by("name").values_list("name", flat=True)), 0)
    rows = (
        Case.objects.filter(kind=KIND, opened_on__lte=as_of)
        .values_list("school__name")
        .annotate(n=Count("id"))
    )
    return found | {name or "": number for name, number in rows}
