"""The formal complaint, or the reason not to sign one."""

from __future__ import annotations

import pytest

from casework.engine.errors import Invalid
from tests.titleix.conftest import HARASSMENT, day
from tests.titleix.lives import refused
from titleix.models import Record


@pytest.mark.scenario("T-21")
def test_the_complainant_declines(report, staff):
    report("triage", staff.coordinator, "2026-09-09")(
        "screen", staff.coordinator, "2026-09-09", **HARASSMENT
    )
    assert report.clock("complaint_decision").due == day("2026-09-24")
    refused(
        report,
        "file_complaint",
        staff.coordinator,
        "2026-09-10",
        Invalid,
        on="2026-09-10",
        by="coordinator",
    )
    report(
        "add_measure",
        staff.coordinator,
        "2026-09-10",
        party=report.party("complainant"),
        on="2026-09-10",
        answer="accepted",
        text="another bus",
    )
    refused(report, "support_only", staff.coordinator, "2026-09-11", Invalid)
    report("support_only", staff.coordinator, "2026-09-11", reason="she asked us not to")(
        "close_supportive", staff.coordinator, "2026-09-30", reason="reviewed"
    )
    assert (report.case.closed_reason, report.case.retain_until) == (
        "SUPPORTIVE",
        day("2033-09-30"),
    )
    assert Record.objects.filter(case=report.case, kind="MEASURE").count() == 1
