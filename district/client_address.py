"""Where a request comes from, for counting alone: nobody's address is kept."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def address(request: HttpRequest) -> str:
    """Where the request comes from: behind the proxy, what the proxy itself saw (the last entry;
    the others can be made up)."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_TLS else ""
    return str(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))


def fingerprint(request: HttpRequest) -> str:
    """The address as a keyed hash: the same place has the same fingerprint, and nobody can read
    the place from it."""
    hashed = salted_hmac("district.client_address", address(request), algorithm="sha256")
    return hashed.hexdigest()[:32]
