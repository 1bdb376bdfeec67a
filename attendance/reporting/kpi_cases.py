"""Who is behind the reported figures K1, K2, K7, K8 and K9 (domain.md A4): for each figure the rows
that it counts, at schools or in cases that the reader may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from attendance.case.queries import STUDENTS, live_values
from attendance.models import Locate
from attendance.nightly import tallies
from attendance.reporting import intervention_queries
from attendance.reporting.intervention_effect import WINDOW
from attendance.reporting.kpis import Chronic, street_counts, street_rows
from attendance.rules import law
from casework.models import Event
from casework.policy.policies import policy_for

EVERYBODY, CHRONIC = "enrolled", "chronic"
# As the district's report counts: live from the marks, each student once, here at the school that
# is the student's home.
_RATES = (
    STUDENTS
    + """, home AS (
    SELECT DISTINCT ON (student_id) student_id, school_id FROM measured
     ORDER BY student_id, running DESC, (service_type = 'P') DESC, entered DESC, school_id
)
SELECT student_id, school_id, absences, days FROM per_student JOIN home USING (student_id)
 WHERE days >= %(least)s AND school_id = ANY(%(schools)s)
"""
)
_MINE = (
    "AND e.student_id IN (SELECT n.student_id FROM district_enrollment n WHERE n.school_id = "
    "ANY(%(schools)s))"
)
_LISTED = _RATES + (
    " AND absences * 100 >= days * %(low)s AND absences * 100 < days * %(high)s ORDER BY "
    "absences DESC, student_id"
)
_WITHIN = (
    "count(*) FILTER (WHERE absences * 100 >= days * {low} AND absences * 100 < days * {high})"
)


def limits(as_of: date) -> dict[str, tuple[int, int]]:
    """Figure -> (from, below) in per cent of the days enrolled: everybody, the chronic ones, and
    the four bands of the policy."""
    data, most = policy_for("attendance", as_of).data, 1000
    bands = data["bands"]
    return {
        EVERYBODY: (0, most),
        CHRONIC: (data["measures"]["C"]["chronic_percent"], most),
        "satisfactory": (0, bands["at_risk"]),
        "at_risk": (bands["at_risk"], bands["moderate"]),
        "moderate": (bands["moderate"], bands["severe"]),
        "severe": (bands["severe"], most),
    }


def _sql(text: str) -> str:
    counts = tallies.COUNTS.format(
        sums=tallies.SUMS,
        spans="measured",
        wanted_marks="AND m.student_id IN (SELECT student_id FROM measured)",
    )
    return text.format(spans=tallies.SPANS.format(wanted_spans=_MINE), counts=counts)


def rates(figure: str, schools: Collection[int], as_of: date) -> list[Chronic]:
    """The students of these schools that a figure of K1 or K2 counts, most absences first (one
    statement). KeyError for an unknown figure."""
    low, high = limits(as_of)[figure]
    with connection.cursor() as cursor:
        cursor.execute(
            _sql(_LISTED), live_values(as_of) | {"schools": list(schools), "low": low, "high": high}
        )
        return [Chronic(*row) for row in cursor.fetchall()]


def rate_counts(schools: Collection[int], as_of: date) -> dict[str, int]:
    """How many students each figure of K1 and K2 counts at these schools (one statement)."""
    every = limits(as_of)
    columns = ", ".join(
        _WITHIN.format(low=int(low), high=int(high)) for low, high in every.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ({_sql(_RATES)}) r",
            live_values(as_of) | {"schools": list(schools)},
        )
        return dict(zip(every, cursor.fetchone(), strict=True))


@dataclass(frozen=True)
class Act:
    """One intervention with whole windows before and after: days absent of 20 in each (K7)."""

    student_id: int
    on: date
    absent_before: int
    absent_after: int

    @property
    def before(self) -> str:
        """Attendance before, in per cent."""
        return law.percent(WINDOW - self.absent_before, WINDOW)

    @property
    def after(self) -> str:
        """Attendance after, in per cent."""
        return law.percent(WINDOW - self.absent_after, WINDOW)


def acts(kind: str, as_of: date, cases: QuerySet[Any]) -> list[Act]:
    """The interventions of a kind that K7 counts, the latest first (one statement)."""
    rows = (
        intervention_queries.pairs(cases, tallies.year_of(as_of))
        .filter(kind=kind)
        .order_by("-on", "student_id")
    )
    return [Act(*row) for row in rows.values_list("student_id", "on", "before", "after")]


def street(figure: str, as_of: date, cases: QuerySet[Any]) -> list[Locate]:
    """The requests to the street team that a figure of K8 counts. KeyError for an unknown
    figure."""
    return [row for row in street_rows(as_of, cases) if street_counts(figure, row, as_of)]


FINDINGS = {"good_faith": "find_good_faith", "no_good_faith": "refer"}


def found(finding: str, as_of: date, cases: QuerySet[Any]) -> QuerySet[Any]:
    """K9: cases in which the principal found so in the school year of a date. KeyError for an
    unknown finding."""
    year = tallies.year_of(as_of)
    said = Event.objects.filter(
        case=OuterRef("pk"), name=FINDINGS[finding], on__gte=year.starts, on__lte=as_of
    )
    return cases.filter(Exists(said))
