"""Whole lives of cases: the school's inquiry, the district's grievance process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.audit import hash_chain
from casework.models import Document
from casework.scheduler.run import sweep
from tests.titleix.conftest import day
from tests.titleix.lives import (
    decided,
    refused,
)
from titleix.models import Delivery, Record


@pytest.mark.scenario("T-01")
def test_a_school_case_from_report_to_close(screened, staff):
    walk = screened()
    assert (walk.state, walk.case.level, walk.clock("school_investigation").due) == (
        "S_OPEN",
        "SCHOOL",
        day("2026-10-08"),
    )
    assert "Assign a school investigator" in refused(
        walk, "begin_inquiry", staff.coordinator, "2026-09-10"
    )
    walk.assign("school_investigator", staff.school, "2026-09-10")(
        "begin_inquiry", staff.coordinator, "2026-09-10"
    )
    walk("allege", staff.school, "2026-09-11", text="pictures")
    words = refused(
        walk, "make_findings", staff.school, "2026-09-14", finding_1="substantiated", why_1="x"
    )
    assert "Complainant 1, Respondent 1" in words
    assert "evidence is empty" in words
    for part in ("complainant", "respondent"):
        walk(
            "interview",
            staff.school,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            text="said",
        )
    walk(
        "add_evidence",
        staff.school,
        "2026-09-16",
        on="2026-09-16",
        title="Messages",
        text="found",
        relied_on="on",
    )
    assert "not assigned" in refused(walk, "make_findings", staff.coordinator, "2026-09-30")
    walk(
        "make_findings", staff.school, "2026-09-30", finding_1="substantiated", why_1="both phones"
    )
    assert walk.case.responsible is True
    walk.sent("notify_outcome", staff.coordinator, "2026-10-02")
    assert {
        row.party.part for row in Delivery.objects.filter(case=walk.case, code="SCHOOL_OUTCOME")
    } == {"complainant", "respondent"}
    assert walk.clock("school_investigation").status == "MET"
    walk(
        "contact",
        staff.coordinator,
        "2026-10-02",
        party=walk.party("complainant"),
        on="2026-09-09",
        text="told",
    )
    walk("close_inquiry", staff.coordinator, "2026-10-05", reason="done")
    assert (walk.state, walk.case.retain_until) == ("CLOSED", day("2033-10-05"))
    assert walk.clock("check_in", "RUNNING").due == day("2026-11-01"), (
        "the check-in stays a promise of the closed case"
    )
    walk("check_in", staff.coordinator, "2026-11-01", on="2026-11-01", text="both are well")
    assert walk.clock("check_in").status == "MET"
    assert list(hash_chain.breaks([walk.number])) == []


# -- the district ----------------------------------------------------------------------------------


@pytest.mark.scenario("T-02")
def test_a_district_case_from_complaint_to_close(report, staff):
    walk = decided(report)
    clock = walk.clock("district_investigation")
    assert (clock.original_due, clock.status, clock.stopped_on) == (
        day("2026-11-07"),
        "MET",
        day("2026-10-28"),
    )
    assert walk.clock("appeal_window").due == day("2026-11-30")
    sweep(datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    assert walk.state == "APPEAL_WINDOW"
    sweep(datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert walk.state == "FINAL"
    assert "responsible" in refused(
        walk, "close_final", staff.coordinator, "2026-12-02", on="2026-12-02", means="mail"
    )
    assert "Record the remedies" in refused(
        walk, "begin_remedies", staff.coordinator, "2026-12-02", on="2026-12-02", means="mail"
    )
    walk("remedy", staff.coordinator, "2026-12-02", code="remedy", text="other class").sent(
        "begin_remedies", staff.coordinator, "2026-12-03"
    )
    assert [walk.clock(kind).due for kind in ("check_30", "check_60", "check_90")] == [
        day("2027-01-02"),
        day("2027-02-01"),
        day("2027-03-03"),
    ]
    remedy = str(Record.objects.get(case=walk.case, kind="REMEDY").pk)
    assert "not carried out: 1" in refused(
        walk, "close_remedies", staff.coordinator, "2027-03-03", reason="done"
    )
    walk(
        "remedy_done", staff.coordinator, "2026-12-10", record=remedy, on="2026-12-10", text="moved"
    )
    assert walk.clock("remedies").status == "MET"
    for kind, on in (
        ("check_30", "2027-01-02"),
        ("check_60", "2027-02-01"),
        ("check_90", "2027-03-03"),
    ):
        walk("check_remedies", staff.coordinator, on, which=kind, on=on, text="well")
    walk("close_remedies", staff.coordinator, "2027-03-03", reason="all done")
    assert (walk.state, walk.case.retain_until) == ("CLOSED", day("2034-03-03"))
    assert Document.objects.filter(case=walk.case, code="MEMO").count() == 1
    assert list(hash_chain.breaks([walk.number])) == []
