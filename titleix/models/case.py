"""A report and the case that it becomes: one row from the first word to the archive."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import SealedTextField
from casework.models import Case


class TitleIXCase(Case):
    """One report of sex-based harassment (domain.md B).

    Everything that was said is in sealed columns or records.
    """

    class Level(models.TextChoices):
        SCHOOL = "SCHOOL", _("School (30 days)")
        DISTRICT = "DISTRICT", _("District (60 days)")

    class Channel(models.TextChoices):
        FORM = "form", _("public form")
        STAFF = "staff", _("entered by staff")
        PHONE = "phone", _("telephone")
        PERSON = "person", _("in person")
        SYSTEM = "system", _("another system")

    class Link(models.TextChoices):
        RETALIATION = "RETALIATION", _("retaliation for the linked case")
        MERGED = "MERGED", _("part of the linked case")
        CONSOLIDATED = "CONSOLIDATED", _("investigated with the linked case")

    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    anonymous = models.BooleanField(_("anonymous"), default=False)
    knowledge_at = models.DateTimeField(_("first known to an employee"))
    knowledge_employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    late_entry = models.BooleanField(
        default=False, help_text="entered later than one work day after an employee knew"
    )
    incident_on = models.DateField(_("date of the incident"), null=True)
    location = models.CharField(_("kind of place"), max_length=16, blank=True)
    narrative = SealedTextField(_("what was reported, in the reporter's words"), blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, blank=True)
    outcome = models.CharField(_("outcome of the screening"), max_length=32, blank=True)
    second_reader_open = models.BooleanField(
        default=False, help_text="a second reader has not looked at the screening yet"
    )
    employee_respondent = models.BooleanField(default=False)
    complaint_on = models.DateField(_("formal complaint filed or signed"), null=True)
    complaint_by = models.CharField(
        max_length=24, blank=True, help_text="complainant, complainant_parent or coordinator"
    )
    standard = models.CharField(_("standard of evidence"), max_length=24, default="preponderance")
    came_from = models.CharField(
        max_length=32,
        blank=True,
        help_text="state to which an informal resolution or a dismissal that falls returns",
    )
    dismiss_first = models.BooleanField(
        default=False,
        help_text="a formal complaint must be dismissed before the school goes on (B2.2, rule 9)",
    )
    dismissed_on = models.DateField(_("complaint dismissed"), null=True)
    conduct_track = models.BooleanField(
        default=False, help_text="the conduct goes on under the code of conduct after the dismissal"
    )
    withdrawn_on = models.DateField(_("complaint withdrawn in writing"), null=True)
    appeal_of = models.CharField(max_length=16, blank=True, help_text="determination or dismissal")
    responsible = models.BooleanField(null=True, help_text="whether any allegation was found")
    linked = models.ForeignKey("self", models.PROTECT, null=True, related_name="links")
    link = models.CharField(max_length=16, choices=Link, blank=True)
    last_action_on = models.DateField(null=True)
    retain_until = models.DateField(null=True)
    receipt = models.CharField(
        max_length=64, blank=True, help_text="hash of the code with which a reporter comes back"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["receipt"], condition=~models.Q(receipt=""), name="titleix_receipt"
            )
        ]
