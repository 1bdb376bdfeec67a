"""People in a case: parties with their addresses, staff with their functions, and what staff were
trained in.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.encryption.fields import PrintsField, SealedTextField
from titleix.models.case import TitleIXCase
from titleix.rules.separation_of_duties import ConflictKind, Role


class Party(models.Model):
    """A complainant, respondent, witness, or who acts for one.

    Letters are bound to this row, so that two parties' addresses cannot swap (C9).
    """

    class Part(models.TextChoices):
        COMPLAINANT = "complainant", _("complainant")
        RESPONDENT = "respondent", _("respondent")
        WITNESS = "witness", _("witness")
        REPORTER = "reporter", _("reporter")
        PARENT = "parent", _("parent or guardian")
        ADVISOR = "advisor", _("advisor")

    class Kind(models.TextChoices):
        STUDENT = "student", _("student")
        EMPLOYEE = "employee", _("employee")
        THIRD = "third", _("somebody else")
        UNKNOWN = "unknown", _("not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="parties")
    part = models.CharField(_("part"), max_length=12, choices=Part)
    number = models.PositiveSmallIntegerField(
        help_text="Complainant 1, Witness 3: stable for redaction"
    )
    kind = models.CharField(_("who this is"), max_length=8, choices=Kind, default=Kind.UNKNOWN)
    student = models.ForeignKey("district.Student", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acts_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="acting")
    name = SealedTextField(_("name"), blank=True)
    nicknames = SealedTextField(
        _("other names"), blank=True, help_text="one a line; found by the redacted export"
    )
    address = SealedTextField(_("address"), blank=True)
    email = SealedTextField(_("e-mail"), blank=True)
    phone = SealedTextField(_("telephone"), blank=True)
    prints = PrintsField(
        sources=("name", "email", "phone"),
        help_text="keyed fingerprints: the same person in another report",
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    minor = models.BooleanField(_("under 18"), default=False)
    plan = models.BooleanField(_("IEP or Section 504 plan"), default=False)
    added_on = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "part", "number"], name="party_key")]
        indexes = [GinIndex(fields=["prints"], name="party_prints")]

    @property
    def label(self) -> str:
        """'Complainant 1': what stands in lists, letters to others and redacted files."""
        return f"{self.Part(self.part).label.capitalize()} {self.number}"

    @property
    def is_party(self) -> bool:
        """Whether the rule owes this person the rights of a party."""
        return self.part in (self.Part.COMPLAINANT, self.Part.RESPONDENT)


class Assignment(models.Model):
    """A function that somebody holds in one case, from when to when.

    Separation of duties is checked when it begins and at every act (B3.4); the database refuses two
    running investigators of one case who are also its judge.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(TitleIXCase, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="titleix_assignments"
    )
    role = models.CharField(
        _("function"), max_length=20, choices=[(role.value, role.value) for role in Role]
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    conflict = models.CharField(
        _("tie to the case"),
        max_length=24,
        blank=True,
        choices=[(kind.value, kind.value) for kind in ConflictKind],
    )
    conflict_cleared = models.BooleanField(default=False)
    declared_on = models.DateField(
        null=True, help_text="when the person declared to have no tie, or which"
    )
    review = SealedTextField(_("review of the tie"), blank=True)
    reviewed_on = models.DateField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user", "role"],
                condition=models.Q(ends_on=None),
                name="assignment_key",
            )
        ]


class Training(models.Model):
    """What somebody was trained in for Title IX, until when it holds, and where the material is
    published (34 CFR 106.45(b)(1)(iii), (b)(10)(i)(D)).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="titleix_trainings"
    )
    role = models.CharField(
        _("function"), max_length=20, choices=[(role.value, role.value) for role in Role]
    )
    title = models.CharField(_("title"), max_length=200)
    completed_on = models.DateField(_("completed"))
    valid_until = models.DateField(_("valid until"))
    material = models.URLField(_("published material"), max_length=300)

    class Meta:
        indexes = [models.Index(fields=["user", "role", "valid_until"], name="training_valid")]
