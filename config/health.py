"""Is the product able to work? For load balancers, monitoring and the supervisor of `make run`;
no names, no case."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError

from casework.scheduler.run import late_by
from notifications.selectors import figures

log = structlog.get_logger()


class Probes:
    """Answers probes before anything asks for the name of the host: containers, load balancers
    and Prometheus ask by address, which no ALLOWED_HOSTS names; and before a redirect to https
    or a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers: dict[str, Callable[[HttpRequest], HttpResponse]] = {
            "/livez": livez,
            "/healthz": healthz,
            "/metrics": metrics,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass on."""
        return self.answers.get(request.path_info, self.get_response)(request)


def livez(_request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages: 200 when database and Redis answer, else 503 with
    what does not."""
    return _answer({"database": _database(), "redis": _redis()})


def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the product keeps its promises: as `livez`, and the sweep has finished within
    three intervals."""
    parts = {"database": _database(), "redis": _redis()}
    return _answer(parts | {"sweep": parts["database"] and late_by() is None})


def _answer(parts: dict[str, bool]) -> JsonResponse:
    return JsonResponse(
        {"ok": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503
    )


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


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus. With METRICS_TOKEN for whoever brings it, without one for this
    machine alone."""
    if not _may_measure(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    for name, value in figures().items():
        Gauge(f"holdfast_{name}", name.replace("_", " "), registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return hmac.compare_digest(
            request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
        )
    local: Any = request.META.get("REMOTE_ADDR")
    return not settings.PRODUCTION and local in ("127.0.0.1", "::1", "")
