"""The general path of an evening: the marks of the students looked at, read one by one under the
triggers that no tally decides (hours, parts of days, months, rolling windows, repetitions). Days
alone never come here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from attendance.models.marks import MarkClass
from attendance.rules import counting_rules, mark_sql
from attendance.rules.counting_rules import Counted, DayMark, Enrolled, MeasureError, Rule
from attendance.rules.triggers import Plan, Reached, from_hits
from casework.engine.calendars import calendar_at
from casework.engine.date_rules import SchoolCalendar
from district.models import SchoolYear

CHUNK = 2_000


@dataclass
class Readings:
    """What was reached by whom, and for whom it could not be said."""

    reached: dict[int, tuple[Reached, ...]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Membership:
    """A student's stays, each with its calendar, and the calendar of the home school."""

    home: SchoolCalendar
    stays: tuple[Enrolled, ...]


# Who has enough marks to reach anything; the rest is not read.
_CANDIDATES = f"""
SELECT m.student_id
  FROM attendance_mark m {{who}}
 WHERE m.day BETWEEN %(starts)s AND %(as_of)s
   AND m.mark_class {mark_sql.MISSED}
 GROUP BY m.student_id
HAVING count(*) >= %(least)s
 ORDER BY m.student_id
"""
_MARKS = f"""
SELECT m.student_id, m.day, m.mark_class, m.excuse, m.minutes_absent, m.minutes_scheduled,
       coalesce(d.minutes, 0)
  FROM attendance_mark m
  JOIN district_school s ON s.id = m.school_id
  LEFT JOIN district_calendarday d ON d.calendar_id = s.calendar_id AND d.date = m.day
 WHERE m.student_id = ANY(%(students)s)
   AND m.day BETWEEN %(starts)s AND %(as_of)s
   AND m.mark_class {mark_sql.MISSED}
 ORDER BY m.student_id, m.day
"""
_STAYS = """
SELECT e.student_id, e.entry_date, e.exit_date, s.calendar_id, c.revision
  FROM district_enrollment e
  JOIN district_school s ON s.id = e.school_id
  LEFT JOIN district_calendar c ON c.id = s.calendar_id
 WHERE e.student_id = ANY(%(students)s)
   AND e.entry_date <= %(as_of)s
   AND coalesce(e.exit_date, 'infinity') >= %(starts)s
 ORDER BY e.student_id, coalesce(e.exit_date, 'infinity') >= %(as_of)s,
          e.service_type = 'P', e.entry_date, e.id
"""


def readings(
    as_of: date,
    year: SchoolYear,
    plan: Plan,
    *,
    students_table: str | None,
    rules: Sequence[Rule] | None = None,
) -> Readings:
    """What the students in a temporary table (column student_id), or all, have reached under the
    plan's general triggers, or under `rules`. A student whose marks do not say enough is reported
    and the others go on."""
    rules = plan.general if rules is None else rules
    result = Readings()
    if not rules:
        return result
    until = min(as_of, year.ends)
    span = {"starts": year.starts, "as_of": until}
    who = f"JOIN {students_table} e ON e.student_id = m.student_id" if students_table else ""
    for students in _chunks(_ids(_CANDIDATES.format(who=who), {**span, "least": _least(rules)})):
        found = memberships(students, year.starts, until)
        for student, marks in stored_marks(students, year.starts, until):
            if student in found:
                _read(student, marks, found[student], until, year, plan, rules, result)
    return result


def year_for(plan: Plan, year: SchoolYear) -> counting_rules.Year:
    """The school year as the policy counts it; the semesters are the policy's."""
    return counting_rules.school_year(plan.policy, year.starts)


def _read(
    student: int,
    marks: list[DayMark],
    where: Membership,
    as_of: date,
    year: SchoolYear,
    plan: Plan,
    rules: Sequence[Rule],
    result: Readings,
) -> None:
    try:
        hits = counting_rules.trigger_hits(
            marks, plan.policy, as_of, where.home, where.stays, year_for(plan, year), only=rules
        )
    except MeasureError as error:
        result.refused.append(f"student row {student}: {error}")
        return
    if hits:
        result.reached[student] = from_hits(hits, plan)


def _least(rules: Iterable[Rule]) -> int:
    """Fewest marks that can reach any of the rules: a day is one mark; hours, periods and shares
    may be reached by one."""
    days = (Counted.DAY, Counted.PART_OF_DAY)
    return min(
        rule.at if rule.unit in days and not rule.percent and not rule.conversion else 1
        for rule in rules
    )


def _ids(sql: str, parameters: Mapping[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def _chunks(students: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(students), CHUNK):
        yield students[start : start + CHUNK]


def memberships(students: Sequence[int], starts: date, as_of: date) -> dict[int, Membership]:
    """The stays of students that touch a span, by student (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, {"students": list(students), "starts": starts, "as_of": as_of})
        rows = cursor.fetchall()
    found = {}
    for student, group in groupby(rows, key=lambda row: row[0]):
        stays = [
            Enrolled(entered, left, calendar_at(calendar, revision))
            for _s, entered, left, calendar, revision in group
        ]
        home = stays[-1].calendar
        assert home is not None
        found[student] = Membership(home, tuple(stays))
    return found


def stored_marks(
    students: Sequence[int], starts: date, as_of: date
) -> Iterator[tuple[int, list[DayMark]]]:
    """The marks of students as believed now, by student (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, {"students": list(students), "starts": starts, "as_of": as_of})
        rows = cursor.fetchall()
    for student, group in groupby(rows, key=lambda row: row[0]):
        yield student, [mark_of(*row[1:]) for row in group]


def mark_of(
    day: date, mark_class: int, excuse: str, absent: int | None, scheduled: int | None, of_day: int
) -> DayMark:
    """A stored row as `measures` reads it. A whole day without recorded minutes has those of its
    calendar, where it says."""
    whole = MarkClass.EXCUSED <= mark_class <= MarkClass.UNKNOWN
    if whole and absent is None and of_day:
        absent, scheduled = of_day, of_day
    return counting_rules.day_mark(day, MarkClass(mark_class), excuse, absent, scheduled)
