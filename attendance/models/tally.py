"""Counts per student and school year, kept for worklists, triggers and reports; a full recount
gives the same rows.

Days enrolled grow for everybody each day; so that a night does not rewrite 141,000 rows, a row
keeps the days of ended spans and where the running span begins on its calendar:
days_enrolled(as_of) = closed_days + ordinal(as_of) - open_from.

The keys are not checked by the database: the rows are worked out from enrollments that are, a
recount removes what has lost its student, and three checks for each of 280,000 rows cost more than
the counting (docs/decisions/0018)."""

from __future__ import annotations

from typing import Any

from django.db import models

# Nobody looks tallies up by school or calendar alone, and the unique keys begin with the student.
_UNCHECKED: Any = {"db_constraint": False, "db_index": False}


class TallyFields(models.Model):
    """Counts shared by both scopes."""

    school_year = models.PositiveSmallIntegerField()
    unexcused = models.PositiveSmallIntegerField(
        default=0, help_text="U, with tardies converted where the policy says so"
    )
    excused = models.PositiveSmallIntegerField(default=0)
    suspension = models.PositiveSmallIntegerField(default=0)
    unknown = models.PositiveSmallIntegerField(default=0)
    absences = models.PositiveSmallIntegerField(
        default=0, help_text="C: all four classes above, without converted tardies"
    )
    tardies = models.PositiveSmallIntegerField(default=0)
    closed_days = models.PositiveSmallIntegerField(
        default=0, help_text="instructional days of ended enrolment spans"
    )
    open_from = models.PositiveIntegerField(
        null=True, help_text="calendar ordinal before the running span; null when none runs"
    )

    class Meta:
        abstract = True


class Tally(TallyFields):
    """District scope: a student over all schools of the district, unduplicated."""

    student = models.ForeignKey("district.Student", models.CASCADE, related_name="+", **_UNCHECKED)
    school = models.ForeignKey(
        "district.School",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="current or last school",
        **_UNCHECKED,
    )
    calendar = models.ForeignKey(
        "district.Calendar", models.PROTECT, null=True, related_name="+", **_UNCHECKED
    )
    evaluate_at = models.PositiveIntegerField(
        null=True,
        help_text=(
            "calendar ordinal at which the rate's tier changes although no mark does; null: never"
        ),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "school_year"], name="tally_key")]
        indexes = [
            models.Index(
                fields=["calendar", "evaluate_at"],
                condition=models.Q(evaluate_at__isnull=False),
                name="tally_evaluate",
            )
        ]


class SchoolTally(TallyFields):
    """School scope (EDFacts FS195): a student at one school."""

    student = models.ForeignKey("district.Student", models.CASCADE, related_name="+", **_UNCHECKED)
    school = models.ForeignKey("district.School", models.PROTECT, related_name="+", **_UNCHECKED)
    calendar = models.ForeignKey(
        "district.Calendar", models.PROTECT, null=True, related_name="+", **_UNCHECKED
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "school", "school_year"], name="school_tally_key"
            )
        ]
