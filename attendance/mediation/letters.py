"""The packet that a mediator is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attendance.common.letters import (
    make,
    referral_record,
)
from attendance.models import Arc
from attendance.rules import periods

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


def prepare_packet(flow: Workflow) -> dict[str, Any]:
    """The packet of a referral to mediation: counts, letters, plan. Nothing where no mediation is
    opened."""
    if not flow.data.get("provider") or "mediation" not in flow.data.get("opens", ["mediation"]):
        return {}
    arc = max(
        (row for row in flow.file.processes if isinstance(row, Arc)),
        key=lambda row: row.detected_on,
        default=None,
    )
    rows = [
        row
        for row in flow.file.children["plan_action"]
        if arc is not None and row.arc_id == arc.id and row.dropped_on is None
    ]
    plan = [
        {"what": row.what, "owner": row.owner, "due": row.due.isoformat()}
        for row in sorted(rows, key=lambda row: row.number)
    ]
    to = [{"name": str(flow.data["provider"]), "address": []}]
    return make(
        flow,
        "MEDIATION_PACKET",
        "en",
        recipients=to,
        provider=str(flow.data["provider"]),
        reason=flow.data["reason"],
        plan=plan,
        absences=periods.tally(flow).absences,
        **referral_record(flow),
    )
