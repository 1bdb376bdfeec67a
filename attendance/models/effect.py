"""What was measured about each intervention, kept so that a page adds it up at once. Computed anew
every night."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EffectPair(models.Model):
    """One intervention of one student with whole windows before and after it
    (attendance/reporting/intervention_effect.py)."""

    school_year = models.PositiveSmallIntegerField()
    school = models.ForeignKey("district.School", models.CASCADE, related_name="+")
    student = models.ForeignKey("district.Student", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    on = models.DateField()
    before = models.PositiveSmallIntegerField(_("absent days of the 20 before"))
    after = models.PositiveSmallIntegerField(_("absent days of the 20 after"))
    others = models.FloatField(
        null=True,
        help_text=(
            "how many fewer days the matched students missed afterwards; null: nobody was similar"
        ),
    )
    computed_for = models.DateField(help_text="the day up to which marks were read")

    class Meta:
        indexes = [models.Index(fields=["school_year", "school"], name="effect_pair_school")]
