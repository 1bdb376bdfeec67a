"""The senders' loop: claim rows with SKIP LOCKED and a lease, send, mark. At least once; twice only
when the process died between the sending and the mark, and then with the same Message-ID."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from casework.access import rights
from casework.engine import date_rules
from casework.policy.policies import policy_for
from casework.scheduler.run import database_now
from notifications import family_contacts, rules
from notifications.fanout import administrators, narrow_of
from notifications.models import Attempt, Digest, FamilyMessage, Message
from notifications.models.outbox import Sendable, State
from notifications.senders import (
    BadAddress,
    Passing,
    Permanent,
    Senders,
    send_digest,
    send_family,
    send_message,
)

log = structlog.get_logger()
BATCH = 100
_LOGGED = {Message: "message", Digest: "digest", FamilyMessage: "family"}

_CLAIM = """
UPDATE {table} SET claimed_until = %(until)s, attempts = attempts + 1
 WHERE id IN (SELECT id FROM {table}
               WHERE state = 'PENDING' AND next_attempt_at <= %(now)s
                 -- a lease further ahead than any lease can be: the machine's clock was set back
                 AND (claimed_until IS NULL OR claimed_until <= %(now)s OR claimed_until > %(never)s)
               ORDER BY next_attempt_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def claim(model: type[Sendable], now: datetime, limit: int = BATCH) -> list[UUID]:
    """Take up to `limit` due rows in hand for the length of a lease."""
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    values: dict[str, Any] = {
        "now": now,
        "until": now + lease,
        "never": now + 2 * lease,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(table=model._meta.db_table), values)
        return [row[0] for row in cursor.fetchall()]


def waiting(now: datetime | None = None) -> int:
    """How many messages, digests and messages to families are due and in nobody's hand."""
    now = now or database_now()
    return sum(
        model._default_manager.filter(state=State.PENDING, next_attempt_at__lte=now)
        .exclude(claimed_until__gt=now)
        .count()
        for model in (Message, Digest, FamilyMessage)
    )


def deliver(now: datetime | None = None, *, limit: int = BATCH) -> int:
    """Claim and send one batch of each kind of message; how many were claimed."""
    now, senders = now or database_now(), Senders()
    try:
        return (
            _messages(senders, now, limit)
            + _digests(senders, now, limit)
            + _families(senders, now, limit)
        )
    finally:
        senders.close()


def _messages(senders: Senders, now: datetime, limit: int) -> int:
    ids = claim(Message, now, limit)
    rows = list(
        Message.objects.filter(pk__in=ids)
        .select_related(
            "alert__case", "alert__clock__process", "recipient__alert_preference", "endpoint"
        )
        .order_by("next_attempt_at", "id")
    )
    seeing, narrow = _held(rows), narrow_of([message.alert for message in rows])
    for message in rows:
        held = seeing.get(message.alert.case_id or 0, {})
        reached = held.get("view_cases", set()) | held.get(narrow.get(message.alert_id, ""), set())
        if message.recipient_id and message.alert.case_id and message.recipient_id not in reached:
            _mark(
                message, State.SKIPPED, "no_access"
            )  # recused or moved on since the alert was raised
        else:
            _try(message, now, partial(send_message, senders, message))
    return len(ids)


def _held(rows: Sequence[Message]) -> dict[int, dict[str, set[int]]]:
    """Case -> permission -> who may still hear of it: those who see it or work one process of it,
    and the administrators to whom an alert without people went."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for message in rows:
        if message.alert.case is not None:
            by_kind[message.alert.case.kind].add(message.alert.case.pk)
    everywhere = administrators() if by_kind else set()
    return {
        case_id: held | {"view_cases": held.get("view_cases", set()) | everywhere}
        for kind, ids in by_kind.items()
        for case_id, held in rights.holders(kind, ids).items()
    }


def _digests(senders: Senders, now: datetime, limit: int) -> int:
    ids = claim(Digest, now, limit)
    for digest in (
        Digest.objects.filter(pk__in=ids)
        .select_related("recipient")
        .order_by("next_attempt_at", "id")
    ):
        _try(digest, now, partial(send_digest, senders, digest))
    return len(ids)


def _families(senders: Senders, now: datetime, limit: int) -> int:
    """Messages to families: what is on file decides once more, and none leaves in the quiet hours,
    a late try neither."""
    ids = claim(FamilyMessage, now, limit)
    policy = policy_for("notifications", date_rules.local_date(now, settings.TIME_ZONE))
    leaves = rules.not_before(now, settings.TIME_ZONE, family_contacts.quiet_hours(policy))
    for message in (
        FamilyMessage.objects.filter(pk__in=ids)
        .select_related("case")
        .order_by("next_attempt_at", "id")
    ):
        if why := family_contacts.why_not(message, policy):
            _mark(message, State.SKIPPED, why)
        elif leaves > now:
            FamilyMessage.objects.filter(pk=message.pk).update(
                next_attempt_at=leaves, claimed_until=None, attempts=message.attempts - 1
            )
        else:
            _try(message, now, partial(send_family, senders, message))
    return len(ids)


def _try(row: Any, now: datetime, send: Callable[[], None]) -> None:
    try:
        send()
    except Permanent as error:
        wrong = (
            {"bounced": True}
            if isinstance(row, FamilyMessage) and isinstance(error, BadAddress)
            else {}
        )
        _mark(row, State.DEAD, str(error), **wrong)
    except Passing as error:
        _again(row, now, str(error))
    except Exception as error:  # a defect in one message must not stop the others
        log.exception("delivery.failed", message=str(row.pk))
        _again(row, now, type(error).__name__)
    else:
        _mark(row, State.SENT, "")


def _again(row: Any, now: datetime, code: str) -> None:
    policy = policy_for("notifications", date_rules.local_date(now, settings.TIME_ZONE))
    later = rules.next_try(row.attempts, now, policy.data["retry_minutes"])
    if later is None:
        _mark(row, State.DEAD, code)
    else:
        _mark(row, State.PENDING, code, next_attempt_at=later)


def _mark(row: Any, state: str, code: str, **more: Any) -> None:
    """Write how it went: the row, its line in the delivery log, for a digest the messages in it,
    for a message to a family that did not arrive the log of its case."""
    now = database_now()
    sent = {"sent_at": now} if state == State.SENT else {}
    with transaction.atomic():
        rows = type(row).objects.filter(pk=row.pk)
        if state == State.SENT:  # the provider may have told already that it did not arrive
            rows = rows.exclude(state=State.DEAD)
        if not rows.update(state=state, error=code[:200], claimed_until=None, **sent, **more):
            return
        outcome = {State.SENT: "sent", State.DEAD: "dead", State.SKIPPED: "skipped"}.get(
            State(state), "retry"
        )
        Attempt.objects.create(
            **{_LOGGED[type(row)]: row}, at=now, outcome=outcome, detail=code[:200]
        )
        if isinstance(row, Digest) and state in (State.SENT, State.DEAD):
            # those in a digest that comes back were sent before
            Message.objects.filter(digest=row, state__in=(State.COLLECTED, State.SENT)).update(
                state=state, error=code[:200], **sent
            )
        if isinstance(row, FamilyMessage) and state in (State.DEAD, State.SKIPPED):
            result = (
                family_contacts.NOT_SENT
                if state == State.SKIPPED
                else family_contacts.BOUNCED
                if more.get("bounced")
                else family_contacts.UNDELIVERED
            )
            family_contacts.tell_case(row, result, code)


def came_back(key: UUID, code: str, *, wrong_address: bool) -> bool:
    """What was handed over did not arrive, as the provider or a mail server says later. False for
    what is not known, or known already. It may come before the sender has marked the message as
    sent."""
    with transaction.atomic():
        row = _handed_over(key)
        if row is None:
            return False
        wrong = {"bounced": True} if wrong_address and isinstance(row, FamilyMessage) else {}
        _mark(row, State.DEAD, code, **wrong)
        return True


def arrived(key: UUID) -> None:
    """The provider says that a text message reached the telephone: a line in the delivery log,
    once."""
    with transaction.atomic():
        row = _handed_over(key)
        if row is not None and not row.log.filter(outcome="delivered").exists():
            Attempt.objects.create(
                **{_LOGGED[type(row)]: row}, at=database_now(), outcome="delivered"
            )


def _handed_over(key: UUID) -> Any:
    """The row of a message that was sent or is in a sender's hand, locked; else None."""
    handed = Q(state=State.SENT) | Q(state=State.PENDING, claimed_until__isnull=False)
    for model in (Message, Digest, FamilyMessage):
        row = model._default_manager.filter(handed, pk=key).select_for_update(no_key=True).first()
        if row is not None:
            return row
    return None


def resend(row: Any) -> None:
    """Try a dead letter again from the start."""
    now = database_now()
    anew = {"state": State.PENDING, "attempts": 0, "next_attempt_at": now, "claimed_until": None}
    type(row).objects.filter(pk=row.pk, state=State.DEAD).update(
        **anew, **({"bounced": False} if isinstance(row, FamilyMessage) else {})
    )
    if isinstance(row, Digest):
        Message.objects.filter(digest=row, state=State.DEAD).update(state=State.COLLECTED)
