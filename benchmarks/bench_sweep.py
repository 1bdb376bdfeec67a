"""Rows 8, 9 and 10: the sweep among a million pending rungs, handing 5,000 messages to senders,
and losses."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from benchmarks.common import Row, sql, undone, wall
from casework.engine.services import Opening, open_cases
from casework.models import Alert, Rung
from casework.scheduler.run import fire
from config.celery import app
from district.models import User
from notifications import delivery
from notifications.models import Message
from notifications.tasks import deliver, wake_senders

AT = datetime(2030, 1, 1, 12, tzinfo=UTC)
PENDING, DONE, DUE = 1_000_000, 3_000_000, 100
CLAIM = (
    "SELECT id FROM casework_rung WHERE fired_at IS NULL AND cancelled_at IS NULL AND step = '' "
    "AND scheduled_for <= %s"
    " ORDER BY scheduled_for, id LIMIT 1000 FOR UPDATE SKIP LOCKED"
)


def _clocks(count: int) -> None:
    """A few cases with many clocks, made by SQL: only the rungs matter here."""
    sql("TRUNCATE casework_rung, casework_alert, notifications_message CASCADE")
    if not sql("SELECT 1 FROM casework_case LIMIT 1"):
        student = sql("SELECT min(id) FROM district_student")[0][0]
        school = sql("SELECT min(id) FROM district_school")[0][0]
        assert isinstance(student, int)
        assert isinstance(school, int)
        fields = [
            {"student_id": student + n, "school_year": 2026, "stage": "WATCH"} for n in range(100)
        ]
        open_cases(
            "ATT",
            [Opening(school, one, [("open_case", {"triggers": ["L3"]})]) for one in fields],
            year=2026,
            on=date(2026, 10, 1),
        )
    sql(
        "INSERT INTO casework_clock (id, case_id, kind, day0, day0_basis, unit, n, provisional, "
        "original_due, due, status, stop_event, episode,"
        ' ladder, roll, role, extended_by, extensions, held_days, generation, "then")'
        " SELECT gen_random_uuid(), c.id, 'k' || n, '2026-10-01', '', 'calendar', 30, false, "
        "'2026-10-31', '2026-10-31', 'CANCELLED', '', 1,"
        " 'default', 'none', '', 0, 0, 0, 1, '' FROM (SELECT min(id) AS id FROM casework_case) c, "
        "generate_series(1, %s) n",
        count,
    )


def _rungs(pending: int, done: int) -> None:
    """Rungs to come, years ahead, and rungs of the past."""
    for amount, fired in ((pending, "NULL"), (done, "'2026-11-01'")):
        sql(
            f"""
            INSERT INTO casework_rung (clock_id, generation, label, level, scheduled_for, fired_at,
                                       step, attempts)
            SELECT c.id, {1 if fired == "NULL" else 2}, 'R' || g.num, 'owner',
                   timestamptz '2031-01-01' + g.num * interval '1 hour', {fired}, '', 0
              FROM casework_clock c
             CROSS JOIN generate_series(1, %s) g(num)
             WHERE c.status = 'CANCELLED'
            """,
            amount // 100_000,
        )
    sql("VACUUM ANALYZE casework_rung")


def _make_due(count: int) -> None:
    """So many rungs fall due, of as many clocks."""
    sql(
        "INSERT INTO casework_rung (clock_id, generation, label, level, scheduled_for, step, "
        "attempts) SELECT id, 9, 'DUE', 'owner', %s, '', 0"
        " FROM casework_clock WHERE status = 'CANCELLED' ORDER BY id LIMIT %s",
        AT - timedelta(hours=1),
        count,
    )


def _buffers() -> int:
    """Shared buffers that the claim touches, exactly. Asked twice: right after a VACUUM a
    statement also reads what it keeps in memory from then on."""
    sql(CLAIM, AT)
    plan = sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {CLAIM}", AT)[0][0]
    top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])


def _timed(rounds: int = 7) -> float:
    """Median seconds of a sweep of a hundred due rungs."""
    found: list[float] = []
    for _ in range(rounds):
        with undone():
            _make_due(DUE)
            found.append(wall(lambda: fire(AT)))
    return statistics.median(found)


def _orm_loop() -> float:
    """What a team would usually write, per alert."""
    seconds = 0.0
    with undone():
        _make_due(DUE)
        seconds = wall(_orm)
    return seconds / DUE


def _orm() -> None:
    for rung in (
        Rung.objects.filter(fired_at=None, cancelled_at=None, scheduled_for__lte=AT)
        .select_related("clock__case")
        .order_by("scheduled_for")
    ):
        with transaction.atomic():
            locked = Rung.objects.select_for_update().get(pk=rung.pk)
            alert = Alert.objects.create(
                id=uuid4(),
                case=rung.clock.case,
                clock=rung.clock,
                code=rung.label,
                level=rung.level,
                raised_at=AT,
            )
            locked.fired_at, locked.alert = AT, alert
            locked.save()


def _sweep_rows() -> Iterator[Row]:
    sql("DELETE FROM casework_rung")
    _clocks(1_000)
    sql(
        "INSERT INTO casework_rung (clock_id, generation, label, level, scheduled_for, step, "
        "attempts)"
        " SELECT id, 1, 'R', 'owner', '2031-01-01', '', 0 FROM casework_clock WHERE status = "
        "'CANCELLED' LIMIT 1000"
    )
    sql("VACUUM ANALYZE casework_rung")
    small = _timed()
    _clocks(100_000)
    _rungs(PENDING, DONE)
    large, loop = _timed(), _orm_loop()
    sql("VACUUM casework_rung")  # the rounds above were rolled back and left dead rows in front
    idle = _buffers()
    due = 0
    with undone():
        _make_due(DUE)
        due = _buffers()
    yield Row(
        "8",
        "idle sweep of 1,000,000 pending and 3,000,000 done, buffers of the claim",
        "0 buffers",
        idle,
        4,
        (0.0, 0.0),
    )
    yield Row("8", "100 due among them, buffers of the claim", "0 buffers", due, 220, (0.0, 0.0))
    yield Row(
        "8",
        "100 due: claim, alerts, marks",
        "itself at 1,000 pending",
        large / small,
        2.2,
        (large, small),
    )
    yield Row(
        "8",
        "100 due, per alert",
        "ORM loop, times faster",
        loop / (large / DUE),
        60,
        (large / DUE, loop),
        at_least=True,
    )


def _messages(count: int) -> None:
    sql("TRUNCATE casework_alert, notifications_message CASCADE")
    user = User.objects.create(username=uuid4().hex).pk
    sql(
        "INSERT INTO casework_alert (id, case_id, code, level, raised_at, data, fanned_out_at)"
        " SELECT gen_random_uuid(), (SELECT min(id) FROM casework_case), 'DUE', 'owner', now(), "
        "'{}', now() FROM generate_series(1, %s)",
        count,
    )
    sql(
        "INSERT INTO notifications_message (id, alert_id, recipient_id, channel, state, "
        "created_at, next_attempt_at, attempts, error)"
        " SELECT gen_random_uuid(), id, %s, 'email', 'PENDING', now(), now(), 0, '' FROM "
        "casework_alert",
        user,
    )
    sql("VACUUM ANALYZE notifications_message")


def _delivery_rows() -> Iterator[Row]:
    _messages(5_000)
    client = redis.Redis.from_url(settings.REDIS_URL)
    body = b"x" * 400

    def push() -> None:
        for _ in range(5_000):
            client.lpush("bench", body)
        client.delete("bench")

    def hand_over() -> None:
        sql("UPDATE notifications_message SET claimed_until = NULL")
        _clean()
        hand_over.seconds = wall(_hand_over)  # type: ignore[attr-defined]

    def one_each() -> None:
        for _ in range(500):  # a tenth; ten times as long would only take longer
            deliver.apply_async(expires=300)
        _clean()

    ours_list, push_list, each_list = [], [], []
    for _ in range(5):
        hand_over()
        ours_list.append(hand_over.seconds)  # type: ignore[attr-defined]
        push_list.append(wall(push))
        each_list.append(wall(one_each) * 10)
    ours, raw, each = (statistics.median(values) for values in (ours_list, push_list, each_list))
    yield Row(
        "9",
        "5,000 messages claimed for senders, 50 queue messages",
        "raw LPUSH one by one, times faster",
        raw / ours,
        1.5,
        (ours, raw),
        at_least=True,
    )
    yield Row(
        "9",
        "the same",
        "one Celery message per alert, times faster",
        each / ours,
        25,
        (ours, each),
        at_least=True,
    )


def _hand_over() -> None:
    """Wake the senders, and claim what they will claim."""
    wake_senders()
    while delivery.claim(Message, timezone.now()):
        pass


def _clean() -> None:
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()


def _losses() -> Iterator[Row]:
    """Two sweepers and four fan-outs at once over 2,000 due rungs: each became exactly one
    alert."""
    import threading

    from django.db import connection

    _clocks(1)
    _make_due(2_000)

    def run() -> None:
        while fire(AT, batch=50)[0]:
            pass
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = sql(
        "SELECT count(*) FROM casework_rung WHERE scheduled_for <= %s AND alert_id IS NULL", AT
    )[0][0]
    doubled = sql("SELECT count(*) - count(DISTINCT clock_id) FROM casework_alert")[0][0]
    assert isinstance(lost, int)
    assert isinstance(doubled, int)
    yield Row(
        "10",
        "lost or doubled with four sweepers at once (processes killed: `make faults`)",
        "none",
        lost + doubled,
        0,
        (0.0, 0.0),
    )


def run() -> Iterator[Row]:
    """All rows."""
    yield from _sweep_rows()
    yield from _delivery_rows()
    yield from _losses()
