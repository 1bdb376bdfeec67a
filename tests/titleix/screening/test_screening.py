"""Screening a report: the table decides, a second reader where something is unknown, duties in
every branch."""

from __future__ import annotations

import pytest

from casework.engine.errors import Invalid
from tests.titleix.conftest import HARASSMENT, day
from tests.titleix.lives import refused


@pytest.mark.scenario("T-22")
def test_an_employee_is_never_the_schools(report, staff):
    report("triage", staff.coordinator, "2026-09-09")
    words = refused(
        report,
        "screen",
        staff.coordinator,
        "2026-09-09",
        Invalid,
        **(HARASSMENT | {"severe": "N", "employee": "on", "outcome": "SCHOOL_30"}),
    )
    assert words
    report(
        "screen",
        staff.coordinator,
        "2026-09-09",
        **(HARASSMENT | {"severe": "N", "employee": "on"}),
    )
    assert (report.case.level, report.state) == ("DISTRICT", "S_OPEN")
    assert "leave" in refused(
        report,
        "remove",
        staff.coordinator,
        "2026-09-10",
        party=report.party("respondent"),
        on="2026-09-10",
        text="x",
    )
    report(
        "leave",
        staff.coordinator,
        "2026-09-10",
        party=report.party("respondent"),
        on="2026-09-10",
        text="paid leave",
    )


@pytest.mark.scenario("T-36")
def test_an_unknown_prong_on_the_last_day_needs_a_second_reader(report, staff):
    assert (report.clock("contact_complainant").due, report.clock("screening").due) == (
        day("2026-09-09"),
        day("2026-09-11"),
    )
    report("triage", staff.coordinator, "2026-09-11")
    report(
        "screen",
        staff.coordinator,
        "2026-09-11",
        **(HARASSMENT | {"severe": "U", "outcome": "DISTRICT_60"}),
    )
    assert (report.state, report.case.second_reader_open) == ("FC_PENDING", True)
    assert "second reader" in refused(
        report, "file_complaint", staff.coordinator, "2026-09-14", on="2026-09-14", by="complainant"
    )
    refused(report, "second_read", staff.coordinator, "2026-09-14", Invalid, reason="me again")
    report("second_read", staff.deputy, "2026-09-14", reason="I agree")(
        "file_complaint", staff.coordinator, "2026-09-14", on="2026-09-14", by="complainant"
    )
    assert report.state == "FORMAL_COMPLAINT"


def test_duties_of_state_law_begin_in_every_branch(screened, staff):
    walk = screened(
        on_school_property="on", listed_act="on", abuse_suspected="on", juvenile_victim="on"
    )
    kinds = set(walk.case.tasks.values_list("kind", flat=True))
    assert {"DUTY_POLICE_REPORT", "DUTY_SUPERINTENDENT_NOTICE", "DUTY_DSS_REPORT"} <= kinds
    assert walk.clock("duty_superintendent_notice").due == day("2026-09-10")
    walk(
        "duty_done",
        staff.coordinator,
        "2026-09-10",
        duty="DUTY_POLICE_REPORT",
        on="2026-09-09",
        who="the principal told the police",
        number="26-1",
    )
    assert walk.clock("duty_police_report").status == "MET"
