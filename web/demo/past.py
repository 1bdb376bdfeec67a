"""What the demo's past left behind: alerts raised at their own moments, the letters of them sent,
and the older ones read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Min, Q

from casework.models import Rung
from casework.scheduler.run import fire
from notifications.fanout import fan_out
from notifications.models import Message
from notifications.models.outbox import Channel, State

READ_WITHIN = timedelta(days=3)
DUE = Q(fired_at=None, cancelled_at=None, step="")


def evening(day: date) -> datetime:
    """When a day's work is over."""
    return datetime.combine(day, time(20), ZoneInfo(settings.TIME_ZONE))


def alerts_until(moment: datetime) -> int:
    """Raise what fell due up to a moment, each at the one for which it was planned, as the sweep of
    that minute would have done; how many such moments there were."""
    moments = 0
    while (
        first := Rung.objects.filter(DUE, scheduled_for__lte=moment).aggregate(
            at=Min("scheduled_for")
        )["at"]
    ) is not None:
        fire(first)
        fan_out(first)
        moments += 1
    return moments


def settle(today: date) -> None:
    """Whatever was to be sent before today went out then, and people read their alerts within some
    days."""
    morning = datetime.combine(today, time(0), ZoneInfo(settings.TIME_ZONE))
    before = Message.objects.filter(created_at__lt=morning)
    before.exclude(channel=Channel.INBOX).exclude(state=State.SENT).update(
        state=State.SENT, sent_at=F("created_at")
    )
    before.filter(channel=Channel.INBOX, read_at=None, created_at__lt=morning - READ_WITHIN).update(
        read_at=F("created_at") + timedelta(hours=4)
    )
