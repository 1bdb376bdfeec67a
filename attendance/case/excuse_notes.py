"""Excuse notes (A-33): when they are due by the policy, who may accept a late one, who corrects the
code. The mark itself is changed in the student information system, never here."""

from __future__ import annotations

from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from attendance.case.excuse_note_forms import ExcuseNoteForm, OverrideForm
from attendance.common.forms import ConfirmForm
from attendance.common.states import MAIL, OPEN, SIGN, STATE, WORK, AttendanceFlow
from attendance.models import ExcuseNote
from casework.engine.workflow import step, unmet
from casework.models import Event

ACCEPTED = (ExcuseNote.Verdict.TIMELY, ExcuseNote.Verdict.OVERRIDDEN)


def some_note_refused(flow: ExcuseNotes) -> object:
    """There is a note that came too late or was one too many."""
    refused = any(note.verdict not in ACCEPTED for note in flow.file.children["note"])
    return unmet(refused, _("No note was refused."))


def some_note_to_enter(flow: ExcuseNotes) -> object:
    """There is a note whose code is still to be corrected."""
    waiting = any(
        note.verdict in ACCEPTED and note.entered_on is None for note in flow.file.children["note"]
    )
    return unmet(waiting, _("Every accepted note was entered."))


class ExcuseNotes(AttendanceFlow):
    """Steps about excuse notes."""

    @step(
        STATE,
        source=OPEN,
        label=_("Record an excuse note"),
        by=(WORK, MAIL, SIGN),
        form=ExcuseNoteForm,
        event=Event.Kind.FACT,
        does=_("Keeps the note and says whether it came in time."),
        makes=_("If it did: a task to correct the code."),
    )
    def record_note(self) -> None:
        """In time by the policy: the code is corrected; late or one too many: it stays."""
        data = self.data
        note = ExcuseNote(
            id=uuid4(),
            kind=data["kind"],
            first_day=data["first_day"],
            last_day=data["last_day"],
            returned_on=data["returned_on"],
            due=data["due"],
            received_on=data["received_on"],
            verdict=data["verdict"],
        )
        note.case_id = self.case.id
        self.file.add(note)
        if note.verdict in ACCEPTED:
            self._enter()

    @step(
        STATE,
        source=OPEN,
        label=_("Accept a late note"),
        by=(SIGN,),
        form=OverrideForm,
        event=Event.Kind.FACT,
        conditions=[some_note_refused],
        does=_("Accepts a note that came late, with your reason."),
        makes=_("A task to correct the code."),
    )
    def override_note(self) -> None:
        """A-33: the principal overrides, with a reason."""
        note = next(
            note for note in self.file.children["note"] if str(note.id) == self.data["note"]
        )
        note.verdict = ExcuseNote.Verdict.OVERRIDDEN
        note.reason = self.data["reason"]
        note.decided_by_id = self.actor_id
        self.file.touch(note)
        self._enter()

    @step(
        STATE,
        source=OPEN,
        label=_("Codes corrected"),
        by=(MAIL, WORK),
        form=ConfirmForm,
        event=Event.Kind.FACT,
        conditions=[some_note_to_enter],
        does=_(
            "Says that the codes of all accepted notes were corrected in the student information "
            "system."
        ),
    )
    def note_entered(self) -> None:
        """The data manager corrects the code where it is kept; the next delivery brings it here."""
        for note in [
            note
            for note in self.file.children["note"]
            if note.verdict in ACCEPTED and note.entered_on is None
        ]:
            note.entered_on = self.effective_on
            self.file.touch(note)
        self.finish_task("ENTER_NOTE", "corrected")

    def _enter(self) -> None:
        if not self.has_task("ENTER_NOTE"):
            self.open_task("ENTER_NOTE", role="DATA_MANAGER", clock="note_entry")
