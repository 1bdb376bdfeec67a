"""Supportive measures (34 CFR 106.30): offered, in place, reviewed every 15 school days (B1.1)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import EndForm, RecordForm, long_text
from titleix.case.record_rows import end_record, record_from_form, record_today
from titleix.case.states import OPEN, STAFF, state
from titleix.models import Record, TitleIXCase


class MeasureForm(RecordForm):
    """A supportive measure: non-disciplinary, free, without unreasonable burden (34 CFR 106.30)."""

    answer = forms.ChoiceField(
        label=_("The person"),
        choices=[
            ("accepted", _("accepted it")),
            ("refused", _("refused it")),
            ("offered", _("has not answered yet")),
        ],
    )


class EndMeasureForm(EndForm):
    """The end of a supportive measure."""

    kind, codes = Record.Kind.MEASURE, ("accepted", "offered")


class MeasureReviewForm(StepForm):
    """The review of the measures in place."""

    text = long_text(_("What the review found"))


class SupportiveMeasures(Workflow):
    """Measures with the person's answer, and their reviews."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record a supportive measure"),
        by=STAFF,
        form=MeasureForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.30",
        does=_(
            "Keeps a supportive measure with the person's answer; a review comes every 15 school "
            "days while it is in place."
        ),
    )
    def add_measure(self) -> None:
        """On file with the answer; reviewed every 15 school days while in place (B1.1)."""
        record_from_form(self, Record.Kind.MEASURE, code=self.data["answer"])
        if queries.measures(self.file) and not self._running("measures_review"):
            self.start_clock("measures_review", self.turn.today)

    @step(
        state,
        source=OPEN,
        label=_("End a supportive measure"),
        by=STAFF,
        form=EndMeasureForm,
        event=Event.Kind.FACT,
        does=_("Keeps when and why a measure ended."),
        conditions=[
            conditions.on_record(
                Record.Kind.MEASURE, _("No measure is in place."), "accepted", "offered"
            )
        ],
    )
    def end_measure(self) -> None:
        """The record stays; with the last measure the reviews end too."""
        end_record(self)
        if not queries.measures(self.file) and self.case.state != "SUPPORTIVE_ONLY":
            self.cancel_clock("measures_review", gettext_noop("no measure is in place"))

    @step(
        state,
        source=OPEN,
        label=_("Record the review of the measures"),
        by=STAFF,
        form=MeasureReviewForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps what the review found; the next one is due 15 school days later while measures "
            "are in place."
        ),
    )
    def review_measures(self) -> None:
        """The next review is due while measures are in place.

        A case that has nothing but measures is looked at again until it is closed.
        """
        record_today(self, Record.Kind.CHECK, "measures")
        self.stop_clock("measures_review")
        if queries.measures(self.file) or self.case.state == "SUPPORTIVE_ONLY":
            self.start_clock("measures_review")
