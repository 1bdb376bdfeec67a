"""The promises of a Title IX case (domain.md B1.1, B2.3), by their names in the policy (`sla`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import ClockSpec
from casework.policy.policies import Policy
from titleix.rules import state_law


def _spec(
    kind: str,
    label: Any,
    *,
    ladder: str = "default",
    moves: str = "none",
    then: str = "",
    cite: str = "",
    role: str = "COORDINATOR",
) -> ClockSpec:
    return ClockSpec(
        kind,
        label,
        lambda policy: _length(policy, kind),
        role=role,
        ladder=ladder,
        moves=moves,
        then=then,
        cite=cite,
    )


# Promises that were made up after cases had been opened: what counts where the policy version of a
# case does not know them.
SINCE = {"read_answer": {"n": 1, "unit": "school_day"}, "closing": {"n": 5, "unit": "school_day"}}


def _length(policy: Policy, kind: str) -> Mapping[str, Any]:
    return policy.get(f"sla.{kind}") or SINCE.get(kind) or policy.require(f"sla.{kind}")


def _duty(duty: state_law.Duty) -> ClockSpec:
    """A duty of state law: its time is the statute's and no policy's."""
    sla = {"n": duty.days, "unit": duty.unit.value}
    return ClockSpec(
        f"duty_{duty.key}",
        duty.label,
        lambda _policy: sla,
        role="PRINCIPAL",
        cite=duty.citation,
        moves="none",
    )


DUTIES = (
    state_law.POLICE,
    state_law.SUPERINTENDENT,
    state_law.DSS,
    state_law.JUVENILE,
    state_law.LICENSE,
)
CLOCKS = {
    spec.kind: spec
    for spec in (
        _spec("contact_complainant", _("Contact the complainant"), cite="34 CFR 106.44(a)"),
        _spec("screening", _("Screen the report")),
        _spec("info", _("Wait for more information"), then="close_insufficient"),
        _spec("complaint_decision", _("Decide on the formal complaint")),
        _spec(
            "school_investigation",
            _("Investigate at the school"),
            ladder="investigation",
            moves="investigation",
        ),
        _spec(
            "district_investigation",
            _("Investigate at the district"),
            ladder="investigation",
            moves="investigation",
        ),
        _spec("notice", _("Send the notice of allegations"), cite="34 CFR 106.45(b)(2)"),
        _spec(
            "evidence_wait", _("The parties review the evidence"), cite="34 CFR 106.45(b)(5)(vi)"
        ),
        _spec("report_wait", _("The parties review the report"), cite="34 CFR 106.45(b)(5)(vii)"),
        _spec("determination", _("Decide"), cite="34 CFR 106.45(b)(7)"),
        _spec(
            "appeal_window",
            _("Time to appeal"),
            then="appeal_time_over",
            cite="34 CFR 106.45(b)(8)",
        ),
        _spec("appeal_decision", _("Decide the appeal"), cite="34 CFR 106.45(b)(8)"),
        _spec("informal", _("Informal resolution"), cite="34 CFR 106.45(b)(9)"),
        _spec("measures_review", _("Review the supportive measures"), cite="34 CFR 106.30"),
        _spec("check_in", _("Check in with the parties")),
        _spec("hr_notice", _("Tell human resources")),
        _spec("escalation_answer", _("Answer the school that asks to escalate")),
        _spec("read_answer", _("Read what the reporter answered")),
        _spec("referral", _("Refer the report to where it belongs")),
        _spec("confirm_address", _("Find the right address")),
        _spec("accommodation", _("Answer the request for an accommodation")),
        _spec(
            "dismissal_decision",
            _("Dismiss after the withdrawal, or go on"),
            cite="34 CFR 106.45(b)(3)(ii)",
        ),
        _spec("questions", _("Exchange of written questions"), cite="34 CFR 106.45(b)(6)(ii)"),
        _spec(
            "appeal_statement",
            _("The parties state their case in the appeal"),
            cite="34 CFR 106.45(b)(8)(iii)(D)",
        ),
        _spec("outcome", _("Send the outcome to both parties"), cite="34 CFR 106.45(b)(7)(iii)"),
        _spec("remedies", _("Carry out the remedies"), cite="34 CFR 106.45(b)(7)(iv)"),
        _spec("check_30", _("Check of the remedies after 30 days")),
        _spec("check_60", _("Check of the remedies after 60 days")),
        _spec("check_90", _("Check of the remedies after 90 days")),
        _spec("closing", _("Close the file")),
        _spec("reopening_notice", _("Tell the parties that the case is open again")),
        *(_duty(duty) for duty in DUTIES),
        _spec("challenge", _("Hear the challenge of the removal"), cite="34 CFR 106.44(c)"),
    )
}
TASKS = {f"DUTY_{duty.key.upper()}"[:32]: duty.label for duty in DUTIES} | {
    "READ_ANSWER": _("Read what the reporter answered"),
    "HR_NOTICE": _("Tell human resources of the employee"),
    "ESCALATION_ASKED": _("The school asks to escalate"),
    "CONFIRM_ADDRESS": _("A letter came back: find the right address"),
    "ACCOMMODATION": _("Answer the request for an accommodation"),
}
LABELS = {spec.kind: spec.label for spec in CLOCKS.values()}
