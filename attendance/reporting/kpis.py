"""The figures K1 to K9 of domain.md A4 that attendance gives (K7, the effect of interventions, is
in `effect_selectors`): each with its denominator, as of a date, over the whole district or over
some schools, and the cases behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from attendance.case.queries import attendance_report
from attendance.common.states import Stage
from attendance.models import (
    AttendanceCase,
    Locate,
    MediationAccess,
    MediationMOU,
    Notice,
    PartnerMOU,
    PartnerSchool,
)
from attendance.nightly import tallies
from attendance.rules import law
from casework.engine import date_rules
from casework.engine.calendars import calendar_at
from casework.models import Event
from casework.policy.policies import policy_for
from district.models import Post, Role, School, User

TIER3 = (Stage.TIER3, Stage.LEGAL_REVIEW, Stage.LEGAL_REFERRED)
HELD = "hold_conference"


@dataclass(frozen=True)
class Kpi:
    """A numerator of a denominator, as of a date, under a policy version."""

    numerator: int
    denominator: int
    as_of: date
    policy: str

    @property
    def rate(self) -> str:
        """Per cent with two decimals, half up; empty without a denominator (A-31)."""
        return law.percent(self.numerator, self.denominator)


def _kpi(numerator: int, denominator: int, as_of: date) -> Kpi:
    return Kpi(numerator, denominator, as_of, policy_for("attendance", as_of).id)


def chronic(as_of: date) -> tuple[Kpi, Kpi, dict[str, int]]:
    """K1 for the district (unduplicated) and as the sum of its schools, and K2: students in each
    band."""
    report = attendance_report(as_of)
    district, schools = report["chronic"]["district"], report["chronic"]["school"]
    return (
        _kpi(district["students"], district["denominator"], as_of),
        _kpi(schools["students"], schools["denominator"], as_of),
        report["bands"],
    )


_CHRONIC = """
SELECT t.student_id, t.school_id, t.absences, t.days FROM (
    SELECT t.student_id, t.school_id, t.absences, t.closed_days + coalesce(o.ordinal - t.open_from, 0) AS days
      FROM attendance_schooltally t
      LEFT JOIN LATERAL (SELECT d.ordinal FROM district_calendarday d WHERE d.calendar_id = t.calendar_id AND d.date <= %(as_of)s
                          ORDER BY d.date DESC LIMIT 1) o ON true
     WHERE t.school_year = %(year)s AND t.school_id = ANY(%(schools)s)) t
 WHERE t.days >= %(least)s AND t.absences * 100 >= t.days * %(percent)s
 ORDER BY t.absences DESC, t.student_id
"""


@dataclass(frozen=True)
class Chronic:
    """A student who is chronically absent at a school, with the case, if there is one that the
    reader may see."""

    student_id: int
    school_id: int
    absences: int
    days: int

    @property
    def rate(self) -> str:
        """Per cent of the days enrolled."""
        return law.percent(self.absences, self.days)


def chronic_students(schools: Collection[int], as_of: date) -> list[Chronic]:
    """Who is behind K1 at these schools, by the counts of the last import, most absences first (one
    statement)."""
    rate = policy_for("attendance", as_of).data["measures"]["C"]
    values = {
        "as_of": as_of,
        "year": tallies.year_of(as_of).year,
        "schools": list(schools),
        "least": rate["min_enrolled"],
        "percent": rate["chronic_percent"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHRONIC, values)
        return [Chronic(*row) for row in cursor.fetchall()]


def tier3(as_of: date, cases: QuerySet[Any] | None = None) -> QuerySet[AttendanceCase]:
    """Students who are in tier 3 in the school year of a date, or were when their case went on to
    legal review."""
    found = AttendanceCase.objects.filter(
        school_year=tallies.year_of(as_of).year, stage__in=TIER3, opened_on__lte=as_of
    )
    return found if cases is None else found.filter(pk__in=cases.values("pk"))


def _conferences(as_of: date) -> QuerySet[Event]:
    return Event.objects.filter(
        name=HELD, on__gte=tallies.year_of(as_of).starts, on__lte=as_of, actor__isnull=False
    )


def arc_students(
    as_of: date, cases: QuerySet[Any] | None = None
) -> tuple[Kpi, QuerySet[AttendanceCase], QuerySet[AttendanceCase]]:
    """K3 b: students in tier 3 whose conference was held, of all in tier 3; and both lists."""
    everybody = tier3(as_of, cases)
    held = everybody.filter(arc_held_on__isnull=False, arc_held_on__lte=as_of)
    counted = everybody.aggregate(
        all=Count("pk"),
        held=Count("pk", filter=Q(arc_held_on__isnull=False, arc_held_on__lte=as_of)),
    )
    return _kpi(counted["held"], counted["all"], as_of), held, everybody


def arc_facilitators(
    as_of: date, schools: Collection[int] | None = None
) -> tuple[Kpi, list[User], list[User]]:
    """K3 a: social workers who facilitated a conference this school year, of those with a student
    in tier 3 at their schools; and both lists. Who has none is not in the denominator (A-32)."""
    at = Post.objects.filter(role=Role.SSW, user__is_active=True)
    busy = set(tier3(as_of).values_list("school_id", flat=True))
    wanted = at.filter(school_id__in=busy if schools is None else busy & set(schools))
    everybody = list(
        User.objects.filter(pk__in=wanted.values("user_id")).order_by("last_name", "first_name")
    )
    did = set(_conferences(as_of).values_list("actor_id", flat=True))
    active = [user for user in everybody if user.pk in did]
    return _kpi(len(active), len(everybody), as_of), active, everybody


def late_sixes(as_of: date, cases: QuerySet[Any]) -> QuerySet[Any]:
    """K5: cases whose six-day notice was still not out when a seventh unexcused day came."""
    late = Notice.objects.filter(
        case=OuterRef("pk"), breached_on__isnull=False, breached_on__lte=as_of
    )
    return cases.filter(Exists(late))


def schools_open(as_of: date) -> QuerySet[School]:
    """The schools that are open on a date."""
    begun, going = (
        Q(open_from=None) | Q(open_from__lte=as_of),
        Q(open_to=None) | Q(open_to__gte=as_of),
    )
    return School.objects.filter(begun, going)


def mediation_access(
    as_of: date, schools: Collection[int] | None = None
) -> tuple[Kpi, list[School], list[School]]:
    """K4: schools with access to mediation on a date, of those open; and both lists. An expired
    memorandum gives no access (A-32)."""
    in_force = MediationMOU.objects.filter(
        provider=OuterRef("provider"), starts__lte=as_of, ends__gte=as_of
    )
    rows = MediationAccess.objects.filter(Exists(in_force), status=MediationAccess.Status.ACTIVE)
    return _served(rows, as_of, schools)


def agency_schools(
    as_of: date, schools: Collection[int] | None = None
) -> tuple[Kpi, list[School], list[School]]:
    """Schools that a community agency with a memorandum in force serves on a date, of those open;
    and both lists."""
    in_force = PartnerMOU.objects.filter(
        partner=OuterRef("partner"), starts__lte=as_of, ends__gte=as_of
    )
    return _served(
        PartnerSchool.objects.filter(Exists(in_force), partner__active=True), as_of, schools
    )


def _served(
    rows: QuerySet[Any], as_of: date, schools: Collection[int] | None
) -> tuple[Kpi, list[School], list[School]]:
    now = rows.filter(Q(ends=None) | Q(ends__gte=as_of), starts__lte=as_of)
    served = set(now.values_list("school_id", flat=True))
    wanted = schools_open(as_of) if schools is None else schools_open(as_of).filter(pk__in=schools)
    everybody = list(wanted.order_by("name"))
    having = [school for school in everybody if school.pk in served]
    return _kpi(len(having), len(everybody), as_of), having, everybody


def street_team(as_of: date, cases: QuerySet[Any]) -> tuple[Kpi, Kpi, int | None]:
    """K8: students found of requests with an outcome; handbacks accepted of those handed back; and
    the median school days from the request to the outcome (None without one)."""
    rows = street_rows(as_of, cases)
    number = {
        figure: sum(street_counts(figure, row, as_of) for row in rows)
        for figure in ("requests", "found", "handed", "accepted")
    }
    days = sorted(_school_days(row) for row in rows)
    median = days[(len(days) - 1) // 2] if days else None
    return (
        _kpi(number["found"], number["requests"], as_of),
        _kpi(number["accepted"], number["handed"], as_of),
        median,
    )


def street_rows(as_of: date, cases: QuerySet[Any]) -> list[Locate]:
    """Every request with an outcome by a date."""
    rows = Locate.objects.filter(case__in=cases.values("pk"), outcome_on__lte=as_of)
    return list(rows.select_related("case__school__calendar").order_by("-outcome_on", "pk"))


def street_counts(figure: str, row: Locate, as_of: date) -> bool:
    """Whether a figure of K8 counts a request with an outcome."""
    handed = row.handed_back_on is not None and row.handed_back_on <= as_of
    return {
        "requests": True,
        "found": row.outcome not in (Locate.Outcome.NOT_LOCATED, Locate.Outcome.UNSAFE_ABORTED),
        "handed": handed,
        "accepted": handed and row.accepted_on is not None and row.accepted_on <= as_of,
    }[figure]


def _school_days(row: Locate) -> int:
    school = row.case.school
    calendar = (
        calendar_at(school.calendar_id, school.calendar.revision if school.calendar else None)
        if school
        else calendar_at(None, None)
    )
    return max(
        0,
        date_rules.elapsed(
            row.opened_on, row.outcome_on or row.opened_on, date_rules.Unit.SCHOOL, calendar
        ),
    )


def excluded(cases: QuerySet[Any]) -> QuerySet[Any]:
    """K9: cases with a recorded reason against a legal referral."""
    return cases.filter(
        Exists(AttendanceCase.objects.filter(pk=OuterRef("pk"), exclusions__len__gt=0))
    )


def by_group(as_of: date, dimension: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(school, group) -> (chronic, students with enough days), at school level, for publication.
    `dimension` is one of grade, race_ethnicity, sex."""
    if dimension not in ("grade", "race_ethnicity", "sex"):
        raise ValueError(f"no dimension {dimension!r}")
    policy, year = policy_for("attendance", as_of), tallies.year_of(as_of)
    rate = policy.data["measures"]["C"]
    values = {
        "starts": year.starts,
        "as_of": min(as_of, year.ends),
        "least": rate["min_enrolled"],
        "percent": rate["chronic_percent"],
        "min_minutes": 0,
    }
    sql = _BY_GROUP.format(
        spans=tallies.SPANS.format(wanted_spans=""),
        counts=tallies.COUNTS.format(sums=tallies.SUMS, spans="measured", wanted_marks=""),
        group=dimension,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {
            (school, group): (chronic_, whole)
            for school, group, chronic_, whole in cursor.fetchall()
        }


_BY_GROUP = """
WITH {spans}, {counts},
days AS (SELECT student_id, school_id, sum(at_end - before_entry) AS days FROM measured GROUP BY student_id, school_id)
SELECT s.name, coalesce(nullif(u.{group}, ''), '?'), count(*) FILTER (WHERE coalesce(c.absences, 0) * 100 >= d.days * %(percent)s), count(*)
  FROM days d LEFT JOIN counted c USING (student_id, school_id) JOIN district_student u ON u.id = d.student_id
  JOIN district_school s ON s.id = d.school_id WHERE d.days >= %(least)s GROUP BY 1, 2 ORDER BY 1, 2
"""
