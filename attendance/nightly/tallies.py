"""Counts per student by set-based SQL: the tallies that triggers, worklists and reports read.

A recount of some students or of all gives the same rows, and writes only rows that differ. Marks
count on the days of an enrolment at their school; (day, student) is the key of a mark, so the
district's count never doubles a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from attendance.rules import mark_sql
from district.models import SchoolYear


@dataclass(frozen=True)
class Recount:
    """How many rows a recount wrote."""

    district_rows: int
    school_rows: int


# Spans of enrolment up to as_of with the ordinals of the school's calendar before their first day
# and at their last; `ords` holds one row per calendar and date of the year. Nearly every student
# has one enrolment at one school; only the others (`mover`) pay for the general case: spans at one
# school that overlap become one, so that no day counts twice.
SPANS = """
ords AS MATERIALIZED (
    SELECT calendar_id, day, coalesce(max(ordinal) OVER (PARTITION BY calendar_id ORDER BY day), 0) AS ordinal
      FROM (SELECT c.id AS calendar_id, d.day::date AS day,
                   CASE WHEN d.day::date >= %(starts)s::date THEN cd.ordinal
                        ELSE (SELECT max(b.ordinal) FROM district_calendarday b
                               WHERE b.calendar_id = c.id AND b.date < %(starts)s::date) END AS ordinal
              FROM district_calendar c
              CROSS JOIN generate_series(%(starts)s::date - 1, %(as_of)s::date, interval '1 day') AS d(day)
              LEFT JOIN district_calendarday cd ON cd.calendar_id = c.id AND cd.date = d.day::date
             WHERE EXISTS (SELECT 1 FROM district_school s WHERE s.calendar_id = c.id)) x
),
-- The ordinals are joined here, where the planner still knows how many rows there are.
members AS MATERIALIZED (
    SELECT m.*, coalesce(o1.ordinal, 0) AS before_entry, coalesce(o2.ordinal, 0) AS at_end
      FROM (SELECT e.student_id, e.school_id, s.calendar_id, e.service_type,
                   greatest(e.entry_date, %(starts)s::date) AS entered,
                   least(coalesce(e.exit_date, %(as_of)s::date), %(as_of)s::date) AS left_on,
                   coalesce(e.exit_date, 'infinity'::date) >= %(as_of)s::date AS running
              FROM district_enrollment e JOIN district_school s ON s.id = e.school_id
             WHERE e.entry_date <= %(as_of)s::date AND (e.exit_date IS NULL OR e.exit_date >= %(starts)s::date)
               {wanted_spans}) m
      LEFT JOIN ords o1 ON o1.calendar_id = m.calendar_id AND o1.day = m.entered - 1
      LEFT JOIN ords o2 ON o2.calendar_id = m.calendar_id AND o2.day = m.left_on
),
movers AS MATERIALIZED (SELECT student_id FROM members GROUP BY student_id HAVING count(*) > 1),
islands AS (
    SELECT x.*, sum(apart) OVER (PARTITION BY student_id, school_id ORDER BY entered, left_on) AS island
      FROM (SELECT m.*, CASE WHEN m.entered <= max(m.left_on) OVER (PARTITION BY m.student_id, m.school_id
                ORDER BY m.entered, m.left_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS apart
              FROM members m JOIN movers USING (student_id)) x
),
measured AS MATERIALIZED (
    SELECT student_id, school_id, calendar_id, service_type, entered, left_on, running, before_entry, at_end,
           false AS mover, false AS several
      FROM members m WHERE NOT EXISTS (SELECT 1 FROM movers v WHERE v.student_id = m.student_id)
    UNION ALL
    SELECT student_id, school_id, calendar_id, min(service_type), min(entered), max(left_on), bool_or(running),
           min(before_entry), max(at_end), true, count(*) OVER (PARTITION BY student_id, school_id) > 1
      FROM islands GROUP BY student_id, school_id, calendar_id, island
)
"""

SUMS = f"""
           count(*) FILTER (WHERE mark_class = {mark_sql.UNEXCUSED}) AS unexcused,
           count(*) FILTER (WHERE mark_class = {mark_sql.EXCUSED}) AS excused,
           count(*) FILTER (WHERE mark_class = {mark_sql.SUSPENSION}) AS suspension,
           count(*) FILTER (WHERE mark_class = {mark_sql.UNKNOWN}) AS unknown,
           count(*) FILTER (
               WHERE mark_class = {mark_sql.TARDY}
                 AND excuse NOT IN ('E', 'X', '?')
                 AND coalesce(minutes_absent, 0) >= %(min_minutes)s) AS tardies
"""

# One span that covers all marks of a student at a school takes their counts whole; the rest is
# counted day by day.
COUNTS = """
met AS MATERIALIZED (
    SELECT t.*, p.calendar_id, p.running, p.before_entry, p.at_end,
           NOT p.several AND t.first >= p.entered AND t.last <= p.left_on AS whole
      FROM (SELECT m.student_id, m.school_id, min(m.day) AS first, max(m.day) AS last, {sums}
              FROM attendance_mark m
             WHERE m.day BETWEEN %(starts)s AND %(as_of)s {wanted_marks}
             GROUP BY m.student_id, m.school_id) t
      JOIN {spans} p USING (student_id, school_id)
),
stays AS (
    SELECT student_id, school_id, max(calendar_id) AS calendar_id,
           coalesce(sum(at_end - before_entry) FILTER (WHERE NOT running), 0) AS closed_days,
           min(before_entry) FILTER (WHERE running) AS open_from
      FROM met WHERE NOT whole GROUP BY student_id, school_id
),
counted AS (
    SELECT x.*, unexcused + excused + suspension + unknown AS absences FROM (
        SELECT student_id, school_id, calendar_id, CASE WHEN running THEN 0 ELSE at_end - before_entry END AS closed_days,
               CASE WHEN running THEN before_entry END AS open_from, unexcused, excused, suspension, unknown, tardies
          FROM met WHERE whole
        UNION ALL
        SELECT m.student_id, m.school_id, c.calendar_id, c.closed_days, c.open_from, {sums}
          FROM stays c
          JOIN attendance_mark m ON m.student_id = c.student_id AND m.school_id = c.school_id
           AND m.day BETWEEN %(starts)s AND %(as_of)s
          JOIN {spans} p ON p.student_id = m.student_id AND p.school_id = m.school_id AND m.day BETWEEN p.entered AND p.left_on
         GROUP BY m.student_id, m.school_id, c.calendar_id, c.closed_days, c.open_from) x
)
"""

_COLUMNS = (
    "calendar_id, unexcused, excused, suspension, unknown, absences, tardies, closed_days, "
    "open_from"
)

# What the rows of both scopes should be, as temporary tables; `_write` makes the stored ones equal
# to them.
_SCHOOL = """
CREATE TEMP TABLE tally_school ON COMMIT DROP AS WITH {counts}
SELECT student_id, school_id, calendar_id, unexcused + tardies / %(per_day)s AS unexcused, excused, suspension, unknown,
       absences, tardies, closed_days, open_from FROM counted
"""

# The district's row of a student with several spans: sums over schools; the days of overlapping
# spans (two schools at once) count once. Everybody else's row is the one of the school.
_DISTRICT = """
CREATE TEMP TABLE tally_moved ON COMMIT DROP AS
WITH many AS MATERIALIZED (SELECT * FROM tally_spans WHERE mover),
movers AS MATERIALIZED (SELECT DISTINCT student_id FROM many),
home AS (
    SELECT DISTINCT ON (student_id) student_id, school_id, calendar_id
      FROM many ORDER BY student_id, running DESC, (service_type = 'P') DESC, entered DESC, school_id
),
-- What runs is measured on the calendar of the home school; days elsewhere at the same time count once with it.
simple AS (
    SELECT m.student_id, min(before_entry) FILTER (WHERE running AND m.calendar_id = h.calendar_id) AS open_from,
           min(entered) FILTER (WHERE running AND m.calendar_id = h.calendar_id) AS open_since
      FROM many m JOIN home h USING (student_id) GROUP BY m.student_id
),
several AS (
    SELECT p.student_id, count(DISTINCT cd.date) AS closed_days
      FROM many p
      JOIN simple s ON s.student_id = p.student_id
      JOIN district_calendarday cd ON cd.calendar_id = p.calendar_id AND cd.instructional
       AND cd.date BETWEEN p.entered AND p.left_on AND (s.open_since IS NULL OR cd.date < s.open_since)
     GROUP BY p.student_id
)
-- tardies convert over all schools together, so the schools' own conversions are taken back first
SELECT c.student_id, h.school_id, h.calendar_id, c.unexcused + c.tardies / %(per_day)s AS unexcused, c.excused, c.suspension,
       c.unknown, c.absences, c.tardies, coalesce(v.closed_days, 0) AS closed_days, s.open_from
  FROM (SELECT student_id, sum(unexcused - tardies / %(per_day)s)::bigint AS unexcused, sum(excused)::bigint AS excused,
               sum(suspension)::bigint AS suspension, sum(unknown)::bigint AS unknown, sum(absences)::bigint AS absences,
               sum(tardies)::bigint AS tardies
          FROM tally_school JOIN movers USING (student_id) GROUP BY student_id) c
  JOIN home h USING (student_id) JOIN simple s USING (student_id) LEFT JOIN several v USING (student_id)
"""


@dataclass(frozen=True)
class _Scope:
    """A stored table of tallies, its wanted rows, what a row is found by and what it holds."""

    table: str
    wanted: str
    keys: tuple[str, ...]
    columns: str

    def statements(self, wanted_tally: str) -> list[str]:
        """What differs in one join, then DELETE, UPDATE and INSERT of that alone."""
        names = [name.strip() for name in self.columns.split(",")]
        stored, wished = (", ".join(f"{alias}.{name}" for name in names) for alias in "tw")
        sets = ", ".join(f"{name} = d.{name}" for name in names if name not in self.keys)
        return [
            "DROP TABLE IF EXISTS tally_diff",
            (
                f"CREATE TEMP TABLE tally_diff ON COMMIT DROP AS SELECT t.id AS stored, w.* FROM"
                f" (SELECT * FROM {self.table} t WHERE t.school_year = %(year)s {wanted_tally}) t"
                f" FULL JOIN {self.wanted} w USING ({', '.join(self.keys)}) WHERE ({stored}) "
                f"IS DISTINCT FROM ({wished})"
            ),
            (
                f"DELETE FROM {self.table} t USING tally_diff d WHERE t.id = d.stored AND "
                "d.student_id IS NULL"
            ),
            (
                f"UPDATE {self.table} t SET {sets} FROM tally_diff d WHERE t.id = d.stored AND "
                "d.student_id IS NOT NULL"
            ),
            (
                f"INSERT INTO {self.table} (school_year, student_id, {', '.join(names)})"
                f" SELECT %(year)s, student_id, {', '.join(names)} FROM tally_diff WHERE "
                "stored IS NULL"
            ),
        ]


_ROW = f"school_id, {_COLUMNS}"
_SETTLED = (
    f"SELECT student_id, {_ROW} FROM tally_school t WHERE NOT EXISTS (SELECT 1 FROM "
    "tally_movers x WHERE x.student_id = t.student_id)"
)
_SCHOOL_SCOPE = _Scope("attendance_schooltally", "tally_school", ("student_id", "school_id"), _ROW)
_DISTRICT_SCOPE = _Scope(
    "attendance_tally",
    f"({_SETTLED} UNION ALL SELECT student_id, {_ROW} FROM tally_moved)",
    ("student_id",),
    _ROW,
)
_SCRATCH = "tally_spans, tally_school, tally_movers, tally_moved, tally_diff"


def year_of(on: date) -> SchoolYear:
    """The school year that a date belongs to; a date after the last known year belongs to that
    year. Raises SchoolYear.DoesNotExist where none has begun."""
    years = SchoolYear.objects.filter(starts__lte=on).order_by("-starts")
    found = years.first()
    if found is None:
        raise SchoolYear.DoesNotExist(
            _("no school year has begun by %(day)s: import a calendar first") % {"day": on}
        )
    return found


def recount(
    as_of: date, policy: Mapping[str, Any], *, students_table: str | None = None
) -> Recount:
    """Count anew, up to and including `as_of`: the students in a temporary table (column
    student_id), or everybody. Runs inside the caller's transaction."""
    year = year_of(as_of)
    conversion = policy["conversion"].get("tardy")
    parameters: dict[str, Any] = {
        "starts": year.starts,
        "as_of": min(as_of, year.ends),
        "year": year.year,
        "min_minutes": int(conversion["min_minutes"]) if conversion else 0,
        "per_day": int(conversion["count"]) if conversion else 1_000_000,
    }
    chosen = f"IN (SELECT student_id FROM {students_table})" if students_table else ""
    wanted = {
        "wanted_spans": f"AND e.student_id {chosen}" if chosen else "",
        "wanted_marks": f"AND m.student_id {chosen}" if chosen else "",
        "wanted_tally": f"AND t.student_id {chosen}" if chosen else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL work_mem = '96MB'"
        )  # groups of a whole district stay in memory (measured: half the time)
        cursor.execute(
            "SET LOCAL default_statistics_target = 10"
        )  # the scratch tables need a rough idea, not a good one
        cursor.execute(f"DROP TABLE IF EXISTS {_SCRATCH}")
        spans, counts = (
            SPANS.format(**wanted),
            COUNTS.format(sums=SUMS, spans="tally_spans", **wanted),
        )
        cursor.execute(
            f"CREATE TEMP TABLE tally_spans ON COMMIT DROP AS WITH {spans} SELECT * FROM measured",
            parameters,
        )
        cursor.execute(
            "CREATE TEMP TABLE tally_movers ON COMMIT DROP AS SELECT DISTINCT student_id "
            "FROM tally_spans WHERE mover"
        )
        cursor.execute("ANALYZE tally_spans (student_id, school_id, several, mover), tally_movers")
        cursor.execute(_SCHOOL.format(counts=counts), parameters)
        cursor.execute("ANALYZE tally_school (student_id, school_id)")
        cursor.execute(_DISTRICT, parameters)
        school_rows, district_rows = (
            _write(cursor, scope, wanted["wanted_tally"], parameters)
            for scope in (_SCHOOL_SCOPE, _DISTRICT_SCOPE)
        )
        cursor.execute(f"DROP TABLE {_SCRATCH}")
    return Recount(district_rows, school_rows)


def _write(cursor: Any, scope: _Scope, wanted_tally: str, parameters: Mapping[str, Any]) -> int:
    """Make the stored rows of a scope equal to the wanted ones; how many rows that wrote."""
    _drop, difference, *writes = scope.statements(wanted_tally)
    for statement in (_drop, difference):
        cursor.execute(statement, parameters)
    written = 0
    for statement in writes:
        cursor.execute(statement, parameters)
        written += cursor.rowcount
    return written
