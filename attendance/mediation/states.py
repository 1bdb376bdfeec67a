"""The states of a mediation, and what its steps share."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.common import mediator_access
from attendance.common.states import WORK, AttendanceFlow
from attendance.models import Mediation
from attendance.rules import clocks
from casework.engine.workflow import SubjectState, unmet


class MediationState(models.TextChoices):
    """Where a mediation stands."""

    REFERRED = "REFERRED", _("Referred")
    INTAKE = "INTAKE", _("Accepted by the provider")
    ELIGIBLE = "ELIGIBLE", _("Eligible, to be scheduled")
    INELIGIBLE = "INELIGIBLE", _("Not eligible")
    DECLINED = "DECLINED", _("Declined")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    HELD = "HELD", _("Held")
    AGREEMENT = "AGREEMENT", _("Agreement")
    NO_AGREEMENT = "NO_AGREEMENT", _("No agreement")
    NO_SHOW = "NO_SHOW", _("The family did not come")
    FOLLOWUP_30 = "FOLLOWUP_30", _("First follow-up done")
    FOLLOWUP_60 = "FOLLOWUP_60", _("Second follow-up done")
    FOLLOWUP_90 = "FOLLOWUP_90", _("Last follow-up done or carried over")
    KEPT = "KEPT", _("Agreement kept")
    BREACHED = "BREACHED", _("Agreement broken")
    CLOSED = "CLOSED", _("Closed")


S = MediationState
STATE = SubjectState(S)
FOLLOWING = [S.AGREEMENT, S.FOLLOWUP_30, S.FOLLOWUP_60]
OVER = [S.INELIGIBLE, S.DECLINED, S.NO_AGREEMENT, S.KEPT, S.BREACHED]
# What `code` says of a mediation that is over.
OVER_CODES = ("INELIGIBLE", "DECLINED", "NO_AGREEMENT", "BREACHED", "KEPT")


class MediationFlow(AttendanceFlow):
    """Base of the steps of a mediation and of its follow-ups."""

    @property
    def mediation(self) -> Mediation:
        """The mediation that is moved."""
        assert isinstance(self.subject, Mediation)
        return self.subject

    def drop_meeting(self) -> None:
        """A session to come stands in nobody's calendar any more."""
        for meeting in self.file.appointments:
            if (
                meeting.process_id == self.mediation.id
                and meeting.cancelled_at is None
                and meeting.starts_at > self.turn.now
            ):
                meeting.cancelled_at, meeting.sequence = self.turn.now, meeting.sequence + 1
                self.file.touch(meeting)

    def end_with(self, code: str) -> None:
        """It is over with this code: nothing is left to do but to close it."""
        self._worked()
        self.mediation.code = code
        self.drop_meeting()
        for kind in ("ACCEPT_MEDIATION", "HOLD_MEDIATION", "FOLLOW_UP"):
            self.finish_task(kind, code, cancelled=True)
        self.finish_task("MEDIATION_RESULT", code)
        for kind in clocks.MEDIATION:
            self.cancel_clock(kind, code)
        self.finish_task("CLOSE_MEDIATION", code, cancelled=True)
        self.ask_to_close()

    def ask_to_close(self) -> None:
        """Somebody must close it; the access of an outside mediator ends with its outcome."""
        self.open_task("CLOSE_MEDIATION", role="SSW", clock="mediation_close")
        case_id, user_id = self.case.id, self.mediation.mediator_id
        if user_id is not None and self.mediation.code in OVER_CODES:
            self.file.later.append(lambda: mediator_access.take_back(case_id, user_id))


def own_mediation(flow: MediationFlow) -> object:
    """An outside mediator works their own mediations alone."""
    outside = flow.turn.actor is not None and not flow.permitted((WORK,), flow.turn.actor)
    return unmet(
        not outside or flow.mediation.mediator_id == flow.actor_id,
        _("This mediation is led by somebody else."),
    )
