"""Emergency removal of a student."""

from __future__ import annotations

import pytest

from casework.engine.errors import Invalid
from tests.titleix.conftest import day
from tests.titleix.lives import complaint, refused


@pytest.mark.scenario("T-23")
def test_an_emergency_removal_names_what_is_missing(report, staff):
    walk = complaint(report)
    walk.case.parties.filter(part="respondent").update(plan=True)
    base = {
        "party": walk.party("respondent"),
        "on": "2026-09-09",
        "text": "analysis",
        "notice_on": "2026-09-09",
    }
    full = (
        base
        | dict.fromkeys(
            ("individual_analysis", "physical_threat", "from_allegations", "plan_checked"), "on"
        )
        | {
            "challenge_on": "2026-09-11",
            "activities": "Classes",
            "challenge_time": "09:00",
            "challenge_place": "Room 1",
            "schooling": "online",
        }
    )
    for missing in (
        "individual_analysis",
        "physical_threat",
        "from_allegations",
        "plan_checked",
        "notice_on",
        "challenge_on",
    ):
        refused(
            walk,
            "remove",
            staff.coordinator,
            "2026-09-09",
            Invalid,
            **{key: value for key, value in full.items() if key != missing},
        )
    refused(
        walk,
        "remove",
        staff.coordinator,
        "2026-09-09",
        Invalid,
        **(full | {"challenge_on": "2026-09-14"}),
    )
    walk("remove", staff.coordinator, "2026-09-09", **full)
    assert walk.clock("challenge").due == day("2026-09-11")
