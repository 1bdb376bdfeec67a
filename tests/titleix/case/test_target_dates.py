"""By when evidence and report must be out."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine

from casework.case_types.registry import kind
from casework.case_types.target_window import feasible
from casework.engine.casefile import load
from tests.titleix.conftest import day
from tests.titleix.lives import complaint


@pytest.mark.scenario("T-39")
def test_the_latest_feasible_dates_are_shown(report, staff):
    walk = complaint(report)
    for moment, missed in (("2026-10-27T15:00Z", False), ("2026-10-28T15:00Z", True)):
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            windows = feasible(load(kind("TIX"), numbers=[walk.number], lock=False)[0])
            assert windows[0].latest == day("2026-10-27")  # day 49 of the sixty
            assert windows[0].missed is missed
