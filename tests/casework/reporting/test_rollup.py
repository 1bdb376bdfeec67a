"""The sums of the compliance pages against the live figures: any history, any date, any moment of
folding."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.access.grants import grant, recuse_id
from casework.engine.date_rules import compliance
from casework.engine.errors import Refused
from casework.engine.services import Opening, act, open_cases
from casework.models import Case, Clock, RollupMark, RollupPart
from casework.reporting import compliance_figures, rollup
from casework.reporting.compliance import measure
from casework.reporting.deltas import NONE, Promise, counts, facts, steps
from district.models import School
from tests.worlds import world

START = date(2026, 9, 8)
DAYS = st.integers(0, 60).map(lambda n: START + timedelta(days=n))


@st.composite
def promises(draw) -> Promise:
    day0, due = draw(DAYS), draw(DAYS)
    stopped = draw(st.none() | DAYS)
    status = (
        draw(st.sampled_from(["MET", "MISSED", "CANCELLED", "ESCALATED", "MERGED"]))
        if stopped
        else draw(st.sampled_from(["RUNNING", "HELD"]))
    )
    moved = draw(st.lists(st.tuples(DAYS, DAYS), max_size=4))
    return Promise(day0, draw(DAYS), due, status, stopped, tuple(moved))


@given(promises())
@settings(max_examples=300, deadline=None)
def test_the_steps_of_a_promise_add_up_to_what_compliance_says_on_every_day(promise):
    found = NONE
    changes = dict(steps(promise))
    assert len(changes) == len(steps(promise))
    for n in range(-5, 70):
        day = START + timedelta(days=n)
        found = tuple(a + b for a, b in zip(found, changes.get(day, NONE), strict=True))
        assert found == counts(promise, day)
        known = facts(promise, day)
        for extended, at in ((False, 0), (True, 3)):
            one = compliance([known] if known else [], day, extended=extended)
            assert found[at : at + 3] == (one.counted, one.met, one.open_late)


@world
def two_months(people):
    """Forty cases at two schools, worked at random for two months through the door; the sums folded
    now and then."""
    rng, schools = random.Random(7), list(School.objects.order_by("id"))
    openings = [
        Opening(
            rng.choice(schools).pk,
            {"place": "bus"},
            [("report", {})],
            rng.choice([people.worker.pk, None]),
        )
        for _ in range(40)
    ]
    ids = open_cases("BUL", openings, year=2026, on=START)
    for case in Case.objects.filter(pk__in=ids):
        grant(case, people.worker, "view_cases", "work_cases")
    for day in range(60):
        on = START + timedelta(days=day)
        for number in rng.sample(
            sorted(Case.objects.filter(pk__in=ids).values_list("number", flat=True)), 6
        ):
            _something(rng, number, people.worker, on)
        if day % 13 == 5:
            rollup.fold(on)
    for clock in Clock.objects.filter(
        status="RUNNING", kind__in=["school", "district"], due__gt=START + timedelta(days=60)
    ).order_by("due", "id")[:3]:
        told = {
            "clock": str(clock.pk),
            "days": 9,
            "cause": "other",
            "reason": "x",
            "notice_1": str(clock.due),
            "notice_2": str(clock.due),
        }
        late = clock.due + timedelta(days=2)
        act(
            clock.case.number,
            "extend_deadline",
            actor=people.worker,
            data=told,
            on=clock.due,
            now=datetime(clock.due.year, clock.due.month, clock.due.day, 15, tzinfo=UTC),
        )
        act(clock.case.number, "keep", actor=None, data={"kind": clock.kind}, on=late)
    return ids


def _something(rng: random.Random, number: str, worker, on: date) -> None:
    running = list(
        Clock.objects.filter(case__number=number, status__in=["RUNNING", "HELD"]).order_by(
            "kind", "day0"
        )
    )
    clock = rng.choice(running) if running else None
    step, data = rng.choice(
        [
            (
                "promise",
                {
                    "kind": rng.choice(["school", "district"]),
                    "day0": on - timedelta(days=rng.randrange(40)),
                },
            ),
            ("keep", {"kind": clock.kind if clock else "look"}),
            (
                "extend_deadline",
                {
                    "clock": str(clock.pk) if clock else "",
                    "days": 9,
                    "cause": "other",
                    "reason": "x",
                    "notice_1": str(on),
                    "notice_2": str(on),
                },
            ),
            (
                "hold_deadline",
                {
                    "clock": str(clock.pk) if clock else "",
                    "until": str(on + timedelta(days=5)),
                    "cause": "law_enforcement",
                    "reason": "x",
                    "notice_1": str(on),
                    "notice_2": str(on),
                },
            ),
            ("resume_deadline", {"clock": str(clock.pk) if clock else "", "reason": "x"}),
            (
                "extend_deadline",
                {
                    "clock": str(clock.pk) if clock else "",
                    "days": 20,
                    "cause": "other",
                    "reason": "x",
                },
            ),
            ("locate", {"place": "bus"}),
            ("look", {}),
            ("finish", {"text": "done"}),
            ("escalate", {}),
        ]
    )
    machine = step in ("promise", "keep", "escalate")
    if step == "escalate" and any(one.kind == "district" for one in running):
        return
    if (
        step == "promise"
        and Clock.objects.filter(
            case__number=number, kind=data["kind"], status__in=["RUNNING", "HELD"]
        ).exists()
    ):
        return
    try:
        act(
            number,
            step,
            actor=None if machine else worker,
            data=data,
            on=on,
            now=datetime(on.year, on.month, on.day, 15, tzinfo=UTC),
        )
    except (Refused, ValueError):
        return


def same(one: compliance_figures.Figures, other: compliance_figures.Figures) -> None:
    def plain(found: compliance_figures.Figures):
        lines = {
            name: {key: line.sums for key, line in getattr(found, name).items() if any(line.sums)}
            for name in ("schools", "owners", "duties", "months")
        }
        numbers = {
            name: {key: n for key, n in getattr(found, name).items() if n}
            for name in ("due", "opened", "cases_by_owner")
        }
        return found.total.sums, lines, numbers

    assert plain(one) == plain(other)


def test_the_sums_equal_the_live_figures_at_any_moment(two_months, people):
    schools = list(School.objects.values_list("id", flat=True))
    statuses = set(Clock.objects.values_list("status", flat=True))
    assert statuses >= {
        "RUNNING",
        "HELD",
        "MET",
        "MISSED",
        "MISSED_ORIGINAL_MET_EXTENDED",
        "CANCELLED",
        "ESCALATED",
    }
    assert RollupMark.objects.exists()  # something waits: the page must show it all the same
    for as_of in (START + timedelta(days=n) for n in (20, 45, 59, 61, 90)):
        same(
            compliance_figures.from_rollup("BUL", schools, as_of),
            compliance_figures.from_cases("BUL", two_months, as_of),
        )
    for school in schools:
        mine = list(Case.objects.filter(school=school).values_list("id", flat=True))
        same(
            compliance_figures.from_rollup("BUL", [school], date(2026, 11, 6)),
            compliance_figures.from_cases("BUL", mine, date(2026, 11, 6)),
        )
    rollup.fold(date(2026, 11, 10))
    assert not RollupMark.objects.exists()
    same(
        compliance_figures.from_rollup("BUL", schools, date(2026, 11, 10)),
        compliance_figures.from_cases("BUL", two_months, date(2026, 11, 10)),
    )
    assert rollup.compare(date(2026, 11, 10)) == []


def test_every_measure_of_the_page_is_the_one_definition(two_months):
    for as_of in (START + timedelta(days=n) for n in (10, 30, 50, 80)):
        found = compliance_figures.from_cases("BUL", two_months, as_of)
        for one in measure(as_of, case_ids=two_months):
            line = found.duties[one.kind]
            assert (line.original, line.extended) == (one.original, one.extended)
            assert line.original.open_late == one.original.open_late
    ends = [
        day
        for day, _line in compliance_figures.from_cases(
            "BUL", two_months, date(2026, 12, 1)
        ).over_time()
    ]
    for day, line in compliance_figures.from_cases(
        "BUL", two_months, date(2026, 12, 1)
    ).over_time():
        measured = measure(day, case_ids=two_months)
        assert line.original.met == sum(one.original.met for one in measured)
        assert line.extended.counted == sum(one.extended.counted for one in measured)
    assert ends[0] == date(2026, 9, 30)
    assert ends[-1] == date(2026, 12, 1)


def test_a_recused_reader_counts_the_others_alone(two_months, people):
    schools, as_of = list(School.objects.values_list("id", flat=True)), date(2026, 11, 6)
    recuse_id(two_months[0], people.supervisor.pk, "aunt", by=people.principal)
    same(
        compliance_figures.from_rollup("BUL", schools, as_of, people.supervisor),
        compliance_figures.from_cases("BUL", two_months[1:], as_of),
    )


def test_a_damaged_sum_is_found_and_made_anew(two_months):
    today = date(2026, 11, 10)
    rollup.fold(today)
    RollupPart.objects.filter(case_id=two_months[0]).delete()
    with_damage = rollup.cells()
    Case.objects.filter(pk=two_months[1]).update(owner=None)  # behind the door's back
    Case.objects.filter(pk=two_months[2]).update(owner=None)
    assert rollup.compare(today)
    assert rollup.cells() == with_damage  # comparing changes nothing
    assert rollup.rebuild(today) == 40
    assert rollup.compare(today) == []
