"""Who hears of an alert, by which channel, when: pure functions of the alert, the policy and what a
person prefers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.engine import date_rules
from notifications.models.outbox import Channel
from notifications.models.people import Preference

ADMIN = "admin"


def parse_time(text: str) -> time:
    """'06:45' as a time."""
    return time.fromisoformat(text)


def matches(labels: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of the alert's labels (90%+T-3, OVERDUE+4) is of a wanted kind."""
    parts = {part for label in labels for part in label.split("+")}
    return bool(parts & set(wanted))


def recipients(
    level: str,
    owner: int | None,
    held: Mapping[str, set[int]],
    audience: Mapping[str, Sequence[str]],
    narrow: str = "",
) -> set[int]:
    """The people whom an alert of this reach concerns: by the policy's list of `owner` and
    permissions. `held` says who holds which permission on the case and may see it; whoever may not
    see it hears nothing. Only the promise of a process that somebody works by a `narrow` permission
    reaches its holders without their seeing the case."""
    seeing = held.get("view_cases", set())
    found: set[int] = set()
    for name in audience.get(level, audience["owner"]):
        if name != "owner":
            found |= held.get(name, set())
        elif owner is not None and owner in seeing:
            found.add(owner)
        else:
            for stand_in in audience["no_owner"]:
                found |= held.get(stand_in, set())
    return found & seeing | (held.get(narrow, set()) if narrow else set())


def channels(
    labels: Sequence[str], preference: Preference | None, policy: Mapping[str, Any]
) -> list[Channel]:
    """The channels for one person: the inbox always, e-mail at once where the policy's floor or the
    person wants it, else in the digest, a text message where asked for."""
    found = [Channel.INBOX]
    email = preference.email if preference else Preference.Email.DAILY
    if email == Preference.Email.AT_ONCE or matches(labels, policy["at_once"]):
        found.append(Channel.EMAIL)
    elif email != Preference.Email.NEVER:
        found.append(Channel.DIGEST)
    if (
        preference
        and preference.sms
        and preference.phone
        and matches(labels, policy["text_messages"])
    ):
        found.append(Channel.SMS)
    return found


def not_before(now: datetime, zone: str, quiet: Mapping[str, str]) -> datetime:
    """When a message may leave: now, or at the end of the quiet hours (local wall time of the
    district)."""
    begins, ends = parse_time(quiet["from"]), parse_time(quiet["to"])
    local = now.astimezone(ZoneInfo(zone))
    at, day = local.time(), local.date()
    if begins <= ends:
        return date_rules.local_instant(day, ends, zone) if begins <= at < ends else now
    if at >= begins:
        return date_rules.local_instant(day + date_rules.ONE_DAY, ends, zone)
    return date_rules.local_instant(day, ends, zone) if at < ends else now


def next_try(attempts: int, now: datetime, minutes: Sequence[int]) -> datetime | None:
    """When to try again after `attempts` failed tries; None: never, it is a dead letter."""
    return now + timedelta(minutes=minutes[attempts - 1]) if attempts <= len(minutes) else None


def digest_due(preference: Preference | None, day: date, weekly_on: int) -> bool:
    """Whether a person's digest goes out on this date."""
    email = preference.email if preference else Preference.Email.DAILY
    return email != Preference.Email.WEEKLY or day.weekday() == weekly_on


def snooze_until(wanted: datetime, due: date | None, zone: str) -> datetime:
    """A snooze never outlives the due date: it ends at 07:00 on that day at the latest."""
    return min(wanted, date_rules.fire_instant(due, zone)) if due else wanted
