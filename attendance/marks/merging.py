"""What merging two student records means for marks and cases (domain.md C18, A-38)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from attendance.marks.delivery import COLUMNS
from attendance.models import AttendanceCase
from casework.engine.services import StepRequest, act_many
from casework.models import Clock
from district.models import Student

# The other record's marks: those on days that the survivor has too go to the history, the rest
# change their student.
_HISTORY = f"""
INSERT INTO attendance_mark_version ({COLUMNS}, known_to, superseded_at, successor)
SELECT {", ".join("m." + name.strip() for name in COLUMNS.split(","))}, %(on)s, %(now)s, 'MERGED'
  FROM attendance_mark m WHERE m.student_id = %(other)s
"""
_MOVE = f"""
INSERT INTO attendance_mark ({COLUMNS})
SELECT {", ".join("%(survivor)s" if name.strip() == "student_id" else "%(now)s" if name.strip() == "recorded_at" else "m." + name.strip() for name in COLUMNS.split(","))}
  FROM attendance_mark m WHERE m.student_id = %(other)s
ON CONFLICT (day, student_id) DO NOTHING
"""


def unite(survivor: Student, other: Student, on: date, user: Any) -> None:
    """Dates are united without counting one twice; the younger of two cases is closed as MERGED and
    the older goes on. New thresholds are found by the evaluation of the merge date."""
    values: dict[str, Any] = {
        "survivor": survivor.pk,
        "other": other.pk,
        "on": on,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        for statement in (
            _HISTORY,
            _MOVE,
            "DELETE FROM attendance_mark WHERE student_id = %(other)s",
        ):
            cursor.execute(statement, values)
        cursor.execute("DELETE FROM attendance_tally WHERE student_id = %(other)s", values)
        cursor.execute("DELETE FROM attendance_schooltally WHERE student_id = %(other)s", values)
    years = AttendanceCase.objects.filter(student__in=[survivor, other]).values_list(
        "school_year", flat=True
    )
    for year in set(years):
        _unite_cases(survivor, other, year, on)


def _unite_cases(survivor: Student, other: Student, year: int, on: date) -> None:
    cases = list(
        AttendanceCase.objects.filter(student__in=[survivor, other], school_year=year).order_by(
            "id"
        )
    )
    older, younger = cases[0], cases[1] if len(cases) > 1 else None
    if younger is not None and younger.state != "CLOSED":
        earlier = dict(
            Clock.objects.filter(case=younger, status="RUNNING")
            .order_by("-day0")
            .values_list("kind", "day0")
        )
        act_many([StepRequest(younger.pk, "merge_away", {"into": older.number})], kind="ATT", on=on)
        mine = dict(Clock.objects.filter(case=older, status="RUNNING").values_list("kind", "day0"))
        kept = {kind: day0 for kind, day0 in earlier.items() if kind in mine and day0 < mine[kind]}
        if kept and older.state != "CLOSED":
            act_many([StepRequest(older.pk, "take_over_clocks", {"day0": kept})], kind="ATT", on=on)
    if younger is not None and older.student_id != survivor.pk:
        # One case per student and year: the closed one keeps the record that was merged away.
        AttendanceCase.objects.filter(pk=younger.pk).update(school_year=0)
        AttendanceCase.objects.filter(pk=older.pk).update(student=survivor)
        AttendanceCase.objects.filter(pk=younger.pk).update(student=other, school_year=year)
    elif older.student_id != survivor.pk:
        AttendanceCase.objects.filter(pk=older.pk).update(student=survivor)
