"""The promises of attendance cases: which, how long by the policy, whose (domain.md 0, A2.3,
A2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance.models import Notice
from attendance.rules import triggers
from attendance.rules.triggers import trigger_of
from casework.engine.workflow import ClockSpec
from casework.policy.policies import Policy, all_policies

NOTICE_PREFIX, ACTION_PREFIX = "notice_", "do_"
ACTIONS = {
    "notice": _("notify the family"),
    "report": _("report"),
    "plan": _("agree on a plan"),
    "team": _("convene the team"),
    "schedule_conference": _("schedule the conference"),
    "conference": _("hold the conference"),
    "referral": _("refer to court"),
}


Found = TypeVar("Found")


class ByTrigger(dict[str, Found], Generic[Found]):
    """A table with fixed entries, and one made for every kind that follows a trigger of the policy
    in force: `notice_TX3`, `do_FL5/2026-10-01`."""

    def __init__(
        self, fixed: Mapping[str, Found], made: Mapping[str, Callable[[str], Found]]
    ) -> None:
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
    """One trigger of the policy by its id. A case may be older than the version in force: what its
    own version does not know is read from the newest one that does. KeyError when none has this
    name."""
    others = sorted(
        (one for one in all_policies().values() if one.domain == policy.domain),
        key=lambda one: one.effective_from,
        reverse=True,
    )
    for version in (policy, *others):
        for entry in version.data["triggers"]:
            if entry["id"] == trigger_id:
                return dict(entry)
    raise KeyError(trigger_id)


def _process(path: str) -> Any:
    return lambda policy: policy.require(f"process_sla.{path}")


def _conference(what: str) -> Any:
    """The time for the conference: what a trigger of tier 3 gives that asks for one (Virginia: held
    within ten school days), else the district's own."""
    action = {"hold": "conference", "schedule": "schedule_conference"}[what]

    def sla(policy: Policy) -> Any:
        for entry in policy.data["triggers"]:
            said = entry.get("action", ())
            if (
                entry["opens"] == "TIER3"
                and entry.get("sla")
                and action in ((said,) if isinstance(said, str) else said)
            ):
                return entry["sla"]
        return policy.require(f"process_sla.arc.{what}")

    return sla


def _action(kind: str) -> ClockSpec:
    return ClockSpec(
        kind,
        action_label(kind),
        lambda policy: action_sla(kind, policy),
        role="SSW",
        moves="notice",
    )


def action_sla(kind: str, policy: Policy) -> Any:
    """How long the duty of a threshold may take; None where the policy gives no time."""
    return triggers.action_sla(
        trigger(policy, trigger_of(kind.removeprefix(ACTION_PREFIX))), policy.data
    )


def action_label(kind: str) -> str:
    """The duty in words: `refer to court (TX10)`."""
    key = kind.removeprefix(ACTION_PREFIX)
    for policy in all_policies().values():
        for entry in policy.data.get("triggers", ()) if policy.domain == "attendance" else ():
            if entry["id"] == trigger_of(key):
                return (
                    f"{', '.join(str(ACTIONS[action]) for action in triggers.duties(entry))} "
                    f"({key})"
                )
    return key


def _case(kind: str, label: Any, path: str, role: str, **more: Any) -> ClockSpec:
    return ClockSpec(kind, label, _process(path), role=role, **more)


CASES = {
    spec.kind: spec
    for spec in (
        _case("assign", _("Assign a social worker"), "assign", "SUPERVISOR"),
        _case("root_cause", _("Find the causes"), "root_cause", "SSW"),
        _case("review_correction", _("Review the correction"), "review_correction", "SSW"),
        ClockSpec(
            "hold_end",
            _("The hold ends"),
            lambda _policy: {"n": 0, "unit": "calendar_day"},
            role="SUPERVISOR",
            moves="notice",
        ),
        _case(
            "transfer_accept",
            _("Take over the transferred student"),
            "transfer_accept",
            "SSW",
            moves="notice",
        ),
        _case(
            "finding",
            _("Make the good-faith finding"),
            "finding",
            "PRINCIPAL",
            cite="G.S. 115C-378",
            moves="notice",
        ),
        _case(
            "notify_da",
            _("Notify the district attorney"),
            "legal_notice",
            "PRINCIPAL",
            cite="G.S. 115C-378",
            moves="notice",
        ),
        _case(
            "notify_dss",
            _("Notify the director of social services"),
            "legal_notice",
            "PRINCIPAL",
            cite="G.S. 115C-378",
            moves="notice",
        ),
        _case(
            "juvenile",
            _("File the complaint with the juvenile court counselor"),
            "legal_notice",
            "PRINCIPAL",
            cite="G.S. 115C-378",
            moves="notice",
        ),
        _case(
            "inform_correction",
            _("Inform DA and DSS of the corrected record"),
            "inform_correction",
            "PRINCIPAL",
            moves="notice",
        ),
        # a wait, not a duty: when it is over without a relapse, the system closes the case (C8)
        _case("monitor", _("Watch for a relapse"), "monitor", "SSW", then="close_improved"),
        _case("next_step", _("Decide what comes next"), "next_step", "SSW"),
        ClockSpec(
            "plan_window",
            _("See whether the plan works"),
            lambda policy: {"n": policy.require("monitor.plan_days"), "unit": "school_day"},
            role="SSW",
        ),
        _case(
            "inquiry",
            _("Inquire into the claim that the child must work"),
            "inquiry",
            "SSW",
            cite="G.S. 115C-382",
        ),
        _case(
            "note_entry",
            _("Correct the code in the student information system"),
            "note_entry",
            "DATA_MANAGER",
        ),
        _case(
            "withdrawal",
            _("Look at a withdrawal that the ten-day rule forbids"),
            "withdrawal",
            "PRINCIPAL",
            moves="notice",
        ),
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


def _by_kind(*specs: ClockSpec) -> dict[str, ClockSpec]:
    return {spec.kind: spec for spec in specs}


NOTICES = _by_kind(
    _notice("L3", _("Send the three-day notice")),
    _notice("L6", _("Send the six-day notice")),
    _notice("L10", _("Send the ten-day notice")),
    _case("confirm_address", _("Confirm the address"), "confirm_address", "DATA_MANAGER"),
)
NOTICE: Mapping[str, ClockSpec] = ByTrigger(NOTICES, {NOTICE_PREFIX: _notice_of})
ARC = _by_kind(
    ClockSpec("arc_schedule", _("Schedule the conference"), _conference("schedule"), role="SSW"),
    ClockSpec("arc_hold", _("Hold the conference"), _conference("hold"), role="SSW"),
    _case(
        "arc_not_held",
        _("Decide what follows the conference that could not be held"),
        "arc.not_held",
        "SSW",
    ),
    _case("arc_sign", _("Have the plan signed"), "arc.plan_signed", "SSW"),
    _case("arc_start", _("Begin the plan"), "arc.plan_started", "SSW"),
    _case("arc_review", _("Review the plan"), "arc.review_every", "SSW"),
)
LOCATE = _by_kind(
    _case("locate_dispatch", _("Send the street team"), "locate.dispatch", "STREET_LEAD"),
    _case("locate_visit", _("Make the first visit"), "locate.first_visit", "STREET_LEAD"),
    _case("locate_outcome", _("Find the student"), "locate.outcome", "STREET_LEAD"),
    _case(
        "locate_handback",
        _("Hand the student back to the home school"),
        "locate.handback",
        "STREET_LEAD",
    ),
    _case(
        "locate_accept",
        _("Take the student back from the street team"),
        "locate.handback_accept",
        "SSW",
        moves="notice",
    ),
    _case("locate_close", _("Say what the school does next"), "locate.close", "SSW"),
)


def _follow_up(which: int, label: Any) -> ClockSpec:
    def sla(policy: Policy) -> Mapping[str, Any]:
        return {
            "n": policy.require("process_sla.mediation.followup_calendar_days")[which],
            "unit": "calendar_day",
        }

    return ClockSpec(
        ("mediation_30", "mediation_60", "mediation_90")[which], label, sla, role="SSW"
    )


MEDIATION = _by_kind(
    _case(
        "mediation_accept", _("Accept the referral to mediation"), "mediation.accept", "MEDIATOR"
    ),
    _case("mediation_session", _("Hold the mediation"), "mediation.session", "MEDIATOR"),
    _case("mediation_result", _("Record how the mediation ended"), "mediation.result", "MEDIATOR"),
    _follow_up(0, _("First follow-up of the mediation")),
    _follow_up(1, _("Second follow-up of the mediation")),
    _follow_up(2, _("Third follow-up of the mediation")),
    _case(
        "mediation_first",
        _("First review of the mediation in the new year"),
        "mediation.first_review",
        "SSW",
    ),
    _case("mediation_close", _("Close the mediation"), "mediation.close", "SSW"),
)
COURT = _by_kind(
    _case(
        "court_consent", _("Get the family's answer on the court programme"), "court.consent", "SSW"
    ),
    _case("court_enroll", _("Enrol in the court programme"), "court.enroll", "COURT_COORD"),
    _case(
        "court_session",
        _("Hold the next court session, or complete the programme"),
        "court.session",
        "COURT_COORD",
    ),
)
PARTNER = _by_kind(
    _case("partner_intake", _("Intake at the partner"), "partner.intake", "SSW"),
    _case("partner_result", _("Ask the partner for the result"), "partner.result", "SSW"),
)
# A task bears the name of the promise that dates it, unless said here.
TASKS: Mapping[str, Any] = ByTrigger(
    {
        "ASSIGN_SSW": CASES["assign"].label,
        "ROOT_CAUSE": CASES["root_cause"].label,
        "REVIEW_CORRECTION": CASES["review_correction"].label,
        "ACCEPT_TRANSFER": CASES["transfer_accept"].label,
        "FINDING": CASES["finding"].label,
        "NOTIFY_DA": CASES["notify_da"].label,
        "NOTIFY_DSS": CASES["notify_dss"].label,
        "JUVENILE_COMPLAINT": CASES["juvenile"].label,
        "INFORM_CORRECTION": CASES["inform_correction"].label,
        "NEXT_STEP": CASES["next_step"].label,
        "INDIGENCY_INQUIRY": CASES["inquiry"].label,
        "ENTER_NOTE": CASES["note_entry"].label,
        "REVIEW_WITHDRAWAL": CASES["withdrawal"].label,
        "CONFIRM_ADDRESS": NOTICES["confirm_address"].label,
        "SCHEDULE_ARC": ARC["arc_schedule"].label,
        "HOLD_ARC": ARC["arc_hold"].label,
        "AFTER_NOT_HELD": ARC["arc_not_held"].label,
        "SIGN_PLAN": ARC["arc_sign"].label,
        "START_PLAN": ARC["arc_start"].label,
        "REVIEW_PLAN": ARC["arc_review"].label,
        "DISPATCH_TEAM": LOCATE["locate_dispatch"].label,
        "LOCATE_STUDENT": LOCATE["locate_outcome"].label,
        "HAND_BACK": LOCATE["locate_handback"].label,
        "ACCEPT_HANDBACK": LOCATE["locate_accept"].label,
        "CLOSE_LOCATE": LOCATE["locate_close"].label,
        "ACCEPT_MEDIATION": MEDIATION["mediation_accept"].label,
        "HOLD_MEDIATION": MEDIATION["mediation_session"].label,
        "MEDIATION_RESULT": MEDIATION["mediation_result"].label,
        "FOLLOW_UP": _("Follow up the mediation"),
        "CLOSE_MEDIATION": MEDIATION["mediation_close"].label,
        "COURT_CONSENT": COURT["court_consent"].label,
        "COURT_ENROLL": COURT["court_enroll"].label,
        "COURT_SESSION": COURT["court_session"].label,
        "PARTNER_INTAKE": PARTNER["partner_intake"].label,
        "PARTNER_RESULT": PARTNER["partner_result"].label,
    },
    {ACTION_PREFIX: action_label},
)
LABELS: Mapping[str, Any] = ByTrigger(
    {
        spec.kind: spec.label
        for specs in (CASES, NOTICES, ARC, LOCATE, MEDIATION, COURT, PARTNER)
        for spec in specs.values()
    },
    {ACTION_PREFIX: action_label, NOTICE_PREFIX: notice_label},
)


def shortest(covers: Sequence[str], policy: Policy) -> str | None:
    """The clock of a notice that covers several thresholds: the one that is due first; the highest
    when equal. None where the policy gives none of them a time."""
    timed = {
        key: sla
        for key in reversed(covers)
        if (sla := triggers.notice_sla(trigger(policy, trigger_of(key)), policy.data))
    }
    if not timed:
        return None
    return NOTICE_PREFIX + trigger_of(min(timed, key=lambda key: int(timed[key]["n"])))


def day0(kind: str, notice: Notice, policy: Policy) -> date:
    """Day 0 of a notice's clock: the detection (A3.1 rule 6), or the absence itself where the
    policy says `from: reached`."""
    sla = triggers.notice_sla(trigger(policy, kind.removeprefix(NOTICE_PREFIX)), policy.data) or {}
    return (
        notice.reached_on
        if sla.get("from") == "reached" and notice.reached_on
        else notice.detected_on
    )


UNITS = {
    "day": _("days"),
    "part_of_day": _("days or parts of days"),
    "hour": _("hours"),
    "period": _("class periods"),
    "percent": _("days"),
}


def counted(covers: Sequence[str], amount: int, policy: Policy) -> dict[str, Any]:
    """What the timeline says was counted: `count` where it is unexcused days, else `amount` with
    its unit."""
    entry = trigger(policy, trigger_of(covers[-1]))
    unit = str(
        entry.get("unit") or policy.data["measures"].get(entry["measure"], {}).get("unit", "day")
    )
    if entry["measure"] == "U" and unit == "day":
        return {"count": amount}
    return {"amount": f"{amount} {UNITS[unit]}"}
