"""The end of a case and the earliest date of its disposal."""

from __future__ import annotations

from casework.engine.workflow import Workflow
from titleix.case.record_rows import add
from titleix.models import Record
from titleix.rules import timelines


def close(flow: Workflow, reason: str) -> None:
    """Close and set the earliest date of disposal: seven years from closing or the last action
    (34 CFR 106.45(b)(10)).
    """
    case, today = flow.case, flow.turn.today
    case.last_action_on = today
    case.retain_until = timelines.retention_date(
        today, today, int(flow.policy.require("retention_years"))
    )
    flow.stop_clock("closing", today)
    flow.close_case(reason)


def close_with_reason(flow: Workflow, reason: str = "COMPLETED") -> None:
    """Close, with the coordinator's words in the file."""
    add(flow, Record.Kind.CHECK, flow.turn.today, text=flow.data["reason"], code="closing")
    close(flow, reason)
    flow.turn.data = {}
