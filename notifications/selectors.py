"""Readers of messages for pages and measurements."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.access import rights
from casework.case_types import registry
from casework.scheduler.run import LAST_SIGN, database_now, missing
from district.models import User
from notifications.models import Digest, FamilyMessage, Message
from notifications.models.outbox import Channel, State

PAGE = 50


def _inbox(user: Any) -> QuerySet[Message]:
    return rights.without_recused(
        Message.objects.filter(recipient_id=user.pk, channel=Channel.INBOX), user, "alert__case"
    )


def own(user: Any) -> QuerySet[Message]:
    """The inbox of a person without what they may not see any more. Of a process that they work
    without seeing the case they keep the promises."""
    rights.remember_schools(
        user, "view_cases", *(name for kind in registry.all_kinds() for name in kind.narrow)
    )
    seen = (
        Q(alert__case=None)
        | Q(alert__case__in=rights.visible(user))
        | rights.at_desk(user, "alert")
    )
    return _inbox(user).filter(seen).select_related("alert__case", "alert__clock__process")


def awake(now: datetime) -> Q:
    """Not snoozed (any more)."""
    return Q(snoozed_until=None) | Q(snoozed_until__lte=now)


_STRIP = f"""
SELECT (SELECT count(*) FROM notifications_message m JOIN casework_alert a ON a.id = m.alert_id
         WHERE m.recipient_id = %(user)s AND m.channel = 'inbox' AND m.read_at IS NULL
           AND (m.snoozed_until IS NULL OR m.snoozed_until <= %(now)s)
           AND NOT EXISTS (SELECT 1 FROM casework_recusal r WHERE r.user_id = m.recipient_id AND r.case_id = a.case_id)
           AND NOT EXISTS (SELECT 1 FROM casework_case c WHERE c.id = a.case_id AND c.kind = ANY(%(granted)s)
             AND NOT EXISTS (SELECT 1 FROM casework_caseuserpermission p WHERE p.content_object_id = c.id AND p.user_id = m.recipient_id)
             AND NOT EXISTS (SELECT 1 FROM casework_emergencyaccess e WHERE e.case_id = c.id AND e.user_id = m.recipient_id
                             AND e.until > %(now)s))),
       {LAST_SIGN}, clock_timestamp()
"""


def strip(user: Any) -> tuple[int, timedelta | None]:
    """What stands on top of every page: unread alerts, and by how much the sweep is late (one
    statement). What came in a case that was seen by a grant counts while the grant lasts."""
    granted = [
        kind.code for kind in registry.all_kinds() if isinstance(kind.access, rights.GrantAccess)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STRIP, {"user": user.pk, "now": timezone.now(), "granted": granted})
        count, last, now = cursor.fetchone()
    return int(count), missing(last, now)


def inbox(user: Any, show: str = "", before: str = "") -> list[Message]:
    """A page of alerts, the newest first: the unread ones, or with `show` read, snoozed or all.
    Alerts of cases that the person may not see any more are left out. `before` is the moment of the
    last one of the page before."""
    now = timezone.now()
    rows = own(user)
    chosen = {
        "read": Q(read_at__isnull=False),
        "snoozed": Q(snoozed_until__gt=now, read_at=None),
        "all": Q(),
    }.get(show, Q(read_at=None) & awake(now))
    rows = rows.filter(chosen)
    with contextlib.suppress(ValueError, TypeError):
        rows = rows.filter(created_at__lt=datetime.fromisoformat(before)) if before else rows
    return list(rows.order_by("-created_at", "-id")[: PAGE + 1])


def dead_letters(most: int = 200) -> list[Message | Digest | FamilyMessage]:
    """What could not be delivered, the newest first: for administrators, without the case and
    without a family's address."""
    messages = (
        Message.objects.filter(state=State.DEAD)
        .exclude(digest__state=State.DEAD)
        .select_related("recipient", "endpoint")
        .prefetch_related("log")
    )
    digests = (
        Digest.objects.filter(state=State.DEAD).select_related("recipient").prefetch_related("log")
    )
    family = FamilyMessage.objects.filter(state=State.DEAD).prefetch_related("log")
    found: list[Message | Digest | FamilyMessage] = []
    for rows in (messages, digests, family):
        found += rows.order_by("-created_at")[:most]
    return sorted(found, key=lambda row: row.created_at, reverse=True)[:most]


def without_address() -> list[User]:
    """Active people with a post whom no e-mail can reach."""
    return list(
        User.objects.filter(is_active=True, email="", posts__isnull=False)
        .distinct()
        .order_by("last_name", "first_name")[:200]
    )


_FIGURES = """
WITH waiting AS (
    SELECT state, next_attempt_at FROM notifications_message WHERE state IN ('PENDING', 'DEAD')
    UNION ALL SELECT state, next_attempt_at FROM notifications_familymessage WHERE state IN ('PENDING', 'DEAD')
)
SELECT (SELECT count(*) FROM waiting WHERE state = 'PENDING'),
       (SELECT count(*) FROM waiting WHERE state = 'DEAD'),
       (SELECT extract(epoch FROM %(now)s - min(next_attempt_at)) FROM waiting WHERE state = 'PENDING' AND next_attempt_at <= %(now)s),
       (SELECT count(*) FROM casework_alert WHERE fanned_out_at IS NULL),
       (SELECT extract(epoch FROM %(now)s - min(scheduled_for)) FROM casework_rung
         WHERE fired_at IS NULL AND cancelled_at IS NULL AND scheduled_for <= %(now)s),
       (SELECT extract(epoch FROM %(now)s - at) FROM casework_heartbeat WHERE name = 'sweep'),
       l.p50, l.p99, l.worst, l.n
  FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY late) AS p99,
               max(late) AS worst, count(*) AS n
          FROM (SELECT extract(epoch FROM raised_at - scheduled_for) AS late FROM casework_alert
                 WHERE raised_at >= %(since)s AND scheduled_for IS NOT NULL) x) l
"""


def figures(now: datetime | None = None) -> dict[str, float]:
    """What /metrics and the health page show, in seconds and counts: the outbox, the sweep, how
    late alerts were raised in the last 24 hours (one statement)."""
    now = now or database_now()
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"now": now, "since": now - timedelta(hours=24)})
        row = cursor.fetchone()
    names = (
        "outbox_pending",
        "dead_letters",
        "outbox_oldest_seconds",
        "alerts_without_messages",
        "oldest_due_rung_seconds",
        "sweep_age_seconds",
        "alert_lateness_p50_seconds",
        "alert_lateness_p99_seconds",
        "alert_lateness_worst_seconds",
        "alerts_raised_24h",
    )
    return {name: float(value or 0) for name, value in zip(names, row, strict=True)}
