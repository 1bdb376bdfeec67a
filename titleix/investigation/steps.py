"""The grievance process up to the determination (B3.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import ReasonForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions
from titleix.case.forms import SentForm
from titleix.case.states import COORDINATE, DECIDE, INVESTIGATE, S, state
from titleix.investigation.forms import (
    ComplaintForm,
    DeterminationForm,
    QuestionForm,
    ReportForm,
    ResponseForm,
)
from titleix.letters import rendering, sending
from titleix.models import TitleIXCase
from titleix.outcomes import ends_writing
from titleix.records import records_writing, related_reports
from titleix.rules.separation_of_duties import Role
from titleix.screening.forms import ConsolidateForm


class Grievance(Workflow):
    """The grievance process of 34 CFR 106.45 up to the determination (B3.3)."""

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
        """Signed by the complainant, a parent, or the coordinator with the reason."""
        sending.complaint(self)

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
        """T-21: the coordinator gives a written reason not to sign; a complaint may come at any time."""
        ends_writing.support_only(self)

    @step(
        state,
        source=S.SUPPORTIVE_ONLY,
        target=S.CLOSED,
        label=_("Close: supportive measures given"),
        by=(COORDINATE,),
        form=ReasonForm,
        does=_("Ends the case after the measures were reviewed; a complaint may still come."),
        prepare=rendering.supportive_end,
        effects=rendering.tells_complainants,
        makes=_("A letter with the right to file later, and the closing memo."),
    )
    def close_supportive(self) -> None:
        """Kept for seven years as well."""
        ends_writing.close_supportive(self)

    @step(
        state,
        source=S.FORMAL_COMPLAINT,
        target=S.NOTICED,
        label=_("Send the notice of allegations"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Tells every known party what is alleged and what their rights are, with time to prepare."
        ),
        stops=("notice",),
        conditions=[conditions.has_parties, conditions.has_allegations],
        tells=_("Every known party."),
        prepare=rendering.to_parties("NOTICE"),
        effects=rendering.tells("NOTICE"),
        cite="34 CFR 106.45(b)(2)",
    )
    def send_notice(self) -> None:
        """With sufficient time to prepare before any initial interview."""
        sending.notice(self, "NOTICE")

    @step(
        state,
        source=[S.NOTICED, S.INVESTIGATING, S.EVIDENCE_REVIEW],
        label=_("Send a supplemental notice"),
        by=(COORDINATE,),
        form=SentForm,
        does=_("Tells every known party of new allegations; no date moves."),
        tells=_("Every known party."),
        event=Event.Kind.DOCUMENT,
        primary=True,
        conditions=[conditions.new_allegation],
        prepare=rendering.to_parties("NOTICE_SUPPLEMENT"),
        effects=rendering.tells("NOTICE_SUPPLEMENT"),
        cite="34 CFR 106.45(b)(2)(ii)",
    )
    def send_supplement(self) -> None:
        """T-40: before anybody is questioned on a new allegation; the clock does not move."""
        sending.notice(self, "NOTICE_SUPPLEMENT")

    @step(
        state,
        source=[S.FORMAL_COMPLAINT, S.NOTICED, S.INVESTIGATING],
        target=S.MERGED,
        label=_("Consolidate with another complaint"),
        by=(COORDINATE,),
        form=ConsolidateForm,
        cite="34 CFR 106.45(b)(4)",
        does=_(
            "Complaints from the same facts go on as one case: people and allegations come along, the earliest day 0 wins, a supplemental notice follows."
        ),
    )
    def consolidate(self) -> None:
        """Where the allegations arise out of the same facts or circumstances."""
        related_reports.merge_by_number(self, TitleIXCase.Link.CONSOLIDATED)

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

    @step(
        state,
        source=S.INVESTIGATING,
        target=S.EVIDENCE_REVIEW,
        label=_("Send the evidence"),
        by=(INVESTIGATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Sends everything that is directly related; each party has at least ten days to answer."
        ),
        starts=("evidence_wait",),
        conditions=[
            conditions.has_evidence,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            conditions.advisors_recorded,
            conditions.fit(Role.INVESTIGATOR),
        ],
        tells=_("Every party and advisor."),
        makes=_("The evidence package: an index with the hash of every file."),
        prepare=rendering.evidence,
        effects=rendering.tells("EVIDENCE", advisors=True),
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def send_evidence(self) -> None:
        """All that is directly related; at least ten days to answer."""
        sending.evidence(self)

    @step(
        state,
        source=S.EVIDENCE_REVIEW,
        label=_("Send new evidence"),
        by=(INVESTIGATE,),
        form=SentForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "New evidence came up: the whole package goes out in a new round, and the time to answer begins anew."
        ),
        conditions=[
            conditions.new_evidence,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            conditions.fit(Role.INVESTIGATOR),
        ],
        tells=_("Every party and advisor."),
        prepare=rendering.evidence,
        effects=rendering.tells("EVIDENCE", advisors=True),
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def send_evidence_again(self) -> None:
        """N9 counts from the latest date."""
        sending.evidence_again(self)

    @step(
        state,
        source=[S.EVIDENCE_REVIEW, S.REPORT_REVIEW],
        label=_("Record a response or a waiver"),
        by=(INVESTIGATE, COORDINATE),
        form=ResponseForm,
        event=Event.Kind.FACT,
        does=_("Keeps what the party wrote; when all have answered or waived, the wait is over."),
    )
    def respond(self) -> None:
        """N9: the party owns the whole window unless it answers or waives."""
        records_writing.response(self)

    @step(
        state,
        source=S.EVIDENCE_REVIEW,
        target=S.REPORT_DRAFT,
        label=_("Write the report"),
        by=(INVESTIGATE,),
        primary=True,
        stops=("evidence_wait",),
        does=_(
            "The time to answer is over: the report is drafted out of the file, and you make a fair summary of it."
        ),
        conditions=[
            conditions.evidence_over,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            conditions.fit(Role.INVESTIGATOR),
        ],
        form=ReportForm,
        cite="34 CFR 106.45(b)(5)(vii)",
    )
    def write_report(self) -> None:
        """A fair summary; the responses were considered."""
        records_writing.report_draft(self)

    @step(
        state,
        source=S.REPORT_DRAFT,
        label=_("Revise the report"),
        by=(INVESTIGATE,),
        form=ReportForm,
        event=Event.Kind.FACT,
        does=_("Keeps a new version of the report; the last one is sent."),
        conditions=[conditions.fit(Role.INVESTIGATOR)],
    )
    def revise_report(self) -> None:
        """Every version stays in the file."""
        records_writing.report_draft(self)

    @step(
        state,
        source=S.REPORT_DRAFT,
        target=S.REPORT_REVIEW,
        label=_("Send the report"),
        by=(INVESTIGATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Sends the report; each party has at least ten days before a decision. Ends the sixty days."
        ),
        starts=("report_wait",),
        conditions=[
            conditions.fit(Role.INVESTIGATOR),
            conditions.somebody(
                Role.DECISION_MAKER,
                _("Assign a decision-maker first: the parties send their questions there."),
            ),
        ],
        tells=_("Every party and advisor."),
        makes=_("The report as a document."),
        prepare=rendering.report,
        effects=rendering.tells("REPORT", advisors=True),
        cite="34 CFR 106.45(b)(5)(vii)",
    )
    def send_report(self) -> None:
        """Ends the sixty days (B2.3) unless the policy says otherwise; the determination has a promise of its own."""
        sending.send(self, "REPORT", advisors=True)
        sending.report_out(self)

    @step(
        state,
        source=S.REPORT_REVIEW,
        label=_("Written questions"),
        by=(DECIDE,),
        form=QuestionForm,
        event=Event.Kind.FACT,
        does=_("Keeps one move in the exchange of written questions."),
        cite="34 CFR 106.45(b)(6)(ii)",
        conditions=[conditions.fit(Role.DECISION_MAKER)],
    )
    def questions(self) -> None:
        """Offered, asked, answered, excluded with the reason, followed up, finished."""
        records_writing.question(self)

    @step(
        state,
        source=S.REPORT_REVIEW,
        target=S.DETERMINATION,
        label=_("Decide"),
        by=(DECIDE,),
        form=DeterminationForm,
        primary=True,
        does=_("Decides on each allegation with the six contents that the rule asks for."),
        stops=("report_wait", "questions"),
        conditions=[
            conditions.has_allegations,
            conditions.all_noticed,
            conditions.report_over,
            conditions.fit(Role.DECISION_MAKER),
        ],
        cite="34 CFR 106.45(b)(7)",
    )
    def determine(self) -> None:
        """By somebody who is neither the coordinator nor the investigator, with the six contents."""
        records_writing.determination(self)

    @step(
        state,
        source=S.DETERMINATION,
        target=S.APPEAL_WINDOW,
        label=_("Send the determination"),
        by=(DECIDE, COORDINATE),
        form=SentForm,
        primary=True,
        does=_(
            "Sends the determination to both parties at the same time; the time to appeal begins."
        ),
        stops=("determination",),
        tells=_("Both parties, at the same time."),
        starts=("appeal_window",),
        prepare=rendering.to_parties("DETERMINATION"),
        effects=rendering.tells("DETERMINATION"),
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def send_determination(self) -> None:
        """Simultaneously."""
        sending.send(self, "DETERMINATION")
        self.case.appeal_of = "determination"
        self.stop_clock("district_investigation")
