"""Cases and their child processes. Their `state` is written by `casework.engine.services` alone;
triggers refuse the rest."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.guards import CASE_LAW, NEVER_DELETE, PROCESS_LAW


class Case(models.Model):
    """What every case has, whatever its kind. Kinds extend this table (multi-table inheritance)."""

    number = models.CharField(_("case number"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=16)
    rules = models.CharField(_("rules version"), max_length=32)
    policy = models.CharField(_("policy version"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=32)
    revision = models.PositiveIntegerField(default=1)
    school = models.ForeignKey("district.School", models.PROTECT, null=True, related_name="cases")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_cases"
    )
    episode = models.PositiveSmallIntegerField(_("episode"), default=1)
    opened_on = models.DateField(_("opened"))
    closed_on = models.DateField(_("closed"), null=True)
    closed_reason = models.CharField(_("reason for closing"), max_length=32, blank=True)
    next_due = models.DateField(_("next duty due"), null=True)
    next_duty = models.CharField(
        _("next duty"), max_length=32, blank=True, help_text="clock kind of the next duty"
    )
    next_day0 = models.DateField(
        null=True, help_text="day 0 of the next duty: worklists draw how much of its time is over"
    )
    last_contact_on = models.DateField(_("last contact"), null=True)
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        permissions = [
            ("view_cases", "may read this one case"),
            ("work_cases", "may work this one case"),
            # functions that staff hold in single cases of kinds that nobody sees by post
            ("coordinate_cases", "coordinates this one case"),
            ("investigate_cases", "investigates this one case"),
            ("decide_cases", "decides this one case"),
            ("appeal_cases", "hears the appeal in this one case"),
            ("facilitate_cases", "facilitates an informal resolution in this one case"),
            ("administer_cases", "acts for the school in this one case"),
            ("approve_cases", "decides on what is beyond the coordinator in this one case"),
            # outside people who see one packet and not the case
            ("mediate_cases", "leads the mediation in this one case"),
        ]
        triggers = [CASE_LAW, NEVER_DELETE]
        indexes = [
            models.Index(
                fields=["school", "next_due", "id"],
                condition=models.Q(closed_on=None),
                name="case_school_open",
            ),
            models.Index(
                fields=["owner", "next_due", "id"],
                condition=models.Q(closed_on=None),
                name="case_owner_open",
            ),
            models.Index(
                fields=["next_due", "id"], condition=models.Q(closed_on=None), name="case_due_open"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseNumber(models.Model):
    """The last number given out per kind and year."""

    kind = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="case_number_key")]


class Process(models.Model):
    """A piece of procedure with states of its own inside a case: a notice, a conference, a
    mediation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="processes", db_index=False)
    kind = models.CharField(max_length=16)
    rules = models.CharField(max_length=32)
    code = models.CharField(max_length=32, blank=True, help_text="which one: L3, L6, L3+L6 ...")
    state = models.CharField(max_length=32)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        triggers = [PROCESS_LAW, NEVER_DELETE]
        indexes = [models.Index(fields=["case", "kind"], name="process_case")]
