"""A report that says too little."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.scheduler.run import sweep
from tests.titleix.conftest import day


@pytest.mark.scenario("T-20")
def test_nobody_named_closes_by_itself_and_new_facts_reopen(screened, staff):
    walk = screened(identifiable="", leads="")
    assert walk.state == "INFO_REQUESTED"
    sweep(datetime(2026, 9, 25, 4, tzinfo=UTC))
    assert (walk.state, walk.case.closed_reason, walk.case.retain_until) == (
        "CLOSED",
        "INSUFFICIENT",
        day("2033-09-25"),
    )
    walk("reopen", staff.coordinator, "2026-10-01", reason="a name")
    assert walk.case.episode == 2
