"""The sweep: what is due and not done is done now. It never asks for a window of time, so that
nothing is lost however long nobody swept, and its cost follows what is due, not what is open.

Any number of sweeps may run at once: rows are claimed with SKIP LOCKED and marked in the
transaction that writes what follows from them. Alerts become messages in `notifications`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from casework.case_types import registry
from casework.engine import date_rules
from casework.engine.calendars import calendar_at
from casework.engine.services import StepRequest, act, act_many
from casework.models import Alert, CalendarApplied, Clock, Heartbeat, Rung
from casework.reporting import rollup
from district.models import Calendar

log = structlog.get_logger()
BATCH = 1000
LEASE = timedelta(minutes=10)
GIVE_UP = 5
INTERVAL = timedelta(minutes=1)
NAME = "sweep"


@dataclass
class Swept:
    """What one sweep did."""

    alerts: int = 0
    rungs: int = 0
    steps: int = 0
    failed: int = 0
    recalculated: int = 0
    jobs: list[str] = field(default_factory=list)


def sweep(at: datetime | None = None, *, batch: int = BATCH) -> Swept:
    """Do all that is due at `at` (default now): fire rungs, take the steps whose waiting time is
    over, carry amended calendars to the running clocks, run the nightly jobs of the local date.
    Leaves its heartbeat. What breaks is pushed away and reported; the rest goes on."""
    at = at or database_now()
    swept = Swept()
    for part in (_amended_calendars, _alerts, _steps, _nightly, _sums):
        try:
            part(at, batch, swept)
        except Exception:  # the other parts must not wait for a defect in this one; the missing heartbeat tells of it
            log.exception("sweep.part_failed", part=part.__name__)
            swept.failed += 1
    if not swept.failed:
        beat(NAME, data={"alerts": swept.alerts, "steps": swept.steps})
    return swept


def database_now() -> datetime:
    """The moment on the one clock that all workers share: a machine whose own clock is wrong must
    not send early, nor put a retry hours away (the fault runs found that)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def beat(name: str, *, data: dict[str, Any] | None = None) -> None:
    """Say that a periodic job finished now."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"at": database_now(), "data": data or {}}
    )


def late_by(now: datetime | None = None) -> timedelta | None:
    """How long the sweep has been missing beyond three intervals; None while all is well, or on a
    database that was never swept and holds nothing to sweep."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LAST_SIGN}, clock_timestamp()")
        last, there = cursor.fetchone()
        return missing(last, now or there)


# When the sweep last finished; before its first time, since when something has been due.
LAST_SIGN = """coalesce((SELECT at FROM casework_heartbeat WHERE name = 'sweep'),
    (SELECT min(scheduled_for) FROM casework_rung WHERE fired_at IS NULL AND cancelled_at IS NULL))"""


def missing(last: datetime | None, now: datetime) -> timedelta | None:
    """`late_by` for a last sign of life that was read already."""
    late = now - last - 3 * INTERVAL if last else timedelta(0)
    return late if late > timedelta(0) else None


# -- rungs become alerts ---------------------------------------------------------------------------

# Rungs of one clock that are due together (after an outage) become one alert with all their labels.
_FIRE = """
WITH due AS MATERIALIZED (
    SELECT r.id, r.clock_id, r.generation, r.label, r.level, r.scheduled_for, r.every
      FROM casework_rung r
     WHERE r.fired_at IS NULL AND r.cancelled_at IS NULL AND r.step = '' AND r.scheduled_for <= %(at)s
     ORDER BY r.scheduled_for, r.id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), together AS MATERIALIZED (
    -- the rungs are carried along: joining them to their alerts again would compare each with each
    SELECT gen_random_uuid() AS alert_id, clock_id, array_agg(label ORDER BY scheduled_for, id) AS labels, array_agg(id) AS rungs,
           min(scheduled_for) AS first, max(coalesce(array_position(%(audiences)s::text[], level::text), 1)) AS widest
      FROM due GROUP BY clock_id
), alerts AS (
    INSERT INTO casework_alert (id, case_id, clock_id, code, level, raised_at, scheduled_for, data)
    SELECT d.alert_id, w.case_id, w.id, left(d.labels[array_upper(d.labels, 1)], 48), (%(audiences)s::text[])[d.widest],
           %(at)s, d.first, jsonb_build_object('labels', to_jsonb(d.labels), 'due', w.due, 'kind', w.kind)
      FROM together d JOIN casework_clock w ON w.id = d.clock_id
    RETURNING id
), fired AS (
    UPDATE casework_rung r SET fired_at = %(at)s, alert_id = d.alert_id
      FROM (SELECT alert_id, unnest(rungs) AS id FROM together) d WHERE r.id = d.id
), again AS (
    -- an overdue rung that repeats plans its next one, on the same local hour, after now
    INSERT INTO casework_rung (clock_id, generation, label, level, scheduled_for, every, step, attempts)
    SELECT clock_id, generation, regexp_replace(label, '[0-9]+$', '') || (substring(label FROM '[0-9]+$')::int + n * every),
           level, ((scheduled_for AT TIME ZONE %(zone)s) + make_interval(days => n * every)) AT TIME ZONE %(zone)s, every, '', 0
      FROM (SELECT d.*, floor(extract(epoch FROM %(at)s::timestamptz - scheduled_for) / (86400 * every))::int + 1 AS n
              FROM due d WHERE every IS NOT NULL AND label ~ '[0-9]$') x
    ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM alerts)
"""


def fire(at: datetime, batch: int = BATCH) -> tuple[int, int]:
    """Claim the rungs that are due and write their alerts, in one statement: (rungs, alerts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FIRE,
            {
                "at": at,
                "batch": batch,
                "audiences": list(date_rules.AUDIENCES),
                "zone": settings.TIME_ZONE,
            },
        )
        rungs, alerts = cursor.fetchone()
    return int(rungs), int(alerts)


def _alerts(at: datetime, batch: int, swept: Swept) -> None:
    while True:
        rungs, alerts = fire(at, batch)
        swept.rungs, swept.alerts = swept.rungs + rungs, swept.alerts + alerts
        if rungs < batch:
            return


# -- waiting times that are over -------------------------------------------------------------------


def _steps(at: datetime, batch: int, swept: Swept) -> None:
    """Each step is claimed by moving it into the future, so that no lock is held while the case is
    worked on, and is recognised by its key when it was taken already."""
    while (claimed := _claim_step(at)) is not None:
        rung_id, number, process, name, due, attempts = claimed
        try:
            day = min(due + date_rules.ONE_DAY, date_rules.local_date(at, settings.TIME_ZONE))
            act(
                number,
                name,
                actor=None,
                process=process,
                key=uuid5(_KEYS, str(rung_id)),
                on=day,
                now=at,
            )
        except Exception as error:  # one case that cannot be moved must not hold up the others
            _push_away(rung_id, number, name, attempts, at, error)
        else:
            Rung.objects.filter(pk=rung_id, cancelled_at=None).update(fired_at=at)
            swept.steps += 1


_KEYS = UUID("6f1d9a52-8d2c-4c2e-9b57-0a6b1d0c7e11")
_CLAIM_STEP = """
UPDATE casework_rung r SET scheduled_for = %(lease)s, attempts = r.attempts + 1
  FROM casework_clock w JOIN casework_case c ON c.id = w.case_id
 WHERE w.id = r.clock_id AND r.id = (
       SELECT id FROM casework_rung WHERE fired_at IS NULL AND cancelled_at IS NULL AND step <> '' AND scheduled_for <= %(at)s
        ORDER BY scheduled_for, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING r.id, c.number, w.process_id, r.step, w.due, r.attempts
"""


def _claim_step(at: datetime) -> tuple[int, str, UUID | None, str, date, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_STEP, {"at": at, "lease": at + LEASE})
        return cursor.fetchone()  # type: ignore[no-any-return]


def _push_away(
    rung_id: int, number: str, name: str, attempts: int, at: datetime, error: Exception
) -> None:
    """Try again later, less and less often; after some tries people hear of it."""
    reason = type(error).__name__
    log.warning("sweep.step_failed", case=number, step=name, attempts=attempts, error=reason)
    Rung.objects.filter(pk=rung_id, fired_at=None).update(
        scheduled_for=at + min(LEASE * 2**attempts, timedelta(days=1))
    )
    if attempts == GIVE_UP:
        clock = Clock.objects.get(rungs=rung_id)
        Alert.objects.create(
            id=uuid4(),
            case_id=clock.case_id,
            clock=clock,
            code="STEP_FAILED",
            level="supervisor",
            raised_at=at,
            data={"step": name, "error": reason},
        )


# -- calendars -------------------------------------------------------------------------------------


def _amended_calendars(at: datetime, batch: int, swept: Swept) -> None:
    """N8: a snow day reaches every running school-day and work-day clock whose date it moves."""
    applied = dict(CalendarApplied.objects.values_list("calendar_id", "revision"))
    for calendar_id, revision in Calendar.objects.values_list("id", "revision").order_by("id"):
        if applied.get(calendar_id) == revision:
            continue
        swept.recalculated += _recalculate(calendar_id, revision, at)
        CalendarApplied.objects.update_or_create(
            calendar_id=calendar_id, defaults={"revision": revision}
        )


def _recalculate(calendar_id: int, revision: int, at: datetime) -> int:
    today = date_rules.local_date(at, settings.TIME_ZONE)
    calendar = calendar_at(calendar_id, revision)
    running = (
        Clock.objects.filter(calendar_id=calendar_id, status__in=["RUNNING", "HELD"])
        .exclude(unit="calendar")
        .exclude(calendar_revision=revision)
    )
    by_kind: dict[str, set[int]] = defaultdict(set)
    for clock in running.select_related("case").only(*_DUE_FIELDS):
        days = clock.n + clock.extended_by + clock.held_days
        due = date_rules.add(
            clock.day0, days, date_rules.Unit(clock.unit), calendar, date_rules.Roll(clock.roll)
        )
        if (due.due, due.provisional) != (clock.due, clock.provisional):
            by_kind[clock.case.kind].add(clock.case_id)
    for kind, ids in by_kind.items():
        done = act_many(
            (StepRequest(pk, registry.RECALCULATE) for pk in sorted(ids)),
            kind=kind,
            on=today,
            now=at,
        )
        for request, error in done.refused:
            log.error("sweep.calendar_refused", case=request.case_id, error=type(error).__name__)
    return sum(map(len, by_kind.values()))


_DUE_FIELDS = (
    "day0",
    "n",
    "extended_by",
    "held_days",
    "unit",
    "roll",
    "due",
    "provisional",
    "case_id",
    "case__kind",
)


# -- nightly jobs (A-28) ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """Something done once on each local date, at or after a local time."""

    name: str
    at: Callable[[date], time]
    work: Callable[[date], Any]


_jobs: dict[str, Job] = {}


def nightly(name: str, at: Callable[[date], time], work: Callable[[date], Any]) -> None:
    """Register a job that runs once for each local date, whatever the clocks do (A-28); `work` gets
    the date."""
    _jobs[name] = Job(name, at, work)


def register_jobs() -> None:
    """Posts begin and end with the date: whoever's post ended yesterday sees nothing today."""
    from district.role_assignments import sync_posts

    nightly("posts", lambda _day: time(0, 1), lambda _day: sync_posts())


def import_in_trouble(run: Any) -> None:
    """An import that is held or refused is the administrators' business at once (A-30)."""
    code = f"IMPORT_{run.state}"
    Alert.objects.create(
        id=uuid4(), code=code, level="admin", raised_at=timezone.now(), data={"import": str(run.pk)}
    )


def _nightly(at: datetime, batch: int, swept: Swept) -> None:
    today = date_rules.local_date(at, settings.TIME_ZONE)
    for job in _jobs.values():
        try:
            if date_rules.local_instant(today, job.at(today), settings.TIME_ZONE) <= at and _run(
                job, today, at
            ):
                swept.jobs.append(job.name)
        except Exception:  # tried again by the next sweep; the other jobs run
            log.exception("sweep.job_failed", job=job.name)


def _run(job: Job, today: date, at: datetime) -> bool:
    """Run a job unless it was done for this date, or another sweep has it in hand."""
    Heartbeat.objects.get_or_create(name=job.name, defaults={"at": at, "for_date": None})
    with transaction.atomic():
        mark = Heartbeat.objects.select_for_update(skip_locked=True).filter(name=job.name).first()
        if mark is None or (mark.for_date is not None and mark.for_date >= today):
            return False
        job.work(today)
        mark.at, mark.for_date = database_now(), today
        mark.save()
    return True


def _sums(at: datetime, batch: int, swept: Swept) -> None:
    """The sums of the compliance pages take in what steps have marked since."""
    rollup.fold(date_rules.local_date(at, settings.TIME_ZONE))


# -- what goes out then ----------------------------------------------------------------------------


def preview(at: datetime) -> list[dict[str, Any]]:
    """What a sweep at `at` would do, as things stand now, and does not: pending rungs with case
    number, clock, labels. For commands alone: pages ask `selectors`, which know who may see what.
    """
    due = Rung.objects.filter(fired_at=None, cancelled_at=None, scheduled_for__lte=at).order_by(
        "scheduled_for", "id"
    )
    rows = due.values_list(
        "clock__case__number",
        "clock__kind",
        "label",
        "level",
        "scheduled_for",
        "clock__due",
        "step",
    )
    return [
        {
            "case": number,
            "clock": kind,
            "label": label,
            "level": level,
            "scheduled_for": when,
            "due": day,
            "step": step or None,
        }
        for number, kind, label, level, when, day, step in rows
    ]
