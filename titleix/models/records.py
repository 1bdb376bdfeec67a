"""What is kept in a case beside its steps: measures, duties, interviews, evidence, findings,
questions; and what was sent.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedJSONField, SealedTextField
from casework.models.guards import APPEND_ONLY
from titleix.models.case import TitleIXCase
from titleix.models.people import Party


class Record(models.Model):
    """One thing on file, of a kind, about a party or not; `text` and `data` are sealed; codes and
    dates stand in clear.
    """

    class Kind(models.TextChoices):
        SCREENING = "SCREENING", _("screening")
        MEASURE = "MEASURE", _("supportive measure")
        DUTY = "DUTY", _("duty that runs beside the case")
        CONTACT = "CONTACT", _("contact with a party")
        COMPLAINT = "COMPLAINT", _("formal complaint")
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
        MEETING = "MEETING", _("notice of an interview or meeting")
        ADVISOR = "ADVISOR", _("choice of an advisor")
        ESCALATION = "ESCALATION", _("escalation")
        REOPENING = "REOPENING", _("reopening")
        REFERRAL = "REFERRAL", _("referral")
        HR = "HR", _("record for human resources")
        CHECK = "CHECK", _("check of remedies and measures")
        LINK = "LINK", _("report that was made part of this case")
        WITHDRAWAL = "WITHDRAWAL", _("withdrawal")
        CONFLICT = "CONFLICT", _("tie of somebody to the case")

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
    attachment = models.ForeignKey(
        "casework.Attachment", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["case", "kind"], name="record_case")]


class Delivery(models.Model):
    """A letter to one person: when it was sent, by what, with what proof, and when the person
    answered or waived (N9).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="deliveries")
    document = models.ForeignKey(
        "casework.Document", models.PROTECT, null=True, related_name="deliveries"
    )
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="deliveries", help_text="whose right to it is"
    )
    recipient = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="whose name is on it: the person, or a parent",
    )
    language = models.CharField(max_length=8, default="en")
    code = models.CharField(max_length=24, help_text="NOTICE, EVIDENCE, REPORT ...")
    round = models.PositiveSmallIntegerField(
        default=1, help_text="sent again in a new round (new evidence, reopening)"
    )
    sent_on = models.DateField()
    means = models.CharField(max_length=16)
    proof = SealedTextField(blank=True)
    delivered_on = models.DateField(null=True)
    returned_on = models.DateField(null=True, help_text="came back: it did not reach the person")
    closed_on = models.DateField(null=True, help_text="answered or waived in writing")
    waived = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "code"], name="delivery_case")]


class Inspection(models.Model):
    """Somebody looked at evidence or report that was sent to the parties: who, what, when
    (34 CFR 106.45(b)(5)(vi)). Kept for ever; `how` says whether through the party's link, by a
    member of staff, or in the office.
    """

    class How(models.TextChoices):
        LINK = "link", _("through the private link")
        OFFICE = "office", _("in the office")
        STAFF = "staff", _("by a member of staff")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="inspections")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="inspections")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey("casework.Document", models.PROTECT, null=True, related_name="+")
    attachment = models.ForeignKey(
        "casework.Attachment", models.PROTECT, null=True, related_name="+"
    )
    how = models.CharField(max_length=8, choices=How)
    at = models.DateTimeField()

    class Meta:
        triggers = [APPEND_ONLY]
        indexes = [models.Index(fields=["case", "at"], name="inspection_case")]


class RedactedExport(models.Model):
    """A redacted archive in the making (C8): what a person decided about each suspect place, and
    who signed it off. The archive itself is not stored, it follows from the case; the key from
    labels to names is sealed here, apart from every archive.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="redactions")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = SealedTextField(_("for whom and why"))
    hidden = SealedTextField(
        blank=True, help_text="words that the reviewer hides, one a line: label, tabulator, word"
    )
    kept = SealedTextField(
        blank=True, help_text="suspects that the reviewer lets stand, one a line"
    )
    cleared = models.JSONField(
        default=list, help_text="attachments that are no text and that somebody let into the copy"
    )
    key = SealedJSONField(
        default=dict, help_text="from labels to originals, as at the signature; for counsel alone"
    )
    seal = models.CharField(
        max_length=64,
        blank=True,
        help_text="hash of what was reviewed: a file that changed is reviewed anew",
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True)


class Disclosure(models.Model):
    """What left the district: to whom, when, on what legal basis, by whom (C2; 34 CFR 99.32)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="disclosures")
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = SealedTextField(_("to whom"))
    what = SealedTextField(_("what"))
    basis = SealedTextField(_("legal basis"))
