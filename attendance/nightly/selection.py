"""Which students an evening looks at: the temporary tables that the rest of the evening reads.

`touched_now` holds those whom an import or a person's step touched, `absent_run` those who missed
the last school days in a row, `evaluated` everybody to look at. They live until the transaction
ends."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection

from attendance.rules import mark_sql
from attendance.rules.triggers import Plan
from district.models import SchoolYear, TouchedStudent

BY_HAND = UUID(int=0)  # the run of students whom no import touched but a person's step

_TOUCHED = """
CREATE TEMP TABLE touched_now ON COMMIT DROP AS
SELECT run_id, student_id
  FROM district_touchedstudent
"""
_OF_THIS_RUN = " WHERE run_id IN (%(run_id)s, %(by_hand)s)"

_EVERYBODY = """
CREATE TEMP TABLE evaluated ON COMMIT DROP AS
SELECT DISTINCT student_id
  FROM district_enrollment
 WHERE entry_date <= %(as_of)s
"""

# A share of the days since enrollment, of a month or of weeks changes with every day that passes:
# all who miss anything are looked at.
_WITH_ABSENCES = """
INSERT INTO evaluated
SELECT t.student_id
  FROM attendance_tally t
 WHERE t.school_year = %(year)s AND t.open_from IS NOT NULL AND t.absences + t.tardies > 0
   AND NOT EXISTS (SELECT 1 FROM evaluated e WHERE e.student_id = t.student_id)
"""

# Absent on each of the last `run` school days of the own calendar (C1: three consecutive days).
_RUNS = f"""
CREATE TEMP TABLE absent_run ON COMMIT DROP AS
WITH last_days AS (
    SELECT c.id AS calendar_id, d.date
      FROM district_calendar c
      CROSS JOIN LATERAL (
           SELECT cd.date
             FROM district_calendarday cd
            WHERE cd.calendar_id = c.id AND cd.instructional
              AND cd.date <= %(as_of)s AND cd.date >= %(starts)s
            ORDER BY cd.ordinal DESC
            LIMIT %(run)s) d
)
SELECT m.student_id
  FROM attendance_mark m
  JOIN district_school s ON s.id = m.school_id
  JOIN last_days l ON l.calendar_id = s.calendar_id AND l.date = m.day
 WHERE m.mark_class {mark_sql.ABSENT}
   AND m.day >= (SELECT min(date) FROM last_days) AND m.day <= %(as_of)s
 GROUP BY m.student_id
HAVING %(run)s > 0 AND count(*) >= %(run)s
"""

# Touched, absent in a row, due for a look (`evaluate_at`), or no longer enrolled anywhere.
_CHOSEN = """
CREATE TEMP TABLE evaluated ON COMMIT DROP AS
SELECT student_id FROM touched_now
UNION SELECT student_id FROM absent_run
UNION SELECT t.student_id
        FROM attendance_tally t
        JOIN LATERAL (
             SELECT max(ordinal) AS now
               FROM district_calendarday cd
              WHERE cd.calendar_id = t.calendar_id AND cd.date <= %(as_of)s) o ON true
       WHERE t.school_year = %(year)s AND t.evaluate_at <= o.now
UNION SELECT t.student_id
        FROM attendance_tally t
       WHERE t.school_year = %(year)s AND t.open_from IS NOT NULL
         AND NOT EXISTS (
             SELECT 1
               FROM district_enrollment d
              WHERE d.student_id = t.student_id
                AND d.entry_date <= %(as_of)s
                AND coalesce(d.exit_date, 'infinity') >= %(as_of)s)
"""

_FORGET = """
DELETE FROM district_touchedstudent
 WHERE %(run)s::uuid IS NULL OR run_id IN (%(run)s::uuid, %(by_hand)s)
"""


def look_again(student_id: int) -> None:
    """A person's step may ask for more than the student's marks do: the next evening looks at this
    student."""
    TouchedStudent.objects.get_or_create(run_id=BY_HAND, student_id=student_id)


def collect(as_of: date, year: SchoolYear, plan: Plan, *, full: bool, run_id: UUID | None) -> None:
    """The students to look at, in the temporary table `evaluated`, and who was absent in a row."""
    parameters: dict[str, date | int | UUID | None] = {
        "as_of": as_of,
        "year": year.year,
        "starts": year.starts,
        "run": run_length(plan),
        "run_id": run_id,
        "by_hand": BY_HAND,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS evaluated, absent_run, touched_now")
        cursor.execute(_TOUCHED + (_OF_THIS_RUN if run_id else ""), parameters)
        cursor.execute(_RUNS, parameters)
        cursor.execute(_EVERYBODY if full else _CHOSEN, parameters)
        if not full and any(rule.percent or rule.now for rule in plan.general):
            cursor.execute(_WITH_ABSENCES, parameters)
        cursor.execute("ANALYZE evaluated, absent_run")


def run_length(plan: Plan) -> int:
    """School days in a row that a plain trigger asks for; 0 when none does."""
    return max((int(t["at"]) for t in plan.plain if t["measure"] == "RUN"), default=0)


def count_evaluated() -> int:
    """How many students this evening looks at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evaluated")
        return int(cursor.fetchone()[0])


def forget_touched(run_id: UUID | None) -> None:
    """What was looked at need not be looked at again; the temporary tables go."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"run": run_id, "by_hand": BY_HAND})
        cursor.execute("DROP TABLE IF EXISTS evaluated, absent_run, touched_now")
