"""Which student belongs to which school, from when to when."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Enrollment(models.Model):
    """A span of membership; `exit_date` is the last day of membership or null while it runs."""

    source = models.CharField(_("delivered by"), max_length=32, default="sis")
    enrollment_id = models.CharField(_("enrolment number"), max_length=96)
    student = models.ForeignKey("district.Student", models.CASCADE, related_name="enrollments")
    school = models.ForeignKey("district.School", models.PROTECT, related_name="enrollments")
    entry_date = models.DateField(_("first day"))
    entry_code = models.CharField(max_length=32, blank=True)
    exit_date = models.DateField(_("last day"), null=True, blank=True)
    exit_code = models.CharField(max_length=32, blank=True)
    prior_unexcused = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="unexcused days of this year in another district, for information (A-18)",
    )
    service_type = models.CharField(
        max_length=8, default="P", help_text="P primary, S partial, N special education only"
    )
    derived = models.BooleanField(
        default=False,
        help_text=(
            "not delivered: concluded from attendance events (the source had no enrolment file)"
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "enrollment_id"], name="enrollment_key"),
            models.CheckConstraint(
                condition=models.Q(exit_date__isnull=True)
                | models.Q(exit_date__gte=models.F("entry_date")),
                name="enrollment_order",
            ),
        ]
        indexes = [models.Index(fields=["student", "entry_date"], name="enrollment_student")]
