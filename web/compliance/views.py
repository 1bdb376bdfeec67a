"""Compliance: are promises kept, which breaks next, and whose is it. Every figure opens the list of
what it counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from attendance.reporting import kpi_cases, kpis
from casework.audit import access_log
from casework.engine.services import StepRequest, act_many, local_today
from casework.models import Case
from casework.policy.policies import policy_for
from casework.reporting import event_log, figure_cases
from district.models import School, User
from web.compliance import durations, summary
from web.compliance.forms import HandOverForm, ListForm
from web.compliance.scope import Scope, scope_for, scopes
from web.layout import export
from web.layout.context_processors import ANSWER_FOR, posts

PAGE = 50
MOST_EXPORTED = 100_000
LOGS = {
    "json": (event_log.as_json, "application/json"),
    "xes": (event_log.as_xes, "application/xml"),
}


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The domain that this person answers for; the first of them where there are two."""
    found = scopes(request.user)
    if (
        not found and {post.role for post in posts(request.user)} & ANSWER_FOR
    ):  # the menu leads here by the post, before any case is theirs
        messages.info(
            request,
            _("No case is yours to answer for at present; figures appear here with the first one."),
        )
        return redirect("home")
    if not found:
        raise Http404
    return redirect("compliance", kind=found[0].kind.code)


@login_required
@require_GET
def compliance(request: HttpRequest, kind: str) -> HttpResponse:
    """One domain on one page."""
    scope = scope_for(request.user, kind)
    school = _school(request, scope)
    found = scope.figures(local_today(), school.pk if school else None)
    at = school.pk if school else None
    breakdowns = [
        summary.breakdown(scope, found, by, at)
        for by in (("owner", "duty") if school else ("school", "owner", "duty"))
    ]
    context = _frame(scope, "compliance") | {
        "school": school,
        "big": summary.big(scope, found, at),
        "soon": summary.soon(scope, found, at),
        "found": found,
        "open_link": summary.link(scope, figure="open", school=at),
        "held_link": summary.link(scope, figure="held", school=at),
        "cases_link": summary.link(scope, what="cases", school=at),
        "charts": [
            summary.over_time(scope, found, at),
            summary.days_left(scope, found, at),
            summary.ageing(scope, found, at),
        ],
        "breakdowns": breakdowns,
    }
    if request.GET.get("export") in ("csv", "xlsx"):
        return _export_summary(request.GET["export"], scope, breakdowns)
    return render(request, "web/compliance/page.html", context)


def _frame(scope: Scope, current: str) -> dict[str, Any]:
    """What every page of the domain shows."""
    return {
        "scope": scope,
        "kind": scope.kind,
        "tab": current,
        "domains": scopes(scope.user),
        "policy": policy_for(scope.kind.domain, local_today()).id,
        "today": local_today(),
    }


def _school(request: HttpRequest, scope: Scope) -> School | None:
    text = request.GET.get("school", "")
    if not text:
        return None
    found = (
        School.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 10 else None
    )
    if found is None or (not scope.by_case and found.pk not in scope.schools):
        raise Http404
    return found


def _export_summary(kind: str, scope: Scope, breakdowns: list[Any]) -> HttpResponse:
    rows: list[list[export.Value]] = []
    for chart in breakdowns:
        rows.append([chart.title, *chart.head[1:]])
        rows += [[_plain(cell.text) for cell in row] for row in chart.rows]
    notes = [
        _("As of %(day)s, policy %(policy)s")
        % {
            "day": local_today().isoformat(),
            "policy": policy_for(scope.kind.domain, local_today()).id,
        }
    ]
    return export.answer(
        kind,
        f"compliance-{scope.kind.code}-{local_today()}",
        [_("Measure"), *breakdowns[0].head[1:]],
        rows,
        notes,
    )


def _plain(text: str) -> export.Value:
    return (
        int(text)
        if text.isdigit()
        else float(text.removesuffix(" %"))
        if text.endswith(" %")
        else text
    )


# -- the list behind a figure ----------------------------------------------------------------------


@login_required
@require_GET
def behind(request: HttpRequest, kind: str) -> HttpResponse:
    """The promises or cases that a figure counts."""
    scope = scope_for(request.user, kind)
    form = ListForm(request.GET)
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data
    cases = _narrowed(scope, wanted)
    as_of = wanted["as_of"] or local_today()
    by_case = wanted["what"] == "cases"
    rows: Any = (
        _aged(cases, wanted, as_of)
        if by_case
        else figure_cases.behind(
            wanted["figure"] or "open",
            cases,
            as_of,
            duty=wanted["duty"],
            due=(wanted["due_from"], wanted["due_to"]),
        )
    )
    if request.GET.get("export") in ("csv", "xlsx"):
        rows = list(rows[:MOST_EXPORTED])
        access_log.exported(
            request.user, [(row.pk if by_case else row.case_id, row.number) for row in rows]
        )
        return _export_list(request.GET["export"], scope, rows, by_case, as_of)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = scope.kind.labels([row.pk if by_case else row.case_id for row in page])
    flow = scope.kind.workflow(scope.kind.current_rules)
    context = _frame(scope, "") | {
        "page": page,
        "by_case": by_case,
        "names": names,
        "states": flow.labels,
        "title": _title(scope, wanted, as_of),
        "query": urlencode(
            {key: value for key, value in request.GET.items() if key not in ("page", "export")}
        ),
        "as_of_day": as_of,
    }
    return render(request, "web/compliance/list.html", context)


def _narrowed(scope: Scope, wanted: dict[str, Any]) -> Any:
    cases = scope.cases()
    if wanted["school"] is not None:
        cases = (
            cases.filter(school=None)
            if wanted["school"] == -1
            else cases.filter(school_id=wanted["school"])
        )
    if wanted["state"]:
        cases = cases.filter(state=wanted["state"])
    return cases if wanted["owner"] is None else cases.filter(owner_id=wanted["owner"] or None)


def _aged(cases: Any, wanted: dict[str, Any], as_of: date) -> Any:
    found = _marked(cases, wanted["mark"], as_of)
    if wanted["age_from"] is not None:
        found = found.filter(opened_on__lte=_back(as_of, wanted["age_from"]))
    if wanted["age_to"] is not None:
        found = found.filter(opened_on__gte=_back(as_of, wanted["age_to"]))
    return found.select_related("school", "owner").order_by("opened_on", "id")


def _marked(cases: Any, mark: str, as_of: date) -> Any:
    """Open cases, or those that a reported figure of attendance counts."""
    if mark == "late_six":
        return kpis.late_sixes(as_of, cases)
    if mark in kpi_cases.FINDINGS:
        return kpi_cases.found(mark, as_of, cases)
    return kpis.excluded(cases) if mark == "excluded" else cases.filter(closed_on=None)


def _back(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date(1900, 1, 1)).days))


def _title(scope: Scope, wanted: dict[str, Any], as_of: date) -> str:
    """What the list shows, in words."""
    if wanted["what"] == "cases":
        return _("Cases") if wanted["mark"] else _("Open cases")
    parts = [_("Promises"), str(figure_cases.FIGURES[wanted["figure"] or "open"])]
    if wanted["duty"]:
        parts.append(str(scope.kind.clock_labels.get(wanted["duty"], wanted["duty"])))
    if wanted["due_from"] is not None or wanted["due_to"] is not None:
        parts.append(_due_words(wanted["due_from"], wanted["due_to"]))
    return " · ".join(parts)


def _due_words(first: int | None, last: int | None) -> str:
    if first is None and last == -1:
        return _("overdue")
    if first is None or (first == 0 and last):
        return ngettext("due within %(n)s day", "due within %(n)s days", last or 0) % {"n": last}
    return summary.bucket_words((first, last))


def _export_list(kind: str, scope: Scope, rows: Any, by_case: bool, as_of: date) -> HttpResponse:
    flow = scope.kind.workflow(scope.kind.current_rules)
    head = [_("Case"), _("School"), _("Owner"), _("Step"), _("Opened")]
    body: list[list[export.Value]]
    if by_case:
        body = [
            [
                case.number,
                str(case.school or ""),
                str(case.owner or ""),
                str(flow.labels.get(case.state, case.state)),
                case.opened_on,
            ]
            for case in rows
        ]
    else:
        head = [
            _("Case"),
            _("Promise"),
            _("School"),
            _("Owner"),
            _("Day 0"),
            _("Original date"),
            _("Date"),
            _("Ended"),
            _("Status"),
            _("Days left"),
        ]
        body = [
            [
                row.number,
                row.label,
                row.school,
                row.owner,
                row.day0,
                row.original_due,
                row.due,
                row.stopped_on,
                row.status,
                row.days,
            ]
            for row in rows
        ]
    notes = [
        ngettext(
            "As of %(day)s, policy %(policy)s, %(n)s row",
            "As of %(day)s, policy %(policy)s, %(n)s rows",
            len(body),
        )
        % {"day": as_of, "policy": policy_for(scope.kind.domain, local_today()).id, "n": len(body)}
    ]
    return export.answer(kind, f"{scope.kind.code}-{as_of}", head, body, notes)


# -- pace, forecast, workload ----------------------------------------------------------------------


@login_required
@require_GET
def steps(request: HttpRequest, kind: str) -> HttpResponse:
    """Which step eats the time."""
    scope = scope_for(request.user, kind)
    return render(
        request,
        "web/compliance/steps.html",
        _frame(scope, "steps") | {"log": True, "chart": durations.step_map(scope)},
    )


@login_required
@require_GET
def log(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """The steps of the cases as a file for process-mining tools."""
    scope = scope_for(request.user, kind)
    if form not in LOGS:
        raise Http404
    write, mime = LOGS[form]
    access_log.exported(
        request.user, scope.cases().values_list("pk", "number") if scope.kind.keeps_reads else ()
    )
    found = HttpResponse(write(scope.kind, scope.cases()), content_type=mime)
    found["Content-Disposition"] = (
        f'attachment; filename="{scope.kind.code}-{local_today()}.{form}"'
    )
    return found


@login_required
@require_GET
def forecast(request: HttpRequest, kind: str) -> HttpResponse:
    """The chance of each open promise to be kept, and how far such forecasts were right before."""
    scope = scope_for(request.user, kind)
    rows, table, score = durations.forecasts(scope, local_today())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = _frame(scope, "forecast") | {
        "page": page,
        "table": table,
        "score": score,
        "names": scope.kind.labels([row.case_id for row, _chance in page]),
        "least": durations.LEAST,
        "unknown": sum(chance is None for _row, chance in rows),
        "late_link": summary.link(scope, figure="running", due_to=-1),
    }
    return render(request, "web/compliance/forecast.html", context)


@login_required
def workload(request: HttpRequest, kind: str) -> HttpResponse:
    """Who has how much, and handing cases over: each one by the same step as on its own page."""
    scope = scope_for(request.user, kind)
    if request.method == "POST" and not scope.by_case:
        return _hand_over(request, scope)
    return _workload_page(request, scope, None)


def _workload_page(
    request: HttpRequest, scope: Scope, form: Any, status: int = 200
) -> HttpResponse:
    today = local_today()
    found = scope.figures(today)
    owner = request.GET.get("owner", "")
    chosen = scope.cases().filter(closed_on=None)
    named = owner.isdecimal() and len(owner) < 10
    chosen = chosen.filter(owner_id=int(owner) or None) if named else chosen.filter(owner=None)
    rows = list(chosen.select_related("school").order_by("next_due", "id")[:PAGE])
    context = _frame(scope, "workload") | {
        "chart": durations.load(scope, found, today),
        "rows": rows,
        "names": scope.kind.labels([case.pk for case in rows]),
        "form": form,
        "workers": None if scope.by_case else _workers(scope),
        "owner": owner,
        "named": named,
        "owner_name": _owner_name(owner),
        "duties": scope.kind.clock_labels,
        "states": scope.kind.workflow(scope.kind.current_rules).labels,
    }
    return render(request, "web/compliance/workload.html", context, status=status)


def _owner_name(owner: str) -> str:
    found = (
        User.objects.filter(pk=int(owner)).first()
        if owner.isdecimal() and len(owner) < 10
        else None
    )
    return str(found) if found else _("nobody")


def _workers(scope: Scope) -> Any:
    """Who may work cases at the schools of the scope."""
    held = {
        "groups__schoolgrouppermission__content_object_id__in": scope.schools,
        "groups__schoolgrouppermission__permission__codename": "work_cases",
    }
    return (
        User.objects.filter(is_active=True, **held).distinct().order_by("last_name", "first_name")
    )


def _hand_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    open_cases = scope.cases().filter(
        closed_on=None,
        number__in=[text for text in request.POST.getlist("number") if "\x00" not in text][:PAGE],
    )
    form = HandOverForm(
        request.POST, workers=_workers(scope), numbers=[case.number for case in open_cases]
    )
    if not form.is_valid():
        return _workload_page(request, scope, form, status=422)
    owner = form.cleaned_data["owner"]
    wanted = [
        StepRequest(case.pk, "assign", {"owner": owner.pk})
        for case in Case.objects.filter(number__in=form.cleaned_data["number"])
    ]
    done = act_many(wanted, kind=scope.kind.code, actor=request.user)
    if done.done:
        messages.success(
            request,
            ngettext(
                "%(n)s case handed over to %(who)s.",
                "%(n)s cases handed over to %(who)s.",
                done.done,
            )
            % {"n": done.done, "who": owner},
        )
    numbers = dict(
        Case.objects.filter(pk__in=[step.case_id for step, _error in done.refused]).values_list(
            "pk", "number"
        )
    )
    for step, error in done.refused:
        messages.error(
            request,
            _("%(case)s was not handed over: %(why)s")
            % {"case": numbers[step.case_id], "why": _why(error)},
        )
    query = urlencode({"owner": request.GET.get("owner", "")}) if request.GET.get("owner") else ""
    return redirect(
        f"{reverse('compliance-workload', args=[scope.kind.code])}{'?' + query if query else ''}"
    )


def _why(error: Any) -> str:
    errors = getattr(error, "errors", None)
    return (
        " ".join(text for texts in errors.values() for text in texts)
        if errors
        else str(error) or _("the rules do not allow it")
    )
