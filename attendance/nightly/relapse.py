"""Relapses (C9): students who miss days without excuse again while they are monitored."""

from __future__ import annotations

from datetime import date

from django.db import connection

from attendance.rules import mark_sql
from casework.engine import services
from casework.policy.policies import Policy
from district.models import SchoolYear

# Unexcused days of monitored students within the last school days of their monitoring. Reads the
# temporary table of the evening's students.
_RELAPSED = f"""
SELECT k.id
  FROM evaluated e
  JOIN attendance_attendancecase a
    ON a.student_id = e.student_id AND a.school_year = %(year)s
  JOIN casework_case k ON k.id = a.case_ptr_id AND k.state = 'MONITOR'
  JOIN district_school s ON s.id = k.school_id
 WHERE (SELECT count(*)
          FROM attendance_mark m
         WHERE m.student_id = a.student_id
           AND m.mark_class = {mark_sql.UNEXCUSED}
           AND m.day > a.monitor_from
           AND m.day IN (
               SELECT cd.date
                 FROM district_calendarday cd
                WHERE cd.calendar_id = s.calendar_id AND cd.instructional
                  AND cd.date <= %(as_of)s
                ORDER BY cd.ordinal DESC
                LIMIT %(days)s)) >= %(least)s
 ORDER BY k.id
"""


def relapse_requests(as_of: date, year: SchoolYear, policy: Policy) -> list[services.StepRequest]:
    """The steps that take monitored cases back into work."""
    limits = policy.require("monitor")
    parameters: dict[str, date | int] = {
        "as_of": as_of,
        "year": year.year,
        "days": int(limits["relapse_days"]),
        "least": int(limits["relapse_unexcused"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RELAPSED, parameters)
        return [services.StepRequest(case_id, "relapse", {}) for (case_id,) in cursor.fetchall()]
