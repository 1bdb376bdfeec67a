"""What stands before the law in an attendance case: G.S. 115C-378, domain.md C4-C6. Conditions in words; no step is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from attendance.models import Arc, Locate, Notice
from attendance.rules import law, periods
from attendance.rules.triggers import plan_of, trigger_of
from casework.engine.workflow import Workflow, unmet
from casework.models import Event
from casework.policy.policies import Policy
from district.models import Student

# What the flags of the student say about the policy's exclusions.
FLAGS = {"mckinney_vento": "homeless", "foster": "foster"}
EXCLUSIONS = {
    "homeless": _("homeless (McKinney-Vento)"),
    "foster": _("in foster care"),
    "pregnancy_parenting": _("pregnancy or parenting"),
    "severe_illness": _("severe illness"),
    "indigency_claim": _("the family says that the child must work (G.S. 115C-382)"),
    "disability_related_pending": _("a disability question is pending"),
    "principal_income_earner": _("the student earns the family's living"),
}


def unexcused(flow: Workflow) -> int:
    """U of the case's student and year as it was counted last."""
    return periods.tally(flow).unexcused


def ten_days(flow: Workflow) -> object:
    """The count that the law asks for stands: ten unexcused days (G.S. 115C-378), or the policy's own threshold of tier 3."""
    plan = plan_of(flow.policy.data)
    tier3 = [
        entry
        for entry in plan.by_id.values()
        if entry["opens"] == "TIER3" and entry["measure"] == "U"
    ]
    plain = [int(entry["at"]) for entry in tier3 if entry in plan.plain]
    if tier3 and not plain:
        reached = {trigger_of(key) for key in flow.case.triggers}
        return unmet(
            any(entry["id"] in reached for entry in tier3),
            _("No threshold of the policy for a referral stands."),
        )
    return unmet(
        unexcused(flow) >= max(plain, default=10), _("Fewer than ten unexcused days stand.")
    )


def compulsory(flow: Workflow) -> object:
    """The law covers the student on this day (A-20)."""
    student = periods.student(flow)
    covered = student.dob is not None and law.compulsory_applies(
        student.dob, student.grade, True, flow.turn.today, flow.policy.require("scope.compulsory")
    )
    return unmet(
        covered,
        _(
            "NOT_COMPULSORY_AGE: the compulsory attendance law does not cover the student (7 to 15, or enrolled in K to 2)."
        ),
    )


def _means_tried(flow: Workflow) -> int:
    """By how many different means the family was tried since the conference was asked for."""
    since = min(
        (row.detected_on for row in flow.file.processes if isinstance(row, Arc)), default=None
    )

    def read() -> int:
        contacts = Event.objects.filter(case_id=flow.case.id, kind=Event.Kind.CONTACT)
        return len(
            set(
                (contacts.filter(on__gte=since) if since else contacts).values_list(
                    "data__means", flat=True
                )
            )
        )

    return flow.file.once("means", read)


def attempted(flow: Workflow) -> object:
    """'If possible': two documented attempts by two means say that it was not (C4)."""
    return unmet(
        _means_tried(flow) >= 2, _("There are not two attempts by two different means on file.")
    )


def conferred(flow: Workflow) -> object:
    """The conference was held, or it is on record that the family could not be brought to one, after two attempts by two means
    (C4)."""
    arcs = [row for row in flow.file.processes if isinstance(row, Arc)]
    if any(arc.held_on for arc in arcs) or flow.case.arc_held_on:
        return unmet(True, "")
    if not any(arc.not_held_on for arc in arcs):
        return unmet(
            False,
            _(
                "The conference was not held, and it is not on record that it could not be: two attempts by two different means."
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
    """The notices that must have been delivered: every plain one of the policy (NC: L3, L6, L10), and of the others those
    whose threshold the case reached."""
    plan = plan_of(flow.policy.data)
    plain = {str(entry["id"]) for entry in plan.plain}
    reached = [key for key in flow.case.triggers if trigger_of(key) not in plain]
    return [
        key
        for key in (*(name for name in plan.by_id if name in plain), *reached)
        if (plan.trigger(key) or {}).get("notice")
    ]


def _standing(flow: Workflow, code: str) -> str:
    """Nothing when the letter of a threshold counts; else the code with its state, as in `L6: RETURNED`."""
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


def exclusion_flags(case: Any) -> set[str]:
    """What stands against a referral of the case's student, in the policy's words: flags of the record and recorded reasons."""
    return {
        FLAGS[flag] for flag in Student.objects.get(pk=case.student_id).flags if flag in FLAGS
    } | set(case.exclusions)


def with_exclusion(exclusions: list[str], name: str, stands: bool) -> list[str]:
    """The recorded exclusions with one more, or one less."""
    kept = [one for one in exclusions if one != name]
    return [*kept, name] if stands else kept


def referral_open(flow: Workflow) -> object:
    """A referral is being considered, or its notices are not sent yet."""
    waits = flow.case.state == "LEGAL_REVIEW" or any(
        task.kind in ("NOTIFY_DA", "NOTIFY_DSS") for task in flow.file.tasks
    )
    return unmet(waits, _("The notices were sent already."))


def known_to_have_left(flow: Workflow) -> object:
    """The ten-day rule (DPI manual): under 16 nobody is withdrawn until their whereabouts are known or it is established that they
    left the area."""
    left = any(
        isinstance(row, Locate) and row.outcome in Locate.LEFT for row in flow.file.processes
    )
    return unmet(
        left,
        _(
            "Nobody has established that the student left: the street team's outcome must be 'moved away' or 'enrolled elsewhere'."
        ),
    )


# -- the street team (A2.5) -------------------------------------------------------------------------------------------


def day_part(at: datetime, policy: Policy) -> str:
    """The part of the local day that an instant lies in, by the hours of the policy."""
    hour = at.astimezone(ZoneInfo(settings.TIME_ZONE)).hour
    parts = sorted(policy.require("locate.day_parts").items(), key=lambda item: int(item[1]))
    return str(
        [name for name, begins in parts if int(begins) <= hour][-1]
        if int(parts[0][1]) <= hour
        else parts[-1][0]
    )


def searched_enough(tries: Sequence[tuple[date, str]], rules_: Mapping[str, Any]) -> bool:
    """At least three attempts on different days and in different parts of the day (A2.5); the policy says how many of each."""
    return (
        len(tries) >= int(rules_["min_attempts"])
        and len({day for day, _part in tries}) >= int(rules_["different_days"])
        and len({part for _day, part in tries}) >= int(rules_["different_day_parts"])
    )
