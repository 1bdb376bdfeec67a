"""What the policy simulator does in the worker."""

from __future__ import annotations

from celery import shared_task

from attendance.models import PolicyTrial
from attendance.simulation import policy_trials


@shared_task(queue="imports")
def run_policy_trial(trial_id: str) -> None:
    """Replay a policy that an administrator tries; waits behind imports."""
    policy_trials.run(PolicyTrial.objects.get(pk=trial_id))
