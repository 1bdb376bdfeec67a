"""Title IX reports of the demo district, at different points of their lives; every step through the
door."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.engine.services import act
from casework.models import Clock
from district.models import School, User
from titleix.case.open_report import open_report
from titleix.models import TitleIXCase, Training
from titleix.rules.separation_of_duties import Role

STAFF = [
    "coordinator",
    "investigator",
    "decider",
    "officer",
    "facilitator",
    "inquirer",
    "deputy",
    "principal",
]
ANSWERS: dict[str, Any] = {
    "identifiable": "on",
    "leads": "on",
    "q1": "Y",
    "q2": "Y",
    "q3": "Y",
    "q5": "N",
    "quid_pro_quo": "N",
    "offense": "N",
    "unwelcome": "Y",
    "severe": "N",
    "pervasive": "Y",
    "objectively_offensive": "Y",
    "denies_equal_access": "N",
    "rationale": "Remarks and messages over two weeks, as reported.",
}
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
LETTER = {"on": "today", "means": "mail"}
SAID = {"on": "today", "text": "Gave an account; see the notes."}
HEARD = SAID | {"notice_on": "before"}
NAMES = [
    ("Mara Quill", "Theo Brandt"),
    ("Ivy Castell", "Noah Pryce"),
    ("Jonas Werth", "Lia Moreau"),
    ("Nell Abrams", "Otis Farrow"),
    ("June Holloway", "Rex Tindall"),
    ("Ada Lomax", "Milo Crane"),
    ("Wren Sadler", "Theo Brandt"),
    ("Tess Varga", "Hugo Lind"),
    ("Rosa Imani", "Cal Porter"),
    ("Vera Sung", "Dov Marsh"),
    ("Faye Ostrow", "Ned Galvin"),
]

Plan = list[tuple[int, str, str, dict[str, Any]]]


def build(today: date) -> None:
    """Ten reports: two new ones, one that waits for information, two inquiries, a complaint to
    come, an investigation, an informal resolution, a report that the parties read, an appeal. Then
    those of `endings`."""
    from web.demo import endings  # it speaks the words of this module

    users = _staff(today)
    plans: list[tuple[int, Plan]] = [
        (0, []),
        (2, []),
        (
            5,
            [
                (1, "triage", "coordinator", {}),
                (2, "screen", "coordinator", ANSWERS | {"identifiable": "", "leads": ""}),
            ],
        ),
        (12, screened(ANSWERS) + _inquiry(False)),
        (27, screened(ANSWERS) + _inquiry(True)),
        (8, screened(HARASSMENT)),
        (40, screened(HARASSMENT) + _investigation()),
        (20, screened(HARASSMENT) + informal()),
        (42, screened(HARASSMENT) + decision(42)),
        (56, screened(HARASSMENT) + decision(56)),
    ]
    schools = list(School.objects.order_by("school_id")[:4])
    for number, (ago, plan) in enumerate(plans + endings.plans()):
        case = _report(number, today - timedelta(days=ago), schools[number % len(schools)], users)
        for after, step, who, data in plan:
            _step(
                case, step, users[who], min(today - timedelta(days=ago - after), today), data, users
            )


def _staff(today: date) -> dict[str, User]:
    """The demo's Title IX people, trained for every function."""
    users = {user.username: user for user in User.objects.filter(username__in=STAFF)}
    for user in users.values():
        for role in Role:
            Training.objects.get_or_create(
                user=user,
                role=role.value,
                defaults={
                    "title": "Title IX under the rule of 2020",
                    "completed_on": today - timedelta(days=90),
                    "valid_until": today + timedelta(days=275),
                    "material": "https://example.org/title-ix-training",
                },
            )
    return users


def _moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(settings.TIME_ZONE))


def _report(number: int, known: date, school: School, users: dict[str, User]) -> TitleIXCase:
    complainant, respondent = NAMES[number % len(NAMES)]
    return open_report(
        school=school,
        narrative=NARRATIVES[number % len(NARRATIVES)],
        knowledge_at=_moment(known, 9),
        channel="staff",
        received_by=users["coordinator"],
        now=_moment(known),
        location="school",
        people=[
            {
                "part": "complainant",
                "kind": "student",
                "name": complainant,
                "address": "22 Alder Way\nCharlotte, NC 28205",
            },
            {
                "part": "respondent",
                "kind": "student",
                "name": respondent,
                "address": "7 Birch Court\nCharlotte, NC 28205",
            },
        ],
    )


def screened(answers: dict[str, Any]) -> Plan:
    """Taken in hand, the complainant called, the screening."""
    contact = {
        "party": "complainant",
        "on": "today",
        "text": "Called, offered another lunch table and a contact person.",
    }
    return [
        (1, "triage", "coordinator", {}),
        (1, "contact", "coordinator", contact),
        (2, "screen", "coordinator", answers),
    ]


def _inquiry(far: bool) -> Plan:
    plan: Plan = [
        (
            3,
            "assign",
            "coordinator",
            {"user": "inquirer", "role": "school_investigator", "declared": "on"},
        ),
        (3, "begin_inquiry", "coordinator", {}),
        (
            4,
            "allege",
            "inquirer",
            {"text": "Messages and remarks of a sexual nature over two weeks."},
        ),
    ]
    return (
        [
            *plan,
            (8, "interview", "inquirer", SAID | {"party": "complainant"}),
            (9, "interview", "inquirer", SAID | {"party": "respondent"}),
            (
                10,
                "add_evidence",
                "inquirer",
                {
                    "on": "today",
                    "title": "Screenshots of messages",
                    "text": "Eleven messages, both phones.",
                    "relied_on": "on",
                },
            ),
        ]
        if far
        else plan
    )


def _investigation() -> Plan:
    return [
        (3, "file_complaint", "coordinator", {"on": "today", "by": "complainant"}),
        (
            3,
            "allege",
            "coordinator",
            {"text": "Followed to the bus and touched although he said no."},
        ),
        (4, "send_notice", "coordinator", LETTER),
        (
            4,
            "assign",
            "coordinator",
            {"user": "investigator", "role": "investigator", "declared": "on"},
        ),
        (6, "begin_investigation", "investigator", {}),
        (12, "interview", "investigator", HEARD | {"party": "complainant"}),
        (13, "interview", "investigator", HEARD | {"party": "respondent"}),
        (
            20,
            "add_evidence",
            "investigator",
            {
                "on": "today",
                "title": "Bus camera",
                "text": "Four minutes of the ride.",
                "relied_on": "on",
            },
        ),
        (
            21,
            "record_advisor",
            "investigator",
            {"on": "today", "choice": "none", "party": "complainant"},
        ),
        (
            21,
            "record_advisor",
            "investigator",
            {"on": "today", "choice": "later", "party": "respondent"},
        ),
        (34, "send_evidence", "investigator", LETTER),
    ]


def begun() -> Plan:
    """A complaint with its allegation and the notice."""
    return [
        (3, "file_complaint", "coordinator", {"on": "today", "by": "complainant"}),
        (
            3,
            "allege",
            "coordinator",
            {"text": "Pictures sent again and again although she said no."},
        ),
        (
            4,
            "send_notice",
            "coordinator",
            {"on": "today", "means": "mail", "proof": "9400 1000 0000 4471"},
        ),
    ]


def informal() -> Plan:
    """A complaint whose parties both want to settle it."""
    return [
        *begun(),
        (
            5,
            "assign",
            "coordinator",
            {"user": "facilitator", "role": "facilitator", "declared": "on"},
        ),
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


def decision(days: int) -> Plan:
    """An investigation as far as so many days bring it: the report with the parties, or an appeal."""
    plan: Plan = [
        *begun(),
        (
            4,
            "assign",
            "coordinator",
            {"user": "investigator", "role": "investigator", "declared": "on"},
        ),
        (5, "involve", "coordinator", {"part": "deputy", "user": "deputy"}),
        (
            5,
            "disclose",
            "coordinator",
            {
                "on": "today",
                "basis": "police",
                "to": "Police department, juvenile unit",
                "what": "The report of the incident",
            },
        ),
        (6, "begin_investigation", "investigator", {}),
        (
            8,
            "add_measure",
            "coordinator",
            {
                "party": "complainant",
                "on": "today",
                "answer": "accepted",
                "text": "Another lunch period; a contact person.",
            },
        ),
        (12, "interview", "investigator", HEARD | {"party": "complainant"}),
        (13, "interview", "investigator", HEARD | {"party": "respondent"}),
        (
            18,
            "add_evidence",
            "investigator",
            {
                "on": "today",
                "title": "Messages",
                "text": "Twenty-two pictures on both phones.",
                "relied_on": "on",
            },
        ),
        (
            19,
            "add_evidence",
            "investigator",
            {"on": "today", "title": "Note of a friend", "text": "Heard of it from others."},
        ),
        (
            20,
            "record_advisor",
            "investigator",
            {"on": "today", "choice": "none", "party": "complainant"},
        ),
        (
            20,
            "record_advisor",
            "investigator",
            {"on": "today", "choice": "later", "party": "respondent"},
        ),
        (24, "send_evidence", "investigator", LETTER),
        (
            36,
            "write_report",
            "investigator",
            {
                "text": "Both accounts, the messages, the answers of the parties.",
                "considered": "on",
            },
        ),
        (
            36,
            "assign",
            "coordinator",
            {"user": "decider", "role": "decision_maker", "declared": "on"},
        ),
        (36, "send_report", "investigator", LETTER),
        (37, "questions", "decider", {"code": "offered", "on": "today"}),
        (44, "questions", "decider", {"code": "finished", "on": "today"}),
        (
            48,
            "determine",
            "decider",
            {
                "facts": "He sent them after she had said no.",
                "conclusions": "The code of conduct forbids it.",
                "sanctions": "",
                "remedies": "on",
                "finding_1": "responsible",
                "why_1": "The messages prove it.",
            },
        ),
        (49, "send_determination", "decider", LETTER),
        (
            50,
            "file_appeal",
            "coordinator",
            {
                "party": "respondent",
                "on": "today",
                "bases": ["procedure"],
                "text": "The notice came late, he says.",
            },
        ),
        (
            51,
            "assign",
            "coordinator",
            {"user": "officer", "role": "appeal_officer", "declared": "on"},
        ),
    ]
    return [row for row in plan if row[0] <= days]


# Fields whose values may be a word that stands for something of the case or of the day.
MEANT = {
    "on",
    "notice_on",
    "consent_on",
    "reply_by",
    "ends_by",
    "until",
    "new_due",
    "challenge_on",
    "analysis_on",
    "review_on",
    "user",
    "party",
    "clock",
    "number",
}
LATER = {"today": 0, "soon": 1, "before": -3, "week": 7, "month": 30, "later": 60}


def _step(
    case: TitleIXCase, step: str, who: User, day: date, data: dict[str, Any], users: dict[str, User]
) -> None:
    """One step on a day; `today`, `before`, parts of parties, user names and kinds of clocks stand
    for what they mean."""
    words = {word: (day + timedelta(days=days)).isoformat() for word, days in LATER.items()}
    words |= {name: str(user.pk) for name, user in users.items()}
    if data.keys() & (MEANT | {"told"}):
        words |= {party.part: str(party.pk) for party in case.parties.all()}
    if "clock" in data:
        words |= {clock.kind: str(clock.pk) for clock in Clock.objects.filter(case_id=case.pk)}
    if "number" in data:
        words["first"] = TitleIXCase.objects.earliest("pk").number
    filled = {
        key: words.get(value, value) if key in MEANT else value
        for key, value in data.items()
        if key != "told"
    }
    filled |= {
        f"notice_{words[part]}": words[data["told"]]
        for part in ("complainant", "respondent")
        if "told" in data
    }
    actor = User.objects.get(
        pk=who.pk
    )  # rights are remembered on the object; a new request asks anew
    act(case.number, step, actor=actor, data=filled, on=day, now=_moment(day, 11))
