"""A real browser walks the product: sign-in, worklist, case, steps, letter, import; axe looks at
every page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from attendance.models import Notice
from casework.engine.services import act, local_today
from casework.models import Document
from casework.scheduler.run import sweep
from district.models import Import, SchoolYear, User
from notifications.fanout import fan_out
from tests import axe
from tests.conftest import Nights

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def district(tmp_path) -> Nights:
    """School 1 with one student whose third unexcused day is today, so that every promise is in
    time."""
    today = local_today()
    nights = Nights(tmp_path)
    first = today - timedelta(days=40)
    SchoolYear.objects.create(
        year=first.year, starts=first - timedelta(days=20), ends=first + timedelta(days=340)
    )
    nights.sis.days = {first + timedelta(days=n): "INSTRUCTIONAL" for n in range(200)}
    nights.sis.school("1").student("S1", entry=first, home_language="es")
    for staff_id, role in (
        ("SSW1", "SSW"),
        ("PR1", "PRINCIPAL"),
        ("DM1", "DATA_MANAGER"),
        ("SUP", "SUPERVISOR"),
    ):
        nights.sis.staff(staff_id, role, "1")
    nights.sis.staff("ADM", "DISTRICT_ADMIN")
    nights.sis.absent("S1", today - timedelta(days=9), today - timedelta(days=5), today)
    nights.run(today)
    for user in User.objects.all():
        user.set_password("walk-with-me")
        user.save()
    return nights


class Walker:
    """One person at a browser. Every page that it looks at must please axe and break no security
    policy."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.base, self.problems = base, []
        self.page: Page = browser.new_context(**options).new_page()
        self.page.set_default_timeout(15_000)
        self.page.on(
            "console",
            lambda message: self.problems.append(message.text) if message.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def sign_in(self, name: str) -> Walker:
        self.page.goto(f"{self.base}/accounts/login/")
        self.look()
        self.page.fill("#id_login", name)
        self.page.fill("#id_password", "walk-with-me")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def look(self) -> None:
        axe.look(self.page)
        assert self.problems == [], self.problems

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()


def test_a_case_from_the_list_to_the_signed_and_mailed_letter(browser, live_server, district):
    number = district.case("S1").number
    worker = Walker(browser, live_server.url).sign_in("staff-SSW1")
    worker.look()
    worker.press("Cases", "link")
    worker.look()
    expect(worker.page.get_by_text("in 3 days")).to_be_visible()
    worker.press(number, "link")
    worker.look()
    assert "TestS1" not in worker.page.title()
    worker.press("Log a contact", "link")
    worker.look()
    worker.page.get_by_label("No answer").check()
    worker.press("Log a contact")
    expect(worker.page.get_by_text("Telephone · No answer")).to_be_visible()
    worker.press("Draft the letter", "link")
    worker.look()
    assert worker.page.locator("#id_language").input_value() == "es", (
        "the family's language is offered first"
    )
    worker.press("Draft the letter")
    worker.press("Three-day letter (Spanish)", "link")
    worker.look()
    assert (
        worker.page.request.get(
            worker.page.locator("iframe").get_attribute("src")
            and f"{worker.base}{worker.page.locator('iframe').get_attribute('src')}"
        ).body()[:5]
        == b"%PDF-"
    )
    principal = Walker(browser, live_server.url).sign_in("staff-PR1")
    expect(principal.page.get_by_role("heading", name="To sign")).to_be_visible()
    principal.press(number, "link")
    principal.press("Sign the letter", "link")
    principal.look()
    principal.press("Sign the letter")
    expect(principal.page.locator(".errors")).to_be_visible()
    principal.problems.clear()  # the browser notes the 422 of the empty form as a failed resource
    principal.look()
    principal.page.get_by_label("I have read the letter and sign it").check()
    principal.press("Sign the letter")
    mailer = Walker(browser, live_server.url).sign_in("staff-DM1")
    mailer.press(number, "link")
    mailer.press("Record the mailing", "link")
    mailer.look()
    mailer.press("Record the mailing")
    expect(mailer.page.get_by_text("Sent", exact=True).first).to_be_visible()
    mailer.look()
    assert Notice.objects.get().sent_on == local_today()
    assert Document.objects.filter(draft=False).count() == 1


def test_two_browsers_one_is_told_and_loses_nothing(browser, live_server, district):
    number = district.case("S1").number
    first = Walker(browser, live_server.url).sign_in("staff-SSW1")
    first.page.goto(f"{live_server.url}/cases/{number}/steps/add_note")
    second = Walker(browser, live_server.url).sign_in("staff-SUP")
    second.page.goto(f"{live_server.url}/cases/{number}/steps/add_note")
    second.page.get_by_label("Note").fill("I was here first")
    second.press("Add a note")
    first.page.get_by_label("Note").fill("my careful words")
    first.press("Add a note")
    expect(first.page.get_by_role("heading", name="Somebody else moved this case")).to_be_visible()
    expect(first.page.get_by_text("my careful words")).to_be_visible()
    expect(first.page.get_by_text("Staff SUP took a step")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_in_both_schemes_on_a_phone(browser, live_server, district, scheme):
    number = district.case("S1").number
    worker = Walker(
        browser, live_server.url, color_scheme=scheme, viewport={"width": 390, "height": 844}
    ).sign_in("staff-SSW1")
    for address in [
        "/",
        "/cases",
        "/cases?view=overdue",
        f"/cases/{number}",
        "/workflows/ATT",
        "/workflows/ATT/NOTICE",
        f"/cases/{number}/steps/raise_tier2",
        f"/cases/{number}/deadlines",
        "/inbox",
        "/inbox?show=all",
        "/inbox/preferences",
        "/upcoming",
    ]:
        worker.page.goto(live_server.url + address)
        worker.look()
        assert worker.page.evaluate("document.documentElement.scrollWidth") <= 390, address
    admin = Walker(browser, live_server.url, color_scheme=scheme).sign_in("staff-ADM")
    for address in [
        "/",
        "/imports",
        f"/imports/{Import.objects.first().pk}",
        "/health",
        "/policies",
    ]:
        admin.page.goto(live_server.url + address)
        admin.look()
    supervisor = Walker(browser, live_server.url, color_scheme=scheme).sign_in("staff-SUP")
    supervisor.look()
    supervisor.page.goto(live_server.url + "/cases/ATT-2026-999999")
    supervisor.problems.clear()
    supervisor.look()


def test_reading_and_a_step_without_javascript_by_keyboard(browser, live_server, district):
    number = district.case("S1").number
    worker = Walker(browser, live_server.url, java_script_enabled=False)
    page = worker.page
    page.goto(f"{live_server.url}/accounts/login/")
    page.keyboard.press("Tab")
    page.keyboard.type("staff-SSW1")
    page.keyboard.press("Tab")
    page.keyboard.type("walk-with-me")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{live_server.url}/cases/{number}/steps/add_note")
    page.get_by_label("Note").focus()
    page.keyboard.type("by keyboard alone")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_text("by keyboard alone")).to_be_visible()


def test_a_supervisor_extends_holds_and_resumes_a_deadline(
    browser, live_server, district, people_of
):
    case = district.case("S1")
    act(case.number, "raise_tier2", actor=people_of["SSW1"], data={"reason": "at risk"})
    sweep(timezone.now() + timedelta(days=3))
    fan_out()
    supervisor = Walker(browser, live_server.url).sign_in("staff-SUP")
    supervisor.page.goto(f"{live_server.url}/inbox")
    expect(supervisor.page.get_by_text(case.number).first).to_be_visible()
    supervisor.look()
    supervisor.page.goto(f"{live_server.url}/cases/{case.number}")
    supervisor.press("Extend a deadline", "link")
    supervisor.page.get_by_label("Deadline").select_option(index=_last(supervisor.page))
    supervisor.page.get_by_label("Days").fill("2")
    supervisor.page.get_by_label("Good cause").select_option("illness")
    supervisor.page.get_by_label("Reason in words").fill("in hospital")
    supervisor.look()
    supervisor.press("Extend a deadline")
    expect(supervisor.page.get_by_text("originally").first).to_be_visible()
    supervisor.press("Put a deadline on hold", "link")
    supervisor.page.get_by_label("Deadline").select_option(index=_last(supervisor.page))
    supervisor.page.get_by_label("Expected end of the hold").fill(
        (local_today() + timedelta(days=5)).isoformat()
    )
    supervisor.page.get_by_label("Good cause").select_option("family_request")
    supervisor.page.get_by_label("Reason in words").fill("they asked")
    supervisor.press("Put a deadline on hold")
    expect(supervisor.page.get_by_text("on hold", exact=True).first).to_be_visible()
    supervisor.look()
    supervisor.press("Resume a deadline", "link")
    supervisor.press("Resume a deadline")
    supervisor.press("All deadlines with their history and alerts", "link")
    for word in ("extended", "put on hold", "resumed"):
        expect(supervisor.page.get_by_text(word, exact=True).first).to_be_attached()
    supervisor.look()


def _last(page: Page) -> int:
    """The promise that is due last: the causes, which the policy lets a supervisor move."""
    return page.get_by_label("Deadline").locator("option").count() - 1


@pytest.fixture
def people_of(district) -> dict[str, User]:
    return {user.staff_id: user for user in User.objects.exclude(staff_id=None)}


def test_the_date_of_the_walk_is_todays(district):
    assert district.case("S1").opened_on == local_today() <= date.max
