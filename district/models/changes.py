"""What administrators changed outside cases, where no row of its own keeps the history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AdminChange(models.Model):
    """One change of a calendar, an area, a policy or an agency: who, when, what, from which value
    to which."""

    class What(models.TextChoices):
        CALENDAR = "CALENDAR", _("calendar day")
        AREA = "AREA", _("area")
        POLICY = "POLICY", _("policy version")
        AGENCY = "AGENCY", _("provider or partner")

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    what = models.CharField(max_length=12, choices=What)
    about = models.CharField(
        max_length=200, help_text="which one: a calendar and a date, an area, a version"
    )
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
