"""One's own API tokens and the description of the API as pages."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from district.models import ApiToken, Post, Role, Scope
from district.tokens import MOST_DAYS, find, issue


@pytest.fixture
def me(client, people):
    client.force_login(people.worker, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_token_is_shown_once_and_ended(me, people):
    answer = me.post(
        reverse("tokens"), {"name": "my sheet", "scopes": [Scope.READ, Scope.INBOX], "days": "30"}
    )
    secret = re.search(r'value="(hf_[^"]+)"', answer.content.decode())[1]
    token = find(secret)
    assert token.user == people.worker
    assert set(token.scopes) == {"cases:read", "inbox"}
    again = me.get(reverse("tokens")).content.decode()
    assert secret not in again
    assert token.prefix in again
    assert me.post(reverse("token-end", args=[token.pk])).status_code == 302
    assert find(secret) is None
    assert me.post(reverse("token-end", args=[token.pk])).status_code == 404


def test_who_made_and_who_ended_a_token_is_kept(me, people):
    me.post(reverse("tokens"), {"name": "kept", "scopes": [Scope.READ], "days": "30"})
    me.post(reverse("token-end", args=[ApiToken.objects.get().pk]))
    events = list(
        ApiToken.pgh_event_model.objects.order_by("pgh_id").values_list(
            "pgh_label", "pgh_context__metadata__user"
        )
    )
    assert events == [("insert", people.worker.pk), ("update", people.worker.pk)]


def test_nothing_of_somebody_elses_token(me, people):
    token, _secret = issue(people.colleague, "theirs", [Scope.READ], 30)
    assert "theirs" not in me.get(reverse("tokens")).content.decode()
    assert me.post(reverse("token-end", args=[token.pk])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"name": "x" * 61},
        {"name": "a\x00b"},
        {"scopes": ["all"]},
        {"scopes": [Scope.INTAKE]},
        {"days": "9999"},
        {"days": "x"},
    ],
)
def test_wrong_forms_say_so_and_keep_what_was_typed(me, wrong):
    answer = me.post(
        reverse("tokens"), {"name": "mine", "scopes": [Scope.READ], "days": "30"} | wrong
    )
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()
    if "name" not in wrong:
        assert 'value="mine"' in answer.content.decode()


def test_title_ix_scopes_are_offered_to_coordinators(me, people):
    assert "titleix:intake" not in me.get(reverse("tokens")).content.decode()
    Post.objects.create(user=people.worker, role=Role.TITLE_IX_COORDINATOR)
    assert "titleix:intake" in me.get(reverse("tokens")).content.decode()


def test_no_token_lives_longer_than_a_year(people):
    for days in (0, -1, MOST_DAYS + 1):
        with pytest.raises(ValueError, match="days"):
            issue(people.worker, "x", [Scope.READ], days)


def test_the_description_is_a_page(me, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = me.get(reverse("api-docs")).content.decode()
    for word in (
        "/api/v1/cases/{number}/steps/{name}",
        "Idempotency-Key",
        "titleix:intake",
        "Retry-After",
    ):
        assert word in page
    me.logout()
    assert me.get(reverse("api-docs")).status_code == 302
