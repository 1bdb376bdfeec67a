"""Who looked at what, and access in an emergency (domain.md C3, C7). Rows are added and never
changed: triggers."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField
from casework.models.case import Case
from casework.models.guards import APPEND_ONLY, NEVER_DELETE


class Read(models.Model):
    """One look at a case whose kind keeps a record of reads, or a try that was refused. It holds no
    name: of the words of a search only a keyed digest is kept, so that one can ask who searched for
    a word, but not read what was searched for."""

    class What(models.TextChoices):
        CASE = "CASE", _("case page")
        STEP = "STEP", _("page of a step")
        DEADLINES = "DEADLINES", _("deadlines")
        DOCUMENT = "DOCUMENT", _("letter")
        ATTACHMENT = "ATTACHMENT", _("attachment")
        APPOINTMENT = "APPOINTMENT", _("appointment")
        EXPORT = "EXPORT", _("export")
        SEARCH = "SEARCH", _("search")
        READS = "READS", _("record of reads")
        DISCLOSURES = "DISCLOSURES", _("record of disclosures")
        PACKET = "PACKET", _("a party's packet")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        related_name="reads",
        help_text="empty when no such case exists",
    )
    number = models.CharField(max_length=24, blank=True, help_text="the number that was asked for")
    what = models.CharField(max_length=12, choices=What)
    object = models.UUIDField(null=True, help_text="the letter or attachment")
    words = models.CharField(
        max_length=64, blank=True, help_text="keyed digest of the words of a search"
    )
    refused = models.BooleanField(
        default=False, help_text="answered like something that does not exist"
    )

    class Meta:
        triggers = [APPEND_ONLY]
        indexes = [
            models.Index(fields=["case", "-id"], name="read_case"),
            models.Index(fields=["user", "-id"], name="read_user"),
            models.Index(fields=["words"], condition=~models.Q(words=""), name="read_words"),
        ]


class EmergencyAccess(models.Model):
    """A look at a case that was not assigned, for a reason and a limited time. It ends by itself:
    access asks `until`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="emergencies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = SealedTextField(_("reason"))
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        triggers = [
            NEVER_DELETE,
            pgtrigger.ReadOnly(name="as_granted", fields=["case", "user", "at", "until"]),
        ]
        indexes = [models.Index(fields=["user", "until"], name="emergency_user")]
