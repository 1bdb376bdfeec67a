"""From the history of a promise to the dates on which it changes a figure. Pure functions: no
database, no clock.

A figure as of a date is a sum over promises of what `dates.compliance` says of each. For one
promise that is a step function of the date; here it is taken apart into its steps, so that sums of
steps give every figure as of every date without asking the promises again. There is no second
definition: the steps are found by asking `dates.compliance`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from casework.engine.date_rules import ClockFacts, compliance

Counts = tuple[int, int, int, int, int, int]
NONE: Counts = (0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Promise:
    """A clock with its due dates over time: `moved` holds (from which date on, due date) in the
    order of the history."""

    day0: date
    original_due: date
    due: date
    status: str
    stopped_on: date | None = None
    moved: tuple[tuple[date, date], ...] = ()


def facts(promise: Promise, as_of: date) -> ClockFacts | None:
    """The promise as it stood at the end of a date; None before its day 0. What ended later was
    still running then."""
    if as_of < promise.day0:
        return None
    due = next((due for on, due in reversed(promise.moved) if on <= as_of), promise.due)
    ended = promise.stopped_on is not None and promise.stopped_on <= as_of
    return ClockFacts(
        promise.original_due, due, promise.status if ended else "RUNNING", promise.stopped_on
    )


def counts(promise: Promise, as_of: date) -> Counts:
    """(counted, met, open and late) by the original date, and the same by the extended one."""
    found = facts(promise, as_of)
    if found is None:
        return NONE
    original, extended = (compliance([found], as_of, extended=which) for which in (False, True))
    return (
        original.counted,
        original.met,
        original.open_late,
        extended.counted,
        extended.met,
        extended.open_late,
    )


@lru_cache(maxsize=65536)
def steps(promise: Promise) -> tuple[tuple[date, Counts], ...]:
    """The dates on which the promise changes a figure, with the changes. Their sum up to a date
    equals `counts` there."""
    days = {
        promise.day0,
        promise.original_due,
        promise.due,
        *(day for pair in promise.moved for day in pair),
    }
    days |= {promise.stopped_on} if promise.stopped_on else set()
    before, found = NONE, []
    for day in sorted(day for day in days if day >= promise.day0):
        now = counts(promise, day)
        if now != before:
            found.append((day, difference(now, before)))
        before = now
    return tuple(found)


def difference(now: Counts, before: Counts) -> Counts:
    """Component by component."""
    return (
        now[0] - before[0],
        now[1] - before[1],
        now[2] - before[2],
        now[3] - before[3],
        now[4] - before[4],
        now[5] - before[5],
    )
