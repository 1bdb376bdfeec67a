"""Readers of cases for pages, API and exports; every one begins at the access module."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Prefetch, Q
from django.db.models.functions import TruncDate

from casework.access import rights
from casework.case_types import registry
from casework.engine.fast_models import parsed, revive
from casework.engine.services import local_today
from casework.models import (
    Appointment,
    Attachment,
    Case,
    Clock,
    ClockChange,
    Document,
    Event,
    Rung,
    SavedView,
)


def my_appointments_today(user: Any) -> list[Appointment]:
    """The meetings of today in the cases that the user owns, the first one first (one statement)."""
    mine = rights.visible(user).filter(owner=user)
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
    return list(
        Document.objects.filter(case=case).select_related("created_by").order_by("-created_at")
    )


def saved_views(user: Any) -> list[SavedView]:
    """The user's own tabs."""
    return list(SavedView.objects.filter(user=user))


def counts(user: Any) -> dict[str, int]:
    """How many cases stand in each view, for the home page (one statement)."""
    today = local_today()
    cases = rights.visible(user).filter(closed_on=None)
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
            "kind",
            "day0",
            "day0_basis",
            "unit",
            "n",
            "calendar_id",
            "calendar_revision",
            "original_due",
            "due",
            "late_until",
            "provisional",
            "status",
            "stop_event",
            "stopped_on",
            "episode",
            "extended_by",
            "held_days",
            "held_from",
            "held_until",
            "rebased_from",
        )
        return {
            "id": str(clock.id),
            **{name: getattr(clock, name) for name in fields},
            "history": [
                {
                    "at": change.at,
                    "on": change.on,
                    "by": change.by.username if change.by else None,
                    "op": change.op,
                    "old_due": change.old_due,
                    "new_due": change.new_due,
                    "reason": change.reason,
                    **change.data,
                }
                for change in self.history
            ],
            "rungs": [
                {
                    "label": rung.label,
                    "level": rung.level,
                    "scheduled_for": rung.scheduled_for,
                    "fired_at": rung.fired_at,
                    "cancelled_at": rung.cancelled_at,
                    "alert": str(rung.alert_id) if rung.alert_id else None,
                }
                for rung in self.rungs
            ],
        }


def clocks(case: Case) -> list[ClockView]:
    """Every clock of a case that the caller may see, running ones first, with history and rungs
    (three statements)."""
    found = Clock.objects.filter(case_id=case.pk).prefetch_related(
        Prefetch("history", ClockChange.objects.select_related("by").order_by("id")),
        Prefetch("rungs", Rung.objects.order_by("scheduled_for", "id")),
    )
    ordered = sorted(
        found, key=lambda clock: (clock.status not in ("RUNNING", "HELD"), clock.due, clock.day0)
    )
    return [
        ClockView(clock, list(clock.history.all()), list(clock.rungs.all())) for clock in ordered
    ]


_HANGING = """
SELECT (SELECT jsonb_agg(to_jsonb(d) - 'data' ORDER BY d.created_at DESC) FROM casework_document d WHERE d.case_id = %(case)s),
       (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.uploaded_at, a.id) FROM casework_attachment a WHERE a.case_id = %(case)s),
       (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.scheduled_for, r.id) FROM casework_rung r
         WHERE r.clock_id = ANY(%(clocks)s) AND r.cancelled_at IS NULL AND r.step = ''),
       (SELECT jsonb_agg(jsonb_build_array(f.step, f.process)) FROM casework_draft f WHERE f.case_id = %(case)s AND f.user_id = %(user)s)
"""


@dataclass
class Hanging:
    """What hangs on a case beside its file: letters newest first (without what they were made
    from), attachments, the alerts of the running clocks that are not cancelled, and of which steps
    (name, process) the user keeps a draft."""

    documents: list[Document]
    attachments: list[Attachment]
    rungs: dict[UUID, list[Rung]]
    drafts: set[tuple[str, UUID | None]]


def hanging(case: Case, clocks: Collection[Clock], user: Any) -> Hanging:
    """All of it in one statement: a case page has few to spend."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HANGING, {"case": case.pk, "clocks": [clock.id for clock in clocks], "user": user.pk}
        )
        documents, attachments, rungs, drafts = (parsed(rows) or [] for rows in cursor.fetchone())
    kept = {(step, UUID(process) if process else None) for step, process in drafts}
    found: dict[UUID, list[Rung]] = {clock.id: [] for clock in clocks}
    for row in rungs:
        rung = revive(Rung, row)
        found[rung.clock_id].append(rung)
    return Hanging(
        [revive(Document, row) for row in documents],
        [revive(Attachment, row) for row in attachments],
        found,
        kept,
    )


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
    """Alerts of the user's cases that go out until a moment, the first ones in full, and how many
    on each local date. Two statements."""
    pending = Rung.objects.filter(
        fired_at=None,
        cancelled_at=None,
        step="",
        scheduled_for__lte=until,
        clock__case__in=rights.visible(user),
    )
    per_day = (
        pending.annotate(day=TruncDate("scheduled_for"))
        .order_by()
        .values("day")
        .annotate(n=Count("id"))
        .values_list("day", "n")
    )
    columns = (
        "clock__case__number",
        "clock__case__kind",
        "clock__kind",
        "label",
        "level",
        "scheduled_for",
        "clock__due",
    )
    rows = pending.order_by("scheduled_for", "id").values_list(*columns)[:most]
    return [_coming(*row) for row in rows], dict(sorted(per_day))


def _coming(
    number: str, kind: str, duty: str, label: str, level: str, when: datetime, due: date
) -> Coming:
    about = registry.kind(kind)
    return Coming(
        number,
        str(about.clock_labels.get(duty, duty)),
        label,
        level,
        when,
        due,
        about.reach.get(level, ""),
    )


def my_deadlines(user: Any, most: int = 500) -> list[tuple[Case, Clock]]:
    """The running promises of the open cases that a user owns and may see, the first due ones (one
    statement)."""
    mine = rights.visible(user).filter(owner=user, closed_on=None)
    running = (
        Clock.objects.filter(case__in=mine, status="RUNNING")
        .select_related("case")
        .order_by("due", "id")
    )
    return [(clock.case, clock) for clock in running[:most]]


def my_appointments(user: Any, since: datetime) -> list[Appointment]:
    """The meetings in the cases that a user owns and may see, from a moment on."""
    mine = rights.visible(user).filter(owner=user)
    return list(
        Appointment.objects.filter(case__in=mine, starts_at__gte=since)
        .select_related("case")
        .order_by("starts_at")
    )
