"""Conferences of a day, one after the other: who still needs one, the slots of a block, and what is
scheduled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min, Q

from attendance.models import Arc
from casework.access import rights
from casework.engine.services import local_today
from casework.models import Appointment

WAITING = ("REQUESTED", "NOT_HELD")


@dataclass(frozen=True)
class Waiting:
    """A conference that has no day yet."""

    id: UUID
    number: str
    student: str
    school: str
    state: str
    language: str
    due: date | None
    again: bool


@dataclass(frozen=True)
class Slot:
    """One conference of a block with its time."""

    waiting: Waiting
    at: time
    clash: str = ""


def waiting(user: Any) -> list[Waiting]:
    """The conferences without a day in the cases that the user may work, those due first on top
    (two statements)."""
    rows = (
        rights.at_schools_of(
            Arc.objects.filter(closed_on=None, state__in=WAITING), user, "work_cases"
        )
        .annotate(
            due=Min(
                "clocks__due",
                filter=Q(
                    clocks__status="RUNNING",
                    clocks__kind__in=("arc_schedule", "arc_hold", "arc_not_held"),
                ),
            )
        )
        .order_by("due", "case__number")
        .values_list(
            "id",
            "case__number",
            "case__attendancecase__student__first_name",
            "case__attendancecase__student__last_name",
            "case__school__name",
            "state",
            "language",
            "due",
        )
    )
    return [
        Waiting(
            pk, number, f"{last}, {first}", school or "", state, language, due, state == "NOT_HELD"
        )
        for pk, number, first, last, school, state, language, due in rows[:200]
    ]


def slots(
    chosen: Sequence[Waiting],
    first: time,
    minutes: int,
    pause: int,
    taken: Sequence[Appointment],
    on: date,
) -> list[Slot]:
    """The chosen conferences one after the other from `first`, each `minutes` long with a `pause`
    between; a meeting that stands at the same time already is named. ValueError when the day is too
    short for them."""
    start, found = datetime.combine(on, first), []
    for one in chosen:
        if start.date() != on:
            raise ValueError("the day is too short for so many conferences")
        found.append(Slot(one, start.time(), _clash(start, minutes, taken)))
        start += timedelta(minutes=minutes + pause)
    return found


def _clash(start: datetime, minutes: int, taken: Sequence[Appointment]) -> str:
    from django.utils import timezone

    for meeting in taken:
        begins = timezone.localtime(meeting.starts_at).replace(tzinfo=None)
        if begins < start + timedelta(minutes=minutes) and start < begins + timedelta(
            minutes=meeting.minutes
        ):
            return f"{meeting.case.number}, {begins:%H:%M}"
    return ""


def meetings(user: Any, since: date | None = None, until: date | None = None) -> list[Appointment]:
    """The meetings in the cases that the user works, from a day on, the first one first."""
    since = since or local_today()
    rows = Appointment.objects.filter(
        case__in=rights.visible(user, "ATT"),
        case__school_id__in=rights.visible_schools(user, "work_cases"),
        cancelled_at=None,
        starts_at__date__gte=since,
    )
    return list(
        (rows.filter(starts_at__date__lte=until) if until else rows)
        .select_related("case__school")
        .order_by("starts_at")[:200]
    )
