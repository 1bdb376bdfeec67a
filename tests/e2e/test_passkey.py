"""A passkey in a real browser, whose authenticator is Chromium's own virtual one: registered, then
signed in with, no password asked."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, expect

from district.models import User
from tests.e2e.test_walk import Walker, district  # noqa: F401 - a fixture

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

ADD = "/accounts/2fa/webauthn/add/"


def authenticator(walker: Walker) -> tuple[CDPSession, str]:
    """What a phone or a laptop has built in: it keeps keys, knows its owner, and says yes by
    itself."""
    session = walker.page.context.new_cdp_session(walker.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
        "authenticatorId"
    ]


def register(worker: Walker) -> tuple[CDPSession, str]:
    """Give the account a passkey of this browser."""
    session, device = authenticator(worker)
    worker.page.goto(f"{worker.base}{ADD}")
    if worker.page.locator(
        "input[name=password]"
    ).count():  # a change of the ways in asks for the password once more
        worker.look()
        worker.page.fill("input[name=password]", "walk-with-me")
        worker.page.locator("main form button[type=submit]").first.click()
    expect(worker.page.locator("#mfa_webauthn_add")).to_be_visible()
    worker.look()
    worker.page.fill("input[name=name]", "My laptop")
    worker.page.check("input[name=passwordless]")
    worker.page.click("#mfa_webauthn_add")
    expect(worker.page).not_to_have_url(f"{worker.base}{ADD}")
    worker.look()
    return session, device


def test_a_passkey_is_registered_and_signs_in(browser, live_server, district):  # noqa: F811
    worker = Walker(browser, live_server.url).sign_in("staff-SSW1")
    session, device = register(worker)
    kept = Authenticator.objects.get(type="webauthn")
    assert kept.user.username == "staff-SSW1"
    assert kept.wrap().is_passwordless
    assert (
        len(session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"])
        == 1
    )
    worker.page.goto(live_server.url)
    worker.press("Sign out")
    worker.page.goto(f"{live_server.url}/accounts/login/")
    worker.look()
    worker.page.get_by_role("button", name="Use a passkey").click()
    expect(worker.page.get_by_role("button", name="Sign out")).to_be_visible()
    assert "/accounts/" not in worker.page.url, "neither a password nor a second step is asked for"
    worker.look()


def test_a_passkey_of_somebody_who_left_opens_nothing(browser, live_server, district):  # noqa: F811
    worker = Walker(browser, live_server.url).sign_in("staff-SSW1")
    register(worker)
    User.objects.filter(username="staff-SSW1").update(is_active=False)
    worker.page.goto(f"{live_server.url}/accounts/login/")
    worker.page.get_by_role("button", name="Use a passkey").click()
    expect(worker.page).to_have_url(re.compile("/accounts/inactive/"))
    worker.look()
    worker.page.goto(live_server.url)
    expect(worker.page.get_by_role("button", name="Sign in")).to_be_visible()
