"""No page of Title IX takes more than twelve SQL statements, whoever looks, in whatever state,
however far a case is grown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.access.grants import grant
from casework.models import CaseUserPermission, Document, LegalHold
from district.models import Post, Role, School, Student, User
from notifications.fanout import fan_out
from tests.titleix.conftest import HARASSMENT, KNOWN, SEXUAL, Walk
from tests.titleix.lives import decided, investigated, school_found
from titleix.case.open_report import open_report
from titleix.case.states import Stage
from titleix.models import PartyLink, RedactedExport, TitleIXCase
from titleix.party_portal import links

MOST = 12
ROOMS = ("", "/deadlines", "/links", "/archive")
LISTS = (
    "/",
    "/cases",
    "/cases?kind=TIX",
    "/cases?view=closed",
    "/upcoming",
    "/inbox",
    "/inbox?show=all",
    "/title-ix",
    "/title-ix/new",
    "/title-ix/reads",
    "/title-ix/disclosures",
    "/title-ix/holds",
    "/title-ix/retention",
    "/title-ix/trainings",
    "/title-ix/emergency",
    "/report",
    "/workflows/TIX",
)


DISTRICT = (
    "SCREENING",
    "FC_PENDING",
    "FORMAL_COMPLAINT",
    "NOTICED",
    "INVESTIGATING",
    "EVIDENCE_REVIEW",
    "REPORT_DRAFT",
    "REPORT_REVIEW",
    "DETERMINATION",
    "APPEAL_WINDOW",
    "APPEAL",
    "FINAL",
    "REMEDIES",
    "CLOSED",
    "REOPENED",
)
SCHOOL = (
    "RECEIVED",
    "S_OPEN",
    "S_INVESTIGATING",
    "S_FINDINGS",
    "S_OUTCOME_NOTIFIED",
    "S_REOPENED",
    "S_DISMISSED",
)
EARLY = ("INFO_REQUESTED", "NOT_TITLE_IX", "SUPPORTIVE_ONLY", "INFORMAL", "DISMISSED")


@pytest.fixture
def frozen() -> Iterator[Any]:
    with time_machine.travel(datetime(2027, 1, 20, 15, tzinfo=UTC), tick=False) as traveller:
        yield traveller


class Counted:
    """One person's browser that says what a page costs."""

    def __init__(self, user: User) -> None:
        self.client, self.user = Client(), user
        self.client.force_login(
            User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
        )
        self.client.get("/inbox")  # the first request of a session writes the session

    def get(self, address: str) -> tuple[int, list[str]]:
        with CaptureQueriesContext(connection) as found:
            answer = self.client.get(address)
            assert answer.streaming or answer.content is not None
        return answer.status_code, [
            re.sub(r"\s+", " ", row["sql"]) for row in found.captured_queries
        ]


class Watched(Walk):
    """A case that everybody in it opens once in every state that it comes to."""

    def __init__(self, walk: Walk, *more: User) -> None:
        super().__init__(walk.case, walk.staff)
        people = {
            name: user
            for name, user in vars(walk.staff).items()
            if name not in ("deputy", "outsider", "root", "admin", "principal")
        }
        self.browsers = {
            name: Counted(user)
            for name, user in {**people, **{user.username: user for user in more}}.items()
        }
        self.seen: dict[str, set[str]] = {}
        self.dear: list[str] = []
        self.most: dict[str, int] = {}

    def __call__(self, *args: Any, **data: Any) -> Watched:
        super().__call__(*args, **data)
        if self.state not in self.seen:
            self.seen[self.state] = set()
            self.look(f"/cases/{self.number}")
        return self

    def look(self, *addresses: str, who: Collection[str] = ()) -> None:
        """Everybody who may see the case opens these; what one may not open is no page."""
        holders = set(
            CaseUserPermission.objects.filter(content_object_id=self.case.pk).values_list(
                "user_id", flat=True
            )
        )
        for name, browser in self.browsers.items():
            for address in (
                addresses if browser.user.pk in holders and (not who or name in who) else ()
            ):
                status, sql = browser.get(address)
                assert status < 500, (name, address)
                if status == 200:
                    self.seen.setdefault(self.state, set()).add(name)
                self.most[address] = max(self.most.get(address, 0), len(sql))
                if len(sql) > MOST:
                    self.dear.append(
                        f"{len(sql)} in {self.state} for {name}: {address}\n"
                        + "\n".join(f"   {one[:200]}" for one in sql)
                    )

    def cheap(self, *states: str) -> None:
        """Every state was seen, and no page was dear."""
        assert not self.dear, "\n".join(self.dear)
        assert set(states) <= set(self.seen), set(states) - set(self.seen)


def furnished(walk: Walk, staff: Any) -> Watched:
    """The case with somebody from everywhere who may see it, an older report of the same people on
    the same day, and files."""
    counsel, approver = (
        User.objects.create_user(f"t9-{name}", first_name=name.title(), last_name="Nine")
        for name in ("counsel", "approver")
    )
    for user, role in ((counsel, Role.COUNSEL), (approver, Role.DEPUTY)):
        Post.objects.create(user=user, role=role)
    people = [
        {"part": row.part, "kind": row.kind, "name": row.name} for row in walk.case.parties.all()
    ]
    for _n in range(3):
        open_report(
            school=School.objects.get(school_id="1"),
            narrative="again",
            knowledge_at=KNOWN,
            channel="staff",
            now=KNOWN,
            people=people,
            incident_on=KNOWN.date(),
        )
    type(walk.case).objects.update(incident_on=KNOWN.date())
    grant(walk.case, counsel, "view_cases")
    grant(walk.case, approver, "view_cases", "approve_cases")
    found = Watched(walk, counsel, approver)
    found.look(f"/cases/{walk.number}")
    return found


def test_a_district_case_in_every_state(report, staff, frozen):
    walk = decided(furnished(report, staff))
    walk(
        "file_appeal",
        staff.coordinator,
        "2026-11-30",
        on="2026-11-30",
        bases=["bias"],
        party=walk.party("respondent"),
        text="biased",
    )
    walk.assign("appeal_officer", staff.officer, "2026-12-01").sent(
        "notify_appeal", staff.coordinator, "2026-12-01"
    )
    walk(
        "make_party_link", staff.coordinator, "2026-12-01", party=walk.party("respondent"), days=30
    )
    fan_out(datetime(2026, 12, 2, 15, tzinfo=UTC))
    RedactedExport.objects.create(
        case=walk.case, made_by=staff.coordinator, made_at=KNOWN, purpose="for court"
    )
    document, copy = Document.objects.filter(case=walk.case).first(), RedactedExport.objects.get()
    walk.look(*LISTS, who=("coordinator", "officer", "t9-counsel", "t9-approver"))
    walk.look(
        *(
            f"/cases/{walk.number}{room}"
            for room in (
                *ROOMS,
                f"/documents/{document.pk}",
                f"/documents/{document.pk}/file",
                f"/archive/redacted/{copy.pk}",
                "/next",
                "/steps/assign",
                "/steps/release",
                "/steps/decide_appeal",
                "/steps/state_appeal",
                "/steps/add_note",
                "/steps/disclose",
            )
        ),
        who=("coordinator", "officer", "t9-counsel"),
    )
    walk("decide_appeal", staff.officer, "2026-12-09", result="upheld", text="No bias.")
    walk("remedy", staff.coordinator, "2026-12-09", code="remedy", text="other class").sent(
        "begin_remedies", staff.coordinator, "2026-12-10"
    )
    walk(
        "remedy_done",
        staff.coordinator,
        "2026-12-10",
        record=str(walk.case.records.get(kind="REMEDY").pk),
        on="2026-12-10",
        text="moved",
    )
    for which in ("check_30", "check_60", "check_90"):
        walk(
            "check_remedies",
            staff.coordinator,
            "2027-01-12",
            which=which,
            on="2027-01-12",
            text="well",
        )
    walk("close_remedies", staff.coordinator, "2027-01-13", reason="done")
    walk("reopen", staff.coordinator, "2027-01-14", reason="a new witness")
    walk.cheap(*DISTRICT)
    assert {"coordinator", "t9-approver"} <= walk.seen["CLOSED"]
    assert {"coordinator", "investigator", "decider", "officer", "t9-counsel"} <= walk.seen[
        "APPEAL"
    ]
    assert max(walk.most.values()) > 8, walk.most  # the pages were counted


def test_a_school_case_in_every_state(report, staff, frozen):
    walk = furnished(report, staff)
    walk("triage", staff.coordinator, "2026-09-09")(
        "screen", staff.coordinator, "2026-09-09", **SEXUAL
    )
    school_found(walk).sent("notify_outcome", staff.coordinator, "2026-10-02")(
        "close_inquiry", staff.coordinator, "2026-10-02", reason="done"
    )
    walk("reopen", staff.coordinator, "2026-10-20", reason="a new witness").sent(
        "resume_inquiry", staff.coordinator, "2026-10-21"
    )
    walk("end_inquiry", staff.coordinator, "2026-10-22", reason="nothing to find")
    walk.look(
        "/", f"/cases/{walk.number}/steps/interview", f"/cases/{walk.number}/steps/add_evidence"
    )
    walk.cheap(*SCHOOL)


def test_the_ends_before_an_investigation(report, staff, frozen):
    walk = furnished(report, staff)
    walk("triage", staff.coordinator, "2026-09-08")(
        "screen", staff.coordinator, "2026-09-08", **HARASSMENT | {"pervasive": "U"}
    )
    walk("info_received", staff.coordinator, "2026-09-09", text="came")(
        "screen", staff.coordinator, "2026-09-09", **SEXUAL | {"q1": "N"}
    )
    walk("screen_again", staff.coordinator, "2026-09-10", reason="new facts")(
        "screen", staff.coordinator, "2026-09-10", **HARASSMENT
    )
    walk("support_only", staff.coordinator, "2026-09-11", reason="she does not want it")
    walk("file_complaint", staff.coordinator, "2026-09-14", on="2026-09-14", by="complainant")(
        "allege", staff.coordinator, "2026-09-14", text="x"
    )
    walk.sent("send_notice", staff.coordinator, "2026-09-15").assign(
        "facilitator", staff.facilitator, "2026-09-15"
    )
    offer = {
        "process": "talks",
        "ends_by": "2026-10-09",
        "reply_by": "2026-09-21",
        "records": "the consent",
        "on": "2026-09-16",
        "means": "mail",
    }
    walk("offer_informal", staff.coordinator, "2026-09-16", **offer)
    walk("begin_informal", staff.coordinator, "2026-09-18", consent_on="2026-09-18", both="on")
    walk("leave_informal", staff.facilitator, "2026-09-21", reason="she withdrew")
    walk("withdraw", staff.coordinator, "2026-09-22", on="2026-09-22")
    walk("dismiss", staff.coordinator, "2026-09-22", ground="withdrawn", reason="in writing")
    other = Walk(TitleIXCase.objects.exclude(pk=walk.case.pk).first(), staff)
    other("triage", staff.coordinator, "2026-09-22")
    other("merge", staff.coordinator, "2026-09-22", number=walk.number, reason="the same facts")
    merged = Watched(other)
    merged.look(f"/cases/{other.number}")
    walk.cheap(*EARLY)
    merged.cheap("MERGED")


def test_a_file_past_its_time_with_a_hold_and_a_disposal(report, staff, frozen):
    walk = furnished(report, staff)
    walk("triage", staff.coordinator, "2026-09-08")(
        "screen", staff.coordinator, "2026-09-08", **SEXUAL | {"q1": "N"}
    )
    walk(
        "refer",
        staff.coordinator,
        "2026-09-09",
        office="Student services",
        email="office@demo.invalid",
        phone="1",
        text="bullying",
    )
    LegalHold.objects.create(
        scope="PERSON",
        student=Student.objects.first(),
        matter="Superior Court 26-1",
        set_by=staff.root,
        set_on=KNOWN.date(),
    )
    frozen.move_to(datetime(2034, 1, 20, 15, tzinfo=UTC))
    walk("propose_disposal", staff.coordinator, "2034-01-20")
    walk.look(f"/cases/{walk.number}", "/title-ix/retention", "/title-ix/holds")
    walk.cheap("CLOSED")


def test_the_pages_of_a_party_behind_the_link(report, staff, frozen, client):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    walk(
        "make_party_link", staff.coordinator, "2027-01-20", party=walk.party("respondent"), days=30
    )
    client.get(f"/party/{links.token_of(PartyLink.objects.get().pk)}")
    for address in (
        "/party",
        "/party/evidence",
        f"/party/letters/{walk.case.deliveries.filter(party__part='respondent').first().pk}",
    ):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code in (200, 404), address
        assert 0 < len(found.captured_queries) <= MOST, address


def test_every_state_is_in_one_of_these_lives():
    assert {*DISTRICT, *SCHOOL, *EARLY, "MERGED"} == set(Stage)
