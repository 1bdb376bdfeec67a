"""Contacts with the complainant, and notes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import NoteForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case.forms import RecordForm
from titleix.case.record_rows import record_from_form
from titleix.case.states import ALL_STAFF, OPEN, STAFF, S, state
from titleix.models import Record, TitleIXCase


class Contacts(Workflow):
    """What was talked about, and notes on the timeline."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record a contact with the complainant"),
        by=STAFF,
        form=RecordForm,
        event=Event.Kind.CONTACT,
        does=_(
            "Keeps that the complainant was contacted: measures offered, wishes heard, complaint "
            "explained."
        ),
        stops=("contact_complainant",),
        cite="34 CFR 106.44(a)",
    )
    def contact(self) -> None:
        """Supportive measures and wishes discussed, with or without a complaint."""
        record_from_form(self, Record.Kind.CONTACT)

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Add a note"),
        by=ALL_STAFF,
        form=NoteForm,
        event=Event.Kind.NOTE,
        does=_("Adds a note to the timeline."),
    )
    def add_note(self) -> None:
        """A note on the timeline."""
