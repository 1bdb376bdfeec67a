"""What is kept beside the steps, in any open state (B3.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import NoteForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import RecordForm
from titleix.case.states import (
    ALL_STAFF,
    COORDINATE,
    DECIDE,
    INVESTIGATE,
    OPEN,
    SCHOOL,
    STAFF,
    S,
    state,
)
from titleix.export import export_permission
from titleix.letters import rendering, sending
from titleix.models import Record, TitleIXCase
from titleix.outcomes.forms import ExtensionNoticeForm
from titleix.records import records_writing, related_reports
from titleix.records.forms import (
    AccommodationForm,
    AllegationForm,
    AnswerAccommodationForm,
    CancelMeetingForm,
    ChallengeForm,
    EndLeaveForm,
    EndMeasureForm,
    EndNoContactForm,
    EndRemovalForm,
    EvidenceForm,
    ExportForm,
    InspectionForm,
    InterviewForm,
    LetterForm,
    MeasureForm,
    MeasureReviewForm,
    NoContactForm,
    ProofForm,
    RemovalForm,
    ScheduleForm,
    SetAsideForm,
)
from titleix.screening.forms import DutyDoneForm, HRForm, RetaliationForm, RulesForm


class Records(Workflow):
    """What is kept in any open state: measures, interviews, evidence, removals, duties, letters."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record a contact with the complainant"),
        by=STAFF,
        form=RecordForm,
        event=Event.Kind.CONTACT,
        does=_(
            "Keeps that the complainant was contacted: measures offered, wishes heard, complaint explained."
        ),
        stops=("contact_complainant",),
        cite="34 CFR 106.44(a)",
    )
    def contact(self) -> None:
        """Supportive measures and wishes discussed, with or without a complaint."""
        records_writing.record(self, Record.Kind.CONTACT)

    @step(
        state,
        source=OPEN,
        label=_("Record a supportive measure"),
        by=STAFF,
        form=MeasureForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.30",
        does=_(
            "Keeps a supportive measure with the person's answer; a review comes every 15 school days while it is in place."
        ),
    )
    def add_measure(self) -> None:
        """Each one on file with the answer; reviewed every 15 school days."""
        records_writing.measure(self)

    @step(
        state,
        source=OPEN,
        label=_("End a supportive measure"),
        by=STAFF,
        form=EndMeasureForm,
        event=Event.Kind.FACT,
        does=_("Keeps when and why a measure ended."),
        conditions=[
            conditions.on_record(
                Record.Kind.MEASURE, _("No measure is in place."), "accepted", "offered"
            )
        ],
    )
    def end_measure(self) -> None:
        """The record stays."""
        records_writing.end_measure(self)

    @step(
        state,
        source=OPEN,
        label=_("Record the review of the measures"),
        by=STAFF,
        form=MeasureReviewForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps what the review found; the next one is due 15 school days later while measures are in place."
        ),
    )
    def review_measures(self) -> None:
        """Reviewed; the next review runs while measures are in place."""
        records_writing.review_measures(self)

    @step(
        state,
        source=OPEN,
        label=_("Write down an allegation"),
        by=(COORDINATE, INVESTIGATE),
        form=AllegationForm,
        event=Event.Kind.FACT,
        does=_(
            "Adds to what is alleged. After the notice, a supplemental notice must follow before anybody is questioned on it."
        ),
    )
    def allege(self) -> None:
        """What is alleged; a new one after the notice needs a supplemental notice before anybody is questioned on it (T-40)."""
        records_writing.note(self, Record.Kind.ALLEGATION, "alleged")

    @step(
        state,
        source=OPEN,
        label=_("Invite to an interview"),
        by=(INVESTIGATE, COORDINATE),
        form=ScheduleForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Writes to the person with date, time, place, participants and purpose, and puts the meeting into the calendar."
        ),
        makes=_(
            "A letter to the person, or the parents of a minor, and to the advisor; an appointment."
        ),
        prepare=rendering.invitation,
        conditions=[conditions.investigates],
        cite="34 CFR 106.45(b)(5)(v)",
    )
    def schedule_interview(self) -> None:
        """With sufficient time to prepare."""
        sending.schedule(self)

    @step(
        state,
        source=OPEN,
        label=_("Cancel a meeting"),
        by=(INVESTIGATE, COORDINATE),
        form=CancelMeetingForm,
        event=Event.Kind.FACT,
        does=_("The meeting does not take place. Tell the people."),
        conditions=[
            lambda flow: unmet(
                any(row.cancelled_at is None for row in flow.file.appointments),
                _("No meeting is planned."),
            )
        ],
    )
    def cancel_meeting(self) -> None:
        """Calendars hear of it."""
        sending.cancel_meeting(self)

    @step(
        state,
        source=OPEN,
        label=_("Record an interview"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=InterviewForm,
        event=Event.Kind.FACT,
        does=_("Keeps an interview, or that it was refused."),
        conditions=[conditions.investigates],
        cite="34 CFR 106.45(b)(5)(v)",
    )
    def interview(self) -> None:
        """Under 106.45 not before the second school day after the notice (T-24)."""
        records_writing.interview(self)

    @step(
        state,
        source=OPEN,
        label=_("Add evidence"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=EvidenceForm,
        event=Event.Kind.FACT,
        does=_("Puts a piece of evidence on the list, also what the district will not rely on."),
    )
    def add_evidence(self) -> None:
        """Also what the district will not rely on (34 CFR 106.45(b)(5)(vi))."""
        records_writing.evidence(self)

    @step(
        state,
        source=OPEN,
        label=_("Set a file aside that a party handed in"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=SetAsideForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps why the file is not directly related to the allegations. It stays on file, and the other party does not get it."
        ),
        conditions=[
            lambda flow: unmet(
                bool(queries.handed_in(flow.file, unsorted=True)), _("No file waits to be sorted.")
            )
        ],
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def set_aside(self) -> None:
        """What is directly related is evidence; what is not stays on file with the reason."""
        records_writing.set_aside(self)

    @step(
        state,
        source=OPEN,
        label=_("Record an emergency removal"),
        by=(COORDINATE,),
        form=RemovalForm,
        event=Event.Kind.FACT,
        does=_("Keeps the removal of a student with everything that the rule asks for."),
        cite="34 CFR 106.44(c)",
        prepare=rendering.removal,
        makes=_("The notice to the student or the parents, when it is dated today."),
        conditions=[
            lambda flow: unmet(
                not flow.case.employee_respondent, _("An employee is put on leave, not removed.")
            )
        ],
    )
    def remove(self) -> None:
        """T-23: analysis, physical threat, notice, challenge in time, plan checked."""
        sending.removal(self)

    @step(
        state,
        source=OPEN,
        label=_("Record the challenge of the removal"),
        by=(COORDINATE,),
        form=ChallengeForm,
        event=Event.Kind.FACT,
        does=_("Keeps what became of the challenge: the removal stays or is lifted."),
        stops=("challenge",),
        cite="34 CFR 106.44(c)",
        conditions=[conditions.on_record(Record.Kind.REMOVAL, _("Nobody is removed."))],
    )
    def hear_challenge(self) -> None:
        """Immediately following the removal."""
        records_writing.challenge(self)

    @step(
        state,
        source=OPEN,
        label=_("End an emergency removal"),
        by=(COORDINATE,),
        form=EndRemovalForm,
        event=Event.Kind.FACT,
        does=_("The student comes back."),
        conditions=[conditions.on_record(Record.Kind.REMOVAL, _("Nobody is removed."))],
    )
    def end_removal(self) -> None:
        """The threat is over, or the case is decided."""
        records_writing.end_record(self)

    @step(
        state,
        source=OPEN,
        label=_("Record administrative leave"),
        by=(COORDINATE,),
        form=RecordForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.44(d)",
        does=_("Keeps that an employee was put on leave."),
        conditions=[
            lambda flow: unmet(
                flow.case.employee_respondent, _("Administrative leave is for employees.")
            )
        ],
    )
    def leave(self) -> None:
        """T-22: for an employee who is not a student."""
        records_writing.leave(self)

    @step(
        state,
        source=OPEN,
        label=_("End an administrative leave"),
        by=(COORDINATE,),
        form=EndLeaveForm,
        event=Event.Kind.FACT,
        does=_("The employee is back, or left."),
        conditions=[conditions.on_record(Record.Kind.LEAVE, _("Nobody is on leave."))],
    )
    def end_leave(self) -> None:
        """With the reason."""
        records_writing.end_record(self)

    @step(
        state,
        source=OPEN,
        label=_("Record what human resources were told"),
        by=(COORDINATE,),
        form=HRForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps who in human resources was told what of an employee respondent, and whether there was a personnel action."
        ),
        conditions=[
            lambda flow: unmet(flow.case.employee_respondent, _("No employee is a respondent."))
        ],
    )
    def tell_hr(self) -> None:
        """B2.2, rule 7: employee conduct goes with an HR record."""
        records_writing.human_resources(self)

    @step(
        state,
        source=OPEN,
        label=_("Order people to keep apart"),
        by=STAFF,
        form=NoContactForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.30",
        does=_("Keeps a no-contact order between two people, with its end."),
    )
    def order_no_contact(self) -> None:
        """A supportive measure; it binds both alike unless the reason says why not."""
        records_writing.no_contact(self)

    @step(
        state,
        source=OPEN,
        label=_("End a no-contact order"),
        by=STAFF,
        form=EndNoContactForm,
        event=Event.Kind.FACT,
        does=_("Keeps when and why the order ended."),
        conditions=[conditions.on_record(Record.Kind.NO_CONTACT, _("There is no such order."))],
    )
    def end_no_contact(self) -> None:
        """The record stays."""
        records_writing.end_record(self)

    @step(
        state,
        source=OPEN,
        label=_("Record a request for an accommodation"),
        by=STAFF,
        form=AccommodationForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps what somebody needs to take part: an interpreter, an accommodation. An answer is due."
        ),
    )
    def ask_accommodation(self) -> None:
        """C11: also a good cause for more time."""
        records_writing.accommodation(self)

    @step(
        state,
        source=OPEN,
        label=_("Answer a request for an accommodation"),
        by=STAFF,
        form=AnswerAccommodationForm,
        event=Event.Kind.FACT,
        does=_("Keeps what was arranged, or why not."),
        conditions=[conditions.task_open("ACCOMMODATION", _("No request waits for an answer."))],
    )
    def answer_accommodation(self) -> None:
        """Granted, in part, or refused with the reason."""
        records_writing.answer_accommodation(self)

    @step(
        state,
        source=OPEN,
        label=_("Record a duty as done"),
        by=STAFF,
        form=DutyDoneForm,
        event=Event.Kind.FACT,
        does=_("Keeps that a duty of state law was done: who, to whom, when."),
        conditions=[
            lambda flow: unmet(
                any(task.kind.startswith("DUTY_") for task in flow.file.tasks),
                _("No duty of state law is open."),
            )
        ],
    )
    def duty_done(self) -> None:
        """Police, superintendent, social services: time, person, number."""
        records_writing.duty_done(self)

    @step(
        state,
        source=OPEN,
        label=_("Send a letter"),
        by=(COORDINATE,),
        form=LetterForm,
        event=Event.Kind.DOCUMENT,
        prepare=rendering.fixed,
        does=_(
            "Sends a letter of a fixed text: we have your report, measures offered, retaliation is prohibited."
        ),
        makes=_("A letter to each person chosen, in their language."),
    )
    def send_letter(self) -> None:
        """Each bound to its person (C9)."""
        sending.letter(self)

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Record what became of a letter"),
        by=(*STAFF, DECIDE),
        form=ProofForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps the proof of delivery, or that the letter came back; then the right address must be found."
        ),
        conditions=[conditions.letters_waiting],
    )
    def record_delivery(self) -> None:
        """The proof comes later than the letter."""
        sending.proof(self)

    @step(
        state,
        source=OPEN,
        label=_("Send the notice of a delay"),
        by=(COORDINATE,),
        form=ExtensionNoticeForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Tells every party in writing of a delay and its reasons. The extension itself follows, on the same day or later."
        ),
        prepare=rendering.to_parties("EXTENSION"),
        effects=rendering.tells("EXTENSION"),
        cite="34 CFR 106.45(b)(1)(v)",
        conditions=[conditions.something_extends],
    )
    def send_extension_notice(self) -> None:
        """Written notice of the delay and the reasons, before it."""
        sending.send(self, "EXTENSION")

    @step(
        state,
        source=OPEN,
        label=_("Record an inspection in the office"),
        by=(INVESTIGATE, COORDINATE),
        form=InspectionForm,
        event=Event.Kind.FACT,
        does=_("Keeps that a party or an advisor looked at the evidence in the office."),
        conditions=[
            lambda flow: unmet(
                bool(queries.deliveries(flow.file, "EVIDENCE")),
                _("The evidence has not been sent yet."),
            )
        ],
    )
    def record_inspection(self) -> None:
        """The inspection log: who looked at what, when."""
        records_writing.inspected(self)

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Record a report of retaliation"),
        by=(COORDINATE,),
        form=RetaliationForm,
        event=Event.Kind.FACT,
        does=_("Opens a new report of its own, linked to this case, with its own day 0."),
        cite="34 CFR 106.71",
    )
    def report_retaliation(self) -> None:
        """T-42: never merged into the case that it follows."""
        related_reports.retaliation(self)

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Add a note"),
        by=ALL_STAFF,
        form=NoteForm,
        event=Event.Kind.NOTE,
        does=_("Adds a note to the timeline."),
    )
    def add_note(self) -> None:
        """A note on the timeline."""

    @step(
        state,
        source=OPEN,
        label=_("Another report was made part of this case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def take_in(self) -> None:
        """B3.1: the earliest day 0 wins."""
        related_reports.take_in(self)

    @step(
        state,
        source=OPEN,
        label=_("A report was taken out of this case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def give_back(self) -> None:
        """What the day 0 was moved by goes back."""
        related_reports.give_back(self)

    @step(
        state,
        source=OPEN,
        label=_("Go on under another pack of rules"),
        by=(COORDINATE,),
        form=RulesForm,
        event=Event.Kind.FACT,
        does=_(
            "The steps to come follow another pack; what was done stays under the old one. Needs an order that is on file."
        ),
        conditions=[conditions.other_pack],
    )
    def migrate_rules(self) -> None:
        """B1: a logged migration of this one case."""
        related_reports.migrate(self)

    @step(
        state,
        source=[*OPEN, S.CLOSED, S.MERGED],
        label=_("The file was taken out"),
        by=(COORDINATE, "view_cases"),
        event=Event.Kind.ACCESS,
        work=False,
        hidden=True,
        does=_("Keeps who took the whole file, a redacted copy or its key, and the hash."),
        form=ExportForm,
        conditions=[export_permission.takes],
    )
    def export_file(self) -> None:
        """C7: exports are logged."""
        self.turn.data = {"hash": self.data["sha256"], "what": self.data["what"]}
