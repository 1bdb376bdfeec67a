"""The promises of attendance cases: which, how long by the policy, whose (domain.md 0, A2.3, A2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.policy import Policy
from casework.workflow import ClockSpec


def trigger(policy: Policy, trigger_id: str) -> Mapping[str, Any]:
    """One trigger of the policy by its id; KeyError when the policy has none of this name."""
    for entry in policy.data["triggers"]:
        if entry["id"] == trigger_id:
            return dict(entry)
    raise KeyError(trigger_id)


def _process(path: str) -> Any:
    return lambda policy: policy.require(f"process_sla.{path}")


CASE = {
    spec.kind: spec
    for spec in (
        ClockSpec("assign", _("Assign a social worker"), _process("assign"), role="SUPERVISOR"),
        ClockSpec("root_cause", _("Find the causes"), _process("root_cause"), role="SSW"),
        ClockSpec("review_correction", _("Review the correction"), _process("review_correction"), role="SSW"),
        ClockSpec("hold_end", _("The hold ends"), lambda _policy: {"n": 0, "unit": "calendar_day"}, role="SUPERVISOR", moves="notice"),
        ClockSpec("transfer_accept", _("Take over the transferred student"), _process("transfer_accept"), role="SSW", moves="notice"),
        ClockSpec("finding", _("Make the good-faith finding"), _process("finding"), role="PRINCIPAL", cite="G.S. 115C-378", moves="notice"),
        ClockSpec(
            "notify_da", _("Notify the district attorney"), _process("legal_notice"), role="PRINCIPAL", cite="G.S. 115C-378", moves="notice"
        ),
        ClockSpec(
            "notify_dss",
            _("Notify the director of social services"),
            _process("legal_notice"),
            role="PRINCIPAL",
            cite="G.S. 115C-378",
            moves="notice",
        ),
        ClockSpec(
            "inform_correction",
            _("Inform DA and DSS of the corrected record"),
            _process("inform_correction"),
            role="PRINCIPAL",
            moves="notice",
        ),
        ClockSpec("arc_schedule", _("Schedule the conference"), _process("arc.schedule"), role="SSW"),
        ClockSpec("arc_hold", _("Hold the conference"), _process("arc.hold"), role="SSW"),
    )
}


def _notice(threshold: str, label: Any) -> ClockSpec:
    return ClockSpec(
        f"notice_{threshold}", label, lambda policy: trigger(policy, threshold)["sla"], role="SSW", cite="G.S. 115C-378", moves="notice"
    )


NOTICE = {
    spec.kind: spec
    for spec in (
        _notice("L3", _("Send the three-day notice")),
        _notice("L6", _("Send the six-day notice")),
        _notice("L10", _("Send the ten-day notice")),
        ClockSpec("confirm_address", _("Confirm the address"), _process("confirm_address"), role="DATA_MANAGER"),
    )
}
TASKS = {
    "ASSIGN_SSW": _("Assign a social worker"),
    "ROOT_CAUSE": _("Find the causes"),
    "SCHEDULE_ARC": _("Schedule the conference"),
    "HOLD_ARC": _("Hold the conference"),
    "REVIEW_CORRECTION": _("Review the correction"),
    "ACCEPT_TRANSFER": _("Take over the transferred student"),
    "FINDING": _("Make the good-faith finding"),
    "NOTIFY_DA": _("Notify the district attorney"),
    "NOTIFY_DSS": _("Notify the director of social services"),
    "INFORM_CORRECTION": _("Inform DA and DSS of the corrected record"),
    "CONFIRM_ADDRESS": _("Confirm the address"),
}
LABELS = {spec.kind: spec.label for spec in (*CASE.values(), *NOTICE.values())}


def shortest(covers: Sequence[str], policy: Policy) -> str:
    """The clock of a notice that covers several thresholds: the one that is due first; the highest when equal."""
    first = min(reversed(covers), key=lambda threshold: int(trigger(policy, threshold)["sla"]["n"]))
    return f"notice_{first}"
