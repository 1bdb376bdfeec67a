"""A simulated year: nights and human steps at random. Whatever happens, what must always hold,
holds; the same seed, the same year."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from attendance.models import AttendanceCase, Mark, MarkVersion, Notice
from attendance.nightly import tallies
from attendance.nightly.run import evaluate
from attendance.rules import law
from attendance.simulation.school_year import Simulation
from casework.audit import hash_chain
from casework.models import Clock, Rung, Task
from casework.policy.policies import policy_for
from district.models import Enrollment, School, Student

BEFORE_SENT = ("DUE", "DRAFT", "SIGNED")


def always(night: date) -> None:
    """What holds after every night, whatever happened."""
    the_counts_are_those_of_a_full_recount(night)
    no_promise_is_without_a_clock()
    no_case_is_lost_in_a_transfer(night)
    letters_say_what_was_known_on_their_day(night)


def the_counts_are_those_of_a_full_recount(night: date) -> None:
    assert tallies.recount(night, policy_for("attendance", night).data) == tallies.Recount(0, 0), (
        night
    )
    evaluate(night)  # what people did since: those whom the next evening would look at
    again = evaluate(night, full=True)
    assert (again.opened, again.steps, again.refused) == (0, {}, []), night


def no_promise_is_without_a_clock() -> None:
    running = Clock.objects.filter(status__in=("RUNNING", "HELD"))
    for notice in Notice.objects.filter(closed_on=None, state__in=BEFORE_SENT):
        assert running.filter(process=notice, kind__startswith="notice_").exists(), notice.code
    for task in Task.objects.filter(status="OPEN").exclude(clock=None).select_related("clock"):
        assert task.clock.status in ("RUNNING", "HELD"), task.kind
    for clock in running.select_related("case"):
        assert clock.case.closed_on is None, clock.kind
        assert Rung.objects.filter(clock=clock).exists(), clock.kind
    for case in AttendanceCase.objects.filter(closed_on=None):
        due = (
            running.filter(case=case, status="RUNNING")
            .order_by("due")
            .values_list("due", flat=True)
            .first()
        )
        assert case.next_due == due, case.number


def no_case_is_lost_in_a_transfer(night: date) -> None:
    for case in AttendanceCase.objects.filter(state="TRANSFER_PENDING"):
        assert Task.objects.filter(case=case, kind="ACCEPT_TRANSFER", status="OPEN").exists(), (
            case.number
        )
        assert Clock.objects.filter(
            case=case, kind="transfer_accept", status__in=("RUNNING", "HELD")
        ).exists(), case.number
    for case in AttendanceCase.objects.filter(closed_on=None):
        now = Enrollment.objects.filter(student=case.student, entry_date__lte=night)
        assert case.school_id in {
            row.school_id for row in now if row.exit_date is None or row.exit_date >= night
        }, case.number


def letters_say_what_was_known_on_their_day(night: date) -> None:
    for notice in Notice.objects.filter(detected_on=night).select_related("case__attendancecase"):
        student = notice.case.attendancecase.student_id
        now = {
            row.day
            for row in Mark.objects.filter(
                student_id=student,
                mark_class=law.MarkClass.UNEXCUSED,
                known_from__lte=night,
                day__lte=night,
            )
        }
        then = {
            row.day
            for row in MarkVersion.objects.filter(
                student_id=student,
                mark_class=2,
                known_from__lte=night,
                known_to__gt=night,
                day__lte=night,
            )
        }
        if notice.replaces_id is None:
            assert set(notice.cited) == now | then, notice.code
            assert notice.count == len(notice.cited)


class _Undo(Exception):
    """Takes one year back, so that the next begins in an empty district."""


def year(tmp_path, **said) -> Simulation:
    """Play a year with everything watched, and take it back."""
    simulation = Simulation(watch=always, **said)
    folder = tmp_path / f"{said['seed']}-{len(list(tmp_path.iterdir()))}"
    try:
        with transaction.atomic():
            simulation.run(folder)
            assert list(hash_chain.breaks()) == [], "the chain is intact"
            raise _Undo
    except _Undo:
        assert not Student.objects.exists()
    return simulation


# One year is some 12 deliveries and some hundred steps; without shrinking, for a year cannot be
# made smaller by parts. Other years each time: what fails says its seed, and `year` plays it again.
# Who changes the engine plays fifty of them: `max_examples`.
@settings(
    max_examples=3,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    seed=st.integers(0, 2**32),
    students=st.integers(3, 5),
    every=st.integers(12, 18),
    eager=st.sampled_from([0.15, 0.4, 0.8]),
)
def test_whatever_happens_in_a_year(db, tmp_path, seed, students, every, eager):
    note(f"{seed=} {students=} {every=} {eager=}")
    simulation = year(tmp_path, seed=seed, students=students, every=every, eager=eager)
    assert simulation.played >= 10


def test_people_do_work_in_such_a_year(db, tmp_path):
    """The walk above is no empty promise: cases are worked on by many different steps."""
    simulation = year(tmp_path, seed=3, students=8, every=12, eager=0.7)
    assert sum(simulation.steps.values()) > 30
    assert {"notify", "draft", "log_contact", "record_causes"} <= set(simulation.steps)


def run(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command("simulate_year", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_same_seed_is_the_same_year_and_nothing_is_kept(db):
    small = ("--students", "8", "--every", "10", "--nights", "71")
    first, again, other = (
        run("--seed", "5", *small),
        run("--seed", "5", *small),
        run("--seed", "6", *small),
    )
    assert first == again
    assert first["hash"] != other["hash"]
    assert first["cases"] > 0
    assert first["notices"] > 0
    assert first["alerts"] > 0
    assert not Student.objects.exists()
    assert not School.objects.exists()


def test_a_district_is_never_simulated_over(nights):
    nights.run(date(2026, 8, 25))
    with pytest.raises(CommandError, match="empty database"):
        run("--seed", "1")


@pytest.mark.parametrize(
    "wrong", [("--students", "0"), ("--every", "0"), ("--nights", "0"), ("--students", "1000000")]
)
def test_limits(db, wrong):
    with pytest.raises(CommandError, match="must lie between"):
        run("--seed", "1", *wrong)
