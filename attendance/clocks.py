"""The promises of attendance cases: which, how long by the policy, whose (domain.md 0, A2.3, A2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance import triggers
from attendance.models import Notice
from attendance.triggers import trigger_of
from casework.policy import Policy, all_policies
from casework.workflow import ClockSpec

NOTICE_PREFIX, ACTION_PREFIX = "notice_", "do_"
ACTIONS = {
    "notice": _("notify the family"), "report": _("report"), "plan": _("agree on a plan"), "team": _("convene the team"),
    "schedule_conference": _("schedule the conference"), "conference": _("hold the conference"), "referral": _("refer to court"),
}  # fmt: skip


Found = TypeVar("Found")


class ByTrigger(dict[str, Found], Generic[Found]):
    """A table with fixed entries, and one made for every kind that follows a trigger of the policy in force: `notice_TX3`,
    `do_FL5/2026-10-01`."""

    def __init__(self, fixed: Mapping[str, Found], made: Mapping[str, Callable[[str], Found]]) -> None:
        super().__init__(fixed)
        self.made = made

    def __missing__(self, kind: str) -> Found:
        for prefix, make in self.made.items():
            if kind.startswith(prefix):
                return make(kind)
        raise KeyError(kind)

    def get(self, kind: str, default: Any = None) -> Any:
        """As of a plain table, the made entries included."""
        try:
            return self[kind]
        except KeyError:
            return default


def trigger(policy: Policy, trigger_id: str) -> Mapping[str, Any]:
    """One trigger of the policy by its id. A case may be older than the version in force: what its own version does not know
    is read from the newest one that does. KeyError when none has this name."""
    others = sorted(
        (one for one in all_policies().values() if one.domain == policy.domain), key=lambda one: one.effective_from, reverse=True
    )
    for version in (policy, *others):
        for entry in version.data["triggers"]:
            if entry["id"] == trigger_id:
                return dict(entry)
    raise KeyError(trigger_id)


def _process(path: str) -> Any:
    return lambda policy: policy.require(f"process_sla.{path}")


def _conference(what: str) -> Any:
    """The time for the conference: what a trigger of tier 3 gives that asks for one (Virginia: held within ten school days),
    else the district's own."""
    action = {"hold": "conference", "schedule": "schedule_conference"}[what]

    def sla(policy: Policy) -> Any:
        for entry in policy.data["triggers"]:
            said = entry.get("action", ())
            if entry["opens"] == "TIER3" and entry.get("sla") and action in ((said,) if isinstance(said, str) else said):
                return entry["sla"]
        return policy.require(f"process_sla.arc.{what}")

    return sla


def _action(kind: str) -> ClockSpec:
    return ClockSpec(kind, action_label(kind), lambda policy: action_sla(kind, policy), role="SSW", moves="notice")


def action_sla(kind: str, policy: Policy) -> Any:
    """How long the duty of a threshold may take; None where the policy gives no time."""
    return triggers.action_sla(trigger(policy, trigger_of(kind.removeprefix(ACTION_PREFIX))), policy.data)


def action_label(kind: str) -> str:
    """The duty in words: `refer to court (TX10)`."""
    key = kind.removeprefix(ACTION_PREFIX)
    for policy in all_policies().values():
        for entry in policy.data.get("triggers", ()) if policy.domain == "attendance" else ():
            if entry["id"] == trigger_of(key):
                return f"{', '.join(str(ACTIONS[action]) for action in triggers.duties(entry))} ({key})"
    return key


CASES = {
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
        ClockSpec("arc_schedule", _("Schedule the conference"), _conference("schedule"), role="SSW"),
        ClockSpec("arc_hold", _("Hold the conference"), _conference("hold"), role="SSW"),
    )
}
CASE: Mapping[str, ClockSpec] = ByTrigger(CASES, {ACTION_PREFIX: _action})


def _notice(threshold: str, label: Any, cite: str = "G.S. 115C-378") -> ClockSpec:
    return ClockSpec(
        f"notice_{threshold}",
        label,
        lambda policy: triggers.notice_sla(trigger(policy, threshold), policy.data),  # type: ignore[arg-type, return-value]
        role="SSW",
        cite=cite,
        moves="notice",
    )


def _notice_of(kind: str) -> ClockSpec:
    return _notice(kind.removeprefix(NOTICE_PREFIX), notice_label(kind), cite="")


def notice_label(kind: str) -> str:
    """`Send the notice TX3`."""
    return gettext("Send the notice %(trigger)s") % {"trigger": kind.removeprefix(NOTICE_PREFIX)}


NOTICES = {
    spec.kind: spec
    for spec in (
        _notice("L3", _("Send the three-day notice")),
        _notice("L6", _("Send the six-day notice")),
        _notice("L10", _("Send the ten-day notice")),
        ClockSpec("confirm_address", _("Confirm the address"), _process("confirm_address"), role="DATA_MANAGER"),
    )
}
NOTICE: Mapping[str, ClockSpec] = ByTrigger(NOTICES, {NOTICE_PREFIX: _notice_of})
TASKS: Mapping[str, Any] = ByTrigger(
    {
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
    },
    {ACTION_PREFIX: action_label},
)
LABELS: Mapping[str, Any] = ByTrigger(
    {spec.kind: spec.label for spec in (*CASES.values(), *NOTICES.values())}, {ACTION_PREFIX: action_label, NOTICE_PREFIX: notice_label}
)


def shortest(covers: Sequence[str], policy: Policy) -> str | None:
    """The clock of a notice that covers several thresholds: the one that is due first; the highest when equal. None where the
    policy gives none of them a time."""
    timed = {key: sla for key in reversed(covers) if (sla := triggers.notice_sla(trigger(policy, trigger_of(key)), policy.data))}
    if not timed:
        return None
    return NOTICE_PREFIX + trigger_of(min(timed, key=lambda key: int(timed[key]["n"])))


def day0(kind: str, notice: Notice, policy: Policy) -> date:
    """Day 0 of a notice's clock: the detection (A3.1 rule 6), or the absence itself where the policy says `from: reached`."""
    sla = triggers.notice_sla(trigger(policy, kind.removeprefix(NOTICE_PREFIX)), policy.data) or {}
    return notice.reached_on if sla.get("from") == "reached" and notice.reached_on else notice.detected_on


UNITS = {
    "day": _("days"),
    "part_of_day": _("days or parts of days"),
    "hour": _("hours"),
    "period": _("class periods"),
    "percent": _("days"),
}


def counted(covers: Sequence[str], amount: int, policy: Policy) -> dict[str, Any]:
    """What the timeline says was counted: `count` where it is unexcused days, else `amount` with its unit."""
    entry = trigger(policy, trigger_of(covers[-1]))
    unit = str(entry.get("unit") or policy.data["measures"].get(entry["measure"], {}).get("unit", "day"))
    if entry["measure"] == "U" and unit == "day":
        return {"count": amount}
    return {"amount": f"{amount} {UNITS[unit]}"}
