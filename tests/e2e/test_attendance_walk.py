"""Two students in a real browser, one from the third absence to a mediation that is kept, one to
the legal referral with every guard refused once; and the street team at the door without a signal.
The long middle of both lives goes through the door with its dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from attendance.models import Disclosure, Locate, LocateAttempt, Mediation, Notice
from casework.models import Document, Event
from district.models import Guardian, User
from tests import axe
from tests.attendance.court.test_legal_review import HELD, Road
from tests.attendance.helpers import d, helpers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ZONE = ZoneInfo(settings.TIME_ZONE)
PHONE = {"width": 390, "height": 844}


class Cast:
    """Whoever works on the cases, each at a browser of their own on the day on which they do."""

    def __init__(self, browser: Browser, base: str, traveller: Any) -> None:
        self.browser, self.base, self.traveller = browser, base, traveller
        self.page: Page
        self.problems: list[str] = []

    def enter(self, user: User, day: date, path: str, **options: Any) -> Page:
        """Somebody opens a page on a day."""
        moment = datetime.combine(day, time(10), ZONE)
        self.traveller.move_to(moment)
        client = Client()
        client.force_login(
            User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
        )
        context = self.browser.new_context(timezone_id=settings.TIME_ZONE, **options)
        context.clock.set_fixed_time(moment)
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.base}]
        )
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        return self.open(path)

    def hear(self, message: ConsoleMessage) -> None:
        """Whatever the browser complains of is a problem, but that it has no signal when it was
        told to have none."""
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            self.problems.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.look()

    def look(self) -> Page:
        """Every page that is looked at pleases axe, breaks no security policy and has no name in
        its address or title."""
        axe.look(self.page)
        assert self.problems == [], (self.page.url, self.problems)
        assert "TestS1" not in self.page.title() + self.page.url
        return self.page

    def step(self, label: str, **fields: str) -> Page:
        """Take a step from the page that is open: its link, its form by the names of the fields,
        its button."""
        self.page.get_by_role("link", name=label, exact=True).first.click()
        self.page.wait_for_load_state()
        self.look()
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            if field.first.get_attribute("type") == "checkbox":
                field.check()
            elif field.first.get_attribute("type") == "radio":
                self.page.locator(f"main [name={name}][value={value}]").check()
            elif field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.get_by_role("button", name=label, exact=True).click()
        self.page.wait_for_load_state()
        return self.look()


@pytest.fixture
def cast(browser, live_server) -> Iterator[Cast]:
    with time_machine.travel(datetime(2026, 9, 10, 10, tzinfo=ZONE), tick=True) as traveller:
        yield Cast(browser, live_server.url, traveller)


@pytest.fixture
def made(people):
    return helpers()


@pytest.fixture
def road(nights, people, made) -> Road:
    return Road(nights, people)


def test_from_the_third_absence_to_a_mediation_that_is_kept(cast, road, made, people):
    road.night(d(9, 1), d(9, 3), d(9, 10))
    case = f"/cases/{road.case.number}"
    cast.enter(people.worker, d(9, 11), case)
    cast.step(
        "Record the notice by telephone or in person",
        means="phone",
        spoken_to="mother",
        on="2026-09-11",
    )
    assert Notice.objects.get().state == "DELIVERED"
    # the letters, the conference and its plan
    road.night(d(9, 22), d(9, 29), d(10, 6)).deliver(d(10, 7))
    road.night(d(10, 13), d(10, 20), d(11, 9), d(11, 20)).deliver(d(11, 23))
    arc = road.process("ARC")
    road.step(
        "schedule_conference",
        people.worker,
        d(11, 24),
        arc,
        on="2026-12-01",
        at="10:00",
        place="Room 1",
    )
    road.step("hold_conference", people.worker, d(12, 1), arc, **HELD | {"on": "2026-12-01"})
    cast.enter(people.worker, d(12, 2), case)
    expect(cast.page.locator(".next")).to_contain_text("plan", ignore_case=True)
    cast.step(
        "Refer to mediation", provider=str(made.provider.pk), reason="The plan is not enough."
    )
    mediation = Mediation.objects.get()
    cast.step("Accept the referral", mediator=str(made.mediator.pk))
    # the mediator sees the packet and this one process, and nothing else
    desk = f"/desk/mediation/{mediation.pk}/"
    cast.enter(made.mediator_user, d(12, 3), "/desk/mediation/", viewport=PHONE)
    cast.page.get_by_role("link", name="TestS1").click()
    packet = cast.page.get_by_role("link", name="Referral packet (PDF)").get_attribute("href")
    assert cast.page.request.get(f"{cast.base}{packet}").body()[:5] == b"%PDF-"
    assert cast.page.request.get(f"{cast.base}{case}").status == 404
    cast.step(
        "Record consent and conflict check",
        consent_on="2026-12-03",
        conflict_checked_on="2026-12-03",
    )
    cast.step("Schedule the mediation", on="2026-12-10", at="16:00", place="Mediation center")
    cast.enter(made.mediator_user, d(12, 10), desk)
    cast.step("The mediation was held", on="2026-12-10")
    cast.step(
        "Record the agreement",
        on="2026-12-10",
        agreement="She comes by bus; the school calls.",
        signed="on",
    )
    for on in (d(1, 9), d(2, 8), d(3, 10)):
        road.step("follow_up", made.mediator_user, on, mediation.pk, kept="yes")
    cast.enter(made.mediator_user, d(3, 10), desk)
    cast.step("The agreement was kept", confirm="on")
    mediation.refresh_from_db()
    assert mediation.state == "KEPT"
    page = cast.enter(people.worker, d(3, 11), case)
    expect(page.get_by_role("heading", name="Mediation")).to_be_visible()
    cast.enter(people.supervisor, d(3, 11), "/agencies")


def test_to_the_legal_referral_with_every_guard_refused_once(cast, road, people):
    road.night(d(9, 1), d(9, 3), d(9, 10)).deliver(d(9, 11))
    road.night(d(9, 22), d(9, 29), d(10, 6)).deliver(d(10, 7), but="L6")
    road.night(d(10, 13), d(10, 20), d(11, 9))
    case = f"/cases/{road.case.number}"
    cast.enter(people.worker, d(11, 10), case)
    _refused(cast, "Open the legal review", "Fewer than ten unexcused days stand.")
    _refused(cast, "Open the legal review", "The conference was not held")
    road.night(d(11, 20)).deliver(d(11, 23))
    arc = road.process("ARC")
    road.step(
        "schedule_conference",
        people.worker,
        d(11, 24),
        arc,
        on="2026-12-01",
        at="10:00",
        place="Room 1",
    )
    road.step("hold_conference", people.worker, d(12, 1), arc, **HELD | {"on": "2026-12-01"})
    cast.enter(people.worker, d(12, 3), case)
    cast.step("Open the legal review", reason="Ten days; the conference was held.")
    cast.step(
        "Record an exclusion from legal referral",
        exclusion="indigency_claim",
        stands="yes",
        reason="An affidavit came.",
    )
    cast.enter(people.principal, d(12, 4), case)
    _refused(cast, "Find no good faith and refer", "L6: RETURNED")
    _refused(cast, "Find no good faith and refer", "must work")
    road.step(
        "record_inquiry", people.worker, d(12, 7), result="not confirmed", reason="Nobody works."
    )
    back = Notice.objects.get(case=road.case, state="RETURNED")
    road.step("reissue", people.worker, d(12, 7), back.id, reason="The address was confirmed.")
    road.deliver(d(12, 7))
    cast.enter(people.principal, d(12, 11), case)
    assert cast.page.get_by_text("L6: RETURNED").count() == 0
    cast.step("Find no good faith and refer", reason="No answer to anything.")
    road.case.refresh_from_db()
    assert road.case.state == "LEGAL_REFERRED"
    cast.step(
        "Record a notice to an authority",
        task="NOTIFY_DA",
        on="2026-12-11",
        to="District Attorney",
        what="notices, dates, finding",
        basis="G.S. 115C-378",
    )
    assert Disclosure.objects.filter(case=road.case, to="District Attorney").exists()
    assert Document.objects.filter(case=road.case, draft=False).count() > 3


def _refused(cast: Cast, label: str, why: str) -> None:
    """The page says why the step is not possible, and offers no link to it."""
    assert cast.page.get_by_role("link", name=label, exact=True).count() == 0
    found = cast.page.locator("li.off", has_text=label)
    assert why in (found.first.text_content() or "")


def test_the_street_team_without_a_signal(cast, road, made, people):
    road.night(d(10, 2), d(10, 5), d(10, 6), d(10, 7), d(10, 8))
    Guardian.objects.filter(student=road.case.student).update(
        address="12 Main Street\nCharlotte, NC 28205"
    )
    locate = Locate.objects.get(case=road.case)
    cast.enter(made.lead, d(10, 9), "/street/", viewport=PHONE)
    cast.page.get_by_role("link", name="TestS1").click()
    cast.step("Accept the request")
    cast.open(f"/street/{locate.pk}")
    cast.step("Send a team", team="Ada Cole, Ben Dunn", safety="a big dog")
    address = f"/street/{locate.pk}"
    page = cast.enter(made.member, d(10, 9), address, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.set_offline(True)
    page.get_by_role("button", name="nobody there").click()
    expect(page.locator("#unsent")).to_contain_text("not sent yet")
    assert not LocateAttempt.objects.exists()
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#unsent")).to_be_hidden(timeout=20_000)
    attempt = LocateAttempt.objects.get()
    assert (attempt.result, attempt.team, attempt.address) == (
        "nobody",
        ["Ada Cole", "Ben Dunn"],
        "12 Main Street, Charlotte, NC 28205",
    )
    page.reload()
    page.wait_for_load_state("networkidle")
    assert LocateAttempt.objects.count() == 1
    assert Event.objects.filter(case=road.case, name="record_attempt").count() == 1
    cast.look()
    cast.enter(people.supervisor, d(10, 9), "/street/")
