"""The step of the case that asks the street team to find the student (domain.md A2.5)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import (
    OPEN,
    STATE,
    SUPERVISE,
    WORK,
    AttendanceFlow,
    none_running,
)
from attendance.street_team.forms import LocateRequestForm
from casework.engine.workflow import SYSTEM, step


class SearchRequests(AttendanceFlow):
    """A search is asked for by the nightly run or by hand."""

    @step(
        STATE,
        source=OPEN,
        label=_("Ask the street team to find the student"),
        by=(SYSTEM, WORK, SUPERVISE),
        form=LocateRequestForm,
        conditions=[
            none_running("LOCATE", _("The street team is looking for the student already."))
        ],
        work=False,
        does=_("Hands the search over to the street team of the area."),
        tells=_("The lead of the street team."),
        makes=_("A request with its dates: team sent, first visit, outcome."),
    )
    def request_locate(self) -> None:
        """A2.5: absent without contact, a no-show, or by hand."""
        self.case.worked = self.case.worked or self.turn.actor is not None
        data = self.data
        self.spawn(
            "LOCATE",
            code=data["code"],
            reason=data["reason"],
            last_seen_on=data["last_seen_on"],
            safety=data["safety"],
        )
        self.alert("LOCATE_REQUESTED", "supervisor")
