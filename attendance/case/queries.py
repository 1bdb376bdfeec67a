"""Readers of attendance for pages, commands and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, F
from django.utils.translation import gettext_lazy as _

from attendance.case.process_panels import views
from attendance.common.labels import says
from attendance.models import Notice
from attendance.nightly import tallies
from attendance.notice.steps import NoticeState
from attendance.rules import law, mark_sql
from attendance.rules.clocks import TASKS
from attendance.rules.triggers import plan_of
from casework.access import rights
from casework.engine.casefile import CaseFile
from casework.engine.fast_models import parsed
from casework.engine.services import local_today
from casework.models import Task
from casework.policy.policies import policy_for
from district.models import Guardian, Role, School, SchoolYear, Student, StudentNotice

# Counts of every student with a day of membership, by student and school, straight from marks and
# enrollments.
STUDENTS = """
WITH {spans}, {counts},
days AS (
    SELECT student_id, school_id, sum(at_end - before_entry) AS days
      FROM measured
     GROUP BY student_id, school_id
),
per_school AS (
    SELECT d.student_id, d.school_id, d.days,
           coalesce(c.absences, 0) AS absences,
           coalesce(c.unexcused, 0) AS unexcused,
           coalesce(c.tardies, 0) AS tardies
      FROM days d
      LEFT JOIN counted c USING (student_id, school_id)
     WHERE d.days > 0
),
several AS (
    -- in two schools at once: a day counts once
    SELECT p.student_id, count(DISTINCT cd.date) AS days
      FROM measured p
      JOIN (SELECT student_id FROM measured GROUP BY student_id HAVING count(*) > 1) s
        ON s.student_id = p.student_id
      JOIN district_calendarday cd
        ON cd.calendar_id = p.calendar_id AND cd.instructional
       AND cd.date BETWEEN p.entered AND p.left_on
     GROUP BY p.student_id
),
per_student AS (
    SELECT x.student_id,
           coalesce(max(v.days), sum(x.days)) AS days,
           sum(x.absences) AS absences,
           sum(x.unexcused) + sum(x.tardies)::int / %(per_day)s AS unexcused
      FROM per_school x
      LEFT JOIN several v USING (student_id)
     GROUP BY x.student_id
)
"""
# The figures of the report, of the district (each student once) and of the schools (one sum).
_LIVE = (
    STUDENTS
    + """
SELECT (SELECT jsonb_build_object(
            'enrolled', count(*),
            'denominator', count(*) FILTER (WHERE days >= %(least)s),
            'chronic', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 >= days * %(percent)s),
            'severe', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 >= days * %(severe)s),
            'moderate', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 >= days * %(moderate)s
                  AND absences * 100 < days * %(severe)s),
            'at_risk', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 >= days * %(at_risk)s
                  AND absences * 100 < days * %(moderate)s),
            'satisfactory', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 < days * %(at_risk)s),
            'reached', (
                SELECT jsonb_object_agg(
                           n, (SELECT count(*) FROM per_student WHERE unexcused >= n))
                  FROM unnest(%(thresholds)s::int[]) AS n))
          FROM per_student),
       (SELECT jsonb_build_object(
            'denominator', count(*) FILTER (WHERE days >= %(least)s),
            'chronic', count(*) FILTER (
                WHERE days >= %(least)s AND absences * 100 >= days * %(percent)s))
          FROM per_school)
"""
)


def live_values(as_of: date) -> dict[str, Any]:
    """The values that `STUDENTS` asks for."""
    data, year = policy_for("attendance", as_of).data, tallies.year_of(as_of)
    conversion = data["conversion"].get("tardy")
    return {
        "starts": year.starts,
        "as_of": min(as_of, year.ends),
        "least": data["measures"]["C"]["min_enrolled"],
        "min_minutes": int(conversion["min_minutes"]) if conversion else 0,
        "per_day": int(conversion["count"]) if conversion else 1_000_000,
    }


def attendance_report(as_of: date, school: School | None = None) -> dict[str, Any]:
    """K1 and K2 of domain.md A4, live from the marks as believed now, up to and including `as_of`.
    District scope is unduplicated; school scope is the sum of schools as in EDFacts FS195 (a
    student in two schools counts in each)."""
    policy = policy_for("attendance", as_of)
    district, schools = _live_counts(as_of, school)
    return {
        "as_of": as_of.isoformat(),
        "school_year": str(tallies.year_of(as_of)),
        "policy": policy.id,
        "school": school.school_id if school else None,
        "enrolled": district["enrolled"],
        "denominator": district["denominator"],
        "chronic": {"district": _chronic(district), "school": _chronic(schools)},
        "bands": {
            name: district[name] for name in ("satisfactory", "at_risk", "moderate", "severe")
        },
        "unexcused_reached": district["reached"] or {},
    }


def _live_counts(as_of: date, school: School | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The counts of the district and the sum of its schools (one statement)."""
    data = policy_for("attendance", as_of).data
    parameters = live_values(as_of) | {
        "percent": data["measures"]["C"]["chronic_percent"],
        **data["bands"],
        "thresholds": [int(t["at"]) for t in plan_of(data).plain if t["measure"] == "U"],
        "school": school.pk if school else None,
    }
    spans = tallies.SPANS.format(wanted_spans="AND e.school_id = %(school)s" if school else "")
    counts = tallies.COUNTS.format(
        sums=tallies.SUMS,
        spans="measured",
        wanted_marks="AND m.school_id = %(school)s" if school else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(_LIVE.format(spans=spans, counts=counts), parameters)
        district, schools = cursor.fetchone()
    return parsed(district), parsed(schools)


def _chronic(counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "students": counts["chronic"],
        "denominator": counts["denominator"],
        "rate": law.percent(counts["chronic"], counts["denominator"]),
    }


def letters_waiting(user: Any, state: str) -> list[dict[str, Any]]:
    """Notices in a state (DRAFT waits for a signature, SIGNED for the mail room) in cases that the
    user may see, the earliest due first, at most 20."""
    rows = Notice.objects.filter(
        state=state, closed_on=None, case__in=rights.visible(user, "ATT")
    ).order_by("case__next_due", "detected_on")
    found = rows.values(
        "id",
        "code",
        "detected_on",
        number=F("case__number"),
        due=F("case__next_due"),
        at=F("case__school__name"),
    )  # type: ignore[arg-type]
    policy = policy_for("attendance", local_today())
    return [
        row | {"about": ", ".join(says(code, policy) for code in row["code"].split("+"))}
        for row in found[:20]
    ]


def findings_waiting(user: Any) -> list[dict[str, Any]]:
    """What principals are asked to find, decide or send in cases that the user may see, the
    earliest due first, at most 20."""
    tasks = Task.objects.filter(
        status=Task.Status.OPEN,
        role=Role.PRINCIPAL,
        case__closed_on=None,
        case__in=rights.visible(user, "ATT"),
    )
    found = tasks.order_by(F("clock__due").asc(nulls_last=True), "case__number").values(
        "kind",
        number=F("case__number"),
        due=F("clock__due"),
        at=F("case__school__name"),  # type: ignore[arg-type]
    )
    return [row | {"about": TASKS[row["kind"]]} for row in found[:20]]


@dataclass(frozen=True)
class Unresolved:
    """An absence whose reason nobody has entered yet."""

    student: str
    number: str
    school: str
    day: date
    code: str
    waiting: int


# Unexplained absences with their age in school days of the own calendar.
_UNRESOLVED = f"""
WITH schools AS (
    SELECT s.id, s.name, s.calendar_id,
           (SELECT max(ordinal)
              FROM district_calendarday d
             WHERE d.calendar_id = s.calendar_id AND d.date <= %(today)s) AS now
      FROM district_school s
     WHERE s.id = ANY(%(schools)s)
)
SELECT concat_ws(' ', u.first_name, u.last_name), u.student_id, s.name,
       m.day, m.code, s.now - d.ordinal,
       count(*) OVER ()
  FROM attendance_mark m
  JOIN schools s ON s.id = m.school_id
  JOIN district_calendarday d ON d.calendar_id = s.calendar_id AND d.date = m.day
  JOIN district_student u ON u.id = m.student_id
 WHERE m.mark_class = {mark_sql.UNKNOWN}
   AND m.day BETWEEN %(starts)s AND %(today)s
   AND s.now - d.ordinal >= %(after)s
 ORDER BY m.day, u.student_id
 LIMIT %(most)s
"""


def unresolved(user: Any, most: int = 25) -> tuple[list[Unresolved], int]:
    """Absences at the user's schools that stand without a reason for longer than the policy allows
    (domain.md A3.1 rule 4; `unknown_resolution`), the oldest first: at most `most` rows, and how
    many there are. One statement for the rows. They are put right in the student information
    system, never here."""
    today = local_today()
    year = SchoolYear.objects.filter(starts__lte=today).order_by("-starts").first()
    if year is None:
        return [], 0
    after = int(policy_for("attendance", today).require("unknown_resolution.n"))
    schools = rights.visible_schools(user, "mail_cases")
    with connection.cursor() as cursor:
        cursor.execute(
            _UNRESOLVED,
            {
                "today": today,
                "starts": year.starts,
                "schools": schools,
                "after": after,
                "most": most,
            },
        )
        rows = cursor.fetchall()
    return [Unresolved(*row[:6]) for row in rows], rows[0][6] if rows else 0


def panel(file: CaseFile, user: Any) -> dict[str, Any]:
    """What only an attendance case shows: the student, the family, the year as a strip of days, the
    notices."""
    case = file.case
    call_first = Exists(StudentNotice.objects.filter(student=case.student_id, until=None))
    guardians = list(
        Guardian.objects.filter(student_id=case.student_id)
        .select_related("student")
        .annotate(call_first=call_first)
    )
    student = guardians[0].student if guardians else Student.objects.get(pk=case.student_id)
    year, prior = _days(file)
    absent = sum(day["kind"] in ("excused", "unexcused", "suspension", "unknown") for day in year)
    held = sum(day["kind"] not in ("closed", "future") for day in year)
    return {
        "student": student,
        "guardians": guardians,
        "days": year,
        "call_first": guardians[0].call_first
        if guardians
        else student.notices.filter(until=None).exists(),
        "months": _by_month(year),
        "absent": absent,
        "enrolled": held,
        "rate": law.percent(absent, held),
        "prior": prior,
        "unexcused": sum(day["kind"] == "unexcused" for day in year),
        "notices": [
            (process, NoticeState(process.state).label)
            for process in file.processes
            if isinstance(process, Notice)
        ],
        "processes": views(file),
        "excuse_notes": sorted(
            file.children["note"], key=lambda note: note.first_day, reverse=True
        ),
        "flags": [FLAG_NAMES.get(flag, flag) for flag in student.flags],
    }


FLAG_NAMES = {
    "ec": _("Exceptional children (IEP)"),
    "section504": _("Section 504"),
    "ell": _("English learner"),
    "mckinney_vento": _("McKinney-Vento"),
    "foster": _("Foster care"),
    "military": _("Military family"),
}
KINDS = {
    1: "excused",
    2: "unexcused",
    3: "suspension",
    4: "unknown",
    5: "tardy",
    6: "early",
    7: "present",
}
KIND_LABELS = {
    "present": _("present"),
    "excused": _("excused"),
    "unexcused": _("unexcused"),
    "suspension": _("suspension"),
    "unknown": _("not yet explained"),
    "tardy": _("tardy"),
    "early": _("part of the day"),
    "closed": _("no school"),
    "future": _("to come"),
}

# Every day of the school year at the case's school with the student's mark.
_YEAR = """
SELECT d.date, d.instructional, m.mark_class, m.code,
       (SELECT max(prior_unexcused)
          FROM district_enrollment e
         WHERE e.student_id = %(student)s AND e.entry_date >= y.starts)
  FROM district_calendarday d
  JOIN district_schoolyear y ON y.year = %(year)s AND d.date BETWEEN y.starts AND y.ends
  LEFT JOIN attendance_mark m ON m.day = d.date AND m.student_id = %(student)s
 WHERE d.calendar_id = %(calendar)s
 ORDER BY d.date
"""


def _days(file: CaseFile) -> tuple[list[dict[str, Any]], int | None]:
    """Every weekday of the year at the school with what happened, and the unexcused days that
    another district told of (one statement)."""
    today = local_today()
    sent = {
        process.sent_on: process.code
        for process in file.processes
        if isinstance(process, Notice) and process.sent_on
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _YEAR,
            {
                "year": file.case.school_year,
                "student": file.case.student_id,
                "calendar": file.calendar_id,
            },
        )
        rows = cursor.fetchall()
    return [
        {
            "date": day,
            "kind": (kind := _kind(day, instructional, mark, today)),
            "label": KIND_LABELS[kind],
            "code": code or "",
            "letter": sent.get(day, ""),
        }
        for day, instructional, mark, code, _prior in rows
    ], rows[0][4] if rows else None


def _kind(day: date, instructional: bool, mark: int | None, today: date) -> str:
    if not instructional:
        return "closed"
    if mark:
        return KINDS[mark]
    return "present" if day <= today else "future"


def _by_month(days: list[dict[str, Any]]) -> list[tuple[date, list[dict[str, Any]]]]:
    months: dict[date, list[dict[str, Any]]] = {}
    for day in days:
        months.setdefault(day["date"].replace(day=1), []).append(day)
    return list(months.items())
