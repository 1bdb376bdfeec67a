"""Date arithmetic: the scenarios' worked dates, and an independent slow implementation that must
agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.engine import date_rules
from casework.engine.date_rules import Roll, Unit
from casework.policy.policies import policy_for
from tests.casework.engine.fixture_calendar import BREAK, CAL26, DAYS, FIRST, HOLIDAYS, LAST

ZONE = "America/New_York"


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(start: str, n: int, unit: Unit) -> date:
    return date_rules.add(day(start), n, unit, CAL26).due


def test_the_fixture_calendar_is_the_one_of_the_specification():
    months = [
        sum(1 for d, kind in DAYS if kind == "INSTRUCTIONAL" and d.month == month)
        for month in (8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
    ]
    assert months == [5, 20, 21, 16, 14, 17, 19, 18, 19, 20, 8]
    numbered = {
        "2026-10-09": 32,
        "2026-11-20": 59,
        "2026-12-18": 76,
        "2027-01-04": 77,
        "2027-01-29": 93,
        "2027-03-25": 130,
        "2027-06-10": 177,
    }
    assert {key: CAL26.ordinal(day(key)) for key in numbered} == numbered


@pytest.mark.parametrize(
    ("number", "start", "n", "unit", "expected"),
    [
        ("A-01", "2026-09-10", 3, Unit.SCHOOL, "2026-09-15"),
        ("A-03", "2026-10-06", 3, Unit.SCHOOL, "2026-10-09"),
        ("A-05", "2026-11-20", 5, Unit.SCHOOL, "2026-12-02"),
        ("A-05", "2026-11-20", 10, Unit.SCHOOL, "2026-12-09"),
        ("A-08", "2026-10-20", 2, Unit.SCHOOL, "2026-10-22"),
        ("A-08", "2026-11-05", 3, Unit.SCHOOL, "2026-11-10"),
        ("A-21", "2026-12-10", 2, Unit.SCHOOL, "2026-12-14"),
        ("A-23", "2026-10-08", 2, Unit.SCHOOL, "2026-10-13"),
        ("A-23", "2026-10-13", 3, Unit.SCHOOL, "2026-10-16"),
        ("A-23", "2026-10-13", 10, Unit.SCHOOL, "2026-10-27"),
        ("A-23", "2026-10-27", 2, Unit.SCHOOL, "2026-10-29"),
        ("A-25", "2027-02-16", 3, Unit.SCHOOL, "2027-02-19"),
        ("A-25", "2027-02-16", 15, Unit.SCHOOL, "2027-03-09"),
        ("A-25", "2027-03-09", 30, Unit.CALENDAR, "2027-04-08"),
        ("A-25", "2027-03-09", 60, Unit.CALENDAR, "2027-05-08"),
        ("A-25", "2027-03-09", 90, Unit.CALENDAR, "2027-06-07"),
        ("A-26", "2027-04-15", 90, Unit.CALENDAR, "2027-07-14"),
        ("A-33", "2026-10-13", 5, Unit.SCHOOL, "2026-10-20"),
        ("A-38", "2026-10-14", 3, Unit.SCHOOL, "2026-10-19"),
        ("A-41", "2027-01-06", 1, Unit.WORK, "2027-01-07"),
        ("T-01", "2026-09-08", 30, Unit.CALENDAR, "2026-10-08"),
        ("T-02", "2026-09-08", 60, Unit.CALENDAR, "2026-11-07"),
        ("T-04", "2027-02-12", 30, Unit.CALENDAR, "2027-03-14"),
        ("T-23", "2026-09-09", 2, Unit.SCHOOL, "2026-09-11"),
        ("T-24", "2026-09-10", 2, Unit.SCHOOL, "2026-09-14"),
        ("T-26", "2026-11-18", 5, Unit.SCHOOL, "2026-11-30"),
        ("T-26", "2026-11-18", 10, Unit.CALENDAR, "2026-11-28"),
        ("T-27", "2026-10-20", 30, Unit.CALENDAR, "2026-11-19"),
        ("T-29", "2026-12-10", 30, Unit.CALENDAR, "2027-01-09"),
        ("T-29", "2026-12-10", 30, Unit.SCHOOL, "2027-02-09"),
        ("T-36", "2026-09-08", 1, Unit.SCHOOL, "2026-09-09"),
        ("T-36", "2026-09-08", 3, Unit.SCHOOL, "2026-09-11"),
    ],
)
def test_worked_dates(number, start, n, unit, expected):
    assert due(start, n, unit) == day(expected), number


def ladder():
    return policy_for("titleix", day("2026-10-01")).data["ladders"]["investigation"]


def planned(start: str, n: int) -> list[tuple[str, tuple[str, ...]]]:
    found = date_rules.rungs(
        day(start), n, due(start, n, Unit.CALENDAR), Unit.CALENDAR, CAL26, ladder()
    )
    return [(rung.date.isoformat(), rung.labels) for rung in found]


@pytest.mark.scenario("T-01")
def test_rungs_of_thirty_days_merge():
    assert planned("2026-09-08", 30)[:6] == [
        ("2026-09-23", ("50%",)),
        ("2026-10-01", ("75%", "T-7")),
        ("2026-10-05", ("90%", "T-3")),
        ("2026-10-07", ("T-1",)),
        ("2026-10-08", ("DUE",)),
        ("2026-10-09", ("OVERDUE+1",)),
    ]


@pytest.mark.scenario("T-02")
def test_rungs_of_sixty_days_do_not_merge():
    assert [when for when, _labels in planned("2026-09-08", 60)][:8] == [
        "2026-10-08",
        "2026-10-23",
        "2026-10-31",
        "2026-11-01",
        "2026-11-04",
        "2026-11-06",
        "2026-11-07",
        "2026-11-08",
    ]
    assert all(len(labels) == 1 for _when, labels in planned("2026-09-08", 60))


def test_rungs_fire_at_seven_local_time_on_both_sides_of_a_change():
    assert date_rules.fire_instant(day("2026-10-31"), ZONE) == datetime(
        2026, 10, 31, 11, tzinfo=UTC
    )
    assert date_rules.fire_instant(day("2026-11-01"), ZONE) == datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.scenario("T-04")
def test_the_deadline_in_spring():
    assert date_rules.deadline_instant(day("2027-03-14"), ZONE) == datetime(
        2027, 3, 15, 3, 59, 59, tzinfo=UTC
    )


@pytest.mark.scenario("T-11")
def test_the_parties_own_the_whole_tenth_day():
    assert date_rules.window_opens(day("2026-10-28"), 10, Unit.CALENDAR, CAL26) == day("2026-11-08")


@pytest.mark.scenario("T-39")
@pytest.mark.parametrize(
    ("n", "windows", "limit"), [(60, 1, 49), (60, 2, 38), (30, 1, 19), (30, 2, 8)]
)
def test_latest_feasible_days(n, windows, limit):
    start = day("2026-09-08")
    assert (date_rules.latest_feasible(start + timedelta(days=n), windows) - start).days == limit


@pytest.mark.scenario("T-17")
def test_a_hold_moves_the_due_date_by_the_days_held():
    assert date_rules.resume(
        day("2026-11-07"), day("2026-09-21"), day("2026-10-05"), Unit.CALENDAR, CAL26
    ) == day("2026-11-21")


@pytest.mark.scenario("T-07")
def test_an_extension_and_both_measures():
    assert date_rules.extend(day("2026-11-07"), 20, Unit.CALENDAR, CAL26) == day("2026-11-27")
    clock = date_rules.ClockFacts(day("2026-11-07"), day("2026-11-27"), "MET", day("2026-11-20"))
    assert date_rules.compliance(
        [clock], day("2026-11-20"), extended=False
    ) == date_rules.Compliance(0, 1)
    assert date_rules.compliance(
        [clock], day("2026-11-20"), extended=True
    ) == date_rules.Compliance(1, 1)
    running = date_rules.ClockFacts(day("2026-11-07"), day("2026-11-27"), "RUNNING")
    assert date_rules.compliance(
        [running], day("2026-11-10"), extended=False
    ) == date_rules.Compliance(0, 1)
    assert date_rules.compliance(
        [running], day("2026-11-10"), extended=True
    ) == date_rules.Compliance(0, 0)
    gone = date_rules.ClockFacts(
        day("2026-11-07"), day("2026-11-07"), "CANCELLED", day("2026-11-01")
    )
    assert date_rules.compliance([gone], day("2026-12-01"), extended=True) == date_rules.Compliance(
        0, 0
    )


@pytest.mark.scenario("A-28")
def test_nightly_jobs_run_once_a_local_date():
    autumn = date_rules.next_run(time(1, 30), datetime(2026, 10, 31, 12, tzinfo=UTC), ZONE)
    assert autumn == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert date_rules.next_run(time(1, 30), autumn, ZONE) == datetime(
        2026, 11, 2, 6, 30, tzinfo=UTC
    )
    spring = date_rules.next_run(time(2, 30), datetime(2027, 3, 13, 12, tzinfo=UTC), ZONE)
    assert spring == datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "02:30 does not exist: 03:00 EDT"
    assert date_rules.next_run(time(2, 30), spring, ZONE) == datetime(
        2027, 3, 15, 6, 30, tzinfo=UTC
    )


@pytest.mark.scenario("T-30")
def test_retention():
    assert date_rules.add_years(day("2026-11-30"), 7) == day("2033-11-30")
    assert date_rules.add_years(day("2028-02-29"), 7) == day("2035-03-01")


@pytest.mark.scenario("A-25")
def test_weekends_stay_and_the_last_work_day_is_shown():
    assert date_rules.last_work_day(day("2027-05-08"), CAL26) == day("2027-05-07")
    assert date_rules.roll_date(day("2027-05-08"), Roll.NEXT_WORK_DAY, CAL26) == day("2027-05-10")
    assert date_rules.roll_date(day("2027-05-08"), Roll.NONE, CAL26) == day("2027-05-08")


def test_escalation_policies():
    start, escalated, complaint = day("2026-09-08"), day("2026-09-20"), day("2026-09-25")
    assert date_rules.escalated_day0("continue", start, escalated, complaint) == start
    assert (
        date_rules.escalated_day0("restart_at_escalation", start, escalated, complaint) == escalated
    )
    assert (
        date_rules.escalated_day0("restart_at_formal_complaint", start, escalated, complaint)
        == complaint
    )
    with pytest.raises(ValueError, match="unknown"):
        date_rules.escalated_day0("never", start, escalated, None)


# -- a second implementation, from the rules alone: walk day by day, look each day up --------------

KINDS = dict(DAYS)


def slow_counts(d: date, unit: str) -> bool:
    if unit == "calendar":
        return True
    if unit == "work":
        return d.weekday() < 5 and d not in HOLIDAYS
    if FIRST <= d <= LAST:
        return KINDS.get(d) == "INSTRUCTIONAL"
    return d.weekday() < 5


def slow_add(start: date, n: int, unit: str) -> date:
    d = start
    while n:
        d += timedelta(days=1)
        n -= slow_counts(d, unit)
    return d


some_day = st.dates(date(2026, 6, 1), date(2028, 3, 31))
some_unit = st.sampled_from(list(Unit))


@settings(max_examples=1500, deadline=None)
@given(some_day, st.integers(0, 200), some_unit)
def test_adding_agrees_with_walking(start, n, unit):
    found = date_rules.add(start, n, unit, CAL26)
    assert found.due == slow_add(start, n, unit.value)
    assert found.provisional == (unit is Unit.SCHOOL and not FIRST <= found.due <= LAST)
    assert date_rules.elapsed(start, found.due, unit, CAL26) == n


@settings(max_examples=500, deadline=None)
@given(some_day, some_day, some_unit)
def test_elapsed_agrees_with_counting(a, b, unit):
    low, high = min(a, b), max(a, b)
    counted = sum(
        slow_counts(low + timedelta(days=i), unit.value) for i in range(1, (high - low).days + 1)
    )
    assert date_rules.elapsed(a, b, unit, CAL26) == (counted if b >= a else -counted)


@settings(max_examples=400, deadline=None)
@given(some_day, st.integers(1, 120), some_unit)
def test_rungs_lie_between_day_zero_and_due_in_order_and_once(start, n, unit):
    end = date_rules.add(start, n, unit, CAL26).due
    found = date_rules.rungs(start, n, end, unit, CAL26, ladder())
    days = [rung.date for rung in found]
    assert days == sorted(set(days))
    assert days[0] > start
    assert next(rung for rung in found if "DUE" in rung.labels).date == end
    assert all(
        rung.date > end
        for rung in found
        if any(label.startswith("OVERDUE") for label in rung.labels)
    )
    assert len({label for rung in found for label in rung.labels}) == sum(
        len(rung.labels) for rung in found
    )


def test_breaks_are_work_days_unless_the_staff_calendar_says_holiday():
    assert all(CAL26.is_work_day(d) for d in BREAK)
    assert not any(CAL26.is_work_day(d) for d in HOLIDAYS)


def test_a_calendar_without_a_school_day_has_none():
    closed = date_rules.SchoolCalendar([(day("2026-09-07"), "HOLIDAY")])
    assert not closed.is_school_day(day("2026-09-07"))


def test_school_days_hold_both_ends_and_nothing_before():
    found = CAL26.school_days(day("2026-09-04"), day("2026-09-08"))
    assert found == [day("2026-09-04"), day("2026-09-08")], "Labor Day lies between them"


def test_the_last_overdue_alert_comes_again_and_again():
    ladder = [{"overdue": [1, 4], "every": 7, "to": "supervisor"}]
    found = date_rules.rungs(day("2026-09-08"), 5, day("2026-09-13"), Unit.CALENDAR, CAL26, ladder)
    assert [(rung.date, rung.every) for rung in found] == [
        (day("2026-09-14"), None),
        (day("2026-09-17"), 7),
    ]
