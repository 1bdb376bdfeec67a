"""What must hold of a Title IX case after every step.

Clocks are counted one day after the other, by a reckoning of its own; a case that waits has a wait
with an end; people, letters and events fit.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as product

from casework.case_types.registry import kind
from casework.engine.casefile import load
from casework.models import Clock, ClockChange, Event, Rung
from tests.casework.engine.fixture_calendar import DAYS
from titleix.models import Assignment, Delivery, TitleIXCase
from titleix.rules.separation_of_duties import NEVER, Role
from titleix.rules.state_law import LICENSE
from titleix.workflow import TitleIXWorkflow

TYPES = dict(DAYS)
ZONE = ZoneInfo(product.TIME_ZONE)
LICENSE_TASK = f"DUTY_{LICENSE.key.upper()}"[:32]
INVESTIGATION = {"district_investigation", "school_investigation"}
# What must run in a state at the least, by domain.md B1.1, B2.3, B3.1-B3.3: a case that waits has a
# wait with an end.
OWED = {
    "RECEIVED": {"screening"},
    "SCREENING": {"screening"},
    "INFO_REQUESTED": {"info"},
    "NOT_TITLE_IX": {"referral"},
    "SUPPORTIVE_ONLY": {"measures_review"},
    "S_OPEN": INVESTIGATION,
    "S_INVESTIGATING": INVESTIGATION,
    "S_FINDINGS": INVESTIGATION,
    "S_OUTCOME_NOTIFIED": {"check_in", "closing"},
    "S_DISMISSED": {"closing"},
    "S_REOPENED": {"reopening_notice"},
    "FC_PENDING": {"complaint_decision"},
    "FORMAL_COMPLAINT": {"notice"},
    "NOTICED": {"district_investigation"},
    "INVESTIGATING": {"district_investigation"},
    "EVIDENCE_REVIEW": {"district_investigation"},
    "REPORT_DRAFT": {"district_investigation"},
    "REPORT_REVIEW": {"determination"},
    "DETERMINATION": {"determination"},
    "APPEAL_WINDOW": {"appeal_window"},
    "DISMISSED": {"appeal_window"},
    "APPEAL": {"appeal_decision"},
    "INFORMAL": {"informal"},
    "FINAL": {"outcome"},
    "REMEDIES": {"remedies", "check_30", "check_60", "check_90", "closing"},
    "REOPENED": {"reopening_notice"},
}


def counts(day: date, unit: str) -> bool:
    """Whether a day counts, straight from the list of the days of the school year (domain.md
    N3-N5)."""
    if unit == "calendar":
        return True
    if unit == "work":
        return day.weekday() < 5 and TYPES.get(day) != "HOLIDAY"
    inside = min(TYPES) <= day <= max(TYPES)
    return TYPES.get(day) == "INSTRUCTIONAL" if inside else day.weekday() < 5


def counted(day0: date, n: int, unit: str) -> date:
    """The n-th day after day 0."""
    day = day0
    while n:
        day += timedelta(days=1)
        n -= counts(day, unit)
    return day


def between(start: date, end: date, unit: str) -> int:
    """Days that count after `start`, up to and with `end`."""
    return sum(counts(start + timedelta(days=i), unit) for i in range(1, (end - start).days + 1))


def told_by_history(clock: Clock, changes: list[ClockChange]) -> tuple[int, int]:
    """Days extended and held as the history tells them; a late extension and a hold after the due
    date give nothing."""
    extended = held = 0
    since: date | None = None
    for change in changes:
        if change.op == "EXTEND" and not change.data.get("late"):
            extended += int(change.data["days"])
        if change.op == "HOLD" and since is None:
            since = change.on
        if change.op in ("RESUME", "STOP") and since is not None:
            end = (
                date.fromisoformat(change.data["resumed_on"])
                if change.op == "RESUME"
                else clock.stopped_on
            )
            assert end is not None
            if since <= counted(clock.day0, clock.n + extended + held, clock.unit):
                held += max(0, between(since, end, clock.unit))
            since = None
    return extended, held


def check_clock(clock: Clock, changes: list[ClockChange]) -> None:
    """One promise against its own history and the calendar."""
    where = f"{clock.kind} {clock.status} of {clock.case_id}"
    assert changes, where
    assert changes[0].op == "START", where
    assert clock.original_due == counted(clock.day0, clock.n, clock.unit), where
    if clock.rebased_from is None:
        assert (clock.extended_by, clock.held_days) == told_by_history(clock, changes), where
    assert clock.due == counted(
        clock.day0, clock.n + clock.extended_by + clock.held_days, clock.unit
    ), where
    assert changes[-1].new_due == clock.due, where
    assert (clock.status == "HELD") == (clock.held_from is not None and clock.stopped_on is None), (
        where
    )
    if clock.status in ("MET", "MISSED", "MISSED_ORIGINAL_MET_EXTENDED"):
        assert clock.stopped_on is not None, where
        late = "MISSED_ORIGINAL_MET_EXTENDED" if clock.stopped_on <= clock.due else "MISSED"
        assert clock.status == ("MET" if clock.stopped_on <= clock.original_due else late), where
    assert (clock.stopped_on is None) == (clock.status in ("RUNNING", "HELD")), where


def check_rungs(clock: Clock, rungs: list[Rung]) -> None:
    """A promise that runs warns on its day; one that rests reminds of its end; one that is over is
    silent."""
    waiting = [rung for rung in rungs if rung.cancelled_at is None and rung.fired_at is None]
    if clock.status not in ("RUNNING", "HELD"):
        assert not waiting, f"{clock.kind} is over and warns"
        return
    live = [rung for rung in rungs if rung.cancelled_at is None]
    days = {
        label: rung.scheduled_for.astimezone(ZONE).date()
        for rung in live
        for label in rung.label.split("+")
        if rung.generation == clock.generation
    }
    if clock.status == "HELD":
        assert days.get("HOLD_ENDS") == clock.held_until, f"{clock.kind} rests without an end"
    elif "DUE" in days:
        assert days["DUE"] == clock.due, clock.kind
    else:
        assert any(rung.label.startswith("OVERDUE") for rung in live), f"{clock.kind} warns nobody"


def check_case(number: str) -> None:
    """One case: lawful, owed, warned."""
    file = load(kind("TIX"), numbers=[number], lock=False)[0]
    case, running = file.case, {clock.kind for clock in file.running}
    clocks = list(Clock.objects.filter(case=case).order_by("day0", "id"))
    changes, rungs = (
        by_clock(ClockChange.objects.filter(clock__case=case).order_by("id")),
        by_clock(Rung.objects.filter(clock__case=case)),
    )
    for clock in clocks:
        check_clock(clock, changes.get(clock.id, []))
        check_rungs(clock, rungs.get(clock.id, []))
    due = [clock.due for clock in clocks if clock.status == "RUNNING"]
    assert case.next_due == min(due, default=None)
    if case.state in ("CLOSED", "MERGED"):
        assert running <= {
            "check_in",
            "read_answer",
        }  # new facts are heard and read after a report was closed
        assert {task.kind for task in file.tasks} <= {"READ_ANSWER"}
        assert case.closed_on
        assert case.retain_until or case.state == "MERGED"
    else:
        assert case.closed_on is None
        assert running & OWED[case.state], f"nothing runs that {case.state} owes: {running}"
    for task in file.tasks:
        waits = (
            task.kind == LICENSE_TASK and task.clock_id is None
        )  # counts from a personnel action that is not yet
        assert waits or task.clock_id in [clock.id for clock in file.running], (
            f"{task.kind} has no date"
        )
    check_people(case)
    check_letters(case)
    check_events(case)


def by_clock(rows: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row.clock_id, []).append(row)
    return found


def check_people(case: TitleIXCase) -> None:
    """Nobody ever held two functions that exclude each other."""
    held: dict[int, list[Role]] = {}
    for user_id, role in Assignment.objects.filter(case=case).values_list("user_id", "role"):
        held.setdefault(user_id, []).append(Role(role))
    assert not any(
        frozenset((one, other)) in NEVER
        for roles in held.values()
        for one in roles
        for other in roles
    )


def check_letters(case: TitleIXCase) -> None:
    """What both must have, both had in the same round."""
    sent: dict[tuple[str, int], set[str]] = {}
    for code, number, part in Delivery.objects.filter(case=case).values_list(
        "code", "round", "party__part"
    ):
        sent.setdefault((code, number), set()).add(part)
    for (code, _number), parts in sent.items():
        if code in (
            "NOTICE",
            "DETERMINATION",
            "DISMISSAL",
            "OUTCOME",
            "SCHOOL_OUTCOME",
            "APPEAL_DECISION",
        ):
            assert {"complainant", "respondent"} <= parts, f"{code} went to one side alone"


def check_events(case: TitleIXCase) -> None:
    """Each event begins where the one before it ended, by a move that the workflow knows; no name
    stands in any."""
    moves, state = set(TitleIXWorkflow.allowed_moves()), ""
    events = list(Event.objects.filter(case=case).order_by("seq"))
    assert case.head_seq == len(events)
    for event in events:
        assert event.source == state, event.name
        assert event.source in ("", event.target) or (event.source, event.target) in moves, (
            event.name
        )
        state = event.target
    assert state == case.state
    words = " ".join(str(event.data) for event in events)
    assert "Planted Name" not in words
    assert "Ibáñez" not in words
