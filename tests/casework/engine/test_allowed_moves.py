"""Moved deadlines against a second implementation that only counts days, written from the rules
alone (N2-N5, N8, B2.4).

The engine keeps three numbers and one formula; the oracle walks from day 0 day by day, skips the
days that lie in a hold, and stops when it has counted enough of the clock's unit on the calendar as
it is now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.engine import clocks
from casework.engine.casefile import CaseFile
from casework.engine.date_rules import SchoolCalendar, Unit
from casework.engine.workflow import ClockSpec, Turn
from casework.models import Case, Clock

FIRST, LAST = (
    date(2023, 8, 1),
    date(2026, 7, 31),
)  # two year ends, a leap day, six changes of the clocks
DAY = timedelta(days=1)


def plain_days() -> dict[date, str]:
    """Weekdays are school days; Fridays in July and the 4th of July are not; two weeks in winter
    are a break."""
    days, day = {}, FIRST
    while day <= LAST:
        if day.weekday() < 5:
            holiday = (day.month, day.day) in ((7, 4), (1, 1), (12, 25), (11, 11))
            winter = (day.month == 12 and day.day > 20) or (day.month == 1 and day.day < 3)
            days[day] = "HOLIDAY" if holiday else "BREAK" if winter else "INSTRUCTIONAL"
        day += DAY
    return days


class MemoryFile(CaseFile):
    """A case file that asks no database."""

    days: dict[date, str]

    @property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar(self.days.items())

    @property
    def policy(self) -> SimpleNamespace:
        return SimpleNamespace(get=lambda path, default=None: default)


def counts(day: date, unit: str, days: dict[date, str]) -> bool:
    if unit == "calendar":
        return True
    if unit == "work":
        return day.weekday() < 5 and days.get(day) != "HOLIDAY"
    return days.get(day) == "INSTRUCTIONAL"


def oracle(
    day0: date, wanted: int, unit: str, days: dict[date, str], holds: list[tuple[date, date]]
) -> date:
    """Count until enough days have passed that lie in no hold (its first day counts still, its last
    does not). A hold that begins on the due date itself moves it by the days held; one that begins
    later comes too late."""
    day = day0
    while wanted:
        day += DAY
        held = any(start < day <= end for start, end in holds)
        wanted -= counts(day, unit, days) and not held
        if not wanted:
            holds = [(start, end) for start, end in holds if start >= day]
            wanted = sum(
                counts(day + n * DAY, unit, days)
                for start, end in holds
                if start == day
                for n in range(1, (end - start).days + 1)
            )
            holds = [hold for hold in holds if hold[0] != day]
    return day


moves = st.lists(
    st.one_of(
        st.tuples(st.just("extend"), st.integers(1, 30), st.integers(1, 9)),
        st.tuples(st.just("hold"), st.integers(1, 20), st.integers(1, 9)),
        st.tuples(st.just("snow"), st.integers(1, 40), st.integers(1, 9)),
        st.tuples(st.just("makeup"), st.integers(1, 40), st.integers(1, 9)),
    ),
    max_size=6,
)


@settings(max_examples=1500, deadline=None)
@given(
    start=st.integers(0, 700),
    n=st.integers(1, 60),
    unit=st.sampled_from(["calendar", "school", "work"]),
    todo=moves,
)
def test_any_sequence_of_moves_gives_the_date_that_counting_gives(start, n, unit, todo):
    days, today = plain_days(), FIRST + timedelta(days=start)
    file = MemoryFile(
        kind=SimpleNamespace(children={}), case=Case(id=1), calendar_id=1, calendar_revision=1
    )
    file.days = days
    turn = Turn(actor=None, now=datetime(2023, 1, 1, tzinfo=UTC), today=today)
    spec = ClockSpec("x", "x", lambda policy: {"n": n, "unit": f"{unit}_day"})
    with (
        patch.object(clocks, "ladder", lambda *args: ()),
        patch.object(clocks, "current_revision", lambda pk: 2),
    ):
        clock = clocks.start(file, spec, today, "test", None, turn)
        wanted, holds, day0 = n, [], today
        assert clock.due == clock.original_due == oracle(day0, wanted, unit, days, holds)
        for what, amount, gap in todo:
            today += timedelta(days=gap)
            turn.today = today
            if what == "extend" and today <= clock.due:
                clocks.extend(file, clock, amount, turn, "other", "", {})
                wanted += amount
            elif what == "hold":
                before = clock.due
                clocks.hold(file, clock, today + timedelta(days=amount), turn, "other", "", {})
                resumed = today + timedelta(days=amount)
                turn.today = resumed
                clocks.resume(file, clock, resumed, turn)
                if today <= before:
                    holds.append((today, resumed))
                today = resumed
            elif what in ("snow", "makeup"):
                day = today + timedelta(days=amount)
                file.days = days = days | {day: "CLOSURE" if what == "snow" else "MAKEUP"}
                if what == "makeup":
                    days = days | {day: "INSTRUCTIONAL"}  # what the oracle calls it
                    file.days = days
                if unit != "calendar":
                    clocks.recalculate(file, clock, turn)
            assert clock.due == oracle(day0, wanted, unit, days, holds), (what, amount, gap)
            assert clock.original_due == oracle(day0, n, unit, plain_days(), [])
        clocks.stop(file, clock, clock.due, turn)
        assert clock.status in (Clock.Status.MET, Clock.Status.MISSED_ORIGINAL_MET_EXTENDED)
        assert (clock.status == Clock.Status.MET) == (clock.due <= clock.original_due)
        assert Unit(clock.unit)


def test_the_history_says_every_move():
    file = MemoryFile(
        kind=SimpleNamespace(children={}), case=Case(id=1), calendar_id=1, calendar_revision=1
    )
    file.days = plain_days()
    turn = Turn(actor=None, now=datetime(2023, 1, 1, tzinfo=UTC), today=date(2024, 2, 20))
    with patch.object(clocks, "ladder", lambda *args: ()):
        clock = clocks.start(
            file,
            ClockSpec("x", "x", lambda policy: {"n": 10, "unit": "calendar_day"}),
            turn.today,
            "test",
            None,
            turn,
        )
        assert clock.due == date(2024, 3, 1)  # over the leap day
        clocks.extend(file, clock, 5, turn, "other", "why", {})
        clocks.stop(file, clock, date(2024, 3, 6), turn)
    changes = [
        (row.op, row.old_due, row.new_due)
        for row in file.added
        if type(row).__name__ == "ClockChange"
    ]
    assert changes == [
        ("START", None, date(2024, 3, 1)),
        ("EXTEND", date(2024, 3, 1), date(2024, 3, 6)),
        ("STOP", date(2024, 3, 6), date(2024, 3, 6)),
    ]
    assert clock.status == "MISSED_ORIGINAL_MET_EXTENDED"
