"""What came in, when, from where, and what was wrong with it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from district import issue_reasons


class Import(models.Model):
    """One delivery from a source system. Nothing is applied before it is valid as a whole; a HELD
    one waits for a person."""

    class State(models.TextChoices):
        UPLOADED = "UPLOADED", _("uploaded")
        CHECKING = "CHECKING", _("being checked")
        PREVIEW = "PREVIEW", _("ready to apply")
        APPLYING = "APPLYING", _("being applied")
        APPLIED = "APPLIED", _("applied")
        UNCHANGED = "UNCHANGED", _("same as before, nothing to do")
        HELD = "HELD", _("held for a person to release")
        REJECTED = "REJECTED", _("rejected")
        REFUSED = "REFUSED", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    format = models.CharField(_("format"), max_length=16, help_text="canonical, edfi or oneroster")
    state = models.CharField(max_length=16, choices=State, default=State.UPLOADED)
    as_of = models.DateField(_("as of"), null=True)
    school_year = models.PositiveSmallIntegerField(_("school year"), null=True)
    folder = models.CharField(_("where the files lie"), max_length=500, blank=True)
    digest = models.CharField(_("hash over all files"), max_length=64, blank=True, db_index=True)
    started_by = models.ForeignKey("district.User", models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey("district.User", models.PROTECT, null=True, related_name="+")
    decision_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict, help_text="step, done and total while it runs")
    report = models.JSONField(
        default=dict,
        help_text="counts per file, notes on what was derived, why it was held or refused",
    )

    class Meta:
        ordering = ["-created_at"]

    @property
    def why(self) -> str:
        """Why it was held or refused, in the reader's language; '' when it was not."""
        return issue_reasons.told(
            (self.report.get("said") or {}).get("why"), self.report.get("why") or ""
        )

    @property
    def notes(self) -> list[str]:
        """What is worth knowing about it, in the reader's language."""
        kept = self.report.get("notes") or []
        said = (self.report.get("said") or {}).get("notes") or [None] * len(kept)
        return [issue_reasons.told(one, text) for one, text in zip(said, kept, strict=False)]


class ImportIssue(models.Model):
    """One row (or file) that could not be taken, or that deserves a look. Values are kept: the
    person must find the row."""

    class Level(models.TextChoices):
        ERROR = "ERROR", _("not taken")
        WARNING = "WARNING", _("taken, please check")

    run = models.ForeignKey(Import, models.CASCADE, related_name="issues")
    level = models.CharField(max_length=8, choices=Level, default=Level.ERROR)
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=100, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=48)
    params = models.JSONField(
        default=dict,
        help_text="what the sentence of the code names: the column, the limit, the rule",
    )
    reason = models.TextField(
        help_text="the sentence of the day, for codes that have none any more"
    )

    class Meta:
        ordering = ["level", "id"]

    @property
    def words(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return issue_reasons.sentence(self.code, self.params, self.reason)


class TouchedStudent(models.Model):
    """A student about whom an import changed something that counts (marks, enrolments, calendar):
    to be evaluated."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="touched", db_constraint=False)
    student_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "student_id"], name="touched_student_key")
        ]
