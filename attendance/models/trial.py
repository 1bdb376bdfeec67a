"""A policy that an administrator tries over the stored marks before it is in force."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyTrial(models.Model):
    """One trial run. `report` holds counts alone, no student; the page suppresses small ones."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting for the worker")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    text = models.TextField()
    policy = models.CharField(max_length=64)
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="policy_trial_latest")]
