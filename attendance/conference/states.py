"""The states of a conference, and what its steps share."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.common.states import AttendanceFlow
from attendance.models import Arc, PlanAction
from casework.engine.workflow import SubjectState


class ArcState(models.TextChoices):
    """Where a conference stands."""

    REQUESTED = "REQUESTED", _("To be scheduled")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    RESCHEDULED = "RESCHEDULED", _("Scheduled again")
    HELD = "HELD", _("Held, the plan is to be written")
    NOT_HELD = "NOT_HELD", _("Could not be held")
    PLAN_DRAFT = "PLAN_DRAFT", _("Plan drafted, to be signed")
    PLAN_SIGNED = "PLAN_SIGNED", _("Plan signed, to be begun")
    PLAN_ACTIVE = "PLAN_ACTIVE", _("Plan in force")
    REVIEWED = "REVIEWED", _("Plan reviewed")
    COMPLETED = "COMPLETED", _("Goals met")
    FAILED = "FAILED", _("Ended without success")
    CANCELLED = "CANCELLED", _("Cancelled")


S = ArcState
STATE = SubjectState(S)
INVITED = [S.SCHEDULED, S.RESCHEDULED]
BEFORE_HELD = [S.REQUESTED, *INVITED]


class ArcFlow(AttendanceFlow):
    """Base of the steps of a conference and of its plan."""

    @property
    def arc(self) -> Arc:
        """The conference that is moved."""
        assert isinstance(self.subject, Arc)
        return self.subject

    def open_actions(self) -> list[PlanAction]:
        """What the plan in force still asks for."""
        return [
            row
            for row in self.file.children["plan_action"]
            if row.arc_id == self.arc.id and not (row.done_on or row.dropped_on)
        ]

    def drop_meeting(self) -> None:
        """No meeting of this conference stands in anybody's calendar any more."""
        for meeting in self.file.appointments:
            if meeting.process_id == self.arc.id and meeting.cancelled_at is None:
                meeting.cancelled_at, meeting.sequence = self.turn.now, meeting.sequence + 1
                self.file.touch(meeting)

    def end_with(self, words: str) -> None:
        """The conference or its plan is over; somebody must say what comes next."""
        self.end_process(reason=words)
        self.decide_next()
