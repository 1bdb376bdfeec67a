"""Transfer, withdrawal and return, hold, year end: nobody is lost, nobody is handed over without
being received."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from attendance.models import AttendanceCase, Notice
from casework.access import rights
from casework.engine.errors import Invalid, NotNow, UnknownCase
from casework.engine.services import act
from casework.models import Clock
from casework.scheduler.run import sweep
from district.models import SchoolYear, TouchedStudent


def d(month: int, day: int) -> date:
    return date(2026 if month > 6 else 2027, month, day)


def again(user):
    return type(user).objects.get(pk=user.pk)


@pytest.fixture
def opened(nights, people):
    nights.sis.absent("S1", d(9, 1), d(9, 3), d(9, 10))
    nights.run(d(9, 10))
    return nights.case("S1")


def move(nights, on: date, last: date) -> None:
    nights.sis.tables["enrollments"][0]["exit_date"] = last.isoformat()
    nights.sis.student("S1", "2", entry=on)
    nights.run(on)


def test_a_transfer_is_pending_until_the_receiving_school_accepts(nights, people, opened):
    notice = Clock.objects.get(case=opened, kind="notice_L3")
    move(nights, d(9, 14), d(9, 11))
    opened.refresh_from_db()
    assert (opened.state, opened.school.school_id, opened.owner) == ("TRANSFER_PENDING", "2", None)
    assert Clock.objects.get(case=opened, kind="transfer_accept").due == d(9, 16)
    assert Clock.objects.get(pk=notice.pk).due == notice.due
    assert not rights.can(again(people.worker), "view_cases", opened)
    assert rights.can(again(people.colleague), "view_cases", opened)
    with pytest.raises(UnknownCase):
        act(
            opened.number,
            "accept_transfer",
            actor=again(people.worker),
            data={"text": "mine"},
            on=d(9, 15),
        )
    act(
        opened.number,
        "accept_transfer",
        actor=again(people.colleague),
        data={"text": "met the mother"},
        on=d(9, 15),
    )
    opened.refresh_from_db()
    assert (
        opened.state,
        opened.owner,
        Clock.objects.get(case=opened, kind="transfer_accept").status,
    ) == ("WATCH", people.colleague, "MET")
    nights.run(d(9, 16))
    opened.refresh_from_db()
    assert opened.state == "WATCH"


def test_a_case_that_is_handed_over_is_raised_all_the_same(nights, people, opened):
    move(nights, d(9, 14), d(9, 11))
    nights.sis.absent("S1", d(9, 14), d(9, 15), d(9, 16), school="2")
    nights.run(d(9, 16))
    opened.refresh_from_db()
    assert (opened.state, opened.attendancecase.stage) == ("TRANSFER_PENDING", "TIER2")
    assert "ROOT_CAUSE" in set(opened.tasks.filter(status="OPEN").values_list("kind", flat=True))
    act(
        opened.number,
        "accept_transfer",
        actor=again(people.colleague),
        data={"text": "ok"},
        on=d(9, 17),
    )
    opened.refresh_from_db()
    assert opened.state == "TIER2"


def test_a_student_who_left_closes_and_comes_back_with_the_return(nights, people, opened):
    nights.sis.tables["enrollments"][0]["exit_date"] = "2026-09-16"
    nights.run(d(9, 17))
    opened.refresh_from_db()
    assert (opened.state, opened.closed_reason, opened.next_due) == ("CLOSED", "WITHDRAWN", None)
    assert set(Clock.objects.filter(case=opened).values_list("status", flat=True)) == {"CANCELLED"}
    nights.sis.student("S1", "1", entry=d(10, 5))
    nights.run(d(10, 5))
    opened.refresh_from_db()
    assert (opened.state, opened.episode) == ("WATCH", 2)


def test_a_hold_has_a_reason_and_an_end(nights, people, opened):
    with pytest.raises(Invalid):
        act(
            opened.number,
            "hold_case",
            actor=again(people.supervisor),
            data={"until": "2026-12-01", "reason": "x"},
            on=d(9, 11),
        )
    act(
        opened.number,
        "hold_case",
        actor=again(people.supervisor),
        data={"until": "2026-10-01", "reason": "family asked"},
        on=d(9, 11),
    )
    opened.refresh_from_db()
    assert (opened.state, Clock.objects.get(case=opened, kind="hold_end").due) == (
        "ON_HOLD",
        d(10, 1),
    )
    act(
        opened.number,
        "resume_case",
        actor=again(people.worker),
        data={"reason": "they are back"},
        on=d(9, 25),
    )
    opened.refresh_from_db()
    assert (opened.state, Clock.objects.get(case=opened, kind="hold_end").status) == (
        "WATCH",
        "CANCELLED",
    )


@pytest.mark.scenario("A-26")
def test_the_year_ends_and_the_next_one_knows(nights, people, opened):
    act(opened.number, "raise_tier3", actor=again(people.worker), data={"reason": "x"}, on=d(9, 14))
    year = SchoolYear.objects.get()
    moment = datetime(year.ends.year, year.ends.month, year.ends.day, 12, tzinfo=UTC)
    sweep(moment)
    opened.refresh_from_db()
    assert opened.state == "TIER3", "the last day is still in the year"
    from datetime import timedelta

    sweep(moment + timedelta(days=1))
    opened.refresh_from_db()
    assert (opened.state, opened.closed_reason, opened.closed_on) == (
        "CLOSED",
        "YEAR_END",
        year.ends,
    )
    assert AttendanceCase.objects.get(pk=opened.pk).stage == "TIER3"


def test_a_student_who_left_and_comes_back_at_another_school_is_handed_over_in_the_same_night(
    nights, people, opened
):
    nights.sis.tables["enrollments"][0]["exit_date"] = "2026-09-16"
    nights.run(d(9, 17))
    nights.sis.student("S1", "2", entry=d(10, 5))
    assert nights.run(d(10, 5)).state == "APPLIED"
    opened.refresh_from_db()
    assert (opened.state, opened.episode, opened.school.school_id) == ("TRANSFER_PENDING", 2, "2")
    act(
        opened.number,
        "accept_transfer",
        actor=again(people.colleague),
        data={"text": "ok"},
        on=d(10, 6),
    )
    opened.refresh_from_db()
    assert opened.state == "WATCH"


def test_a_letter_that_never_left_begins_anew_when_the_student_is_back(nights, people, opened):
    """Nobody told the family while the case was closed: what ended unsent counts as no notice."""
    old = Notice.objects.get(case=opened)
    nights.sis.tables["enrollments"][0]["exit_date"] = "2026-09-16"
    nights.run(d(9, 17))
    nights.sis.student("S1", "1", entry=d(10, 5))
    nights.run(d(10, 5))
    fresh = Notice.objects.exclude(pk=old.pk).get(case=opened)
    assert (fresh.covers, fresh.state, fresh.detected_on) == (["L3"], "DUE", d(10, 5))
    assert Clock.objects.get(process=fresh).status == "RUNNING"
    nights.run(d(10, 6))
    assert Notice.objects.filter(case=opened).count() == 2
    old.refresh_from_db()
    assert old.breached_on is None


def test_what_a_person_reopens_is_looked_at_the_next_evening(nights, people, opened):
    act(
        opened.number,
        "draft",
        actor=again(people.worker),
        data={"language": "en"},
        process=Notice.objects.get(case=opened).pk,
        on=d(9, 11),
    )
    nights.sis.tables["enrollments"][0]["exit_date"] = "2026-09-16"
    nights.run(d(9, 17))
    act(
        opened.number,
        "reopen",
        actor=again(people.worker),
        data={"reason": "seen at the school"},
        on=d(9, 18),
    )
    assert TouchedStudent.objects.filter(student_id=opened.attendancecase.student_id).exists()
    nights.sis.student("S2")  # an evening whose file says nothing of this student
    nights.sis.absent("S2", d(9, 18))
    nights.run(d(9, 21))
    opened.refresh_from_db()
    assert opened.state == "CLOSED", (
        "the files say that the student left: looked at, and closed again"
    )
    assert not TouchedStudent.objects.exists()


def test_nobody_steps_down_while_a_higher_threshold_stands(nights, people, opened):
    nights.sis.absent("S1", *(d(9, day) for day in (28, 29, 30)))
    nights.run(d(9, 30))  # six of 26 days: more than a fifth
    nights.sis.present("S1", d(9, 1), d(9, 3))
    nights.run(d(10, 1))
    opened.refresh_from_db()
    assert opened.state == "TIER3"
    assert opened.tasks.filter(kind="REVIEW_CORRECTION", status="OPEN").exists()
    with pytest.raises(NotNow, match="CH10"):
        act(
            opened.number,
            "step_down",
            actor=again(people.worker),
            data={"reason": "corrected"},
            on=d(10, 2),
        )
    nights.sis.present("S1", d(9, 28), d(9, 29), d(9, 30))
    nights.run(d(10, 2))
    act(
        opened.number,
        "step_down",
        actor=again(people.worker),
        data={"reason": "corrected"},
        on=d(10, 5),
    )
    nights.run(d(10, 5))
    opened.refresh_from_db()
    assert opened.state == "WATCH", "the machine does not raise it again the same evening"


def test_a_letter_that_left_in_time_and_came_back_is_not_late(nights, people, opened):
    notice = Notice.objects.get(case=opened)
    nights.sis.absent("S1", *(d(9, day) for day in (8, 9, 11)))
    nights.run(d(9, 11))
    six = Notice.objects.exclude(pk=notice.pk).get(case=opened)
    for name, who, data in (
        ("draft", people.worker, {"language": "en"}),
        ("sign", people.principal, {"confirm": "on"}),
        ("send", people.mailer, {"on": str(d(9, 14)), "means": "mail"}),
        ("come_back", people.mailer, {"on": str(d(9, 21))}),
        ("reissue", people.worker, {"reason": "new address"}),
    ):
        act(opened.number, name, actor=again(who), data=data, process=six.pk, on=d(9, 21))
    nights.sis.absent("S1", d(9, 21), d(9, 22))
    nights.run(d(9, 22))
    fresh = Notice.objects.get(replaces=six)
    assert (fresh.state, fresh.breached_on) == ("DUE", None)
