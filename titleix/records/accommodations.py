"""Accommodations and interpreters that somebody needs to take part (C11)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import RecordChoice, RecordForm, choose, long_text, people_of
from titleix.case.record_rows import chosen_record, record_from_form
from titleix.case.states import OPEN, STAFF, state
from titleix.models import Record, TitleIXCase


class AccommodationForm(RecordForm):
    """Somebody asks for an accommodation or an interpreter (C11)."""

    what = forms.ChoiceField(
        label=_("What kind"),
        choices=[
            ("disability", _("for a disability")),
            ("language", _("for a language")),
            ("other", _("something else")),
        ],
    )

    def prepare(self) -> None:
        """Whoever takes part."""
        super().prepare()
        choose(self, "party", people_of(self))


class AnswerAccommodationForm(RecordChoice):
    """The answer to such a request."""

    kind, codes = Record.Kind.ACCOMMODATION, ("disability", "language", "other")
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            ("granted", _("granted")),
            ("partly", _("granted in part")),
            ("refused", _("refused")),
        ],
    )
    text = long_text(_("What was arranged, or why not"))


class Accommodations(Workflow):
    """A request and its answer."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record a request for an accommodation"),
        by=STAFF,
        form=AccommodationForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps what somebody needs to take part: an interpreter, an accommodation. An answer "
            "is due."
        ),
    )
    def ask_accommodation(self) -> None:
        """A request with its deadline; also a good cause for more time (C11)."""
        record_from_form(self, Record.Kind.ACCOMMODATION, code=self.data["what"])
        self.open_task("ACCOMMODATION", role="COORDINATOR", clock="accommodation")

    @step(
        state,
        source=OPEN,
        label=_("Answer a request for an accommodation"),
        by=STAFF,
        form=AnswerAccommodationForm,
        event=Event.Kind.FACT,
        does=_("Keeps what was arranged, or why not."),
        conditions=[conditions.task_open("ACCOMMODATION", _("No request waits for an answer."))],
    )
    def answer_accommodation(self) -> None:
        """Granted, in part, or refused with the reason; the last answer meets the deadline."""
        row = chosen_record(self)
        row.code, row.closed_on = self.data["answer"], self.turn.today
        row.data = {**row.data, "answer": self.data["text"]}
        self.file.touch(row)
        if not any(
            other.closed_on is None
            for other in queries.records(self.file, Record.Kind.ACCOMMODATION)
        ):
            self.finish_task("ACCOMMODATION", "answered")
        self.turn.data = {"record": row.kind, "number": row.number, "answer": self.data["answer"]}
