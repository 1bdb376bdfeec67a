"""From the school up to the district."""

from __future__ import annotations

from tests.titleix.conftest import day


def test_escalation_carries_day_zero_over_and_shows_both(screened, staff):
    walk = screened()
    walk("escalate", staff.coordinator, "2026-09-20", reason="a second student")
    assert (walk.state, walk.clock("school_investigation").status) == ("FC_PENDING", "ESCALATED")
    clock = walk.clock("district_investigation")
    assert (clock.day0, clock.due) == (day("2026-09-08"), day("2026-11-07"))
    walk("file_complaint", staff.coordinator, "2026-09-24", on="2026-09-24", by="complainant")
    assert walk.clock("district_investigation").day0 == day("2026-09-08")
