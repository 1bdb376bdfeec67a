"""Finding a student whom nobody has reached: the street team (domain.md A2.5)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.models.case import AttendanceCase
from casework.models import Process


class Locate(Process):
    """One request to the street team. `code` is what asked for it: RUN5, NO_SHOW or hand."""

    class Outcome(models.TextChoices):
        LOCATED_RETURNING = "LOCATED_RETURNING", _("Found: comes back to school")
        LOCATED_BARRIER = "LOCATED_BARRIER", _("Found: something stands in the way")
        LOCATED_REFUSES = "LOCATED_REFUSES", _("Found: refuses to come")
        MOVED_IN_DISTRICT = "MOVED_IN_DISTRICT", _("Moved within the district")
        MOVED_OUT = "MOVED_OUT", _("Moved away")
        ENROLLED_ELSEWHERE = "ENROLLED_ELSEWHERE", _("Enrolled at another school")
        HOMELESS_MV = "HOMELESS_MV", _("Without a home (McKinney-Vento)")
        IN_CUSTODY_OR_HOSPITAL = "IN_CUSTODY_OR_HOSPITAL", _("In custody or in hospital")
        NOT_LOCATED = "NOT_LOCATED", _("Not found")
        UNSAFE_ABORTED = "UNSAFE_ABORTED", _("Broken off: not safe")
        WELFARE_CONCERN = "WELFARE_CONCERN", _("Concern for the child's welfare")

    LEFT = ("MOVED_OUT", "ENROLLED_ELSEWHERE")

    reason = models.TextField(_("why the student is looked for"), blank=True)
    last_seen_on = models.DateField(_("last at school"), null=True)
    safety = models.TextField(_("safety note for the team"), blank=True)
    team = ArrayField(models.CharField(max_length=100), default=list)
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dispatched_on = models.DateField(null=True)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome, blank=True)
    outcome_on = models.DateField(null=True)
    cause = models.CharField(_("what stands in the way"), max_length=24, blank=True)
    destination = models.CharField(_("where to"), max_length=200, blank=True)
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    liaison_on = models.DateField(_("liaison for homeless students told"), null=True)
    findings = models.TextField(_("what was found"), blank=True)
    dss_reported_on = models.DateField(_("reported to DSS"), null=True)
    handed_back_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )


class LocateAttempt(models.Model):
    """One attempt to reach the student: when, where, by whom, with what result."""

    class Result(models.TextChoices):
        NOBODY = "nobody", _("nobody there")
        SPOKE = "spoke", _("spoke with somebody")
        STUDENT = "student", _("saw the student")
        WRONG = "wrong", _("wrong address")
        UNSAFE = "unsafe", _("broken off: not safe")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="locate_attempts")
    locate = models.ForeignKey(Locate, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    on = models.DateField()
    day_part = models.CharField(
        max_length=12, help_text="morning, midday, evening: by the local hour"
    )
    team = ArrayField(models.CharField(max_length=100), default=list)
    address = models.CharField(_("address tried"), max_length=300)
    result = models.CharField(max_length=8, choices=Result)
    spoken_to = models.CharField(_("spoken to (role only)"), max_length=60, blank=True)
    materials = models.CharField(_("left there"), max_length=200, blank=True)
    language = models.CharField(max_length=40, blank=True)
    safety = models.CharField(_("safety note"), max_length=500, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
