"""Exceptions to what posts give: a case lent to one user, and recusals, which beat every grant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from casework.encryption.fields import SealedTextField
from casework.models.case import Case


class CaseUserPermission(UserObjectPermissionBase):
    """django-guardian grant of one user on one case (direct foreign key; few rows)."""

    content_object: Any = models.ForeignKey(Case, on_delete=models.CASCADE)


class Recusal(models.Model):
    """This user may not see or touch this case, whatever else they are (conflict of interest; A-40,
    T-13)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recusals")
    reason = SealedTextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="recusal_key")]
