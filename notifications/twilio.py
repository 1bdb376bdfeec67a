"""Text messages by Twilio's Programmable Messaging API: sending, and what comes back by its signed
calls.

https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/usage/security"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

import requests
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from notifications.senders import BadAddress, Passing, Permanent

SECONDS = 10
# https://www.twilio.com/docs/api/errors: nobody can be reached by text at this number, today or
# later.
WRONG_NUMBER = frozenset({"21211", "21214", "21217", "21614", "30005", "30006"})
STOPPED = "21610"


class TwilioSms:
    """The provider behind SMS_URL=twilio://ACCOUNT:TOKEN@api.twilio.com?from=..."""

    def send(self, phone: str, text: str, reference: str) -> None:
        """Hand one text message over. Twilio says later by a call to us what became of it. Raises
        BadAddress, Permanent or Passing."""
        sms = settings.SMS
        sender = "MessagingServiceSid" if sms["sender"].startswith("MG") else "From"
        data = {
            "To": phone,
            sender: sms["sender"],
            "Body": text,
            "StatusCallback": address(reverse("text-status", args=[reference])),
        }
        place = f"{sms['base']}/2010-04-01/Accounts/{sms['account']}/Messages.json"
        try:
            answer = requests.post(
                place,
                data=data,
                auth=(sms["account"], sms["token"]),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Passing(type(error).__name__) from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Passing(f"http_{answer.status_code}")
        if not answer.ok:
            code = _code(answer)
            raise (BadAddress if code in WRONG_NUMBER else Permanent)(f"twilio_{code}")


def _code(answer: requests.Response) -> str:
    """Twilio's number for an error; the status of the answer where there is none."""
    try:
        return str(int(answer.json()["code"]))
    except (ValueError, KeyError, TypeError):
        return f"http_{answer.status_code}"


def address(path: str) -> str:
    """The address under which Twilio calls us; its signature is made over exactly this."""
    return f"{settings.SITE_URL}{path}"


def signature(url: str, fields: Mapping[str, str], token: str) -> str:
    """What stands in X-Twilio-Signature: HMAC-SHA1 over the address and the fields in the order of
    their names."""
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


def genuine(request: HttpRequest) -> bool:
    """Whether a call comes from the account whose token we have; never without one."""
    token = settings.SMS.get("token", "")
    expected = signature(address(request.path), request.POST.dict(), token)
    return bool(token) and hmac.compare_digest(
        request.headers.get("X-Twilio-Signature", "").encode(), expected.encode()
    )
