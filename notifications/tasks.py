"""Celery tasks: one beat entry sweeps; what is due is handed to the senders in batches."""

from __future__ import annotations

import structlog
from celery import shared_task

from casework.scheduler.run import sweep as sweep_now
from notifications import delivery
from notifications.fanout import fan_out

log = structlog.get_logger()
AT_MOST = 100


@shared_task(name="holdfast.sweep", queue="sweep", ignore_result=True)
def sweep() -> None:
    """Every minute: do what is due, make messages of alerts, wake senders. Harmless when it runs
    twice at once."""
    swept = sweep_now()
    messages = fan_out()
    wake_senders()
    if swept.rungs or swept.steps or swept.recalculated or swept.jobs:
        log.info(
            "sweep",
            rungs=swept.rungs,
            alerts=swept.alerts,
            steps=swept.steps,
            recalculated=swept.recalculated,
            messages=messages,
        )


def wake_senders() -> int:
    """One queue message for each hundred due rows; the rows themselves are claimed from the
    database."""
    batches = min(AT_MOST, -(-delivery.waiting() // delivery.BATCH))
    for _ in range(batches):
        deliver.apply_async(expires=300)
    return batches


@shared_task(name="holdfast.deliver", queue="delivery", ignore_result=True)
def deliver() -> None:
    """Send one batch."""
    delivery.deliver()
