"""Readers of cases for pages, API and exports; every one begins at the access module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from casework import access, kinds
from casework.models import Case, Document, Event, SavedView
from casework.services import local_today

PAGE = 50
VIEWS = {
    "all": _("All open"),
    "overdue": _("Overdue"),
    "week": _("This week"),
    "new": _("New since yesterday"),
    "mine": _("Mine"),
    "closed": _("Closed"),
}


@dataclass(frozen=True)
class Row:
    """One line of a worklist."""

    number: str
    label: str
    school: str
    state: str
    duty: str
    due: date | None
    days: int | None
    owner: str
    last_contact: date | None
    opened: date


@dataclass
class Worklist:
    """One page of a worklist."""

    rows: list[Row]
    after: str = ""
    filters: dict[str, str] = field(default_factory=dict)


def narrowed(cases: QuerySet[Case], user: Any, filters: Mapping[str, str], today: date) -> QuerySet[Case]:
    """The filters of the worklist, as they stand in the address."""
    view = filters.get("view", "all")
    cases = cases.filter(closed_on__isnull=view != "closed")
    by_view = {
        "overdue": Q(next_due__lt=today),
        "week": Q(next_due__lte=today + timedelta(days=6 - today.weekday())),
        "new": Q(opened_on__gte=today - timedelta(days=1)),
        "mine": Q(owner=user),
    }
    cases = cases.filter(by_view.get(view, Q()))
    for name in ("kind", "state"):
        if filters.get(name):
            cases = cases.filter(**{name: filters[name]})
    if filters.get("school", "").isdigit():
        cases = cases.filter(school_id=int(filters["school"]))
    return cases.filter(next_duty=filters["duty"]) if filters.get("duty") else cases


def worklist(user: Any, filters: Mapping[str, str], after: str = "", words: str = "") -> Worklist:
    """A page of 50 cases in the order in which they fall due (keyset pages). Three statements with the access rules and
    the labels. `words` searches names and numbers through the kinds."""
    today = local_today()
    cases = narrowed(access.visible(user), user, filters, today)
    if words:
        cases = cases.filter(_searched(words))
    found = list(
        _after(cases, after).order_by(F("next_due").asc(nulls_last=True), "id").values_list(
            "id", "number", "kind", "state", "next_duty", "next_due", "last_contact_on", "opened_on", "school__name",
            "owner__first_name", "owner__last_name",
        )[: PAGE + 1]
    )  # fmt: skip
    shown = found[:PAGE]
    names = _labels(shown)
    rows = [_row(values, names, today) for values in shown]
    last = shown[-1] if len(found) > PAGE else None
    return Worklist(rows, f"{last[5] or ''}_{last[0]}" if last else "", dict(filters))


def _searched(words: str) -> Q:
    found = Q(number__iexact=words.strip())
    for kind in kinds.all_kinds():
        found |= Q(kind=kind.code) & kind.search(words)
    return found


def _after(cases: QuerySet[Case], after: str) -> QuerySet[Case]:
    """The rows behind the last one of the page before; a mangled position starts at the beginning."""
    due, _sep, last = after.partition("_")
    if not last.isdigit():
        return cases
    if not due:
        return cases.filter(next_due=None, id__gt=int(last))
    try:
        day = date.fromisoformat(due)
    except ValueError:
        return cases
    return cases.filter(Q(next_due__gt=day) | Q(next_due=day, id__gt=int(last)) | Q(next_due=None))


def _labels(rows: list[Any]) -> dict[int, str]:
    names: dict[int, str] = {}
    for code in {row[2] for row in rows}:
        names |= kinds.kind(code).labels([row[0] for row in rows if row[2] == code])
    return names


def _row(values: Any, names: dict[int, str], today: date) -> Row:
    pk, number, kind_code, state, duty, due, contact, opened, school, first, last = values
    kind = kinds.kind(kind_code)
    labels = kind.workflow(kind.current_rules).labels
    return Row(
        number=number, label=names.get(pk, ""), school=school or "", state=str(labels.get(state, state)),
        duty=str(kind.clock_labels.get(duty, duty)), due=due, days=(due - today).days if due else None,
        owner=f"{first or ''} {last or ''}".strip(), last_contact=contact, opened=opened,
    )  # fmt: skip


def timeline(case: Case, kind: str = "") -> list[Event]:
    """The events of a case that the caller may see, newest first."""
    events = Event.objects.filter(case=case).select_related("actor").order_by("-seq")
    return list(events.filter(kind=kind) if kind else events)


def documents(case: Case) -> list[Document]:
    """The letters of a case, newest first."""
    return list(Document.objects.filter(case=case).select_related("created_by").order_by("-created_at"))


def saved_views(user: Any) -> list[SavedView]:
    """The user's own tabs."""
    return list(SavedView.objects.filter(user=user))


def counts(user: Any) -> dict[str, int]:
    """How many cases stand in each view, for the home page (one statement)."""
    today = local_today()
    cases = access.visible(user).filter(closed_on=None)
    week = today + timedelta(days=6 - today.weekday())
    return dict(
        cases.aggregate(
            all=Count("id"),
            overdue=Count("id", filter=Q(next_due__lt=today)),
            today=Count("id", filter=Q(next_due=today)),
            week=Count("id", filter=Q(next_due__gte=today, next_due__lte=week)),
            new=Count("id", filter=Q(opened_on__gte=today - timedelta(days=1))),
            mine=Count("id", filter=Q(owner=user)),
        )
    )


def by_duty(user: Any) -> list[tuple[str, str, int, int]]:
    """(duty, label, open, overdue) over the cases that the user may see: what the steps wait for."""
    rows = (
        access.visible(user).filter(closed_on=None).exclude(next_duty="").order_by().values("kind", "next_duty")
        .annotate(open=Count("id"), late=Count("id", filter=Q(next_due__lt=local_today())))
    )  # fmt: skip
    return sorted(
        (
            (row["next_duty"], str(kinds.kind(row["kind"]).clock_labels.get(row["next_duty"], row["next_duty"])), row["open"], row["late"])
            for row in rows
        ),
        key=lambda row: -row[3],
    )  # fmt: skip
