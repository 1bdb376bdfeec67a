"""What leaves the district with a referral (G.S. 115C-378, -381; 34 CFR 99.32)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attendance.common.letters import (
    make,
    referral_record,
)

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


def _verified(flow: Workflow) -> dict[str, str]:
    """Who verifies, and since when (G.S. 115C-381); empty lines to sign by hand where nobody
    has."""
    case = flow.case
    on = case.verified_on.isoformat() if case.verified_on else ""
    return {
        "verified_by": case.verified_by.get_full_name() if case.verified_by_id else "",
        "verified_on": on,
    }


def prepare_referral(flow: Workflow) -> dict[str, Any]:
    """The draft of the notice, with the social worker who reports and verifies it."""
    actor, today = flow.turn.actor, flow.turn.today
    more = {
        "verified_by": actor.get_full_name(),
        "verified_on": today.isoformat(),
        "facts": flow.data["facts"],
    }
    return make(
        flow,
        "REFERRAL",
        "en",
        draft=True,
        to="District Attorney and Director of Social Services",
        kind="NOTIFY",
        recipients=[],
        **referral_record(flow),
        **more,
    )


def prepare_disclosure(flow: Workflow) -> dict[str, Any]:
    """The notice to an authority, signed by the principal who sends it."""
    more = referral_record(flow) | _verified(flow)
    to = [{"name": flow.data["to"], "address": []}]
    return make(
        flow,
        "REFERRAL",
        "en",
        signer=flow.turn.actor,
        signer_title="principal",
        to=flow.data["to"],
        kind=flow.data["task"],
        facts="",
        recipients=to,
        **more,
    )
