"""The one rate limiter, and where it sees a request come from."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import structlog
import time_machine

from district import client_address
from district.rate_limits import HOUR, MINUTE, RateLimit

NOW = datetime(2026, 9, 15, 15, 0, 20, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def redis_away(settings, tmp_path):
    """A cache whose server nobody started."""
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": f"unix://{tmp_path}/none.sock?db=0"}
    }


@pytest.mark.services
def test_it_works(clock):
    limit = RateLimit("test", 2, MINUTE)
    assert [limit.exceeds("a") for _try in range(4)] == [False, False, True, True]


@pytest.mark.services
def test_each_client_and_each_limit_is_counted_alone(clock):
    limit = RateLimit("test", 1, MINUTE)
    assert [limit.count("a"), limit.count("a"), limit.count("b")] == [1, 2, 1]
    assert RateLimit("other", 1, MINUTE).count("a") == 1


@pytest.mark.services
def test_asking_whether_it_is_reached_counts_nothing(clock):
    limit = RateLimit("test", 1, MINUTE)
    assert [limit.is_reached("a"), limit.is_reached("a"), limit.exceeds("a")] == [False] * 3
    assert limit.is_reached("a")


@pytest.mark.services
@pytest.mark.parametrize(("seconds", "left"), [(MINUTE, 40), (HOUR, 3580)])
def test_counting_begins_anew_with_the_next_span_of_the_clock(clock, seconds, left):
    limit = RateLimit("test", 1, seconds)
    assert limit.seconds_left() == left
    assert [limit.count("a"), limit.count("a")] == [1, 2]
    clock.shift(left - 1)
    assert limit.is_reached("a")
    clock.shift(1)
    assert not limit.is_reached("a")
    assert limit.count("a") == 1


def test_while_redis_is_away_everything_is_allowed_and_the_log_says_so(redis_away):
    limit, client = RateLimit("test", 1, MINUTE), str(uuid4())
    with structlog.testing.capture_logs() as logged:
        assert [limit.exceeds(client) for _try in range(3)] == [False] * 3
        assert not limit.is_reached(client)
    assert [entry["event"] for entry in logged] == ["rate_limit.not_counted"] * 4
    assert client not in str(logged)


def test_behind_a_proxy_the_address_is_what_the_proxy_saw(rf, settings):
    request = rf.get(
        "/report", headers={"x-forwarded-for": "1.2.3.4, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1"
    )
    settings.BEHIND_TLS = False
    assert client_address.address(request) == "10.0.0.1"
    settings.BEHIND_TLS = True
    assert client_address.address(request) == "203.0.113.9"


def test_a_fingerprint_tells_places_apart_and_does_not_show_them(rf):
    here, there = rf.get("/", REMOTE_ADDR="10.0.0.1"), rf.get("/", REMOTE_ADDR="10.0.0.2")
    assert client_address.fingerprint(here) == client_address.fingerprint(here)
    assert client_address.fingerprint(here) != client_address.fingerprint(there)
    assert "10.0.0.1" not in client_address.fingerprint(here)
