"""A closed case opens again as a new episode."""

from __future__ import annotations

import pytest

from tests.titleix.conftest import day
from tests.titleix.lives import school_found
from titleix.models import Delivery, Record


@pytest.mark.scenario("T-27")
def test_reopening_is_a_new_episode(screened, staff):
    walk = school_found(screened()).sent("notify_outcome", staff.coordinator, "2026-10-02")
    walk("close_inquiry", staff.coordinator, "2026-10-02", reason="done")
    walk("reopen", staff.coordinator, "2026-10-20", reason="a new witness")
    running = walk.clock("school_investigation", "RUNNING")
    assert (walk.state, walk.case.episode, running.due) == ("S_REOPENED", 2, day("2026-11-19"))
    assert walk.clock("school_investigation", "MET").stopped_on == day("2026-10-02")
    assert walk.case.closed_on is None
    assert walk.clock("reopening_notice").due == day("2026-10-22")
    walk.sent("resume_inquiry", staff.coordinator, "2026-10-21")
    assert walk.state == "S_INVESTIGATING"
    assert Delivery.objects.filter(case=walk.case, code="REOPENING").count() == 2
    walk(
        "make_findings",
        staff.school,
        "2026-11-10",
        finding_1="not_substantiated",
        why_1="the witness",
    )
    assert [
        row.code for row in Record.objects.filter(case=walk.case, kind="FINDING", closed_on=None)
    ] == ["not_substantiated"]
    assert Record.objects.filter(case=walk.case, kind="FINDING", code="substantiated").exists(), (
        "the old result is frozen, not gone"
    )
