"""Which policy file was in force: a version, once used, never changes its content."""

from __future__ import annotations

from django.db import models


class PolicyUse(models.Model):
    """The content of a policy version at its first use. A file that differs later is refused at
    start."""

    version = models.CharField(
        max_length=64, primary_key=True, help_text="policy_id@version, e.g. nc-cms@2026.1"
    )
    domain = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()
    first_used_at = models.DateTimeField(auto_now_add=True)
