"""One evening: which students to look at, the facts about them, and the steps that follow, carried
out in bulk.

Looked at are the students that an import touched, those whose rate changes tier because days pass
(`evaluate_at`), those with a run of absences, and those whose membership has ended; a full
evaluation looks at everybody and must come to the same result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from attendance.models import AttendanceCase
from attendance.nightly import duties, facts, mark_triggers, relapse, selection, tallies
from attendance.nightly.decisions import Decision, decide
from attendance.rules import triggers
from attendance.rules.triggers import Plan
from attendance.street_team import detection, ten_day_rule
from casework.engine import services
from casework.policy.policies import Policy, policy_for
from district.models import Post, Role, SchoolYear


@dataclass
class Evaluation:
    """What an evening did; counts for reports and commands."""

    as_of: date
    policy: str
    students: int = 0
    opened: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: raised, notices due and the rest by their plain names."""
        count = self.steps.get
        return {
            "as_of": self.as_of.isoformat(),
            "policy": self.policy,
            "students": self.students,
            "opened": self.opened,
            "raised": count("raise_tier2", 0) + count("raise_tier3", 0),
            "notices_due": count("begin_notice", 0),
            "withdrawn": count("withdraw", 0),
            "superseded": count("supersede", 0),
            "late": count("breach", 0),
            "reviews": count("flag_correction", 0),
            "closed_corrected": count("close_corrected", 0),
            "reopened": count("reopen", 0),
            "transferred": count("transfer", 0),
            "left": count("close_ended", 0),
            "to_find": count("request_locate", 0),
            "relapses": count("relapse", 0),
            "refused": self.refused,
        }


def evaluate(as_of: date, *, full: bool = False, run_id: UUID | None = None) -> Evaluation:
    """Recount and act on what changed, as of a date; one transaction. `run_id` names the import
    that touched students; without it all touched students not yet evaluated are taken. Running it
    again changes nothing."""
    policy = policy_for("attendance", as_of)
    year, plan = tallies.year_of(as_of), triggers.plan_of(policy.data)
    with transaction.atomic():
        selection.collect(as_of, year, plan, full=full, run_id=run_id)
        tallies.recount(as_of, policy.data, students_table=None if full else "evaluated")
        general = mark_triggers.readings(as_of, year, plan, students_table="evaluated")
        students = facts.read(as_of, year, policy, plan, general)
        students = duties.with_duties(students, year.year, plan)
        decisions = [d for s in students if (d := decide(s, as_of, policy.data, plan)).steps]
        _guard_withdrawals(decisions, as_of, year, policy)
        result = Evaluation(as_of, policy.id, students=selection.count_evaluated())
        _carry_out(decisions, as_of, year, result)
        _search_and_relapse(as_of, year, policy, result)
        result.refused += general.refused
        _plan_next(as_of, year, plan)
        selection.forget_touched(run_id)
    return result


def _guard_withdrawals(
    decisions: Sequence[Decision], as_of: date, year: SchoolYear, policy: Policy
) -> None:
    """A withdrawal that the ten-day rule forbids does not close the case: it is flagged, once, for
    a person to look at."""
    ending = {d.facts.student_id: d for d in decisions if "close_ended" in d.names()}
    if not ending:
        return
    cases = {student: decision.facts.case_id for student, decision in ending.items()}
    forbidden = ten_day_rule.forbidden_withdrawals(cases, as_of, year, policy)
    for student, flagged in forbidden.items():
        ending[student].steps[:] = [] if flagged else [("flag_withdrawal", {}, None)]


def _search_and_relapse(as_of: date, year: SchoolYear, policy: Policy, result: Evaluation) -> None:
    """Ask the street team for those whom nobody reaches, and take relapses back into work."""
    requests = detection.search_requests(as_of, year, policy)
    requests += relapse.relapse_requests(as_of, year, policy)
    outcome = services.act_many(requests, kind="ATT", on=as_of)
    result.steps |= Counter(request.transition for request in requests)
    result.refused += [f"{request.transition}: {error}" for request, error in outcome.refused]


def _carry_out(
    decisions: Sequence[Decision], as_of: date, year: SchoolYear, result: Evaluation
) -> None:
    """Open and move cases in bulk through the door."""
    opening = [decision for decision in decisions if decision.opens]
    carried = set(
        AttendanceCase.objects.filter(
            school_year=year.year - 1,
            stage="TIER3",
            student_id__in=[d.facts.student_id for d in opening],
        ).values_list("student_id", flat=True)
    )
    owners = _sole_social_workers({decision.facts.school_id for decision in opening})
    services.open_cases(
        "ATT",
        [_opening(decision, year, owners, carried) for decision in opening],
        year=year.year,
        on=as_of,
    )
    requests = [
        services.StepRequest(decision.facts.case_id, name, data, process)
        for decision in decisions
        if decision.facts.case_id is not None
        for name, data, process in decision.steps
    ]
    result.opened = len(opening)
    # what brings a case back is written before what follows it: the rows of law know each move, not
    # two in one
    for again in (True, False):
        part = [request for request in requests if (request.transition == "reopen") is again]
        outcome = services.act_many(part, kind="ATT", on=as_of)
        result.refused += [f"{request.transition}: {error}" for request, error in outcome.refused]
    for decision in decisions:
        for name in decision.names():
            result.steps[name] = result.steps.get(name, 0) + 1


def _opening(
    decision: Decision, year: SchoolYear, owners: dict[int, int], carried: set[int]
) -> services.Opening:
    facts = decision.facts
    return services.Opening(
        school_id=facts.school_id,
        owner_id=owners.get(facts.school_id),
        fields={
            "student_id": facts.student_id,
            "school_year": year.year,
            "stage": "WATCH",
            "prior_year_tier3": facts.student_id in carried,
        },
        steps=[(name, data) for name, data, _process in decision.steps],
    )


def _sole_social_workers(schools: set[int]) -> dict[int, int]:
    """The social worker of each school that has exactly one: no supervisor needs to assign what is
    plain."""
    found: dict[int, set[int]] = {}
    for school_id, user_id in Post.objects.filter(role=Role.SSW, school_id__in=schools).values_list(
        "school_id", "user_id"
    ):
        found.setdefault(school_id, set()).add(user_id)
    return {school: next(iter(users)) for school, users in found.items() if len(users) == 1}


# When the rate of a student next changes tier without a new mark, in ordinals of the calendar
# (law.next_change in SQL).
_NEXT = """
WITH now AS MATERIALIZED (
    SELECT c.id AS calendar_id,
           coalesce((SELECT max(ordinal)
                       FROM district_calendarday cd
                      WHERE cd.calendar_id = c.id AND cd.date <= %(as_of)s), 0) AS ordinal
      FROM district_calendar c
), state AS (
    SELECT t.id, t.absences, n.ordinal,
           -- null once membership has ended: nothing changes by itself any more
           CASE WHEN t.open_from IS NOT NULL
                THEN t.closed_days + greatest(n.ordinal - t.open_from, 0) END AS days
      FROM attendance_tally t
      JOIN evaluated e USING (student_id)
      JOIN now n ON n.calendar_id = t.calendar_id
     WHERE t.school_year = %(year)s
), next AS (
    SELECT s.id,
           min(CASE
               WHEN s.days < g.min_days AND g.min_days <= s.absences * 100 / g.percent
               THEN s.ordinal + g.min_days - s.days
               WHEN s.days >= g.min_days AND s.days <= s.absences * 100 / g.percent
               THEN s.ordinal + s.absences * 100 / g.percent + 1 - s.days END) AS at
      FROM state s
      CROSS JOIN unnest(%(percents)s::int[], %(min_days)s::int[]) AS g(percent, min_days)
     GROUP BY s.id
)
UPDATE attendance_tally t
   SET evaluate_at = x.at
  FROM next x
 WHERE x.id = t.id AND t.evaluate_at IS DISTINCT FROM x.at
"""


def _plan_next(as_of: date, year: SchoolYear, plan: Plan) -> None:
    rates = [t for t in plan.plain if t["measure"] == "C"]
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "as_of": as_of,
                "year": year.year,
                "percents": [int(t["percent"]) for t in rates],
                "min_days": [int(t.get("min_days", 0)) for t in rates],
            },
        )


def close_years(day: date) -> int:
    """C13: the cases of every school year that is over by `day` are closed as of its last day; how
    many. Nightly."""
    closed = 0
    for year in SchoolYear.objects.filter(ends__lt=day):
        ids = AttendanceCase.objects.filter(school_year=year.year, closed_on=None).values_list(
            "pk", flat=True
        )
        requests = [services.StepRequest(pk, "close_year_end") for pk in ids]
        closed += services.act_many(requests, kind="ATT", on=year.ends).done
    return closed
