"""Readers of attendance for pages, commands and exports."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import connection

from attendance import counting, rules
from casework.policy import policy_for
from district.models import School

# Counts of every student with a day of membership, by student and school, straight from marks and enrolments.
_LIVE = """
WITH {spans}, {counts},
days AS (
    SELECT student_id, school_id, sum(at_end - before_entry) AS days FROM measured GROUP BY student_id, school_id
),
per_school AS (
    SELECT d.student_id, d.school_id, d.days, coalesce(c.absences, 0) AS absences,
           coalesce(c.unexcused, 0) + coalesce(c.tardies, 0) / %(per_day)s AS unexcused
      FROM days d LEFT JOIN counted c USING (student_id, school_id) WHERE d.days > 0
),
several AS (
    SELECT p.student_id, count(DISTINCT cd.date) AS days
      FROM spans p
      JOIN (SELECT student_id FROM spans GROUP BY student_id HAVING count(*) > 1) s ON s.student_id = p.student_id
      JOIN district_calendarday cd ON cd.calendar_id = p.calendar_id AND cd.instructional
       AND cd.date BETWEEN p.entered AND p.left_on
     GROUP BY p.student_id
),
per_student AS (
    SELECT x.student_id, coalesce(max(v.days), sum(x.days)) AS days, sum(x.absences) AS absences,
           sum(x.unexcused) AS unexcused
      FROM per_school x LEFT JOIN several v USING (student_id) GROUP BY x.student_id
)
SELECT (SELECT jsonb_build_object(
            'enrolled', count(*), 'denominator', count(*) FILTER (WHERE days >= %(least)s),
            'chronic', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 >= days * %(percent)s),
            'severe', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 >= days * %(severe)s),
            'moderate', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 >= days * %(moderate)s
                                           AND absences * 100 < days * %(severe)s),
            'at_risk', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 >= days * %(at_risk)s
                                          AND absences * 100 < days * %(moderate)s),
            'satisfactory', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 < days * %(at_risk)s),
            'reached', (SELECT jsonb_object_agg(n, (SELECT count(*) FROM per_student WHERE unexcused >= n))
                          FROM unnest(%(thresholds)s::int[]) AS n)) FROM per_student),
       (SELECT jsonb_build_object(
            'denominator', count(*) FILTER (WHERE days >= %(least)s),
            'chronic', count(*) FILTER (WHERE days >= %(least)s AND absences * 100 >= days * %(percent)s)) FROM per_school)
"""


def attendance_report(as_of: date, school: School | None = None) -> dict[str, Any]:
    """K1 and K2 of domain.md A4, live from the marks as believed now, up to and including `as_of`. District scope is
    unduplicated; school scope is the sum of schools as in EDFacts FS195 (a student in two schools counts in each)."""
    policy, year = policy_for("attendance", as_of), counting.year_of(as_of)
    data, conversion = policy.data, policy.data["conversion"].get("tardy")
    rate, bands = data["measures"]["C"], data["bands"]
    thresholds = [int(t["at"]) for t in data["triggers"] if t["measure"] == "U"]
    parameters = {
        "starts": year.starts, "as_of": min(as_of, year.ends), "least": rate["min_enrolled"],
        "percent": rate["chronic_percent"], **bands, "thresholds": thresholds,
        "min_minutes": int(conversion["min_minutes"]) if conversion else 0,
        "per_day": int(conversion["count"]) if conversion else 1_000_000, "school": school.pk if school else None,
    }  # fmt: skip
    one = "AND e.school_id = %(school)s" if school else ""
    spans = counting.SPANS.format(wanted_spans=one)
    counts = counting.COUNTS.format(wanted_marks="AND m.school_id = %(school)s" if school else "")
    with connection.cursor() as cursor:
        cursor.execute(_LIVE.format(spans=spans, counts=counts), parameters)
        district, schools = (_parsed(value) for value in cursor.fetchone())
    return {
        "as_of": as_of.isoformat(), "school_year": str(year), "policy": policy.id,
        "school": school.school_id if school else None,
        "enrolled": district["enrolled"], "denominator": district["denominator"],
        "chronic": {
            "district": {
                "students": district["chronic"], "denominator": district["denominator"],
                "rate": rules.percent(district["chronic"], district["denominator"]),
            },
            "school": {
                "students": schools["chronic"], "denominator": schools["denominator"],
                "rate": rules.percent(schools["chronic"], schools["denominator"]),
            },
        },
        "bands": {name: district[name] for name in ("satisfactory", "at_risk", "moderate", "severe")},
        "unexcused_reached": district["reached"] or {},
    }  # fmt: skip


def _parsed(value: Any) -> dict[str, Any]:
    return dict(json.loads(value) if isinstance(value, str) else value)
