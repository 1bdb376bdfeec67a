"""Lives of Title IX cases up to a point: what tests walk before they look."""

from __future__ import annotations

from typing import Any

import pytest

from casework.engine.errors import NotNow
from tests.titleix.conftest import HARASSMENT, Walk


def refused(
    walk: Walk, step: str, who, today: str, kind: type[Exception] = NotNow, /, **data
) -> str:
    with pytest.raises(kind) as found:
        walk(step, who, today, **data)
    return str(found.value)


def complaint(walk: Walk, on: str = "2026-09-08") -> Walk:
    s = walk.staff
    walk("triage", s.coordinator, on)("screen", s.coordinator, on, **HARASSMENT)
    return walk("file_complaint", s.coordinator, on, on=on, by="complainant")


def investigated(walk: Walk) -> Walk:
    """A district case with notice, investigator, interviews and evidence, ready to send the
    evidence."""
    s = walk.staff
    complaint(walk)("allege", s.coordinator, "2026-09-09", text="pictures")
    walk.sent("send_notice", s.coordinator, "2026-09-10").assign(
        "investigator", s.investigator, "2026-09-10"
    )
    walk("begin_investigation", s.investigator, "2026-09-11")
    walk(
        "contact",
        s.coordinator,
        "2026-09-15",
        party=walk.party("complainant"),
        on="2026-09-09",
        text="told of measures",
    )
    for part in ("complainant", "respondent"):
        walk(
            "interview",
            s.investigator,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            notice_on="2026-09-11",
            text="said",
        )
        walk(
            "record_advisor",
            s.investigator,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            choice="none",
        )
    return walk(
        "add_evidence",
        s.investigator,
        "2026-09-16",
        on="2026-09-16",
        title="Messages",
        text="found on both phones",
        relied_on="on",
    )


def reported(walk: Walk) -> Walk:
    """... with evidence seen and the report sent on 28 October."""
    s = walk.staff
    investigated(walk).sent("send_evidence", s.investigator, "2026-10-14")
    walk("write_report", s.investigator, "2026-10-26", text="summary", considered="on").assign(
        "decision_maker", s.decider, "2026-10-27"
    )
    return walk.sent("send_report", s.investigator, "2026-10-28")


def decided(walk: Walk, on: str = "2026-11-18", finding: str = "responsible") -> Walk:
    s = walk.staff
    reported(walk)
    walk("questions", s.decider, "2026-10-29", code="offered", on="2026-10-29")
    walk("questions", s.decider, "2026-11-06", code="finished", on="2026-11-06")
    walk(
        "determine",
        s.decider,
        "2026-11-12",
        facts="f",
        conclusions="c",
        sanctions="",
        remedies="on",
        finding_1=finding,
        why_1="because",
    )
    return walk.sent("send_determination", s.decider, on)


def appealed(walk: Walk, on: str = "2026-11-30", **data: Any) -> Walk:
    """... with an appeal of the respondent, an officer, and both parties told; the time for
    statements is over from 9 December."""
    s = walk.staff
    walk(
        "file_appeal",
        s.coordinator,
        on,
        on=on,
        bases=["bias"],
        party=walk.party("respondent"),
        text="biased",
        **data,
    )
    return walk.assign("appeal_officer", s.officer, "2026-12-01").sent(
        "notify_appeal", s.coordinator, "2026-12-01"
    )


def school_found(walk: Walk) -> Walk:
    """A school case with both sides heard and the findings made on 30 September."""
    s = walk.staff
    walk.assign("school_investigator", s.school, "2026-09-10")(
        "begin_inquiry", s.coordinator, "2026-09-10"
    )
    walk("allege", s.school, "2026-09-11", text="pictures")
    for part in ("complainant", "respondent"):
        walk(
            "interview",
            s.school,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            text="said",
        )
    walk(
        "contact",
        s.coordinator,
        "2026-09-15",
        party=walk.party("complainant"),
        on="2026-09-09",
        text="told of measures",
    )
    walk(
        "add_evidence",
        s.school,
        "2026-09-16",
        on="2026-09-16",
        title="Messages",
        text="found",
        relied_on="on",
    )
    return walk(
        "make_findings", s.school, "2026-09-30", finding_1="substantiated", why_1="both phones"
    )
