"""Two Title IX cases from the report to the archive in a real browser, each step by whoever may
take it: the letters are opened, axe looks at every page, and no name, narrative or address leaves
the case in a log, an address, an e-mail or a title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
import time_machine
import typst
from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from casework.audit import hash_chain
from casework.models import Alert, Appointment, Document, Event, Read
from casework.scheduler.run import sweep
from district.models import Post, Role, User
from notifications.delivery import deliver
from notifications.fanout import fan_out
from notifications.models import Message
from tests import axe
from tests.titleix import conftest as titleix
from tests.titleix.conftest import HARASSMENT, SEXUAL
from titleix.models import Delivery, TitleIXCase

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
staff = titleix.staff
# Names, an address, a nickname, and a word that stands in everything that anybody writes: none of
# them may leave the case.
NAMES = (
    "Ibáñez",
    "Lucía",
    "Barrett",
    "Plantedstreet",
    "Quillplanted",
    "planted@mail",
    "555-7777",
    "zanzibar",
    "pictures",
)
ZONE = ZoneInfo(settings.TIME_ZONE)


class Cast:
    """Everybody who works on the cases, each at a browser of their own, and the day on which they
    do."""

    def __init__(
        self, browser: Browser, base: str, people: SimpleNamespace, traveller: Any
    ) -> None:
        self.browser, self.base, self.people, self.traveller = browser, base, people, traveller
        self.pages: dict[str, Page] = {}
        self.number, self.seen = "", set[str]()
        self.addresses, self.titles, self.problems = set[str](), set[str](), list[str]()

    def on(self, day: str, hour: int = 10) -> Cast:
        """Let it be this day for everybody; the machine has done what it does every night, letters
        and e-mails have left."""
        moment = datetime.combine(date.fromisoformat(day), time(hour), ZONE)
        self.traveller.move_to(moment)
        for work in (sweep, fan_out, deliver):
            work(moment)
        return self

    def page(self, name: str) -> Page:
        """The browser of a person; a name that is no member of staff has no account."""
        if name not in self.pages:
            context = self.browser.new_context()
            context.on("request", lambda request: self.addresses.add(request.url))
            self.pages[name] = page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: self.problems.append(str(error)))
            page.on(
                "console",
                lambda message: (
                    self.problems.append(message.text) if message.type == "error" else None
                ),
            )
            if user := getattr(self.people, name, None):
                client = Client()
                client.force_login(
                    User.objects.get(pk=user.pk),
                    backend="django.contrib.auth.backends.ModelBackend",
                )
                value = client.cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies(
                    [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.base}]
                )
        return self.pages[name]

    def open(self, name: str, path: str) -> Page:
        """Somebody opens an address; the page is looked at."""
        page = self.page(name)
        page.goto(f"{self.base}{path}")
        return self.look(page)

    def look(self, page: Page) -> Page:
        """Axe looks once at every kind of page; the browser has nothing to complain of; address and
        title are kept."""
        self.titles.add(page.title())
        self.addresses.update(
            page.eval_on_selector_all(
                "a[href^='/'], form[action]", "all => all.map(one => one.href || one.action)"
            )
        )
        kind = (
            re.sub(r"[0-9a-f-]{36}|TIX-\d+-\d+|[\w-]{32}", "*", page.url)
            + page.locator("h1").first.inner_text()
        )
        if kind not in self.seen:
            self.seen.add(kind)
            axe.look(page)
        assert self.problems == [], (page.url, self.problems)
        return page

    def case(self, name: str) -> Page:
        """The case on somebody's screen."""
        return self.open(name, f"/cases/{self.number}")

    def take(self, name: str, step: str, /, **data: Any) -> Page:
        """Take a step as its page offers it: fill in the form, press its button, come back to the
        case."""
        page = self.open(name, f"/cases/{self.number}/steps/{step}")
        fill(page, data)
        press(page)
        wrong = (
            page.locator(".errors, .notice.bad ul").all_inner_texts()
            if f"/steps/{step}" in page.url
            else []
        )
        assert page.url == f"{self.base}/cases/{self.number}", (
            step,
            wrong or page.locator("h1").inner_text(),
        )
        self.titles.add(page.title())
        return page

    def refused(self, name: str, step: str, why: str) -> None:
        """The page says why the step cannot be taken, and has no button for it."""
        page = self.open(name, f"/cases/{self.number}/steps/{step}")
        expect(page.locator(".notice.bad")).to_contain_text(why)
        expect(page.locator("form.step")).to_have_count(0)

    def state(self) -> str:
        return TitleIXCase.objects.get(number=self.number).state

    def told(self) -> dict[str, str]:
        """Everything that leaves the case by the way: addresses, titles, e-mails, alerts, messages,
        events, reads."""
        return {
            "addresses": " ".join(map(unquote, self.addresses)),
            "titles": " ".join(self.titles),
            "mail": " ".join(str(one.message()) + one.body + one.subject for one in mail.outbox),
            "alerts": str(list(Alert.objects.values())),
            "messages": str(list(Message.objects.values())),
            "events": str(list(Event.objects.values())),
            "reads": str(list(Read.objects.values())),
        }


def fill(page: Page, data: dict[str, Any]) -> None:
    """Fill the fields of a form by their names: text, date, choice (by its value, else by its
    words), tick."""
    for name, value in data.items():
        field = page.locator(f'form [name="{name}"]')
        kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            known = field.evaluate("e => [...e.options].map(option => option.value)")
            field.select_option(
                value if value in known else None, label=None if value in known else value
            )
        elif kind in ("radio", "checkbox") and value not in ("on", ""):
            page.locator(f'form [name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            field.set_checked(value == "on")
        else:
            field.fill(str(value))


def press(page: Page) -> None:
    """Press the button of the page's form."""
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_load_state()


@pytest.fixture
def cast(browser: Browser, live_server: Any, staff: SimpleNamespace) -> Iterator[Cast]:
    User.objects.filter(username__startswith="t9-").update(email="staff@demo.invalid")
    with time_machine.travel(datetime(2026, 9, 8, 14, tzinfo=UTC), tick=True) as traveller:
        found = Cast(browser, live_server.url, staff, traveller)
        yield found
        for page in found.pages.values():
            page.context.close()


def read_letters(cast: Cast, *codes: str) -> None:
    """Every letter opens as a PDF with the number of its case and the address of its own reader
    alone."""
    page, found = (
        cast.page("coordinator"),
        list(Document.objects.filter(case__number=cast.number, draft=False)),
    )
    assert set(codes) <= {document.code for document in found}
    for document in found:
        answer = page.request.get(f"{cast.base}/cases/{cast.number}/documents/{document.pk}/file")
        words = "".join(one.extract_text() for one in PdfReader(BytesIO(answer.body())).pages)
        assert cast.number in words, document.code
        for row in Delivery.objects.filter(document=document).select_related("party"):
            mine, other = ("1", "2") if row.party.part == "complainant" else ("2", "1")
            assert f"{mine} Plantedstreet" in words, (document.code, row.party.label)
            assert f"{other} Plantedstreet" not in words, (document.code, row.party.label)
        cast.titles.add(answer.headers["content-disposition"])
    cast.open("coordinator", f"/cases/{cast.number}/documents/{found[0].pk}")


def enter_link(cast: Cast, part: str) -> Page:
    """The link as the coordinator reads it from the page of links and sends it; the person goes in
    with the code."""
    links = cast.open("coordinator", f"/cases/{cast.number}/links")
    box = links.locator("section.box", has=links.get_by_role("heading", name=part))
    address, code = box.locator("code").all_inner_texts()
    page = cast.open(part, address.removeprefix(cast.base))
    fill(page, {"code": code})
    press(page)
    return cast.look(page)


def answer(cast: Cast, page: Page, kind: str, text: str = "") -> None:
    """A party answers through the link."""
    page.goto(f"{cast.base}/party")
    fill(page, {"kind": kind, "text": text} | ({"tick": "on"} if kind == "waiver" else {}))
    page.locator("form.step button.btn-primary").click()
    expect(page.get_by_role("status")).to_be_visible()


def assign(cast: Cast, role: str, user: User) -> None:
    cast.take("coordinator", "assign", user=str(user), role=role, declared="on")


def name_addresses(cast: Cast) -> None:
    for person, place in (
        ("Complainant 1", "1 Plantedstreet"),
        ("Respondent 1", "2 Plantedstreet"),
    ):
        cast.take(
            "coordinator", "correct_person", person=person, address=f"{place}\nCharlotte, NC 28205"
        )


def nothing_left(cast: Cast, caplog: Any, capfd: Any, logged: str = "") -> None:
    """No name, narrative or address in a log line, URL, e-mail, alert, message, event or page title
    of the whole walk."""
    told = cast.told() | {"log": caplog.text + "".join(capfd.readouterr())}
    assert cast.number in told["mail"]
    assert len(cast.titles) > 10
    assert logged in told["log"]
    for where, words in told.items():
        assert not [name for name in NAMES if name in words], where


# -- the district ----------------------------------------------------------------------------------


def test_a_district_case_from_the_report_to_the_archive(
    cast: Cast, staff: SimpleNamespace, caplog: Any, capfd: Any
) -> None:
    report_by_form(cast)
    screen_with_a_second_reader(cast)
    complain(cast)
    investigate(cast, staff)
    wait_for_the_parties(cast)
    decide(cast, staff)
    appeal(cast, staff)
    remedy_and_close(cast)
    read_letters(
        cast,
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
    take_the_archive(cast)
    assert list(hash_chain.breaks([cast.number])) == []
    nothing_left(cast, caplog, capfd, logged="steps/second_read")


def report_by_form(cast: Cast) -> None:
    """Somebody without an account reports, and keeps the code."""
    for address in ("/title-ix?lang=en", "/report?lang=es", "/report?lang=en"):
        page = cast.open("reporter", address)
    cast.traveller.shift(20)  # nobody reads and fills the form in no time
    fill(
        page,
        {
            "narrative": "He keeps sending me pictures of zanzibar.",
            "it_was_me": "on",
            "complainant_kind": "student",
            "respondent_name": "Cole Barrett",
            "respondent_kind": "student",
            "relation": "student",
            "identity": "named",
            "name": "Lucía Ibáñez",
        },
    )
    press(page)
    expect(cast.look(page).locator("#receipt-code")).to_be_visible()
    cast.number = TitleIXCase.objects.get().number


def screen_with_a_second_reader(cast: Cast) -> None:
    """Something stays unknown beyond the three days: the deputy reads it too, and the coordinator
    may not read twice."""
    desk = cast.open("coordinator", "/")
    expect(desk.get_by_role("heading", name="Unscreened reports")).to_be_visible()
    desk.get_by_role("link", name=cast.number).first.click()
    desk.wait_for_load_state()
    cast.look(desk)
    cast.take("coordinator", "triage")
    name_addresses(cast)
    cast.take(
        "coordinator",
        "add_person",
        part="witness",
        kind="student",
        name="Quillplanted Person",
        address="7 Plantedstreet\nCharlotte",
        email="planted@mail.invalid",
        phone="980-555-7777",
        language="en",
    )
    cast.take(
        "coordinator",
        "contact",
        party="Complainant 1",
        on="2026-09-08",
        text="Called; offered measures, zanzibar.",
    )
    cast.take(
        "coordinator",
        "add_measure",
        party="Complainant 1",
        on="2026-09-08",
        text="Another lunch, zanzibar",
        answer="accepted",
    )
    unsure = HARASSMENT | {"pervasive": "U", "rationale": "zanzibar is not known"}
    cast.on("2026-09-14").take("coordinator", "screen", **unsure)
    assert TitleIXCase.objects.get().second_reader_open
    cast.refused("coordinator", "file_complaint", "second")
    page = cast.open("coordinator", f"/cases/{cast.number}/steps/second_read")
    fill(page, {"reason": "I read zanzibar twice."})
    press(page)
    expect(page.locator("main")).to_contain_text(
        "The second reader must be somebody else than the screener."
    )
    cast.problems.clear()  # the browser notes the answer 422 as a failed resource
    cast.take("deputy", "second_read", reason="I agree: zanzibar.")


def complain(cast: Cast) -> None:
    """The formal complaint and the notice of allegations to both."""
    cast.on("2026-09-15").take("coordinator", "file_complaint", on="2026-09-15", by="complainant")
    cast.take(
        "coordinator", "allege", text="Kept sending pictures of zanzibar although she said no."
    )
    cast.look(
        cast.on("2026-09-16").take("coordinator", "send_notice", on="2026-09-16", means="mail")
    )


def investigate(cast: Cast, staff: SimpleNamespace) -> None:
    """Interviews with written notice, a piece of evidence with its file, the package to both."""
    assign(cast, "investigator", staff.investigator)
    cast.on("2026-09-17").take("investigator", "begin_investigation")
    parties = ("Complainant 1", "Respondent 1")
    for n, party in enumerate(parties):
        cast.take(
            "investigator",
            "schedule_interview",
            party=party,
            meets_on="2026-09-21",
            time=f"{9 + n}:00".rjust(5, "0"),
            place="Room 4",
            purpose="To hear the account of zanzibar",
            means="mail",
        )
    assert Appointment.objects.filter(case__number=cast.number).count() == 2
    cast.on("2026-09-21")
    for party in parties:
        cast.take(
            "investigator",
            "interview",
            party=party,
            on="2026-09-21",
            text="Gave an account of zanzibar.",
        )
        cast.take("investigator", "record_advisor", party=party, on="2026-09-21", choice="none")
    page = cast.on("2026-09-22").case("investigator")
    pdf = typst.compile(b"Twenty-two pictures", format="pdf", ignore_system_fonts=True)
    page.set_input_files(
        "#attach", {"name": "zanzibar.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("link", name="zanzibar.pdf")).to_be_visible()
    cast.take(
        "investigator",
        "add_evidence",
        title="Messages on zanzibar",
        on="2026-09-22",
        text="Found zanzibar on both phones.",
        relied_on="on",
        attachment="zanzibar.pdf",
    )
    cast.look(
        cast.on("2026-09-23").take("investigator", "send_evidence", on="2026-09-23", means="email")
    )


def wait_for_the_parties(cast: Cast) -> None:
    """Both look at letters and evidence by their links; one answers, one is silent: the ten days
    are waited for."""
    for party in ("Complainant 1", "Respondent 1"):
        cast.take("coordinator", "make_party_link", party=party, with_code="on", days="60")
    cast.on("2026-09-24")
    for party, other in (("Complainant 1", "Barrett"), ("Respondent 1", "Ibáñez")):
        page = enter_link(cast, party)
        letter = page.get_by_role("link", name=re.compile("^Read|^Open")).first.get_attribute(
            "href"
        )
        assert page.request.get(f"{cast.base}{letter}").body()[:5] == b"%PDF-"
        page = cast.open(party, "/party/evidence")
        exhibit = page.locator('a[href^="/party/evidence/"]').first.get_attribute("href")
        assert page.request.get(f"{cast.base}{exhibit}").body()[:5] == b"%PDF-"
        page.goto(f"{cast.base}/party")
        assert other not in page.locator("main").inner_text()
    answer(cast, page, "response", "It was not me, zanzibar.")
    cast.on("2026-10-03").refused("investigator", "write_report", "Oct")
    page = cast.on("2026-10-04").open("investigator", f"/cases/{cast.number}/steps/write_report")
    fill(
        page,
        {"considered": "on", "text": page.locator('[name="text"]').input_value() + "\nzanzibar"},
    )
    page.locator('[name="responses"]').check()
    press(page)
    assert cast.state() == "REPORT_DRAFT"


def decide(cast: Cast, staff: SimpleNamespace) -> None:
    """The report, a written question with its answer, the determination with its six contents. Both
    waive the second wait."""
    assign(cast, "decision_maker", staff.decider)
    cast.look(
        cast.on("2026-10-05").take("investigator", "send_report", on="2026-10-05", means="email")
    )
    cast.case("decider")
    cast.take("decider", "questions", code="offered", on="2026-10-05", text="Until Friday.")
    answer(cast, enter_link(cast, "Respondent 1"), "question", "Who saw zanzibar?")
    question = {"on": "2026-10-06", "text": "Who saw zanzibar?"}
    cast.on("2026-10-06").take(
        "decider", "questions", code="asked", party="Respondent 1", to="Complainant 1", **question
    )
    cast.take(
        "decider",
        "questions",
        code="answered",
        question="1 · Respondent 1 · → Complainant 1",
        on="2026-10-06",
        text="Nobody, zanzibar.",
    )
    cast.take("decider", "questions", code="finished", on="2026-10-06")
    cast.refused("decider", "determine", "Oct")
    for party in ("Complainant 1", "Respondent 1"):
        answer(cast, enter_link(cast, party), "waiver")
    cast.on("2026-10-08").open("decider", "/")
    cast.take(
        "decider",
        "determine",
        facts="He sent zanzibar.",
        conclusions="The code forbids zanzibar.",
        remedies="on",
        finding_1="responsible",
        why_1="The messages prove zanzibar.",
    )
    cast.look(cast.take("decider", "send_determination", on="2026-10-08", means="mail"))


def appeal(cast: Cast, staff: SimpleNamespace) -> None:
    """The respondent appeals in time; somebody who was none of the others decides."""
    biased = {"bases": "bias", "text": "The investigator was biased against zanzibar."}
    cast.on("2026-10-12").take(
        "coordinator", "file_appeal", party="Respondent 1", on="2026-10-12", **biased
    )
    assign(cast, "appeal_officer", staff.officer)
    cast.take("officer", "notify_appeal", on="2026-10-12", means="mail")
    cast.on("2026-10-14").refused("officer", "decide_appeal", "statement until")
    cast.take(
        "officer",
        "state_appeal",
        party="Complainant 1",
        on="2026-10-14",
        text="It was fair, zanzibar.",
    )
    cast.look(
        cast.take("officer", "decide_appeal", result="upheld", text="No bias on zanzibar is shown.")
    )
    assert cast.state() == "FINAL"


def remedy_and_close(cast: Cast) -> None:
    """Remedies carried out and checked after 30, 60 and 90 days; then the file rests for seven
    years."""
    cast.on("2026-10-15").take(
        "coordinator", "remedy", code="remedy", text="Another class than zanzibar"
    )
    cast.look(cast.take("coordinator", "begin_remedies", on="2026-10-15", means="mail"))
    cast.take("coordinator", "remedy_done", on="2026-10-15", text="Moved, zanzibar.")
    for which, day in (
        ("check_30", "2026-11-14"),
        ("check_60", "2026-12-14"),
        ("check_90", "2027-01-13"),
    ):
        cast.on(day).take(
            "coordinator", "check_remedies", which=which, on=day, text="Works, zanzibar."
        )
    cast.look(cast.take("coordinator", "close_remedies", reason="All of zanzibar is done."))
    assert TitleIXCase.objects.get().retain_until == date(2034, 1, 13)
    for address in (
        "/title-ix/reads",
        "/title-ix/disclosures",
        "/title-ix/retention",
        f"/cases/{cast.number}/deadlines",
        "/inbox",
    ):
        cast.open("coordinator", address)


def take_the_archive(cast: Cast) -> None:
    """The whole file as one zip: its PDF opens, every hash of its index is right, and the taking is
    on the timeline."""
    page = cast.open("coordinator", f"/cases/{cast.number}/archive")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the whole file").click()
    cast.titles.add(taken.value.suggested_filename)
    with ZipFile(taken.value.path()) as found:
        pdfs = [name for name in found.namelist() if name.endswith(".pdf")]
        assert len(pdfs) > Document.objects.filter(case__number=cast.number).count()
        assert all(found.read(name)[:5] == b"%PDF-" for name in pdfs)
    assert Event.objects.filter(case__number=cast.number, name="export_file").count() == 1


# -- the school ------------------------------------------------------------------------------------


def test_a_school_case_from_the_report_to_the_archive(
    cast: Cast, staff: SimpleNamespace, caplog: Any, capfd: Any
) -> None:
    Post.objects.get_or_create(
        user=staff.school,
        role=Role.PRINCIPAL,
        school_id=Post.objects.get(user=staff.principal).school_id,
    )
    report_by_staff(cast)
    inquire(cast, staff)
    read_letters(cast, "SCHOOL_OUTCOME", "MEMO")
    cast.on("2026-09-15")
    case = TitleIXCase.objects.get()
    assert (case.state, case.retain_until) == ("CLOSED", date(2033, 9, 14))
    assert list(hash_chain.breaks([cast.number])) == []
    nothing_left(cast, caplog, capfd)


def report_by_staff(cast: Cast) -> None:
    """The school reports what it knew in the morning; the coordinator screens it."""
    page = cast.open("school", "/title-ix/new")
    cast.traveller.shift(20)
    fill(
        page,
        {
            "knowledge_at": "2026-09-08T09:00",
            "channel": "person",
            "relation": "student",
            "narrative": "Remarks and pictures of zanzibar.",
            "complainant_name": "Lucía Ibáñez",
            "complainant_kind": "student",
            "respondent_name": "Cole Barrett",
            "respondent_kind": "student",
        },
    )
    page.locator('form [name="school"]').select_option(index=1)
    press(page)
    cast.look(page)
    cast.number = TitleIXCase.objects.get().number
    cast.on("2026-09-09").take("coordinator", "triage")
    name_addresses(cast)
    cast.take(
        "coordinator",
        "contact",
        party="Complainant 1",
        on="2026-09-09",
        text="Called; offered measures, zanzibar.",
    )
    cast.take("coordinator", "screen", **SEXUAL | {"rationale": "zanzibar as reported"})


def inquire(cast: Cast, staff: SimpleNamespace) -> None:
    """Both sides heard, findings, both families told, closed."""
    assign(cast, "school_investigator", staff.school)
    cast.take("coordinator", "begin_inquiry")
    desk = cast.on("2026-09-11").open("school", "/")
    expect(desk.get_by_role("heading", name="My Title IX cases")).to_be_visible()
    cast.case("school")
    cast.refused("school", "make_findings", "evidence is empty")
    cast.take("school", "allege", text="Remarks about zanzibar.")
    for party in ("Complainant 1", "Respondent 1"):
        cast.take(
            "school", "interview", party=party, on="2026-09-11", text="Gave an account of zanzibar."
        )
    cast.take(
        "school",
        "add_evidence",
        title="Messages on zanzibar",
        on="2026-09-11",
        text="Eleven of zanzibar.",
        relied_on="on",
    )
    cast.take(
        "school", "make_findings", finding_1="substantiated", why_1="Both phones show zanzibar."
    )
    cast.on("2026-09-14").take("coordinator", "notify_outcome", on="2026-09-14", means="mail")
    cast.look(cast.take("coordinator", "close_inquiry", reason="Both families know of zanzibar."))
