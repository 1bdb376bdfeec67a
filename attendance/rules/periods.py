"""Attendance in a stretch of school days, counted from the marks as believed now: what plans,
reviews, monitoring and follow-ups look at (domain.md A2.4, A2.6, C7-C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from attendance.models import Tally
from attendance.rules import law, mark_sql, triggers
from casework.engine.workflow import Workflow
from district.models import SchoolYear, Student


@dataclass(frozen=True)
class Counted:
    """A student over some school days; `percent` is the attendance rate with two decimals, empty
    without a day."""

    days: int
    absent: int
    unexcused: int

    @property
    def percent(self) -> str:
        """Share of days present."""
        return law.percent(self.days - self.absent, self.days)

    def as_dict(self) -> dict[str, Any]:
        """For events and JSON columns."""
        return {**asdict(self), "percent": self.percent}


_MARKS = f"""
SELECT count(*) FILTER (WHERE mark_class {mark_sql.ABSENT}),
       count(*) FILTER (WHERE mark_class = {mark_sql.UNEXCUSED})
  FROM attendance_mark
 WHERE student_id = %s AND day = ANY(%s)
"""


def count(student_id: int, days: Sequence[date]) -> Counted:
    """Absences of a student on the given school days (one statement; none without days)."""
    if not days:
        return Counted(0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [student_id, list(days)])
        absent, unexcused = cursor.fetchone()
    return Counted(len(days), absent, unexcused)


def last_days(flow: Workflow, before: date, number: int, after: date | None = None) -> list[date]:
    """The last `number` school days strictly before a date, and strictly after another one."""
    first = (after or before - timedelta(days=3 * number + 60)) + timedelta(days=1)
    return flow.file.calendar.school_days(first, before - timedelta(days=1))[-number:]


def days_since(flow: Workflow, after: date, before: date) -> list[date]:
    """The school days strictly between two dates."""
    return flow.file.calendar.school_days(after + timedelta(days=1), before - timedelta(days=1))


@dataclass(frozen=True)
class Totals:
    """Counts of the year as they were counted last."""

    unexcused: int = 0
    absences: int = 0


def tally(flow: Workflow) -> Totals:
    """The year's counts of the case's student (read once for a case file)."""

    def read() -> Totals:
        rows = Tally.objects.filter(
            student_id=flow.case.student_id, school_year=flow.case.school_year
        )
        return Totals(*(rows.values_list("unexcused", "absences").first() or (0, 0)))

    return flow.file.once("tally", read)


_STANDING = """
SELECT t.unexcused, t.absences, t.closed_days + CASE WHEN t.open_from IS NULL THEN 0 ELSE greatest(coalesce((
         SELECT max(d.ordinal) FROM district_calendarday d WHERE d.calendar_id = t.calendar_id AND d.date < %s), 0) - t.open_from, 0) END
  FROM attendance_tally t WHERE t.student_id = %s AND t.school_year = %s
"""


def above_watch(flow: Workflow) -> list[str]:
    """The triggers of tier 2 and 3 that the record still reaches, as it stood last evening (one
    statement, read once): by the counts, or for what is read from each mark by what the case was
    told."""

    def read() -> list[str]:
        plan = triggers.plan_of(flow.policy.data)
        with connection.cursor() as cursor:
            cursor.execute(
                _STANDING, [flow.turn.today, flow.case.student_id, flow.case.school_year]
            )
            unexcused, absences, days = cursor.fetchone() or (0, 0, 0)
        found = law.reached(law.Counts(unexcused, absences, int(days), 0), plan.plain)
        found += [
            key
            for key in flow.case.triggers
            if triggers.trigger_of(key) in {rule.trigger for rule in plan.general}
        ]
        return [
            key
            for key in found
            if triggers.RANK[str(plan.by_id[triggers.trigger_of(key)]["opens"])]
            > triggers.RANK["WATCH"]
        ]

    return flow.file.once(("above_watch", flow.turn.today), read)


def student(flow: Workflow) -> Student:
    """The case's student (read once for a case file)."""
    return flow.file.once("student", lambda: Student.objects.get(pk=flow.case.student_id))


def last_school_day(flow: Workflow) -> date | None:
    """The last school day of the case's year at its school; None where the year is not known."""

    def read() -> date | None:
        year = SchoolYear.objects.filter(year=flow.case.school_year).first()
        days = flow.file.calendar.school_days(year.starts, year.ends) if year else []
        return days[-1] if days else None

    return flow.file.once("last_school_day", read)


# -- goals met, relapse (C7-C9) --------------------------------------------------------------------


@dataclass(frozen=True)
class PlanWindow:
    """Whether the goals are met, the figures, and in words what is missing."""

    met: bool
    words: Any
    found: Counted


def plan_window(flow: Workflow) -> PlanWindow:
    """C7: the plan's last school days (the policy says how many) with attendance and unexcused days
    within the goals. Today's marks come tonight: the window ends yesterday."""
    return flow.file.once(("plan_window", flow.turn.today), lambda: _plan_window(flow))


def _plan_window(flow: Workflow) -> PlanWindow:
    goals, since = flow.policy.require("monitor"), flow.case.plan_from
    if since is None:
        return PlanWindow(
            False,
            _("There is no plan yet: record the causes, or have the plan signed."),
            Counted(0, 0, 0),
        )
    days = last_days(flow, flow.turn.today, int(goals["plan_days"]), after=since)
    if len(days) < int(goals["plan_days"]):
        words = _("The plan has run for %(n)s of the %(m)s school days that it needs.") % {
            "n": len(days),
            "m": goals["plan_days"],
        }
        return PlanWindow(False, words, Counted(len(days), 0, 0))
    found = count(flow.case.student_id, days)
    enough = (found.days - found.absent) * 100 >= found.days * int(goals["attendance_percent"])
    words = _(
        "In the last %(n)s school days attendance is %(rate)s %% with %(u)s unexcused "
        "days; the goals are %(goal)s %% and %(most)s."
    ) % {
        "n": found.days,
        "rate": found.percent,
        "u": found.unexcused,
        "goal": goals["attendance_percent"],
        "most": goals["max_unexcused"],
    }
    return PlanWindow(enough and found.unexcused <= int(goals["max_unexcused"]), words, found)


def relapsed(flow: Workflow) -> bool:
    """C9: so many unexcused days within the last school days of the monitoring."""
    goals, since = flow.policy.require("monitor"), flow.case.monitor_from
    days = last_days(
        flow, flow.turn.today + timedelta(days=1), int(goals["relapse_days"]), after=since
    )
    return count(flow.case.student_id, days).unexcused >= int(goals["relapse_unexcused"])


# -- what is counted before a step is taken --------------------------------------------------------
