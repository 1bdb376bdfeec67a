"""The inquiry of the school (B3.2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import ReasonForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions
from titleix.case.forms import SentForm
from titleix.case.states import COORDINATE, INVESTIGATE, SCHOOL, SCHOOL_PATH, S, state
from titleix.investigation.forms import FindingForm
from titleix.letters import rendering, sending
from titleix.models import TitleIXCase
from titleix.outcomes import ends_writing
from titleix.outcomes.forms import CheckInForm, EscalateForm, OutcomeForm, SchoolComplaintForm
from titleix.records import records_writing
from titleix.rules.separation_of_duties import Role
from titleix.screening import screening_writing


class SchoolInquiry(Workflow):
    """The inquiry of the school, or of the district without 106.45 (B3.2)."""

    case: TitleIXCase

    @step(
        state,
        source=S.S_OPEN,
        target=S.S_INVESTIGATING,
        label=_("Begin the inquiry"),
        by=(SCHOOL, COORDINATE),
        primary=True,
        does=_("The school investigator begins."),
        conditions=[
            conditions.second_reader_done,
            conditions.somebody(Role.SCHOOL_INVESTIGATOR, _("Assign a school investigator first.")),
            conditions.able(Role.SCHOOL_INVESTIGATOR),
        ],
    )
    def begin_inquiry(self) -> None:
        """An investigator without a tie and with valid training."""

    @step(
        state,
        source=S.S_INVESTIGATING,
        target=S.S_FINDINGS,
        label=_("Make the findings"),
        by=(INVESTIGATE,),
        form=FindingForm,
        primary=True,
        does=_("Decides on each allegation; the families are told next."),
        conditions=[
            conditions.has_allegations,
            conditions.sides_heard,
            conditions.has_evidence,
            conditions.handed_in_sorted,
            conditions.fit(Role.SCHOOL_INVESTIGATOR),
        ],
    )
    def make_findings(self) -> None:
        """Per allegation, with both sides heard and the evidence listed."""
        records_writing.findings(self)

    @step(
        state,
        source=S.S_FINDINGS,
        target=S.S_NOTIFIED,
        label=_("Notify both families of the outcome"),
        by=(SCHOOL, COORDINATE),
        form=OutcomeForm,
        does=_("Tells both families at the same time and ends the promise of the inquiry."),
        primary=True,
        starts=("check_in",),
        stops=("school_investigation", "district_investigation"),
        conditions=[conditions.has_both_sides],
        prepare=rendering.to_parties("SCHOOL_OUTCOME"),
        effects=rendering.tells("SCHOOL_OUTCOME"),
        tells=_("Both families, at the same time."),
    )
    def notify_outcome(self) -> None:
        """T-41: never one family alone."""
        sending.send(self, "SCHOOL_OUTCOME")

    @step(
        state,
        source=[*SCHOOL_PATH, S.S_REOPENED],
        target=S.S_DISMISSED,
        label=_("End the inquiry without findings"),
        by=(COORDINATE,),
        form=ReasonForm,
        does=_(
            "Nothing more can be found out or done here: both families are told why, at the same time."
        ),
        prepare=rendering.to_parties("CLOSING"),
        effects=rendering.tells("CLOSING"),
        stops=("school_investigation", "district_investigation", "reopening_notice"),
        starts=("closing",),
        conditions=[conditions.no_complaint_open],
    )
    def end_inquiry(self) -> None:
        """The reason stays on file; seven years as any other."""
        ends_writing.end_school(self)

    @step(
        state,
        source=[S.S_NOTIFIED, S.S_DISMISSED],
        target=S.CLOSED,
        label=_("Close the case"),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        does=_(
            "Ends the case after both families know the outcome; the file is kept for seven years. The check-in stays a promise."
        ),
        makes=_("The closing memo with the checklist of the file."),
        prepare=rendering.closing_memo,
        conditions=[conditions.file_complete, conditions.checked_in],
    )
    def close_inquiry(self) -> None:
        """Measures assigned, check-in set; the coordinator confirms."""
        ends_writing.close_inquiry(self)

    @step(
        state,
        source=[S.S_NOTIFIED, S.CLOSED],
        label=_("Record the check-in"),
        by=(COORDINATE, SCHOOL),
        form=CheckInForm,
        event=Event.Kind.CONTACT,
        stops=("check_in",),
        does=_("Keeps how the parties are, thirty days after the outcome."),
        conditions=[lambda flow: unmet(bool(flow._running("check_in")), _("No check-in is due."))],
    )
    def check_in(self) -> None:
        """B3.2: the date was set at the outcome."""
        ends_writing.check_in(self)

    @step(
        state,
        source=S.S_REOPENED,
        target=S.S_INVESTIGATING,
        label=_("Tell the families that it is open again"),
        by=(SCHOOL, COORDINATE),
        form=SentForm,
        does=_("Both families hear at the same time that the inquiry is open again, and why."),
        primary=True,
        stops=("reopening_notice",),
        prepare=rendering.to_parties("REOPENING"),
        effects=rendering.tells("REOPENING"),
        conditions=[
            conditions.somebody(Role.SCHOOL_INVESTIGATOR, _("Assign a school investigator first."))
        ],
    )
    def resume_inquiry(self) -> None:
        """The first result stays frozen in the file."""
        sending.send(self, "REOPENING")

    @step(
        state,
        source=[*SCHOOL_PATH, S.S_NOTIFIED, S.S_REOPENED],
        target=S.FC_PENDING,
        label=_("Escalate to the district"),
        by=(COORDINATE,),
        form=EscalateForm,
        starts=("complaint_decision",),
        stops=("reopening_notice",),
        does=_(
            "Hands the case to the district. The school's promise ends, the district's goes on from the day that the policy says."
        ),
        conditions=[conditions.no_complaint_open],
    )
    def escalate(self) -> None:
        """A prong became plausible, an employee, a repetition, a conflict, or the coordinator's order (B3.2)."""
        screening_writing.escalate(self)

    @step(
        state,
        source=SCHOOL_PATH,
        label=_("Ask to escalate"),
        by=(SCHOOL, INVESTIGATE),
        form=EscalateForm,
        event=Event.Kind.FACT,
        does=_("Asks the coordinator to hand the case to the district."),
    )
    def ask_escalation(self) -> None:
        """The school may ask; the coordinator decides."""
        screening_writing.ask_escalation(self)

    @step(
        state,
        source=SCHOOL_PATH,
        label=_("Keep it at the school"),
        by=(COORDINATE,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        does=_("Answers the school that asked to escalate: the case stays, for your reasons."),
        conditions=[conditions.task_open("ESCALATION_ASKED", _("Nobody asks to escalate."))],
    )
    def decline_escalation(self) -> None:
        """With the reason."""
        screening_writing.decline_escalation(self)

    @step(
        state,
        source=SCHOOL_PATH,
        target=S.DISMISSED,
        label=_("Record a formal complaint and dismiss it"),
        by=(COORDINATE,),
        form=SchoolComplaintForm,
        does=_(
            "The rule does not cover this conduct: a formal complaint is dismissed first, both parties may appeal, then the school goes on."
        ),
        prepare=rendering.to_parties("DISMISSAL"),
        effects=rendering.tells("DISMISSAL"),
        cite="34 CFR 106.45(b)(3)(i)",
        conditions=[
            lambda flow: unmet(
                flow.case.dismiss_first,
                _("Only where the screening found the conduct outside the rule; else escalate."),
            ),
            conditions.has_both_sides,
        ],
    )
    def complain_at_school(self) -> None:
        """B2.2, rule 9: mandatory dismissal; other code of conduct action stays possible."""
        ends_writing.school_complaint(self)
