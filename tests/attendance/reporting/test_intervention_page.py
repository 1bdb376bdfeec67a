"""K7 from stored marks to the page of a supervisor."""

from __future__ import annotations

import random
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import AttendanceCase, EffectPair, Notice
from attendance.reporting import intervention_queries
from attendance.reporting.intervention_effect import WINDOW
from casework.engine.services import act
from casework.models import Case
from district.models import School, SchoolYear
from tests.worlds import world

SENT = date(2026, 10, 26)


@world
def served(nights, people):
    """Sixty students who miss much; half of them get the six-day letter on one day, and miss less
    afterwards."""
    rng, sis = random.Random(5), nights.sis
    days = sis.school_days(date(2027, 1, 29))
    middle = days.index(SENT)
    for number in range(2, 62):
        sis.student(f"S{number}")
        chosen = number % 2 == 0
        sis.absent(f"S{number}", *rng.sample(days[middle - WINDOW : middle], 7))
        sis.absent(f"S{number}", *rng.sample(days[middle : middle + WINDOW], 1 if chosen else 5))
    nights.run(SENT)
    letters = Notice.objects.filter(covers__contains=["L6"]).select_related("case")
    for notice in letters:
        if int(notice.case.attendancecase.student.student_id[1:]) % 2 == 0:
            for name, who, data in (
                ("draft", people.worker, {"language": "en"}),
                ("sign", people.principal, {"confirm": "on"}),
                ("send", people.mailer, {"on": SENT.isoformat(), "means": "mail"}),
            ):
                act(notice.case.number, name, actor=who, data=data, process=notice.id, on=SENT)
    nights.run(days[middle + WINDOW])
    return days[middle + WINDOW]


def test_letters_and_visits_are_measured_when_their_windows_are_over(served, people, nights):
    number = AttendanceCase.objects.filter(student__student_id="S2").get().number
    act(
        number,
        "log_contact",
        actor=people.worker,
        data={"means": "visit", "result": "reached"},
        on=SENT,
    )
    act(
        number,
        "log_contact",
        actor=people.worker,
        data={"means": "visit", "result": "no_answer"},
        on=SENT,
    )
    assert intervention_queries.compute(date(2026, 11, 20)) == 0, (
        "the twenty days after are not over"
    )
    assert intervention_queries.compute(served) == 31
    assert EffectPair.objects.filter(kind="HOME_VISIT").count() == 1
    letter = EffectPair.objects.get(kind="L6", student__student_id="S4")
    assert (letter.before, letter.after, letter.on, letter.computed_for) == (7, 1, SENT, served)
    assert letter.others == pytest.approx(2.0), "similar students missed seven days, then five"
    assert intervention_queries.compute(served) == 31, "measured anew, not twice"
    assert EffectPair.objects.count() == 31


def test_the_page_of_a_supervisor(served, people, client):
    intervention_queries.compute(served)
    with time_machine.travel(served):
        client.force_login(people.supervisor)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/effects").content.decode()
    assert len(queries) <= 12
    assert "Six-day letter" in page
    assert "20.0" in page, "six fewer days, of which two by themselves: four of twenty days"
    assert "30.0" in page
    assert "More than similar students." in page
    assert "TestS" not in page
    year = SchoolYear.objects.get()
    (row,) = intervention_queries.report(people.supervisor, year)["rows"]
    assert row.effect.n == 30
    assert row.effect.matched > 24, "each of the thirty others stands in for one of them at most"
    assert row.effect.effect.points == pytest.approx(20.0)
    assert row.effect.raw.points == pytest.approx(30.0)


def test_the_compliance_report_tells_the_same_with_its_caution(served, people, client):
    intervention_queries.compute(served)
    with time_machine.travel(served):
        client.force_login(people.supervisor)
        page = client.get(reverse("compliance-report"), {"part": "help"}).content.decode()
    found = intervention_queries.measured(Case.objects.all(), SchoolYear.objects.get())
    (one,) = found.shown
    missing = [
        text
        for text in (
            f"{one.before:.1f} %",
            f"{one.after:.1f} %",
            "+20.0",
            "Six-day letter",
            "worst weeks pass",
        )
        if text not in page
    ]
    assert missing == []
    (row,) = intervention_queries.report(people.supervisor, SchoolYear.objects.get())["rows"]
    assert row.effect == one


def test_only_supervisors_see_it_and_only_their_schools(served, people, client, nights):
    intervention_queries.compute(served)
    for person in (people.worker, people.principal, people.admin, people.stranger, people.root):
        client.force_login(person)
        assert client.get("/effects").status_code == 404

    EffectPair.objects.update(school=School.objects.get(school_id="2"))
    assert intervention_queries.report(people.supervisor, SchoolYear.objects.get())["rows"] == []


@pytest.mark.parametrize("query", ["", "?year=1999", "?year=99999999999999999999", "?year[]=x"])
def test_before_anything_was_measured_the_page_says_so(nights, people, client, query):
    client.force_login(people.supervisor)
    answer = client.get(f"/effects{query}")
    assert answer.status_code == 200
    assert "Nothing to show yet" in answer.content.decode()
