"""What the matrix of all addresses (`test_doors`) cannot ask: searches, posts, feeds,
notifications, readers of the database, the record of tries, a party's link, mangled numbers; and a
walk with planted names (T-31)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from casework.access import rights
from casework.access.grants import recuse
from casework.models import Alert, Appointment, Attachment, Document, Event, Read
from casework.pages import selectors, worklist
from casework.privacy import encrypted_files
from casework.scheduler.run import sweep
from district import tokens
from district.models import Post, Role, Scope, Student, User
from notifications.delivery import deliver
from notifications.fanout import fan_out
from notifications.models import FeedToken, Message
from tests.titleix.conftest import Walk
from tests.titleix.lives import decided, investigated
from titleix.dashboards import work_queues
from titleix.models import PartyLink
from titleix.party_portal import links

NOW = datetime(2026, 10, 15, 15, tzinfo=UTC)
SECRETS = ("Ibáñez", "Lucía", "Barrett", "Elm Street", "sending pictures", "found on both phones")


@pytest.fixture
def frozen():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def walk(report, staff, nights, frozen) -> Walk:
    """A case in the evidence window about a student who has an attendance case too, with everything
    that hangs on a case."""
    student = Student.objects.get(student_id="S1")
    report.case.parties.filter(part="respondent").update(student=student)
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    walk(
        "make_party_link", staff.coordinator, "2026-10-15", party=walk.party("respondent"), days=30
    )
    case, content = walk.case, b"words of the evidence"
    digest = hashlib.sha256(content).hexdigest()
    common = {
        "case": case,
        "sha256": digest,
        "size": len(content),
        "file": encrypted_files.keep("TIX", "attachments/matrix", content),
    }
    Attachment.objects.create(**common, name="Barrett.txt", state="CLEAN", uploaded_at=NOW)
    Document.objects.create(
        **common,
        code="NOTICE",
        language="en",
        template_version="x",
        created_at=NOW,
        recipient="Cole Barrett",
    )
    Appointment.objects.create(case=case, kind="INTERVIEW", starts_at=NOW, place="Room 1")
    return walk


def others(staff, people, report) -> dict[str, User]:
    """Everybody who may not know of the case, by name."""
    found = {
        "stranger": people.stranger,
        "colleague": people.colleague,
        "attendance worker of the student": people.worker,
        "superuser": people.root,
        "district administrator": people.admin,
        "principal of the school": people.principal,
        "principal of another school": User.objects.get(staff_id="PR2"),
        "supervisor": people.supervisor,
        "decision-maker of no case": staff.decider,
        "recused": staff.second,
    }
    for role in (Role.DEPUTY, Role.COUNSEL, Role.AUDITOR):
        found[role] = User.objects.create_user(f"post-{role.lower()}", first_name=role.title())
        Post.objects.create(user=found[role], role=role)
    recuse(report.case, staff.second, "coaches a party", by=staff.coordinator)
    return found


def by_number(walk: Walk) -> list[str]:
    """Every address that names the case."""
    case, number = walk.case, walk.number
    document, attachment, meeting = (
        Document.objects.get(case=case, template_version="x"),
        Attachment.objects.get(case=case),
        Appointment.objects.get(case=case),
    )
    pages = [
        "",
        "/deadlines",
        "/steps/add_note",
        "/steps/disclose",
        "/next",
        f"/documents/{document.pk}",
        f"/documents/{document.pk}/file",
        f"/attachments/{attachment.pk}",
        f"/appointments/{meeting.pk}.ics",
        "/links",
    ]
    api = [
        "",
        "/timeline",
        "/clocks",
        "/tasks",
        "/steps",
        "/documents",
        f"/documents/{document.pk}",
        "/attachments",
        f"/attachments/{attachment.pk}",
    ]
    return [f"/cases/{number}{page}" for page in pages] + [
        f"/api/v1/cases/{number}{page}" for page in api
    ]


class Caller:
    """One person with a browser, a token and a calendar feed."""

    def __init__(self, user: User) -> None:
        self.user = User.objects.get(pk=user.pk)
        self.client = Client()
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        _token, self.secret = tokens.issue(self.user, "x", [Scope.READ, Scope.ACT], 30)

    def get(self, address: str):
        headers = {"authorization": f"Bearer {self.secret}"} if address.startswith("/api/") else {}
        return self.client.get(address, headers=headers)

    def feed(self) -> str:
        FeedToken.objects.update_or_create(
            user=self.user,
            defaults={
                "digest": hashlib.sha256(b"f" + self.secret.encode()).hexdigest(),
                "created_at": timezone.now(),
            },
        )
        return self.client.get(f"/feeds/f{self.secret}.ics").content.decode()


def text_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


@pytest.mark.scenario("T-31")
def test_searches_suggestions_feeds_and_posts_tell_nothing(walk, staff, people):
    """The answer for the case is the answer for one that does not exist."""
    for name, user in others(staff, people, walk).items():
        caller = Caller(user)
        for words in (walk.number, "Barrett", "Ibáñez", walk.number.lower()):
            assert walk.number not in text_of(
                caller.client.post("/search/suggest", {"words": words})
            ).replace(words, ""), name
            found = caller.client.post("/search", {"words": words}, follow=True)
            assert f"/cases/{walk.number}" not in text_of(found), name
            api = caller.client.post(
                "/api/v1/cases/search",
                {"words": words},
                content_type="application/json",
                headers={"authorization": f"Bearer {caller.secret}"},
            )
            assert walk.number not in text_of(api), name
        for step in ("add_note", "assign", "disclose", "propose_disposal"):
            answers = {
                caller.client.post(f"/cases/{number}/steps/{step}", {"text": "x"}).status_code
                for number in (walk.number, "TIX-2026-9999")
            }
            assert answers == {404}, f"{name}: {step}"
        assert caller.client.post(f"/cases/{walk.number}/attachments", {}).status_code == 404
        assert caller.client.post(
            "/cases/bulk", {"number": [walk.number], "step": "add_note"}
        ).status_code in (200, 302, 404, 409, 422)
        assert walk.number not in caller.feed(), name
        assert (
            Event.objects.filter(case=walk.case, actor=caller.user)
            .exclude(name__in=["recuse"])
            .count()
            == Event.objects.filter(case=walk.case, actor=caller.user, at__lt=NOW).count()
        )


@pytest.mark.scenario("T-31")
def test_no_reader_counts_or_notifies_them(walk, staff, people):
    everybody = others(staff, people, walk)
    held = rights.holders("TIX", [walk.case.pk])[walk.case.pk]
    told = {user for users in held.values() for user in users}
    sweep(NOW)
    Alert.objects.create(id=uuid4(), case=walk.case, code="DUE", level="escalation", raised_at=NOW)
    fan_out(NOW)
    heard = set(
        Message.objects.filter(alert__case=walk.case).values_list("recipient_id", flat=True)
    )
    assert {staff.coordinator.pk, staff.investigator.pk} <= heard
    for name, user in everybody.items():
        one = User.objects.get(pk=user.pk)
        assert not rights.visible(one, "TIX").exists(), name
        assert not rights.can(one, "view_cases", walk.case), name
        assert one.pk not in told | heard, name
        assert walk.number not in str(worklist.worklist(one, {}).rows), name
        assert selectors.coming(one, datetime(2027, 6, 1, tzinfo=UTC))[0] == [
            row
            for row in selectors.coming(one, datetime(2027, 6, 1, tzinfo=UTC))[0]
            if row.number != walk.number
        ]
        assert walk.number not in str(
            work_queues.desk(one, {post.role for post in one.posts.all()})
        ), name
        assert (
            selectors.counts(one)["all"]
            == rights.visible(one).filter(closed_on=None).exclude(kind="TIX").count()
        ), name


def test_every_try_is_in_the_record(walk, staff, people):
    caller = Caller(User.objects.get(staff_id="PR2"))
    addresses = by_number(walk)
    for address in addresses:
        caller.get(address)
    assert Read.objects.filter(user=caller.user, case=walk.case, refused=True).count() == len(
        addresses
    )


def test_a_partys_link_is_no_key_to_anything_else(walk, client):
    client.get(f"/party/{links.token_of(PartyLink.objects.get().pk)}")
    for address in by_number(walk):
        assert client.get(address).status_code in (302, 401), address


# -- a walk with planted names ---------------------------------------------------------------------


def test_no_planted_name_leaves_the_case(report, staff, frozen, caplog, capfd, settings):
    """A whole case under names that stand nowhere else; then every log line, address, e-mail,
    alert, message, title and event is searched for them."""
    frozen.move_to(datetime(2026, 12, 2, 15, tzinfo=UTC))
    report(
        "add_person",
        staff.coordinator,
        "2026-09-08",
        part="witness",
        kind="student",
        name="Quillplanted Person",
        address="7 Plantedstreet",
        email="planted@mail.invalid",
        language="en",
        phone="980-555-7777",
    )
    names = ("Quillplanted", "Plantedstreet", "planted@mail", "555-7777", *SECRETS)
    walk = decided(report)
    walk(
        "disclose",
        staff.coordinator,
        "2026-11-19",
        on="2026-11-19",
        to="Quillplanted",
        what="Plantedstreet",
        basis="ocr",
    )
    walk("add_note", staff.coordinator, "2026-11-19", text="Quillplanted called.")
    User.objects.filter(username__startswith="t9-").update(email="staff@demo.invalid")
    walk(
        "make_party_link", staff.coordinator, "2026-12-01", party=walk.party("respondent"), days=30
    )
    sweep(datetime(2026, 12, 1, 6, tzinfo=UTC))
    fan_out(NOW.replace(month=12, day=2))
    deliver(datetime(2026, 12, 2, 16, tzinfo=UTC))
    addresses, titles = visited(staff, walk)
    stories = {
        "log": caplog.text + "".join(capfd.readouterr()),
        "addresses": " ".join(addresses),
        "titles": " ".join(titles),
        "mail": " ".join(str(one.message()) for one in mail.outbox),
        "alerts": str(list(Alert.objects.values())),
        "messages": str(list(Message.objects.values())),
        "events": str(list(Event.objects.filter(case=walk.case).values())),
        "reads": str(list(Read.objects.values())),
    }
    assert mail.outbox
    assert walk.number in stories["mail"]
    assert len(addresses) > 20
    for where, words in stories.items():
        assert not [name for name in names if name in words], where


def visited(staff, walk: Walk) -> tuple[list[str], list[str]]:
    """Every address that a coordinator finds on the pages of the case, and the titles behind them."""
    client = Client()
    client.force_login(
        User.objects.get(pk=staff.coordinator.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    waiting, seen, titles = ["/", f"/cases/{walk.number}"], set(), []
    while waiting and len(seen) < 80:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        body = text_of(answer)
        titles += re.findall(r"<title>(.*?)</title>", body, re.S)
        waiting += [
            link
            for link in re.findall(r'href="(/[^"#]*)"', body)
            if "static" not in link and "logout" not in link and ".ics" not in link
        ]
    return sorted(seen | set(waiting)), titles


@pytest.mark.parametrize(
    "make",
    [
        str.upper,
        str.lower,
        lambda number: number + " ",
        lambda number: number.replace("-", "%2D"),
        lambda _n: "TIX-2026-' OR 1=1",
    ],
)
def test_mangled_numbers_are_no_way_in(walk, people, make: Callable[[str], str]):
    answer = Caller(people.principal).get(f"/cases/{make(walk.number)}")
    assert answer.status_code == 404
