"""What was done for a student, as one list: every intervention with its case, student, type and
date. Effect analysis (K7) and the figures on conferences, mediation and the street team (K3, K8)
are built on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Type(TextChoices):
    """Kinds of intervention. The date is the day on which it reached the student or the family."""

    ARC = "ARC", _("conference held")
    PLAN = "PLAN", _("plan signed")
    MEDIATION = "MEDIATION", _("mediation held")
    AGREEMENT = "AGREEMENT", _("mediation: agreement signed")
    LOCATE = "LOCATE", _("street team: outcome")
    HOME_VISIT = "HOME_VISIT", _("home visit")
    PARTNER = "PARTNER", _("taken in by a partner")
    COURT = "COURT", _("court programme begun")
    LETTER = "LETTER", _("letter sent")


@dataclass(frozen=True)
class Intervention:
    """One intervention; `detail` is its code (the outcome of a search, the result of a visit,
    the threshold that a letter tells of), never a name."""

    case_id: int
    student_id: int
    school_id: int | None
    type: str
    on: date
    detail: str
    actor_id: int | None


# Home visits are contacts of that means, reached or not; who acted is known for those and for who
# held the step. A letter that tells of several thresholds is one row for each.
_ALL = """
SELECT k.id, a.student_id, k.school_id, x.type, x.on_day, x.detail, x.actor_id
  FROM attendance_attendancecase a
  JOIN casework_case k ON k.id = a.case_ptr_id
  JOIN LATERAL (
    SELECT 'ARC' AS type, r.held_on AS on_day, p.code AS detail,
           (SELECT e.actor_id FROM casework_event e WHERE e.process_id = p.id AND e.name = 'hold_conference' ORDER BY e.seq LIMIT 1) AS actor_id
      FROM casework_process p JOIN attendance_arc r ON r.process_ptr_id = p.id WHERE p.case_id = k.id AND r.held_on IS NOT NULL
    UNION ALL
    SELECT 'PLAN', r.signed_on, p.code, NULL FROM casework_process p JOIN attendance_arc r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.signed_on IS NOT NULL
    UNION ALL
    SELECT 'MEDIATION', r.held_on, p.code, NULL FROM casework_process p JOIN attendance_mediation r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.held_on IS NOT NULL
    UNION ALL
    SELECT 'AGREEMENT', r.agreed_on, p.code, NULL FROM casework_process p JOIN attendance_mediation r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.agreed_on IS NOT NULL
    UNION ALL
    SELECT 'LOCATE', r.outcome_on, r.outcome, r.lead_id FROM casework_process p JOIN attendance_locate r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.outcome_on IS NOT NULL
    UNION ALL
    SELECT 'HOME_VISIT', e."on", coalesce(e.data->>'result', ''), e.actor_id FROM casework_event e
     WHERE e.case_id = k.id AND e.kind = 'CONTACT' AND e.data->>'means' = 'visit'
    UNION ALL
    SELECT 'PARTNER', r.intake_on, p.code, NULL FROM casework_process p JOIN attendance_partnerreferral r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.intake_on IS NOT NULL
    UNION ALL
    SELECT 'COURT', r.enrolled_on, p.code, NULL FROM casework_process p JOIN attendance_court r ON r.process_ptr_id = p.id
     WHERE p.case_id = k.id AND r.enrolled_on IS NOT NULL
    UNION ALL
    SELECT 'LETTER', r.sent_on, c.code, NULL FROM casework_process p JOIN attendance_notice r ON r.process_ptr_id = p.id
      CROSS JOIN unnest(r.covers) AS c(code) WHERE p.case_id = k.id AND r.sent_on IS NOT NULL
  ) x ON true
 WHERE (%(cases)s::bigint[] IS NULL OR k.id = ANY(%(cases)s::bigint[]))
   AND (%(schools)s::bigint[] IS NULL OR k.school_id = ANY(%(schools)s::bigint[]))
   AND x.on_day BETWEEN coalesce(%(since)s, '-infinity'::date) AND coalesce(%(until)s, 'infinity'::date)
   AND (%(types)s::text[] IS NULL OR x.type = ANY(%(types)s::text[]))
 ORDER BY x.on_day, k.id, x.type, x.detail
"""


def interventions(
    *,
    cases: Collection[int] | None = None,
    schools: Collection[int] | None = None,
    since: date | None = None,
    until: date | None = None,
    types: Collection[str] | None = None,
) -> list[Intervention]:
    """The interventions of these cases or schools (None: all) between two dates, both included, in
    the order of their dates; one statement. The caller answers for who may see them: pass ids that
    the access module gave."""
    values: dict[str, Any] = {
        "cases": list(cases) if cases is not None else None,
        "schools": list(schools) if schools is not None else None,
        "since": since,
        "until": until,
        "types": [str(one) for one in types] if types is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALL, values)
        return [Intervention(*row) for row in cursor.fetchall()]
