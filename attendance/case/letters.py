"""The letters of a case that steps down, closes or was corrected (C7, C8, A3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attendance.common.letters import (
    home_language,
    make,
)
from attendance.models import Notice
from attendance.rules import periods

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


def prepare_step_down(flow: Workflow) -> dict[str, Any]:
    """A note that less is asked of the family from now on."""
    return make(flow, "STEP_DOWN", home_language(flow), signer=flow.turn.actor)


def prepare_closing(flow: Workflow) -> dict[str, Any]:
    """The letter that thanks the family when the case closes as improved."""
    return make(flow, "CLOSING", home_language(flow))


def prepare_correction(flow: Workflow) -> dict[str, Any]:
    """The letter that says that a record was corrected after a notice had gone out."""
    gone = [row for row in flow.file.processes if isinstance(row, Notice) and row.superseded_on]
    latest = max(gone, key=lambda row: row.superseded_on or row.opened_on)
    return make(
        flow,
        "CORRECTION",
        flow.data["language"],
        signer=flow.turn.actor,
        notice_sent=(latest.sent_on or latest.opened_on).isoformat(),
        unexcused=periods.tally(flow).unexcused,
    )
