"""Readers of cases for pages, API and exports; every one begins at the access module."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from casework import access, kinds
from casework.models import Appointment, Attachment, Case, Clock, ClockChange, Document, Event, Rung, SavedView, Task
from casework.rows import parsed, revive
from casework.services import local_today
from district.models import Role

PAGE = 50
ROW = (
    "id", "number", "kind", "state", "next_duty", "next_due", "last_contact_on", "opened_on", "school__name",
    "owner__first_name", "owner__last_name", "next_day0",
)  # fmt: skip
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
    gone: int = 0
    """How much of the time of the next duty is over: 0 to 60, the width of the small clock."""


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
    found = page_after(cases, after)
    shown = found[:PAGE]
    rows = _rows(shown, today)
    last = shown[-1] if len(found) > PAGE else None
    return Worklist(rows, f"{last[5] or ''}_{last[0]}" if last else "", dict(filters))


def _searched(words: str) -> Q:
    found = Q(number__iexact=words.strip())
    for kind in kinds.all_kinds():
        found |= Q(kind=kind.code) & kind.search(words)
    return found


def page_after(cases: QuerySet[Case], after: str) -> list[Any]:
    """The columns of the rows behind the last one of the page before, one more than a page; a mangled position starts at the
    beginning. Dated rows are read from their place in the index on, so a late page costs what the first one does; those without a
    date come after them."""
    ordered = cases.order_by(F("next_due").asc(nulls_last=True), "id").values_list(*ROW)
    due, _sep, last = after.partition("_")
    day = _day(due)
    if not last.isdecimal() or (due and day is None):
        return list(ordered[: PAGE + 1])
    if day is None:
        return list(ordered.filter(next_due=None, id__gt=int(last))[: PAGE + 1])
    found = list(ordered.filter(Q(next_due__gt=day) | Q(id__gt=int(last)), next_due__gte=day)[: PAGE + 1])
    if len(found) <= PAGE:
        found += ordered.filter(next_due=None)[: PAGE + 1 - len(found)]
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _labels(rows: list[Any]) -> dict[int, str]:
    names: dict[int, str] = {}
    for code in {row[2] for row in rows}:
        names |= kinds.kind(code).labels([row[0] for row in rows if row[2] == code])
    return names


def _rows(found: list[Any], today: date) -> list[Row]:
    """Lines of a worklist from their columns; the names of all in one statement a kind."""
    names = _labels(found)
    return [_row(values, names, today) for values in found]


def _row(values: Any, names: dict[int, str], today: date) -> Row:
    pk, number, kind_code, state, duty, due, contact, opened, school, first, last, day0 = values
    kind = kinds.kind(kind_code)
    labels = kind.workflow(kind.current_rules).labels
    return Row(
        number=number, label=names.get(pk, ""), school=school or "", state=str(labels.get(state, state)),
        duty=str(kind.clock_labels.get(duty, duty)), due=due, days=(due - today).days if due else None,
        owner=f"{first or ''} {last or ''}".strip(), last_contact=contact, opened=opened, gone=_gone(day0, due, today),
    )  # fmt: skip


def _gone(day0: date | None, due: date | None, today: date) -> int:
    if day0 is None or due is None:
        return 0
    return max(0, min(60, 60 * (today - day0).days // max((due - day0).days, 1)))


SHELF = 12


def shelves(user: Any) -> dict[str, Any]:
    """The user's own open cases as they lie on the desk: overdue or due today, later this week, new since yesterday, and
    those where the next thing is somebody else's to do. At most twelve each, in the order in which they fall due (three
    statements with the names)."""
    today = local_today()
    week, yesterday = today + timedelta(days=6 - today.weekday()), today - timedelta(days=1)
    others = Task.objects.filter(case=OuterRef("pk"), status=Task.Status.OPEN, clock__kind=OuterRef("next_duty")).exclude(role=Role.SSW)
    mine = access.visible(user).filter(owner=user, closed_on=None).annotate(others=Exists(others))
    wanted = mine.filter(Q(next_due__lte=week) | Q(opened_on__gte=yesterday) | Q(others=True))
    found = list(wanted.order_by(F("next_due").asc(nulls_last=True), "id").values_list(*ROW, "others")[:400])
    rows: list[Row] = []
    waiting: list[Row] = []
    for row, values in zip(_rows([values[:-1] for values in found], today), found, strict=True):
        (waiting if values[-1] else rows).append(row)
    late = [row for row in rows if row.due and row.due <= today]
    return {
        "today": late[:SHELF],
        "today_more": max(len(late) - SHELF, 0),
        "week": [row for row in rows if row.due and today < row.due <= week][:SHELF],
        "new": [row for row in rows + waiting if row.opened >= yesterday][:SHELF],
        "waiting": waiting[:SHELF],
    }


def my_appointments_today(user: Any) -> list[Appointment]:
    """The meetings of today in the cases that the user owns, the first one first (one statement)."""
    mine = access.visible(user).filter(owner=user)
    return list(
        Appointment.objects.filter(case__in=mine, starts_at__date=local_today(), cancelled_at=None)
        .select_related("case")
        .order_by("starts_at")
    )


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


@dataclass
class ClockView:
    """A clock with what happened to it and its alerts, for pages and commands."""

    clock: Clock
    history: list[ClockChange]
    rungs: list[Rung]

    def as_dict(self) -> dict[str, Any]:
        """The record of domain.md B3.6."""
        clock = self.clock
        fields = (
            "kind", "day0", "day0_basis", "unit", "n", "calendar_id", "calendar_revision", "original_due", "due", "late_until",
            "provisional", "status", "stop_event", "stopped_on", "episode", "extended_by", "held_days", "held_from", "held_until",
            "rebased_from",
        )  # fmt: skip
        return {
            "id": str(clock.id), **{name: getattr(clock, name) for name in fields},
            "history": [
                {"at": change.at, "on": change.on, "by": change.by.username if change.by else None, "op": change.op, "old_due": change.old_due,
                 "new_due": change.new_due, "reason": change.reason, **change.data}
                for change in self.history
            ],
            "rungs": [
                {"label": rung.label, "level": rung.level, "scheduled_for": rung.scheduled_for, "fired_at": rung.fired_at,
                 "cancelled_at": rung.cancelled_at, "alert": str(rung.alert_id) if rung.alert_id else None}
                for rung in self.rungs
            ],
        }  # fmt: skip


def clocks(case: Case) -> list[ClockView]:
    """Every clock of a case that the caller may see, running ones first, with history and rungs (three statements)."""
    found = Clock.objects.filter(case_id=case.pk).prefetch_related(
        Prefetch("history", ClockChange.objects.select_related("by").order_by("id")),
        Prefetch("rungs", Rung.objects.order_by("scheduled_for", "id")),
    )
    ordered = sorted(found, key=lambda clock: (clock.status not in ("RUNNING", "HELD"), clock.due, clock.day0))
    return [ClockView(clock, list(clock.history.all()), list(clock.rungs.all())) for clock in ordered]


_HANGING = """
SELECT (SELECT jsonb_agg(to_jsonb(d) - 'data' ORDER BY d.created_at DESC) FROM casework_document d WHERE d.case_id = %(case)s),
       (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.uploaded_at, a.id) FROM casework_attachment a WHERE a.case_id = %(case)s),
       (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.scheduled_for, r.id) FROM casework_rung r
         WHERE r.clock_id = ANY(%(clocks)s) AND r.cancelled_at IS NULL AND r.step = '')
"""


@dataclass
class Hanging:
    """What hangs on a case beside its file: letters newest first (without what they were made from), attachments, and the
    alerts of the running clocks that are not cancelled."""

    documents: list[Document]
    attachments: list[Attachment]
    rungs: dict[UUID, list[Rung]]


def hanging(case: Case, clocks: Collection[Clock]) -> Hanging:
    """All of it in one statement: a case page has few to spend."""
    with connection.cursor() as cursor:
        cursor.execute(_HANGING, {"case": case.pk, "clocks": [clock.id for clock in clocks]})
        documents, attachments, rungs = (parsed(rows) or [] for rows in cursor.fetchone())
    found: dict[UUID, list[Rung]] = {clock.id: [] for clock in clocks}
    for row in rungs:
        rung = revive(Rung, row)
        found[rung.clock_id].append(rung)
    return Hanging([revive(Document, row) for row in documents], [revive(Attachment, row) for row in attachments], found)


@dataclass(frozen=True)
class Coming:
    """An alert to come: a case, its duty, what it will say, when."""

    number: str
    duty: str
    label: str
    level: str
    when: datetime
    due: date
    reach: Any = ""


def coming(user: Any, until: datetime, most: int = 300) -> tuple[list[Coming], dict[date, int]]:
    """Alerts of the user's cases that go out until a moment, the first ones in full, and how many on each local date.
    Two statements."""
    pending = Rung.objects.filter(fired_at=None, cancelled_at=None, step="", scheduled_for__lte=until, clock__case__in=access.visible(user))
    per_day = pending.annotate(day=TruncDate("scheduled_for")).order_by().values("day").annotate(n=Count("id")).values_list("day", "n")
    columns = ("clock__case__number", "clock__case__kind", "clock__kind", "label", "level", "scheduled_for", "clock__due")
    rows = pending.order_by("scheduled_for", "id").values_list(*columns)[:most]
    return [_coming(*row) for row in rows], dict(sorted(per_day))


def _coming(number: str, kind: str, duty: str, label: str, level: str, when: datetime, due: date) -> Coming:
    about = kinds.kind(kind)
    return Coming(number, str(about.clock_labels.get(duty, duty)), label, level, when, due, about.reach.get(level, ""))


def my_deadlines(user: Any, most: int = 500) -> list[tuple[Case, Clock]]:
    """The running promises of the open cases that a user owns and may see, the first due ones (one statement)."""
    mine = access.visible(user).filter(owner=user, closed_on=None)
    running = Clock.objects.filter(case__in=mine, status="RUNNING").select_related("case").order_by("due", "id")
    return [(clock.case, clock) for clock in running[:most]]


def my_appointments(user: Any, since: datetime) -> list[Appointment]:
    """The meetings in the cases that a user owns and may see, from a moment on."""
    mine = access.visible(user).filter(owner=user)
    return list(Appointment.objects.filter(case__in=mine, starts_at__gte=since).select_related("case").order_by("starts_at"))
