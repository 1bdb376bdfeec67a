"""The parties' time to answer to the evidence."""

from __future__ import annotations

from casework.engine.errors import Invalid
from tests.titleix.lives import investigated, refused


def test_answers_and_waivers_end_the_window_early(report, staff):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    refused(walk, "write_report", staff.investigator, "2026-10-20", text="x", considered="on")
    walk(
        "respond",
        staff.investigator,
        "2026-10-16",
        party=walk.party("complainant"),
        on="2026-10-16",
        what="answered",
        text="mine",
    )
    walk(
        "respond",
        staff.investigator,
        "2026-10-17",
        party=walk.party("respondent"),
        on="2026-10-17",
        what="waived",
    )
    words = refused(
        walk, "write_report", staff.investigator, "2026-10-20", Invalid, text="x", considered="on"
    )
    assert words == "responses"  # each response is linked before the report is complete
    walk(
        "write_report", staff.investigator, "2026-10-20", text="x", considered="on", responses=["1"]
    )
