"""Conditions of the legal review (G.S. 115C-378, domain.md C4-C6): conference, letters, exclusions,
notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.models import Arc, Notice
from attendance.rules import periods
from attendance.rules.conditions import EXCLUSIONS, FLAGS, attempted
from attendance.rules.triggers import plan_of, trigger_of
from casework.engine.workflow import Workflow, unmet


def conferred(flow: Workflow) -> object:
    """The conference was held, or it is on record that the family could not be brought to one,
    after two attempts by two means (C4)."""
    arcs = [row for row in flow.file.processes if isinstance(row, Arc)]
    if any(arc.held_on for arc in arcs) or flow.case.arc_held_on:
        return unmet(True, "")
    if not any(arc.not_held_on for arc in arcs):
        return unmet(
            False,
            _(
                "The conference was not held, and it is not on record that it could not be: two "
                "attempts by two different means."
            ),
        )
    return attempted(flow)


def letters_delivered(flow: Workflow) -> object:
    """L3, L6 and L10 are delivered, and none of them is superseded without a reissue (C6, A-22)."""
    missing = [text for code in _required(flow) if (text := _standing(flow, code))]
    return unmet(
        not missing, _("Letters that stand in the way: %(which)s.") % {"which": ", ".join(missing)}
    )


def _required(flow: Workflow) -> list[str]:
    """The notices that must have been delivered: every plain one of the policy (NC: L3, L6, L10),
    and of the others those whose threshold the case reached."""
    plan = plan_of(flow.policy.data)
    plain = {str(entry["id"]) for entry in plan.plain}
    reached = [key for key in flow.case.triggers if trigger_of(key) not in plain]
    return [
        key
        for key in (*(name for name in plan.by_id if name in plain), *reached)
        if (plan.trigger(key) or {}).get("notice")
    ]


def _standing(flow: Workflow, code: str) -> str:
    """Nothing when the letter of a threshold counts; else the code with its state, as in `L6:
    RETURNED`."""
    notices = [row for row in flow.file.processes if isinstance(row, Notice) and code in row.covers]
    if any(row.state == "DELIVERED" and row.superseded_on is None for row in notices):
        return ""
    last = max(notices, key=lambda row: row.detected_on, default=None)
    return (
        f"{code}: {'SUPERSEDED' if last and last.superseded_on else last.state if last else 'NONE'}"
    )


def not_excluded(flow: Workflow) -> object:
    """No exclusion of the policy stands against a referral."""
    flags = {FLAGS[flag] for flag in periods.student(flow).flags if flag in FLAGS} | set(
        flow.case.exclusions
    )
    found = [
        str(EXCLUSIONS.get(name, name))
        for name in flow.policy.get("exclusions_from_legal") or ()
        if name in flags
    ]
    return unmet(not found, _("Excluded from legal referral: %(why)s.") % {"why": ", ".join(found)})


def referral_open(flow: Workflow) -> object:
    """A referral is being considered, or its notices are not sent yet."""
    waits = flow.case.state == "LEGAL_REVIEW" or any(
        task.kind in ("NOTIFY_DA", "NOTIFY_DSS") for task in flow.file.tasks
    )
    return unmet(waits, _("The notices were sent already."))
