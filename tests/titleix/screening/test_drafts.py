"""A long form can be left and gone on with: what was typed is kept sealed, for its author alone,
until the step is taken."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from casework.access.grants import recuse
from casework.models import Draft, Event
from tests.titleix.dashboards.test_pages import MOST_OF_A_CASE, browser

SAID = "Half of it: the coach was there, I must call again."


@pytest.fixture
def screening(report, staff):
    with time_machine.travel(datetime(2026, 9, 9, 15, tzinfo=UTC), tick=False):
        report("triage", staff.coordinator, "2026-09-08")
        yield f"/cases/{report.number}/steps/screen"


def kept(client, address: str, **more: str):
    return client.post(
        address,
        {
            "q1": "Y",
            "rationale": SAID,
            "on_school_property": "on",
            "draft": "keep",
            "revision": "1",
            "key": "",
            **more,
        },
    )


def test_a_screening_is_left_and_gone_on_with(
    report, staff, screening, django_assert_max_num_queries
):
    client, before = browser(staff.coordinator), Event.objects.count()
    answer = kept(client, screening, people=["a", "b"])
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{report.number}")
    assert (Event.objects.count(), report.state) == (before, report.state), (
        "nothing of the case has changed"
    )
    with django_assert_max_num_queries(MOST_OF_A_CASE):
        assert (
            f'Your drafts: <a href="{screening}">'
            in client.get(f"/cases/{report.number}").content.decode()
        )
    page = client.get(screening).content.decode()
    assert SAID in page
    assert re.search(r'<input[^>]*name="q1"[^>]*value="Y"[^>]*checked', page)
    assert re.search(r'<input[^>]*name="on_school_property"[^>]*checked', page)
    assert not re.search(r'<input[^>]*name="abuse_suspected"[^>]*checked', page)
    assert "9 Sep 2026" in page
    kept(client, screening, rationale="Anew.")
    assert Draft.objects.count() == 1, "a later draft takes the place of the earlier one"
    assert "Anew." in client.get(screening).content.decode()


def test_nobody_else_finds_it_and_it_lies_sealed(report, staff, screening, people):
    kept(browser(staff.coordinator), screening)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(d::text, ' ') FROM casework_draft d")
        assert "coach" not in cursor.fetchone()[0]
    other = browser(staff.deputy)
    assert SAID not in other.get(screening).content.decode()
    assert "Your drafts" not in other.get(f"/cases/{report.number}").content.decode()
    assert kept(browser(staff.outsider), screening).status_code == 404
    recuse(report.case, staff.coordinator, "aunt", by=people.supervisor)
    assert browser(staff.coordinator).get(screening).status_code == 404
    assert Draft.objects.count() == 1


def test_it_goes_when_the_step_is_taken_or_when_its_author_throws_it_away(report, staff, screening):
    client, note = browser(staff.coordinator), f"/cases/{report.number}/steps/add_note"
    client.post(note, {"text": "a first thought", "draft": "keep"})
    kept(client, screening)
    assert client.post(note, {"text": ""}).status_code == 422
    assert Draft.objects.count() == 2, "a refusal loses nothing"
    client.post(note, {"text": "the whole thought"})
    assert list(Draft.objects.values_list("step", flat=True)) == ["screen"]
    client.post(screening, {"draft": "forget"})
    assert not Draft.objects.exists()


def test_what_is_no_draft_of_a_step_here_is_kept_nowhere(report, staff, screening):
    client = browser(staff.coordinator)
    assert client.post(
        f"/cases/{report.number}/steps/nonsense", {"text": "x", "draft": "keep"}
    ).status_code in (403, 404, 409)
    kept(client, screening, rationale="\x00 \ud7ff" * 3)
    assert client.get(screening).status_code == 200
    client.post(screening, {"draft": "zzz"})
    assert Draft.objects.count() == 1
