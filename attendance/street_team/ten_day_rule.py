"""The ten-day rule (DPI manual; A1.1, A2.5): whoever missed more than ten days in a row unlawfully
is looked for and, under the compulsory age, not withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from attendance.models import AttendanceCase, Locate
from attendance.rules import law, mark_sql
from casework.policy.policies import Policy, policy_for
from district.models import SchoolYear, Student

# The unlawful absences in a row that end with a student's last school day of membership.
_RUN_AT_END = f"""
SELECT w.student_id, count(*)
  FROM (
    SELECT e.student_id, cd.date,
           bool_and(coalesce(m.mark_class = {mark_sql.UNEXCUSED}, false))
               OVER (PARTITION BY e.student_id ORDER BY cd.ordinal DESC) AS all_unlawful
      FROM unnest(%(students)s::bigint[]) AS e(student_id)
      JOIN LATERAL (
           SELECT d.school_id, coalesce(d.exit_date, %(as_of)s) AS until, d.entry_date
             FROM district_enrollment d
            WHERE d.student_id = e.student_id AND d.entry_date <= %(as_of)s
            ORDER BY d.entry_date DESC
            LIMIT 1) n ON true
      JOIN district_school s ON s.id = n.school_id
      JOIN LATERAL (
           SELECT x.date, x.ordinal
             FROM district_calendarday x
            WHERE x.calendar_id = s.calendar_id AND x.instructional
              AND x.date BETWEEN greatest(n.entry_date, %(starts)s) AND least(n.until, %(as_of)s)
            ORDER BY x.ordinal DESC
            LIMIT 60) cd ON true
      LEFT JOIN attendance_mark m ON m.day = cd.date AND m.student_id = e.student_id
  ) w
 WHERE w.all_unlawful
 GROUP BY w.student_id
"""


@dataclass(frozen=True)
class TenDayRow:
    """A line of the ten-day list; `looked_for` is the state of the latest search, or empty."""

    case: AttendanceCase
    run: int
    looked_for: str
    may_withdraw: bool


def unlawful_runs(students: Sequence[int], as_of: date, starts: date) -> dict[int, int]:
    """Student -> unlawful absences in a row up to the last school day of membership (at most 60
    are counted; one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_RUN_AT_END, {"students": list(students), "as_of": as_of, "starts": starts})
        return dict(cursor.fetchall())


def forbidden_withdrawals(
    cases: Mapping[int, int | None], as_of: date, year: SchoolYear, policy: Policy
) -> dict[int, bool]:
    """Which of the students (each with the case that is about to close) the rule keeps, and whether
    the case was flagged for that before. Whom a search showed to have left may go."""
    run_limit, age_limit = _limits(policy)
    runs = unlawful_runs(list(cases), as_of, year.starts)
    long_runs = [student for student, run in runs.items() if run > run_limit]
    births = dict(Student.objects.filter(pk__in=long_runs).values_list("pk", "dob"))
    compulsory = {
        cases[student]: student
        for student in long_runs
        if (born := births[student]) is None or law.age(born, as_of) < age_limit
    }
    left = set(
        Locate.objects.filter(case_id__in=compulsory, outcome__in=Locate.LEFT).values_list(
            "case_id", flat=True
        )
    )
    flagged = set(
        AttendanceCase.objects.filter(pk__in=compulsory)
        .exclude(withdrawal_flagged_on=None)
        .values_list("pk", flat=True)
    )
    return {compulsory[case]: case in flagged for case in set(compulsory) - left}


def ten_day_list(schools: Sequence[int], as_of: date) -> list[TenDayRow]:
    """The ten-day rule list of schools: open cases with more than ten unlawful absences in a row,
    what the rule allows, and whether the street team is looking. For those who may see the
    schools' cases."""
    policy = policy_for("attendance", as_of)
    year = SchoolYear.objects.filter(starts__lte=as_of, ends__gte=as_of).first()
    if year is None:
        return []
    cases = list(
        AttendanceCase.objects.filter(
            school_id__in=schools, closed_on=None, school_year=year.year
        ).select_related("student", "school")
    )
    runs = unlawful_runs([case.student_id for case in cases], as_of, year.starts)
    run_limit, age_limit = _limits(policy)
    searches = dict(
        Locate.objects.filter(case__in=cases).order_by("opened_on").values_list("case_id", "state")
    )
    rows = [
        TenDayRow(
            case,
            runs[case.student_id],
            searches.get(case.pk, ""),
            case.student.dob is not None and law.age(case.student.dob, as_of) >= age_limit,
        )
        for case in cases
        if runs.get(case.student_id, 0) > run_limit
    ]
    return sorted(rows, key=lambda row: -row.run)


def _limits(policy: Policy) -> tuple[int, int]:
    """Days in a row that are still allowed, and the age at which attendance is free."""
    return (
        int(policy.require("locate.ten_day_rule")),
        int(policy.require("scope.compulsory.max_age_exclusive")),
    )
