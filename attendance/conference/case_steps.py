"""The steps of the case that begin a conference (domain.md A2.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import (
    HELPED,
    STATE,
    WORK,
    AttendanceFlow,
    none_running,
)
from casework.engine.forms import ReasonForm
from casework.engine.workflow import step


class ConferenceRequests(AttendanceFlow):
    """A conference is asked for by a threshold or by hand."""

    @step(
        STATE,
        source=HELPED,
        label=_("Call a conference"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[none_running("ARC", _("A conference or its plan is running already."))],
        does=_("Begins an Attendance Review Conference."),
        makes=_("The duties to schedule and to hold it."),
    )
    def request_arc(self) -> None:
        """A2.4 by hand: a new one after a plan that ended, or early in tier 2."""
        self._worked()
        self.begin_arc()

    def begin_arc(self) -> None:
        """The conference of A2.4: day 0 is the day of detection."""
        trigger = "+".join(
            trigger for trigger in self.data.get("triggers") or () if trigger in ("L10", "CH20")
        )
        self.step_found()
        self.spawn(
            "ARC", code=trigger or "hand", detected_on=self.effective_on, language=self._language()
        )

    def _language(self) -> str:
        return next((row.language for row in self.file.processes if hasattr(row, "language")), "en")
