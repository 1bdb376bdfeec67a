"""What the intake does inside the case: duties at once, the exchange with the reporter, likenesses,
links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from casework.access import grants, rights
from casework.case_types.registry import kind
from casework.engine.casefile import load
from casework.engine.errors import Forbidden, Invalid, NotNow
from casework.engine.services import act
from casework.models import Alert, Task
from district.models import School, Student, User
from notifications.texts import words
from tests.titleix.conftest import KNOWN, SEXUAL, Walk, day
from titleix.case.open_report import open_report
from titleix.intake.immediate_duties import duties_at_once
from titleix.intake.similar_reports import matches
from titleix.models import Party, Record, TitleIXCase


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def opened(staff, *, receipt: str = "", now: datetime = KNOWN, **more: Any) -> Walk:
    about: dict[str, Any] = {
        "school": School.objects.get(school_id="1"),
        "narrative": "words",
        "knowledge_at": now,
        "channel": "form",
    } | more
    return Walk(open_report(receipt=receipt, now=now, **about), staff)


def person(part: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {"part": part, "kind": "student", "name": name, **more}


def found(walk: Walk, user: User) -> dict[str, tuple[str, ...]]:
    (file,) = load(kind("TIX"), numbers=[walk.number], lock=False)
    return {match.number: match.why for match in matches(file, fresh(user))}


# -- duties of state law ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        (
            {"location": "classroom", "assault": True, "under_18": False},
            {"police_report", "superintendent_notice"},
        ),
        (
            {"location": "bus", "assault": True, "under_18": True},
            {"police_report", "superintendent_notice", "juvenile_victim"},
        ),
        ({"location": "online", "assault": True, "under_18": True}, {"juvenile_victim"}),
        ({"location": "classroom", "assault": False, "under_18": True}, set()),
        ({"location": "", "assault": False, "under_18": False, "abuse": True}, {"dss_report"}),
    ],
)
def test_which_duties_a_report_itself_shows(said, keys):
    assert set(duties_at_once(**said)) == keys


def test_duties_begin_with_the_report_and_not_again_with_the_screening(staff):
    walk = opened(staff, duties=duties_at_once(location="classroom", assault=True, under_18=True))
    tasks = {task.kind: task for task in walk.case.tasks.filter(kind__startswith="DUTY_")}
    assert set(tasks) == {
        "DUTY_POLICE_REPORT",
        "DUTY_SUPERINTENDENT_NOTICE",
        "DUTY_JUVENILE_VICTIM",
    }
    assert {kind: task.clock.due for kind, task in tasks.items()} == {
        "DUTY_POLICE_REPORT": day("2026-09-08"),
        "DUTY_SUPERINTENDENT_NOTICE": day("2026-09-09"),
        "DUTY_JUVENILE_VICTIM": day("2026-09-08"),
    }
    assert {task.clock.day0 for task in tasks.values()} == {day("2026-09-08")}
    walk("triage", staff.coordinator, "2026-09-09")
    walk(
        "screen",
        staff.coordinator,
        "2026-09-09",
        **(SEXUAL | {"offense": "Y", "on_school_property": "on", "juvenile_victim": "on"}),
    )
    assert walk.case.tasks.filter(kind__startswith="DUTY_").count() == 3


# -- the reporter comes back -----------------------------------------------------------------------


@pytest.mark.scenario("T-20")
def test_question_answer_task_and_alert(staff):
    walk = opened(staff, receipt="a" * 64, people=[])
    with pytest.raises(Forbidden):
        act(
            walk.number,
            "reporter_answered",
            actor=fresh(staff.coordinator),
            data={"text": "made up"},
        )
    walk("ask_reporter", staff.coordinator, "2026-09-09", text="On which day?")
    for text in ("Monday", "and Tuesday"):
        walk("reporter_answered", None, "2026-09-10", text=text)
    said = list(
        Record.objects.filter(case=walk.case, kind="MESSAGE")
        .order_by("number")
        .values_list("code", "text")
    )
    assert said == [("question", "On which day?"), ("answer", "Monday"), ("answer", "and Tuesday")]
    alert = Alert.objects.filter(case=walk.case, code="REPORTER_ANSWERED")
    assert alert.count() == 2
    assert (words(alert[0]), alert[0].data) == ("the reporter has written", {})
    assert Task.objects.get(case=walk.case, kind="READ_ANSWER").status == "OPEN"
    walk("answers_read", staff.coordinator, "2026-09-10")
    assert Task.objects.get(case=walk.case, kind="READ_ANSWER").closed_by == staff.coordinator
    with pytest.raises(NotNow, match="No answer"):
        walk("answers_read", staff.coordinator, "2026-09-10")


def test_nobody_can_be_asked_who_holds_no_code(staff):
    with pytest.raises(NotNow, match="Nobody holds a code"):
        opened(staff)("ask_reporter", staff.coordinator, "2026-09-09", text="When?")


@pytest.mark.scenario("T-20")
def test_after_a_close_for_want_of_facts_the_reporter_is_heard_and_after_others_not(staff):
    walk = opened(staff, receipt="b" * 64)
    walk("triage", staff.coordinator, "2026-09-08")
    walk("screen", staff.coordinator, "2026-09-08", **(SEXUAL | {"identifiable": "", "leads": ""}))
    assert (walk.state, walk.clock("info").due) == (
        "INFO_REQUESTED",
        day("2026-09-23"),
    )  # ten school days
    walk("close_insufficient", None, "2026-09-24")
    assert (walk.state, walk.case.closed_reason, walk.case.retain_until) == (
        "CLOSED",
        "INSUFFICIENT",
        day("2033-09-24"),
    )
    walk("reporter_answered", None, "2026-10-01", text="I can tell you who it was.")
    assert Alert.objects.filter(case=walk.case, code="REPORTER_ANSWERED").exists()
    walk("reopen", staff.coordinator, "2026-10-02", reason="new facts")
    assert (walk.case.closed_on, walk.state) == (
        None,
        "SCREENING",
    )  # its facts are weighed before anything else (T-20)
    other = opened(staff, receipt="c" * 64)
    other("triage", staff.coordinator, "2026-09-08")(
        "screen", staff.coordinator, "2026-09-08", **(SEXUAL | {"q1": "N"})
    )
    referral = {
        "office": "Student services",
        "email": "office@example.org",
        "phone": "980 555 0100",
        "text": "It is another matter.",
    }
    other("refer", staff.coordinator, "2026-09-09", **referral)
    assert other.case.closed_reason == "REFERRED"
    with pytest.raises(NotNow, match="closed"):
        other("reporter_answered", None, "2026-09-10", text="more")


# -- other reports of the same ---------------------------------------------------------------------


def test_likenesses_are_offered_to_the_coordinator_alone(staff, client):
    first = opened(
        staff,
        people=[person("complainant", "Lucía Ibáñez"), person("respondent", "Cole J. Barrett")],
    )
    again = opened(
        staff, people=[person("complainant", "Mary Smith"), person("respondent", "BARRETT, Cole")]
    )
    twin = opened(
        staff, people=[person("complainant", "Ibanez, Lucia")], incident_on=day("2026-09-07")
    )
    same_day = opened(staff, incident_on=day("2026-09-07"))
    opened(
        staff,
        people=[
            person("respondent", "Cole Barnett"),
            person("witness", "Cole Barrett"),
            person("complainant", "Cole Barrett"),
        ],
    )
    assert found(first, staff.coordinator) == {again.number: ("prior",), twin.number: ("same",)}
    assert found(twin, staff.coordinator) == {first.number: ("same",), same_day.number: ("day",)}
    client.force_login(staff.coordinator)
    page = client.get(reverse("case", args=[first.number])).content.decode()
    assert "the same respondent was reported before" in page
    assert again.number in page
    first("triage", staff.coordinator, "2026-09-08")
    screening = client.get(reverse("step", args=[first.number, "screen"])).content.decode()
    assert f"The same respondent was reported in {again.number}." in screening
    # an investigator of one case learns nothing of the others, nor does a recused coordinator
    first.assign("investigator", staff.investigator, "2026-09-09")
    assert found(first, staff.investigator) == {}
    client.force_login(staff.investigator)
    assert again.number not in client.get(reverse("case", args=[first.number])).content.decode()
    grants.recuse_id(again.case.pk, staff.deputy.pk, "aunt", by=None)
    assert found(first, staff.deputy) == {twin.number: ("same",)}
    assert not rights.can(fresh(staff.deputy), "view_cases", again.case)


def test_a_linked_student_is_the_same_whatever_the_name(staff):
    student = Student.objects.get(student_id="S1")
    first = opened(staff, people=[person("respondent", "Jay"), person("complainant")])
    second = opened(staff, people=[person("respondent", "JJ", student_id=student.pk)])
    assert found(first, staff.coordinator) == {}
    link = {"party": first.party("respondent"), "number": "S1"}
    with pytest.raises(Invalid):
        first("link_person", staff.coordinator, "2026-09-09", **(link | {"number": "S9"}))
    first("link_person", staff.coordinator, "2026-09-09", **link)
    row = Party.objects.get(pk=link["party"])
    assert (row.student, row.user, row.kind, row.name) == (student, None, "student", "Jay")
    assert found(first, staff.coordinator) == {second.number: ("prior",)}
    first(
        "link_person",
        staff.coordinator,
        "2026-09-09",
        party=first.party("complainant"),
        number="PR1",
        take_name="on",
    )
    row = first.case.parties.get(part="complainant")
    assert (row.student, row.user, row.kind) == (None, staff.principal, "employee")
    assert row.name == f"{staff.principal.first_name} {staff.principal.last_name}"


@pytest.mark.scenario("T-36")
def test_both_first_promises_count_from_knowledge(staff):
    late = opened(
        staff,
        knowledge_at=KNOWN,
        now=datetime(2026, 9, 15, 14, tzinfo=UTC),
        knowledge_employee=staff.principal,
    )
    assert (late.clock("contact_complainant").due, late.clock("screening").due) == (
        day("2026-09-09"),
        day("2026-09-11"),
    )
    assert (late.case.late_entry, late.case.knowledge_employee) == (True, staff.principal)
    assert TitleIXCase.objects.get().opened_on == day("2026-09-15")


def test_the_public_page_names_coordinator_policy_and_training(client, db):
    for language, heading in (
        ("en", "The Title IX coordinator"),
        ("es", "coordinadora de Título IX"),
    ):
        page = client.get("/title-ix", {"lang": language}).content.decode()
        assert heading in page
        assert "titleix@example.org" in page
        assert "https://www.example.org/title-ix/training" in page
    assert client.post("/title-ix").status_code == 405
