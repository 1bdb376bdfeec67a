"""The ways out: e-mail, text messages, webhooks. Each call sends one message and says how it
went."""

from __future__ import annotations

import json
import smtplib
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Protocol

import requests
import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from notifications import texts, webhooks
from notifications.models import Digest, Endpoint, FamilyMessage, Message

log = structlog.get_logger()
WEBHOOK_SECONDS = 5


class Permanent(Exception):
    """Trying again will not help; the text is a code."""


class BadAddress(Permanent):
    """There is nobody at this address: it must be mended before anything is sent to it again."""


class Passing(Exception):
    """It may work later; the text is a code."""


class SmsProvider(Protocol):
    """What a provider of text messages must offer; SMS_PROVIDER names its class."""

    def send(self, phone: str, text: str, reference: str) -> None:
        """Send one text message, or raise BadAddress (no such number), Permanent or Passing (the
        rest of the batch then waits too). `reference` is the same when a message is tried again."""


class ConsoleSms:
    """Writes the text into the log instead of sending it (development)."""

    def send(self, phone: str, text: str, reference: str) -> None:
        """Only the length and the reference: a number belongs to a person."""
        log.info("sms.console", reference=reference, characters=len(text))


@dataclass
class Senders:
    """The connections of one batch. After a server failed once in a way that passes, the rest of
    the batch does not wait for it again: one hanging server must not hold up the others."""

    down: dict[str, str] = field(default_factory=dict)
    _mail: Any = None

    def email(self, address: str, key: str, subject: str, text: str) -> None:
        """Send one e-mail with a Message-ID made of the row's key. Raises Permanent or Passing."""
        if not address:
            raise BadAddress("no_address")
        self._check("mail")
        # the first address stands on the envelope: there a mail server reports what it could not
        # deliver
        headers = {"Message-ID": message_id(key), "From": settings.DEFAULT_FROM_EMAIL}
        message = EmailMessage(
            subject,
            text,
            settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
            [address],
            headers=headers,
        )
        try:
            message.connection = self._mail_connection()
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (BadAddress if code >= 500 else Passing)(f"smtp_{code}") from error
        except smtplib.SMTPResponseException as error:
            self._close()
            if error.smtp_code < 500:
                raise self._down("mail", f"smtp_{error.smtp_code}") from error
            raise Permanent(f"smtp_{error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise self._down("mail", type(error).__name__) from error
        except ValueError as error:  # an address that no header can hold
            raise BadAddress("bad_address") from error

    def sms(self, phone: str, text: str, key: str) -> None:
        """Hand one text message to the provider. Raises Permanent or Passing."""
        if not phone:
            raise BadAddress("no_number")
        self._check("sms")
        provider: SmsProvider = import_string(settings.SMS_PROVIDER)()
        try:
            provider.send(phone, text, key)
        except Passing as error:
            raise self._down("sms", str(error)) from error

    def webhook(self, endpoint: Endpoint, message: Message) -> None:
        """POST one alert, signed with the endpoint's secret. Raises Permanent or Passing."""
        if not endpoint.active:
            raise Permanent("not_in_use")
        place = f"hook{endpoint.pk}"
        self._check(place)
        content = json.dumps(texts.payload(message.alert), sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Holdfast-Id": str(message.pk),
            **webhooks.signatures(endpoint, content),
        }
        try:
            answer = requests.post(
                endpoint.url,
                data=content,
                headers=headers,
                timeout=WEBHOOK_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._down(place, type(error).__name__) from error
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            raise self._down(place, f"http_{answer.status_code}")
        if not 200 <= answer.status_code < 300:
            raise Permanent(f"http_{answer.status_code}")

    def close(self) -> None:
        """End the mail connection of the batch."""
        self._close()

    def _mail_connection(self) -> Any:
        if self._mail is None:
            self._mail = (
                get_connection(timeout=settings.EMAIL_TIMEOUT)
                if "smtp" in settings.EMAIL_BACKEND
                else get_connection()
            )
            self._mail.open()
        return self._mail

    def _check(self, place: str) -> None:
        if place in self.down:
            raise Passing(self.down[place])

    def _down(self, place: str, code: str) -> Passing:
        self.down[place] = code
        return Passing(code)

    def _close(self) -> None:
        if self._mail is not None:
            try:
                self._mail.close()
            except (OSError, smtplib.SMTPException):
                log.info("mail.close_failed")
            self._mail = None


def message_id(key: str) -> str:
    """The fixed Message-ID of a row: a doubled e-mail is recognised by it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{key}@{domain}>"


def send_message(senders: Senders, message: Message) -> None:
    """Send one message by its channel. Raises Permanent or Passing."""
    key, person = str(message.pk), message.recipient
    if message.channel == "webhook":
        assert message.endpoint is not None
        senders.webhook(message.endpoint, message)
    elif message.channel == "sms":
        chosen = getattr(person, "alert_preference", None)
        senders.sms(
            chosen.phone if chosen and chosen.sms else "", texts.short(message.alert, person), key
        )
    else:
        assert person is not None
        senders.email(
            person.email, key, texts.subject(message.alert), texts.body(message.alert, person)
        )


def send_digest(senders: Senders, digest: Digest) -> None:
    """Send one digest. Raises Permanent or Passing."""
    waiting = (
        digest.messages.filter(state="COLLECTED")
        .select_related("alert__case", "alert__clock__process")
        .order_by("alert__raised_at", "id")
    )
    title, text = texts.digest([message.alert for message in waiting], digest.recipient)
    senders.email(digest.recipient.email, str(digest.pk), title, text)


def send_family(senders: Senders, message: FamilyMessage) -> None:
    """Send one message to an adult of a family, in the words that were decided upon. Raises
    Permanent or Passing."""
    if message.channel == "sms":
        senders.sms(message.address, message.text, str(message.pk))
    else:
        senders.email(message.address, str(message.pk), message.subject, message.text)
