"""Clocks in a case: extension, hold, escalation, rebase, amendments, by the scenarios of the
specification."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from casework.access.grants import grant
from casework.engine.date_rules import ClockFacts, compliance
from casework.engine.errors import Forbidden, Invalid, NotNow
from casework.engine.services import Opening, act, open_cases
from casework.models import Alert, Clock, ClockChange, Rung
from casework.scheduler.run import sweep
from district.models import Calendar, CalendarDay, School
from tests.toykind.models import BullyingCase


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture
def case(people):
    """A case of a kind with two parties, opened on 8 September, worked by the social worker."""
    (pk,) = open_cases(
        "BUL",
        [Opening(School.objects.first().pk, {"place": "bus"}, [("report", {})])],
        year=2026,
        on=day("2026-09-08"),
    )
    found = BullyingCase.objects.get(pk=pk)
    grant(found, people.worker, "view_cases", "work_cases")
    return found


def promise(case, kind: str, day0: str, on: str | None = None) -> Clock:
    act(
        case.number,
        "promise",
        actor=None,
        data={"kind": kind, "day0": day(day0)},
        on=day(on or day0),
    )
    return Clock.objects.get(case=case, kind=kind, status="RUNNING")


def keep(case, kind: str, on: str) -> Clock:
    act(case.number, "keep", actor=None, data={"kind": kind}, on=day(on))
    return Clock.objects.filter(case=case, kind=kind).latest("day0")


def move(case, who, step: str, clock: Clock, today: str, **data):
    act(
        case.number,
        step,
        actor=who,
        data={"clock": str(clock.id)} | data,
        on=day(today),
        now=datetime.fromisoformat(f"{today}T15:00Z"),
    )
    clock.refresh_from_db()


def extension(**change) -> dict[str, object]:
    told = {"notice_1": "2026-10-30", "notice_2": "2026-10-30"}
    return (
        {"days": 20, "cause": "law_enforcement", "reason": "the police asked us to wait"}
        | told
        | change
    )


def pending(clock: Clock) -> list[tuple[str, str]]:
    rungs = Rung.objects.filter(clock=clock, fired_at=None, cancelled_at=None).order_by(
        "scheduled_for"
    )
    return [(rung.scheduled_for.astimezone(UTC).date().isoformat(), rung.label) for rung in rungs]


def facts(clock: Clock) -> list[ClockFacts]:
    return [ClockFacts(clock.original_due, clock.due, clock.status, clock.stopped_on)]


@pytest.mark.scenario("T-01")
def test_rungs_of_a_school_investigation_are_planned_as_rows(case):
    clock = promise(case, "school", "2026-09-08")
    assert clock.due == day("2026-10-08")
    assert pending(clock)[:6] == [
        ("2026-09-23", "50%"),
        ("2026-10-01", "75%+T-7"),
        ("2026-10-05", "90%+T-3"),
        ("2026-10-07", "T-1"),
        ("2026-10-08", "DUE"),
        ("2026-10-09", "OVERDUE+1"),
    ]


@pytest.mark.scenario("T-07")
def test_an_extension_keeps_the_original_and_counts_in_both_measures(case, people):
    clock = promise(case, "district", "2026-09-08")
    move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension())
    assert (clock.original_due, clock.due) == (day("2026-11-07"), day("2026-11-27"))
    change = ClockChange.objects.get(clock=clock, op="EXTEND")
    assert (change.by, change.old_due, change.new_due) == (
        people.worker,
        day("2026-11-07"),
        day("2026-11-27"),
    )
    assert change.data["notices"] == {"1": "2026-10-30", "2": "2026-10-30"}
    clock = keep(case, "district", "2026-11-20")
    assert clock.status == "MISSED_ORIGINAL_MET_EXTENDED"
    assert compliance(facts(clock), day("2026-12-01"), extended=False).met == 0
    assert compliance(facts(clock), day("2026-12-01"), extended=True).met == 1


@pytest.mark.scenario("T-08")
def test_an_extension_needs_a_notice_to_every_party(case, people):
    clock = promise(case, "district", "2026-09-08")
    with pytest.raises(Invalid) as refused:
        move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension(notice_2=""))
    assert set(refused.value.errors) == {"notice_2"}
    with pytest.raises(Invalid):
        move(
            case, people.worker, "extend_deadline", clock, "2026-10-29", **extension()
        )  # a notice of tomorrow
    clock.refresh_from_db()
    assert clock.due == day("2026-11-07")


@pytest.mark.scenario("T-08")
def test_a_late_extension_is_kept_and_repairs_nothing(case, people):
    clock = promise(case, "district", "2026-09-08")
    move(case, people.worker, "extend_deadline", clock, "2026-11-08", **extension())
    assert (clock.due, clock.late_until) == (day("2026-11-07"), day("2026-11-27"))
    assert ClockChange.objects.get(clock=clock, op="EXTEND").data["late"] is True
    clock = keep(case, "district", "2026-11-20")
    assert clock.status == "MISSED"
    assert [
        compliance(facts(clock), day("2026-12-01"), extended=extended).met
        for extended in (False, True)
    ] == [0, 0]


def test_the_limits_of_an_extension(case, people):
    clock = promise(case, "district", "2026-09-08")
    with pytest.raises(Invalid) as refused:
        move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension(days=31))
    assert set(refused.value.errors) == {"days"}
    with pytest.raises(Invalid) as refused:
        move(
            case,
            people.worker,
            "extend_deadline",
            clock,
            "2026-10-30",
            **extension(cause="family_request"),
        )
    assert set(refused.value.errors) == {"cause"}
    for _ in range(2):
        move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension(days=5))
    with pytest.raises(Invalid) as refused:
        move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension(days=5))
    assert "2 times" in refused.value.errors["clock"][0]
    look = Clock.objects.get(case=case, kind="look")
    with pytest.raises(Invalid) as refused:  # the policy says nothing on this kind of clock
        move(case, people.worker, "extend_deadline", look, "2026-10-30", **extension(days=5))
    assert "clock" in refused.value.errors
    grant(case, people.supervisor, "view_cases")
    with pytest.raises(Forbidden):
        move(case, people.supervisor, "extend_deadline", clock, "2026-10-30", **extension(days=5))


def test_moving_the_date_plans_new_rungs_and_fires_no_old_one_again(case, people):
    clock = promise(case, "district", "2026-09-08")
    sweep(datetime(2026, 10, 30, 12, tzinfo=UTC))
    fired = Rung.objects.filter(clock=clock, fired_at__isnull=False).count()
    assert fired == 2  # 50 %, 75 %
    move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension())
    assert pending(clock)[0] == ("2026-11-07", "75%")  # of the 80 days that it now has
    assert Rung.objects.filter(clock=clock, fired_at__isnull=False).count() == fired
    assert clock.generation == 2


@pytest.mark.scenario("T-17")
def test_a_hold_moves_the_date_by_the_days_held(case, people):
    clock = promise(case, "district", "2026-09-08")
    told = {"notice_1": "2026-09-21", "notice_2": "2026-09-21"}
    move(
        case,
        people.worker,
        "hold_deadline",
        clock,
        "2026-09-21",
        until="2026-10-05",
        cause="informal_resolution",
        reason="both agreed",
        **told,
    )
    assert clock.status == "HELD"
    assert pending(clock) == [("2026-10-05", "HOLD_ENDS")]
    case.refresh_from_db()
    assert case.next_duty != "district"
    move(case, people.worker, "resume_deadline", clock, "2026-10-05", on="2026-10-05")
    assert (clock.status, clock.due, clock.original_due) == (
        "RUNNING",
        day("2026-11-21"),
        day("2026-11-07"),
    )
    assert [change.op for change in clock.history.order_by("id")] == ["START", "HOLD", "RESUME"]


def test_a_hold_has_an_end_and_can_be_renewed(case, people):
    clock = promise(case, "district", "2026-09-08")
    told = {
        "notice_1": "2026-09-21",
        "notice_2": "2026-09-21",
        "cause": "law_enforcement",
        "reason": "x",
    }
    with pytest.raises(Invalid) as refused:
        move(case, people.worker, "hold_deadline", clock, "2026-09-21", until="2026-10-07", **told)
    assert set(refused.value.errors) == {"until"}
    with pytest.raises(NotNow):
        move(case, people.worker, "resume_deadline", clock, "2026-09-21", on="2026-09-21")
    move(case, people.worker, "hold_deadline", clock, "2026-09-21", until="2026-10-06", **told)
    move(case, people.worker, "hold_deadline", clock, "2026-10-05", until="2026-10-20", **told)
    assert (clock.held_from, clock.held_until) == (day("2026-09-21"), day("2026-10-20"))
    move(case, people.worker, "resume_deadline", clock, "2026-10-15", on="2026-10-15")
    assert clock.due == day("2026-12-01")


def test_a_clock_that_stops_while_held_has_its_days_counted(case, people):
    clock = promise(case, "school", "2026-09-08")
    told = {
        "notice_1": "2026-10-01",
        "notice_2": "2026-10-01",
        "cause": "law_enforcement",
        "reason": "x",
    }
    move(case, people.worker, "hold_deadline", clock, "2026-10-01", until="2026-10-15", **told)
    clock = keep(case, "school", "2026-10-12")
    assert (clock.due, clock.status) == (day("2026-10-19"), "MISSED_ORIGINAL_MET_EXTENDED")


@pytest.mark.parametrize(
    ("policy", "day0", "due"),
    [
        ("continue", "2026-09-08", "2026-11-07"),
        ("restart_at_formal_complaint", "2026-09-18", "2026-11-17"),
        ("restart_at_escalation", "2026-09-20", "2026-11-19"),
    ],
)
def test_escalation_by_the_three_policies(case, policy, day0, due, monkeypatch):
    from casework.policy.policies import policy_version

    clock = promise(case, "school", "2026-09-08")
    case.refresh_from_db()
    monkeypatch.setitem(policy_version(case.policy).data, "escalation", policy)
    act(
        case.number,
        "escalate",
        actor=None,
        data={"complaint_on": day("2026-09-18")},
        on=day("2026-09-20"),
    )
    clock.refresh_from_db()
    assert clock.status == "ESCALATED"
    assert clock.history.get(op="ESCALATE").data["in_time"] is True
    district = Clock.objects.get(case=case, kind="district")
    assert (district.day0, district.original_due) == (day(day0), day(due))
    assert compliance(facts(clock), day("2027-01-01"), extended=False).counted == 0


def test_a_wrong_day_zero_is_replaced_and_kept(case, people):
    clock = promise(case, "district", "2026-09-08")
    move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension(days=10))
    move(
        case,
        people.worker,
        "correct_day0",
        clock,
        "2026-11-02",
        day0="2026-09-01",
        reason="a teacher knew before",
    )
    right = Clock.objects.get(case=case, kind="district", status="RUNNING")
    assert (clock.status, right.rebased_from) == ("MERGED", day("2026-09-08"))
    assert (right.original_due, right.due, right.extensions) == (
        day("2026-10-31"),
        day("2026-11-10"),
        1,
    )


@pytest.mark.scenario("N8")
def test_a_snow_day_reaches_every_running_school_day_clock(case, nights):
    look, school = Clock.objects.get(case=case, kind="look"), promise(case, "school", "2026-09-08")
    assert look.due == day("2026-09-15")
    sweep(datetime(2026, 9, 9, 12, tzinfo=UTC))  # the calendars as they are
    nights.sis.days[day("2026-09-11")] = "CLOSURE"
    nights.run(day("2026-09-10"))
    assert sweep(datetime(2026, 9, 10, 12, tzinfo=UTC)).recalculated >= 1
    look.refresh_from_db()
    school.refresh_from_db()
    assert (look.original_due, look.due) == (day("2026-09-15"), day("2026-09-16"))
    assert school.due == day("2026-10-08")
    change = look.history.get(op="RECALC")
    assert (change.reason, change.old_due, change.new_due) == (
        "CALENDAR_AMENDED",
        day("2026-09-15"),
        day("2026-09-16"),
    )
    assert ("2026-09-16", "DUE") in pending(look)
    case.refresh_from_db()
    assert case.next_due == day("2026-09-16")
    assert sweep(datetime(2026, 9, 10, 12, 1, tzinfo=UTC)).recalculated == 0


def test_a_date_that_comes_nearer_raises_one_alert(case, nights):
    look = Clock.objects.get(case=case, kind="look")
    sweep(datetime(2026, 9, 9, 12, tzinfo=UTC))
    calendar = Calendar.objects.get(pk=look.calendar_id)
    nights.sis.days[day("2026-09-12")] = "MAKEUP"  # a Saturday
    nights.run(day("2026-09-10"))
    calendar.refresh_from_db()
    assert CalendarDay.objects.get(calendar=calendar, date=day("2026-09-12")).instructional
    sweep(datetime(2026, 9, 10, 12, tzinfo=UTC))
    look.refresh_from_db()
    assert look.due == day("2026-09-14")
    assert Alert.objects.filter(clock=look, code="DUE_NEARER").count() == 1


@pytest.mark.scenario("T-29")
def test_the_unit_decides_over_the_winter(case):
    clock = promise(case, "school", "2026-12-10")
    assert clock.due == day("2027-01-09")


@pytest.mark.scenario("T-27")
def test_a_second_episode_leaves_the_first_result(case):
    promise(case, "school", "2026-09-08")
    first = keep(case, "school", "2026-10-02")
    assert first.status == "MET"
    second = promise(case, "school", "2026-10-20")
    assert second.due == day("2026-11-19")
    first.refresh_from_db()
    assert first.status == "MET"


def test_a_renamed_kind_of_clock_still_fires_and_moves(case, people, monkeypatch):
    clock = promise(case, "district", "2026-09-08")
    flow = case_flow()
    monkeypatch.setattr(
        flow, "clocks", {key: spec for key, spec in flow.clocks.items() if key != "district"}
    )
    assert sweep(datetime(2026, 10, 8, 12, tzinfo=UTC)).alerts >= 1
    assert Alert.objects.filter(clock=clock, code="50%").exists()
    with pytest.raises(
        NotNow
    ):  # what may be moved is the declaration's, and it is gone: refused in words, no crash
        move(case, people.worker, "extend_deadline", clock, "2026-10-30", **extension())


def case_flow():
    from tests.toykind.kind import BullyingWorkflow

    return BullyingWorkflow
