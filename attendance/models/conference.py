"""The Attendance Review Conference with its plan (domain.md A2.4)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.models.case import AttendanceCase
from casework.models import Process


class Arc(Process):
    """One conference, from the request to the end of its plan. `code` is the trigger (L10, CH20,
    hand)."""

    class Disability(models.TextChoices):
        NO = "no", _("no sign of one")
        KNOWN = "known", _("known: an IEP or a 504 plan is in force")
        SUSPECTED = "suspected", _("suspected: refer to the IEP or 504 team")

    class Signature(models.TextChoices):
        SIGNED = "signed", _("signed")
        REFUSED = "refused", _("refused to sign")
        ABSENT = "absent", _("was not there")

    class Outcome(models.TextChoices):
        PLAN_AGREED = "PLAN_AGREED", _("Plan agreed")
        PLAN_NO_PARENT = "PLAN_NO_PARENT", _("Plan without the parent")
        REFER_MEDIATION = "REFER_MEDIATION", _("Refer to mediation")
        REFER_COURT_PROGRAM = "REFER_COURT_PROGRAM", _("Refer to the truancy court programme")
        REFER_LOCATE = "REFER_LOCATE", _("Ask the street team to find the student")
        REFER_IEP_504 = "REFER_IEP_504", _("Refer to the IEP or 504 team")
        REFER_HEALTH = "REFER_HEALTH", _("Refer to health services")
        NOT_GOOD_FAITH_CONCERN = "NOT_GOOD_FAITH_CONCERN", _("Concern: no good-faith effort")

    detected_on = models.DateField()
    counts = models.JSONField(
        default=dict, help_text="unexcused, absences, enrolled when it was requested"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="days that were set, the kept one included"
    )
    invitees = ArrayField(models.CharField(max_length=24), default=list)
    language = models.CharField(max_length=8, default="en")
    interpreter = models.BooleanField(default=False)
    invited_on = models.DateField(null=True)
    held_on = models.DateField(_("held"), null=True)
    not_held_on = models.DateField(_("could not be held"), null=True)
    attendees = ArrayField(models.CharField(max_length=24), default=list)
    minutes = models.TextField(_("minutes"), blank=True)
    causes = ArrayField(models.CharField(max_length=24), default=list)
    disability = models.CharField(
        _("disability question"), max_length=12, choices=Disability, blank=True
    )
    notified = models.BooleanField(_("the family received the notices"), null=True)
    outcomes = ArrayField(models.CharField(max_length=24), default=list)
    goal_percent = models.PositiveSmallIntegerField(_("goal: attendance in percent"), null=True)
    goal_unexcused = models.PositiveSmallIntegerField(
        _("goal: at most so many unexcused days"), null=True
    )
    resources = models.TextField(_("resources"), blank=True)
    signed_on = models.DateField(_("plan signed"), null=True)
    parent_signature = models.CharField(max_length=8, choices=Signature, blank=True)
    student_signature = models.CharField(max_length=8, choices=Signature, blank=True)
    started_on = models.DateField(_("plan begun"), null=True)


class PlanAction(models.Model):
    """One thing that somebody does under a plan until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="plan_actions")
    arc = models.ForeignKey(Arc, models.PROTECT, related_name="actions")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(_("what"), max_length=300)
    owner = models.CharField(_("who"), max_length=100)
    due = models.DateField(_("until"))
    done_on = models.DateField(_("done"), null=True)
    dropped_on = models.DateField(null=True, help_text="a later plan took its place")


class PlanReview(models.Model):
    """A look at the plan: attendance in the school days before its signature and in those since,
    counted from the marks."""

    class Verdict(models.TextChoices):
        WORKS = "works", _("it works: the goals are met")
        PARTLY = "partly", _("it helps, the goals are not met yet")
        FAILS = "fails", _("it does not work")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(AttendanceCase, models.PROTECT, related_name="plan_reviews")
    arc = models.ForeignKey(Arc, models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(
        help_text="days, absent, unexcused, percent in the school days up to the signature"
    )
    after = models.JSONField(
        help_text="the same in the school days since the signature or the last review"
    )
    verdict = models.CharField(max_length=8, choices=Verdict)
    text = models.TextField(blank=True)
