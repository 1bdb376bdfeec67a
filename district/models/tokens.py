"""Keys for programs: each belongs to a person, holds a few scopes and may do at most what that
person may."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may be used for. What the person behind it may do is asked as well, at every
    call."""

    READ = "cases:read", _("read cases, their deadlines and documents")
    ACT = "cases:act", _("take steps in cases and add files")
    INBOX = "inbox", _("read and mark my alerts")
    ATTENDANCE = "attendance:read", _("read students' attendance counts")
    COMPLIANCE = "compliance:read", _("read compliance figures")
    IMPORTS = "imports", _("hand in deliveries of the student information system")
    INTAKE = "titleix:intake", _("hand in Title IX reports; nothing can be read with it")
    COUNTS = "titleix:counts", _("read Title IX counts by status")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("revoked_at", "expires_at", "scopes")),
    exclude=["digest", "last_used_at"],
)
class ApiToken(models.Model):
    """One key. Only its hash is kept; the prefix tells the owner which one it is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(
        models.CharField(max_length=24, choices=Scope), verbose_name=_("may be used to")
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


class ApiRequest(models.Model):
    """A request that makes something, under the key that its sender chose: sent again it makes
    nothing new. `answer` holds ids alone, never what was sent."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="requests")
    key = models.UUIDField()
    digest = models.CharField(
        max_length=64, help_text="of the request, so that a key is not taken for another request"
    )
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_request_key")]
