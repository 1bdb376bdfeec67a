"""The append-only timeline of a case, chained by hashes, and the alerts that the engine raised."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case, Process
from casework.models.guards import APPEND_ONLY


class Event(models.Model):
    """One thing that happened in a case. Never changed, never deleted (triggers); `hash` covers the
    row and `prev_hash`."""

    class Kind(models.TextChoices):
        TRANSITION = "TRANSITION", _("step")
        NOTE = "NOTE", _("note")
        CONTACT = "CONTACT", _("contact")
        DOCUMENT = "DOCUMENT", _("document")
        FACT = "FACT", _("change in the facts")
        CLOCK = "CLOCK", _("deadline")
        ACCESS = "ACCESS", _("access")

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=64, help_text="name of the transition or of what happened")
    source = models.CharField(max_length=32, blank=True)
    target = models.CharField(max_length=32, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    on = models.DateField(help_text="the local date that it counts for")
    rules = models.CharField(max_length=32)
    citation = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    digest = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text="of the data; the chain covers it, so that data may be disposed of",
    )
    key = models.UUIDField(null=True, help_text="idempotency key of the request")
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case", "seq"]
        triggers = [APPEND_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="event_seq"),
            models.UniqueConstraint(fields=["case", "key"], name="event_key"),
        ]


class Alert(models.Model):
    """Something that somebody must hear of. It names a case by its number, never a person or an
    allegation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="alerts")
    clock = models.ForeignKey("casework.Clock", models.PROTECT, null=True, related_name="alerts")
    code = models.CharField(max_length=48, help_text="rung label, L6_LATE, IMPORT_HELD ...")
    level = models.CharField(
        max_length=16,
        default="owner",
        help_text="owner, supervisor, coordinator, escalation, admin",
    )
    raised_at = models.DateTimeField()
    scheduled_for = models.DateTimeField(null=True)
    data = models.JSONField(default=dict, help_text="codes and dates alone")
    fanned_out_at = models.DateTimeField(
        null=True, help_text="when the messages to people were made of it"
    )

    class Meta:
        indexes = [
            models.Index(fields=["raised_at"], name="alert_raised"),
            models.Index(
                fields=["raised_at", "id"],
                condition=models.Q(fanned_out_at=None),
                name="alert_waiting",
            ),
        ]
