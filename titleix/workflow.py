"""The Title IX case under the rule of 2020: states and steps, nothing else (domain.md B3).

What a step needs is in `forms`, why it may not be taken in `guards`, when in `procedure`, what it makes in `writing`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.deadline_steps import deadline_steps
from casework.models import Event
from casework.stepforms import NoteForm, ReasonForm
from casework.workflow import NEW, SYSTEM, SubjectState, Workflow, step, unmet
from titleix import clocks, forms, guards, intake, reading, writing
from titleix.models import Record, TitleIXCase
from titleix.portal_steps import portal_steps
from titleix.privacy_steps import kept, privacy_steps
from titleix.screening import Outcome
from titleix.separation import Role

RULES = "t9-2020"
COORDINATE, INVESTIGATE, DECIDE, APPEAL, FACILITATE, SCHOOL = (
    "coordinate_cases", "investigate_cases", "decide_cases", "appeal_cases", "facilitate_cases", "administer_cases",
)  # fmt: skip
STAFF = (COORDINATE, INVESTIGATE, SCHOOL)


class Stage(models.TextChoices):
    """Where a Title IX case stands (B3)."""

    RECEIVED = "RECEIVED", _("Received")
    SCREENING = "SCREENING", _("Screening")
    INFO_REQUESTED = "INFO_REQUESTED", _("More information asked for")
    SUPPORTIVE_ONLY = "SUPPORTIVE_ONLY", _("Supportive measures only")
    S_OPEN = "S_OPEN", _("Inquiry open")
    S_INVESTIGATING = "S_INVESTIGATING", _("Inquiry under way")
    S_FINDINGS = "S_FINDINGS", _("Findings made")
    S_NOTIFIED = "S_OUTCOME_NOTIFIED", _("Families notified of the outcome")
    FC_PENDING = "FC_PENDING", _("Waits for a formal complaint")
    FORMAL_COMPLAINT = "FORMAL_COMPLAINT", _("Formal complaint")
    NOTICED = "NOTICED", _("Notice of allegations sent")
    INVESTIGATING = "INVESTIGATING", _("Investigation")
    EVIDENCE_REVIEW = "EVIDENCE_REVIEW", _("Parties review the evidence")
    REPORT_DRAFT = "REPORT_DRAFT", _("Report in the making")
    REPORT_REVIEW = "REPORT_REVIEW", _("Parties review the report")
    DETERMINATION = "DETERMINATION", _("Determination made")
    APPEAL_WINDOW = "APPEAL_WINDOW", _("Time to appeal")
    DISMISSED = "DISMISSED", _("Dismissed, time to appeal")
    APPEAL = "APPEAL", _("Appeal")
    INFORMAL = "INFORMAL", _("Informal resolution")
    FINAL = "FINAL", _("Final")
    CLOSED = "CLOSED", _("Closed")
    MERGED = "MERGED", _("Part of another case")


S = Stage
BEFORE = [S.RECEIVED, S.SCREENING, S.INFO_REQUESTED]
SCHOOL_PATH = [S.S_OPEN, S.S_INVESTIGATING, S.S_FINDINGS]
COMPLAINT = [S.FORMAL_COMPLAINT, S.NOTICED, S.INVESTIGATING, S.EVIDENCE_REVIEW, S.REPORT_DRAFT, S.REPORT_REVIEW]
OPEN = [state for state in Stage if state not in (S.CLOSED, S.MERGED)]
AFTER_SCREENING = {
    Outcome.DUPLICATE: S.MERGED, Outcome.INFO_REQUESTED: S.INFO_REQUESTED, Outcome.NOT_TITLE_IX: S.CLOSED,
    Outcome.OTHER_SEX_DISCRIMINATION: S.S_OPEN, Outcome.SCHOOL_30: S.S_OPEN, Outcome.DISTRICT_60: S.FC_PENDING,
}  # fmt: skip


def _screened_to(flow: TitleIXWorkflow) -> Stage:
    """Where the coordinator's outcome leads. The district's inquiry without 106.45 has no complaint to wait for."""
    found = flow.data["_screening"]
    choice = intake.chosen(found, flow.data)
    if choice.outcome is Outcome.DISTRICT_60 and choice.default and not found[1].needs_formal_complaint:
        return S.S_OPEN
    return AFTER_SCREENING[choice.outcome]


by_outcome = SubjectState.GET_STATE(_screened_to, states=[*AFTER_SCREENING.values()])
where_it_was = SubjectState.GET_STATE(lambda flow: Stage(flow.case.came_from), states=COMPLAINT)
by_level = SubjectState.GET_STATE(
    lambda flow: S.INVESTIGATING if flow.case.complaint_on else S.S_OPEN, states=[S.INVESTIGATING, S.S_OPEN]
)  # fmt: skip
after_appeal = SubjectState.GET_STATE(
    lambda flow: S.INVESTIGATING if flow.data["result"] == "sent_back" else S.FINAL, states=[S.INVESTIGATING, S.FINAL]
)  # fmt: skip


class TitleIXWorkflow(Workflow):
    """One report, from the first word to the archive."""

    kind, version = "TIX", RULES
    born, final = (S.RECEIVED,), (S.MERGED,)
    labels = dict(Stage.choices)
    clocks = clocks.CLOCKS
    state = SubjectState(Stage)
    case: TitleIXCase

    extend_deadline, hold_deadline, resume_deadline, correct_day0, recalculate_deadlines = deadline_steps(
        state, OPEN, by=(COORDINATE,), cite="34 CFR 106.45(b)(1)(v)"
    )
    (disclose, flag_family, unflag_family, involve, release, emergency_access, propose_disposal, withdraw_disposal,
     confirm_disposal) = privacy_steps(state, list(Stage), OPEN, [S.CLOSED, S.MERGED])  # fmt: skip
    make_party_link, end_party_link, party_answer = portal_steps(state, list(Stage), OPEN)

    # -- report and screening (B3.1) -----------------------------------------------------------------------------------

    @step(
        state,
        source=NEW,
        target=S.RECEIVED,
        label=_("Report"),
        does=_("Opens a report; both first promises count from the day on which an employee knew."),
        by=(SYSTEM, COORDINATE),
    )
    def open_report(self) -> None:
        """Actual knowledge starts the duty (34 CFR 106.30(a)): both promises count from it, however late it was entered."""
        writing.enter_people(self, self.data.get("people") or ())
        for kind in ("contact_complainant", "screening"):
            self.start_clock(kind, reading.known_on(self.file), "knowledge")

    @step(
        state, source=S.RECEIVED, target=S.SCREENING, label=_("Begin the screening"), by=(COORDINATE,), primary=True,
        does=_("Takes the report in hand."),
    )  # fmt: skip
    def triage(self) -> None:
        """The coordinator or the deputy takes it."""
        self.case.owner_id = self.case.owner_id or self.actor_id

    @step(
        state, source=[S.SCREENING, S.INFO_REQUESTED], target=by_outcome, label=_("Screen the report"), by=(COORDINATE,), primary=True,
        form=forms.ScreeningForm, makes=_("The parallel duties of state law as tasks."),
        does=_("Decides by the one table where the report belongs."),
    )  # fmt: skip
    def screen(self) -> None:
        """B2.2: first match wins; the parallel duties begin in every branch."""
        writing.keep_screening(self)

    @step(
        state, source=[S.FC_PENDING, S.S_OPEN], label=_("Confirm as second reader"), by=(COORDINATE,), form=ReasonForm, primary=True,
        conditions=[lambda flow: unmet(flow.case.second_reader_open, _("No second reader is needed."))],
        does=_("Something stayed unknown: a second person has read the screening and agrees."),
    )  # fmt: skip
    def second_read(self) -> None:
        """B2.1: the second reader is not the screener."""
        writing.confirm_screening(self)

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.SCREENING,
        label=_("Information has come"),
        does=_("The screening goes on with what has come."),
        by=(COORDINATE,),
        form=NoteForm,
        stops=("info",),
    )
    def info_received(self) -> None:
        """New facts: the screening goes on."""

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.CLOSED,
        label=_("Close: not enough information"),
        does=_("Ends a report that cannot be followed; new facts reopen it."),
        by=(SYSTEM, COORDINATE),
    )
    def close_insufficient(self) -> None:
        """T-20: nothing in ten school days; kept for seven years, new facts reopen it."""
        writing.close(self, "INSUFFICIENT")

    @step(state, source=S.MERGED, target=S.SCREENING, label=_("Take out of the other case"),
        does=_("Takes the report out of the other case; its screening begins anew."), by=(COORDINATE,), form=ReasonForm, starts=("screening",),
          conditions=[guards.merged_lately, kept])  # fmt: skip
    def unmerge(self) -> None:
        """B3.1: within 30 days."""
        self.case.linked_id, self.case.link = None, ""

    # -- people and records, in any open state -------------------------------------------------------------------------

    @step(
        state,
        source=OPEN,
        label=_("Add a person"),
        by=STAFF,
        form=forms.PartyForm,
        event=Event.Kind.FACT,
        does=_("Adds a party, a witness, a parent or an advisor."),
    )
    def add_person(self) -> None:
        """Addresses are bound to the person (C9)."""
        writing.enter_people(self, [self.data])

    @step(state, source=OPEN, label=_("Assign somebody"), by=(COORDINATE,), form=forms.AssignForm, event=Event.Kind.ACCESS,
          does=_("Gives a function in this case, after separation of duties, ties and training were checked."), cite="34 CFR 106.45(b)(1)(iii)")  # fmt: skip
    def assign(self) -> None:
        """B3.4: refused in words; access begins with it."""
        writing.assign(self)

    @step(state, source=OPEN, label=_("End an assignment"), by=(COORDINATE,), form=forms.UnassignForm, event=Event.Kind.ACCESS,
          does=_("Ends a function and the access that came with it, at once. What the person made stays."))  # fmt: skip
    def unassign(self) -> None:
        """T-13: replaced or recused; due dates do not move."""
        writing.unassign(self)

    @step(state, source=OPEN, label=_("Record a contact with the complainant"),
        does=_("Keeps that the complainant was contacted: measures offered, wishes heard, complaint explained."),
        by=STAFF, form=forms.RecordForm, event=Event.Kind.CONTACT,
          stops=("contact_complainant",), cite="34 CFR 106.44(a)")  # fmt: skip
    def contact(self) -> None:
        """Supportive measures and wishes discussed, with or without a complaint."""
        writing.record(self, Record.Kind.CONTACT)

    @step(
        state,
        source=OPEN,
        label=_("Record a supportive measure"),
        does=_("Keeps a supportive measure with the person's answer; a review comes every 15 school days."),
        by=STAFF,
        form=forms.MeasureForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.30",
    )
    def add_measure(self) -> None:
        """Each one on file with the answer; reviewed every 15 school days."""
        writing.record(self, Record.Kind.MEASURE, code=self.data["answer"])
        if not self._running("measures_review"):
            self.start_clock("measures_review")

    @step(
        state,
        source=OPEN,
        label=_("Record the review of the measures"),
        does=_("Keeps what the review of the supportive measures found."),
        by=STAFF,
        form=NoteForm,
        stops=("measures_review",),
        event=Event.Kind.FACT,
    )
    def review_measures(self) -> None:
        """Reviewed; the next review runs while measures are in place."""
        writing.note(self, Record.Kind.MEASURE, "review")

    @step(
        state,
        source=[*OPEN],
        label=_("Write down an allegation"),
        does=_("Adds to what is alleged. After the notice, a supplemental notice must follow before anybody is questioned on it."),
        by=(COORDINATE, INVESTIGATE),
        form=forms.AllegationForm,
        event=Event.Kind.FACT,
    )
    def allege(self) -> None:
        """What is alleged; a new one after the notice needs a supplemental notice before anybody is questioned on it (T-40)."""
        writing.note(self, Record.Kind.ALLEGATION, "alleged")

    @step(state, source=OPEN, label=_("Record an interview"),
        does=_("Keeps an interview, or that it was refused."), by=(INVESTIGATE, SCHOOL, COORDINATE), form=forms.InterviewForm, event=Event.Kind.FACT,
          conditions=[guards.investigates], cite="34 CFR 106.45(b)(5)(v)")  # fmt: skip
    def interview(self) -> None:
        """Under 106.45 not before the second school day after the notice (T-24)."""
        writing.interview(self)

    @step(
        state,
        source=OPEN,
        label=_("Add evidence"),
        does=_("Puts a piece of evidence on the list, also what the district will not rely on."),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=forms.EvidenceForm,
        event=Event.Kind.FACT,
    )
    def add_evidence(self) -> None:
        """Also what the district will not rely on (34 CFR 106.45(b)(5)(vi))."""
        writing.record(self, Record.Kind.EVIDENCE, code="relied" if self.data["relied_on"] else "not_relied", title=self.data["title"])

    @step(state, source=OPEN, label=_("Record an emergency removal"),
        does=_("Keeps the removal of a student with everything that the rule asks for."), by=(COORDINATE,), form=forms.RemovalForm, event=Event.Kind.FACT,
          cite="34 CFR 106.44(c)", conditions=[lambda flow: unmet(not flow.case.employee_respondent, _("An employee is put on leave, not removed."))])  # fmt: skip
    def remove(self) -> None:
        """T-23: analysis, physical threat, notice, challenge in time, plan checked."""
        writing.removal(self)

    @step(state, source=OPEN, label=_("Record administrative leave"),
        does=_("Keeps that an employee was put on leave."), by=(COORDINATE,), form=forms.RecordForm, event=Event.Kind.FACT, cite="34 CFR 106.44(d)",
          conditions=[lambda flow: unmet(flow.case.employee_respondent, _("Administrative leave is for employees."))])  # fmt: skip
    def leave(self) -> None:
        """T-22: for an employee who is not a student."""
        writing.record(self, Record.Kind.LEAVE)

    @step(state, source=OPEN, label=_("Record a duty as done"),
        does=_("Keeps that a duty of state law was done: who, to whom, when."), by=STAFF, form=forms.DutyDoneForm, event=Event.Kind.FACT,
          conditions=[lambda flow: unmet(any(task.kind.startswith("DUTY_") for task in flow.file.tasks), _("No duty of state law is open."))])  # fmt: skip
    def duty_done(self) -> None:
        """Police, superintendent, social services: time, person, number."""
        writing.duty_done(self)

    @step(
        state,
        source=OPEN,
        label=_("Add a note"),
        does=_("Adds a note to the timeline."),
        by=(*STAFF, DECIDE, APPEAL, FACILITATE),
        form=NoteForm,
        event=Event.Kind.NOTE,
    )
    def add_note(self) -> None:
        """A note on the timeline."""

    # -- the inquiry of the school, or of the district without 106.45 (B3.2) --------------------------------------------

    @step(state, source=S.S_OPEN, target=S.S_INVESTIGATING, label=_("Begin the inquiry"),
        does=_("The school investigator begins."), by=(SCHOOL, COORDINATE), primary=True,
          conditions=[guards.second_reader_done, guards.somebody(Role.SCHOOL_INVESTIGATOR, _("Assign a school investigator first."))])  # fmt: skip
    def begin_inquiry(self) -> None:
        """An investigator without a tie and with valid training."""

    @step(state, source=S.S_INVESTIGATING, target=S.S_FINDINGS, label=_("Make the findings"),
        does=_("Decides on each allegation; the families are told next."), by=(INVESTIGATE,), form=forms.FindingForm, primary=True,
          conditions=[guards.has_allegations, guards.sides_heard, guards.has_evidence, guards.fit(Role.SCHOOL_INVESTIGATOR)])  # fmt: skip
    def make_findings(self) -> None:
        """Per allegation, with both sides heard and the evidence listed."""
        writing.findings(self)

    @step(state, source=S.S_FINDINGS, target=S.S_NOTIFIED, label=_("Notify both families of the outcome"),
        does=_("Tells both families at the same time and ends the promise of the inquiry."), by=(SCHOOL, COORDINATE), form=forms.SentForm,
          primary=True, stops=("school_investigation", "district_investigation"), starts=("check_in",), tells=_("Both families, at the same time."))  # fmt: skip
    def notify_outcome(self) -> None:
        """T-41: never one family alone."""
        writing.send(self, "SCHOOL_OUTCOME")

    @step(
        state,
        source=S.S_NOTIFIED,
        target=S.CLOSED,
        label=_("Close the case"),
        does=_("Ends the case after both families know the outcome; the file is kept for seven years."),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        conditions=[guards.file_complete],
    )
    def close_inquiry(self) -> None:
        """Measures assigned, check-in set; the coordinator confirms."""
        writing.close(self, "COMPLETED")

    @step(state, source=[*SCHOOL_PATH, S.S_NOTIFIED], target=S.FC_PENDING, label=_("Escalate to the district"),
        does=_("Hands the case to the district. The school's promise ends, the district's goes on from the day that the policy says."),
        by=(COORDINATE,), form=ReasonForm,
          starts=("complaint_decision",))  # fmt: skip
    def escalate(self) -> None:
        """A prong became plausible, an employee, a repetition, a conflict, or the coordinator's order (B3.2)."""
        writing.escalate(self)

    # -- formal complaint (34 CFR 106.30, 106.44) ----------------------------------------------------------------------

    @step(state, source=[S.FC_PENDING, S.SUPPORTIVE_ONLY], target=S.FORMAL_COMPLAINT, label=_("Record the formal complaint"),
        does=_("Starts the grievance process; the sixty days count from this day."), by=(COORDINATE,),
          form=forms.ComplaintForm, primary=True, stops=("complaint_decision",), starts=("notice",), conditions=[guards.second_reader_done],
          cite="34 CFR 106.30")  # fmt: skip
    def file_complaint(self) -> None:
        """Signed by the complainant, a parent, or the coordinator with the reason."""
        writing.complaint(self)

    @step(state, source=S.FC_PENDING, target=S.SUPPORTIVE_ONLY, label=_("Do not sign: supportive measures only"),
        does=_("No complaint, no signature: the measures stay, with your reason on file."), by=(COORDINATE,), form=ReasonForm,
          stops=("complaint_decision",), conditions=[guards.second_reader_done], cite="34 CFR 106.44(a)")  # fmt: skip
    def support_only(self) -> None:
        """T-21: the coordinator gives a written reason not to sign; a complaint may come at any time."""
        if not self._running("measures_review"):
            self.start_clock("measures_review")

    @step(
        state,
        source=S.SUPPORTIVE_ONLY,
        target=S.CLOSED,
        label=_("Close: supportive measures given"),
        does=_("Ends the case after the measures were reviewed; a complaint may still come."),
        by=(COORDINATE,),
        form=ReasonForm,
    )
    def close_supportive(self) -> None:
        """Kept for seven years as well."""
        writing.close(self, "SUPPORTIVE")

    @step(state, source=S.FORMAL_COMPLAINT, target=S.NOTICED, label=_("Send the notice of allegations"),
        does=_("Tells every known party what is alleged and what their rights are, with time to prepare."), by=(COORDINATE,), form=forms.SentForm, primary=True,
          stops=("notice",), conditions=[guards.has_parties, guards.has_allegations], tells=_("Every known party."), cite="34 CFR 106.45(b)(2)")  # fmt: skip
    def send_notice(self) -> None:
        """With sufficient time to prepare before any initial interview."""
        writing.send(self, "NOTICE")

    @step(state, source=[S.NOTICED, S.INVESTIGATING, S.EVIDENCE_REVIEW], label=_("Send a supplemental notice"),
        does=_("Tells every known party of new allegations; no date moves."), by=(COORDINATE,), form=forms.SentForm,
          tells=_("Every known party."), cite="34 CFR 106.45(b)(2)(ii)")  # fmt: skip
    def send_supplement(self) -> None:
        """T-40: before anybody is questioned on a new allegation; the clock does not move."""
        writing.send(self, "NOTICE_SUPPLEMENT")

    # -- investigation (34 CFR 106.45(b)(5)) ----------------------------------------------------------------------------

    @step(state, source=S.NOTICED, target=S.INVESTIGATING, label=_("Begin the investigation"),
        does=_("The investigator begins."), by=(COORDINATE, INVESTIGATE), primary=True,
          conditions=[guards.somebody(Role.INVESTIGATOR, _("Assign an investigator first."))])  # fmt: skip
    def begin_investigation(self) -> None:
        """The burden is on the district."""

    @step(state, source=S.INVESTIGATING, target=S.EVIDENCE_REVIEW, label=_("Send the evidence"),
        does=_("Sends everything that is directly related; each party has at least ten days to answer."), by=(INVESTIGATE,), form=forms.SentForm, primary=True,
          conditions=[guards.has_evidence, guards.fit(Role.INVESTIGATOR)], tells=_("Every party and advisor."), starts=("evidence_wait",),
          cite="34 CFR 106.45(b)(5)(vi)")  # fmt: skip
    def send_evidence(self) -> None:
        """All that is directly related; at least ten days to answer."""
        writing.send(self, "EVIDENCE", advisors=True)

    @step(state, source=[S.EVIDENCE_REVIEW, S.REPORT_REVIEW], label=_("Record a response or a waiver"), by=(INVESTIGATE, COORDINATE), form=forms.ResponseForm,
          event=Event.Kind.FACT, does=_("Keeps what the party wrote; when all have answered or waived, the wait is over."))  # fmt: skip
    def respond(self) -> None:
        """N9: the party owns the whole window unless it answers or waives."""
        writing.response(self)

    @step(state, source=S.EVIDENCE_REVIEW, target=S.REPORT_DRAFT, label=_("Write the report"),
        does=_("The time to answer is over: keeps the investigative report."), by=(INVESTIGATE,), primary=True, stops=("evidence_wait",),
          conditions=[guards.evidence_over, guards.fit(Role.INVESTIGATOR)], form=forms.ReportForm, cite="34 CFR 106.45(b)(5)(vii)")  # fmt: skip
    def write_report(self) -> None:
        """A fair summary; the responses were considered."""
        writing.note(self, Record.Kind.REPORT, "report")

    @step(state, source=S.REPORT_DRAFT, target=S.REPORT_REVIEW, label=_("Send the report"),
        does=_("Sends the report; each party has at least ten days before a decision. Ends the sixty days."), by=(INVESTIGATE,), form=forms.SentForm, primary=True,
          conditions=[guards.fit(Role.INVESTIGATOR)], tells=_("Every party and advisor."), starts=("report_wait",), cite="34 CFR 106.45(b)(5)(vii)")  # fmt: skip
    def send_report(self) -> None:
        """Ends the sixty days (B2.3) unless the policy says otherwise; the determination has a promise of its own."""
        writing.send(self, "REPORT", advisors=True)
        writing.report_out(self)

    @step(state, source=S.REPORT_REVIEW, label=_("Written questions"),
        does=_("Keeps one move in the exchange of written questions."), by=(DECIDE,), form=forms.QuestionForm, event=Event.Kind.FACT, cite="34 CFR 106.45(b)(6)(ii)",
          conditions=[guards.fit(Role.DECISION_MAKER)])  # fmt: skip
    def questions(self) -> None:
        """Offered, asked, answered, excluded with the reason, finished."""
        writing.question(self)

    @step(state, source=S.REPORT_REVIEW, target=S.DETERMINATION, label=_("Decide"),
        does=_("Decides on each allegation with the six contents that the rule asks for."),
        by=(DECIDE,), form=forms.DeterminationForm, primary=True, stops=("report_wait",),
          conditions=[guards.has_allegations, guards.report_over, guards.fit(Role.DECISION_MAKER)], cite="34 CFR 106.45(b)(7)")  # fmt: skip
    def determine(self) -> None:
        """By somebody who is neither the coordinator nor the investigator, with the six contents."""
        writing.determination(self)

    @step(state, source=S.DETERMINATION, target=S.APPEAL_WINDOW, label=_("Send the determination"),
        does=_("Sends the determination to both parties at the same time; the time to appeal begins."), by=(DECIDE, COORDINATE), form=forms.SentForm, primary=True,
          stops=("determination",), tells=_("Both parties, at the same time."), starts=("appeal_window",), cite="34 CFR 106.45(b)(7)(iii)")  # fmt: skip
    def send_determination(self) -> None:
        """Simultaneously."""
        writing.send(self, "DETERMINATION")
        self.case.appeal_of = "determination"
        if self._running("district_investigation"):
            self.stop_clock("district_investigation")

    # -- dismissal, informal resolution, appeal, end --------------------------------------------------------------------

    @step(state, source=COMPLAINT, target=S.DISMISSED, label=_("Dismiss the complaint"),
        does=_("Ends the grievance process with a ground and reasons; both parties may appeal."), by=(COORDINATE,), form=forms.DismissForm,
          tells=_("Both parties, at the same time."), makes=_("The dismissal letters."), cite="34 CFR 106.45(b)(3)")  # fmt: skip
    def dismiss(self) -> None:
        """Mandatory or discretionary, with reasons; both may appeal (T-15)."""
        writing.dismissal(self)

    @step(
        state,
        source=COMPLAINT,
        label=_("Record a written withdrawal"),
        does=_("Keeps that the complainant withdrew in writing. You may dismiss or go on; either needs a reason."),
        by=(COORDINATE,),
        form=forms.EventForm,
        event=Event.Kind.FACT,
    )
    def withdraw(self) -> None:
        """T-15: only a written one enables a dismissal; the coordinator may go on."""
        self.case.withdrawn_on = self.data["on"]

    @step(state, source=COMPLAINT, target=S.INFORMAL, label=_("Begin an informal resolution"),
        does=_("The days of the investigation rest while a facilitator helps the parties to agree."), by=(COORDINATE,), form=forms.ConsentForm,
          conditions=[guards.no_employee, guards.somebody(Role.FACILITATOR, _("Assign a facilitator first."))], starts=("informal",),
          cite="34 CFR 106.45(b)(9)")  # fmt: skip
    def begin_informal(self) -> None:
        """T-17: both consents in writing; the days of the investigation rest."""
        writing.begin_informal(self)

    @step(
        state,
        source=S.INFORMAL,
        target=where_it_was,
        label=_("A party withdraws from it"),
        does=_("Back to the investigation, where it was; the days held are added to its date."),
        by=(COORDINATE, FACILITATE),
        form=ReasonForm,
    )
    def leave_informal(self) -> None:
        """Any time before the agreement: back to the state before, the days held are added."""
        self.cancel_clock("informal", "withdrawn")
        self.resume_clock("district_investigation")

    @step(
        state,
        source=S.INFORMAL,
        target=S.FINAL,
        label=_("Record the agreement"),
        does=_("Keeps the signed agreement; the case is final."),
        by=(COORDINATE, FACILITATE),
        form=forms.AgreementForm,
        stops=("informal",),
    )
    def agree(self) -> None:
        """Signed: final; the investigation has no date to keep any more."""
        writing.note(self, Record.Kind.AGREEMENT, "signed")
        self.cancel_clock("district_investigation", "informal resolution")

    @step(state, source=[S.APPEAL_WINDOW, S.DISMISSED], target=S.APPEAL, label=_("Record an appeal"),
        does=_("Takes an appeal on that came in time and has a base; the other party is told."), by=(COORDINATE,), form=forms.FiledAppealForm, primary=True,
          stops=("appeal_window",), starts=("appeal_decision",), cite="34 CFR 106.45(b)(8)")  # fmt: skip
    def file_appeal(self) -> None:
        """In time and on one of the three bases; the other party is told."""
        writing.record(self, Record.Kind.APPEAL, code="filed", bases=self.data["bases"])

    @step(state, source=[S.APPEAL_WINDOW, S.DISMISSED], target=S.FINAL, label=_("The time to appeal is over"), by=(SYSTEM,), work=False)
    def appeal_time_over(self) -> None:
        """T-26: final on the day after."""
        self.stop_clock("appeal_window", self.turn.today)

    @step(state, source=S.APPEAL, target=after_appeal, label=_("Decide the appeal"),
        does=_("Upholds or changes the decision, or sends the case back to the investigation."), by=(APPEAL,), form=forms.AppealDecisionForm, primary=True,
          conditions=[guards.fit(Role.APPEAL_OFFICER)], stops=("appeal_decision",), cite="34 CFR 106.45(b)(8)(iii)")  # fmt: skip
    def decide_appeal(self) -> None:
        """By somebody who was none of the three before."""
        writing.appeal_decided(self)

    @step(
        state,
        source=S.FINAL,
        label=_("Record a remedy or sanction"),
        does=_("Keeps a remedy or a sanction that the coordinator carries out."),
        by=(COORDINATE,),
        form=forms.RemedyForm,
        event=Event.Kind.FACT,
    )
    def remedy(self) -> None:
        """The coordinator implements them (34 CFR 106.45(b)(7)(iv))."""
        writing.note(self, Record.Kind.REMEDY, self.data["code"])

    @step(state, source=S.FINAL, target=S.CLOSED, label=_("Send the outcome and close"),
        does=_("Both parties hear how it ended; the file is kept for seven years."), by=(COORDINATE,), form=forms.SentForm, primary=True,
          conditions=[guards.file_complete], tells=_("Both parties."))  # fmt: skip
    def close_final(self) -> None:
        """Both parties hear how it ended; the file is kept for seven years (34 CFR 106.45(b)(10))."""
        writing.send(self, "OUTCOME")
        writing.close(self, "COMPLETED")

    @step(
        state,
        source=S.CLOSED,
        target=by_level,
        label=_("Reopen"),
        does=_("Opens the case again as a new episode with a date of its own; the first result stays."),
        by=(COORDINATE,),
        form=ReasonForm,
        conditions=[kept],
    )
    def reopen(self) -> None:
        """T-27: new evidence or an error; a new episode with its own day 0, the old result stays."""
        writing.reopen(self)
