"""Everybody's home and every page that their navigation leads to: on a desk and on a phone, axe on each, and the homes
without JavaScript. A page that several people have is looked at once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from district.models import Area, Post, Role, School, User
from district.posts import sync_posts
from tests.e2e.test_walk import Walker, browser, district  # noqa: F401 - fixtures
from titleix.services import open_report

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Who signs in, and a page of theirs to which no navigation leads.
ROLES = {
    "staff-SSW1": ["/mail/contacts"], "staff-PR1": [], "staff-DM1": [], "staff-SUP": [], "staff-ADM": [],
    "coordinator": ["/cases/{tix}", "/cases/{tix}/deadlines", "/title-ix/disclosures"], "lead": [], "court": [], "deputy": [], "counsel": [], "auditor": [],
}  # fmt: skip
POSTS = {
    "coordinator": Role.TITLE_IX_COORDINATOR, "lead": Role.STREET_LEAD, "court": Role.COURT_COORD, "deputy": Role.DEPUTY, "counsel": Role.COUNSEL,
    "auditor": Role.AUDITOR,
}  # fmt: skip


@pytest.fixture
def everybody(district) -> str:  # noqa: F811
    """A person for every role, and a Title IX report; its number."""
    area, _new = Area.objects.get_or_create(name="North")
    School.objects.update(area=area)
    for name, role in POSTS.items():
        user = User.objects.create_user(name, password="walk-with-me", first_name=name.title(), last_name="Walker")
        Post.objects.create(user=user, role=role, area=area if role in (Role.STREET_LEAD, Role.COURT_COORD) else None, source="test")
    sync_posts()
    now = timezone.now()
    report = open_report(
        school=School.objects.first(), narrative="words", knowledge_at=now, channel="staff", received_by=User.objects.get(username="coordinator"), now=now,
        people=[{"part": "complainant", "kind": "student", "name": "Mara Quill"}, {"part": "respondent", "kind": "student", "name": "Theo Brandt"}],
    )  # fmt: skip
    return report.number


def pages_of(walker: Walker) -> list[str]:
    """Where the navigation leads."""
    links = walker.page.locator("nav.side a").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    return list(dict.fromkeys(links))


def test_every_page_of_every_role(browser, live_server, everybody):  # noqa: F811
    seen: set[str] = set()
    wide: list[tuple[str, str, int]] = []
    for name, more in ROLES.items():
        walker = Walker(browser, live_server.url, viewport={"width": 1280, "height": 800}).sign_in(name)
        walker.look()
        for address in [*pages_of(walker), *(path.format(tix=everybody) for path in more)]:
            answer = walker.page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200, (name, address)
            assert walker.page.locator("h1").count() == 1, (name, address)
            assert "Quill" not in walker.page.title(), (name, address)
            walker.page.set_viewport_size({"width": 390, "height": 844})
            width = walker.page.evaluate("document.documentElement.scrollWidth")
            wide += [(name, address, width)] if width > 390 else []
            walker.page.set_viewport_size({"width": 1280, "height": 800})
            if address not in seen or address == "/":
                walker.look()
            seen.add(address)
        walker.page.context.close()
    assert wide == [], "wider than a phone"


def test_homes_without_javascript(browser, live_server, everybody):  # noqa: F811
    for name in ROLES:
        walker = Walker(browser, live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}).sign_in(name)
        for address in pages_of_html(walker):
            answer = walker.page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200, (name, address)
            assert walker.page.locator("main h1").inner_text(), (name, address)
        walker.page.context.close()


def pages_of_html(walker: Walker) -> list[str]:
    """The same without a script in the page."""
    links = walker.page.locator("nav.side a")
    return list(dict.fromkeys(str(links.nth(place).get_attribute("href")).partition("?")[0] for place in range(links.count())))
