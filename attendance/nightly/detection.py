"""What an evening sees beside the counts: students whom nobody reaches (A2.5), relapses (C9), withdrawals that the ten-day rule
forbids, mediations to go on with in a new year (A-26). Each is one statement over the students of that evening, then steps in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from attendance.models import AttendanceCase, Locate, Mediation
from attendance.nightly.decisions import Decision
from attendance.rules import law
from casework.engine import services
from casework.policy.policies import Policy, policy_for
from district.models import Enrollment, SchoolYear, Student

# Absent on each of the last `run` school days, none of them excused (unexcused or not yet explained), nobody reached meanwhile,
# and no search since. `no_show`: the run begins with the first school day of the year.
_UNREACHED = """
WITH last_days AS (
    SELECT c.id AS calendar_id, d.date, min(d.date) OVER (PARTITION BY c.id) AS since
      FROM district_calendar c
      CROSS JOIN LATERAL (SELECT cd.date FROM district_calendarday cd WHERE cd.calendar_id = c.id AND cd.instructional
                           AND cd.date BETWEEN %(starts)s AND %(as_of)s ORDER BY cd.ordinal DESC LIMIT %(run)s) d
), runs AS (
    SELECT m.student_id, l.calendar_id, l.since FROM attendance_mark m
      JOIN evaluated e ON e.student_id = m.student_id
      JOIN district_school s ON s.id = m.school_id
      JOIN last_days l ON l.calendar_id = s.calendar_id AND l.date = m.day
     WHERE m.mark_class IN (2, 4) AND m.day BETWEEN (SELECT min(date) FROM last_days) AND %(as_of)s
     GROUP BY m.student_id, l.calendar_id, l.since HAVING count(*) >= %(run)s
)
SELECT k.id, r.since = (SELECT min(cd.date) FROM district_calendarday cd
                         WHERE cd.calendar_id = r.calendar_id AND cd.instructional AND cd.date >= %(starts)s) AS no_show,
       (SELECT max(cd.date) FROM district_calendarday cd WHERE cd.calendar_id = r.calendar_id AND cd.instructional
           AND cd.date >= %(starts)s AND cd.date < r.since AND NOT EXISTS (
               SELECT 1 FROM attendance_mark a WHERE a.student_id = r.student_id AND a.day = cd.date AND a.mark_class BETWEEN 1 AND 4))
  FROM runs r
  JOIN attendance_attendancecase a ON a.student_id = r.student_id AND a.school_year = %(year)s
  JOIN casework_case k ON k.id = a.case_ptr_id AND k.closed_on IS NULL AND k.state NOT IN ('TRANSFER_PENDING', 'ON_HOLD')
 WHERE (k.last_contact_on IS NULL OR k.last_contact_on < r.since)
   AND NOT EXISTS (SELECT 1 FROM casework_process p WHERE p.case_id = k.id AND p.kind = 'LOCATE' AND (p.closed_on IS NULL OR p.opened_on >= r.since))
 ORDER BY k.id
"""

# Unexcused days of monitored students within the last school days of their monitoring.
_RELAPSED = """
SELECT k.id FROM evaluated e
  JOIN attendance_attendancecase a ON a.student_id = e.student_id AND a.school_year = %(year)s
  JOIN casework_case k ON k.id = a.case_ptr_id AND k.state = 'MONITOR'
  JOIN district_school s ON s.id = k.school_id
 WHERE (SELECT count(*) FROM attendance_mark m WHERE m.student_id = a.student_id AND m.mark_class = 2 AND m.day > a.monitor_from
           AND m.day IN (SELECT cd.date FROM district_calendarday cd WHERE cd.calendar_id = s.calendar_id AND cd.instructional
                            AND cd.date <= %(as_of)s ORDER BY cd.ordinal DESC LIMIT %(days)s)) >= %(least)s
 ORDER BY k.id
"""


def watch(as_of: date, year: SchoolYear, policy: Policy) -> tuple[dict[str, int], list[str]]:
    """Ask the street team for those whom nobody reaches, and take relapses back into work; how many steps by name, and what was
    refused. Reads the temporary table of the evening's students."""
    found, goals = policy.require("locate"), policy.require("monitor")
    base: dict[str, Any] = {"as_of": as_of, "starts": year.starts, "year": year.year}
    with connection.cursor() as cursor:
        requests = _unreached(cursor, base, int(found["consecutive"]), "RUN5")
        if int(found["no_show_days"]) != int(found["consecutive"]):
            known = {request.case_id for request in requests}
            early = _unreached(cursor, base, int(found["no_show_days"]), "NO_SHOW")
            requests += [
                request
                for request in early
                if request.data["code"] == "NO_SHOW" and request.case_id not in known
            ]
        cursor.execute(
            _RELAPSED,
            base | {"days": int(goals["relapse_days"]), "least": int(goals["relapse_unexcused"])},
        )
        requests += [
            services.StepRequest(case_id, "relapse", {}) for (case_id,) in cursor.fetchall()
        ]
    outcome = services.act_many(requests, kind="ATT", on=as_of)
    counts: dict[str, int] = {}
    for request in requests:
        counts[request.transition] = counts.get(request.transition, 0) + 1
    return counts, [f"{request.transition}: {error}" for request, error in outcome.refused]


def _unreached(
    cursor: Any, base: dict[str, Any], run: int, code: str
) -> list[services.StepRequest]:
    cursor.execute(_UNREACHED, base | {"run": run})
    return [
        services.StepRequest(
            case_id,
            "request_locate",
            {
                "code": "NO_SHOW" if no_show else code,
                "reason": "",
                "last_seen_on": last_seen,
                "safety": "",
            },
        )
        for case_id, no_show, last_seen in cursor.fetchall()
    ]


# -- the ten-day rule (DPI manual; A1.1, A2.5) ------------------------------------------------------------------------

# The unlawful absences in a row that end with a student's last school day of membership.
_RUN_AT_END = """
SELECT w.student_id, count(*) FROM (
    SELECT e.student_id, cd.date, bool_and(coalesce(m.mark_class = 2, false)) OVER (PARTITION BY e.student_id ORDER BY cd.ordinal DESC) AS all_unlawful
      FROM unnest(%(students)s::bigint[]) AS e(student_id)
      JOIN LATERAL (SELECT d.school_id, coalesce(d.exit_date, %(as_of)s) AS until, d.entry_date FROM district_enrollment d
                     WHERE d.student_id = e.student_id AND d.entry_date <= %(as_of)s ORDER BY d.entry_date DESC LIMIT 1) n ON true
      JOIN district_school s ON s.id = n.school_id
      JOIN LATERAL (SELECT x.date, x.ordinal FROM district_calendarday x WHERE x.calendar_id = s.calendar_id AND x.instructional
                     AND x.date BETWEEN greatest(n.entry_date, %(starts)s) AND least(n.until, %(as_of)s) ORDER BY x.ordinal DESC LIMIT 60) cd ON true
      LEFT JOIN attendance_mark m ON m.day = cd.date AND m.student_id = e.student_id
) w WHERE w.all_unlawful GROUP BY w.student_id
"""


def unlawful_runs(students: Sequence[int], as_of: date, starts: date) -> dict[int, int]:
    """Student -> unlawful absences in a row up to the last school day of membership (at most 60 are counted; one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_RUN_AT_END, {"students": list(students), "as_of": as_of, "starts": starts})
        return dict(cursor.fetchall())


def guard_withdrawals(
    decisions: Iterable[Decision], as_of: date, year: SchoolYear, policy: Policy
) -> None:
    """A withdrawal that the ten-day rule forbids does not close the case: it is flagged, once, for a person to look at."""
    ending = {
        decision.facts.student_id: decision
        for decision in decisions
        if "close_ended" in decision.names()
    }
    if not ending:
        return
    least, limit = (
        int(policy.require("locate.ten_day_rule")),
        int(policy.require("scope.compulsory.max_age_exclusive")),
    )
    long_runs = [
        student
        for student, run in unlawful_runs(list(ending), as_of, year.starts).items()
        if run > least
    ]
    births = dict(Student.objects.filter(pk__in=long_runs).values_list("pk", "dob"))
    held = [
        student
        for student in long_runs
        if (born := births[student]) is None or law.age(born, as_of) < limit
    ]
    cases = {ending[student].facts.case_id: student for student in held}
    left = set(
        Locate.objects.filter(case_id__in=cases, outcome__in=Locate.LEFT).values_list(
            "case_id", flat=True
        )
    )
    flagged = set(
        AttendanceCase.objects.filter(pk__in=cases)
        .exclude(withdrawal_flagged_on=None)
        .values_list("pk", flat=True)
    )
    for case_id in set(cases) - left:
        assert case_id is not None
        steps = ending[cases[case_id]].steps
        steps[:] = [] if case_id in flagged else [("flag_withdrawal", {}, None)]


def ten_day_list(schools: Sequence[int], as_of: date) -> list[dict[str, Any]]:
    """The ten-day rule list of schools: open cases with more than ten unlawful absences in a row, what the rule allows, and whether
    the street team is looking. For those who may see the schools' cases."""
    policy = policy_for("attendance", as_of)
    year = SchoolYear.objects.filter(starts__lte=as_of, ends__gte=as_of).first()
    if year is None:
        return []
    cases = list(
        AttendanceCase.objects.filter(
            school_id__in=schools, closed_on=None, school_year=year.year
        ).select_related("student", "school")
    )
    runs = unlawful_runs([case.student_id for case in cases], as_of, year.starts)
    least, limit = (
        int(policy.require("locate.ten_day_rule")),
        int(policy.require("scope.compulsory.max_age_exclusive")),
    )
    looked = dict(
        Locate.objects.filter(case__in=cases).order_by("opened_on").values_list("case_id", "state")
    )
    rows = [
        {
            "case": case,
            "run": runs[case.student_id],
            "looked_for": looked.get(case.pk, ""),
            "may_withdraw": case.student.dob is not None
            and law.age(case.student.dob, as_of) >= limit,
        }
        for case in cases
        if runs.get(case.student_id, 0) > least
    ]
    return sorted(rows, key=lambda row: -int(str(row["run"])))


# -- from one year into the next (A-26) -------------------------------------------------------------------------------


def carry_over(day: date) -> int:
    """On the first day of a school year or later: mediations of the year before whose last follow-up fell behind its end go on in
    a case of this year, to be reviewed in the first ten school days; how many. Nightly."""
    year = SchoolYear.objects.filter(starts__lte=day, ends__gte=day).first()
    if year is None:
        return 0
    waiting = Mediation.objects.filter(
        carries_over=True,
        carried_to=None,
        case__attendancecase__school_year=year.year - 1,
        case__closed_reason="YEAR_END",
    )
    carried = 0
    for mediation in waiting.exclude(code__in=["BREACHED", "NO_AGREEMENT"]).select_related("case"):
        carried += _carry(mediation, year, day)
    return carried


def _carry(mediation: Mediation, year: SchoolYear, day: date) -> bool:
    last = AttendanceCase.objects.select_related("student").get(pk=mediation.case_id)
    student = last.student
    enrolled = (
        Enrollment.objects.filter(student=student, entry_date__lte=day)
        .exclude(exit_date__lt=day)
        .order_by("-entry_date")
        .first()
    )
    if enrolled is None:
        return False  # not here yet, or not any more: asked again tomorrow
    data = {
        "carried_from_id": str(mediation.pk),
        "provider_id": mediation.provider_id,
        "mediator_id": mediation.mediator_id,
        "referred_on": mediation.referred_on,
        "agreed_on": mediation.agreed_on,
        "agreement": mediation.agreement,
    }
    existing = AttendanceCase.objects.filter(student=student, school_year=year.year).first()
    if existing is None:
        fields = {
            "student_id": student.pk,
            "school_year": year.year,
            "stage": "WATCH",
            "prior_year_tier3": last.stage == "TIER3",
        }
        steps: list[tuple[str, dict[str, Any]]] = [
            ("open_case", {"triggers": []}),
            ("carry_mediation", data),
        ]
        services.open_cases(
            "ATT", [services.Opening(enrolled.school_id, fields, steps)], year=year.year, on=day
        )
    elif existing.closed_on is None:
        services.act(existing.number, "carry_mediation", actor=None, data=data, on=day)
    return existing is None or existing.closed_on is None
