"""Everybody's home and every page to which it and the navigation lead: on a desk and on a phone,
with axe, nothing that fails, and the same pages read without JavaScript. A page that several people
have is given to axe once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Response, expect

from district.models import Area, Post, Role, School, User
from district.role_assignments import sync_posts
from tests import axe
from tests.e2e.test_walk import Walker, district  # noqa: F401 - a fixture
from titleix.case.open_report import open_report

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Who signs in, and pages of theirs to which no navigation leads.
ROLES: dict[str, list[str]] = {
    "staff-SSW1": ["/cases/{att}", "/inbox/preferences", "/mail/contacts"],
    "staff-PR1": [],
    "staff-DM1": [],
    "staff-SUP": [
        "/compliance/ATT",
        "/compliance/ATT/list",
        "/compliance/published",
        "/compliance/goals/chronic",
    ],
    "staff-ADM": ["/administration/posts", "/imports", "/api/v1/docs"],
    "coordinator": [
        "/cases/{tix}",
        "/cases/{tix}/deadlines",
        "/title-ix/disclosures",
        "/compliance/TIX",
    ],
    "lead": [],
    "court": [],
    "deputy": ["/compliance"],
    "counsel": [],
    "auditor": [],
}
POSTS = {
    "coordinator": Role.TITLE_IX_COORDINATOR,
    "lead": Role.STREET_LEAD,
    "court": Role.COURT_COORD,
    "deputy": Role.DEPUTY,
    "counsel": Role.COUNSEL,
    "auditor": Role.AUDITOR,
}
# The navigation, the tabs of a page, and what stands beside one's name.
LEADING = "nav.side a, header.top a, nav.tabs a, nav.chips a"


@pytest.fixture
def everybody(district) -> dict[str, str]:  # noqa: F811
    """A person for every role and a Title IX report; the numbers of both cases."""
    area, _new = Area.objects.get_or_create(name="North")
    School.objects.update(area=area)
    for name, role in POSTS.items():
        user = User.objects.create_user(name, first_name=name.title(), last_name="Walker")
        Post.objects.create(
            user=user,
            role=role,
            area=area if role in (Role.STREET_LEAD, Role.COURT_COORD) else None,
            source="test",
        )
    sync_posts()
    now = timezone.now()
    report = open_report(
        school=School.objects.first(),
        narrative="words",
        knowledge_at=now,
        channel="staff",
        received_by=User.objects.get(username="coordinator"),
        now=now,
        people=[
            {"part": "complainant", "kind": "student", "name": "Mara Quill"},
            {"part": "respondent", "kind": "student", "name": "Theo Brandt"},
        ],
    )
    return {"tix": report.number, "att": district.case("S1").number}


class Visitor(Walker):
    """Somebody who is signed in; whatever answers with a fault is a problem."""

    def __init__(self, browser: Browser, base: str, name: str, **options: Any) -> None:
        super().__init__(browser, base, **options)
        self.page.on("response", self.hear)
        client = Client()
        client.force_login(
            User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
        )
        self.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}]
        )

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def hear(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def look(self) -> None:
        """Axe finds nothing; of problems the walk tells at its end."""
        axe.look(self.page)

    def leading(self) -> list[str]:
        """Where the page's navigation, tabs and head lead."""
        found = self.page.eval_on_selector_all(
            LEADING, "all => all.map(one => String(one.getAttribute('href')))"
        )
        return [link for link in dict.fromkeys(found) if link.startswith("/")]


def walk(visitor: Visitor, first: list[str], seen: set[str], look: bool) -> list[str]:
    """Open a home and whatever it leads to. What somebody saw before is only asked for, not drawn
    again. What is wrong."""
    waiting, done, wrong = ["/", *first], set(), []
    while waiting:
        address = waiting.pop(0)
        if address in done:
            continue
        done.add(address)
        if address in seen and address != "/":
            wrong += asked_for(visitor, address) if look else []
            continue
        seen.add(address)
        wrong += opened(visitor, address)
        waiting += visitor.leading()
        if look:
            wrong += looked_at(visitor, address)
    return wrong + visitor.problems


def asked_for(visitor: Visitor, address: str) -> list[str]:
    """The page is there for this person too."""
    status = visitor.context.request.get(visitor.base + address).status
    return [] if status == 200 else [f"{address}: {status}"]


def opened(visitor: Visitor, address: str) -> list[str]:
    """Go there: it is there, it says what it is, and its title and address name nobody."""
    answer = visitor.page.goto(visitor.base + address)
    status, heads, said = (
        answer and answer.status,
        visitor.page.locator("main h1").count(),
        visitor.page.title() + visitor.page.url,
    )
    right = status == 200 and heads == 1 and "Quill" not in said and "TestS1" not in said
    return [] if right else [f"{address}: {status}, {heads} headings, called {said}"]


def looked_at(visitor: Visitor, address: str) -> list[str]:
    """Nothing is wider than a phone or a desk; axe finds nothing, on the homes in both widths."""
    wrong = []
    for size in (PHONE, DESK):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{address}: {width} wide on {size['width']}"] if width > size["width"] else []
        if size is DESK or address == "/":
            visitor.look()
    return wrong


def test_every_page_of_every_role(browser, live_server, everybody):
    seen: set[str] = set()
    wrong = []
    for name, more in ROLES.items():
        visitor = Visitor(browser, live_server.url, name, viewport=DESK)
        wrong += [
            f"{name}: {what}"
            for what in walk(visitor, [path.format(**everybody) for path in more], seen, look=True)
        ]
        visitor.context.close()
    assert wrong == []
    assert len(seen) > 40, "the navigation leads nowhere"


def test_every_page_without_javascript(browser, live_server, everybody):
    seen: set[str] = set()
    wrong = []
    for name, more in ROLES.items():
        visitor = Visitor(browser, live_server.url, name, java_script_enabled=False, viewport=PHONE)
        wrong += [
            f"{name}: {what}"
            for what in walk(visitor, [path.format(**everybody) for path in more], seen, look=False)
        ]
        visitor.context.close()
    assert wrong == []


def test_the_palette_leads_to_pages_and_to_cases_by_the_keyboard(browser, live_server, everybody):
    visitor = Visitor(browser, live_server.url, "staff-SSW1", viewport=DESK)
    keys, found = visitor.page.keyboard, visitor.page.locator("dialog.palette li")
    visitor.page.goto(visitor.base + "/inbox")
    keys.press("Control+k")
    keys.type("conf")
    expect(found).to_have_text(["Conferences"])
    keys.press("Enter")
    visitor.page.wait_for_url("**/conferences")
    keys.press("Control+k")
    keys.type(everybody["att"])
    expect(found.first).to_contain_text(everybody["att"])
    keys.press("ArrowDown")
    keys.press("Enter")
    visitor.page.wait_for_url(f"**/cases/{everybody['att']}")
    visitor.context.close()
    assert visitor.problems == []
