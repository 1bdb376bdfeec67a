"""The district's goals: baseline, target, today's value, trend; and who is behind each figure at
one's own schools."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attendance.models import AttendanceCase
from attendance.reporting import kpis
from casework.access.rights import signed_in
from casework.engine.services import local_today
from casework.policy.policies import policy_for
from district.models import Post, Role, School, Student
from titleix.dashboards import figures as titleix
from web.compliance import goal_measures, public
from web.compliance.goal_measures import History, Value
from web.compliance.scope import Scope, scope_for, scopes
from web.layout import charts, export
from web.layout.charts import Cell, Chart

READERS = (Role.SUPERVISOR, Role.TITLE_IX_COORDINATOR, Role.DEPUTY, Role.DISTRICT_ADMIN)
SECRET = ("titleix_in_time",)


@dataclass
class Goal:
    """One goal as it stands today."""

    spec: dict[str, Any]
    by: date
    value: Value | None
    shown: str
    parts: str
    reached: bool
    chart: Chart | None
    link: str


def _reader(request: HttpRequest) -> Any:
    """Whoever may read figures of the district; 404 for everybody else."""
    user = signed_in(request)
    if not Post.objects.filter(user=user, role__in=READERS).exists():
        raise Http404
    return user


@login_required
@require_GET
def goals(request: HttpRequest) -> HttpResponse:
    """Every goal of the district's file."""
    user = _reader(request)
    policy = policy_for("goals", local_today())
    mine = {scope.kind.code for scope in scopes(user)}
    values = goal_measures.histories({spec["measure"] for spec in policy.data["goals"]})
    found = [_goal(spec, mine, values[spec["measure"]]) for spec in policy.data["goals"]]
    context = {"goals": found, "policy": policy.id, "today": local_today(), "mine": mine}
    return render(request, "web/compliance/goals.html", context)


def _goal(spec: dict[str, Any], mine: set[str], values: History) -> Goal:
    value = values.today
    secret = spec["measure"] in SECRET
    shown, parts = (
        ("–", "") if value is None else _outside(value) if secret else _plain(spec, value)
    )
    link = (
        reverse("goal", args=[spec["id"]])
        if value is not None and not secret and "ATT" in mine
        else ""
    )
    if secret and "TIX" in mine:
        link = reverse("compliance", args=["TIX"])
    chart = None if secret else _trend(spec, values.trend)
    return Goal(
        spec,
        date.fromisoformat(spec["by"]),
        value,
        shown,
        parts,
        value is not None and not secret and _reached(spec, value),
        chart,
        link,
    )


def _plain(spec: dict[str, Any], value: Value) -> tuple[str, str]:
    parts = _("%(n)s of %(all)s") % {"n": value.numerator, "all": value.denominator}
    if spec["unit"] == "number":
        return str(value.numerator), parts
    return (f"{_rate(value)} %" if value.denominator else "–"), parts


def _rate(value: Value) -> str:
    return kpis.Kpi(value.numerator, value.denominator, value.as_of, value.policy).rate


def _outside(value: Value) -> tuple[str, str]:
    rate, part, whole = goal_measures.outside(value)
    return rate, _("%(n)s of %(all)s") % {"n": part, "all": whole}


def _reached(spec: dict[str, Any], value: Value) -> bool:
    now = value.numerator if spec["unit"] == "number" else value.per_cent
    if now is None:
        return False
    return bool(now <= spec["target"] if spec["direction"] == "down" else now >= spec["target"])


def _trend(spec: dict[str, Any], values: list[Value]) -> Chart | None:
    if len(values) < 2:
        return None
    labels = [date_format(value.as_of, "j M Y") for value in values]
    points = [value.per_cent for value in values]
    head = [_("As of"), _("Value"), _("Part"), _("Whole")]
    rows = [
        [
            Cell(label),
            Cell(f"{_rate(value)} %", number=True),
            Cell(str(value.numerator), number=True),
            Cell(str(value.denominator), number=True),
        ]
        for label, value in zip(labels, values, strict=True)
    ]
    sentence = _("%(then)s %% on %(first)s, %(now)s %% on %(last)s.") % {
        "then": _rate(values[0]) or "–",
        "first": labels[0],
        "now": _rate(values[-1]) or "–",
        "last": labels[-1],
    }
    lines = [charts.Line(_("value"), "one", points)]
    if spec["unit"] == "percent":
        lines.append(charts.Line(_("target"), "two", [float(spec["target"])] * len(points)))
    return charts.series(spec["title"], sentence, labels, lines, (head, rows))


@login_required
@require_GET
def goal(request: HttpRequest, goal: str) -> HttpResponse:
    """Who is behind a goal's figure at the schools that one supervises."""
    scope = scope_for(_reader(request), "ATT")
    spec = next(
        (spec for spec in policy_for("goals", local_today()).data["goals"] if spec["id"] == goal),
        None,
    )
    if spec is None or spec["measure"] not in LISTS:
        raise Http404
    numerator, denominator, head, every = LISTS[spec["measure"]](scope)
    rows = [row for counts, row in every if counts or request.GET.get("only") != "part"]
    if request.GET.get("export") in ("csv", "xlsx"):
        notes = [
            _("As of %(day)s, policy %(policy)s")
            % {"day": local_today(), "policy": policy_for("attendance", local_today()).id}
        ]
        return export.answer(
            request.GET["export"],
            f"goal-{goal}-{local_today()}",
            head,
            [[cell.text for cell in row] for row in rows],
            notes,
        )
    context = {
        "spec": spec,
        "numerator": numerator,
        "denominator": denominator,
        "head": head,
        "rows": rows,
        "policy": policy_for("attendance", local_today()).id,
        "today": local_today(),
        "part": request.GET.get("only") == "part",
        "district": goal_measures.today(spec["measure"]),
    }
    return render(request, "web/compliance/goal.html", context)


# Part, whole (None: the list holds the part alone), head, and the rows with whether the part counts
# them.
Listed = tuple[int, int | None, list[str], list[tuple[bool, list[Cell]]]]


def _chronic(scope: Scope) -> Listed:
    found = kpis.chronic_students(scope.schools, local_today())
    students = Student.objects.in_bulk([one.student_id for one in found])
    schools = dict(School.objects.filter(pk__in=scope.schools).values_list("pk", "name"))
    numbers = dict(
        AttendanceCase.objects.filter(
            pk__in=scope.cases().values("pk"), student__in=students
        ).values_list("student_id", "number")
    )
    rows = [
        (
            True,
            [
                Cell(str(students[one.student_id])),
                Cell(numbers.get(one.student_id, "–"), _case(numbers.get(one.student_id))),
                Cell(schools[one.school_id]),
                Cell(f"{one.rate} %", number=True),
                Cell(str(one.absences), number=True),
                Cell(str(one.days), number=True),
            ],
        )
        for one in found
    ]
    return (
        len(found),
        None,
        [_("Student"), _("Case"), _("School"), _("Rate"), _("Absences"), _("Days enrolled")],
        rows,
    )


def _case(number: str | None) -> str:
    return reverse("case", args=[number]) if number else ""


def _students(scope: Scope) -> Listed:
    value, held, everybody = kpis.arc_students(local_today(), scope.cases())
    done = set(held.values_list("pk", flat=True))
    rows = [
        (
            case.pk in done,
            [
                Cell(str(case.student)),
                Cell(case.number, _case(case.number)),
                Cell(str(case.school or "")),
                Cell(_("held") if case.pk in done else _("not held")),
                Cell(date_format(case.arc_held_on, "j M Y") if case.arc_held_on else "–"),
            ],
        )
        for case in everybody.select_related("student", "school").order_by("arc_held_on", "number")
    ]
    return (
        value.numerator,
        value.denominator,
        [_("Student"), _("Case"), _("School"), _("Conference"), _("Date")],
        rows,
    )


def _facilitators(scope: Scope) -> Listed:
    value, active, everybody = kpis.arc_facilitators(local_today(), scope.schools)
    names = {user.pk for user in active}
    rows = [
        (
            user.pk in names,
            [
                Cell(str(user)),
                Cell(_("facilitated a conference") if user.pk in names else _("not yet")),
            ],
        )
        for user in everybody
    ]
    return value.numerator, value.denominator, [_("Social worker"), _("This school year")], rows


def _schools(
    which: Callable[[date, Collection[int]], tuple[kpis.Kpi, list[School], list[School]]],
) -> Callable[[Scope], Listed]:
    def listed(scope: Scope) -> Listed:
        value, having, everybody = which(local_today(), scope.schools)
        served = {school.pk for school in having}
        rows = [
            (
                school.pk in served,
                [Cell(school.name), Cell(_("yes") if school.pk in served else _("no"))],
            )
            for school in everybody
        ]
        return value.numerator, value.denominator, [_("School"), _("Served")], rows

    return listed


LISTS = {
    "chronic_rate": _chronic,
    "arc_students": _students,
    "arc_facilitators": _facilitators,
    "mediation_access": _schools(kpis.mediation_access),
    "agency_schools": _schools(kpis.agency_schools),
}


@login_required
@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """What may be published, as a page and as a file."""
    _reader(request)
    day = local_today()
    names = (_("Where"), _("Chronically absent"), _("Students"), _("Rate"))
    chronic = public.chronic_tables(
        kpis.by_group(day, "grade"), names, _("District, sum of schools")
    )
    words = (
        _("District"),
        _("Investigated in time"),
        _("No school"),
        _("In time"),
        _("Investigations"),
    )
    secret = public.titleix_tables(
        titleix.reports_by_school(day), titleix.in_time(day)[0], (_("Where"), _("Reports")), words
    )
    if request.GET.get("export") in ("csv", "xlsx"):
        tables = secret if request.GET.get("domain") == "TIX" else chronic
        rows = [
            row
            for table in tables
            for row in ([table.head] if table is not tables[0] else []) + table.rows
        ]
        notes = [
            _("As of %(day)s, policy %(policy)s")
            % {"day": day, "policy": policy_for("attendance", day).id}
        ]
        return export.answer(
            request.GET["export"], f"published-{day}", tables[0].head if tables else [], rows, notes
        )
    context = {
        "chronic": chronic,
        "titleix": secret,
        "today": day,
        "policy": policy_for("attendance", day).id,
        "policy_t9": policy_for("titleix", day).id,
    }
    return render(request, "web/compliance/published.html", context)
