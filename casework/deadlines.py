"""Clocks inside a case file: starting, stopping and cancelling promises and planning their rungs.

The arithmetic is `casework.dates`; here it meets rows. Nothing here touches the database: the door writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings

from casework import dates
from casework.casefile import CaseFile
from casework.models import Clock, ClockChange, Process
from casework.policy import Policy

if TYPE_CHECKING:
    from casework.workflow import ClockSpec, Turn

UNITS = {"calendar_day": "calendar", "school_day": "school", "work_day": "work"}


def start(file: CaseFile, spec: ClockSpec, day0: date, basis: str, process: Process | None, turn: Turn) -> Clock:
    """Start a promise: its due date by the policy in force for the case and the school's calendar, its rungs planned."""
    sla = spec.sla(file.policy)
    unit = UNITS.get(str(sla["unit"]), str(sla["unit"]))
    due = dates.add(day0, int(sla["n"]), dates.Unit(unit), file.calendar)
    clock = Clock(
        id=uuid4(), kind=spec.kind, day0=day0, day0_basis=basis, unit=unit, n=int(sla["n"]),
        calendar_revision=file.calendar_revision, provisional=due.provisional,
        original_due=due.due, due=due.due, status=Clock.Status.RUNNING, episode=file.case.episode,
    )  # fmt: skip
    clock.case_id, clock.process_id = file.case.id, process.id if process else None
    clock.calendar_id = file.calendar_id
    file.add(clock)
    _note(file, clock, "START", turn, None, due.due, basis)
    _plan_rungs(file, clock, spec)
    return clock


def stop(file: CaseFile, clock: Clock, on: date, turn: Turn) -> None:
    """Stop a promise: kept, kept within the extension, or missed (domain.md N6, B3.6)."""
    clock.status, clock.stopped_on = _verdict(clock, on), on
    clock.stop_event = turn.data.get("_step", "")
    _end(file, clock, "STOP", turn, "")


def cancel(file: CaseFile, clock: Clock, reason: str, turn: Turn) -> None:
    """End a promise that fell away; it counts in no compliance figure."""
    clock.status, clock.stopped_on = Clock.Status.CANCELLED, turn.today
    _end(file, clock, "CANCEL", turn, reason)


def _verdict(clock: Clock, on: date) -> str:
    if on <= clock.original_due:
        return Clock.Status.MET
    return Clock.Status.MISSED_ORIGINAL_MET_EXTENDED if on <= clock.due else Clock.Status.MISSED


def _end(file: CaseFile, clock: Clock, op: str, turn: Turn, reason: str) -> None:
    file.touch(clock)
    file.cancelled_rungs.add(clock.id)
    # A clock that starts and ends in one request leaves no rungs: they were never planned.
    file.rungs = [rung for rung in file.rungs if rung["clock_id"] != str(clock.id)]
    _note(file, clock, op, turn, clock.due, clock.due, reason)


def _note(file: CaseFile, clock: Clock, op: str, turn: Turn, old: date | None, new: date | None, reason: str) -> None:
    change = ClockChange(at=turn.now, op=op, old_due=old, new_due=new, reason=reason[:200])
    change.clock_id, change.by_id = clock.id, turn.actor.pk if turn.actor else None
    file.add(change)


def _plan_rungs(file: CaseFile, clock: Clock, spec: ClockSpec) -> None:
    """Plan the alerts of a clock by its ladder (domain.md N10, B3.5); rungs on one date are one alert. They are plain
    values and no model instances: there are a dozen for each clock, and a night starts thousands of clocks."""
    clock_id = str(clock.id)
    for label, level, instant in _ladder(file.policy, spec.ladder, clock.day0, clock.n, clock.due, clock.unit, file.calendar):
        file.rungs.append(
            {
                "clock_id": clock_id,
                "generation": 1,
                "label": label,
                "level": level,
                "scheduled_for": instant,
                "fired_at": None,
                "cancelled_at": None,
            }
        )


@lru_cache(maxsize=4096)
def _ladder(
    policy: Policy, name: str, day0: date, n: int, due: date, unit: str, calendar: dates.SchoolCalendar
) -> tuple[tuple[str, str, str], ...]:
    """(label, audience, instant) of every rung; the same for all clocks that one night starts alike."""
    ladder: list[Mapping[str, Any]] = policy.get(f"ladders.{name}") or policy.get("ladders.default") or []
    return tuple(
        ("+".join(rung.labels), rung.audience, dates.fire_instant(rung.date, settings.TIME_ZONE).isoformat())
        for rung in dates.rungs(day0, n, due, dates.Unit(unit), calendar, ladder)
    )
