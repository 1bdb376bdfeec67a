"""The memory of the compliance pages: sums that the sweep keeps, fed by marks that steps append
(`casework.reporting.rollup`)."""

from __future__ import annotations

from django.db import models


class RollupMark(models.Model):
    """A case whose promises changed since the sums were last folded. Appended in the statement that
    writes the step; no key to the case is checked, since that statement wrote it."""

    case_id = models.BigIntegerField()


class Sums(models.Model):
    """What is summed: by the original date (o) and by the extended one (e), promises counted, kept,
    and open past their date; beside them the promises that run or are held. Each part is a change
    that takes effect on `day`."""

    kind = models.CharField(max_length=16)
    school_id = models.BigIntegerField(
        help_text="0: all schools together (cells alone); -1: a case without a school"
    )
    owner_id = models.BigIntegerField(default=0, help_text="0: nobody")
    duty = models.CharField(
        max_length=32, blank=True, help_text="kind of the promise; empty: the case itself"
    )
    day = models.DateField()
    counted_o = models.IntegerField(default=0)
    met_o = models.IntegerField(default=0)
    late_o = models.IntegerField(default=0)
    counted_e = models.IntegerField(default=0)
    met_e = models.IntegerField(default=0)
    late_e = models.IntegerField(default=0)
    running = models.IntegerField(default=0)
    held = models.IntegerField(default=0)

    class Meta:
        abstract = True


class RollupPart(Sums):
    """What one case has added to the sums, so that it can be taken back when the case moves on."""

    case_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["case_id"], name="rollup_part_case"),
            models.Index(fields=["day"], name="rollup_part_day"),
        ]


class RollupCell(Sums):
    """One sum. `view` says which: T all days up to the horizon, M by month, D promises that run by
    due date, A open cases by the day on which they were opened."""

    view = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "view", "school_id", "owner_id", "duty", "day"],
                name="rollup_cell_key",
            ),
        ]


class MeasureValue(models.Model):
    """A goal's or report's figure as it was on a date, for its trend; never changed once the date
    is over."""

    measure = models.CharField(max_length=48)
    as_of = models.DateField()
    numerator = models.IntegerField()
    denominator = models.IntegerField()
    policy = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "as_of"], name="measure_value_key")
        ]
