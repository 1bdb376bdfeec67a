"""Making, finding and ending API tokens; requests that are sent twice."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from district.models import ApiRequest, ApiToken, User

START = "hf_"
SHOWN = 10
MOST_DAYS = 366
USED_EVERY = timedelta(minutes=5)


def digest(secret: str) -> str:
    """What is kept of a token. Tokens are random and long: a plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def issue(user: User, name: str, scopes: Collection[str], days: int) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once. ValueError for no or more than 366 days."""
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"a token is valid for 1 to {MOST_DAYS} days")
    secret, now = START + secrets.token_urlsafe(32), timezone.now()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:SHOWN],
        digest=digest(secret),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, secret


def find(secret: str) -> ApiToken | None:
    """The token of a secret if it is in force and its person active (one statement, and a note of
    its use now and then)."""
    now = timezone.now()
    found = (
        ApiToken.objects.filter(
            digest=digest(secret), revoked_at=None, expires_at__gt=now, user__is_active=True
        )
        .select_related("user")
        .first()
    )
    if found and (found.last_used_at is None or now - found.last_used_at > USED_EVERY):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def revoke(tokens: Any) -> int:
    """End the tokens of a queryset at once; how many were in force."""
    return int(tokens.filter(revoked_at=None).update(revoked_at=timezone.now()))


class KeyTaken(Exception):
    """The idempotency key was used for another request."""


@transaction.atomic
def once(
    token: ApiToken, key: UUID | None, request: Any, make: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """What `make` returns, and whether an earlier request with this key made it. A second request
    that comes while the first is at work waits for it. Raises KeyTaken where the key stands for
    another request."""
    if key is None:
        return make(), False
    mark = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [str(key), token.pk]
        )
    before = ApiRequest.objects.filter(token=token, key=key).first()
    if before is not None:
        if before.digest != mark:
            raise KeyTaken(str(key))
        return dict(before.answer), True
    answer = make()
    ApiRequest.objects.create(token=token, key=key, digest=mark, answer=answer, at=timezone.now())
    return answer, False
