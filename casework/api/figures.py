"""The API of what runs over cases: deadlines, compliance, the kinds of case and their workflows."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from casework.access import rights
from casework.case_types import registry
from casework.engine.services import local_today
from casework.engine.workflow import Step
from casework.models import Clock
from casework.reporting import compliance
from district.api_base import Bearer, Text, caller, invalid, not_found
from district.models import School, Scope

PAGE = 100
deadlines = Router(tags=["Deadlines"], auth=Bearer(Scope.READ))
figures = Router(tags=["Figures"], auth=Bearer(Scope.COMPLIANCE))
about = Router(tags=["About"], auth=Bearer())


class DeadlineOut(Schema):
    """A promise that runs."""

    clock: UUID
    case: str
    kind: str
    label: str
    status: str
    original_due: date
    due: date
    unit: str


class DeadlinesOut(Schema):
    """A page of promises, the first due ones first."""

    items: list[DeadlineOut]
    next: str = Field(description="give it as `after` for the next page; empty at the end")


@deadlines.get("/deadlines", response=DeadlinesOut, summary="Promises that run")
def list_deadlines(
    request: HttpRequest,
    mine: bool = False,
    until: date | None = None,
    kind: Text = "",
    after: Text = "",
) -> Any:
    """A hundred running or held promises of the cases that you may see, or of those that you own."""
    cases = rights.visible(caller(request)).filter(closed_on=None)
    rows = Clock.objects.filter(
        case__in=cases.filter(owner=caller(request)) if mine else cases,
        status__in=("RUNNING", "HELD"),
    )
    rows = rows.filter(due__lte=until) if until else rows
    rows = _behind(rows.filter(kind=kind) if kind else rows, after)
    found = list(rows.select_related("case").order_by("due", "id")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "items": [_deadline(row) for row in found[:PAGE]],
        "next": f"{last.due}_{last.id}" if last else "",
    }


def _behind(rows: Any, after: str) -> Any:
    if not after:
        return rows
    day, _sep, last = after.partition("_")
    try:
        due, pk = date.fromisoformat(day), UUID(last)
    except ValueError:
        raise invalid({"after": [_("Give the `next` of the page before.")]}) from None
    return rows.filter(Q(due__gt=due) | Q(due=due, id__gt=pk))


def _deadline(row: Clock) -> dict[str, Any]:
    label = registry.kind(row.case.kind).clock_labels.get(row.kind, row.kind)
    return {"clock": row.id, "case": row.case.number, "label": str(label)} | {
        name: getattr(row, name) for name in ("kind", "status", "original_due", "due", "unit")
    }


class MeasureOut(Schema):
    """One kind of promise, by the original and by the extended dates: kept, counted, rate in
    percent."""

    kind: str
    label: str
    met_original: int
    counted_original: int
    rate_original: str | None
    open_late_original: int
    met_extended: int
    counted_extended: int
    rate_extended: str | None
    open_late_extended: int
    cases: dict[str, list[str]] = Field(description="the case numbers behind each part")


class ComplianceOut(Schema):
    """Were promises kept, as of a date; over the cases that you may see."""

    kind: str
    as_of: date
    items: list[MeasureOut]


@figures.get("/compliance/{kind}", response=ComplianceOut, summary="Were promises kept?")
def measure(request: HttpRequest, kind: str, as_of: date | None = None, clock: Text = "") -> Any:
    """Of one kind of case alone: attendance and Title IX are never joined. A promise whose date has
    passed and that is still open counts as missed; one that is not due yet does not count."""
    if kind not in {one.code for one in registry.all_kinds()}:
        raise not_found()
    on = as_of or local_today()
    cases = list(rights.visible(caller(request), kind).values_list("id", flat=True))
    labels = registry.kind(kind).clock_labels
    found = [compliance.as_dict(row) for row in compliance.measure(on, clock, cases)]
    return {
        "kind": kind,
        "as_of": on,
        "items": [{**row, "label": str(labels.get(row["kind"], row["kind"]))} for row in found],
    }


class KindOut(Schema):
    """A kind of case."""

    code: str
    label: str
    domain: str
    rules: str


class MoveOut(Schema):
    """A step of a workflow: from which states, to which, who may, under which law."""

    name: str
    label: str
    source: str
    targets: list[str]
    who: list[str]
    citation: str
    does: str


class WorkflowOut(Schema):
    """A workflow as it is declared; the pages draw their picture from the same."""

    kind: str
    process: str
    rules: str
    states: dict[str, str]
    steps: list[MoveOut]


@about.get("/kinds", response=list[KindOut], summary="Kinds of case")
def list_kinds(request: HttpRequest) -> Any:
    """The kinds of case that this product knows."""
    return [
        {"code": k.code, "label": str(k.label), "domain": k.domain, "rules": k.current_rules}
        for k in registry.all_kinds()
    ]


@about.get("/kinds/{kind}/workflows", response=list[WorkflowOut], summary="The workflows of a kind")
def workflows(request: HttpRequest, kind: str) -> Any:
    """The workflow of the case and of its processes, by the rules in force."""
    if kind not in {one.code for one in registry.all_kinds()}:
        raise not_found()
    found = registry.kind(kind)
    flows = [("", found.workflow(found.current_rules))] + [
        (p.code, flow) for p in found.processes.values() for flow in p.workflows.values()
    ]
    return [
        {
            "kind": kind,
            "process": process,
            "rules": flow.version,
            "states": {str(state): str(label) for state, label in flow.labels.items()},
            "steps": [_step(name, move) for name, move in flow.transitions()],
        }
        for process, flow in flows
    ]


def _step(name: str, move: Any) -> dict[str, Any]:
    step: Step = move.custom["step"]
    targets = sorted({str(target) for target in move.declared_targets() if isinstance(target, str)})
    return {
        "name": name,
        "label": str(move.label),
        "source": str(move.source),
        "targets": targets,
        "who": list(step.by),
        "citation": step.cite,
        "does": str(step.does),
    }


class SchoolOut(Schema):
    """A school; `id` filters the worklist."""

    id: int
    number: str
    name: str
    level: str
    area: str


@about.get("/schools", response=list[SchoolOut], summary="Schools whose cases you may see")
def schools(
    request: HttpRequest,
    permission: Literal[
        "view_cases", "work_cases", "sign_cases", "mail_cases", "supervise_cases"
    ] = "view_cases",
) -> Any:
    """By your posts; Title IX follows no post."""
    rows = (
        School.objects.filter(id__in=rights.visible_schools(caller(request), permission))
        .select_related("area")
        .order_by("name", "id")
    )
    return [
        {
            "id": row.pk,
            "number": row.school_id,
            "name": row.name,
            "level": row.level,
            "area": row.area.name if row.area else "",
        }
        for row in rows
    ]
