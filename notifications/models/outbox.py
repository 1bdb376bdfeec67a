"""The outbox: one row per alert, person and channel. The row is the truth; a lost queue message
loses nothing."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The ways to a person (or to another system)."""

    INBOX = "inbox", _("inbox")
    EMAIL = "email", _("e-mail")
    DIGEST = "digest", _("digest")
    SMS = "sms", _("text message")
    WEBHOOK = "webhook", _("webhook")


class State(models.TextChoices):
    """Where a message stands. An inbox message is SENT as soon as it is written."""

    PENDING = "PENDING", _("to be sent")
    COLLECTED = "COLLECTED", _("waits for the digest")
    SENT = "SENT", _("sent")
    SKIPPED = "SKIPPED", _("not sent")
    DEAD = "DEAD", _("could not be delivered")


PENDING = models.Q(state=State.PENDING)


class Sendable(models.Model):
    """What the senders need: when to try next, who has it in hand until when, how often it was
    tried."""

    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(
        max_length=200, blank=True, help_text="what the last try met: a code, never a content"
    )

    class Meta:
        abstract = True


class Digest(Sendable):
    """One e-mail that sums up a day or a week for one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    for_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "for_date"], name="digest_key")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=PENDING, name="digest_pending")
        ]


class Message(Sendable):
    """One alert for one person by one channel. Its id is the Message-ID of the e-mail, so that a
    doubled one is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey("casework.Alert", models.CASCADE, related_name="messages")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="messages"
    )
    endpoint = models.ForeignKey(
        "notifications.Endpoint", models.CASCADE, null=True, related_name="messages"
    )
    channel = models.CharField(max_length=8, choices=Channel)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, related_name="messages")
    read_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "recipient", "endpoint", "channel"],
                name="message_key",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=PENDING, name="message_pending"
            ),
            models.Index(
                fields=["recipient", "-created_at"],
                condition=models.Q(channel="inbox"),
                name="message_inbox",
            ),
            models.Index(
                fields=["recipient"],
                condition=models.Q(channel="inbox", read_at=None),
                name="message_unread",
            ),
            models.Index(
                fields=["recipient"],
                condition=models.Q(state="COLLECTED"),
                name="message_collected",
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(state="DEAD"), name="message_dead"
            ),
        ]


class FamilyMessage(Sendable):
    """One message to one adult of a student's family, with the very words that go out. The address
    is kept as it was when the message was decided upon: who stands on file under it is looked at
    again when it leaves. Written by a step of the case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("casework.Case", models.CASCADE, related_name="family_messages")
    student = models.ForeignKey("district.Student", models.CASCADE, related_name="+")
    channel = models.CharField(
        max_length=8, choices=[(one.value, one.label) for one in (Channel.EMAIL, Channel.SMS)]
    )
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    template = models.CharField(max_length=60, help_text="the template's version")
    language = models.CharField(max_length=16)
    bounced = models.BooleanField(
        default=False, help_text="the address itself was refused for good"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=PENDING, name="family_pending"
            ),
            models.Index(fields=["address", "-created_at"], name="family_address"),
            models.Index(fields=["case"], name="family_case"),
        ]


class OptOut(models.Model):
    """An address to which a family wants no messages, by whichever channel it is used."""

    address = models.CharField(max_length=254, unique=True)
    since = models.DateTimeField()


class Attempt(models.Model):
    """The delivery log: one try of one message or digest."""

    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="log")
    digest = models.ForeignKey(Digest, models.CASCADE, null=True, related_name="log")
    family = models.ForeignKey(FamilyMessage, models.CASCADE, null=True, related_name="log")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, help_text="sent, retry, dead, skipped or delivered")
    detail = models.CharField(max_length=200, blank=True)
