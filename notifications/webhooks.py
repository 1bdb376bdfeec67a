"""Addresses of other systems that hear of alerts: set up, given a new secret, ended."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.case_types import registry
from notifications.models import Endpoint

BOTH_FOR = timedelta(days=7)


def problem_with(url: str) -> str:
    """What is wrong with an address, or nothing."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("https", "http") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    return _("%(url)s is not an http(s) address") % {"url": url} if wrong else ""


def add(name: str, url: str, kind: str) -> Endpoint:
    """A new webhook with a secret. ValueError in words for a wrong address or kind, or a name that
    is in use."""
    codes = [one.code for one in registry.all_kinds()]
    if problem_with(url):
        raise ValueError(problem_with(url))
    if kind not in codes:
        raise ValueError(
            _("%(kind)s is no kind of case; there are %(kinds)s")
            % {"kind": kind, "kinds": ", ".join(codes)}
        )
    if Endpoint.objects.filter(name=name, active=True).exists():
        raise ValueError(_("a webhook %(name)s is in use already; end it first") % {"name": name})
    return Endpoint.objects.create(
        name=name[:60], url=url[:300], kind=kind, secret=secrets.token_urlsafe(32)
    )


def rotate(endpoint: Endpoint) -> str:
    """A new secret; the one before goes on signing beside it for a week, so that no message is
    lost."""
    endpoint.secret_before, endpoint.secret, endpoint.changed_at = (
        endpoint.secret,
        secrets.token_urlsafe(32),
        timezone.now(),
    )
    endpoint.save(update_fields=["secret", "secret_before", "changed_at"])
    return endpoint.secret


def signatures(endpoint: Endpoint, content: bytes) -> dict[str, str]:
    """The headers that prove a message."""
    found = {"X-Holdfast-Signature": _signature(endpoint.secret, content)}
    if (
        endpoint.secret_before
        and endpoint.changed_at
        and timezone.now() - endpoint.changed_at < BOTH_FOR
    ):
        found["X-Holdfast-Signature-Before"] = _signature(endpoint.secret_before, content)
    return found


def _signature(secret: str, content: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
