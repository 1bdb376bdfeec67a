"""The sweep: once, never lost, whatever it costs, whoever else sweeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.access.grants import grant
from casework.engine.services import Opening, act, open_cases
from casework.models import Alert, Clock, Event, Heartbeat, Rung
from casework.scheduler import run as sweeping
from casework.scheduler.run import fire, late_by, preview, sweep
from district.models import School
from tests.together import together
from tests.toykind.models import BullyingCase

DAY0 = date(2026, 9, 8)


def at(text: str) -> datetime:
    """New York wall time, in the zone's summer offset unless said."""
    return datetime.fromisoformat(
        text if "+" in text or text.endswith("Z") else f"{text}-04:00"
    ).astimezone(UTC)


@pytest.fixture
def case(people):
    (pk,) = open_cases(
        "BUL",
        [Opening(School.objects.first().pk, {"place": "bus"}, [("report", {})])],
        year=2026,
        on=DAY0,
    )
    found = BullyingCase.objects.get(pk=pk)
    grant(found, people.worker, "view_cases", "work_cases")
    return found


@pytest.fixture
def school(case) -> Clock:
    act(case.number, "promise", actor=None, data={"kind": "school", "day0": DAY0}, on=DAY0)
    return Clock.objects.get(case=case, kind="school")


def codes(clock: Clock) -> list[str]:
    return list(
        Alert.objects.filter(clock=clock)
        .order_by("raised_at", "scheduled_for")
        .values_list("code", flat=True)
    )


@pytest.mark.scenario("T-01")
def test_every_rung_fires_at_seven_on_its_day_and_once(school):
    for moment, expected in [
        ("2026-09-23T06:59", []),
        ("2026-09-23T07:00", ["50%"]),
        ("2026-09-30T23:59", ["50%"]),
        ("2026-10-01T07:00", ["50%", "75%+T-7"]),
        ("2026-10-05T07:01", ["50%", "75%+T-7", "90%+T-3"]),
        ("2026-10-07T07:01", ["50%", "75%+T-7", "90%+T-3", "T-1"]),
        ("2026-10-08T07:01", ["50%", "75%+T-7", "90%+T-3", "T-1", "DUE"]),
        ("2026-10-09T07:01", ["50%", "75%+T-7", "90%+T-3", "T-1", "DUE", "OVERDUE+1"]),
    ]:
        sweep(at(moment))
        sweep(at(moment))
        assert codes(school) == expected, moment


def test_an_outage_is_caught_up_in_one_alert_with_all_labels(school):
    sweep(at("2026-10-10T07:01"))
    alert = Alert.objects.get(clock=school)
    assert alert.data["labels"] == ["50%", "75%+T-7", "90%+T-3", "T-1", "DUE", "OVERDUE+1"]
    assert (alert.code, alert.level, alert.data["due"]) == ("OVERDUE+1", "escalation", "2026-10-08")
    assert alert.scheduled_for == at("2026-09-23T07:00")
    fired = Rung.objects.filter(clock=school, fired_at__isnull=False)
    assert {rung.alert_id for rung in fired} == {alert.pk}
    assert {rung.fired_at for rung in fired} == {at("2026-10-10T07:01")}


def test_overdue_goes_on_every_week_on_the_same_hour_until_the_promise_is_kept(case, school):
    sweep(at("2026-10-21T07:01"))
    assert codes(school)[-1] == "OVERDUE+13"
    weeks = [
        ("2026-10-28T07:00", "OVERDUE+20"),
        ("2026-11-04T12:00Z", "OVERDUE+27"),
        ("2026-11-11T12:00Z", "OVERDUE+34"),
    ]
    for moment, label in weeks:  # the second week is in winter time
        sweep(at(moment) - timedelta(minutes=1))
        before = len(codes(school))
        sweep(at(moment))
        assert codes(school)[before:] == [label]
    act(case.number, "keep", actor=None, data={"kind": "school"}, on=date(2026, 11, 12))
    assert not Rung.objects.filter(clock=school, fired_at=None, cancelled_at=None).exists()


def test_after_a_long_outage_a_weekly_alert_comes_once(school):
    sweep(at("2027-01-15T12:00Z"))
    assert len(codes(school)) == 1
    nxt = Rung.objects.get(clock=school, fired_at=None, cancelled_at=None)
    assert at("2027-01-15T12:00Z") < nxt.scheduled_for <= at("2027-01-22T12:00Z")
    assert (nxt.scheduled_for.astimezone(UTC).hour, nxt.every) == (12, 7)


def test_a_promise_that_was_kept_or_held_raises_nothing(case, school):
    act(case.number, "keep", actor=None, data={"kind": "school"}, on=date(2026, 9, 20))
    sweep(at("2026-12-01T07:01"))
    assert codes(school) == []


def test_nothing_due_costs_one_statement_and_writes_nothing(school, django_assert_num_queries):
    sweep(at("2026-09-20T07:00"))
    with django_assert_num_queries(1):
        assert fire(at("2026-09-20T07:00")) == (0, 0)


def test_a_hundred_due_rungs_cost_one_statement(people, django_assert_num_queries):
    places = [
        Opening(School.objects.first().pk, {"place": ""}, [("report", {})]) for _ in range(100)
    ]
    open_cases("BUL", places, year=2026, on=DAY0)
    with django_assert_num_queries(1):
        rungs, alerts = fire(at("2026-09-30T07:00"), batch=1000)
    assert alerts == 100
    assert rungs >= 100


# -- waiting times ---------------------------------------------------------------------------------


def test_a_wait_that_is_over_moves_the_case_on_the_next_day(case):
    act(case.number, "promise", actor=None, data={"kind": "wait", "day0": DAY0}, on=DAY0)
    sweep(at("2026-09-18T23:59"))
    assert not Event.objects.filter(case=case, name="wait_over").exists()
    assert sweep(at("2026-09-19T00:00")).steps == 1
    event = Event.objects.get(case=case, name="wait_over")
    assert (event.actor, event.on) == (None, date(2026, 9, 19))
    assert sweep(at("2026-09-19T00:01")).steps == 0


def test_a_step_that_breaks_is_pushed_away_and_reported_and_the_rest_goes_on(people, case):
    (other,) = open_cases(
        "BUL",
        [Opening(School.objects.first().pk, {"place": ""}, [("report", {})])],
        year=2026,
        on=DAY0,
    )
    broken = BullyingCase.objects.get(pk=other)  # without a place the step is refused
    for one in (broken, case):
        act(one.number, "promise", actor=None, data={"kind": "wait", "day0": DAY0}, on=DAY0)
    moment = at("2026-09-19T00:00")
    assert sweep(moment).steps == 1
    for _ in range(6):
        moment += timedelta(days=1)
        sweep(moment)
    assert Alert.objects.filter(case=broken, code="STEP_FAILED").count() == 1
    grant(broken, people.worker, "view_cases", "work_cases")
    act(broken.number, "locate", actor=people.worker, data={"place": "gym"})
    assert sweep(moment + timedelta(days=2)).steps == 1
    assert late_by() is None


# -- the nightly jobs ------------------------------------------------------------------------------


@pytest.fixture
def ran(monkeypatch, db):
    done: list[tuple[str, date]] = []
    jobs: dict[str, sweeping.Job] = {}
    monkeypatch.setattr(sweeping, "_jobs", jobs)
    for hour in (1, 2):
        name = f"at{hour}"
        jobs[name] = sweeping.Job(
            name,
            lambda day, hour=hour: time(hour, 30),
            lambda day, name=name: done.append((name, day)),
        )
    return done


@pytest.mark.scenario("A-28")
def test_nightly_jobs_run_once_a_date_in_autumn_and_spring(ran):
    moment, runs = at("2026-11-01T04:00Z"), []
    while moment < at("2026-11-01T09:00Z"):  # 01:30 comes at 05:30Z and again at 06:30Z
        before = len(ran)
        sweep(moment)
        runs += [(name, moment) for name, _day in ran[before:]]
        moment += timedelta(minutes=10)
    assert runs == [("at1", at("2026-11-01T05:30Z")), ("at2", at("2026-11-01T07:30Z"))]
    ran.clear()
    moment, runs = at("2027-03-14T05:00Z"), []
    while moment < at("2027-03-14T09:00Z"):  # 02:30 does not exist: 03:00 EDT is 07:00Z
        before = len(ran)
        sweep(moment)
        runs += [(name, moment) for name, _day in ran[before:]]
        moment += timedelta(minutes=10)
    assert runs == [("at1", at("2027-03-14T06:30Z")), ("at2", at("2027-03-14T07:00Z"))]


def test_a_job_that_breaks_is_tried_again_and_does_not_stop_the_others(ran, monkeypatch):
    fails = [True]

    def work(day: date) -> None:
        if fails:
            fails.pop()
            raise RuntimeError("no")
        ran.append(("shaky", day))

    sweeping.nightly("a_shaky", lambda day: time(0, 5), work)
    sweep(at("2026-10-01T12:00"))
    sweep(at("2026-10-01T12:01"))
    assert sorted(name for name, _day in ran) == ["at1", "at2", "shaky"]


# -- the dead man ----------------------------------------------------------------------------------


def test_the_sweep_is_missed_after_three_intervals(db):
    assert late_by() is None  # nothing to sweep yet
    sweep()
    beat = Heartbeat.objects.get(name="sweep")
    assert late_by(beat.at + timedelta(minutes=3)) is None
    assert late_by(beat.at + timedelta(minutes=4)) == timedelta(minutes=1)


def test_a_preview_changes_nothing(school):
    rows = preview(at("2026-10-08T07:00"))
    assert [row["label"] for row in rows if row["clock"] == "school"] == [
        "50%",
        "75%+T-7",
        "90%+T-3",
        "T-1",
        "DUE",
    ]
    assert codes(school) == []


# -- many at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_and_people_at_work_lose_and_double_nothing(people):
    schools = School.objects.first().pk
    ids = open_cases(
        "BUL",
        [Opening(schools, {"place": "bus"}, [("report", {})]) for _ in range(40)],
        year=2026,
        on=DAY0,
    )
    numbers = list(BullyingCase.objects.filter(pk__in=ids).values_list("number", flat=True))
    for number in numbers:
        act(number, "promise", actor=None, data={"kind": "school", "day0": DAY0}, on=DAY0)

    def sweeper() -> None:
        for minute in range(20):
            sweep(at("2026-10-09T07:00") + timedelta(minutes=minute), batch=7)

    def worker(part: list[str]) -> None:
        for number in part:
            act(number, "keep", actor=None, data={"kind": "school"}, on=date(2026, 10, 9))

    works = [sweeper] * 4 + [lambda n=n: worker(numbers[n::2]) for n in range(2)]
    assert together(works) == []
    assert_each_rung_became_one_alert()
    assert not Rung.objects.filter(
        fired_at=None, cancelled_at=None, scheduled_for__lte=at("2026-10-09T07:00")
    ).exists()


def assert_each_rung_became_one_alert() -> None:
    """Every fired rung stands in exactly one alert of its clock, and every alert's labels are its
    rungs'."""
    assert not Rung.objects.filter(fired_at__isnull=False, alert=None, step="").exists()
    assert not Rung.objects.filter(fired_at__isnull=False, cancelled_at__isnull=False).exists()
    for alert in Alert.objects.exclude(scheduled_for=None):
        labels = list(
            Rung.objects.filter(alert=alert)
            .order_by("scheduled_for", "id")
            .values_list("label", flat=True)
        )
        assert labels == alert.data["labels"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(gaps=st.lists(st.integers(1, 30_000), min_size=1, max_size=12))
def test_whenever_it_is_swept_each_rung_fires_once(school, gaps):
    """However long the pauses between sweeps are, each rung is told once, and none before its time."""
    from django.db import transaction

    try:
        with transaction.atomic():
            moment = at("2026-09-08T12:00")
            for gap in gaps:
                moment += timedelta(minutes=gap)
                sweep(moment, batch=3)
            assert_each_rung_became_one_alert()
            rungs = Rung.objects.filter(clock=school, every=None)
            assert set(rungs.filter(fired_at__isnull=False)) == set(
                rungs.filter(scheduled_for__lte=moment)
            )
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    pass
