"""Transfer, withdrawal and return, hold, year end: nobody is lost, nobody is handed over without being received."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from attendance.models import AttendanceCase
from casework import access
from casework.errors import Invalid, UnknownCase
from casework.models import Clock
from casework.services import act
from casework.sweep import sweep
from district.models import SchoolYear


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
    assert not access.can(again(people.worker), "view_cases", opened)
    assert access.can(again(people.colleague), "view_cases", opened)
    with pytest.raises(UnknownCase):
        act(opened.number, "accept_transfer", actor=again(people.worker), data={"text": "mine"}, on=d(9, 15))
    act(opened.number, "accept_transfer", actor=again(people.colleague), data={"text": "met the mother"}, on=d(9, 15))
    opened.refresh_from_db()
    assert (opened.state, opened.owner, Clock.objects.get(case=opened, kind="transfer_accept").status) == ("WATCH", people.colleague, "MET")
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
    act(opened.number, "accept_transfer", actor=again(people.colleague), data={"text": "ok"}, on=d(9, 17))
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
        act(opened.number, "hold_case", actor=again(people.supervisor), data={"until": "2026-12-01", "reason": "x"}, on=d(9, 11))
    act(opened.number, "hold_case", actor=again(people.supervisor), data={"until": "2026-10-01", "reason": "family asked"}, on=d(9, 11))
    opened.refresh_from_db()
    assert (opened.state, Clock.objects.get(case=opened, kind="hold_end").due) == ("ON_HOLD", d(10, 1))
    act(opened.number, "resume_case", actor=again(people.worker), data={"reason": "they are back"}, on=d(9, 25))
    opened.refresh_from_db()
    assert (opened.state, Clock.objects.get(case=opened, kind="hold_end").status) == ("WATCH", "CANCELLED")


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
    assert (opened.state, opened.closed_reason, opened.closed_on) == ("CLOSED", "YEAR_END", year.ends)
    assert AttendanceCase.objects.get(pk=opened.pk).stage == "TIER3"
