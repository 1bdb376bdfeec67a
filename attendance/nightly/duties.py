"""What a policy's trigger asks for beyond a stage and a notice (a report, a plan, a team, a
referral to court): one duty for each occasion, with the clock that the policy gives it. A referral
that the policy excludes is never made (Texas Education Code 25.0915(a-3); domain.md A1.4, A-36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from attendance.models import AttendanceCase
from attendance.nightly.decisions import ActionFacts, StudentFacts
from attendance.rules import clocks, conditions
from attendance.rules.triggers import Plan, duties
from casework.models import Task
from district.models import Student

PREFIX = clocks.ACTION_PREFIX
# Kept as the outcome of a duty that was never given, so that it is written down once.
REFUSED = "refused"


def with_duties(facts: Iterable[StudentFacts], school_year: int, plan: Plan) -> list[StudentFacts]:
    """The facts with the duties that stand and what excludes a referral; two statements, none for a
    policy that asks for none."""
    facts = list(facts)
    if not facts or not any(duties(trigger) for trigger in plan.by_id.values()):
        return facts
    students = [fact.student_id for fact in facts]
    given = _given([fact.case_id for fact in facts if fact.case_id is not None])
    flags = _flags(students, school_year)
    return [
        replace(
            fact,
            actions=tuple(given.get(fact.case_id or 0, ())),
            flags=tuple(sorted(flags.get(fact.student_id, ()))),
        )
        for fact in facts
    ]


def _given(cases: list[int]) -> Mapping[int, list[ActionFacts]]:
    found: dict[int, list[ActionFacts]] = {}
    rows = Task.objects.filter(case__in=cases, kind__startswith=PREFIX).order_by("opened_at", "pk")
    for case, kind, status, outcome in rows.values_list("case_id", "kind", "status", "outcome"):
        found.setdefault(case, []).append(
            ActionFacts(kind.removeprefix(PREFIX), status, outcome == REFUSED)
        )
    return found


def _flags(students: list[int], school_year: int) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = {}
    for student, flags in (
        Student.objects.filter(pk__in=students).exclude(flags=[]).values_list("pk", "flags")
    ):
        found[student] = {conditions.FLAGS[flag] for flag in flags if flag in conditions.FLAGS}
    rows = AttendanceCase.objects.filter(student__in=students, school_year=school_year).exclude(
        exclusions=[]
    )
    for student, exclusions in rows.values_list("student_id", "exclusions"):
        found.setdefault(student, set()).update(exclusions)
    return found
