"""Mediation by outside providers, and which school has access to it (domain.md A2.6). What was said
is not stored."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.models.agency import Agency, Memorandum
from attendance.models.case import AttendanceCase
from casework.models import Process


class MediationProvider(Agency):
    """An agency whose neutral mediators lead attendance mediations."""


class MediationMOU(Memorandum):
    """A memorandum with a provider of mediation."""

    provider = models.ForeignKey(MediationProvider, models.PROTECT, related_name="mous")


class MediationAccess(models.Model):
    """A school may refer to a provider (A2.6). A school counts in K4 when it has an ACTIVE row on
    the measuring date whose provider has a memorandum in force."""

    class Status(models.TextChoices):
        PLANNED = "PLANNED", _("planned")
        ACTIVE = "ACTIVE", _("active")
        ENDED = "ENDED", _("ended")

    school = models.ForeignKey("district.School", models.PROTECT, related_name="mediation_access")
    provider = models.ForeignKey(MediationProvider, models.PROTECT, related_name="access")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "provider", "starts"], name="mediation_access_key"
            )
        ]


class Mediator(models.Model):
    """An outside mediator with a sign-in of their own; sees the packets of their mediations and
    nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mediator")
    provider = models.ForeignKey(MediationProvider, models.PROTECT, related_name="mediators")
    active = models.BooleanField(_("active"), default=True)

    def __str__(self) -> str:
        return f"{self.user.get_full_name()} ({self.provider.name})"


class Mediation(Process):
    """One mediation, from the referral to the last follow-up."""

    class Agreement(models.TextChoices):
        SIGNED = "signed", _("signed")
        REFUSED = "refused", _("refused to sign")

    provider = models.ForeignKey(MediationProvider, models.PROTECT, related_name="+", null=True)
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mediations"
    )
    referred_on = models.DateField()
    reason = models.TextField(_("why"), blank=True)
    packet = models.ForeignKey("casework.Document", models.PROTECT, null=True, related_name="+")
    consent_on = models.DateField(_("the family consented"), null=True)
    conflict_checked_on = models.DateField(_("conflict of interest checked"), null=True)
    session_on = models.DateField(null=True)
    held_on = models.DateField(_("held"), null=True)
    no_shows = models.PositiveSmallIntegerField(default=0)
    agreed_on = models.DateField(_("agreement signed"), null=True)
    agreement = models.TextField(_("text of the agreement"), blank=True)
    carries_over = models.BooleanField(
        default=False,
        help_text="a follow-up falls behind the last school day: reviewed in the next year",
    )
    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="carried_to",
        help_text="the year before (A-26)",
    )


class FollowUp(models.Model):
    """What a follow-up found: whether the agreement is kept, and the attendance. Not what was
    said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="follow_ups")
    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="follow_ups")
    which = models.CharField(
        max_length=12, help_text="30, 60, 90 (days), YEAR_END or FIRST (of the next year)"
    )
    on = models.DateField()
    kept = models.BooleanField(_("the agreement is kept"))
    days = models.PositiveSmallIntegerField(
        default=0, help_text="school days since the agreement or the last follow-up"
    )
    absent = models.PositiveSmallIntegerField(default=0)
    unexcused = models.PositiveSmallIntegerField(default=0)
