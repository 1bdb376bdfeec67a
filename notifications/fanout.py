"""From alerts to messages: each alert once, one message per person and channel, in one transaction
with its mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction

from casework.access import rights
from casework.case_types import registry
from casework.engine import date_rules
from casework.models import Alert, Case, Clock
from casework.policy.policies import Policy, policy_for, policy_version
from casework.scheduler.run import database_now
from district.models import Post, Role
from notifications import rules
from notifications.models import Endpoint, Message, Preference
from notifications.models.outbox import Channel, State

log = structlog.get_logger()
BATCH = 500


def fan_out(now: datetime | None = None, *, batch: int = BATCH) -> int:
    """Make the messages of all alerts that have none; how many messages. Several may run at once.
    An alert that cannot be handled goes to the administrators as such and does not hold up the
    others."""
    now, made = now or database_now(), 0
    while True:
        with transaction.atomic():
            alerts = _claim(batch)
            if alerts:
                made += _messages_of(alerts, now)
                Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
                    fanned_out_at=now
                )
        if len(alerts) < batch:
            return made


def _claim(batch: int) -> list[Alert]:
    waiting = Alert.objects.filter(fanned_out_at=None).order_by("raised_at", "id")
    return list(waiting.select_for_update(skip_locked=True, of=("self",))[:batch])


def _messages_of(alerts: Sequence[Alert], now: datetime) -> int:
    policy = policy_for("notifications", date_rules.local_date(now, settings.TIME_ZONE))
    try:
        with transaction.atomic():
            return _write(alerts, _recipients(alerts, policy), policy, now)
    except Exception:
        if len(alerts) == 1:
            log.exception("fanout.alert_failed", alert=str(alerts[0].pk), code=alerts[0].code)
            return _write(alerts, {alerts[0].pk: administrators()}, policy, now)
    return sum(_messages_of([alert], now) for alert in alerts)


def _recipients(alerts: Sequence[Alert], policy: Policy) -> dict[Any, set[int]]:
    """Alert -> users, with one statement per kind of case. An alert that would reach nobody goes to
    the administrators (with the case's number alone), so that it is not lost."""
    narrow = narrow_of(alerts)
    cases = {
        one.pk: one
        for one in Case.objects.filter(
            pk__in={alert.case_id for alert in alerts if alert.case_id}
        ).only("kind", "owner_id", "policy")
    }
    by_kind: dict[str, set[int]] = defaultdict(set)
    for one in cases.values():
        by_kind[one.kind].add(one.pk)
    held: dict[int, dict[str, set[int]]] = {}
    for kind, ids in by_kind.items():
        held |= rights.holders(kind, ids)
    found = {}
    for alert in alerts:
        case = cases.get(alert.case_id) if alert.case_id else None
        audience = _audience(case, policy)
        users = set()
        if case and alert.level != rules.ADMIN:
            users = rules.recipients(
                alert.level, case.owner_id, held[case.pk], audience, narrow.get(alert.pk, "")
            )
        found[alert.pk] = users or administrators()
    return found


def narrow_of(alerts: Sequence[Alert]) -> dict[UUID, str]:
    """Alert -> the narrow permission whose holders work the process that it is about; alerts of
    other promises are left out (one statement)."""
    told = {
        (kind.code, process.code, role): codename
        for kind in registry.all_kinds()
        for process in kind.processes.values()
        for role, codename in process.told.items()
    }
    rows = Clock.objects.filter(
        pk__in={alert.clock_id for alert in alerts if alert.clock_id}, process__isnull=False
    )
    by_clock = {
        pk: told.get((str(case), str(process), role), "")
        for pk, case, process, role in rows.values_list("pk", "case__kind", "process__kind", "role")
    }
    return {
        alert.pk: found
        for alert in alerts
        if alert.clock_id and (found := by_clock.get(alert.clock_id, ""))
    }


def _audience(case: Case | None, policy: Policy) -> Any:
    """A kind's own policy may say who hears of its cases; else the district's."""
    own = policy_version(case.policy).get("audience") if case is not None and case.policy else None
    return own or policy.data["audience"]


def administrators() -> set[int]:
    """Ids of the district administrators: they hear of what concerns the system itself."""
    return set(
        Post.objects.filter(role=Role.DISTRICT_ADMIN, user__is_active=True).values_list(
            "user_id", flat=True
        )
    )


def _write(
    alerts: Sequence[Alert], recipients: dict[Any, set[int]], policy: Policy, now: datetime
) -> int:
    everybody = {user for users in recipients.values() for user in users}
    preferences = {row.user_id: row for row in Preference.objects.filter(user_id__in=everybody)}
    leaves = rules.not_before(now, settings.TIME_ZONE, policy.data["quiet_hours"])
    rows = []
    for alert in alerts:
        labels = alert.data.get("labels") or [alert.code]
        for user in sorted(recipients[alert.pk]):
            for channel in rules.channels(labels, preferences.get(user), policy.data):
                rows.append(_message(alert, channel, now, leaves, user=user))
    rows += _hooks(alerts, now)
    # a sweep that was killed after this and before its mark finds the same rows again: nothing is
    # doubled
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)


def _message(
    alert: Alert,
    channel: Channel,
    now: datetime,
    leaves: datetime,
    *,
    user: int | None = None,
    endpoint: int | None = None,
) -> Message:
    state = {Channel.INBOX: State.SENT, Channel.DIGEST: State.COLLECTED}.get(channel, State.PENDING)
    return Message(
        id=uuid4(),
        alert=alert,
        recipient_id=user,
        endpoint_id=endpoint,
        channel=channel,
        state=state,
        created_at=now,
        next_attempt_at=leaves if channel in (Channel.EMAIL, Channel.SMS) else now,
        sent_at=now if state == State.SENT else None,
    )


def _hooks(alerts: Sequence[Alert], now: datetime) -> list[Message]:
    """One message for every endpoint of the alert's kind of case."""
    endpoints = list(Endpoint.objects.filter(active=True))
    if not endpoints:
        return []
    kinds = dict(
        Case.objects.filter(
            pk__in={alert.case_id for alert in alerts if alert.case_id}
        ).values_list("pk", "kind")
    )
    return [
        _message(alert, Channel.WEBHOOK, now, now, endpoint=endpoint.pk)
        for alert in alerts
        for endpoint in endpoints
        if alert.case_id and kinds.get(alert.case_id) == endpoint.kind
    ]


_COLLECT = """
WITH due AS (
    SELECT DISTINCT m.recipient_id FROM notifications_message m
      LEFT JOIN notifications_preference p ON p.user_id = m.recipient_id
     WHERE m.state = 'COLLECTED' AND m.digest_id IS NULL AND (coalesce(p.email, 'daily') <> 'weekly' OR %(weekly)s)
), made AS (
    INSERT INTO notifications_digest (id, recipient_id, for_date, state, created_at, next_attempt_at, attempts, error)
    SELECT gen_random_uuid(), recipient_id, %(day)s, 'PENDING', %(now)s, %(now)s, 0, '' FROM due
    ON CONFLICT DO NOTHING RETURNING id, recipient_id
)
UPDATE notifications_message m SET digest_id = d.id FROM made d
 WHERE m.recipient_id = d.recipient_id AND m.state = 'COLLECTED' AND m.digest_id IS NULL
"""


def collect_digests(day: date) -> None:
    """Put what was collected into one digest per person (weekly ones on their day); once a date."""
    policy = policy_for("notifications", day)
    with connection.cursor() as cursor:
        cursor.execute(
            _COLLECT,
            {
                "day": day,
                "now": database_now(),
                "weekly": day.weekday() == policy.data["digest"]["weekly_on"],
            },
        )
