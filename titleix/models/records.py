"""What is kept in a case beside its steps: measures, duties, interviews, evidence, findings, questions; and what was sent."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.sealed import SealedJSONField, SealedTextField

from .case import TitleIXCase
from .people import Party


class Record(models.Model):
    """One thing on file, of a kind, about a party or not; `text` and `data` are sealed; codes and dates stand in clear."""

    class Kind(models.TextChoices):
        SCREENING = "SCREENING", _("screening")
        MEASURE = "MEASURE", _("supportive measure")
        DUTY = "DUTY", _("duty that runs beside the case")
        CONTACT = "CONTACT", _("contact with a party")
        ALLEGATION = "ALLEGATION", _("allegation")
        INTERVIEW = "INTERVIEW", _("interview")
        EVIDENCE = "EVIDENCE", _("evidence")
        STATEMENT = "STATEMENT", _("written statement or response")
        QUESTION = "QUESTION", _("written question")
        FINDING = "FINDING", _("finding")
        REPORT = "REPORT", _("investigative report")
        DETERMINATION = "DETERMINATION", _("determination")
        APPEAL = "APPEAL", _("appeal")
        REMEDY = "REMEDY", _("remedy or sanction")
        REMOVAL = "REMOVAL", _("emergency removal")
        LEAVE = "LEAVE", _("administrative leave")
        NO_CONTACT = "NO_CONTACT", _("no-contact order")
        ACCOMMODATION = "ACCOMMODATION", _("accommodation")
        CONSENT = "CONSENT", _("consent to informal resolution")
        AGREEMENT = "AGREEMENT", _("agreement")
        NOTE = "NOTE", _("note or reason")
        MESSAGE = "MESSAGE", _("message with the reporter")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="records")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="records")
    number = models.PositiveSmallIntegerField(default=1)
    on = models.DateField(_("date"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=32, blank=True)
    text = SealedTextField(_("text"), blank=True)
    data = SealedJSONField(default=dict)
    closed_on = models.DateField(null=True)
    attachment = models.ForeignKey("casework.Attachment", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "kind"], name="record_case")]


class Delivery(models.Model):
    """A letter to one person: when it was sent, by what, with what proof, and when the person answered or waived (N9)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="deliveries")
    document = models.ForeignKey("casework.Document", models.PROTECT, null=True, related_name="deliveries")
    party = models.ForeignKey(Party, models.PROTECT, related_name="deliveries")
    code = models.CharField(max_length=24, help_text="NOTICE, EVIDENCE, REPORT ...")
    round = models.PositiveSmallIntegerField(default=1, help_text="sent again in a new round (new evidence, reopening)")
    sent_on = models.DateField()
    means = models.CharField(max_length=16)
    proof = SealedTextField(blank=True)
    closed_on = models.DateField(null=True, help_text="answered or waived in writing")
    waived = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "code"], name="delivery_case")]


class Disclosure(models.Model):
    """What left the district: to whom, when, on what legal basis, by whom (C2; 34 CFR 99.32)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="disclosures")
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = SealedTextField(_("to whom"))
    what = SealedTextField(_("what"))
    basis = SealedTextField(_("legal basis"))
