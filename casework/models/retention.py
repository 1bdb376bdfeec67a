"""What keeps a file (a legal hold) and how it ends (a disposal in two pairs of eyes; domain.md C4,
C5)."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from casework.models.guards import NEVER_DELETE


class LegalHold(models.Model):
    """Nothing that it covers may be destroyed. Set and lifted by counsel alone; it outlives every
    retention date."""

    class Scope(models.TextChoices):
        CASE = "CASE", _("one case")
        PERSON = "PERSON", _("every case about a student")
        QUERY = "QUERY", _("every case that fits a description")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(_("covers"), max_length=8, choices=Scope)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="holds")
    student = models.ForeignKey("district.Student", models.PROTECT, null=True, related_name="+")
    query = models.JSONField(default=dict, help_text="kind, school, opened_from, opened_to")
    matter = models.CharField(
        _("matter"), max_length=200, help_text="court or agency and its file number; no names"
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_on = models.DateField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_on = models.DateField(null=True)
    lifted_why = models.CharField(max_length=200, blank=True)

    class Meta:
        triggers = [
            NEVER_DELETE,
            pgtrigger.ReadOnly(
                name="as_set", fields=["scope", "case", "student", "query", "set_by", "set_on"]
            ),
        ]


class Disposal(models.Model):
    """A file that one person proposed to destroy and another one destroyed. The certificate stays:
    number, dates, counts, hashes of what was removed, who and who."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="disposals")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_on = models.DateField(null=True)
    certificate = models.JSONField(default=dict)

    class Meta:
        triggers = [NEVER_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(withdrawn_on=None), name="disposal_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="disposal_two_people",
            ),
        ]
