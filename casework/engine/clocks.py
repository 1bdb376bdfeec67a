"""Clocks inside a case file: starting, moving and ending promises and planning their rungs.

The arithmetic is `casework.engine.date_rules`; here it meets rows. Nothing here writes: the door
does. One formula gives the due date of a clock at any time: `n + extended_by + held_days` days
after its day 0, in its unit, on its own calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext_noop

from casework.engine import date_rules
from casework.engine.calendars import calendar_at, current_revision
from casework.engine.casefile import CaseFile, Ladder
from casework.engine.fast_models import fresh
from casework.models import Alert, Clock, ClockChange, Process
from casework.policy.policies import Policy

if TYPE_CHECKING:
    from casework.engine.workflow import ClockSpec, Turn

UNITS = {"calendar_day": "calendar", "school_day": "school", "work_day": "work"}
HOLD_ENDS, THEN, DUE_NEARER = "HOLD_ENDS", "THEN", "DUE_NEARER"


def start(
    file: CaseFile,
    spec: ClockSpec,
    day0: date,
    basis: str,
    process: Process | None,
    turn: Turn,
    *,
    rebased_from: date | None = None,
) -> Clock:
    """Start a promise: its due date by the policy in force for the case and the school's calendar,
    its rungs planned."""
    sla = spec.sla(file.policy)
    unit = UNITS.get(str(sla["unit"]), str(sla["unit"]))
    roll = str(sla.get("roll", "none"))
    due = date_rules.add(
        day0, int(sla["n"]), date_rules.Unit(unit), file.calendar, date_rules.Roll(roll)
    )
    clock = fresh(
        Clock,
        id=uuid4(),
        kind=spec.kind,
        day0=day0,
        day0_basis=basis,
        unit=unit,
        n=int(sla["n"]),
        roll=roll,
        role=spec.role,
        calendar_revision=file.calendar_revision,
        provisional=due.provisional,
        ladder=spec.ladder,
        then=spec.then,
        original_due=due.due,
        due=due.due,
        status=Clock.Status.RUNNING,
        episode=file.case.episode,
        rebased_from=rebased_from,
        case_id=file.case.id,
        process_id=process.id if process else None,
        calendar_id=file.calendar_id,
    )
    file.add(clock)
    _note(file, clock, "START", turn, None, basis)
    _plan_rungs(file, clock, file.calendar)
    return clock


# -- the ends of a promise -------------------------------------------------------------------------


def stop(file: CaseFile, clock: Clock, on: date, turn: Turn) -> None:
    """Stop a promise: kept, kept within the extension, or missed (domain.md N6, B3.6)."""
    if clock.status == Clock.Status.HELD:
        _count_hold(file, clock, on)
    clock.status, clock.stopped_on = _verdict(clock, on), on
    clock.stop_event = turn.data.get("_step", "")
    _end(file, clock, "STOP", turn, "")


def cancel(file: CaseFile, clock: Clock, reason: str, turn: Turn) -> None:
    """End a promise that fell away; it counts in no compliance figure."""
    _drop(file, clock, Clock.Status.CANCELLED, "CANCEL", reason, turn)


def merge_away(file: CaseFile, clock: Clock, reason: str, turn: Turn) -> None:
    """End a promise whose case became part of another, where it goes on."""
    _drop(file, clock, Clock.Status.MERGED, "MERGE", reason, turn)


def escalate(
    file: CaseFile, clock: Clock, spec: ClockSpec, turn: Turn, *, complaint_on: date | None = None
) -> Clock:
    """End the school's promise and start the district's (B2.4): day 0 is carried over, or restarts
    at the complaint or at the escalation, as the policy says (`escalation`). Ended in time or not
    is kept in the history; neither counts."""
    policy = str(file.policy.get("escalation", "continue"))
    day0 = date_rules.escalated_day0(policy, clock.day0, turn.today, complaint_on)
    _drop(
        file,
        clock,
        Clock.Status.ESCALATED,
        "ESCALATE",
        policy,
        turn,
        in_time=turn.today <= clock.due,
    )
    return start(file, spec, day0, f"escalated:{policy}"[:32], None, turn)


def rebase(file: CaseFile, clock: Clock, day0: date, reason: str, turn: Turn) -> Clock:
    """Day 0 itself was wrong (earlier knowledge found, a merge): the clock ends and one with the
    right day 0 takes its place, so that `original_due` is right in both measures. What extensions
    and holds gave goes over."""
    spec = spec_of(file, clock)
    _drop(file, clock, Clock.Status.MERGED, "REBASE", reason, turn)
    right = start(file, spec, day0, "rebased", _process(file, clock), turn, rebased_from=clock.day0)
    right.extended_by, right.extensions, right.held_days = (
        clock.extended_by,
        clock.extensions,
        clock.held_days,
    )
    for task in [task for task in file.tasks if task.clock_id == clock.id]:
        task.clock_id = right.id
        file.touch(task)
    if right.extended_by or right.held_days:
        _move(file, right, "RECALC", turn, gettext_noop("taken over from the clock before"))
    return right


def _verdict(clock: Clock, on: date) -> str:
    if on <= clock.original_due:
        return Clock.Status.MET
    return Clock.Status.MISSED_ORIGINAL_MET_EXTENDED if on <= clock.due else Clock.Status.MISSED


def _drop(
    file: CaseFile, clock: Clock, status: str, op: str, reason: str, turn: Turn, **data: Any
) -> None:
    clock.status, clock.stopped_on = status, turn.today
    _end(file, clock, op, turn, reason, **data)


def _end(file: CaseFile, clock: Clock, op: str, turn: Turn, reason: str, **data: Any) -> None:
    file.touch(clock)
    _forget_rungs(file, clock)
    _note(file, clock, op, turn, clock.due, reason, **data)


# -- the moves of a running promise (B2.4) ---------------------------------------------------------


def extend(
    file: CaseFile,
    clock: Clock,
    days: int,
    turn: Turn,
    cause: str,
    reason: str,
    notices: Mapping[str, str],
) -> bool:
    """Extend by `days` of the clock's unit; whether that came in time. An extension entered after
    the due date is kept and shown, and repairs neither measure (T-08)."""
    unit, calendar = date_rules.Unit(clock.unit), calendar_of(file, clock)
    in_time = turn.today <= clock.due
    told: dict[str, Any] = {"cause": cause, "days": days, "notices": dict(notices)}
    if in_time:
        clock.extended_by, clock.extensions = clock.extended_by + days, clock.extensions + 1
        _move(file, clock, "EXTEND", turn, reason, **told)
    else:
        clock.late_until, clock.extensions = (
            date_rules.extend(clock.due, days, unit, calendar),
            clock.extensions + 1,
        )
        file.touch(clock)
        _note(
            file,
            clock,
            "EXTEND",
            turn,
            clock.due,
            reason,
            late=True,
            late_until=clock.late_until.isoformat(),
            **told,
        )
    return in_time


def hold(
    file: CaseFile,
    clock: Clock,
    until: date,
    turn: Turn,
    cause: str,
    reason: str,
    notices: Mapping[str, str],
) -> None:
    """Stop the days from counting from today on, or renew a hold; its alerts rest, one reminds of
    the expected end."""
    clock.status, clock.held_until = Clock.Status.HELD, until
    clock.held_from = clock.held_from or turn.today
    clock.generation += 1
    file.touch(clock)
    _forget_rungs(file, clock)
    _plan(file, clock, HOLD_ENDS, "supervisor", _fires(until))
    _note(
        file,
        clock,
        "HOLD",
        turn,
        clock.due,
        reason,
        cause=cause,
        until=until.isoformat(),
        notices=dict(notices),
    )


def resume(file: CaseFile, clock: Clock, on: date, turn: Turn, reason: str = "") -> None:
    """Days count again from `on`; the due date has moved by the days held (T-17: 14 days)."""
    held_from, old = clock.held_from, clock.due
    _count_hold(file, clock, on)
    clock.status = Clock.Status.RUNNING
    _move(
        file,
        clock,
        "RESUME",
        turn,
        reason,
        old=old,
        held_from=held_from.isoformat() if held_from else None,
        resumed_on=on.isoformat(),
    )


def recalculate(file: CaseFile, clock: Clock, turn: Turn) -> bool:
    """The calendar was amended (N8): the same days on the new calendar; whether the due date moved."""
    old = clock.due
    clock.calendar_revision = current_revision(clock.calendar_id)
    if _due(file, clock).due == old:
        file.touch(clock)
        return False
    held = clock.status == Clock.Status.HELD
    _move(file, clock, "RECALC", turn, "CALENDAR_AMENDED", plan=not held)
    return True


def _count_hold(file: CaseFile, clock: Clock, on: date) -> None:
    """End a hold: its days in the clock's unit are added, and the due date follows. A hold that
    began after the due date moves nothing: like a late extension, it repairs neither measure."""
    if clock.held_from is not None and clock.held_from <= clock.due:
        days = date_rules.elapsed(
            clock.held_from, on, date_rules.Unit(clock.unit), calendar_of(file, clock)
        )
        clock.held_days += max(0, days)
    clock.held_from = clock.held_until = None
    clock.due = _due(file, clock).due


def _due(file: CaseFile, clock: Clock) -> date_rules.DueDate:
    days = clock.n + clock.extended_by + clock.held_days
    return date_rules.add(
        clock.day0,
        days,
        date_rules.Unit(clock.unit),
        calendar_of(file, clock),
        date_rules.Roll(clock.roll),
    )


def _move(
    file: CaseFile,
    clock: Clock,
    op: str,
    turn: Turn,
    reason: str,
    *,
    old: date | None = None,
    plan: bool = True,
    **data: Any,
) -> None:
    """The due date follows from the clock's days; rungs to come are planned anew, rungs already
    past are not fired again. When the date came nearer, one alert sums that up."""
    old, found = old or clock.due, _due(file, clock)
    clock.due, clock.provisional = found.due, found.provisional
    file.touch(clock)
    _note(file, clock, op, turn, old, reason, **data)
    if not plan:
        return
    clock.generation += 1
    _forget_rungs(file, clock)
    _plan_rungs(file, clock, calendar_of(file, clock), after=turn.now)
    if clock.due < old:
        told = {"due": clock.due.isoformat()}
        file.add(
            fresh(
                Alert,
                code=DUE_NEARER,
                level="supervisor",
                raised_at=turn.now,
                data=told,
                case_id=file.case.id,
                clock_id=clock.id,
            )
        )


# -- what stands around a clock --------------------------------------------------------------------


def spec_of(file: CaseFile, clock: Clock) -> ClockSpec:
    """How the workflow in force declares this kind of clock; when it was renamed since, what the
    clock itself kept."""
    from casework.engine.workflow import ClockSpec

    process = _process(file, clock)
    flow = (
        file.kind.processes[process.kind].workflows[process.rules]
        if process
        else file.kind.workflow(file.case.rules)
    )
    kept = {"n": clock.n, "unit": clock.unit, "roll": clock.roll}
    return flow.clocks.get(clock.kind) or ClockSpec(
        clock.kind,
        clock.kind,
        lambda _policy: kept,
        role=clock.role,
        ladder=clock.ladder,
        then=clock.then,
    )


def moves(file: CaseFile, clock: Clock, what: str) -> Mapping[str, Any] | None:
    """What the policy allows: `what` is extension or hold (B2.4); None where it allows none."""
    found = file.policy.get(f"clock_moves.{spec_of(file, clock).moves}") or {}
    return found.get(what)  # type: ignore[no-any-return]


def calendar_of(file: CaseFile, clock: Clock) -> date_rules.SchoolCalendar:
    """The calendar that the clock started with: it goes on counting there after a transfer (C10)."""
    if clock.calendar_id == file.calendar_id:
        return file.calendar
    return calendar_at(clock.calendar_id, current_revision(clock.calendar_id))


def _process(file: CaseFile, clock: Clock) -> Process | None:
    return file.process(clock.process_id) if clock.process_id else None


def _note(
    file: CaseFile, clock: Clock, op: str, turn: Turn, old: date | None, reason: str, **data: Any
) -> None:
    """Every change goes into the history: who, when, why, from which date to which."""
    file.add(
        fresh(
            ClockChange,
            clock_id=clock.id,
            at=turn.now,
            on=turn.today,
            op=op,
            old_due=old,
            new_due=clock.due,
            reason=reason[:200],
            data=data,
            by_id=turn.actor.pk if turn.actor else None,
        )
    )


# -- rungs -----------------------------------------------------------------------------------------


def _forget_rungs(file: CaseFile, clock: Clock) -> None:
    """Pending rungs are cancelled; those that this very request planned were never written."""
    file.cancelled_rungs.add(clock.id)
    file.planned = [plan for plan in file.planned if plan[0] != clock.id]


def _plan_rungs(
    file: CaseFile, clock: Clock, calendar: date_rules.SchoolCalendar, after: datetime | None = None
) -> None:
    """Plan the alerts of a clock by its ladder (domain.md N10, B3.5); rungs on one date are one
    alert. They are no model instances: there are a dozen for each clock, a night starts thousands
    of clocks, and those that start alike share them."""
    rungs = ladder(file.policy, clock.ladder, clock.day0, clock.n, clock.due, clock.unit, calendar)
    found = _as_written(tuple(rungs), clock.due, clock.then)
    if after is not None:
        found = tuple(rung for rung in found if rung[4] or datetime.fromisoformat(rung[2]) > after)
    if found:
        file.planned.append((clock.id, clock.generation, found))


def _plan(file: CaseFile, clock: Clock, label: str, level: str, instant: datetime) -> None:
    file.planned.append(
        (clock.id, clock.generation, ((label, level, instant.isoformat(), None, ""),))
    )


def _fires(day: date) -> datetime:
    return date_rules.fire_instant(day, settings.TIME_ZONE)


@lru_cache(maxsize=4096)
def ladder(
    policy: Policy,
    name: str,
    day0: date,
    n: int,
    due: date,
    unit: str,
    calendar: date_rules.SchoolCalendar,
) -> tuple[tuple[str, str, datetime, int | None], ...]:
    """(label, audience, instant, every) of every rung; the same for all clocks that one night
    starts alike."""
    entries: list[Mapping[str, Any]] = (
        policy.get(f"ladders.{name}") or policy.get("ladders.default") or []
    )
    return tuple(
        ("+".join(rung.labels), rung.audience, _fires(rung.date), rung.every)
        for rung in date_rules.rungs(day0, n, due, date_rules.Unit(unit), calendar, entries)
    )


@lru_cache(maxsize=4096)
def _as_written(
    rungs: tuple[tuple[str, str, datetime, int | None], ...], due: date, then: str
) -> Ladder:
    """A ladder as the door writes it; its last one takes the step `then` on the day after the due
    date, if there is one."""
    found: Ladder = tuple(
        (label[:64], level, instant.isoformat(), every, "")
        for label, level, instant, every in rungs
    )
    if not then:
        return found
    over = date_rules.local_instant(
        due + date_rules.ONE_DAY, date_rules.DAY_BEGINS, settings.TIME_ZONE
    )
    return (*found, (THEN, "system", over.isoformat(), None, then))
