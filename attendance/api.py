"""The API of attendance: what is counted of students at the schools whose cases one may see. No
name leaves here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from attendance.models import Tally
from attendance.rules import law
from casework.access import rights
from casework.engine.services import local_today
from district.api_base import Bearer, Id, caller, not_found
from district.models import SchoolYear, Scope

PAGE = 100
router = Router(tags=["Attendance"], auth=Bearer(Scope.ATTENDANCE))


class SummaryOut(Schema):
    """Days of one student in one school year, over all schools of the district, as far as the
    imports have told."""

    id: int
    student: str = Field(description="the number in the student information system")
    grade: str
    school: int | None
    school_year: str
    days_enrolled: int | None = Field(description="null while no calendar tells the school days")
    absences: int
    unexcused: int
    excused: int
    suspension: int
    unexplained: int
    tardies: int
    rate: str | None = Field(description="absences in percent of the days enrolled, two decimals")


class SummariesOut(Schema):
    """A page of students in the order of their ids."""

    items: list[SummaryOut]
    next: int | None = Field(description="give it as `after` for the next page; null at the end")


def _rows(request: HttpRequest) -> QuerySet[Tally]:
    year = SchoolYear.objects.filter(starts__lte=local_today()).order_by("-starts").first()
    schools = rights.visible_schools(caller(request))
    return (
        Tally.objects.filter(school_year=year.year if year else 0, school_id__in=schools)
        .select_related("student", "calendar")
        .order_by("student_id")
    )


@router.get("/attendance/students", response=SummariesOut, summary="Students' attendance")
def students(request: HttpRequest, school: Id | None = None, after: Id | None = None) -> Any:
    """A hundred students of the running school year at your schools, or at one of them."""
    rows = _rows(request).filter(student_id__gt=after or 0)
    found = list((rows.filter(school_id=school) if school else rows)[: PAGE + 1])
    return {
        "items": [_summary(row) for row in found[:PAGE]],
        "next": found[PAGE - 1].student_id if len(found) > PAGE else None,
    }


@router.get("/attendance/students/{pk}", response=SummaryOut, summary="One student's attendance")
def student(request: HttpRequest, pk: Id) -> Any:
    """The running school year."""
    row = _rows(request).filter(student_id=pk).first()
    if row is None:
        raise not_found()
    return _summary(row)


def _summary(row: Tally) -> dict[str, Any]:
    days = _days(row)
    return {
        "id": row.student_id,
        "student": row.student.student_id,
        "grade": row.student.grade,
        "school": row.school_id,
        "school_year": f"{row.school_year}-{(row.school_year + 1) % 100:02d}",
        "days_enrolled": days,
        "absences": row.absences,
        "unexcused": row.unexcused,
        "excused": row.excused,
        "suspension": row.suspension,
        "unexplained": row.unknown,
        "tardies": row.tardies,
        "rate": law.percent(row.absences, days) if days else None,
    }


def _days(row: Tally) -> int | None:
    """days_enrolled = closed_days + ordinal(today) - open_from (see the table)."""
    if row.open_from is None:
        return row.closed_days
    calendar = row.calendar
    if calendar is None:
        return None
    day = (
        calendar.days.filter(date__lte=local_today())
        .order_by("-date")
        .values_list("ordinal", flat=True)
        .first()
    )
    return row.closed_days + max(0, (day or 0) - row.open_from)
