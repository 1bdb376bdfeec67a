"""Corrections of the record after something happened (C16, C17; A3.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.case import letters
from attendance.case.forms import ReviewForm
from attendance.case.tier_changes import TierChanges
from attendance.common.forms import LanguageForm
from attendance.common.states import HELPED, MAIL, OPEN, STATE, WORK, Stage
from attendance.models import Arc, Notice
from attendance.rules import periods
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, step, unmet
from casework.models import Event


def no_letter_out(flow: Corrections) -> object:
    """C16: nothing has reached the family and nobody has worked on the case."""
    sent = any(isinstance(process, Notice) and process.sent_on for process in flow.file.processes)
    return unmet(
        not sent and not flow.case.worked,
        _("A letter was sent or somebody has worked on the case."),
    )


def has_open_review(flow: Corrections) -> object:
    """There is a correction to look at."""
    return unmet(flow.has_task("REVIEW_CORRECTION"), _("No correction waits for a review."))


def letter_superseded(flow: Corrections) -> object:
    """A letter that went out cites a day that was excused afterwards."""
    gone = any(
        isinstance(process, Notice) and process.superseded_on for process in flow.file.processes
    )
    return unmet(gone, _("No letter that was sent has lost its ground."))


def nothing_above_watch(flow: Corrections) -> object:
    """C17: below the triggers. While the record still reaches one, the machine would raise the case
    again the same evening."""
    standing = periods.above_watch(flow) if flow.has_task("REVIEW_CORRECTION") else []
    return unmet(
        not standing,
        _("The record still reaches a threshold of a higher tier: %(which)s.")
        % {"which": ", ".join(standing)},
    )


class Corrections(TierChanges):
    """Steps after a correction."""

    @step(
        STATE,
        source=Stage.WATCH,
        target=Stage.CLOSED,
        label=_("Close: corrected"),
        by=(SYSTEM,),
        conditions=[no_letter_out],
        work=False,
    )
    def close_corrected(self) -> None:
        """C16: a correction brought every measure below its trigger before anything happened."""
        self.close_case("CORRECTED")

    @step(
        STATE,
        source=OPEN,
        label=_("Correction to review"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
        tells=_("The social worker."),
        makes=_("A task to review the correction."),
    )
    def flag_correction(self) -> None:
        """C17: below a trigger after work began; the stage stays, a person decides."""
        lost = self.data.get("lost") or ()
        self.case.triggers = [trigger for trigger in self.case.triggers if trigger not in lost]
        if self.case.state == Stage.LEGAL_REFERRED:
            # it cannot be undone; the authorities must hear of it (A3.3, A-41)
            if not self.has_task("INFORM_CORRECTION"):
                self.open_task("INFORM_CORRECTION", role="PRINCIPAL", clock="inform_correction")
                self.alert("INFORM_CORRECTION", "supervisor")
        elif not self.has_task("REVIEW_CORRECTION"):
            self.open_task("REVIEW_CORRECTION", role="SSW", clock="review_correction")

    @step(
        STATE,
        source=OPEN,
        label=_("Record the review of the correction"),
        by=(WORK,),
        form=ReviewForm,
        conditions=[has_open_review],
        does=_("Ends the review; the stage stays."),
    )
    def review_correction(self) -> None:
        """C17: the social worker looked at the corrected record."""
        self._worked()
        self.finish_task("REVIEW_CORRECTION", self.data["finding"])

    @step(
        STATE,
        source=OPEN,
        label=_("Write a correction letter"),
        by=(WORK, MAIL),
        form=LanguageForm,
        event=Event.Kind.FACT,
        conditions=[letter_superseded],
        prepare=letters.prepare_correction,
        does=_("Tells the family that the record was corrected."),
        makes=_("The letter, ready for the mail room."),
    )
    def write_correction(self) -> None:
        """A3.3: optional after a letter lost its ground."""
        self._worked()

    @step(
        STATE,
        source=HELPED,
        target=Stage.WATCH,
        label=_("Step down to watch"),
        by=(WORK,),
        form=ReasonForm,
        prepare=letters.prepare_step_down,
        does=_("Lowers the case to watch after a correction."),
        makes=_("A note to the family."),
        conditions=[has_open_review, nothing_above_watch],
    )
    def step_down(self) -> None:
        """C17: may step down by hand."""
        self._worked()
        self.case.stage = Stage.WATCH
        for kind in ("REVIEW_CORRECTION", "ROOT_CAUSE", "ASSIGN_SSW", "NEXT_STEP"):
            self.finish_task(
                kind, gettext_noop("stepped down"), cancelled=kind != "REVIEW_CORRECTION"
            )
        for process in self.running_processes("ARC"):
            self._cancel_arc(process)

    def _cancel_arc(self, process: object) -> None:
        """A conference that has not taken place falls away; a plan that was agreed goes on."""
        assert isinstance(process, Arc)
        if process.state in ("REQUESTED", "SCHEDULED", "RESCHEDULED", "NOT_HELD"):
            process.state = "CANCELLED"
            for meeting in self.file.appointments:
                if meeting.process_id == process.id and meeting.cancelled_at is None:
                    meeting.cancelled_at, meeting.sequence = self.turn.now, meeting.sequence + 1
                    self.file.touch(meeting)
            self.end_process(process, gettext_noop("stepped down"))
