"""What the pages of Title IX cost, say in words, and forget when access ends."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from casework.case_types.registry import kind
from casework.engine.available_steps import file_choices, moves_case
from casework.engine.casefile import load
from casework.models import Alert
from district.models import Post, Role, User
from notifications import selectors
from notifications.fanout import fan_out
from tests.titleix.conftest import Walk
from tests.titleix.lives import appealed, decided, investigated, school_found
from titleix.dashboards.labels import CODES
from titleix.kind import GROUPS
from titleix.models import Record
from titleix.workflow import TitleIXWorkflow
from web.templatetags.holdfast import BASES

MOST = 12
MOST_OF_A_CASE = 12  # in every state and for everybody: test_statements


@pytest.fixture
def frozen():
    with time_machine.travel(datetime(2026, 12, 2, 15, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def browser(user: User) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    client.get("/inbox")  # the first request of a session writes the session
    return client


@pytest.mark.parametrize("life", [investigated, appealed], ids=["investigation", "appeal"])
def test_case_page_desk_and_steps_cost_little(
    report, staff, frozen, django_assert_max_num_queries, life
):
    if life is appealed:
        decided(report)
    walk = life(report)
    for who in (staff.coordinator, staff.investigator):
        client = browser(who)
        for address in (
            "/",
            f"/cases/{walk.number}",
            f"/cases/{walk.number}/deadlines",
            f"/cases/{walk.number}/steps/interview",
        ):
            with django_assert_max_num_queries(MOST if address == "/" else MOST_OF_A_CASE):
                assert client.get(address).status_code in (200, 404), address


def test_every_code_of_a_record_stands_in_words(report, staff, screened, frozen):
    decided(report)
    appealed(report)
    report("decide_appeal", staff.officer, "2026-12-09", result="upheld", text="No bias.")
    codes = set(Record.objects.values_list("code", flat=True)) - {""}
    assert len(codes) > 12
    assert codes <= set(CODES)
    page = browser(staff.coordinator).get(f"/cases/{report.number}").content.decode()
    assert not re.findall(r" · (?:[A-Z]+_[A-Z0-9_]+|[a-z]+_[a-z_]+)<", page)


def test_the_outcomes_of_a_screening_are_offered_in_words(report, staff, frozen):
    report("triage", staff.coordinator, "2026-09-08")
    page = browser(staff.coordinator).get(f"/cases/{report.number}/steps/screen").content.decode()
    assert "School inquiry, 30 days" in page
    assert ">SCHOOL_30<" not in page


def test_what_a_step_itself_finds_wrong_stands_at_its_field(report, staff, frozen):
    """Separation of duties and the second reader are asked beyond the form: their words stand at
    the field, nothing is lost."""
    walk = investigated(report)
    client = browser(staff.coordinator)
    data = {"user": str(staff.investigator.pk), "role": "decision_maker", "declared": "on"}
    answer = client.post(f"/cases/{walk.number}/steps/assign", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "investigator" in " ".join(answer.context["form"].errors["user"])
    assert f'<option value="{staff.investigator.pk}" selected' in page
    assert not answer.context["choice"].reasons


def test_a_screener_who_reads_twice_is_told_at_the_field(screened, staff, frozen):
    walk = screened("2026-09-14", pervasive="U")
    assert walk.case.second_reader_open
    answer = browser(staff.coordinator).post(
        f"/cases/{walk.number}/steps/second_read", {"reason": "I read it twice."}
    )
    assert answer.status_code == 422
    assert "somebody else than the screener" in answer.content.decode()
    assert "I read it twice." in answer.content.decode()


def test_every_heading_names_steps_that_there_are(report, staff):
    known = {name for name, _move in TitleIXWorkflow.transitions()}
    named = [name for _heading, names in GROUPS for name in names]
    assert set(named) <= known
    assert len(named) == len(set(named))
    walk = investigated(report)
    file = load(kind("TIX"), numbers=[walk.number], lock=False)[0]
    small = [
        choice
        for choice in file_choices(file, staff.coordinator)
        if choice.enabled and not moves_case(choice)
    ]
    assert len([choice for choice in small if choice.name not in named]) <= 4


def test_an_inbox_forgets_a_case_when_access_ends(report, staff, frozen):
    walk: Walk = investigated(report)
    Alert.objects.create(
        case=walk.case, code="DUE", level="owner", raised_at=datetime(2026, 12, 2, 14, tzinfo=UTC)
    )
    fan_out(datetime(2026, 12, 2, 15, tzinfo=UTC))
    fresh = User.objects.get(pk=staff.investigator.pk)
    assert selectors.strip(fresh)[0] == len(selectors.inbox(fresh)) > 0
    assert walk.number in browser(fresh).get("/inbox").content.decode()
    row = walk.case.assignments.get(user=staff.investigator)
    walk(
        "unassign",
        staff.coordinator,
        "2026-12-02",
        assignment=str(row.id),
        reason="moves to another school",
    )
    fresh = User.objects.get(pk=staff.investigator.pk)
    assert (selectors.strip(fresh)[0], selectors.inbox(fresh, "all")) == (0, [])
    assert walk.number not in browser(fresh).get("/inbox?show=all").content.decode()


def test_a_school_case_reads_in_words(screened, staff, frozen):
    walk = school_found(screened())
    page = browser(staff.coordinator).get(f"/cases/{walk.number}").content.decode()
    assert "School inquiry, 30 days" in page
    assert "substantiated" in page


def test_the_menu_leads_where_something_is(report, staff, frozen):
    """Counsel, auditors and the deputy see a case only when they were brought into it; a
    coordinator's picture is Title IX's."""
    for role in (Role.COUNSEL, Role.AUDITOR, Role.DEPUTY):
        user = User.objects.create_user(username=role.lower())
        Post.objects.create(user=user, role=role)
        page = browser(user).get("/").content.decode()
        assert 'href="/cases"' not in page, role
        assert "How it works" not in page, role
    assert 'href="/workflows/TIX"' in browser(staff.coordinator).get("/").content.decode()


def test_documents_have_names_and_say_to_whom(report, staff, frozen):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    page = browser(staff.coordinator).get(f"/cases/{walk.number}").content.decode()
    assert "Evidence package (English)" in page
    assert "PACKAGE" not in page
    assert 'Evidence letter (Spanish)</a><br><span class="mute">Complainant 1 · ' in page
    assert "evidence_wait" not in browser(staff.coordinator).get("/workflows/TIX").content.decode()


def test_from_what_a_promise_counts_is_said_in_words():
    """Every basis with which a workflow starts a promise has its words on the page of deadlines."""
    found = set()
    for path in [
        *(settings.BASE_DIR / "titleix").rglob("*.py"),
        *(settings.BASE_DIR / "attendance").rglob("*.py"),
    ]:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "start_clock":
                found |= {
                    node.value
                    for arg in call.args[2:]
                    for node in ast.walk(arg)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                }
    assert {"knowledge", "report_window", "signed"} <= found <= set(BASES), found - set(BASES)
