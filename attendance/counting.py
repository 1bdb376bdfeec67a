"""Counts per student by set-based SQL: the tallies that triggers, worklists and reports read.

A recount of some students or of all gives the same rows, and writes only rows that differ. Marks count on the days of
an enrolment at their school; (day, student) is the key of a mark, so the district's count never doubles a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from district.models import SchoolYear


@dataclass(frozen=True)
class Recount:
    """How many rows a recount wrote."""

    district_rows: int
    school_rows: int


# Days of a span up to as_of, by ordinals of the school's calendar. `ords` holds one row per calendar and date of the year.
SPANS = """
ords AS MATERIALIZED (
    SELECT c.id AS calendar_id, d.day::date AS day,
           coalesce((SELECT cd.ordinal FROM district_calendarday cd
                      WHERE cd.calendar_id = c.id AND cd.date <= d.day ORDER BY cd.date DESC LIMIT 1), 0) AS ordinal
      FROM district_calendar c, generate_series(%(starts)s::date - 1, %(as_of)s::date, interval '1 day') AS d(day)
     WHERE EXISTS (SELECT 1 FROM district_school s WHERE s.calendar_id = c.id)
),
members AS (
    SELECT e.student_id, e.school_id, s.calendar_id, e.service_type,
           greatest(e.entry_date, %(starts)s::date) AS entered,
           least(coalesce(e.exit_date, %(as_of)s::date), %(as_of)s::date) AS left_on,
           coalesce(e.exit_date, 'infinity'::date) >= %(as_of)s::date AS running
      FROM district_enrollment e JOIN district_school s ON s.id = e.school_id
     WHERE e.entry_date <= %(as_of)s::date AND coalesce(e.exit_date, 'infinity'::date) >= %(starts)s::date
       {wanted_spans}
),
-- Spans of one student at one school that overlap are one span, so that no day counts twice.
islands AS (
    SELECT x.*, sum(apart) OVER (PARTITION BY student_id, school_id ORDER BY entered, left_on) AS island
      FROM (SELECT m.*, CASE WHEN entered <= max(left_on) OVER (PARTITION BY student_id, school_id
                ORDER BY entered, left_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS apart
              FROM members m) x
),
spans AS MATERIALIZED (
    SELECT student_id, school_id, calendar_id, min(service_type) AS service_type, min(entered) AS entered,
           max(left_on) AS left_on, bool_or(running) AS running
      FROM islands GROUP BY student_id, school_id, calendar_id, island
),
measured AS MATERIALIZED (
    SELECT p.*, coalesce(o1.ordinal, 0) AS before_entry, coalesce(o2.ordinal, 0) AS at_end
      FROM spans p
      LEFT JOIN ords o1 ON o1.calendar_id = p.calendar_id AND o1.day = p.entered - 1
      LEFT JOIN ords o2 ON o2.calendar_id = p.calendar_id AND o2.day = p.left_on
)
"""

COUNTS = """
counted AS MATERIALIZED (
    SELECT m.student_id, m.school_id,
           count(*) FILTER (WHERE mark_class = 2) AS unexcused,
           count(*) FILTER (WHERE mark_class = 1) AS excused,
           count(*) FILTER (WHERE mark_class = 3) AS suspension,
           count(*) FILTER (WHERE mark_class = 4) AS unknown,
           count(*) FILTER (WHERE mark_class BETWEEN 1 AND 4) AS absences,
           count(*) FILTER (WHERE mark_class = 5 AND excuse <> 'E' AND coalesce(minutes_absent, 0) >= %(min_minutes)s) AS tardies
      FROM attendance_mark m
     WHERE m.day BETWEEN %(starts)s AND %(as_of)s {wanted_marks}
       AND EXISTS (SELECT 1 FROM spans p WHERE p.student_id = m.student_id AND p.school_id = m.school_id
                      AND m.day BETWEEN p.entered AND p.left_on)
     GROUP BY m.student_id, m.school_id
)
"""

_SCHOOL = """
INSERT INTO attendance_schooltally AS t (student_id, school_id, calendar_id, school_year, unexcused, excused, suspension,
                                         unknown, absences, tardies, closed_days, open_from)
SELECT student_id, school_id, calendar_id, %(year)s, unexcused + tardies / %(per_day)s, excused, suspension, unknown,
       absences, tardies, closed_days, open_from
  FROM (SELECT c.*, x.calendar_id, x.closed_days, x.open_from
          FROM counted c
          JOIN (SELECT student_id, school_id, max(calendar_id) AS calendar_id,
                       coalesce(sum(at_end - before_entry) FILTER (WHERE NOT running), 0) AS closed_days,
                       min(before_entry) FILTER (WHERE running) AS open_from
                  FROM measured GROUP BY student_id, school_id) x USING (student_id, school_id)) n
ON CONFLICT (student_id, school_id, school_year) DO UPDATE
   SET calendar_id = excluded.calendar_id, unexcused = excluded.unexcused, excused = excluded.excused,
       suspension = excluded.suspension, unknown = excluded.unknown, absences = excluded.absences,
       tardies = excluded.tardies, closed_days = excluded.closed_days, open_from = excluded.open_from
 WHERE (t.calendar_id, t.unexcused, t.excused, t.suspension, t.unknown, t.absences, t.tardies, t.closed_days, t.open_from)
       IS DISTINCT FROM (excluded.calendar_id, excluded.unexcused, excluded.excused, excluded.suspension, excluded.unknown,
                         excluded.absences, excluded.tardies, excluded.closed_days, excluded.open_from)
"""

_SCHOOL_GONE = """
DELETE FROM attendance_schooltally t WHERE t.school_year = %(year)s {wanted_tally}
   AND NOT EXISTS (SELECT 1 FROM recounted r WHERE r.student_id = t.student_id AND r.school_id = t.school_id)
"""

# The district's row: sums over schools; the days of overlapping spans (two schools at once) count once.
_DISTRICT = """
INSERT INTO attendance_tally AS t (student_id, school_id, calendar_id, school_year, unexcused, excused, suspension, unknown,
                                   absences, tardies, closed_days, open_from)
SELECT c.student_id, h.school_id, h.calendar_id, %(year)s, c.unexcused + c.tardies / %(per_day)s, c.excused, c.suspension,
       c.unknown, c.absences, c.tardies, h.closed_days, h.open_from
  FROM (SELECT student_id, sum(unexcused) AS unexcused, sum(excused) AS excused, sum(suspension) AS suspension,
               sum(unknown) AS unknown, sum(absences) AS absences, sum(tardies) AS tardies
          FROM recounted GROUP BY student_id) c
  JOIN homes h USING (student_id)
ON CONFLICT (student_id, school_year) DO UPDATE
   SET school_id = excluded.school_id, calendar_id = excluded.calendar_id, unexcused = excluded.unexcused,
       excused = excluded.excused, suspension = excluded.suspension, unknown = excluded.unknown,
       absences = excluded.absences, tardies = excluded.tardies, closed_days = excluded.closed_days,
       open_from = excluded.open_from
 WHERE (t.school_id, t.calendar_id, t.unexcused, t.excused, t.suspension, t.unknown, t.absences, t.tardies, t.closed_days,
        t.open_from)
       IS DISTINCT FROM (excluded.school_id, excluded.calendar_id, excluded.unexcused, excluded.excused,
                         excluded.suspension, excluded.unknown, excluded.absences, excluded.tardies,
                         excluded.closed_days, excluded.open_from)
"""

_DISTRICT_GONE = """
DELETE FROM attendance_tally t WHERE t.school_year = %(year)s {wanted_tally}
   AND NOT EXISTS (SELECT 1 FROM recounted r WHERE r.student_id = t.student_id)
"""

_HOMES = """
CREATE TEMP TABLE homes ON COMMIT DROP AS
WITH {spans},
home AS (
    SELECT DISTINCT ON (student_id) student_id, school_id, calendar_id
      FROM measured ORDER BY student_id, running DESC, (service_type = 'P') DESC, entered DESC, school_id
),
-- What runs is measured on the calendar of the home school; days elsewhere at the same time count once with it.
simple AS (
    SELECT m.student_id, count(*) AS spans,
           min(before_entry) FILTER (WHERE running AND m.calendar_id = h.calendar_id) AS open_from,
           coalesce(sum(at_end - before_entry) FILTER (WHERE NOT running), 0) AS closed_days,
           min(entered) FILTER (WHERE running AND m.calendar_id = h.calendar_id) AS open_since
      FROM measured m JOIN home h USING (student_id) GROUP BY m.student_id
),
several AS (
    SELECT p.student_id, count(DISTINCT cd.date) AS closed_days
      FROM spans p
      JOIN simple s ON s.student_id = p.student_id AND s.spans > 1
      JOIN district_calendarday cd ON cd.calendar_id = p.calendar_id AND cd.instructional
       AND cd.date BETWEEN p.entered AND p.left_on AND (s.open_since IS NULL OR cd.date < s.open_since)
     GROUP BY p.student_id
)
SELECT h.student_id, h.school_id, h.calendar_id, s.open_from,
       CASE WHEN s.spans > 1 THEN coalesce(v.closed_days, 0) ELSE s.closed_days END AS closed_days
  FROM home h JOIN simple s USING (student_id) LEFT JOIN several v USING (student_id)
"""


def year_of(on: date) -> SchoolYear:
    """The school year that a date belongs to; a date after the last known year belongs to that year. Raises
    SchoolYear.DoesNotExist where none has begun."""
    years = SchoolYear.objects.filter(starts__lte=on).order_by("-starts")
    found = years.first()
    if found is None:
        raise SchoolYear.DoesNotExist(f"no school year has begun by {on}: import a calendar first")
    return found


def recount(as_of: date, policy: Mapping[str, Any], *, students_table: str | None = None) -> Recount:
    """Count anew, up to and including `as_of`: the students in a temporary table (column student_id), or everybody.
    Runs inside the caller's transaction."""
    year = year_of(as_of)
    conversion = policy["conversion"].get("tardy")
    parameters: dict[str, Any] = {
        "starts": year.starts, "as_of": min(as_of, year.ends), "year": year.year,
        "min_minutes": int(conversion["min_minutes"]) if conversion else 0,
        "per_day": int(conversion["count"]) if conversion else 1_000_000,
    }  # fmt: skip
    chosen = f"IN (SELECT student_id FROM {students_table})" if students_table else ""
    wanted = {
        "wanted_spans": f"AND e.student_id {chosen}" if chosen else "",
        "wanted_marks": f"AND m.student_id {chosen}" if chosen else "",
        "wanted_tally": f"AND t.student_id {chosen}" if chosen else "",
    }
    spans, counts = SPANS.format(**wanted), COUNTS.format(**wanted)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS homes, recounted")
        cursor.execute(_HOMES.format(spans=spans), parameters)
        cursor.execute(f"CREATE TEMP TABLE recounted ON COMMIT DROP AS WITH {spans}, {counts} SELECT * FROM counted", parameters)
        cursor.execute("ANALYZE homes, recounted")
        cursor.execute(f"WITH {spans}, counted AS (SELECT * FROM recounted) {_SCHOOL}", parameters)
        school_rows = cursor.rowcount
        cursor.execute(_DISTRICT, parameters)
        district_rows = cursor.rowcount
        for gone in (_SCHOOL_GONE, _DISTRICT_GONE):
            cursor.execute(gone.format(**wanted), parameters)
            school_rows += max(cursor.rowcount, 0)
        cursor.execute("DROP TABLE homes, recounted")
    return Recount(district_rows, school_rows)
