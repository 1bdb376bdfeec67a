"""The one rate limiter: how often something was done in a span of the clock (this minute, this
hour), counted in Redis.

While Redis is away nothing is counted and everything is allowed. The limits only slow down
programs; the secrets behind them (tokens, codes) are too long to guess without them. A limiter that
refused would keep a child from reporting and a party from answering because of a fault that is
ours."""

from __future__ import annotations

import time
from dataclasses import dataclass

import redis
import structlog
from django.core.cache import cache

MINUTE = 60
HOUR = 3600

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RateLimit:
    """What is counted, and how often one client may do it in a span of so many seconds."""

    name: str
    most: int
    seconds: int

    def exceeds(self, client: str) -> bool:
        """Count once more; whether that is more often than allowed."""
        return self.count(client) > self.most

    def is_reached(self, client: str) -> bool:
        """Whether the present span is used up already. Counts nothing."""
        try:
            return int(cache.get(self._key(client), 0)) >= self.most
        except redis.RedisError as error:
            self._warn(error)
            return False

    def count(self, client: str) -> int:
        """How often the client did it in the present span, this time included; 0 while Redis is
        away."""
        key = self._key(client)
        try:
            cache.add(key, 0, 2 * self.seconds)  # outlives its span, whenever in it that begins
            return int(cache.incr(key))
        except ValueError:  # Redis dropped the key between the two: counting begins anew
            return 1
        except redis.RedisError as error:
            self._warn(error)
            return 0

    def seconds_left(self) -> int:
        """Until the present span ends and counting begins anew."""
        return self.seconds - int(time.time()) % self.seconds

    def _key(self, client: str) -> str:
        return f"rate-limit:{self.name}:{client}:{int(time.time()) // self.seconds}"

    def _warn(self, error: redis.RedisError) -> None:
        log.warning("rate_limit.not_counted", limit=self.name, error=type(error).__name__)
