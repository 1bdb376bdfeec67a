"""The list behind each reported figure of attendance (K1, K2, K7, K8) at one's own schools: as a
page, as CSV, as XLSX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from attendance.models import AttendanceCase, Locate
from attendance.reporting import kpi_cases
from attendance.reporting.intervention_queries import KINDS
from attendance.reporting.kpi_cases import Act
from attendance.reporting.kpis import Chronic
from casework.audit import access_log
from casework.engine.services import local_today
from casework.policy.policies import policy_for
from district.models import School, Student
from web.compliance.scope import Scope, scope_for
from web.layout import export
from web.layout.charts import Cell

PAGE = 50
RATES = {
    "enrolled": _lazy("Students with at least 10 days enrolled"),
    "chronic": _lazy("Chronically absent students"),
    "satisfactory": _lazy("Satisfactory"),
    "at_risk": _lazy("At risk"),
    "moderate": _lazy("Moderate"),
    "severe": _lazy("Severe"),
}
STREET = {
    "requests": _lazy("Requests to the street team with an outcome"),
    "found": _lazy("Students found"),
    "handed": _lazy("Handed back to the school"),
    "accepted": _lazy("Handed back and accepted by the school"),
}


@dataclass(frozen=True)
class Behind:
    """What a figure counts: its name, the rows, and how a page of them is written."""

    title: str
    head: list[str]
    rows: Sequence[Any]
    cells: Callable[[Sequence[Any]], list[list[Cell]]]


def link(figure: str) -> str:
    """Where the list of a figure is."""
    return reverse("compliance-reported", args=[figure])


@login_required
@require_GET
def behind(request: HttpRequest, figure: str) -> HttpResponse:
    """The students, interventions or requests that a reported figure counts."""
    scope, today = scope_for(request.user, "ATT"), local_today()
    found = _behind(scope, figure, today)
    if found is None:
        raise Http404
    policy = policy_for("attendance", today).id
    if request.GET.get("export") in ("csv", "xlsx"):
        return _exported(request, figure, found, today, policy)
    page = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": scope.kind,
        "title": found.title,
        "head": found.head,
        "rows": found.cells(list(page)),
        "page": page,
        "query": "",
        "policy": policy,
        "today": today,
    }
    return render(request, "web/compliance/reported.html", context)


def _exported(
    request: HttpRequest, figure: str, found: Behind, today: date, policy: str
) -> HttpResponse:
    rows = found.cells(found.rows)
    numbers = {cell.text for row in rows for cell in row if cell.href}
    access_log.exported(
        request.user, AttendanceCase.objects.filter(number__in=numbers).values_list("pk", "number")
    )
    notes = [
        ngettext(
            "As of %(day)s, policy %(policy)s, %(n)s row",
            "As of %(day)s, policy %(policy)s, %(n)s rows",
            len(rows),
        )
        % {"day": today, "policy": policy, "n": len(rows)}
    ]
    return export.answer(
        request.GET["export"],
        f"{figure}-{today}",
        found.head,
        [[cell.text for cell in row] for row in rows],
        notes,
    )


def _behind(scope: Scope, figure: str, today: date) -> Behind | None:
    part, _dash, rest = figure.partition("-")
    if figure in RATES:
        return _rates(scope, figure, today)
    if part == "effect" and rest in KINDS:
        return _acts(scope, rest, today)
    if part == "street" and rest in STREET:
        return _street(scope, rest, today)
    return None


def _rates(scope: Scope, figure: str, today: date) -> Behind:
    def cells(rows: Sequence[Chronic]) -> list[list[Cell]]:
        students = Student.objects.in_bulk([row.student_id for row in rows])
        schools = dict(School.objects.filter(pk__in=scope.schools).values_list("pk", "name"))
        numbers = _cases(scope, students)
        return [
            [
                Cell(str(students[row.student_id])),
                _case(numbers.get(row.student_id)),
                Cell(schools[row.school_id]),
                Cell(f"{row.rate} %", number=True),
                Cell(str(row.absences), number=True),
                Cell(str(row.days), number=True),
            ]
            for row in rows
        ]

    head = [_("Student"), _("Case"), _("School"), _("Rate"), _("Absences"), _("Days enrolled")]
    return Behind(str(RATES[figure]), head, kpi_cases.rates(figure, scope.schools, today), cells)


def _cases(scope: Scope, students: Any) -> dict[int, str]:
    """Student -> the latest case that the reader may see."""
    rows = AttendanceCase.objects.filter(
        pk__in=scope.cases().values("pk"), student__in=students
    ).order_by("opened_on", "id")
    return dict(rows.values_list("student_id", "number"))


def _case(number: str | None) -> Cell:
    return Cell(number or "–", reverse("case", args=[number]) if number else "")


def _acts(scope: Scope, kind: str, today: date) -> Behind:
    def cells(rows: Sequence[Act]) -> list[list[Cell]]:
        mine = AttendanceCase.objects.filter(
            pk__in=scope.cases().values("pk"), student__in={row.student_id for row in rows}
        )
        cases = {
            case.student_id: case
            for case in mine.select_related("student", "school").order_by("opened_on", "id")
        }
        return [
            [
                Cell(str(case.student)),
                _case(case.number),
                Cell(str(case.school or "")),
                _day(row.on),
                Cell(f"{row.before} %", number=True),
                Cell(f"{row.after} %", number=True),
            ]
            for row in rows
            if (case := cases[row.student_id])
        ]

    head = [
        _("Student"),
        _("Case"),
        _("School"),
        _("On"),
        _("Attendance before"),
        _("Attendance after"),
    ]
    return Behind(
        str(KINDS[kind]).capitalize(), head, kpi_cases.acts(kind, today, scope.cases()), cells
    )


def _street(scope: Scope, figure: str, today: date) -> Behind:
    def cells(rows: Sequence[Locate]) -> list[list[Cell]]:
        cases = AttendanceCase.objects.select_related("student", "school").in_bulk(
            [row.case_id for row in rows]
        )
        return [
            [
                Cell(str(cases[row.case_id].student)),
                _case(cases[row.case_id].number),
                Cell(str(cases[row.case_id].school or "")),
                _day(row.opened_on),
                Cell(row.get_outcome_display()),
                _day(row.outcome_on),
                _day(row.handed_back_on),
                _day(row.accepted_on),
            ]
            for row in rows
        ]

    head = [
        _("Student"),
        _("Case"),
        _("School"),
        _("Asked for"),
        _("Outcome"),
        _("On"),
        _("Handed back"),
        _("Accepted"),
    ]
    return Behind(str(STREET[figure]), head, kpi_cases.street(figure, today, scope.cases()), cells)


def _day(day: date | None) -> Cell:
    return Cell(date_format(day, "j M Y") if day else "–")
