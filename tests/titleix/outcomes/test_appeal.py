"""Appeals."""

from __future__ import annotations

import pytest

from casework.engine.errors import Invalid
from tests.titleix.lives import appealed, decided, refused
from titleix.models import Delivery


@pytest.mark.scenario("T-26")
def test_an_appeal_needs_a_base_and_comes_in_time(report, staff):
    walk = decided(report)
    data = {"party": walk.party("respondent"), "text": "unfair"}
    refused(walk, "file_appeal", staff.coordinator, "2026-11-30", Invalid, on="2026-11-30", **data)
    refused(
        walk,
        "file_appeal",
        staff.coordinator,
        "2026-12-01",
        Invalid,
        on="2026-12-01",
        bases=["bias"],
        **data,
    )
    appealed(walk)
    assert "statement until" in refused(
        walk, "decide_appeal", staff.officer, "2026-12-02", result="upheld", text="x"
    )
    refused(walk, "decide_appeal", staff.decider, "2026-12-02", result="upheld", text="x")
    walk(
        "state_appeal",
        staff.officer,
        "2026-12-07",
        party=walk.party("complainant"),
        on="2026-12-07",
        text="it was fair",
    )
    walk("decide_appeal", staff.officer, "2026-12-08", result="upheld", text="no bias")
    assert walk.state == "FINAL"
    assert Delivery.objects.filter(case=walk.case, code="APPEAL_DECISION").count() == 2
