"""Community partners and the truancy court program: who helps, which schools they serve, who was
referred."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.models.agency import Agency, Memorandum
from attendance.models.case import AttendanceCase
from casework.models import Process


class Partner(Agency):
    """An agency or association that takes referrals of students and families."""

    class Service(models.TextChoices):
        MENTAL_HEALTH = "mental_health", _("mental health")
        HEALTH = "health", _("health")
        HOUSING = "housing", _("housing")
        FOOD = "food", _("food and clothing")
        TRANSPORT = "transport", _("transport")
        MENTORING = "mentoring", _("mentoring")
        TUTORING = "tutoring", _("tutoring")
        LANGUAGE = "language", _("language and immigration")
        LEGAL_AID = "legal_aid", _("legal aid")
        OTHER = "other", _("other")

    service = models.CharField(_("service"), max_length=16, choices=Service)


class PartnerMOU(Memorandum):
    """A memorandum with a partner."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="mous")


class PartnerSchool(models.Model):
    """A school that a partner serves."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="serves")
    school = models.ForeignKey("district.School", models.PROTECT, related_name="partners")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "school", "starts"], name="partner_school_key"
            )
        ]


class PartnerReferral(Process):
    """One referral to a partner: whether the family agreed, whether an intake took place, how it
    ended."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="referrals")
    referred_on = models.DateField()
    reason = models.TextField(_("why"), blank=True)
    consent_on = models.DateField(_("the family consented"), null=True)
    intake_on = models.DateField(_("intake"), null=True)
    ended_on = models.DateField(null=True)
    result = models.CharField(_("result"), max_length=300, blank=True)


class Court(Process):
    """One enrollment in the truancy court program (A2.7): restorative, no prosecution. `code` is
    what led to it."""

    offered_on = models.DateField()
    reason = models.TextField(_("why"), blank=True)
    consent_on = models.DateField(_("the family consented"), null=True)
    enrolled_on = models.DateField(_("enrolled"), null=True)
    judge = models.CharField(_("judge"), max_length=100, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    sessions = models.PositiveSmallIntegerField(
        _("weekly sessions"), default=0, help_text="how many by the policy when enrolled"
    )
    held = models.PositiveSmallIntegerField(_("sessions held"), default=0)
    attended = models.PositiveSmallIntegerField(_("sessions attended"), default=0)
    ended_on = models.DateField(null=True)


class Disclosure(models.Model):
    """What of a student's record left the district: to whom, when, on what legal basis, by whom
    (C2; 34 CFR 99.32)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="disclosures")
    process = models.ForeignKey("casework.Process", models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey("casework.Document", models.PROTECT, null=True, related_name="+")
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = models.CharField(_("to whom"), max_length=200)
    what = models.CharField(_("what"), max_length=300)
    basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        indexes = [models.Index(fields=["case", "on"], name="disclosure_case_on")]


class ExcuseNote(models.Model):
    """A note that explains absences. The code itself is changed in the student information system,
    never here (A2.1)."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("note of the parent")
        MEDICAL = "medical", _("note of a doctor or clinic")
        OTHER = "other", _("another paper (court, funeral, religious observance)")

    class Verdict(models.TextChoices):
        TIMELY = "TIMELY", _("in time")
        LATE = "LATE", _("late: the code stays")
        TOO_MANY = "TOO_MANY", _("beyond the number of parent notes: the code stays")
        OVERRIDDEN = "OVERRIDDEN", _("accepted by the principal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="excuse_notes")
    kind = models.CharField(max_length=8, choices=Kind)
    first_day = models.DateField(_("first day absent"))
    last_day = models.DateField(_("last day absent"))
    returned_on = models.DateField(_("back at school"))
    due = models.DateField(_("note due"))
    received_on = models.DateField(_("received"))
    verdict = models.CharField(max_length=12, choices=Verdict)
    reason = models.CharField(_("reason of the principal"), max_length=1_000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_on = models.DateField(_("code corrected in the student information system"), null=True)
