"""The facts of one evening about each student who reaches a trigger or has a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from attendance.nightly.decisions import NoticeFacts, StudentFacts
from attendance.nightly.mark_triggers import Readings
from attendance.nightly.selection import run_length
from attendance.rules import law, mark_sql
from attendance.rules.triggers import Plan, Reached
from casework.engine.fast_models import parsed
from casework.policy.policies import Policy
from district.models import SchoolYear

# Days enrolled: ended spans plus the running one. In SQL because an evening reads everybody at
# once.
_FACTS = f"""
WITH now AS MATERIALIZED (
    SELECT c.id AS calendar_id,
           coalesce((SELECT max(ordinal)
                       FROM district_calendarday cd
                      WHERE cd.calendar_id = c.id AND cd.date <= %(as_of)s), 0) AS ordinal
      FROM district_calendar c
), counted AS (
    -- a student whose last mark went has no tally any more, but may have a case to correct
    SELECT e.student_id,
           coalesce(t.school_id, h.school_id) AS school_id,
           coalesce(t.unexcused, 0) AS unexcused,
           coalesce(t.absences, 0) AS absences,
           coalesce(t.closed_days, 0)
             + CASE WHEN t.open_from IS NULL THEN 0
                    ELSE greatest(n.ordinal - t.open_from, 0) END AS days,
           h.student_id IS NOT NULL AS active,
           h.school_id AS here,
           r.student_id IS NOT NULL AS run
      FROM evaluated e
      LEFT JOIN attendance_tally t
        ON t.student_id = e.student_id AND t.school_year = %(year)s
      LEFT JOIN LATERAL (
           SELECT d.student_id, d.school_id
             FROM district_enrollment d
            WHERE d.student_id = e.student_id AND d.entry_date <= %(as_of)s
              AND coalesce(d.exit_date, 'infinity') >= %(as_of)s
            -- in two schools at once: where the case is, else the primary one, else the latest
            ORDER BY d.school_id = (
                         SELECT k.school_id
                           FROM attendance_attendancecase a
                           JOIN casework_case k ON k.id = a.case_ptr_id
                          WHERE a.student_id = e.student_id
                            AND a.school_year = %(year)s) DESC NULLS LAST,
                     d.service_type = 'P' DESC, d.entry_date DESC, d.id
            LIMIT 1) h ON true
      LEFT JOIN now n ON n.calendar_id = t.calendar_id
      LEFT JOIN absent_run r ON r.student_id = e.student_id
)
SELECT c.student_id, c.school_id, c.unexcused, c.absences, c.days, c.active, c.run,
       a.case_ptr_id, k.state, a.stage, k.closed_reason, a.triggers, a.worked,
       a.case_ptr_id IS NOT NULL AND EXISTS (
           SELECT 1
             FROM attendance_mark_version v
             LEFT JOIN attendance_mark m ON m.day = v.day AND m.student_id = v.student_id
            WHERE v.student_id = c.student_id AND v.day BETWEEN %(starts)s AND %(as_of)s
              AND v.mark_class {mark_sql.ABSENT}
              AND v.mark_class IS DISTINCT FROM m.mark_class
              AND (v.superseded_by_run IN (
                       SELECT run_id FROM touched_now WHERE student_id = c.student_id)
                   OR v.successor = 'MERGED')) AS corrected,
       CASE WHEN a.case_ptr_id IS NOT NULL THEN (
           SELECT jsonb_agg(
                      jsonb_build_array(
                          p.id, x.covers, p.state, x.superseded_on IS NOT NULL,
                          x.breached_on IS NOT NULL, p.closed_on IS NOT NULL,
                          x.replaces_id IS NOT NULL)
                      ORDER BY x.detected_on, p.id)
             FROM casework_process p
             JOIN attendance_notice x ON x.process_ptr_id = p.id
            WHERE p.case_id = k.id) END,
       (SELECT g.language
          FROM district_guardian g
         WHERE g.student_id = c.student_id AND g.legal_rights
         ORDER BY g.contact_order, g.id
         LIMIT 1),
       k.school_id, c.here
  FROM counted c
  LEFT JOIN attendance_attendancecase a
    ON a.student_id = c.student_id AND a.school_year = %(year)s
  LEFT JOIN casework_case k ON k.id = a.case_ptr_id
 WHERE a.case_ptr_id IS NOT NULL
    OR c.unexcused >= %(least)s
    OR c.run
    OR c.absences * 100 >= c.days * %(percent)s
    OR c.student_id = ANY(%(general)s)
 ORDER BY c.student_id
"""

# The unexcused days themselves, for the letters that cite them.
_DATES = f"""
SELECT m.student_id, array_agg(m.day ORDER BY m.day)
  FROM attendance_mark m
 WHERE m.mark_class = {mark_sql.UNEXCUSED}
   AND m.day BETWEEN %(starts)s AND %(as_of)s
   AND m.student_id = ANY(%(students)s)
   AND EXISTS (
       SELECT 1
         FROM district_enrollment d
        WHERE d.student_id = m.student_id AND d.school_id = m.school_id
          AND m.day BETWEEN d.entry_date AND coalesce(d.exit_date, 'infinity'))
 GROUP BY m.student_id
"""


class _Row(NamedTuple):
    """A row of `_FACTS`, in the order of its columns."""

    student_id: int
    school_id: int
    unexcused: int
    absences: int
    days: int
    active: bool
    run: bool
    case_id: int | None
    state: str | None
    stage: str | None
    closed_reason: str | None
    triggers: list[str] | None
    worked: bool | None
    corrected: bool
    notices: str | None
    language: str | None
    case_school_id: int | None
    here: int | None


@dataclass(frozen=True)
class _Reader:
    """Turns rows into facts: what they need beside the row itself."""

    dates: Mapping[int, Sequence[date]]
    reached: Mapping[int, tuple[Reached, ...]]
    run_length: int
    languages: frozenset[str]
    default_language: str

    def facts(self, row: _Row) -> StudentFacts:
        """One student; a language without letters becomes the default one."""
        notices = parsed(row.notices) or ()
        run = self.run_length if row.run else 0
        known = row.language is not None and row.language in self.languages
        return StudentFacts(
            student_id=row.student_id,
            school_id=row.school_id,
            counts=law.Counts(row.unexcused, row.absences, int(row.days), run),
            active=row.active,
            corrected=row.corrected,
            case_id=row.case_id,
            state=row.state or "",
            stage=row.stage or "",
            closed_reason=row.closed_reason or "",
            triggers=tuple(row.triggers or ()),
            worked=bool(row.worked),
            notices=tuple(NoticeFacts(UUID(n[0]), tuple(n[1]), *n[2:]) for n in notices),
            dates=tuple(self.dates.get(row.student_id, ())),
            language=str(row.language) if known else self.default_language,
            case_school_id=row.case_school_id,
            here=row.here,
            hits=self.reached.get(row.student_id, ()),
        )


def read(
    as_of: date, year: SchoolYear, policy: Policy, plan: Plan, general: Readings
) -> list[StudentFacts]:
    """The facts of the evening's students (two statements). Reads the tables of `selection`."""
    least = min((int(t["at"]) for t in plan.plain if t["measure"] == "U"), default=32_000)
    percents = (int(t["percent"]) for t in plan.plain if t["measure"] == "C")
    parameters: dict[str, date | int | list[int]] = {
        "as_of": as_of,
        "year": year.year,
        "starts": year.starts,
        "general": list(general.reached),
        "least": least,
        "percent": min(percents, default=1_000_000),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, parameters)
        rows = [_Row(*row) for row in cursor.fetchall()]
        truant = [row.student_id for row in rows if row.unexcused >= least]
        cursor.execute(_DATES, parameters | {"students": truant})
        dates = dict(cursor.fetchall())
    reader = _Reader(
        dates,
        general.reached,
        run_length(plan),
        frozenset(policy.get("letters.languages") or ["en"]),
        str(policy.get("letters.default_language", "en")),
    )
    return [reader.facts(row) for row in rows]
