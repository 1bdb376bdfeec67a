"""The formal complaint (34 CFR 106.30), or the reason not to sign one; the begin of the
investigation.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput, ReasonForm
from casework.engine.workflow import Workflow, step
from titleix.case import conditions
from titleix.case.forms import Cleaned, Happened, long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, INVESTIGATE, S, state
from titleix.models import Record, TitleIXCase
from titleix.rules.separation_of_duties import Role


class ComplaintForm(Happened):
    """A formal complaint: a signed document that alleges sexual harassment and asks for an
    investigation (34 CFR 106.30).
    """

    on = forms.DateField(label=_("Filed or signed on"), widget=DateInput)
    by = forms.ChoiceField(
        label=_("Signed by"),
        choices=[
            ("complainant", _("Complainant")),
            ("complainant_parent", _("Parent of the complainant")),
            ("coordinator", _("Coordinator")),
        ],
    )
    reason = long_text(
        _("Reason"), required=False, help_text=_("Needed when the coordinator signs.")
    )

    def clean(self) -> Cleaned:
        """A coordinator who signs says why."""
        cleaned = super().clean() or {}
        if cleaned.get("by") == "coordinator" and not cleaned.get("reason"):
            self.add_error("reason", _("Say why you sign although the complainant does not."))
        return cleaned


class FormalComplaint(Workflow):
    """With a complaint the grievance process begins."""

    case: TitleIXCase

    @step(
        state,
        source=[S.FC_PENDING, S.SUPPORTIVE_ONLY],
        target=S.FORMAL_COMPLAINT,
        label=_("Record the formal complaint"),
        by=(COORDINATE,),
        does=_("Starts the grievance process; the sixty days count from this day."),
        form=ComplaintForm,
        primary=True,
        stops=("complaint_decision",),
        starts=("notice",),
        conditions=[conditions.second_reader_done],
        cite="34 CFR 106.30",
    )
    def file_complaint(self) -> None:
        """Starts the sixty days, unless an escalation brought an earlier day 0 (B2.3).

        Signed by the complainant, a parent, or the coordinator with the reason.
        """
        case = self.case
        case.complaint_on, case.complaint_by, case.level = (
            self.data["on"],
            self.data["by"],
            TitleIXCase.Level.DISTRICT,
        )
        self.effective_on = self.data["on"]
        row = add(
            self,
            Record.Kind.COMPLAINT,
            self.data["on"],
            text=self.data.get("reason") or "",
            code=self.data["by"],
        )
        if not self._running("district_investigation"):
            self.start_clock("district_investigation", self.data["on"], "formal_complaint")
        self.turn.data = {
            "on": self.data["on"],
            "by": self.data["by"],
            "record": row.kind,
            "number": row.number,
        }

    @step(
        state,
        source=S.FC_PENDING,
        target=S.SUPPORTIVE_ONLY,
        label=_("Do not sign: supportive measures only"),
        by=(COORDINATE,),
        form=ReasonForm,
        does=_("No complaint, no signature: the measures stay, with your reason on file."),
        stops=("complaint_decision",),
        conditions=[conditions.second_reader_done],
        cite="34 CFR 106.44(a)",
    )
    def support_only(self) -> None:
        """The reason not to sign stays in the file; the measures are reviewed as before (T-21).

        A complaint may come at any time.
        """
        add(
            self,
            Record.Kind.COMPLAINT,
            self.turn.today,
            text=self.data["reason"],
            code="not_signed",
        )
        if not self._running("measures_review"):
            self.start_clock("measures_review")
        self.turn.data = {}

    @step(
        state,
        source=S.NOTICED,
        target=S.INVESTIGATING,
        label=_("Begin the investigation"),
        by=(COORDINATE, INVESTIGATE),
        primary=True,
        does=_("The investigator begins."),
        conditions=[
            conditions.somebody(Role.INVESTIGATOR, _("Assign an investigator first.")),
            conditions.able(Role.INVESTIGATOR),
        ],
    )
    def begin_investigation(self) -> None:
        """The burden is on the district."""
