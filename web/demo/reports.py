"""Title IX reports of the demo district, at different points of their lives; every step through the door."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.services import act
from district.models import School, User
from titleix.models import TitleIXCase, Training
from titleix.separation import Role
from titleix.services import open_report

STAFF = ["coordinator", "investigator", "decider", "officer", "facilitator", "inquirer", "deputy", "principal"]
ANSWERS: dict[str, Any] = {
    "identifiable": "on", "leads": "on", "q1": "Y", "q2": "Y", "q3": "Y", "q5": "N", "quid_pro_quo": "N", "offense": "N", "unwelcome": "Y", "severe": "N",
    "pervasive": "Y", "objectively_offensive": "Y", "denies_equal_access": "N", "rationale": "Remarks and messages over two weeks, as reported.",
}  # fmt: skip
HARASSMENT = ANSWERS | {
    "severe": "Y",
    "denies_equal_access": "Y",
    "rationale": "If true as alleged, she no longer takes the bus to school.",
}
NARRATIVES = [
    "A student told me that another student keeps sending her pictures and will not stop.",
    "Remarks about her body in the lunch line, every day for two weeks. Several heard it.",
    "He was followed to the bus and touched although he said no.",
]
NAMES = [("Mara Quill", "Theo Brandt"), ("Ivy Castell", "Noah Pryce"), ("Jonas Werth", "Lia Moreau")]

Plan = list[tuple[int, str, str, dict[str, Any]]]


def build(today: date) -> None:
    """Ten reports: two new ones, one that waits for information, two inquiries, a complaint to come, an investigation, an
    informal resolution, a report that the parties read, an appeal."""
    users = _staff(today)
    plans: list[tuple[int, Plan]] = [
        (0, []), (2, []),
        (5, [(1, "triage", "coordinator", {}), (2, "screen", "coordinator", ANSWERS | {"identifiable": "", "leads": ""})]),
        (12, _screened(ANSWERS) + _inquiry(False)), (27, _screened(ANSWERS) + _inquiry(True)),
        (8, _screened(HARASSMENT)), (40, _screened(HARASSMENT) + _investigation()),
        (20, _screened(HARASSMENT) + _informal()), (42, _screened(HARASSMENT) + _decision(42)), (56, _screened(HARASSMENT) + _decision(56)),
    ]  # fmt: skip
    schools = list(School.objects.order_by("school_id")[:4])
    for number, (ago, plan) in enumerate(plans):
        case = _report(number, today - timedelta(days=ago), schools[number % len(schools)], users)
        for after, step, who, data in plan:
            _step(case, step, users[who], min(today - timedelta(days=ago - after), today), data, users)


def _staff(today: date) -> dict[str, User]:
    """The demo's Title IX people, trained for every function."""
    users = {user.username: user for user in User.objects.filter(username__in=STAFF)}
    for user in users.values():
        for role in Role:
            Training.objects.get_or_create(
                user=user, role=role.value, defaults={"title": "Title IX under the rule of 2020", "completed_on": today - timedelta(days=90),
                                                      "valid_until": today + timedelta(days=275), "material": "https://example.org/title-ix-training"},
            )  # fmt: skip
    return users


def _moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(settings.TIME_ZONE))


def _report(number: int, known: date, school: School, users: dict[str, User]) -> TitleIXCase:
    complainant, respondent = NAMES[number % len(NAMES)]
    return open_report(
        school=school, narrative=NARRATIVES[number % len(NARRATIVES)], knowledge_at=_moment(known, 9), channel="staff", received_by=users["coordinator"],
        now=_moment(known), location="school",
        people=[
            {"part": "complainant", "kind": "student", "name": complainant, "address": "22 Alder Way\nCharlotte, NC 28205"},
            {"part": "respondent", "kind": "student", "name": respondent, "address": "7 Birch Court\nCharlotte, NC 28205"},
        ],
    )  # fmt: skip


def _screened(answers: dict[str, Any]) -> Plan:
    contact = {"party": "complainant", "on": "today", "text": "Called, offered another lunch table and a contact person."}
    return [(1, "triage", "coordinator", {}), (1, "contact", "coordinator", contact), (2, "screen", "coordinator", answers)]


def _inquiry(far: bool) -> Plan:
    plan: Plan = [
        (3, "assign", "coordinator", {"user": "inquirer", "role": "school_investigator", "declared": "on"}), (3, "begin_inquiry", "coordinator", {}),
        (4, "allege", "inquirer", {"text": "Messages and remarks of a sexual nature over two weeks."}),
    ]  # fmt: skip
    said = {"on": "today", "text": "Gave an account; see the notes."}
    return [
        *plan,
        (8, "interview", "inquirer", said | {"party": "complainant"}), (9, "interview", "inquirer", said | {"party": "respondent"}),
        (10, "add_evidence", "inquirer", {"on": "today", "title": "Screenshots of messages", "text": "Eleven messages, both phones.", "relied_on": "on"}),
    ] if far else plan  # fmt: skip


def _investigation() -> Plan:
    letter = {"on": "today", "means": "mail"}
    said = {"on": "today", "notice_on": "before", "text": "Gave an account; see the notes."}
    return [
        (3, "file_complaint", "coordinator", {"on": "today", "by": "complainant"}),
        (3, "allege", "coordinator", {"text": "Followed to the bus and touched although he said no."}),
        (4, "send_notice", "coordinator", letter),
        (4, "assign", "coordinator", {"user": "investigator", "role": "investigator", "declared": "on"}),
        (6, "begin_investigation", "investigator", {}),
        (12, "interview", "investigator", said | {"party": "complainant"}), (13, "interview", "investigator", said | {"party": "respondent"}),
        (20, "add_evidence", "investigator", {"on": "today", "title": "Bus camera", "text": "Four minutes of the ride.", "relied_on": "on"}),
        (21, "record_advisor", "investigator", {"on": "today", "choice": "none", "party": "complainant"}),
        (21, "record_advisor", "investigator", {"on": "today", "choice": "later", "party": "respondent"}),
        (34, "send_evidence", "investigator", letter),
    ]  # fmt: skip


def _begun() -> Plan:
    """A complaint with its allegation and the notice."""
    return [
        (3, "file_complaint", "coordinator", {"on": "today", "by": "complainant"}),
        (3, "allege", "coordinator", {"text": "Pictures sent again and again although she said no."}),
        (4, "send_notice", "coordinator", {"on": "today", "means": "mail", "proof": "9400 1000 0000 4471"}),
    ]


def _informal() -> Plan:
    return [
        *_begun(),
        (5, "assign", "coordinator", {"user": "facilitator", "role": "facilitator", "declared": "on"}),
        (
            5,
            "offer_informal",
            "coordinator",
            {
                "on": "today",
                "means": "mail",
                "process": "A facilitator talks with each of them, then with both.",
                "reply_by": "week",
                "ends_by": "month",
                "records": "The signed consent and the agreement",
            },
        ),
        (8, "begin_informal", "coordinator", {"consent_on": "today", "both": "on"}),
    ]


def _decision(days: int) -> Plan:
    """An investigation as far as so many days bring it: the report with the parties, or an appeal."""
    letter = {"on": "today", "means": "mail"}
    said = {"on": "today", "notice_on": "before", "text": "Gave an account; see the notes."}
    plan: Plan = [
        *_begun(),
        (4, "assign", "coordinator", {"user": "investigator", "role": "investigator", "declared": "on"}),
        (5, "involve", "coordinator", {"part": "deputy", "user": "deputy"}),
        (5, "disclose", "coordinator", {"on": "today", "basis": "police", "to": "Police department, juvenile unit", "what": "The report of the incident"}),
        (6, "begin_investigation", "investigator", {}),
        (8, "add_measure", "coordinator", {"party": "complainant", "on": "today", "answer": "accepted", "text": "Another lunch period; a contact person."}),
        (12, "interview", "investigator", said | {"party": "complainant"}), (13, "interview", "investigator", said | {"party": "respondent"}),
        (18, "add_evidence", "investigator", {"on": "today", "title": "Messages", "text": "Twenty-two pictures on both phones.", "relied_on": "on"}),
        (19, "add_evidence", "investigator", {"on": "today", "title": "Note of a friend", "text": "Heard of it from others."}),
        (20, "record_advisor", "investigator", {"on": "today", "choice": "none", "party": "complainant"}),
        (20, "record_advisor", "investigator", {"on": "today", "choice": "later", "party": "respondent"}),
        (24, "send_evidence", "investigator", letter),
        (36, "write_report", "investigator", {"text": "Both accounts, the messages, the answers of the parties.", "considered": "on"}),
        (36, "assign", "coordinator", {"user": "decider", "role": "decision_maker", "declared": "on"}),
        (36, "send_report", "investigator", letter),
        (37, "questions", "decider", {"code": "offered", "on": "today"}),
        (44, "questions", "decider", {"code": "finished", "on": "today"}),
        (48, "determine", "decider", {"facts": "He sent them after she had said no.", "conclusions": "The code of conduct forbids it.", "sanctions": "",
                                      "remedies": "on", "finding_1": "responsible", "why_1": "The messages prove it."}),
        (49, "send_determination", "decider", letter),
        (50, "file_appeal", "coordinator", {"party": "respondent", "on": "today", "bases": ["procedure"], "text": "The notice came late, he says."}),
        (51, "assign", "coordinator", {"user": "officer", "role": "appeal_officer", "declared": "on"}),
    ]  # fmt: skip
    return [row for row in plan if row[0] <= days]


def _step(case: TitleIXCase, step: str, who: User, day: date, data: dict[str, Any], users: dict[str, User]) -> None:
    """One step on a day; `today`, `before`, parts of parties and user names stand for what they mean."""
    words = {"today": day.isoformat(), "before": (day - timedelta(days=3)).isoformat()}
    words |= {"week": (day + timedelta(days=7)).isoformat(), "month": (day + timedelta(days=30)).isoformat()}
    words |= {name: str(user.pk) for name, user in users.items()}
    words |= {party.part: str(party.pk) for party in case.parties.all()}
    filled = {
        key: words.get(value, value) if key in ("on", "notice_on", "consent_on", "reply_by", "ends_by", "user", "party") else value
        for key, value in data.items()
    }
    actor = User.objects.get(pk=who.pk)  # rights are remembered on the object; a new request asks anew
    act(case.number, step, actor=actor, data=filled, on=day, now=_moment(day, 11))
