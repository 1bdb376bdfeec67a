"""Marks: one row a student and day on which something other than full presence was recorded.

Bitemporal: `Mark` holds what is believed now (with `known_from`), `MarkVersion` every version that
was believed before (`known_from` to `known_to`), so that 'what did we know on 13 October' can be
answered. Both tables are partitioned by month of `day` and keyed (day, student): an import touches
one or two months only. No foreign keys in the database: the importer joins every row to its student
and school anyway, and 2 million key checks cost more than the load."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MarkClass(models.IntegerChoices):
    """What a code means (domain.md A1.2). The policy's code map decides, not the code."""

    PRESENT = 0, _("present")
    EXCUSED = 1, _("excused absence")
    UNEXCUSED = 2, _("unexcused absence")
    SUSPENSION = 3, _("out-of-school suspension")
    UNKNOWN = 4, _("absence not yet explained")
    TARDY = 5, _("tardy")
    EARLY = 6, _("left early")
    OTHER = 7, _("present elsewhere")


class MarkFields(models.Model):
    """The columns that the current and the superseded rows share."""

    day = models.DateField()
    student_id = models.BigIntegerField()
    school_id = models.BigIntegerField()
    code = models.CharField(max_length=16)
    mark_class = models.SmallIntegerField(choices=MarkClass)
    excuse = models.CharField(max_length=1, blank=True, help_text="U, E, X or ?")
    minutes_absent = models.SmallIntegerField(null=True)
    minutes_scheduled = models.SmallIntegerField(null=True)
    reason_text = models.TextField(blank=True)
    run_id = models.UUIDField(null=True, help_text="the import that brought it")
    known_from = models.DateField(
        help_text="the delivery's as-of date from which this was believed"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


class Mark(MarkFields):
    """What is believed now."""

    pk = models.CompositePrimaryKey("day", "student_id")

    class Meta:
        db_table = "attendance_mark"
        managed = False  # partitioned: migration 0002 makes it


class MarkVersion(MarkFields):
    """What was believed from `known_from` until `known_to`. `successor` says what replaced it."""

    class Successor(models.TextChoices):
        CHANGED = "CHANGED", _("another mark")
        PRESENT = "PRESENT", _("present")
        VOID = "VOID", _("the day became a closure")
        MERGED = "MERGED", _("the student record was merged into another")

    pk = models.CompositePrimaryKey("day", "student_id", "recorded_at")
    known_to = models.DateField()
    superseded_at = models.DateTimeField()
    successor = models.CharField(max_length=8, choices=Successor)
    superseded_by_run = models.UUIDField(null=True)

    class Meta:
        db_table = "attendance_mark_version"
        managed = False
