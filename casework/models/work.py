"""What is to be done in a case, and how a person likes to look at the list."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField
from casework.models.case import Case, Process


class Task(models.Model):
    """A duty of a role or a person in a case; its date comes from its clock."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("open")
        DONE = "DONE", _("done")
        CANCELLED = "CANCELLED", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="tasks")
    kind = models.CharField(
        max_length=32, help_text="ASSIGN_SSW, ROOT_CAUSE, REVIEW_CORRECTION ..."
    )
    role = models.CharField(max_length=32, help_text="role whose duty it is")
    clock = models.ForeignKey("casework.Clock", models.PROTECT, null=True, related_name="tasks")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case"], condition=models.Q(status="OPEN"), name="task_open"),
            models.Index(
                fields=["role", "opened_at"],
                condition=models.Q(status="OPEN"),
                name="task_role_open",
            ),
        ]


class Draft(models.Model):
    """What somebody typed into the form of a step and left to go on later; nobody else reads it. It
    is no part of the case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", db_index=False
    )
    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    process = models.UUIDField(
        null=True, help_text="the process whose step it is; none: a step of the case"
    )
    step = models.CharField(max_length=48)
    fields = SealedTextField(help_text="field -> value or values, as JSON")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "case", "process", "step"], name="draft_key", nulls_distinct=False
            )
        ]


class SavedView(models.Model):
    """A worklist filter that a user kept under a name; `query` is the query string of the list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_name")]
