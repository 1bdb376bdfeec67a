"""One step for many cases, the way to the next duty, the shelves of the home page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from attendance.models import AttendanceCase
from casework.engine.services import act
from casework.models import Event
from casework.pages import worklist
from tests.pages import Page

DAY = date(2026, 9, 10)
NOON = datetime(2026, 9, 10, 16, tzinfo=UTC)


@pytest.fixture
def cases(people, nights) -> list[AttendanceCase]:
    for number in range(1, 5):
        nights.sis.student(f"S{number}").absent(
            f"S{number}", date(2026, 9, 1), date(2026, 9, 3), DAY
        )
    nights.run(DAY)
    return list(AttendanceCase.objects.order_by("number"))


@time_machine.travel(NOON, tick=False)
def test_one_step_for_many_is_taken_in_each(cases, people, sign_in, django_assert_max_num_queries):
    client, numbers = sign_in(people.worker), [case.number for case in cases]
    with django_assert_max_num_queries(12):
        page = client.post("/cases/bulk", {"numbers": numbers}).content.decode()
    assert "possible in 4 of 4" in page
    assert 'value=".log_contact"' in page
    key = Page(client.post("/cases/bulk", {"numbers": numbers, "step": ".log_contact"})).value(
        "key"
    )
    wrong = client.post(
        "/cases/bulk",
        {"numbers": numbers, "step": ".log_contact", "key": key, "go": "1", "text": "kept words"},
    )
    assert wrong.status_code == 422
    assert "kept words" in wrong.content.decode()
    assert not Event.objects.filter(name="log_contact").exists()
    good = {
        "numbers": numbers,
        "step": ".log_contact",
        "key": key,
        "go": "1",
        "means": "phone",
        "result": "left_message",
    }
    assert client.post("/cases/bulk", good).content.decode().count("done") >= 4
    client.post("/cases/bulk", good)
    assert Event.objects.filter(name="log_contact").count() == 4, (
        "the same key again changes nothing"
    )


@time_machine.travel(NOON, tick=False)
def test_letters_for_many_are_drafted_in_one_go(cases, people, sign_in):
    numbers = [case.number for case in cases]
    answer = sign_in(people.worker).post(
        "/cases/bulk",
        {"numbers": numbers, "step": "NOTICE.draft", "key": "k", "go": "1", "language": "en"},
    )
    assert answer.status_code == 200
    assert {document.code for case in cases for document in case.documents.all()} == {"L3"}


def test_what_is_refused_in_one_is_told_and_stops_no_other(cases, people, sign_in):
    act(
        cases[0].number,
        "notify",
        actor=people.worker,
        process=cases[0].processes.get().id,
        on=DAY,
        data={"on": DAY, "means": "phone", "spoken_to": "mother"},
    )
    drafts = {
        "numbers": [case.number for case in cases],
        "step": "NOTICE.draft",
        "key": "k",
        "go": "1",
        "language": "en",
    }
    page = Page(sign_in(people.worker).post("/cases/bulk", drafts))
    assert page.texts("//td").count("done") == 3
    assert "not possible here now" in page.text


def test_a_stranger_learns_nothing_from_many_cases(cases, people, sign_in):
    for user in (people.colleague, people.stranger, people.admin, people.root):
        answer = sign_in(user).post(
            "/cases/bulk",
            {"numbers": [case.number for case in cases] + ["x", "ATT-2026-999999", "\x01"]},
        )
        assert answer.status_code == 404, user
    assert sign_in(people.worker).post("/cases/bulk", {}).status_code == 404
    assert (
        sign_in(people.worker)
        .post("/cases/bulk", {"numbers": [cases[0].number], "step": "nonsense"})
        .status_code
        == 200
    )


def test_the_next_duty_is_one_click_away(cases, people, sign_in):
    number = cases[0].number
    assert sign_in(people.worker).get(f"/cases/{number}/next").url.endswith("/steps/draft")
    assert sign_in(people.supervisor).get(f"/cases/{number}/next").url == f"/cases/{number}"
    assert sign_in(people.colleague).get(f"/cases/{number}/next").status_code == 404


def test_suggestions_show_names_to_those_who_may(cases, people, sign_in):
    found = sign_in(people.worker).post("/search/suggest", {"words": "TestS1"}).json()["cases"]
    assert [row["number"] for row in found] == [cases[0].number]
    assert sign_in(people.colleague).post("/search/suggest", {"words": "TestS1"}).json() == {
        "cases": []
    }
    assert sign_in(people.worker).post("/search/suggest", {"words": "T"}).json() == {"cases": []}


def test_the_shelves_of_the_desk(cases, people, sign_in):
    with time_machine.travel(datetime(2026, 9, 15, 16, tzinfo=UTC), tick=False):
        shelves = worklist.shelves(people.worker)
        assert [row.number for row in shelves["today"]] == [case.number for case in cases]
        assert {row.gone for row in shelves["today"]} == {60}
        assert (
            "Nothing else falls due this week." in sign_in(people.worker).get("/").content.decode()
        )
    with time_machine.travel(NOON, tick=False):
        shelves = worklist.shelves(people.worker)
        assert (shelves["today"], len(shelves["new"])) == ([], 4)
