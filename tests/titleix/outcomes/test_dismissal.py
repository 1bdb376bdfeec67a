"""Dismissing a formal complaint."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.engine.errors import Invalid
from casework.scheduler.run import sweep
from tests.titleix.lives import investigated, refused
from titleix.models import Delivery


@pytest.mark.scenario("T-15")
def test_only_a_written_withdrawal_enables_the_dismissal(report, staff):
    walk = investigated(report)
    refused(
        walk,
        "dismiss",
        staff.coordinator,
        "2026-10-20",
        Invalid,
        ground="withdrawn",
        reason="she said so",
    )
    walk("withdraw", staff.coordinator, "2026-10-20", on="2026-10-20")
    refused(walk, "dismiss", staff.coordinator, "2026-10-20", Invalid, ground="withdrawn")
    walk(
        "dismiss",
        staff.coordinator,
        "2026-10-20",
        ground="withdrawn",
        reason="in writing, of her own will",
    )
    assert walk.state == "DISMISSED"
    assert Delivery.objects.filter(case=walk.case, code="DISMISSAL").count() == 2
    sweep(datetime(2026, 10, 28, 4, tzinfo=UTC))
    assert walk.state == "FINAL"
