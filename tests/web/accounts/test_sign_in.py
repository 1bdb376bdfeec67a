"""Signing in: lock-out, a second step, sessions that end, own sessions; every page in the product's
own look."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse
from django.utils import timezone

from district.models import Role, User

PASSWORD = "a long word of her own"


@pytest.fixture
def worker(people) -> User:
    people.worker.set_password(PASSWORD)
    people.worker.email = "worker@schools.example.org"
    people.worker.save()
    return people.worker


def sign_in(client, name: str, password: str = PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": name, "password": password}, **more)


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize(
    "name", ["staff-SSW1", "worker@schools.example.org", "WORKER@schools.example.org"]
)
def test_by_name_or_address(client, worker, name):
    assert sign_in(client, name)["Location"] == "/"
    assert client.get(reverse("home")).status_code == 200


def test_too_many_wrong_passwords_lock_the_name_for_a_while(client, worker, settings):
    settings.AXES_ENABLED = True
    settings.ACCOUNT_RATE_LIMITS = False
    answers = [
        sign_in(client, worker.username, "wrong") for _ in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert answers[0].status_code == 200
    for answer in (answers[-1], sign_in(client, worker.username)):
        assert answer.status_code == 429
        assert "locked for a while" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert sign_in(client, worker.username).status_code == 302


def test_a_second_step_by_app_and_by_recovery_code(client, worker):
    sign_in(client, worker.username)
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(
        reverse("account_reauthenticate")
    )
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert "data:image/svg" in page.content.decode()
    secret = client.session["mfa.totp.secret"]
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    assert Authenticator.objects.filter(user=worker, type="totp").exists()
    client.logout()
    assert sign_in(client, worker.username)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("home")).status_code == 302, "the password alone opens nothing"
    client.get(reverse("mfa_authenticate"))
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
        assert client.get(reverse("home")).status_code == 200
        client.logout()
        sign_in(client, worker.username)
        recovery = (
            Authenticator.objects.get(user=worker, type="recovery_codes")
            .wrap()
            .get_unused_codes()[0]
        )
        client.post(reverse("mfa_authenticate"), {"code": recovery})
        assert client.get(reverse("home")).status_code == 200


def test_a_role_that_needs_a_second_step_comes_no_further_without(client, worker, settings, people):
    settings.MFA_ROLES = [Role.SSW]
    sign_in(client, worker.username)
    for name in ("home", "cases", "inbox", "tokens"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    TOTP.activate(worker, "A" * 32)
    assert client.get(reverse("home")).status_code == 200
    client.logout()
    people.principal.set_password(PASSWORD)
    people.principal.save()
    sign_in(client, people.principal.username)
    assert client.get(reverse("home")).status_code == 200, "other roles need none"


def test_a_session_ends_when_it_is_left_alone_or_too_old(client, worker, settings):
    settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_MINUTES = 12 * 3600, 60
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, worker.username)
        assert client.get(reverse("home")).status_code == 200
        clock.shift(timedelta(minutes=settings.SESSION_IDLE_MINUTES - 1))
        assert client.get(reverse("home")).status_code == 200
        clock.shift(timedelta(minutes=settings.SESSION_IDLE_MINUTES + 1))
        assert client.get(reverse("home"))["Location"] == reverse("account_login")
        assert "too old or left alone" in client.get(reverse("account_login")).content.decode()
        sign_in(client, worker.username)
        for _ in range(settings.SESSION_COOKIE_AGE // 1800 - 1):
            clock.shift(timedelta(minutes=30))
            assert client.get(reverse("home")).status_code == 200
        clock.shift(timedelta(minutes=31))
        assert client.get(reverse("home")).status_code == 302, "work does not prolong it"


def test_one_sees_ones_sessions_and_ends_the_others(client, worker, django_user_model):
    from django.test import Client

    other = Client(headers={"User-Agent": "Elsewhere/1.0"})
    sign_in(other, worker.username)
    sign_in(client, worker.username)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Elsewhere/1.0" in page
    assert "this one" in page
    assert client.post(reverse("usersessions_list")).status_code == 302
    assert other.get(reverse("home")).status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_nobody_makes_an_account(client, db):
    before = User.objects.count()
    answer = client.post(
        reverse("account_signup"),
        {"email": "x@example.org", "username": "x", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert "Nobody can make an account here" in answer.content.decode()
    assert User.objects.count() == before


PAGES = [
    "mfa_index",
    "mfa_activate_totp",
    "account_change_password",
    "usersessions_list",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "account_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_reauthenticate",
    "account_logout",
    "socialaccount_connections",
]


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_ones_account_are_in_our_look(client, worker, name):
    sign_in(client, worker.username)
    page = client.get(reverse(name), follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "holdfast.css" in text
    assert "<style" not in text
    assert "style=" not in text
    assert "default-src 'none'" in page["Content-Security-Policy"]


def test_nobody_adds_an_address_and_none_stands_in_the_way_of_a_second_step(client, worker):
    sign_in(client, worker.username)
    assert worker.email in client.get(reverse("account_email")).content.decode()
    assert (
        client.post(
            reverse("account_email"), {"action_add": "", "email": "other@example.org"}
        ).status_code
        == 405
    )
    assert client.get("/accounts/confirm-email/abc/").status_code == 404
    EmailAddress.objects.create(user=worker, email=worker.email, verified=False, primary=True)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "data:image/svg" in client.get(reverse("mfa_activate_totp")).content.decode()


def test_a_link_for_a_new_password_that_is_too_old_says_so(client, worker):
    page = client.get("/accounts/password/reset/key/1-abc/").content.decode()
    assert "does not work any more" in page
    assert '<input type="password"' not in page


def test_keys_are_listed_by_name(client, worker):
    sign_in(client, worker.username)
    Authenticator.objects.create(
        user=worker, type="webauthn", data={"name": "Blue key", "credential": {}}
    )
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_list_webauthn"), follow=True).content.decode()
    assert "Blue key" in page


def test_strange_input_is_refused_without_an_error(client, worker):
    for name in ("a\x00b", "x" * 10_000, "<script>", ""):
        assert sign_in(client, name, "p\x00q").status_code in (200, 400)
    assert client.get("/accounts/saml/none/login/").status_code == 404
    assert client.get("/accounts/oidc/none/login/").status_code == 404
