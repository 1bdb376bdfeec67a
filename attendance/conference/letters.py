"""The letters of a conference and its plan (domain.md A2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attendance.common.letters import (
    make,
)
from attendance.models import Arc

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


def prepare_invitation(flow: Workflow) -> dict[str, Any]:
    """The invitation to the conference."""
    return _meeting(flow, "ARC_INVITATION")


def prepare_reschedule(flow: Workflow) -> dict[str, Any]:
    """The new day of the conference."""
    return _meeting(flow, "ARC_RESCHEDULE")


def _meeting(flow: Workflow, code: str) -> dict[str, Any]:
    data = flow.data
    meeting = {
        "on": data["on"].isoformat(),
        "at": data["at"].strftime("%H:%M"),
        "place": data["place"],
        "interpreter": bool(data["interpreter"]),
    }
    return make(flow, code, data["language"], meeting=meeting, signer=flow.turn.actor)


def prepare_plan(flow: Workflow) -> dict[str, Any]:
    """The copy of the plan for the family."""
    arc = flow.process
    assert isinstance(arc, Arc)
    rows = [
        row
        for row in flow.file.children["plan_action"]
        if row.arc_id == arc.id and row.dropped_on is None and row.done_on is None
    ]
    actions = [
        {"what": row.what, "owner": row.owner, "due": row.due.isoformat()}
        for row in sorted(rows, key=lambda row: row.number)
    ]
    return make(
        flow,
        "ARC_PLAN",
        flow.data["language"],
        signer=flow.turn.actor,
        goal_percent=arc.goal_percent,
        goal_unexcused=arc.goal_unexcused,
        actions=actions,
        resources=arc.resources,
        signed_on=flow.data["on"].isoformat(),
        signatures={"parent": flow.data["parent"], "student": flow.data["student"]},
    )
