"""From stored marks and interventions to the effect of each kind (K7): computed nightly for the
district, read by supervisors for their schools."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from attendance.models import AttendanceCase, EffectPair
from attendance.nightly import tallies
from attendance.reporting import intervention_effect
from attendance.reporting.intervention_effect import (
    HALF,
    WINDOW,
    Effect,
    Other,
    Pair,
    Served,
    Windows,
)
from attendance.reporting.interventions import Intervention, Type, interventions
from attendance.rules import mark_sql
from casework.access import rights
from casework.engine.calendars import calendar_at
from district.models import SchoolYear

LETTERS = {"L6": _("Six-day letter"), "L10": _("Ten-day letter")}
KINDS = {str(kind.value): kind.label for kind in Type if kind != Type.LETTER} | LETTERS


@dataclass(frozen=True)
class Done:
    """Something that was done for a student on a day, as far as it is measured."""

    student: int
    kind: str
    on: date


def done_in(year: SchoolYear) -> list[Done]:
    """Everything whose effect is measured in a school year: letters of weight by the day they were
    sent, visits that reached somebody, conferences, plans, mediations, searches, intakes and
    enrolments by their day. Twice the same on a day counts once."""
    rows = interventions(since=year.starts, until=year.ends)
    found = {Done(row.student_id, kind, row.on) for row in rows if (kind := _kind(row))}
    return sorted(found, key=lambda one: (one.on, one.student, one.kind))


def _kind(row: Intervention) -> str:
    """The kind under which an intervention is measured; empty: not at all."""
    if row.type == Type.LETTER:
        return row.detail if row.detail in LETTERS else ""
    if row.type == Type.HOME_VISIT and row.detail != "reached":
        return ""
    return row.type


# Everybody who was enrolled at one school over both windows and missed a day in the first: who is
# served, and who may be compared.
_AROUND = f"""
SELECT e.student_id, s.id, s.level, u.grade, count(*) FILTER (WHERE m.day < %(half)s),
       count(*) FILTER (WHERE m.day >= %(half)s AND m.day < %(middle)s), count(*) FILTER (WHERE m.day >= %(middle)s)
  FROM attendance_mark m
  JOIN district_enrollment e ON e.student_id = m.student_id AND e.school_id = m.school_id
   AND e.entry_date <= %(first)s AND coalesce(e.exit_date, 'infinity') >= %(last)s
  JOIN district_school s ON s.id = e.school_id AND s.calendar_id = %(calendar)s
  JOIN district_student u ON u.id = e.student_id
 WHERE m.day BETWEEN %(first)s AND %(last)s AND m.mark_class {mark_sql.ABSENT}
 GROUP BY e.student_id, s.id, s.level, u.grade
"""
_CALENDARS = """
SELECT DISTINCT s.calendar_id, c.revision FROM district_school s JOIN district_calendar c ON c.id = s.calendar_id ORDER BY 1
"""


def compute(as_of: date) -> int:
    """Measure every intervention of the school year whose window after is over by `as_of`; how
    many. What was measured before is replaced: corrected marks count as they are believed now. One
    statement for each day on which something was done."""
    try:
        year = tallies.year_of(as_of)
    except SchoolYear.DoesNotExist:
        return 0
    until, done = min(as_of, year.ends), done_in(year)
    when: dict[int, list[date]] = {}
    for one in done:
        when.setdefault(one.student, []).append(one.on)
    rows: list[EffectPair] = []
    with connection.cursor() as cursor:
        cursor.execute(_CALENDARS)
        calendars = cursor.fetchall()
    for calendar, revision in calendars:
        days = calendar_at(calendar, revision).school_days(year.starts, until)
        for on in sorted({one.on for one in done}):
            middle = bisect_left(days, on)
            if WINDOW <= middle <= len(days) - WINDOW:
                frame = (
                    days[middle - WINDOW],
                    days[middle - HALF],
                    days[middle],
                    days[middle + WINDOW - 1],
                )
                rows += _measure(
                    calendar, frame, [one for one in done if one.on == on], when, year, until
                )
    with transaction.atomic():
        EffectPair.objects.filter(school_year=year.year).delete()
        EffectPair.objects.bulk_create(rows, batch_size=2_000)
    return len(rows)


def _measure(
    calendar: int,
    frame: tuple[date, date, date, date],
    done: Sequence[Done],
    when: Mapping[int, list[date]],
    year: SchoolYear,
    until: date,
) -> list[EffectPair]:
    """The interventions of one day on one calendar, each with its matches."""
    first, half, middle, last = frame
    with connection.cursor() as cursor:
        cursor.execute(
            _AROUND,
            {"first": first, "half": half, "middle": middle, "last": last, "calendar": calendar},
        )
        around = {row[0]: row for row in cursor.fetchall()}
    others = [
        Other(
            student, middle, level, intervention_effect.grade_band(grade), Windows(one, two, after)
        )
        for student, _school, level, grade, one, two, after in around.values()
        if one + two and not any(first <= day <= last for day in when.get(student, ()))
    ]
    served, schools = [], []
    for one in done:
        if one.student in around:
            _student, school, level, grade, early, late, after = around[one.student]
            served.append(
                Served(
                    one.student,
                    one.kind,
                    middle,
                    level,
                    intervention_effect.grade_band(grade),
                    Windows(early, late, after),
                )
            )
            schools.append((school, one.on))
    return [
        EffectPair(
            school_year=year.year,
            school_id=school,
            student_id=pair.student,
            kind=pair.kind,
            on=on,
            before=pair.before,
            after=pair.after,
            others=pair.others,
            computed_for=until,
        )
        for pair, (school, on) in zip(
            intervention_effect.pairs_of(served, others), schools, strict=True
        )
    ]


@dataclass(frozen=True)
class Bar:
    """Where a figure and its interval lie in a picture of 0 to 100 wide."""

    low: float
    at: float
    high: float


@dataclass(frozen=True)
class Row:
    """One kind of intervention on the page."""

    label: Any
    effect: Effect
    raw_bar: Bar | None
    bar: Bar | None

    @property
    def parts(self) -> tuple[intervention_effect.Interval | None, ...]:
        """Own difference, that of similar students, and the difference of both."""
        return self.effect.raw, self.effect.others, self.effect.effect

    @property
    def verdict(self) -> Any:
        """What the figures say, in words."""
        if not self.effect.enough or self.effect.effect is None:
            return _("Too few with similar students to say anything.")
        if not self.effect.effect.certain:
            return _("No difference to similar students can be told from chance.")
        return (
            _("More than similar students.")
            if self.effect.effect.points > 0
            else _("Less than similar students.")
        )


@dataclass(frozen=True)
class Found:
    """K7 as every page tells it: the kinds of which enough was done to say something, those of
    which too little was, and the day up to which marks were read."""

    shown: list[Effect]
    few: list[Effect]
    as_of: date | None


def pairs(cases: QuerySet[Any], year: SchoolYear) -> QuerySet[EffectPair]:
    """What was measured of the students of these cases in a school year, at their schools: who is
    behind K7."""
    students = AttendanceCase.objects.filter(pk__in=cases.values("pk")).values("student")
    return EffectPair.objects.filter(
        school_year=year.year, student__in=students, school__in=cases.values("school")
    )


def measured(cases: QuerySet[Any], year: SchoolYear) -> Found:
    """K7, intervention effect, over cases that the reader may see: the one computation that all
    pages show (two statements, the sums kept for a day). The matched students come from the whole
    district and are told of by no figure of their own."""
    rows = pairs(cases, year)
    latest, number, which = rows.aggregate(
        a=Max("computed_for"), b=Count("id"), c=Sum("id")
    ).values()
    kept = f"attendance-effects:{year.year}:{latest}:{number}:{which}"
    found: list[Effect] | None = cache.get(kept)
    if found is None:
        found = intervention_effect.summaries(
            Pair(*row)
            for row in rows.values_list("student_id", "kind", "before", "after", "others")
        )
        cache.set(kept, found, 86_400)
    return Found(
        [one for one in found if one.n >= intervention_effect.LEAST],
        [one for one in found if one.n < intervention_effect.LEAST],
        latest,
    )


def report(user: Any, year: SchoolYear) -> dict[str, Any]:
    """The effect of each kind at the schools that the user supervises, as a picture; without
    schools, no rows."""
    found = measured(
        rights.visible(user, "ATT").filter(
            school_id__in=rights.visible_schools(user, "supervise_cases")
        ),
        year,
    )
    scale = _scale(found.shown)
    return {
        "rows": [
            Row(label(one.kind), one, _bar(one.raw, scale), _bar(one.effect, scale))
            for one in found.shown
        ],
        "few": [label(one.kind) for one in found.few],
        "scale": scale,
        "ticks": [
            (points, 50 + 50 * points / scale)
            for points in (-scale, -scale // 2, 0, scale // 2, scale)
        ],
        "as_of": found.as_of,
        "window": WINDOW,
        "matches": intervention_effect.MATCHES,
        "year": year,
    }


def label(kind: str) -> Any:
    """A kind of intervention in words."""
    return KINDS.get(kind, kind)


def _scale(found: Sequence[Effect]) -> int:
    """Percentage points from the middle of the picture to its edge: a multiple of ten that holds
    every interval."""
    ends = [
        abs(end)
        for one in found
        for part in (one.raw, one.effect)
        if part
        for end in (part.low, part.high)
    ]
    return 10 * max(1, -(-int(max(ends, default=0) + 1) // 10))


def _bar(part: intervention_effect.Interval | None, scale: int) -> Bar | None:
    if part is None:
        return None
    low, at, high = (
        round(50 + 50 * value / scale, 2) for value in (part.low, part.points, part.high)
    )
    return Bar(low, at, high)
