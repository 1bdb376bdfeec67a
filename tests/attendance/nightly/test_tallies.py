"""Counting: recount of some, of all, and a slow and obvious counter agree over generated histories."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.case.queries import attendance_report
from attendance.models import AttendanceCase, Mark, Notice, SchoolTally, Tally
from attendance.nightly import facts as facts_of
from attendance.nightly import mark_triggers, selection, tallies
from attendance.nightly.run import evaluate
from attendance.rules import law
from attendance.rules.triggers import plan_of
from casework.policy.policies import policy_for
from district.models import CalendarDay, Enrollment, School, Student, TouchedStudent


def d(month: int, day: int) -> date:
    return date(2026 if month > 6 else 2027, month, day)


LAST = d(10, 9)


def slow(student: Student, as_of: date) -> dict[str, object]:
    """Day by day, from the rows alone."""
    spans = [
        (e.school_id, e.entry_date, e.exit_date or date.max)
        for e in Enrollment.objects.filter(student=student)
    ]
    calendars = dict(School.objects.values_list("id", "calendar_id"))
    days = {
        (c.calendar_id, c.date)
        for c in CalendarDay.objects.filter(instructional=True, date__lte=as_of)
    }
    enrolled = {
        day
        for school, first, last in spans
        for calendar, day in days
        if calendar == calendars[school] and first <= day <= last
    }
    marks = [
        mark
        for mark in Mark.objects.filter(student_id=student.pk, day__lte=as_of)
        if any(
            school == mark.school_id and first <= mark.day <= last for school, first, last in spans
        )
    ]
    return {
        "unexcused": sum(mark.mark_class == 2 for mark in marks),
        "absences": sum(mark.mark_class in law.ABSENT for mark in marks),
        "days": len(enrolled),
        "schools": {
            school: sum(
                mark.mark_class in law.ABSENT and mark.school_id == school for mark in marks
            )
            for school in {m.school_id for m in marks}
        },
    }


def stored(student: Student, as_of: date) -> dict[str, object]:
    tally = Tally.objects.filter(student=student).first()
    if tally is None:
        return {}
    running = 0
    if tally.open_from is not None:
        now = (
            CalendarDay.objects.filter(calendar=tally.calendar, date__lte=as_of)
            .latest("date")
            .ordinal
        )
        running = max(now - tally.open_from, 0)
    return {
        "unexcused": tally.unexcused,
        "absences": tally.absences,
        "days": tally.closed_days + running,
        "schools": dict(
            SchoolTally.objects.filter(student=student).values_list("school_id", "absences")
        ),
    }


spans = st.lists(
    st.tuples(st.sampled_from(["1", "2"]), st.integers(0, 20), st.integers(0, 25)),
    min_size=1,
    max_size=3,
)
marks = st.lists(
    st.tuples(
        st.integers(0, 31),
        st.sampled_from(["2A", "1A", "A", "3", "T"]),
        st.sampled_from(["1", "2"]),
    ),
    max_size=12,
)
nights_of = st.lists(st.tuples(st.integers(0, 3), marks), min_size=1, max_size=3)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=spans, history=nights_of, closed=st.sets(st.integers(0, 31), max_size=2))
def test_three_ways_to_count_agree(nights, spans, history, closed):
    try:
        with transaction.atomic():
            _play(nights, spans, history, closed)
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    pass


def _play(nights, spans, history, closed) -> None:
    sis, days = nights.sis, nights.sis.school_days(LAST)
    sis.tables["enrollments"].clear()
    sis.marks.clear()
    original = dict(sis.days)
    for number, (school, start, length) in enumerate(spans):
        last = start + length
        sis.student("S1", school, entry=days[start], exit=days[last] if last < len(days) else None)
        sis.tables["enrollments"][-1]["enrollment_id"] = f"E{number}"
    try:
        for number, (gone, found) in enumerate(history):
            for key in list(sis.marks)[:gone]:
                sis.marks.pop(key)
            for index, code, school in found:
                sis.mark("S1", days[index], code, school)
            if number == len(history) - 1:
                for index in closed:
                    sis.days[days[index]] = "CLOSURE"
            run = nights.run(LAST + timedelta(days=number))
            assert run.state == "APPLIED", run.report
        as_of, student = LAST + timedelta(days=len(history) - 1), Student.objects.get()
        expected, found_counts = slow(student, as_of), stored(student, as_of)
        incremental = _rows()
        tallies.recount(as_of, policy_for("attendance", as_of).data)
        assert _rows() == incremental, "a full recount gives the same rows"
        if found_counts:
            assert found_counts == expected
        else:
            assert expected["schools"] == {}
        assert by_tallies(as_of) == by_marks(as_of), (
            "the set-based path and the general one reach the same triggers"
        )
        report = attendance_report(as_of)
        assert report["enrolled"] == (1 if expected["days"] else 0)
        assert report["unexcused_reached"]["3"] == int(
            expected["unexcused"] >= 3 and bool(expected["days"])
        )
    finally:
        sis.days = original
        sis.night += 100


def by_tallies(as_of: date) -> list[str]:
    """What the student has reached by the counts of the evening."""
    policy, year = policy_for("attendance", as_of), tallies.year_of(as_of)
    plan = plan_of(policy.data)
    assert plan.general == [], "every trigger of the model policy is decided by counts"
    selection.collect(as_of, year, plan, full=True, run_id=None)
    facts = facts_of.read(as_of, year, policy, plan, mark_triggers.Readings())
    return [key for fact in facts for key in law.reached(fact.counts, plan.plain)]


def by_marks(as_of: date) -> list[str]:
    """The same, each mark read under each trigger."""
    year, plan = tallies.year_of(as_of), plan_of(policy_for("attendance", as_of).data)
    found = mark_triggers.readings(
        as_of, year, plan, students_table=None, rules=list(plan.rules.values())
    )
    assert found.refused == []
    return [each.key for reached in found.reached.values() for each in reached]


def _rows() -> list[tuple[object, ...]]:
    names = (
        "student_id",
        "unexcused",
        "excused",
        "suspension",
        "unknown",
        "absences",
        "tardies",
        "closed_days",
        "open_from",
        "calendar_id",
    )
    return sorted(Tally.objects.values_list(*names)) + sorted(
        SchoolTally.objects.values_list(*names, "school_id")
    )


def test_a_full_recount_without_change_writes_nothing(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3))
    nights.run(d(9, 10))
    assert tallies.recount(d(9, 10), policy_for("attendance", d(9, 10)).data) == tallies.Recount(
        0, 0
    )


def test_the_last_mark_that_vanishes_is_a_correction_too(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.marks.clear()
    nights.run(d(9, 14))
    assert not Tally.objects.exists()
    assert Notice.objects.get().state == "WITHDRAWN_CORRECTION"
    assert AttendanceCase.objects.get().closed_reason == "CORRECTED"


def test_a_new_reason_is_no_correction(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10), d(9, 17), d(10, 1), d(10, 8))
    nights.run(d(10, 8))
    nights.sis.mark("S1", d(9, 3), "2A", reason_text="slept late")
    run = nights.run(d(10, 9))
    assert run.report["files"]["attendance.csv"]["changed"] == 1
    assert run.report["evaluation"]["reviews"] == 0


def test_a_correction_whose_evaluation_came_late_is_still_seen(nights):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    nights.sis.mark("S1", d(9, 3), "1A")
    run = nights.run(d(9, 14))
    assert AttendanceCase.objects.get().state == "CLOSED"
    assert not TouchedStudent.objects.filter(run=run).exists(), (
        "what was evaluated is forgotten, what was not stays"
    )


def test_a_student_who_left_is_looked_at_once_more_and_then_left_alone(nights):
    nights.sis.absent("S1", *nights.sis.school_days(d(9, 25))[3:22:4], code="1A")
    nights.sis.tables["enrollments"][0]["exit_date"] = "2026-09-25"
    nights.run(d(9, 25))
    assert Tally.objects.get().open_from is not None
    assert evaluate(d(12, 1)).students == 1
    tally = Tally.objects.get()
    assert (tally.open_from, tally.evaluate_at, tally.closed_days) == (None, None, 22)
    assert evaluate(d(12, 2)).students == 0


@pytest.mark.scenario("A-12")
def test_tardies_convert_alike_in_tally_and_report(nights, settings, tmp_path):
    import shutil

    from casework.policy.policies import forget_policies

    shutil.copytree(settings.POLICY_DIR, tmp_path / "policies")
    file = tmp_path / "policies" / "nc-cms.yaml"
    file.write_text(
        file.read_text().replace(
            "conversion: {tardy: null}", "conversion: {tardy: {count: 5, min_minutes: 15}}"
        )
    )
    settings.POLICY_DIR = tmp_path / "policies"
    forget_policies()
    try:
        for index, minutes in enumerate((15, 20, 15, 14, 30, 15)):
            nights.sis.mark(
                "S1",
                nights.sis.school_days(LAST)[index],
                "T",
                minutes_absent=str(minutes),
                minutes_scheduled="390",
            )
        nights.run(LAST)
        assert Tally.objects.get().unexcused == 1, (
            "five of at least 15 minutes; the one of 14 does not count"
        )
        nights.sis.absent("S1", *nights.sis.school_days(LAST)[10:12])
        nights.run(LAST + timedelta(days=3))
        assert attendance_report(LAST + timedelta(days=3))["unexcused_reached"]["3"] == 1
    finally:
        forget_policies()
