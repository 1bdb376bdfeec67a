"""Error pages: what happened, what to do, and what was typed where it can be given back. No detail
that a stranger could use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import render
from django.utils import translation

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
SECRET = (
    "password",
    "token",
    "code",
    "stamp",
    "key",
    "secret",
)  # parts of the names of fields that are never shown again
WORDS = 25  # characters; what is shorter is typed again in no time


def page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    """An error page; for somebody who is not signed in, in the language of the address (?lang=es),
    of their session, or the one that their browser asks for."""
    with translation.override(_language(request)):
        answer = render(request, f"errors/{name}.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _language(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return settings.LANGUAGE_CODE
    session = getattr(request, "session", {})
    asked = [
        request.GET.get("lang"),
        session.get("party_language"),
        translation.get_language_from_request(request),
    ]
    return next(code for code in asked if code and code in dict(settings.LANGUAGES))


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400; what is too large to be read is 413."""
    if isinstance(exception, TOO_MUCH):
        return page(request, "413", 413)
    return page(request, "400", 400)


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return page(request, "403", 403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: also for what one may not know of."""
    return page(request, "404", 404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where the check against forgery fails, most often because somebody signed in in another
    window. What was typed is given back, unless another site has sent it."""
    elsewhere = (
        REASON_BAD_ORIGIN.partition("%")[0],
        REASON_BAD_REFERER.partition("%")[0],
        "Referer checking",
    )
    typed = [] if reason.startswith(elsewhere) or _from_elsewhere(request) else _typed(request)
    return page(request, "csrf", 403, typed=typed)


def _from_elsewhere(request: HttpRequest) -> bool:
    """Whether the browser says that another site has sent this."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def _typed(request: HttpRequest) -> list[str]:
    values = ((name, value) for name, found in request.POST.lists() for value in found)
    return [
        value
        for name, value in values
        if len(value) >= WORDS and not any(part in name.lower() for part in SECRET)
    ]


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no database, no context processors; the page must come even when they fail."""
    return render(None, "errors/500.html", status=500)  # type: ignore[arg-type]
