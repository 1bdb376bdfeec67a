"""Who decides, and when."""

from __future__ import annotations

import pytest

from tests.titleix.lives import refused, reported


@pytest.mark.scenario("T-11")
def test_the_parties_own_the_window_of_the_report(report, staff):
    walk = reported(report)
    data = {"facts": "f", "conclusions": "c", "finding_1": "responsible", "why_1": "x"}
    assert "not been offered" in refused(walk, "determine", staff.decider, "2026-11-08", **data)
    walk("questions", staff.decider, "2026-10-28", code="offered", on="2026-10-28")(
        "questions", staff.decider, "2026-11-05", code="finished", on="2026-11-05"
    )
    refused(walk, "determine", staff.decider, "2026-11-07", **data)
    walk("determine", staff.decider, "2026-11-08", **data)
    assert walk.state == "DETERMINATION"
