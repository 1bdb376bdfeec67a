"""Conditions of the law that steps of several wings ask: ten days, compulsory age, two attempts,
exclusions (domain.md C4-C6)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.models import Arc
from attendance.rules import law, periods
from attendance.rules.triggers import plan_of, trigger_of
from casework.engine.workflow import Workflow, unmet
from casework.models import Event
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
    """The count that the law asks for stands: ten unexcused days (G.S. 115C-378), or the policy's
    own threshold of tier 3."""
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
            "NOT_COMPULSORY_AGE: the compulsory attendance law does not cover the student (7 to "
            "15, or enrolled in K to 2)."
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


def exclusion_flags(case: Any) -> set[str]:
    """What stands against a referral of the case's student, in the policy's words: flags of the
    record and recorded reasons."""
    return {
        FLAGS[flag] for flag in Student.objects.get(pk=case.student_id).flags if flag in FLAGS
    } | set(case.exclusions)


def with_exclusion(exclusions: list[str], name: str, stands: bool) -> list[str]:
    """The recorded exclusions with one more, or one less."""
    kept = [one for one in exclusions if one != name]
    return [*kept, name] if stands else kept
