"""More Title IX reports of the demo district, so that every state of a case can be seen; told in
the words of `reports`."""

from __future__ import annotations

from typing import Any

from web.demo.reports import (
    ANSWERS,
    HARASSMENT,
    LETTER,
    SAID,
    Plan,
    begun,
    decision,
    informal,
    screened,
)

ELSEWHERE = ANSWERS | {
    "q1": "N",
    "rationale": "A quarrel about a seat on the bus; nothing in it is about sex.",
}
REMOVAL: dict[str, Any] = {
    "party": "respondent",
    "on": "today",
    "individual_analysis": "on",
    "physical_threat": "on",
    "from_allegations": "on",
    "notice_on": "today",
    "challenge_on": "soon",
    "plan_checked": "on",
    "text": "He said that he would wait for her at the bus, and named the day.",
    "activities": "School bus 14\nThe lunch period of her grade",
    "analysis_on": "today",
    "challenge_time": "10:30",
    "challenge_place": "Room 4",
    "schooling": "Lessons at home with a tutor",
    "review_on": "week",
}


def plans() -> list[tuple[int, Plan]]:
    """Days since each report was known, and what was done with it."""
    refer = {
        "office": "Student conduct",
        "email": "conduct@demo.invalid",
        "phone": "980-555-0170",
        "text": "The school looks into the quarrel.",
    }
    dismiss = {
        "ground": "not_enrolled",
        "reason": "The respondent left the district.",
        "conduct_track": "",
    }
    first, district = screened(ANSWERS), screened(HARASSMENT)
    return [
        (3, [(1, "triage", "coordinator", {})]),
        (6, screened(ELSEWHERE)),
        (15, [*screened(ELSEWHERE), (3, "refer", "coordinator", refer)]),
        (
            4,
            [
                (1, "triage", "coordinator", {}),
                (
                    2,
                    "merge",
                    "coordinator",
                    {"number": "first", "reason": "The same pictures, told by a friend."},
                ),
            ],
        ),
        (9, first),
        (24, _school(13)),
        (33, _school(14)),
        (60, _school(60)),
        (
            14,
            [
                *_school(10),
                (12, "end_inquiry", "coordinator", {"reason": "Both families moved away."}),
            ],
        ),
        (
            20,
            [
                *district,
                (
                    6,
                    "support_only",
                    "coordinator",
                    {"reason": "She asks for no complaint; nothing points to a danger for others."},
                ),
            ],
        ),
        (10, _removed()),
        (11, district + begun()),
        (26, _held()),
        (12, [*district, *begun(), (9, "dismiss", "coordinator", dismiss)]),
        (39, district + _decision(36)[:-1]),
        (50, district + _decision(48)),
        (53, district + _decision(49)),
        (68, district + _appealed(64, "sent_back")),
        (74, district + _appealed(66)),
        (
            22,
            [
                *district,
                *informal(),
                (
                    20,
                    "agree",
                    "facilitator",
                    {"text": "Both keep apart on the bus; they talk again in May."},
                ),
            ],
        ),
    ]


def _school(days: int) -> Plan:
    """A school's inquiry as far as so many days bring it: findings, the outcome, the end; then it
    is opened again."""
    plan: Plan = [
        *screened(ANSWERS),
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
        (
            13,
            "make_findings",
            "inquirer",
            {"finding_1": "substantiated", "why_1": "The messages are on both phones."},
        ),
        (14, "notify_outcome", "coordinator", LETTER | {"measures": "A contact person for both"}),
        (
            45,
            "check_in",
            "coordinator",
            {
                "on": "today",
                "party": "complainant",
                "text": "Goes to lunch again; no further remarks.",
            },
        ),
        (46, "close_inquiry", "coordinator", {"reason": "Both families know the outcome."}),
        (
            58,
            "reopen",
            "coordinator",
            {"cause": "new_evidence", "reason": "A witness brought further messages."},
        ),
    ]
    return [row for row in plan if row[0] <= days]


def _removed() -> Plan:
    """A complaint, and an emergency removal beside it."""
    return [
        *screened(HARASSMENT),
        (3, "file_complaint", "coordinator", {"on": "today", "by": "complainant"}),
        (4, "allege", "coordinator", {"text": "Threats at the bus stop."}),
        (5, "remove", "coordinator", REMOVAL),
    ]


def _held() -> Plan:
    """An investigation that rests while the police is at work."""
    return [
        *screened(HARASSMENT),
        *begun(),
        (
            5,
            "assign",
            "coordinator",
            {"user": "investigator", "role": "investigator", "declared": "on"},
        ),
        (6, "begin_investigation", "investigator", {}),
        (
            8,
            "send_extension_notice",
            "coordinator",
            LETTER
            | {
                "clock": "district_investigation",
                "new_due": "later",
                "cause": "law_enforcement",
                "text": "The police asked to hear the witnesses first.",
            },
        ),
        (
            8,
            "hold_deadline",
            "coordinator",
            {
                "clock": "district_investigation",
                "until": "week",
                "cause": "law_enforcement",
                "told": "today",
                "reason": "The police asked to hear the witnesses first.",
            },
        ),
    ]


def _decision(days: int) -> Plan:
    """A decision without what stands beside it: no measure that asks for reviews, nothing told to
    others."""
    return [
        row
        for row in decision(days)
        if row[1] not in ("add_measure", "involve", "disclose") and row[0] != 19
    ]


def _appealed(days: int, result: str = "upheld") -> Plan:
    """An appeal heard and decided, as far as so many days bring it; where the decision stands, the
    remedies begin."""
    plan: Plan = [
        *_decision(56),
        (52, "notify_appeal", "coordinator", LETTER),
        (
            64,
            "decide_appeal",
            "officer",
            {"result": result, "text": "The notice left the house in time."},
        ),
        (
            65,
            "remedy",
            "coordinator",
            {
                "code": "remedy",
                "text": "Help with the lessons that she missed.",
                "who": "Counselor",
                "until": "month",
            },
        ),
        (66, "begin_remedies", "coordinator", LETTER),
    ]
    return [row for row in plan if row[0] <= days]
