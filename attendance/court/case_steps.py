"""The step of the case that offers the court program (domain.md A2.7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import (
    HELPED,
    STATE,
    WORK,
    AttendanceFlow,
    Stage,
    mediation_failed,
    none_running,
)
from attendance.rules import periods
from casework.engine.forms import ReasonForm
from casework.engine.workflow import step, unmet


def court_is_open(flow: CourtOffers) -> object:
    """A2.7: by the policy's number of absences, or after a mediation that failed."""
    least = int(flow.policy.require("court.absences"))
    met = mediation_failed(flow.case, flow.file.processes) or periods.tally(flow).absences >= least
    return unmet(
        met,
        _(
            "The court programme is offered from %(n)s absences on, or after a mediation that "
            "failed."
        )
        % {"n": least},
    )


class CourtOffers(AttendanceFlow):
    """The family is offered the program; nobody is enrolled without its consent."""

    @step(
        STATE,
        source=[*HELPED, Stage.LEGAL_REVIEW],
        label=_("Offer the court programme"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[
            none_running("COURT", _("The court programme is running already.")),
            court_is_open,
        ],
        does=_(
            "Offers the family the truancy court programme: weekly sessions at school, no "
            "prosecution."
        ),
        makes=_("The duty to get the family's answer."),
    )
    def offer_court(self) -> None:
        """A2.7: restorative, before any prosecution and apart from it."""
        self._worked()
        self.step_found()
        self.spawn(
            "COURT", code="offered", offered_on=self.effective_on, reason=self.data["reason"]
        )
