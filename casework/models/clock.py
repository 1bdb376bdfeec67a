"""A clock is a promise with a date (domain.md B3.6). `original_due` never changes: a trigger holds
that."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField
from casework.models.case import Case, Process
from casework.models.guards import APPEND_ONLY, NEVER_DELETE, ORIGINAL_DUE


class Clock(models.Model):
    """One running or ended promise of a case."""

    class Status(models.TextChoices):
        RUNNING = "RUNNING", _("running")
        HELD = "HELD", _("on hold")
        MET = "MET", _("kept in time")
        MISSED_ORIGINAL_MET_EXTENDED = (
            "MISSED_ORIGINAL_MET_EXTENDED",
            _("kept within the extension"),
        )
        MISSED = "MISSED", _("missed")
        ESCALATED = "ESCALATED", _("escalated")
        CANCELLED = "CANCELLED", _("cancelled")
        MERGED = "MERGED", _("merged")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="clocks")
    kind = models.CharField(max_length=32)
    day0 = models.DateField()
    day0_basis = models.CharField(max_length=32, default="detected")
    unit = models.CharField(max_length=10, help_text="calendar, school or work")
    n = models.PositiveSmallIntegerField()
    calendar = models.ForeignKey(
        "district.Calendar", models.PROTECT, null=True, related_name="+", db_index=False
    )
    calendar_revision = models.PositiveIntegerField(null=True)
    provisional = models.BooleanField(default=False, help_text="reaches beyond the known calendar")
    original_due = models.DateField()
    due = models.DateField()
    status = models.CharField(max_length=32, choices=Status, default=Status.RUNNING)
    stop_event = models.CharField(max_length=64, blank=True)
    stopped_on = models.DateField(null=True)
    episode = models.PositiveSmallIntegerField(default=1)
    ladder = models.CharField(
        max_length=32,
        default="default",
        help_text="alert ladder of the policy; kept, so that a renamed step still alerts",
    )
    roll = models.CharField(max_length=20, default="none")
    role = models.CharField(
        max_length=32, blank=True, help_text="whose promise it is while the case has no owner"
    )
    extended_by = models.PositiveSmallIntegerField(
        default=0, help_text="days granted by extensions, in the clock's unit"
    )
    extensions = models.PositiveSmallIntegerField(default=0)
    held_days = models.PositiveSmallIntegerField(
        default=0, help_text="days of ended holds, in the clock's unit"
    )
    held_from = models.DateField(null=True)
    held_until = models.DateField(null=True, help_text="expected end of the hold")
    late_until = models.DateField(
        null=True,
        help_text="date of an extension entered too late: it moves nothing, it is only shown",
    )
    generation = models.PositiveSmallIntegerField(
        default=1, help_text="how often the alerts were planned"
    )
    rebased_from = models.DateField(null=True, help_text="the wrong day 0 that this clock replaces")
    then = models.CharField(
        max_length=64,
        blank=True,
        help_text="step that the system takes on the day after the due date",
    )

    class Meta:
        triggers = [ORIGINAL_DUE, NEVER_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "process", "kind"],
                condition=models.Q(status__in=["RUNNING", "HELD"]),
                name="clock_one_running",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["due"], condition=models.Q(status__in=["RUNNING", "HELD"]), name="clock_due"
            ),
            models.Index(
                fields=["calendar"],
                condition=models.Q(status__in=["RUNNING", "HELD"]),
                name="clock_calendar",
            ),
        ]


class ClockChange(models.Model):
    """Every change of a clock: who, when, why, from which date to which (domain.md B3.6 history)."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="history", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    op = models.CharField(
        max_length=16, help_text="START EXTEND HOLD RESUME REBASE RECALC ESCALATE CANCEL STOP"
    )
    old_due = models.DateField(null=True)
    new_due = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    on = models.DateField(help_text="the local date that it counts for")
    data = models.JSONField(default=dict)

    class Meta:
        triggers = [APPEND_ONLY]
        indexes = [models.Index(fields=["clock", "id"], name="clock_change")]


class Rung(models.Model):
    """One planned alert of a clock. The sweep claims the pending ones that are due, never a window
    of time."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="rungs", db_index=False)
    generation = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    scheduled_for = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    alert = models.ForeignKey(
        "casework.Alert",
        models.PROTECT,
        null=True,
        related_name="rungs",
        db_index=False,
        help_text="the one alert that it became",
    )
    every = models.PositiveSmallIntegerField(
        null=True, help_text="plan the next one so many days later when this one fires"
    )
    step = models.CharField(
        max_length=64,
        blank=True,
        help_text="the system takes this step instead of raising an alert",
    )
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "label", "generation"], name="rung_key")
        ]
        indexes = [
            models.Index(
                fields=["scheduled_for", "id"],
                condition=models.Q(fired_at=None, cancelled_at=None),
                name="rung_pending",
            )
        ]


class Heartbeat(models.Model):
    """When a periodic job last finished; for the dead-man check, the banner and the nightly jobs
    that run once a date."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    for_date = models.DateField(null=True, help_text="nightly jobs: the last local date done")
    data = models.JSONField(default=dict)


class CalendarApplied(models.Model):
    """Up to which revision of a calendar the running clocks were recomputed (domain.md N8)."""

    calendar = models.OneToOneField("district.Calendar", models.CASCADE, primary_key=True)
    revision = models.PositiveIntegerField()


class Appointment(models.Model):
    """A meeting in a case that belongs into people's calendars: a conference, an interview, a
    mediation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="appointments")
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="appointments")
    kind = models.CharField(max_length=32)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    place = SealedTextField(blank=True, help_text="a place may be somebody's home")
    interpreter = models.BooleanField(default=False)
    sequence = models.PositiveSmallIntegerField(
        default=0, help_text="raised at each change, so that calendars update their entry"
    )
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["starts_at"], name="appointment_starts")]
