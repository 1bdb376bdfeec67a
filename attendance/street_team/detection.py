"""Students whom nobody reaches (A2.5): the street team is asked to look for them."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from attendance.rules import mark_sql
from casework.engine import services
from casework.policy.policies import Policy
from district.models import SchoolYear

# Absent on each of the last `run` school days, none of them excused (unexcused or not yet
# explained), nobody reached meanwhile, and no search since. `no_show`: the run begins with the
# first school day of the year. Reads the temporary table of the evening's students.
_UNREACHED = f"""
WITH last_days AS (
    SELECT c.id AS calendar_id, d.date, min(d.date) OVER (PARTITION BY c.id) AS since
      FROM district_calendar c
      CROSS JOIN LATERAL (
           SELECT cd.date
             FROM district_calendarday cd
            WHERE cd.calendar_id = c.id AND cd.instructional
              AND cd.date BETWEEN %(starts)s AND %(as_of)s
            ORDER BY cd.ordinal DESC
            LIMIT %(run)s) d
), runs AS (
    SELECT m.student_id, l.calendar_id, l.since
      FROM attendance_mark m
      JOIN evaluated e ON e.student_id = m.student_id
      JOIN district_school s ON s.id = m.school_id
      JOIN last_days l ON l.calendar_id = s.calendar_id AND l.date = m.day
     WHERE m.mark_class {mark_sql.NOT_EXCUSED}
       AND m.day BETWEEN (SELECT min(date) FROM last_days) AND %(as_of)s
     GROUP BY m.student_id, l.calendar_id, l.since
    HAVING count(*) >= %(run)s
)
SELECT k.id,
       r.since = (
           SELECT min(cd.date)
             FROM district_calendarday cd
            WHERE cd.calendar_id = r.calendar_id AND cd.instructional
              AND cd.date >= %(starts)s) AS no_show,
       (SELECT max(cd.date)
          FROM district_calendarday cd
         WHERE cd.calendar_id = r.calendar_id AND cd.instructional
           AND cd.date >= %(starts)s AND cd.date < r.since
           AND NOT EXISTS (
               SELECT 1
                 FROM attendance_mark a
                WHERE a.student_id = r.student_id
                  AND a.day = cd.date
                  AND a.mark_class {mark_sql.ABSENT}))
  FROM runs r
  JOIN attendance_attendancecase a
    ON a.student_id = r.student_id AND a.school_year = %(year)s
  JOIN casework_case k
    ON k.id = a.case_ptr_id AND k.closed_on IS NULL
   AND k.state NOT IN ('TRANSFER_PENDING', 'ON_HOLD')
 WHERE (k.last_contact_on IS NULL OR k.last_contact_on < r.since)
   AND NOT EXISTS (
       SELECT 1
         FROM casework_process p
        WHERE p.case_id = k.id AND p.kind = 'LOCATE'
          AND (p.closed_on IS NULL OR p.opened_on >= r.since))
 ORDER BY k.id
"""


def search_requests(as_of: date, year: SchoolYear, policy: Policy) -> list[services.StepRequest]:
    """The steps that ask the street team for those whom nobody reaches: after a run of
    absences, or, at the start of the year, after the days that make a no-show."""
    limits = policy.require("locate")
    run, no_show_run = int(limits["consecutive"]), int(limits["no_show_days"])
    evening: dict[str, date | int] = {"as_of": as_of, "starts": year.starts, "year": year.year}
    with connection.cursor() as cursor:
        requests = _unreached(cursor, evening, run, "RUN5")
        if no_show_run == run:
            return requests
        known = {request.case_id for request in requests}
        early = _unreached(cursor, evening, no_show_run, "NO_SHOW")
    return requests + [
        request
        for request in early
        if request.data["code"] == "NO_SHOW" and request.case_id not in known
    ]


def _unreached(
    cursor: CursorWrapper, evening: dict[str, date | int], run: int, code: str
) -> list[services.StepRequest]:
    cursor.execute(_UNREACHED, evening | {"run": run})
    return [
        services.StepRequest(
            case_id,
            "request_locate",
            {
                "code": "NO_SHOW" if no_show else code,
                "reason": "",
                "last_seen_on": last_seen,
                "safety": "",
            },
        )
        for case_id, no_show, last_seen in cursor.fetchall()
    ]
