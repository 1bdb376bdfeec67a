"""One evening: which students to look at, the facts about them, and the steps that follow, carried out in bulk.

Looked at are the students that an import touched, those whose rate changes tier because days pass (`evaluate_at`),
those with a run of absences, and those whose membership has ended; a full evaluation looks at everybody and must come to the same result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from attendance.models import AttendanceCase
from attendance.nightly import detection, duties, mark_triggers, tallies
from attendance.nightly.decisions import Decision, NoticeFacts, StudentFacts, decide
from attendance.rules import law, triggers
from attendance.rules.triggers import Plan, Reached
from casework.engine import services
from casework.engine.fast_models import parsed
from casework.policy.policies import Policy, policy_for
from district.models import Post, Role, SchoolYear, TouchedStudent

BY_HAND = UUID(int=0)  # the run of students whom no import touched but a person's step


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
    """Recount and act on what changed, as of a date; one transaction. `run_id` names the import that touched students;
    without it all touched students not yet evaluated are taken. Running it again changes nothing."""
    policy = policy_for("attendance", as_of)
    year, plan = tallies.year_of(as_of), triggers.plan_of(policy.data)
    with transaction.atomic():
        _collect(as_of, year, plan, full=full, run_id=run_id)
        tallies.recount(as_of, policy.data, students_table=None if full else "evaluated")
        general = mark_triggers.readings(as_of, year, plan, students_table="evaluated")
        facts = duties.with_duties(_facts(as_of, year, policy, plan, general), year.year, plan)
        decisions = [
            decision for fact in facts if (decision := decide(fact, as_of, policy.data, plan)).steps
        ]
        detection.guard_withdrawals(decisions, as_of, year, policy)
        result = Evaluation(as_of, policy.id, students=_count_evaluated())
        _carry_out(decisions, as_of, year, result)
        watched, refused = detection.watch(as_of, year, policy)
        result.steps |= watched
        result.refused += refused
        result.refused += general.refused
        _plan_next(as_of, year, plan)
        _forget_touched(run_id)
    return result


def look_again(student_id: int) -> None:
    """A person's step may ask for more than the student's marks do: the next evening looks at this student."""
    TouchedStudent.objects.get_or_create(run_id=BY_HAND, student_id=student_id)


def _collect(as_of: date, year: SchoolYear, plan: Plan, *, full: bool, run_id: UUID | None) -> None:
    """The students to look at, in the temporary table `evaluated`, with the length of their run of absences."""
    run_length = _run_length(plan)
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "year": year.year,
        "starts": year.starts,
        "run": run_length,
        "run_id": run_id,
        "by_hand": BY_HAND,
    }
    touched = "SELECT run_id, student_id FROM district_touchedstudent" + (
        " WHERE run_id IN (%(run_id)s, %(by_hand)s)" if run_id else ""
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS evaluated, absent_run, touched_now")
        cursor.execute(f"CREATE TEMP TABLE touched_now ON COMMIT DROP AS {touched}", parameters)
        cursor.execute(_RUNS, parameters)
        if full:
            everybody = (
                "SELECT DISTINCT student_id FROM district_enrollment WHERE entry_date <= %(as_of)s"
            )
            cursor.execute(f"CREATE TEMP TABLE evaluated ON COMMIT DROP AS {everybody}", parameters)
        else:
            cursor.execute(_CHOSEN, parameters)
        if not full and any(rule.percent or rule.now for rule in plan.general):
            cursor.execute(_WITH_ABSENCES, parameters)
        cursor.execute("ANALYZE evaluated, absent_run")


def _run_length(plan: Plan) -> int:
    return max((int(t["at"]) for t in plan.plain if t["measure"] == "RUN"), default=0)


# A share of the days since enrolment, of a month or of weeks changes with every day that passes: all who miss anything are looked at.
_WITH_ABSENCES = """
INSERT INTO evaluated SELECT t.student_id FROM attendance_tally t
 WHERE t.school_year = %(year)s AND t.open_from IS NOT NULL AND t.absences + t.tardies > 0
   AND NOT EXISTS (SELECT 1 FROM evaluated e WHERE e.student_id = t.student_id)
"""


# Absent on each of the last `run` school days of the own calendar (C1: three consecutive days).
_RUNS = """
CREATE TEMP TABLE absent_run ON COMMIT DROP AS
WITH last_days AS (
    SELECT c.id AS calendar_id, d.date
      FROM district_calendar c
      CROSS JOIN LATERAL (SELECT cd.date FROM district_calendarday cd
                           WHERE cd.calendar_id = c.id AND cd.instructional AND cd.date <= %(as_of)s
                             AND cd.date >= %(starts)s
                           ORDER BY cd.ordinal DESC LIMIT %(run)s) d
)
SELECT m.student_id
  FROM attendance_mark m
  JOIN district_school s ON s.id = m.school_id
  JOIN last_days l ON l.calendar_id = s.calendar_id AND l.date = m.day
 WHERE m.mark_class BETWEEN 1 AND 4
   AND m.day >= (SELECT min(date) FROM last_days) AND m.day <= %(as_of)s
 GROUP BY m.student_id HAVING %(run)s > 0 AND count(*) >= %(run)s
"""

_CHOSEN = """
CREATE TEMP TABLE evaluated ON COMMIT DROP AS
SELECT student_id FROM touched_now
UNION SELECT student_id FROM absent_run
UNION SELECT t.student_id FROM attendance_tally t
        JOIN LATERAL (SELECT max(ordinal) AS now FROM district_calendarday cd
                       WHERE cd.calendar_id = t.calendar_id AND cd.date <= %(as_of)s) o ON true
       WHERE t.school_year = %(year)s AND t.evaluate_at <= o.now
UNION SELECT t.student_id FROM attendance_tally t
       WHERE t.school_year = %(year)s AND t.open_from IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM district_enrollment d WHERE d.student_id = t.student_id AND d.entry_date <= %(as_of)s
                AND coalesce(d.exit_date, 'infinity') >= %(as_of)s)
"""

# The facts of everybody who reaches a trigger or has a case. Days enrolled: ended spans plus the running one.
_FACTS = """
WITH now AS MATERIALIZED (
    SELECT c.id AS calendar_id, coalesce((SELECT max(ordinal) FROM district_calendarday cd
             WHERE cd.calendar_id = c.id AND cd.date <= %(as_of)s), 0) AS ordinal
      FROM district_calendar c
), counted AS (
    -- a student whose last mark went has no tally any more, but may have a case to correct
    SELECT e.student_id, coalesce(t.school_id, h.school_id) AS school_id, coalesce(t.unexcused, 0) AS unexcused,
           coalesce(t.absences, 0) AS absences,
           coalesce(t.closed_days, 0)
             + CASE WHEN t.open_from IS NULL THEN 0 ELSE greatest(n.ordinal - t.open_from, 0) END AS days,
           h.student_id IS NOT NULL AS active, h.school_id AS here, r.student_id IS NOT NULL AS run
      FROM evaluated e
      LEFT JOIN attendance_tally t ON t.student_id = e.student_id AND t.school_year = %(year)s
      LEFT JOIN LATERAL (SELECT d.student_id, d.school_id FROM district_enrollment d
                          WHERE d.student_id = e.student_id AND d.entry_date <= %(as_of)s
                            AND coalesce(d.exit_date, 'infinity') >= %(as_of)s
                          -- in two schools at once: where the case is, else the primary one, else the latest
                          ORDER BY d.school_id = (SELECT k.school_id FROM attendance_attendancecase a JOIN casework_case k ON k.id = a.case_ptr_id
                                                   WHERE a.student_id = e.student_id AND a.school_year = %(year)s) DESC NULLS LAST,
                                   d.service_type = 'P' DESC, d.entry_date DESC, d.id LIMIT 1) h ON true
      LEFT JOIN now n ON n.calendar_id = t.calendar_id
      LEFT JOIN absent_run r ON r.student_id = e.student_id
)
SELECT c.student_id, c.school_id, c.unexcused, c.absences, c.days, c.active, c.run, a.case_ptr_id, k.state, a.stage,
       k.closed_reason, a.triggers, a.worked,
       a.case_ptr_id IS NOT NULL AND EXISTS (
           SELECT 1 FROM attendance_mark_version v
            LEFT JOIN attendance_mark m ON m.day = v.day AND m.student_id = v.student_id
            WHERE v.student_id = c.student_id AND v.day BETWEEN %(starts)s AND %(as_of)s
              AND v.mark_class BETWEEN 1 AND 4 AND v.mark_class IS DISTINCT FROM m.mark_class
              AND (v.superseded_by_run IN (SELECT run_id FROM touched_now WHERE student_id = c.student_id)
                   OR v.successor = 'MERGED')) AS corrected,
       CASE WHEN a.case_ptr_id IS NOT NULL THEN (
           SELECT jsonb_agg(jsonb_build_array(p.id, x.covers, p.state, x.superseded_on IS NOT NULL,
                                              x.breached_on IS NOT NULL, p.closed_on IS NOT NULL,
                                              x.replaces_id IS NOT NULL) ORDER BY x.detected_on, p.id)
             FROM casework_process p JOIN attendance_notice x ON x.process_ptr_id = p.id WHERE p.case_id = k.id) END,
       (SELECT g.language FROM district_guardian g WHERE g.student_id = c.student_id AND g.legal_rights
         ORDER BY g.contact_order, g.id LIMIT 1), k.school_id, c.here
  FROM counted c
  LEFT JOIN attendance_attendancecase a ON a.student_id = c.student_id AND a.school_year = %(year)s
  LEFT JOIN casework_case k ON k.id = a.case_ptr_id
 WHERE a.case_ptr_id IS NOT NULL OR c.unexcused >= %(least)s OR c.run OR c.absences * 100 >= c.days * %(percent)s
    OR c.student_id = ANY(%(general)s)
 ORDER BY c.student_id
"""

_DATES = """
SELECT m.student_id, array_agg(m.day ORDER BY m.day) FROM attendance_mark m
 WHERE m.mark_class = 2 AND m.day BETWEEN %(starts)s AND %(as_of)s AND m.student_id = ANY(%(students)s)
   AND EXISTS (SELECT 1 FROM district_enrollment d WHERE d.student_id = m.student_id AND d.school_id = m.school_id
                  AND m.day BETWEEN d.entry_date AND coalesce(d.exit_date, 'infinity'))
 GROUP BY m.student_id
"""


def _facts(
    as_of: date, year: SchoolYear, policy: Policy, plan: Plan, general: mark_triggers.Readings
) -> list[StudentFacts]:
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "year": year.year,
        "starts": year.starts,
        "general": list(general.reached),
        "least": min((int(t["at"]) for t in plan.plain if t["measure"] == "U"), default=32_000),
        "percent": min(
            (int(t["percent"]) for t in plan.plain if t["measure"] == "C"), default=1_000_000
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, parameters)
        rows = cursor.fetchall()
        truant = [row[0] for row in rows if row[2] >= parameters["least"]]
        cursor.execute(_DATES, parameters | {"students": truant})
        dates = dict(cursor.fetchall())
    languages = set(policy.get("letters.languages") or ["en"])
    default = str(policy.get("letters.default_language", "en"))
    run = _run_length(plan)
    return [
        _student(
            row, dates.get(row[0], ()), run, languages, default, general.reached.get(row[0], ())
        )
        for row in rows
    ]


def _student(
    row: Sequence[Any],
    dates: Sequence[date],
    longest: int,
    languages: set[str],
    default: str,
    hits: tuple[Reached, ...],
) -> StudentFacts:
    (
        student,
        school,
        unexcused,
        absences,
        days,
        active,
        run,
        case_id,
        state,
        stage,
        reason,
        triggers,
        worked,
        corrected,
        notices,
        language,
        case_school,
        here,
    ) = row
    listed = parsed(notices) or ()
    return StudentFacts(
        student_id=student,
        school_id=school,
        counts=law.Counts(unexcused, absences, int(days), longest if run else 0),
        active=active,
        corrected=corrected,
        case_id=case_id,
        state=state or "",
        stage=stage or "",
        closed_reason=reason or "",
        triggers=tuple(triggers or ()),
        worked=bool(worked),
        notices=tuple(NoticeFacts(UUID(n[0]), tuple(n[1]), *n[2:]) for n in listed),
        dates=tuple(dates),
        language=language if language in languages else default,
        case_school_id=case_school,
        here=here,
        hits=hits,
    )


def _count_evaluated() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evaluated")
        return int(cursor.fetchone()[0])


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
    # what brings a case back is written before what follows it: the rows of law know each move, not two in one
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
    """The social worker of each school that has exactly one: no supervisor needs to assign what is plain."""
    found: dict[int, set[int]] = {}
    for school_id, user_id in Post.objects.filter(role=Role.SSW, school_id__in=schools).values_list(
        "school_id", "user_id"
    ):
        found.setdefault(school_id, set()).add(user_id)
    return {school: next(iter(users)) for school, users in found.items() if len(users) == 1}


# When the rate of a student next changes tier without a new mark, in ordinals of the calendar (rules.next_change in SQL).
_NEXT = """
WITH now AS MATERIALIZED (
    SELECT c.id AS calendar_id, coalesce((SELECT max(ordinal) FROM district_calendarday cd
             WHERE cd.calendar_id = c.id AND cd.date <= %(as_of)s), 0) AS ordinal FROM district_calendar c
), state AS (
    SELECT t.id, t.absences, n.ordinal,
           -- null once membership has ended: nothing changes by itself any more
           CASE WHEN t.open_from IS NOT NULL THEN t.closed_days + greatest(n.ordinal - t.open_from, 0) END AS days
      FROM attendance_tally t JOIN evaluated e USING (student_id) JOIN now n ON n.calendar_id = t.calendar_id
     WHERE t.school_year = %(year)s
), next AS (
    SELECT s.id, min(CASE
             WHEN s.days < g.min_days AND g.min_days <= s.absences * 100 / g.percent THEN s.ordinal + g.min_days - s.days
             WHEN s.days >= g.min_days AND s.days <= s.absences * 100 / g.percent
                  THEN s.ordinal + s.absences * 100 / g.percent + 1 - s.days END) AS at
      FROM state s CROSS JOIN unnest(%(percents)s::int[], %(min_days)s::int[]) AS g(percent, min_days)
     GROUP BY s.id
)
UPDATE attendance_tally t SET evaluate_at = x.at FROM next x
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


def _forget_touched(run_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        said = {"run": run_id, "by_hand": BY_HAND}
        cursor.execute(
            "DELETE FROM district_touchedstudent WHERE %(run)s::uuid IS NULL OR run_id IN (%(run)s::uuid, %(by_hand)s)",
            said,
        )
        cursor.execute("DROP TABLE IF EXISTS evaluated, absent_run, touched_now")


def close_years(day: date) -> int:
    """C13: the cases of every school year that is over by `day` are closed as of its last day; how many. Nightly."""
    closed = 0
    for year in SchoolYear.objects.filter(ends__lt=day):
        ids = AttendanceCase.objects.filter(school_year=year.year, closed_on=None).values_list(
            "pk", flat=True
        )
        requests = [services.StepRequest(pk, "close_year_end") for pk in ids]
        closed += services.act_many(requests, kind="ATT", on=year.ends).done
    return closed
