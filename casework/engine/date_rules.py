"""Every rule about dates, as pure functions: no database, no clock, no settings. This is where a
deadline comes from.

Normative text: domain.md section 0 (N1-N10), B2.3, B2.4, B3.5, B3.6. Day 0 is never counted (NC
Rule 6(a) and common practice, N2); arithmetic is done on local dates, never on hours (N1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
INSTRUCTIONAL = frozenset({"INSTRUCTIONAL", "MAKEUP"})
# N5: only days that the staff calendar marks as holiday are no work days. Breaks and closures are
# for students: an appeal window of 5 school days and a work-day deadline may cross them differently
# (A-41, T-26).
NO_WORK = frozenset({"HOLIDAY"})
FIRE_AT = time(7, 0)  # N10
DAY_BEGINS = time(
    0, 0
)  # N9: what a waiting time holds back is allowed from 00:00 on the day after it


class Unit(StrEnum):
    """What a promise counts."""

    CALENDAR = "calendar"
    SCHOOL = "school"
    WORK = "work"


class Roll(StrEnum):
    """What happens to a due date on a day without work (N7)."""

    NONE = "none"
    NEXT_WORK_DAY = "next_work_day"
    PREVIOUS_WORK_DAY = "previous_work_day"


class SchoolCalendar:
    """A school's days over all its known years, immutable. Beyond its last known day (and before
    its first) Monday to Friday are taken as school days, and whatever reaches there is provisional:
    no promise may be lost because next year's calendar is not there yet."""

    def __init__(self, days: Iterable[tuple[date, str]]) -> None:
        known = sorted(days)
        self._school = [day for day, kind in known if kind in INSTRUCTIONAL]
        self._no_work = frozenset(day for day, kind in known if kind in NO_WORK)
        self.first: date | None = known[0][0] if known else None
        self.last: date | None = known[-1][0] if known else None

    def covers(self, day: date) -> bool:
        """Whether the calendar knows the day."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    def is_school_day(self, day: date) -> bool:
        """Instructional (N4), or Monday to Friday outside the known span."""
        if not self.covers(day):
            return day.weekday() < 5
        index = bisect_right(self._school, day)
        return index > 0 and self._school[index - 1] == day

    def is_work_day(self, day: date) -> bool:
        """A weekday that the staff calendar does not mark as holiday; teacher workdays count (N5)."""
        return day.weekday() < 5 and day not in self._no_work

    def ordinal(self, day: date) -> int:
        """Instructional days from the first known one up to and including `day`; counts on (or
        back) beyond the span."""
        if self.first is None or self.last is None:
            return _weekdays_between(date(2000, 1, 2), day)
        if day < self.first:
            return -_weekdays_between(day, self.first - ONE_DAY)
        inside = bisect_right(self._school, min(day, self.last))
        return inside + (_weekdays_between(self.last, day) if day > self.last else 0)

    def nth_after(self, day: date, n: int) -> date:
        """The n-th instructional day strictly after `day` (n >= 1)."""
        if self.first is not None and day >= self.first - ONE_DAY:
            index = bisect_right(self._school, day) + n - 1
            if index < len(self._school):
                return self._school[index]
        return self._walk(day, n)

    def _walk(self, day: date, n: int) -> date:
        """Beyond what is known: day by day (rare and short)."""
        while n:
            day += ONE_DAY
            n -= self.is_school_day(day)
        return day

    def school_days(self, start: date, end: date) -> list[date]:
        """The known instructional days from `start` to `end`, both included."""
        return self._school[bisect_left(self._school, start) : bisect_right(self._school, end)]


def _weekdays_between(after: date, until: date) -> int:
    """Mondays to Fridays strictly after `after`, up to and including `until`; negative backwards."""
    if until < after:
        return -_weekdays_between(until, after)
    weeks, rest = divmod((until - after).days, 7)
    return weeks * 5 + sum((after + timedelta(days=i)).weekday() < 5 for i in range(1, rest + 1))


@dataclass(frozen=True)
class DueDate:
    """A due date; `provisional` when it reaches beyond the known calendar."""

    due: date
    provisional: bool = False


# -- counting (N2-N7) ------------------------------------------------------------------------------


def add(
    day0: date, n: int, unit: Unit, calendar: SchoolCalendar, roll: Roll = Roll.NONE
) -> DueDate:
    """The n-th day after day 0 in the unit. ValueError for a negative n."""
    if n < 0:
        raise ValueError("a promise cannot be due before its day 0")
    due = _count(day0, n, unit, calendar)
    due = roll_date(due, roll, calendar)
    return DueDate(due, unit is Unit.SCHOOL and not calendar.covers(due))


def _count(day0: date, n: int, unit: Unit, calendar: SchoolCalendar) -> date:
    if unit is Unit.CALENDAR or n == 0:
        return day0 + timedelta(days=n)  # N3
    if unit is Unit.SCHOOL:
        return calendar.nth_after(day0, n)  # N4
    day = day0
    while n:  # N5: work days are few; a loop is the clearest rule
        day += ONE_DAY
        n -= calendar.is_work_day(day)
    return day


def roll_date(due: date, roll: Roll, calendar: SchoolCalendar) -> date:
    """Move a due date off a day without work where the policy says so (N7; default: it stays)."""
    step = {Roll.NONE: 0, Roll.NEXT_WORK_DAY: 1, Roll.PREVIOUS_WORK_DAY: -1}[roll]
    while step and not calendar.is_work_day(due):
        due += step * ONE_DAY
    return due


def last_work_day(due: date, calendar: SchoolCalendar) -> date:
    """The last work day on or before the due date, shown beside it (N7)."""
    return roll_date(due, Roll.PREVIOUS_WORK_DAY, calendar)


def elapsed(day0: date, on: date, unit: Unit, calendar: SchoolCalendar) -> int:
    """Days counted from day 0 (not counted) to `on` (counted): 'day 18 of 30'. Negative before day
    0."""
    if unit is Unit.CALENDAR:
        return (on - day0).days
    if unit is Unit.SCHOOL:
        return calendar.ordinal(on) - calendar.ordinal(day0)
    low, high = sorted((day0, on))
    count = sum(
        calendar.is_work_day(low + timedelta(days=i)) for i in range(1, (high - low).days + 1)
    )
    return count if on >= day0 else -count


def window_opens(day0: date, n: int, unit: Unit, calendar: SchoolCalendar) -> date:
    """The first date on which the step after an 'at least n days' window may be taken: the parties
    own the whole n-th day (N9; 34 CFR 106.45(b)(5)(vi)-(vii))."""
    return _count(day0, n, unit, calendar) + ONE_DAY


def latest_feasible(due: date, windows: int, window_days: int = 10) -> date:
    """The latest date on which a step may happen that still needs `windows` waits of at least
    `window_days` calendar days before `due` (B2.4: 60 days to determination: evidence by day 38,
    report by day 49)."""
    return due - timedelta(days=windows * (window_days + 1))


# -- time zones (N1, N6, A-28) ---------------------------------------------------------------------


def local_date(instant: datetime, zone: str) -> date:
    """The district's date of an instant (N1)."""
    return instant.astimezone(ZoneInfo(zone)).date()


def deadline_instant(due: date, zone: str) -> datetime:
    """23:59:59 local on the due date, in UTC, for display alone (N6)."""
    return datetime.combine(due, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def local_instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a local wall time in UTC: the first of two (autumn), the next valid one when
    it does not exist (spring)."""
    naive = datetime.combine(day, at)
    here = naive.replace(tzinfo=ZoneInfo(zone))
    while here.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != here.replace(
        tzinfo=None
    ):
        here += timedelta(minutes=1)
    return here.astimezone(UTC)


def fire_instant(day: date, zone: str) -> datetime:
    """When a rung fires: 07:00 local (N10)."""
    return local_instant(day, FIRE_AT, zone)


def next_run(at: time, after: datetime, zone: str) -> datetime:
    """The next run of a nightly job: once for each local date, whatever the clocks do (A-28)."""
    day = local_date(after, zone)
    instant = local_instant(day, at, zone)
    return instant if instant > after else local_instant(day + ONE_DAY, at, zone)


# -- the alert ladder (N10, B3.5) ------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """One alert to come: a local date, the labels that fall on it, and the widest audience among
    them."""

    date: date
    labels: tuple[str, ...]
    audience: str
    every: int | None = None


AUDIENCES = ("owner", "supervisor", "coordinator", "escalation")


def rungs(
    day0: date,
    n: int,
    due: date,
    unit: Unit,
    calendar: SchoolCalendar,
    ladder: Sequence[Mapping[str, Any]],
) -> list[Rung]:
    """The rungs of a clock in the order of their dates; rungs on one date become one with all
    labels.

    A ladder entry is `{percent: 50, to: owner}`, `{before: 7, to: supervisor}` (T-7, in the clock's
    own unit), `{due: true, to: ...}` or `{overdue: [1, 4, 7], every: 7, to: ...}` (calendar days
    after the due date; with `every` the last of them comes again and again: the sweep plans the
    next one when it fires). Percent rungs are day 0 + ceil(n * p / 100) in the clock's unit; when
    the due date was moved they follow the new span. A rung that would fall on day 0 or after the
    due date (T-7 of a 3-day promise) is left out."""
    found: dict[date, tuple[list[str], int, int | None]] = {}
    for day, label, audience, every in _planned(day0, n, due, unit, calendar, ladder):
        labels, widest, again = found.setdefault(day, ([], 0, None))
        labels.append(label)
        found[day] = (labels, max(widest, AUDIENCES.index(audience)), every or again)
    return [
        Rung(day, tuple(labels), AUDIENCES[widest], every)
        for day, (labels, widest, every) in sorted(found.items())
    ]


def _planned(
    day0: date,
    n: int,
    due: date,
    unit: Unit,
    calendar: SchoolCalendar,
    ladder: Sequence[Mapping[str, Any]],
) -> Iterable[tuple[date, str, str, int | None]]:
    span = max(n, elapsed(day0, due, unit, calendar))
    for entry in ladder:
        audience = str(entry.get("to", "owner"))
        if "percent" in entry:
            day = _count(day0, -(-span * int(entry["percent"]) // 100), unit, calendar)
            if day0 < day < due:
                yield day, f"{entry['percent']}%", audience, None
        elif "before" in entry:
            day = (
                _count(day0, span - int(entry["before"]), unit, calendar)
                if span > int(entry["before"])
                else day0
            )
            if day0 < day < due:
                yield day, f"T-{entry['before']}", audience, None
        elif entry.get("due"):
            yield due, "DUE", audience, None
        else:
            last = max(entry["overdue"])
            for after in entry["overdue"]:
                every = entry.get("every") if after == last else None
                yield due + timedelta(days=int(after)), f"OVERDUE+{after}", audience, every


# -- moves of a running clock (B2.4) ---------------------------------------------------------------


def extend(due: date, n: int, unit: Unit, calendar: SchoolCalendar) -> date:
    """The due date after an extension of n days."""
    return _count(due, n, unit, calendar)


def resume(
    due: date, held_from: date, resumed_on: date, unit: Unit, calendar: SchoolCalendar
) -> date:
    """The due date after a hold: moved by the days held (T-17: held 21 September to 5 October = 14
    days)."""
    return _count(due, max(0, elapsed(held_from, resumed_on, unit, calendar)), unit, calendar)


def escalated_day0(
    policy: str, old_day0: date, escalated_on: date, complaint_on: date | None
) -> date:
    """Day 0 of the district clock after an escalation: carried over (`continue`, the default), or
    from the formal complaint, or from the escalation."""
    if policy == "continue":
        return old_day0
    if policy == "restart_at_formal_complaint":
        return complaint_on or escalated_on
    if policy == "restart_at_escalation":
        return escalated_on
    raise ValueError(f"unknown escalation policy {policy!r}")


# -- compliance (B3.6) -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockFacts:
    """What compliance needs to know of a clock."""

    original_due: date
    due: date
    status: str
    stopped_on: date | None = None


@dataclass(frozen=True)
class Compliance:
    """Numerator and denominator of one measure; `rate` in percent with two decimals, half up, None
    without clocks."""

    met: int
    counted: int
    open_late: int = field(default=0, compare=False)


def compliance(clocks: Iterable[ClockFacts], as_of: date, *, extended: bool) -> Compliance:
    """`met_original` or `met_extended` as of a date: counted are clocks whose (original or current)
    due date has come or that stopped by then; an open clock past its date counts as missed;
    ESCALATED, CANCELLED and MERGED never."""
    met = counted = late = 0
    for clock in clocks:
        if clock.status in ("ESCALATED", "CANCELLED", "MERGED"):
            continue
        due = clock.due if extended else clock.original_due
        stopped = clock.stopped_on is not None and clock.stopped_on <= as_of
        # On the due date itself an open clock still has until midnight, but its due date is <=
        # as_of: counted (B3.6).
        if not stopped and due > as_of:
            continue
        counted += 1
        on_time = stopped and clock.stopped_on is not None and clock.stopped_on <= due
        met += on_time
        late += not stopped
    return Compliance(met, counted, late)


# -- retention (C4) --------------------------------------------------------------------------------


def add_years(day: date, years: int) -> date:
    """The same date years later; 29 February becomes 1 March (C4, T-30)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
