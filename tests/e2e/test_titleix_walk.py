"""Two Title IX cases from the report to the archive in a real browser, each step by whoever may take it: the letters are
opened, axe looks at every page, and no name stands in any address or title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
import typst
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pypdf import PdfReader

from casework import timeline
from casework.models import Appointment, Document
from casework.sweep import sweep
from district.models import Post, Role, User
from tests.e2e.test_walk import ARGUMENTS
from tests.titleix import conftest as titleix
from tests.titleix.conftest import HARASSMENT, SEXUAL
from titleix.models import Delivery, PartyLink, TitleIXCase

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
staff = titleix.staff
NAMES = ("Ibáñez", "Lucía", "Barrett", "Plantedstreet", "pictures")
ZONE = ZoneInfo(settings.TIME_ZONE)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield found
        found.close()


class Cast:
    """Everybody who works on the cases, each at a browser of their own, and the day on which they do."""

    def __init__(self, browser: Browser, base: str, people: SimpleNamespace, traveller: Any) -> None:
        self.browser, self.base, self.people, self.traveller = browser, base, people, traveller
        self.pages: dict[str, Page] = {}
        self.number, self.today, self.seen = "", "", set[str]()

    def on(self, day: str, hour: int = 10) -> Cast:
        """Let it be this day for everybody."""
        self.today = day
        self.traveller.move_to(datetime.combine(date.fromisoformat(day), time(hour), ZONE))
        for page in self.pages.values():  # sessions end when nobody uses them; people sign in again
            page.context.clear_cookies()
        return self

    def page(self, name: str) -> Page:
        """The browser of a person; a name that is no member of staff has no account."""
        if name not in self.pages:
            context = self.browser.new_context()
            self.pages[name] = context.new_page()
            self.pages[name].set_default_timeout(30_000)
            self.pages[name].on("framenavigated", lambda frame: self.nameless(frame.url))
            self.pages[name].on("pageerror", lambda error: pytest.fail(str(error)))
        found = self.pages[name]
        user = getattr(self.people, name, None)
        if user is not None and not any(cookie.get("name") == settings.SESSION_COOKIE_NAME for cookie in found.context.cookies()):
            client = Client()
            client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            found.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.base}])
        return found

    def nameless(self, text: str) -> None:
        assert not [name for name in NAMES if name in text], text

    def look(self, page: Page) -> None:
        """Axe looks once at every kind of page; the title names nobody."""
        self.nameless(page.title())
        kind = re.sub(r"[0-9a-f-]{36}|TIX-\d+-\d+|[\w-]{32}", "*", page.url) + page.locator("h1").first.inner_text()
        if kind not in self.seen:
            self.seen.add(kind)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    def case(self, name: str) -> Page:
        """The case on somebody's screen."""
        page = self.page(name)
        page.goto(f"{self.base}/cases/{self.number}")
        return page

    def take(self, name: str, step: str, **data: Any) -> Page:
        """Take a step as its page offers it: fill in the form, press its button, come back to the case."""
        page = self.page(name)
        page.goto(f"{self.base}/cases/{self.number}/steps/{step}")
        self.look(page)
        fill(page, data)
        page.locator("form.step button.btn-primary").click()
        page.wait_for_load_state()
        wrong = page.locator(".errors, .notice.bad ul").all_inner_texts() if f"/steps/{step}" in page.url else []
        assert page.url == f"{self.base}/cases/{self.number}", (step, wrong or page.locator("h1").inner_text())
        return page

    def state(self) -> str:
        return TitleIXCase.objects.get(number=self.number).state


def fill(page: Page, data: dict[str, Any]) -> None:
    """Fill the fields of a form by their names: text, date, choice, tick."""
    for name, value in data.items():
        field = page.locator(f'form [name="{name}"]')
        kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            field.select_option(label=value) if not re.fullmatch(r"[a-z_]+|[A-Z]", str(value)) else field.select_option(value)
        elif kind in ("radio", "checkbox") and value not in ("on", ""):
            page.locator(f'form [name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            field.set_checked(value == "on")
        else:
            field.fill(str(value))


@pytest.fixture
def cast(browser: Browser, live_server: Any, staff: SimpleNamespace) -> Iterator[Cast]:
    with time_machine.travel(datetime(2026, 9, 8, 14, tzinfo=UTC), tick=True) as traveller:
        found = Cast(browser, live_server.url, staff, traveller)
        yield found
        for page in found.pages.values():
            page.context.close()


def read_letters(cast: Cast, name: str, *codes: str) -> None:
    """Every letter opens as a PDF with the number of its case; the page that shows it pleases axe."""
    page, found = cast.page(name), Document.objects.filter(case__number=cast.number, draft=False)
    assert set(codes) <= set(found.values_list("code", flat=True))
    for document in found:
        answer = page.request.get(f"{cast.base}/cases/{cast.number}/documents/{document.pk}/file")
        assert answer.status == 200, document.code
        words = "".join(one.extract_text() for one in PdfReader(BytesIO(answer.body())).pages)
        assert cast.number in words, document.code
    page.goto(f"{cast.base}/cases/{cast.number}/documents/{found[0].pk}")
    cast.look(page)


def enter_link(cast: Cast, part: str) -> Page:
    """The link as the coordinator reads it from the page of links and sends it; the person goes in with the code."""
    links = cast.page("coordinator")
    links.goto(f"{cast.base}/cases/{cast.number}/links")
    cast.look(links)
    box = links.locator("section.box", has=links.get_by_role("heading", name=part))
    address, code = box.locator("code").all_inner_texts()
    page = cast.page(part)
    page.goto(address)
    cast.look(page)
    fill(page, {"code": code})
    page.locator("form button.btn-primary").click()
    expect(page.locator("h1")).to_be_visible()
    cast.look(page)
    return page


def answer(cast: Cast, page: Page, kind: str, text: str = "") -> None:
    fill(page, {"kind": kind, "text": text} | ({"tick": "on"} if kind == "waiver" else {}))
    page.locator("form.step button.btn-primary").click()
    expect(page.get_by_role("status")).to_be_visible()


def report_by_form(cast: Cast) -> None:
    """Somebody without an account reports, and keeps the code."""
    page = cast.page("reporter")
    for address in ("/title-ix?lang=en", "/report?lang=es", "/report?lang=en"):
        page.goto(cast.base + address)
        cast.look(page)
    cast.traveller.shift(20)  # nobody reads and fills the form in no time
    fill(page, {"narrative": "He keeps sending me pictures.", "it_was_me": "on", "complainant_kind": "student", "respondent_name": "Cole Barrett",
                "respondent_kind": "student", "relation": "student", "identity": "named", "name": "Lucía Ibáñez"})  # fmt: skip
    page.locator("form button.btn-primary").click()
    expect(page.locator("#receipt-code")).to_be_visible()
    cast.look(page)
    cast.number = TitleIXCase.objects.get().number


def test_a_district_case_from_the_report_to_the_archive(cast: Cast, staff: SimpleNamespace) -> None:
    report_by_form(cast)
    coordinator = cast.page("coordinator")
    coordinator.goto(cast.base)
    expect(coordinator.get_by_role("heading", name="Unscreened reports")).to_be_visible()
    cast.look(coordinator)
    coordinator.get_by_role("link", name=cast.number).first.click()
    coordinator.wait_for_load_state()
    cast.look(coordinator)
    cast.take("coordinator", "triage")
    for person, place in (("Complainant 1", "1 Plantedstreet"), ("Respondent 1", "2 Plantedstreet")):
        cast.take("coordinator", "correct_person", person=person, address=f"{place}\nCharlotte, NC 28205")
    cast.take("coordinator", "contact", party="Complainant 1", on="2026-09-08", text="Called; offered measures.")
    cast.take("coordinator", "add_measure", party="Complainant 1", on="2026-09-08", text="Another lunch period", answer="accepted")
    cast.on("2026-09-09").take("coordinator", "screen", **HARASSMENT)
    cast.take("coordinator", "file_complaint", on="2026-09-09", by="complainant")
    cast.take("coordinator", "allege", text="Kept sending pictures although she said no.")
    cast.on("2026-09-10").take("coordinator", "send_notice", on="2026-09-10", means="mail")
    assign(cast, "investigator", staff.investigator)
    investigate(cast)
    hear_the_parties(cast)
    decide(cast, staff)
    appeal(cast, staff)
    remedy_and_close(cast)
    read_letters(
        cast,
        "coordinator",
        "NOTICE",
        "INTERVIEW",
        "EVIDENCE",
        "REPORT",
        "DETERMINATION",
        "APPEAL_NOTICE",
        "APPEAL_DECISION",
        "OUTCOME",
        "MEMO",
    )
    for party in ("complainant", "respondent"):
        sent = Delivery.objects.filter(case__number=cast.number, party__part=party, code="DETERMINATION").get()
        assert sent.document is not None
        assert sent.document.recipient == {"complainant": "Lucía Ibáñez", "respondent": "Cole Barrett"}[party]
    assert list(timeline.breaks([cast.number])) == []


def assign(cast: Cast, role: str, user: User) -> None:
    cast.take("coordinator", "assign", user=str(user), role=role, declared="on")


def investigate(cast: Cast) -> None:
    """Interviews with written notice, a piece of evidence with its file, the package to both."""
    cast.on("2026-09-11").take("investigator", "begin_investigation")
    for n, party in enumerate(("Complainant 1", "Respondent 1")):
        cast.take("investigator", "schedule_interview", party=party, meets_on="2026-09-15", time=f"{9 + n}:00".rjust(5, "0"), place="Room 4",
                  purpose="To hear the account", means="mail")  # fmt: skip
    assert Appointment.objects.filter(case__number=cast.number).count() == 2
    cast.on("2026-09-15")
    for party in ("Complainant 1", "Respondent 1"):
        cast.take("investigator", "interview", party=party, on="2026-09-15", text="Gave an account.")
        cast.take("investigator", "record_advisor", party=party, on="2026-09-15", choice="none")
    page = cast.on("2026-09-16").case("investigator")
    pdf = typst.compile(b"Twenty-two pictures", format="pdf", ignore_system_fonts=True)
    page.set_input_files("#attach", {"name": "messages.pdf", "mimeType": "application/pdf", "buffer": pdf})
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("link", name="messages.pdf")).to_be_visible()
    cast.take(
        "investigator",
        "add_evidence",
        title="Messages",
        on="2026-09-16",
        text="Found on both phones.",
        relied_on="on",
        attachment="messages.pdf",
    )
    cast.look(cast.on("2026-09-17").take("investigator", "send_evidence", on="2026-09-17", means="email"))


def hear_the_parties(cast: Cast) -> None:
    """Both look at letters and evidence by their links; when both have waived in writing, the wait is over."""
    for party in ("Complainant 1", "Respondent 1"):
        cast.take("coordinator", "make_party_link", party=party, with_code="on", days="60")
    cast.on("2026-09-18")
    for party in ("Complainant 1", "Respondent 1"):
        page = enter_link(cast, party)
        letter = page.get_by_role("link", name=re.compile("^Read|^Open")).first.get_attribute("href")
        assert page.request.get(f"{cast.base}{letter}").body()[:5] == b"%PDF-"
        page.goto(f"{cast.base}/party/evidence")
        cast.look(page)
        exhibit = page.locator('a[href^="/party/evidence/"]').first.get_attribute("href")
        assert page.request.get(f"{cast.base}{exhibit}").body()[:5] == b"%PDF-"
        page.goto(f"{cast.base}/party")
        if party == "Respondent 1":
            answer(cast, page, "response", "It was not me.")
            page.goto(f"{cast.base}/party")
        answer(cast, page, "waiver")
        page.goto(f"{cast.base}/party")
        other = {"Complainant 1": "Barrett", "Respondent 1": "Ibáñez"}[party]
        assert other not in page.locator("main").inner_text()
    page = cast.on("2026-09-21").page("investigator")
    page.goto(f"{cast.base}/cases/{cast.number}/steps/write_report")
    page.locator('[name="considered"]').check()
    page.locator('[name="responses"]').check()
    page.locator("form.step button.btn-primary").click()
    page.wait_for_load_state()
    assert cast.state() == "REPORT_DRAFT"


def decide(cast: Cast, staff: SimpleNamespace) -> None:
    """The report, a written question with its answer, the determination with its six contents."""
    assign(cast, "decision_maker", staff.decider)
    cast.look(cast.take("investigator", "send_report", on="2026-09-21", means="email"))
    cast.look(cast.case("decider"))
    cast.take("decider", "questions", code="offered", on="2026-09-21", text="Until Friday.")
    page = enter_link(cast, "Respondent 1")
    answer(cast, page, "question", "Who saw it?")
    cast.on("2026-09-22").take(
        "decider", "questions", code="asked", party="Respondent 1", to="Complainant 1", on="2026-09-22", text="Who saw it?"
    )
    cast.take("decider", "questions", code="answered", question="1 · Respondent 1 · → Complainant 1", on="2026-09-22", text="Nobody.")
    cast.take("decider", "questions", code="finished", on="2026-09-22")
    for party in ("Complainant 1", "Respondent 1"):
        answer(cast, enter_link(cast, party), "waiver")
    cast.on("2026-09-24")
    desk = cast.page("decider")
    desk.goto(cast.base)
    cast.look(desk)
    cast.take("decider", "determine", facts="He sent them.", conclusions="The code forbids it.", remedies="on", finding_1="responsible",
              why_1="The messages prove it.")  # fmt: skip
    cast.look(cast.take("decider", "send_determination", on="2026-09-24", means="mail"))


def appeal(cast: Cast, staff: SimpleNamespace) -> None:
    """The respondent appeals in time; somebody who was none of the others decides."""
    cast.on("2026-09-28").take(
        "coordinator", "file_appeal", party="Respondent 1", on="2026-09-28", bases="bias", text="The investigator was biased."
    )
    assign(cast, "appeal_officer", staff.officer)
    cast.look(cast.take("officer", "notify_appeal", on="2026-09-28", means="mail"))
    cast.on("2026-09-30").take("officer", "state_appeal", party="Complainant 1", on="2026-09-30", text="It was fair.")
    cast.look(cast.take("officer", "decide_appeal", result="upheld", text="No bias is shown."))
    assert cast.state() == "FINAL"


def remedy_and_close(cast: Cast) -> None:
    """Remedies carried out and checked after 30, 60 and 90 days; then the file rests for seven years."""
    cast.on("2026-10-01").take("coordinator", "remedy", code="remedy", text="Another class")
    cast.look(cast.take("coordinator", "begin_remedies", on="2026-10-01", means="mail"))
    page = cast.page("coordinator")
    page.goto(f"{cast.base}/cases/{cast.number}/steps/remedy_done")
    cast.look(page)
    fill(page, {"on": "2026-10-01", "text": "Moved."})
    page.locator("form.step button.btn-primary").click()
    page.wait_for_load_state()
    for which, day in (("check_30", "2026-10-31"), ("check_60", "2026-11-30"), ("check_90", "2026-12-30")):
        cast.on(day).take("coordinator", "check_remedies", which=which, on=day, text="Works.")
    page = cast.take("coordinator", "close_remedies", reason="All is done.")
    cast.look(page)
    assert TitleIXCase.objects.get().retain_until == date(2033, 12, 30)
    for address in ("/title-ix/reads", "/title-ix/disclosures", "/title-ix/retention", f"/cases/{cast.number}/deadlines"):
        page.goto(cast.base + address)
        cast.look(page)
    assert PartyLink.objects.count() == 2


def test_a_school_case_from_the_report_to_the_archive(cast: Cast, staff: SimpleNamespace) -> None:
    Post.objects.get_or_create(user=staff.school, role=Role.PRINCIPAL, school_id=Post.objects.get(user=staff.principal).school_id)
    page = cast.page("school")
    page.goto(f"{cast.base}/title-ix/new")
    cast.look(page)
    cast.traveller.shift(20)
    fill(page, {"knowledge_at": "2026-09-08T09:00", "channel": "person", "relation": "student", "narrative": "Remarks and pictures.",
                "complainant_name": "Lucía Ibáñez", "complainant_kind": "student", "respondent_name": "Cole Barrett", "respondent_kind": "student"})  # fmt: skip
    page.locator('form [name="school"]').select_option(index=1)
    page.locator("form button.btn-primary").last.click()
    page.wait_for_load_state()
    cast.look(page)
    cast.number = TitleIXCase.objects.get().number
    cast.on("2026-09-09").take("coordinator", "triage")
    for person in ("Complainant 1", "Respondent 1"):
        cast.take("coordinator", "correct_person", person=person, address="2 Plantedstreet\nCharlotte, NC 28205")
    cast.take("coordinator", "contact", party="Complainant 1", on="2026-09-09", text="Called; offered measures.")
    cast.take("coordinator", "screen", **SEXUAL)
    assign(cast, "school_investigator", staff.school)
    cast.take("coordinator", "begin_inquiry")
    desk = cast.on("2026-09-11").page("school")
    desk.goto(cast.base)
    expect(desk.get_by_role("heading", name="My Title IX cases")).to_be_visible()
    cast.look(desk)
    cast.look(cast.case("school"))
    cast.take("school", "allege", text="Remarks about her body.")
    for party in ("Complainant 1", "Respondent 1"):
        cast.take("school", "interview", party=party, on="2026-09-11", text="Gave an account.")
    cast.take("school", "add_evidence", title="Messages", on="2026-09-11", text="Eleven of them.", relied_on="on")
    cast.take("school", "make_findings", finding_1="substantiated", why_1="Both phones show it.")
    cast.on("2026-09-14").take("coordinator", "notify_outcome", on="2026-09-14", means="mail")
    cast.look(cast.take("coordinator", "close_inquiry", reason="Both families know."))
    read_letters(cast, "coordinator", "SCHOOL_OUTCOME", "MEMO")
    sweep(datetime(2026, 9, 15, 12, tzinfo=UTC))
    case = TitleIXCase.objects.get()
    assert (case.state, case.retain_until) == ("CLOSED", date(2033, 9, 14))
    assert list(timeline.breaks([cast.number])) == []
