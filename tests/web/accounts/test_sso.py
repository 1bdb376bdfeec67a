"""The district's own sign-in: OIDC against a provider over HTTP, SAML with signed answers; only the
staff file counts."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.urls import reverse

from config import signin
from district.models import Post, Role, User
from tests.web.accounts.provider import Saml, oidc

HERE, HOST = "http://testserver", "cases.example.org"


@pytest.fixture
def provider(settings, monkeypatch):
    with oidc() as found:
        for name, value in {
            "OIDC_ISSUER": found.url,
            "OIDC_CLIENT_ID": "holdfast",
            "OIDC_CLIENT_SECRET": "shared",
        }.items():
            monkeypatch.setenv(name, value)
        settings.SOCIALACCOUNT_PROVIDERS = signin.settings(production=False)[
            "SOCIALACCOUNT_PROVIDERS"
        ]
        yield found


@pytest.fixture
def worker(people) -> User:
    people.worker.email = "Worker@Schools.example.org"
    people.worker.save()
    return people.worker


def come_in(client, provider, **person):
    """From the button to the answer of the product, as a browser goes."""
    provider.person = {
        "sub": "u-1",
        "email": "worker@schools.example.org",
        "email_verified": True,
    } | person
    sent = client.get("/accounts/oidc/district/login/")
    assert sent.status_code == 302
    back = requests.get(sent["Location"], allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back.removeprefix(HERE))


def who(client) -> User | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def test_staff_come_in_by_their_address(client, worker, provider):
    assert (
        "Sign in with your district account"
        in client.get(reverse("account_login")).content.decode()
    )
    answer = come_in(client, provider)
    assert (answer.status_code, answer["Location"], who(client)) == (302, "/", worker)
    asked, token = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert (token["client_secret"], bool(token["code_verifier"])) == ("shared", True)
    assert User.objects.count() == User.objects.exclude(pk=worker.pk).count() + 1
    client.logout()
    worker.email = "married@schools.example.org"
    worker.save()
    come_in(client, provider)
    assert who(client) == worker, "the binding holds when the address changes"


@pytest.mark.parametrize(
    "person",
    [
        {"email": "stranger@example.org"},
        {"email_verified": False},
        {"email": ""},
        {"email": "root@example.org"},
        {"email": "twice@example.org"},
    ],
)
def test_nobody_else_is_let_in_and_nothing_is_kept(client, people, worker, provider, person):
    User.objects.filter(pk=people.root.pk).update(email="root@example.org")
    User.objects.filter(pk__in=[people.colleague.pk, people.mailer.pk]).update(
        email="twice@example.org"
    )
    before = User.objects.count()
    answer = come_in(client, provider, **person)
    assert answer.status_code == 403
    assert "You have no account here" in answer.content.decode()
    assert who(client) is None
    assert User.objects.count() == before


def test_who_left_is_not_let_in(client, worker, provider):
    come_in(client, provider)
    client.logout()
    User.objects.filter(pk=worker.pk).update(is_active=False)
    come_in(client, provider)
    assert who(client) is None


def test_a_staff_number_can_bind_instead_of_the_address(client, people, worker, provider, settings):
    settings.SSO_STAFF_ATTRIBUTE = "employee"
    assert come_in(client, provider).status_code == 403, "the address does not count then"
    come_in(client, provider, employee="SSW2")
    assert who(client) == people.colleague


def test_a_district_may_want_accounts_for_others(client, people, provider, settings):
    settings.SSO_CREATES_USERS = True
    come_in(client, provider, email="new@schools.example.org", given_name="Nia", family_name="New")
    made = who(client)
    assert (made.email, made.posts.count(), made.staff_id) == ("new@schools.example.org", 0, None)


def test_an_answer_with_a_state_that_is_not_ours_is_refused(client, worker, provider):
    provider.person = {"sub": "u-1", "email": "worker@schools.example.org"}
    client.get("/accounts/oidc/district/login/")
    answer = client.get("/accounts/oidc/district/login/callback/?code=once&state=forged")
    assert answer.status_code < 500
    assert "Signing in did not work" in answer.content.decode()
    assert who(client) is None
    assert client.get("/accounts/oidc/other/login/").status_code == 404


def test_the_districts_sign_in_is_a_second_step_where_the_district_says_so(
    client, worker, provider, settings
):
    settings.MFA_ROLES = [Role.SSW]
    come_in(client, provider)
    assert client.get(reverse("home")).status_code == 200
    client.logout()
    settings.SSO_IS_SECOND_STEP = False
    come_in(client, provider)
    assert client.get(reverse("home"))["Location"] == reverse("mfa_index")
    assert Post.objects.filter(user=worker, role=Role.SSW).exists()


def test_a_provider_that_is_out_of_reach_is_told_as_such(client, people, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:9/"
    )
    answer = client.get("/accounts/oidc/district/login/")
    assert answer.status_code == 502
    assert "Signing in did not work" in answer.content.decode()


# -- SAML ------------------------------------------------------------------------------------------


@pytest.fixture
def saml(settings, monkeypatch, client) -> Saml:
    found = Saml()
    settings.ALLOWED_HOSTS = [HOST]
    client.defaults["HTTP_HOST"] = HOST
    given = {
        "SAML_ENTITY_ID": found.entity,
        "SAML_SSO_URL": "https://sso.example.org/login",
        "SAML_CERTIFICATE": found.certificate,
        "SAML_EMAIL_ATTRIBUTE": "mail",
        "SAML_UID_ATTRIBUTE": "uid",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.SOCIALACCOUNT_PROVIDERS = signin.settings(production=False)["SOCIALACCOUNT_PROVIDERS"]
    return found


ACS, METADATA = "/accounts/saml/district/acs/", "/accounts/saml/district/metadata/"
THERE = f"http://{HOST}"
MAIL = {"mail": "worker@schools.example.org", "uid": "u-1"}


def by_saml(client, saml, attributes=MAIL, to="", audience="", key=""):
    sent = client.get("/accounts/saml/district/login/")
    assert sent.status_code == 302, sent.content
    assert sent["Location"].startswith("https://sso.example.org/login?")
    answer = saml.answer(
        to or saml.request_id(sent["Location"]),
        THERE + ACS,
        audience or THERE + METADATA,
        attributes,
        key,
    )
    relay = parse_qs(urlsplit(sent["Location"]).query).get("RelayState", [""])[0]
    return client.post(ACS, {"SAMLResponse": answer, "RelayState": relay}, follow=True)


def test_metadata_for_the_districts_provider(client, people, saml):
    answer = client.get(METADATA)
    assert answer.status_code == 200
    for word in (THERE + ACS, THERE + METADATA, 'WantAssertionsSigned="true"'):
        assert word in answer.content.decode()


def test_staff_come_in_by_saml(client, worker, saml):
    by_saml(client, saml)
    assert who(client) == worker


def test_an_assertion_is_refused_when_anything_is_wrong_with_it(client, worker, saml):
    other = Saml()
    for wrong in (
        {"key": other.key},
        {"to": "_somebody-elses"},
        {"audience": "https://elsewhere.example.org"},
    ):
        answer = by_saml(client, saml, **wrong)
        assert who(client) is None, wrong
        assert answer.status_code in (200, 401, 403), wrong
        assert "Sign out" not in answer.content.decode()
    answer = client.post(ACS, {"SAMLResponse": "no base64 \x00"}, follow=True)
    assert (answer.status_code, "Signing in did not work" in answer.content.decode()) == (502, True)
    assert by_saml(client, saml, {"mail": "stranger@example.org", "uid": "u-2"}).status_code == 403
    assert who(client) is None


# -- settings --------------------------------------------------------------------------------------


def test_half_a_configuration_is_named(monkeypatch):
    from django.core.exceptions import ImproperlyConfigured

    for given, named in (
        ({"OIDC_ISSUER": "https://x.example.org"}, "OIDC_CLIENT_ID"),
        ({"SAML_ENTITY_ID": "x"}, "SAML_METADATA_URL"),
        ({"OIDC_ISSUER": "x.example.org"}, "OIDC_ISSUER"),
        ({"SESSION_HOURS": "0"}, "SESSION_HOURS"),
        ({"SSO_CREATES_USERS": "perhaps"}, "SSO_CREATES_USERS"),
    ):
        with monkeypatch.context() as context:
            for name, value in given.items():
                context.setenv(name, value)
            with pytest.raises(ImproperlyConfigured, match=named):
                signin.settings(production=True)
