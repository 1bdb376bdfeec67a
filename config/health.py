"""Is the product able to work? For load balancers and for the supervisor of `make run`; no names, no figures."""

from __future__ import annotations

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

log = structlog.get_logger()


def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when database and Redis answer, else 503 with what does not."""
    parts = {"database": _database(), "redis": _redis()}
    return JsonResponse({"ok": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        log.error("health.database")
        return False


def _redis() -> bool:
    try:
        cache.set("healthz", 1, 10)
        return True
    except (RedisError, OSError):
        log.error("health.redis")
        return False
