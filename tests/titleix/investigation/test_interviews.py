"""Interviews, and the time to prepare for them."""

from __future__ import annotations

import pytest

from casework.engine.errors import Invalid
from tests.titleix.lives import complaint, refused


@pytest.mark.scenario("T-24")
def test_no_interview_before_the_time_to_prepare_is_over(report, staff):
    walk = complaint(report)("allege", staff.coordinator, "2026-09-09", text="pictures").sent(
        "send_notice", staff.coordinator, "2026-09-10"
    )
    walk.assign("investigator", staff.investigator, "2026-09-10")(
        "begin_investigation", staff.investigator, "2026-09-10"
    )
    data = {"party": walk.party("respondent"), "text": "said"}
    refused(
        walk,
        "interview",
        staff.investigator,
        "2026-09-11",
        Invalid,
        on="2026-09-11",
        notice_on="2026-09-10",
        **data,
    )
    refused(
        walk, "interview", staff.investigator, "2026-09-14", Invalid, on="2026-09-14", **data
    )  # without a written notice of it
    walk(
        "interview",
        staff.investigator,
        "2026-09-14",
        on="2026-09-14",
        notice_on="2026-09-10",
        **data,
    )
