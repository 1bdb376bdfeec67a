"""What counts as a search: parts of the day, and how many attempts on how many days (A2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from casework.policy.policies import Policy


def day_part(at: datetime, policy: Policy) -> str:
    """The part of the local day that an instant lies in, by the hours of the policy."""
    hour = at.astimezone(ZoneInfo(settings.TIME_ZONE)).hour
    parts = sorted(policy.require("locate.day_parts").items(), key=lambda item: int(item[1]))
    return str(
        [name for name, begins in parts if int(begins) <= hour][-1]
        if int(parts[0][1]) <= hour
        else parts[-1][0]
    )


def searched_enough(tries: Sequence[tuple[date, str]], rule: Mapping[str, Any]) -> bool:
    """At least three attempts on different days and in different parts of the day (A2.5); the
    policy says how many of each."""
    return (
        len(tries) >= int(rule["min_attempts"])
        and len({day for day, _part in tries}) >= int(rule["different_days"])
        and len({part for _day, part in tries}) >= int(rule["different_day_parts"])
    )
