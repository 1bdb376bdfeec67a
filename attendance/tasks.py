"""What attendance does in the worker."""

from __future__ import annotations

from celery import shared_task

from attendance import trials
from attendance.models import PolicyTrial


@shared_task(queue="imports")
def run_policy_trial(trial_id: str) -> None:
    """Replay a policy that an administrator tries; waits behind imports."""
    trials.run(PolicyTrial.objects.get(pk=trial_id))
