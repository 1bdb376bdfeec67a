"""What an attendance case and a notice add to the engine's Case and Process."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models import Case, Process


class AttendanceCase(Case):
    """One student in one school year (domain.md A2.2). `stage` is the stage that work reached, kept
    while the state is ON_HOLD, TRANSFER_PENDING or CLOSED."""

    student = models.ForeignKey("district.Student", models.PROTECT, related_name="attendance_cases")
    school_year = models.PositiveSmallIntegerField(_("school year"))
    stage = models.CharField(_("stage"), max_length=16)
    triggers = ArrayField(
        models.CharField(max_length=32),
        default=list,
        help_text="L3, L6, CH10, TN5/10 ... as they were reached",
    )
    worked = models.BooleanField(
        default=False, help_text="a person acted on it; the machine may no longer lower it"
    )
    resume_state = models.CharField(
        max_length=24, blank=True, help_text="state to which a transfer or a hold returns"
    )
    arc_held_on = models.DateField(_("conference held"), null=True)
    exclusions = ArrayField(
        models.CharField(max_length=40),
        default=list,
        help_text="recorded reasons that stand against a legal referral",
    )
    prior_year_tier3 = models.BooleanField(default=False)
    plan_from = models.DateField(
        _("plan in force since"),
        null=True,
        help_text="causes and steps recorded (tier 2) or plan signed (tier 3)",
    )
    monitor_from = models.DateField(_("monitored since"), null=True)
    verified_on = models.DateField(
        _("referral verified"), null=True, help_text="G.S. 115C-381: by the social worker"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawal_flagged_on = models.DateField(
        null=True, help_text="left by the files although the ten-day rule stands against it"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "school_year"], name="attendance_case_key")
        ]


class Notice(Process):
    """A notice to the family (domain.md A2.3). One row may cover several thresholds crossed in one
    import."""

    class Means(models.TextChoices):
        MAIL = "mail", _("mail")
        PHONE = "phone", _("telephone")
        MESSAGE = "message", _("text message or e-mail")
        HAND = "hand", _("handed over")

    covers = ArrayField(
        models.CharField(max_length=32), help_text="thresholds: L3, L6, L10, TN5/10"
    )
    detected_on = models.DateField()
    reached_on = models.DateField(
        null=True,
        help_text=(
            "the day of the absence that reached the threshold, where the policy counts by it"
        ),
    )
    cited = ArrayField(
        models.DateField(), default=list, help_text="the unexcused dates that the letter cites"
    )
    count = models.PositiveSmallIntegerField(
        help_text="what was counted when detected, in the unit of the policy (U: days)"
    )
    must_mail = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")
    means = models.CharField(max_length=8, choices=Means, blank=True)
    recipients = models.JSONField(
        default=list, help_text="guardian id, name and address of each letter, as sent"
    )
    sent_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    proof = models.CharField(_("tracking number or proof"), max_length=200, blank=True)
    superseded_on = models.DateField(
        null=True, help_text="a cited day was excused afterwards; the letter no longer counts"
    )
    breached_on = models.DateField(
        null=True, help_text="a seventh unexcused day accrued before L6 was sent"
    )
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
