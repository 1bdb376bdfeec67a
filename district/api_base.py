"""What every part of the API shares: tokens with scopes, rates, and refusals as problem+json (RFC
9457)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Header, Schema
from ninja.security import HttpBearer
from pydantic import AfterValidator, Field

from district import client_address, tokens
from district.models import ApiToken, Scope, User
from district.rate_limits import MINUTE, RateLimit

# Wrong tokens from one address: guessing is hopeless, but it need not be free.
WRONG_TOKENS = RateLimit("api-wrong-token", 30, MINUTE)


class Problem(Exception):
    """A refusal. `code` is for programs, `detail` for people; `more` holds what helps to mend
    it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more, self.headers = (
            status,
            code,
            detail,
            more,
            dict(headers or {}),
        )


class ProblemOut(Schema):
    """Every refusal of the API (RFC 9457)."""

    type: str = Field(description="a name for the kind of refusal, as about:blank#code")
    title: str
    status: int
    detail: str
    code: str
    errors: dict[str, list[str]] | None = Field(
        None, description="with 422: what is wrong, by field"
    )
    reasons: list[str] | None = Field(
        None, description="with 409: why the step cannot be taken now"
    )
    revision: int | None = Field(None, description="with 409: the revision that the case has now")


def not_found() -> Problem:
    """The one answer for what does not exist and for what one may not know of."""
    return Problem(404, "not_found", _("There is no such thing, or it is not yours to know."))


def invalid(errors: Mapping[str, Sequence[str]]) -> Problem:
    """What is wrong, by field."""
    return Problem(
        422,
        "invalid",
        _("Something that was sent cannot be used."),
        errors={key: list(value) for key, value in errors.items()},
    )


class Bearer(HttpBearer):
    """A token in the header `Authorization: Bearer hf_...` that holds one scope (any token where
    none is asked for)."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token in force. Raises Problem 401, 403 or 429."""
        client = client_address.fingerprint(request)
        if WRONG_TOKENS.is_reached(client):
            raise too_many(MINUTE)
        found = tokens.find(token)
        if found is None:
            WRONG_TOKENS.count(client)
            raise Problem(
                401,
                "no_token",
                _("The token is missing, wrong, expired or revoked."),
                {"WWW-Authenticate": "Bearer"},
            )
        limited(RateLimit("api", settings.API_PER_MINUTE, MINUTE), found)
        if self.scope and self.scope.value not in found.scopes:
            raise Problem(
                403,
                "scope",
                _("This needs a token with the scope %(scope)s.") % {"scope": self.scope.value},
            )
        request.user = found.user
        return found


def limited(limit: RateLimit, token: ApiToken) -> None:
    """Count a call by this token. Raises Problem 429 beyond the limit."""
    if limit.exceeds(str(token.pk)):
        raise too_many(limit.seconds_left())


def too_many(seconds: int) -> Problem:
    """429 with the seconds to wait."""
    again = ngettext(
        "Too many requests. Try again in %(n)d second.",
        "Too many requests. Try again in %(n)d seconds.",
        seconds,
    )
    return Problem(429, "too_many", again % {"n": seconds}, {"Retry-After": str(seconds)})


def caller(request: HttpRequest) -> User:
    """The person behind the token."""
    assert isinstance(request.user, User)
    return request.user


def token_of(request: HttpRequest) -> ApiToken:
    """The token of the request."""
    found = request.auth  # type: ignore[attr-defined]
    assert isinstance(found, ApiToken)
    return found


def _plain(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not hold a NUL character")
    return text


Text = Annotated[str, AfterValidator(_plain)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


def key_header() -> Any:
    """The header that makes a repeated request harmless."""
    return Header(
        None,
        alias="Idempotency-Key",
        description="A UUID of your choice: a request that is sent again with it changes nothing.",
    )


def match_header() -> Any:
    """The header with the revision that the caller knows."""
    return Header(
        None,
        alias="If-Match",
        description=(
            'The revision that you know, as in the ETag: "7". Where the case has moved on, '
            "nothing is changed (409)."
        ),
    )


_ETAG = re.compile(r'^(?:W/)?"?(\d{1,9})"?$')


def revision_of(header: str | None) -> int | None:
    """The revision of an If-Match header; None without one or for `*`. Raises Problem 422."""
    if header is None or header.strip() in ("", "*"):
        return None
    found = _ETAG.match(header.strip())
    if not found:
        raise invalid({"If-Match": [_('A revision in quotes, for example "7".')]})
    return int(found[1])


PROBLEM_TYPE = "application/problem+json"
