"""The register of trainings: what is entered there is what the guard of an assignment asks for
(T-37)."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from casework.engine.errors import Invalid
from district.models import User
from tests.titleix.lives import complaint
from titleix.models import Training

GIVEN = {
    "roles": ["decision_maker", "appeal_officer"],
    "title": "2020 rule",
    "completed_on": "2026-10-01",
    "valid_until": "2027-09-30",
    "material": "https://example.org/material",
}


@pytest.fixture
def frozen():
    with time_machine.travel("2026-10-02T15:00Z", tick=False) as traveller:
        yield traveller


def browser(user: User) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_a_training_that_is_entered_opens_the_function(report, staff, frozen):
    Training.objects.filter(user=staff.decider).delete()
    walk = complaint(report)
    with pytest.raises(Invalid):
        walk.assign("decision_maker", staff.decider, "2026-10-02")
    client = browser(staff.coordinator)
    assert (
        client.post("/title-ix/trainings", GIVEN | {"user": str(staff.decider.pk)}).status_code
        == 302
    )
    walk.assign("decision_maker", staff.decider, "2026-10-02")
    page = client.get("/title-ix/trainings").content.decode()
    assert "Appeal officer" in page
    assert "https://example.org/material" in page


@pytest.mark.parametrize(
    "bad",
    [
        {"user": "0"},
        {"roles": ["nobody"]},
        {"title": "x" * 201},
        {"completed_on": "2026-10-03"},
        {"valid_until": "2026-10-01"},
        {"material": "javascript:alert(1)"},
        {"title": "\x00"},
        {"completed_on": "9999-99-99"},
        {},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(staff, frozen, bad):
    before = Training.objects.count()
    answer = browser(staff.coordinator).post("/title-ix/trainings", GIVEN | bad)
    assert answer.status_code == 422
    assert Training.objects.count() == before


def test_only_coordinators_know_the_register(staff, frozen, django_assert_max_num_queries):
    for user in (staff.investigator, staff.outsider, staff.principal, staff.root, staff.admin):
        assert browser(user).get("/title-ix/trainings").status_code == 404
    client = browser(staff.coordinator)
    with django_assert_max_num_queries(12):
        assert client.get("/title-ix/trainings").status_code == 200
