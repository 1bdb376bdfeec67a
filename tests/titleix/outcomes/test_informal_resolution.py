"""Informal resolution."""

from __future__ import annotations

import pytest

from tests.titleix.conftest import day
from tests.titleix.lives import complaint, refused


@pytest.mark.scenario("T-17")
def test_informal_resolution_holds_the_clock(report, staff):
    walk = complaint(report)("allege", staff.coordinator, "2026-09-09", text="x").sent(
        "send_notice", staff.coordinator, "2026-09-10"
    )
    assert "facilitator" in refused(
        walk, "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    walk.assign("facilitator", staff.facilitator, "2026-09-14")
    assert "written offer" in refused(
        walk, "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    offer = {
        "process": "talks",
        "ends_by": "2026-10-09",
        "reply_by": "2026-09-21",
        "records": "the consent",
        "on": "2026-09-15",
        "means": "mail",
    }
    walk("offer_informal", staff.coordinator, "2026-09-15", **offer)(
        "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    assert (walk.state, walk.clock("district_investigation").status) == ("INFORMAL", "HELD")
    walk("leave_informal", staff.facilitator, "2026-10-05", reason="the complainant withdrew")
    assert (walk.state, walk.clock("district_investigation").due) == ("NOTICED", day("2026-11-21"))
