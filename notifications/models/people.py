"""What people and the district chose: channels, calendar feeds, webhooks."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField


class Preference(models.Model):
    """How one person wants to hear of alerts. The policy's floor stands above it: an overdue alert
    always comes."""

    class Email(models.TextChoices):
        AT_ONCE = "at_once", _("An e-mail for each alert, at once")
        DAILY = "daily", _("One e-mail a day")
        WEEKLY = "weekly", _("One e-mail a week, on Monday")
        NEVER = "never", _("No e-mail but those that the district requires")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="alert_preference"
    )
    email = models.CharField(_("e-mail"), max_length=8, choices=Email, default=Email.DAILY)
    sms = models.BooleanField(_("text message for what is due or overdue"), default=False)
    phone = models.CharField(
        _("mobile number"),
        max_length=20,
        blank=True,
        help_text=_("With country code, for example +1 704 555 0123"),
    )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("active", "changed_at")),
    exclude=["secret", "secret_before"],
)
class Endpoint(models.Model):
    """An address of another system that is told of alerts, signed with a secret."""

    name = models.CharField(_("name"), max_length=60)
    url = models.URLField(_("address"), max_length=300)
    secret = SealedTextField()
    secret_before = SealedTextField(
        blank=True, help_text="the one before, still used to sign for a week"
    )
    changed_at = models.DateTimeField(null=True, help_text="when the secret was changed")
    kind = models.CharField(
        _("kind of case"), max_length=16, help_text=_("the one kind of case that it hears of")
    )
    active = models.BooleanField(_("in use"), default=True)


class FeedToken(models.Model):
    """The secret address of a person's calendar feed; only its hash is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_token"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
