"""Letters that were made and files that were handed in. Both lie in the storage under their hash."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedJSONField, SealedTextField
from casework.models.case import Case, Process
from casework.models.guards import NEVER_DELETE, SAME_BYTES


class Document(models.Model):
    """A letter as it was made: exactly these bytes, from this template version, in this language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="documents")
    code = models.CharField(max_length=32, help_text="template code: L3, L6, L10 ...")
    language = models.CharField(max_length=8)
    template_version = models.CharField(max_length=80)
    recipient = SealedTextField(blank=True)
    file = models.FileField(upload_to="documents/", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    data = SealedJSONField(
        default=dict, help_text="the merge data, so that the letter can be explained and made again"
    )
    draft = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        triggers = [SAME_BYTES, NEVER_DELETE]
        indexes = [models.Index(fields=["case", "created_at"], name="document_case")]


class Attachment(models.Model):
    """A file that somebody handed in. Served only when clean, only through the permission-checked
    view."""

    class State(models.TextChoices):
        QUARANTINED = "QUARANTINED", _("being checked")
        CLEAN = "CLEAN", _("checked")
        REFUSED = "REFUSED", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    name = SealedTextField(_("file name"))
    media_type = models.CharField(
        max_length=100, blank=True, help_text="sniffed from the bytes, not from the name"
    )
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="attachments/", max_length=200)
    state = models.CharField(max_length=16, choices=State, default=State.QUARANTINED)
    reason = models.CharField(max_length=200, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
