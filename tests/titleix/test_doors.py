"""Every address of the product, read from the URL resolver, for everybody who may not know of a
Title IX case: what names it is answered like what does not exist, and no list, count, chart or
export of theirs changes by its being there (T-31).

A page that is added and stands in no list here fails the first test: say what it is asked with, or
why it holds no case."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from casework.access.grants import recuse
from casework.models import Alert, Appointment, Attachment, Document
from casework.privacy import encrypted_files
from casework.scheduler.run import sweep
from district import tokens
from district.models import Import, Post, Role, School, Scope, Student, User
from notifications.delivery import deliver
from notifications.fanout import fan_out
from notifications.models import FeedToken, Message
from tests.titleix.addresses import (
    ASKED,
    BY_NUMBER,
    LISTS,
    MAY_DIFFER,
    MORE,
    UNKNOWN,
    filled,
    parameters,
    routes,
)
from tests.titleix.conftest import KNOWN, Walk
from tests.titleix.lives import investigated
from titleix.case.open_report import open_report
from titleix.models import PartyLink, RedactedExport, TitleIXCase

NOW = datetime(2026, 10, 15, 15, tzinfo=UTC)
SECRETS = ("Ibáñez", "Lucía", "Barrett", "Elm Street", "sending pictures", "found on both phones")

# Everybody who sees lists of another kind than the others; who has no post at all is one of them.
LOOKERS = (
    "recused",
    "superuser",
    "worker of the student",
    "principal of another school",
    "supervisor",
    "district administrator",
    Role.DEPUTY,
    Role.AUDITOR,
)


def test_every_address_is_known_here():
    """A route with parameters needs to be told what to ask for; what is told is a route."""
    untold = {
        route
        for route in routes()
        if set(parameters(route)) - {"number"} - set(ASKED.get(route, ()))
    }
    assert untold == set(), (
        "say in ASKED what these pages are asked with, so that the tests below look behind them"
    )
    assert set(ASKED) | set(MORE) <= set(routes())
    assert len(BY_NUMBER) > 25
    assert len(LISTS) > 60


@pytest.fixture
def frozen() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def outsiders(staff: SimpleNamespace, people: SimpleNamespace) -> dict[str, User]:
    """Everybody who may not know of the case, by name; `second` is recused once there is one."""
    found = {
        "stranger": people.stranger,
        "colleague without assignment": staff.decider,
        "recused": staff.second,
        "superuser": people.root,
        "worker of the student": people.worker,
        "worker of another school": people.colleague,
        "principal": people.principal,
        "principal of another school": User.objects.get(staff_id="PR2"),
        "supervisor": people.supervisor,
        "district administrator": people.admin,
    }
    for role in (Role.DEPUTY, Role.COUNSEL, Role.AUDITOR, Role.COURT_COORD):
        found[role] = User.objects.create_user(f"post-{role.lower()}", first_name=role.title())
        Post.objects.create(user=found[role], role=role)
    return found


class Caller:
    """One person with a browser, a token and a calendar feed."""

    def __init__(self, user: User) -> None:
        self.user, self.client = User.objects.get(pk=user.pk), Client()
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        _token, self.secret = tokens.issue(self.user, "x", [Scope.READ, Scope.ACT], 30)
        self.feed = f"f{self.secret}"
        FeedToken.objects.update_or_create(
            user=self.user,
            defaults={
                "digest": hashlib.sha256(self.feed.encode()).hexdigest(),
                "created_at": timezone.now(),
            },
        )

    def __call__(self, address: str, *, post: bool = False) -> tuple[int, str]:
        headers = {"authorization": f"Bearer {self.secret}"} if address.startswith("/api/") else {}
        if post and headers:
            answer = self.client.post(address, {}, content_type="application/json", headers=headers)
        else:
            answer = (
                self.client.post(address, {}) if post else self.client.get(address, headers=headers)
            )
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer.status_code, content.decode("utf-8", "replace")


def the_case(staff: SimpleNamespace) -> Walk:
    """A case in the evidence window about a student who has an attendance case too, with everything
    that hangs on a case."""
    student = Student.objects.get(student_id="S1")
    people = [
        {
            "part": "complainant",
            "kind": "student",
            "name": "Lucía Ibáñez",
            "address": "14 Elm Street",
            "language": "es",
        },
        {
            "part": "respondent",
            "kind": "student",
            "name": "Cole Barrett",
            "address": "9 Oak Street",
            "student_id": student.pk,
        },
    ]
    school = School.objects.get(school_id="1")
    report = open_report(
        school=school,
        narrative="He keeps sending pictures.",
        knowledge_at=KNOWN,
        channel="staff",
        people=people,
        now=KNOWN,
    )
    walk = investigated(Walk(report, staff)).sent("send_evidence", staff.investigator, "2026-10-14")
    walk(
        "make_party_link", staff.coordinator, "2026-10-15", party=walk.party("respondent"), days=30
    )
    content = b"words of the evidence"
    kept = encrypted_files.keep("TIX", "attachments/doors", content)
    common = {
        "case": walk.case,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "file": kept,
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
    Appointment.objects.create(case=walk.case, kind="INTERVIEW", starts_at=NOW, place="Room 1")
    RedactedExport.objects.create(
        case=walk.case, made_by=staff.coordinator, made_at=NOW, purpose="for court"
    )
    sweep(NOW)
    Alert.objects.create(id=uuid4(), case=walk.case, code="DUE", level="escalation", raised_at=NOW)
    fan_out(NOW)
    deliver(NOW)  # what waits to be sent is counted for administrators, of whatever kind
    recuse(walk.case, staff.second, "coaches a party", by=staff.coordinator)
    return walk


def values_of(walk: Walk | None, caller: Caller, number: str = "") -> dict[str, str]:
    """What the parameters stand for; before there is a case, what is not there."""
    none = {
        name: str(uuid4())
        for name in (
            "document",
            "attachment",
            "meeting",
            "copy",
            "message",
            "letter",
            "link",
            "nothing",
        )
    }
    there = (
        {}
        if walk is None
        else {
            "document": Document.objects.get(case=walk.case, template_version="x"),
            "attachment": Attachment.objects.get(case=walk.case),
            "meeting": Appointment.objects.get(case=walk.case),
            "copy": RedactedExport.objects.get(case=walk.case),
            "message": Message.objects.filter(
                alert__case=walk.case, recipient=walk.staff.coordinator
            ).first(),
            "letter": walk.case.deliveries.first(),
            "link": PartyLink.objects.get(),
        }
    )
    fixed = {
        "student": str(Student.objects.get(student_id="S1").pk),
        "import": str(Import.objects.first().pk),
        "zero": "0",
        "feed": caller.feed,
    }
    return (
        none
        | {name: str(row.pk) for name, row in there.items()}
        | fixed
        | {"number": number or (walk.number if walk else UNKNOWN)}
    )


@pytest.mark.scenario("T-31")
def test_what_names_the_case_is_answered_like_what_does_not_exist(staff, people, nights, frozen):
    walk, coordinator = the_case(staff), Caller(staff.coordinator)
    inside = {
        route: coordinator(filled(route, values_of(walk, coordinator)))[0] for route in BY_NUMBER
    }
    assert {route for route, status in inside.items() if status == 404} == {
        "cases/<str:number>/processes/<uuid:process>/steps/<slug:name>"
    }
    for name, user in outsiders(staff, people).items():
        caller = Caller(user)
        values = values_of(walk, caller)
        for route in BY_NUMBER:
            for post in (False, True):
                status, told = caller(filled(route, values), post=post)
                # a form that is wrong for any number says so before it looks for the case; the last
                # loop holds both against each other
                allowed = (
                    (404, 405, 422) if post else (404, 405) if inside[route] == 405 else (404,)
                )
                assert status in allowed, f"{name}: {route} answers {status}"
                assert not [word for word in SECRETS if word in told], f"{name}: {route}"
    caller = Caller(people.principal)
    for route in BY_NUMBER:  # the same answer to the letter
        for post in (False, True):
            known, unknown = (
                caller(filled(route, values_of(walk, caller, number)), post=post)
                for number in (walk.number, UNKNOWN)
            )
            assert (known[0], plain(known[1], walk.number)) == (
                unknown[0],
                plain(unknown[1], UNKNOWN),
            ), route


def plain(text: str, number: str = "") -> str:
    """A page without what differs from one look to the next: tokens, keys."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r'value="[\w:.-]{40,}"', "", text)
    text = re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[td][0-9a-f]{8}\b", "*", text
    )  # keys of rows and of drawings
    return text.replace(number, "*") if number else text


@pytest.mark.scenario("T-31")
def test_no_list_of_theirs_changes_by_a_case(staff, people, nights, frozen):
    """Not a number, not a count: every page without a case in its address is the same before and
    after."""
    everybody = {
        name: Caller(user) for name, user in outsiders(staff, people).items() if name in LOOKERS
    }
    coordinator = Caller(staff.coordinator)
    for caller in (*everybody.values(), coordinator):
        (
            caller("/"),
            caller("/api/v1/schools"),
        )  # the first look of a session and the last use of a token are written down
    before = {name: looks(caller, None) for name, caller in everybody.items()}
    empty = looks(coordinator, None)
    walk = the_case(staff)
    changed = {
        address
        for address, told in looks(coordinator, walk, empty).items()
        if told != empty[address]
    }
    assert {"/", "/cases?kind=TIX", "/api/v1/cases?kind=TIX", "/inbox", "/upcoming"} <= changed
    for name, caller in everybody.items():
        for address, (status, told) in looks(caller, walk, before[name]).items():
            assert walk.number not in told, f"{name}: {address}"
            assert not [word for word in SECRETS if word in told], f"{name}: {address}"
            if address.split("?")[0].strip("/") not in MAY_DIFFER:
                was, now = (machine(name, address, one) for one in (before[name][address][1], told))
                assert (status, now) == (before[name][address][0], was), (
                    f"{name}: {address}" + difference(was, now)
                )
    assert TitleIXCase.objects.count() == 1
    assert PartyLink.objects.exists()


def machine(name: str, address: str, text: str) -> str:
    """Administrators see how the machine is: how many messages of whatever kind wait or were sent.
    Those figures alone may move."""
    return re.sub(r"\d+", "", text) if name == "district administrator" and address == "/" else text


def difference(before: str, after: str) -> str:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n" + "\n".join(line[:300] for line in list(lines)[:12])


def looks(
    caller: Caller, walk: Walk | None, before: dict[str, tuple[int, str]] | None = None
) -> dict[str, tuple[int, str]]:
    """Every list as somebody sees it, by the address without the keys in it; again only what was a
    page for them before: whose a list is follows from posts, never from cases."""
    values, found = values_of(walk, caller), {}
    for route in LISTS:
        for address in [filled(route, values) + query for query in ["", *MORE.get(route, [])]]:
            if before is None or before[plain(address)][0] == 200:
                status, told = caller(address)
                found[plain(address)] = (status, plain(told))
    return found
