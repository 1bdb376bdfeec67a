"""The attendance case and the notice to the family: states and steps, nothing else (domain.md A2.2, A2.3).

The machine may raise a case; only a person may lower one on which work has begun."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance import actions, clocks, forms, legal, letters
from attendance.models import Notice
from casework import dates, grants
from casework.deadline_steps import deadline_steps
from casework.models import Event
from casework.stepforms import ContactForm, NoteForm, ReasonForm
from casework.workflow import NEW, SYSTEM, SubjectState, Workflow, step, unmet
from district.models import School

RULES = "att-2026"
WORK, SIGN, MAIL, SUPERVISE = "work_cases", "sign_cases", "mail_cases", "supervise_cases"


class Stage(models.TextChoices):
    """Where an attendance case stands."""

    WATCH = "WATCH", _("Watch")
    TIER2 = "TIER2", _("Tier 2")
    TIER3 = "TIER3", _("Tier 3")
    LEGAL_REVIEW = "LEGAL_REVIEW", _("Legal review")
    LEGAL_REFERRED = "LEGAL_REFERRED", _("Referred to DA and DSS")
    TRANSFER_PENDING = "TRANSFER_PENDING", _("Transferred, to be taken over")
    ON_HOLD = "ON_HOLD", _("On hold")
    CLOSED = "CLOSED", _("Closed")


TIERS = [Stage.WATCH, Stage.TIER2, Stage.TIER3]
WORKING = [*TIERS, Stage.LEGAL_REVIEW, Stage.LEGAL_REFERRED]
OPEN = [*WORKING, Stage.TRANSFER_PENDING, Stage.ON_HOLD]
where_it_was = SubjectState.GET_STATE(lambda flow: Stage(flow.case.resume_state or flow.case.stage), states=WORKING)
previous_stage = SubjectState.GET_STATE(lambda flow: Stage(flow.case.stage), states=TIERS)


def no_letter_out(flow: AttendanceWorkflow) -> object:
    """C16: nothing has reached the family and nobody has worked on the case."""
    sent = any(isinstance(process, Notice) and process.sent_on for process in flow.file.processes)
    return unmet(not sent and not flow.case.worked, _("A letter was sent or somebody has worked on the case."))


def has_open_review(flow: AttendanceWorkflow) -> object:
    """There is a correction to look at."""
    return unmet(any(task.kind == "REVIEW_CORRECTION" for task in flow.file.tasks), _("No correction waits for a review."))


def cause_missing(flow: AttendanceWorkflow) -> object:
    """The root-cause duty is open."""
    return unmet(any(task.kind == "ROOT_CAUSE" for task in flow.file.tasks), _("The causes are recorded already."))


def conference_due(flow: AttendanceWorkflow) -> object:
    """The conference is not scheduled yet."""
    return unmet(any(task.kind == "SCHEDULE_ARC" for task in flow.file.tasks), _("The conference is scheduled already."))


def conference_open(flow: AttendanceWorkflow) -> object:
    """The conference has not been held."""
    return unmet(any(task.kind == "HOLD_ARC" for task in flow.file.tasks), _("The conference was held already."))


def open_disclosure(flow: AttendanceWorkflow) -> object:
    """A notice to an authority is still to be sent."""
    wanted = ("NOTIFY_DA", "NOTIFY_DSS", "INFORM_CORRECTION")
    return unmet(any(task.kind in wanted for task in flow.file.tasks), _("Every notice was sent."))


class AttendanceWorkflow(Workflow):
    """One student in one school year."""

    kind, version = "ATT", RULES
    born = (Stage.WATCH, Stage.TIER2, Stage.TIER3)
    final = (Stage.CLOSED,)
    labels = dict(Stage.choices)
    clocks = clocks.CASE
    state = SubjectState(Stage)

    extend_deadline, hold_deadline, resume_deadline, correct_day0, recalculate_deadlines = deadline_steps(state, OPEN, by=(SUPERVISE,))
    begin_action, withdraw_action, record_action = actions.action_steps(state, OPEN, by=(WORK, SIGN))

    # -- opening and raising: the machine by the counts, a person with a reason ------------------------------------

    @step(state, source=NEW, target=Stage.WATCH, label=_("Open"), by=(SYSTEM,), work=False)
    def open_case(self) -> None:
        """C1: the third unexcused day, the at-risk band, or three days in a row without contact."""
        self._reached()
        self.case.stage = Stage.WATCH

    @step(
        state, source=Stage.WATCH, target=Stage.TIER2, label=_("Raise to tier 2"), by=(SYSTEM, WORK), form=forms.RaiseForm,
        does=_("Moves the student to tier 2."), tells=_("The social worker of the school."),
        makes=_("A task to find the causes."), cite="G.S. 115C-378",
    )  # fmt: skip
    def raise_tier2(self) -> None:
        """C2: the sixth unexcused day or chronic absence."""
        self._raise(Stage.TIER2)

    @step(
        state, source=[Stage.WATCH, Stage.TIER2], target=Stage.TIER3, label=_("Raise to tier 3"), by=(SYSTEM, WORK),
        form=forms.RaiseForm, does=_("Moves the student to tier 3."), tells=_("The social worker and the principal."),
        makes=_("The duty to schedule and hold an Attendance Review Conference."), cite="G.S. 115C-378",
    )  # fmt: skip
    def raise_tier3(self) -> None:
        """C3: the tenth unexcused day, severe absence, or a plan that does not work."""
        self._raise(Stage.TIER3)
        self.open_task("SCHEDULE_ARC", role="SSW", clock="arc_schedule")
        self.open_task("HOLD_ARC", role="SSW", clock="arc_hold")

    @step(state, source=OPEN, label=_("Another threshold reached"), by=(SYSTEM,), event=Event.Kind.FACT, work=False)
    def detect(self) -> None:
        """A threshold was reached that does not change the stage."""
        self._reached()

    @step(state, source=OPEN, label=_("Notice begun"), by=(SYSTEM,), event=Event.Kind.FACT, work=False)
    def begin_notice(self) -> None:
        """A notice is due for the thresholds in `covers` (one letter for all that one import crossed)."""
        fields = {key: value for key, value in self.data.items() if not key.startswith("_")}
        process = self.spawn("NOTICE", **fields)
        if fields.get("breached_on"):
            self.alert("L6_LATE", "supervisor")
        counted = clocks.counted(fields["covers"], fields["count"], self.policy)
        self.turn.data = {"notice": str(process.id), "covers": fields["covers"], **counted}

    def _raise(self, stage: Stage) -> None:
        self._reached()
        self.case.stage = stage
        if self.case.owner_id is None:
            self.open_task("ASSIGN_SSW", role="SUPERVISOR", clock="assign")
        if not any(task.kind == "ROOT_CAUSE" for task in self.file.tasks):
            self.open_task("ROOT_CAUSE", role="SSW", clock="root_cause")

    def _reached(self) -> None:
        new = [trigger for trigger in self.data.get("triggers") or () if trigger not in self.case.triggers]
        self.case.triggers = [*self.case.triggers, *new]

    # -- transfer, hold, end (C10-C15) ---------------------------------------------------------------------------------

    @step(
        state,
        source=[*WORKING, Stage.TRANSFER_PENDING, Stage.ON_HOLD],
        target=Stage.TRANSFER_PENDING,
        label=_("Transfer to another school"),
        by=(SYSTEM,),
        work=False,
    )
    def transfer(self) -> None:
        """C10: the enrolment moved. Running clocks go on by the calendar that they began with; new ones count by the new
        school's. Nobody is handed over without being received: the promise runs until somebody takes over."""
        if self.came_from not in (Stage.TRANSFER_PENDING, Stage.ON_HOLD):
            self.case.resume_state = self.came_from
        old, school = self.case.school_id, School.objects.select_related("calendar").get(pk=self.data["school_id"])
        self.case.school_id, self.case.owner_id = school.pk, None
        self.file.calendar_id, self.file.calendar_revision = school.calendar_id, school.calendar.revision if school.calendar else None
        self.finish_task("ASSIGN_SSW", "transferred", cancelled=True)
        self.finish_task("ACCEPT_TRANSFER", "transferred again", cancelled=True)
        self.open_task("ACCEPT_TRANSFER", role="SSW", clock="transfer_accept")
        self.turn.data = {"from_school": old, "to_school": school.pk}

    @step(
        state, source=Stage.TRANSFER_PENDING, target=where_it_was, label=_("Take the student over"), by=(WORK,), form=NoteForm, primary=True,
        does=_("You are responsible from now on; everything that was done before stays visible."),
    )  # fmt: skip
    def accept_transfer(self) -> None:
        """C11: the receiving social worker accepts."""
        self._worked()
        self.case.owner_id = self.actor_id
        self.finish_task("ACCEPT_TRANSFER", "accepted")

    @step(
        state,
        source=[Stage.TRANSFER_PENDING, Stage.ON_HOLD],
        label=_("A higher tier while nobody holds the case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def raise_pending(self) -> None:
        """The machine may raise a case also while it is handed over or on hold; the duties begin at once."""
        self.case.resume_state = self.data["stage"]
        if self.data["stage"] == Stage.TIER3:
            self.open_task("SCHEDULE_ARC", role="SSW", clock="arc_schedule")
            self.open_task("HOLD_ARC", role="SSW", clock="arc_hold")
        self._raise(Stage(self.data["stage"]))

    @step(
        state, source=WORKING, target=Stage.ON_HOLD, label=_("Put the case on hold"), by=(SUPERVISE,), form=forms.CaseHoldForm,
        does=_("The case waits until the day that you choose, at most 60 days; its deadlines go on."),
    )  # fmt: skip
    def hold_case(self) -> None:
        """C15: with a reason and an end."""
        self.case.resume_state = self.came_from
        self.start_clock_until("hold_end", self.data["until"])

    @step(state, source=Stage.ON_HOLD, target=where_it_was, label=_("Go on with the case"), by=(SUPERVISE, WORK), form=ReasonForm, does=_("Ends the hold."),
          primary=True)  # fmt: skip
    def resume_case(self) -> None:
        """C15: the hold ends by hand; an alert comes on its last day."""
        self.cancel_clock("hold_end", "resumed")

    @step(state, source=OPEN, target=Stage.CLOSED, label=_("Close: the student left"), by=(SYSTEM,), work=False)
    def close_ended(self) -> None:
        """C12: withdrawal, graduation, move; clocks are cancelled and count in no figure."""
        self._end_notices()
        self.close_case("WITHDRAWN")

    @step(state, source=OPEN, target=Stage.CLOSED, label=_("Close: end of the school year"), by=(SYSTEM,), work=False)
    def close_year_end(self) -> None:
        """C13: carried forward as a flag when it was in tier 3."""
        self._end_notices()
        self.remember(prior_year_tier3=self.case.stage == Stage.TIER3)
        self.close_case("YEAR_END")

    def _end_notices(self) -> None:
        for process in [process for process in self.file.processes if process.closed_on is None]:
            process.closed_on = self.effective_on
            self.file.touch(process)

    # -- corrections (A3.3) ----------------------------------------------------------------------------------------

    @step(
        state, source=Stage.WATCH, target=Stage.CLOSED, label=_("Close: corrected"), by=(SYSTEM,),
        conditions=[no_letter_out], work=False,
    )  # fmt: skip
    def close_corrected(self) -> None:
        """C16: a correction brought every measure below its trigger before anything happened."""
        self.close_case("CORRECTED")

    @step(
        state, source=OPEN, label=_("Correction to review"), by=(SYSTEM,), event=Event.Kind.FACT, work=False,
        tells=_("The social worker."), makes=_("A task to review the correction."),
    )  # fmt: skip
    def flag_correction(self) -> None:
        """C17: below a trigger after work began; the stage stays, a person decides."""
        lost = self.data.get("lost") or ()
        self.case.triggers = [trigger for trigger in self.case.triggers if trigger not in lost]
        if self.case.state == Stage.LEGAL_REFERRED:  # it cannot be undone; the authorities must hear of it (A3.3, A-41)
            if not any(task.kind == "INFORM_CORRECTION" for task in self.file.tasks):
                self.open_task("INFORM_CORRECTION", role="PRINCIPAL", clock="inform_correction")
                self.alert("INFORM_CORRECTION", "supervisor")
        elif not any(task.kind == "REVIEW_CORRECTION" for task in self.file.tasks):
            self.open_task("REVIEW_CORRECTION", role="SSW", clock="review_correction")

    @step(
        state, source=OPEN, label=_("Record the review of the correction"), by=(WORK,), form=forms.ReviewForm,
        conditions=[has_open_review], does=_("Ends the review; the stage stays."),
    )  # fmt: skip
    def review_correction(self) -> None:
        """C17: the social worker looked at the corrected record."""
        self._worked()
        self.finish_task("REVIEW_CORRECTION", self.data["finding"])

    @step(
        state, source=[Stage.TIER2, Stage.TIER3], target=Stage.WATCH, label=_("Step down to watch"), by=(WORK,),
        form=ReasonForm, does=_("Lowers the case to watch after a correction."), conditions=[has_open_review],
    )  # fmt: skip
    def step_down(self) -> None:
        """C17: may step down by hand."""
        self._worked()
        self.case.stage = Stage.WATCH
        for kind in ("REVIEW_CORRECTION", "ROOT_CAUSE", "SCHEDULE_ARC", "HOLD_ARC", "ASSIGN_SSW"):
            self.finish_task(kind, "stepped down", cancelled=kind != "REVIEW_CORRECTION")

    @step(state, source=OPEN, target=Stage.CLOSED, label=_("Close: same student as in another case"), by=(SYSTEM,), work=False)
    def merge_away(self) -> None:
        """C18: two records were one person; the older case goes on. Letters of both stay on file."""
        self._end_notices()
        self.close_case("MERGED")

    @step(state, source=Stage.CLOSED, target=previous_stage, label=_("Reopen"), by=(SYSTEM,), work=False)
    def reopen(self) -> None:
        """C14: a trigger was reached again in the same year."""
        self.case.closed_on, self.case.closed_reason = None, ""
        self.case.episode += 1
        self._reached()

    # -- what people do --------------------------------------------------------------------------------------------

    @step(
        state, source=OPEN, label=_("Assign the social worker"), by=(SUPERVISE, WORK), form=forms.AssignForm,
        does=_("Makes this person responsible for the case."), stops=("assign",),
    )  # fmt: skip
    def assign(self) -> None:
        """C2: the social worker of the school within two school days."""
        self.case.owner_id = self.data["owner"].pk
        self.finish_task("ASSIGN_SSW", "assigned")

    @step(
        state, source=OPEN, label=_("Recuse somebody"), by=(SUPERVISE,), form=forms.RecuseForm, event=Event.Kind.ACCESS, work=False,
        does=_("Ends this person's access to the case for a conflict of interest, whatever post they hold. No date moves."),
    )  # fmt: skip
    def recuse(self) -> None:
        """A-40: a social worker is the student's aunt; somebody else takes over."""
        user_id, case_id, reason, by = self.data["user"].pk, self.case.id, self.data["reason"], self.turn.actor
        self.file.later.append(lambda: grants.recuse_id(case_id, user_id, reason, by=by))
        if self.case.owner_id == user_id:
            self.case.owner_id = None
            if not any(task.kind == "ASSIGN_SSW" for task in self.file.tasks):
                self.open_task("ASSIGN_SSW", role="SUPERVISOR", clock="assign")

    @step(
        state, source=[Stage.TIER2, Stage.TIER3], label=_("Record the causes"), by=(WORK,), form=forms.RootCauseForm,
        conditions=[cause_missing], does=_("Keeps why the student is absent and what is done about it."),
        cite="G.S. 115C-378", primary=True,
    )  # fmt: skip
    def record_causes(self) -> None:
        """The social worker works with child and family to analyse the causes and determine steps."""
        self._worked()
        self.finish_task("ROOT_CAUSE", ", ".join(self.data["causes"]))

    @step(
        state, source=Stage.TIER3, label=_("Schedule the conference"), by=(WORK,), form=forms.ScheduleForm,
        conditions=[conference_due], primary=True, does=_("Sets day and place of the Attendance Review Conference."),
    )  # fmt: skip
    def schedule_conference(self) -> None:
        """ARC: within five school days of detection."""
        self._worked()
        starts = dates.local_instant(self.data["on"], self.data["at"], settings.TIME_ZONE)
        self.appoint("ARC", starts, self.data["place"], interpreter=self.data["interpreter"])
        self.finish_task("SCHEDULE_ARC", str(self.data["on"]))

    @step(
        state, source=Stage.TIER3, label=_("Record the conference"), by=(WORK,), form=forms.HeldForm,
        conditions=[conference_open], does=_("Keeps who met and what was agreed."), cite="G.S. 115C-378",
    )  # fmt: skip
    def hold_conference(self) -> None:
        """ARC held: within ten school days of detection, with the parent or the student (A2.4)."""
        self._worked()
        self.effective_on = self.data["on"]
        self.case.arc_held_on = self.effective_on
        self.case.last_contact_on = max(filter(None, (self.case.last_contact_on, self.effective_on)))
        for kind in ("SCHEDULE_ARC", "HOLD_ARC"):
            self.finish_task(kind, "held")

    # -- before the law (C4-C6) ------------------------------------------------------------------------------------

    @step(
        state, source=Stage.TIER3, target=Stage.LEGAL_REVIEW, label=_("Open the legal review"), by=(WORK,), form=ReasonForm,
        conditions=[legal.ten_days, legal.compulsory, legal.conferred], does=_("Asks the principal for the good-faith finding."),
        tells=_("The principal."), cite="G.S. 115C-378",
    )  # fmt: skip
    def open_legal_review(self) -> None:
        """C4: after the conference, or after two attempts by two means."""
        self._worked()
        self.open_task("FINDING", role="PRINCIPAL", clock="finding")

    @step(
        state, source=Stage.LEGAL_REVIEW, target=Stage.TIER3, label=_("Find good faith"), by=(SIGN,), form=ReasonForm, primary=True,
        does=_("The parent has made a good-faith effort: the help goes on."), cite="G.S. 115C-378",
    )  # fmt: skip
    def find_good_faith(self) -> None:
        """C5: the principal's finding with its rationale."""
        self._worked()
        self.finish_task("FINDING", "good faith")

    @step(
        state, source=Stage.LEGAL_REVIEW, target=Stage.LEGAL_REFERRED, label=_("Find no good faith and refer"), by=(SIGN,), form=ReasonForm,
        conditions=[legal.ten_days, legal.compulsory, legal.letters_delivered, legal.not_excluded],
        does=_("The district attorney and the director of social services must be notified."), makes=_("Two notices to write, each with its date."),
        cite="G.S. 115C-378",
    )  # fmt: skip
    def refer(self) -> None:
        """C6: shall notify, when every letter was delivered and nothing excludes it."""
        self._worked()
        self.finish_task("FINDING", "no good faith")
        self.open_task("NOTIFY_DA", role="PRINCIPAL", clock="notify_da")
        self.open_task("NOTIFY_DSS", role="PRINCIPAL", clock="notify_dss")

    @step(
        state, source=Stage.LEGAL_REFERRED, label=_("Record a notice to an authority"), by=(SIGN,), form=forms.DisclosureForm, event=Event.Kind.FACT,
        conditions=[open_disclosure], does=_("Keeps to whom what was disclosed, when and on what legal basis."), cite="34 CFR 99.32", primary=True,
    )  # fmt: skip
    def disclose(self) -> None:
        """C2: every disclosure outside the district is an entry."""
        self.effective_on = self.data["on"]
        self.finish_task(self.data["task"], "sent")

    @step(
        state, source=OPEN, label=_("Record an exclusion from legal referral"), by=(WORK, SIGN), form=forms.ExclusionForm, event=Event.Kind.FACT,
        does=_("Keeps a reason that stands against a referral, or that it fell away."),
    )  # fmt: skip
    def record_exclusion(self) -> None:
        """An indigency claim blocks the referral until the inquiry is recorded (G.S. 115C-382)."""
        self._worked()
        kept = [name for name in self.case.exclusions if name != self.data["exclusion"]]
        self.case.exclusions = [*kept, self.data["exclusion"]] if self.data["stands"] == "yes" else kept

    @step(
        state, source=OPEN, label=_("Log a contact"), by=(WORK, SIGN, MAIL), form=ContactForm, event=Event.Kind.CONTACT,
        does=_("Adds a contact with the family to the timeline."),
    )  # fmt: skip
    def log_contact(self) -> None:
        """Every contact counts, the vain ones too."""
        self._worked()
        self.effective_on = self.data.get("on") or self.turn.today
        if self.data["result"] == "reached":
            self.case.last_contact_on = max(filter(None, (self.case.last_contact_on, self.effective_on)))

    @step(
        state, source=OPEN, label=_("Add a note"), by=(WORK, SIGN, SUPERVISE), form=NoteForm, event=Event.Kind.NOTE,
        does=_("Adds a note to the timeline."),
    )  # fmt: skip
    def add_note(self) -> None:
        """A note is work: the machine may no longer close the case by itself."""
        self._worked()

    def _worked(self) -> None:
        self.case.worked = True


class NoticeState(models.TextChoices):
    """Where a notice stands (A2.3)."""

    DUE = "DUE", _("Due")
    DRAFT = "DRAFT", _("Drafted")
    SIGNED = "SIGNED", _("Signed")
    SENT = "SENT", _("Sent")
    DELIVERED = "DELIVERED", _("Delivered")
    RETURNED = "RETURNED", _("Returned")
    WITHDRAWN = "WITHDRAWN_CORRECTION", _("Withdrawn: the record was corrected")


BEFORE_SENT = [NoticeState.DUE, NoticeState.DRAFT, NoticeState.SIGNED]


def by_any_means(flow: NoticeWorkflow) -> object:
    """The law wants no letter for this one (G.S. 115C-378: three days, any means)."""
    return unmet(not flow.notice.must_mail, _("This notice must go by mail: draft and sign the letter."))


def not_reissued(flow: NoticeWorkflow) -> object:
    """A returned or superseded notice is reissued once."""
    again = any(isinstance(other, Notice) and other.replaces_id == flow.notice.id for other in flow.file.processes)
    return unmet(not again, _("The notice was reissued already."))


class NoticeWorkflow(Workflow):
    """One notice to the family, from due to delivered."""

    kind, version = "NOTICE", "notice-2026"
    born = (NoticeState.DUE,)
    final = (NoticeState.DELIVERED, NoticeState.RETURNED, NoticeState.WITHDRAWN)
    labels = dict(NoticeState.choices)
    clocks = clocks.NOTICE
    state = SubjectState(NoticeState)

    @property
    def notice(self) -> Notice:
        """The notice that is moved."""
        assert isinstance(self.subject, Notice)
        return self.subject

    def begin(self) -> None:
        """The clock starts at detection, not at the absence (A3.1 rule 6)."""
        kind = clocks.shortest(self.notice.covers, self.policy)
        if kind is not None:
            self.start_clock(kind, clocks.day0(kind, self.notice, self.policy), "detected")

    def _stop_clock(self) -> None:
        for kind in {clock.kind for clock in self.file.running if clock.kind.startswith(clocks.NOTICE_PREFIX)}:
            self.stop_clock(kind)

    @step(
        state, source=[NoticeState.DUE, NoticeState.DRAFT], target=NoticeState.DRAFT, label=_("Draft the letter"),
        by=(WORK, MAIL, SIGN), form=forms.DraftForm, prepare=letters.prepare_draft, primary=True,
        does=_("Makes the letter for you to read before it is signed."), makes=_("A draft of the letter."),
    )  # fmt: skip
    def draft(self) -> None:
        """DUE -> DRAFT; a new draft replaces the last."""
        self.case.worked = True
        self.notice.language = self.data["language"]

    @step(
        state, source=NoticeState.DRAFT, target=NoticeState.SIGNED, label=_("Sign the letter"), by=(SIGN,),
        form=forms.SignForm, prepare=letters.prepare_signed, primary=True, does=_("Puts your name under the letter."),
        makes=_("The final letter, ready for the mail room."), cite="G.S. 115C-378",
    )  # fmt: skip
    def sign(self) -> None:
        """The principal, the superintendent or a designee notifies."""
        self.case.worked = True

    @step(
        state, source=NoticeState.SIGNED, target=NoticeState.SENT, label=_("Record the mailing"), by=(MAIL,),
        form=forms.SendForm, primary=True, does=_("Keeps when and how the letter left the house; stops its clock."),
        cite="G.S. 115C-378",
    )  # fmt: skip
    def send(self) -> None:
        """The day of mailing stops the clock."""
        self._sent(self.data["means"])
        self.notice.proof = self.data.get("proof", "")

    @step(
        state, source=[NoticeState.DUE, NoticeState.DRAFT], target=NoticeState.DELIVERED,
        label=_("Record the notice by telephone or in person"), by=(WORK, SIGN, MAIL), form=forms.NotifyForm,
        conditions=[by_any_means], does=_("Keeps whom you told, when and how; stops the clock."), cite="G.S. 115C-378",
    )  # fmt: skip
    def notify(self) -> None:
        """Three days: any means will do, and reaching the parent is delivery."""
        self._sent(self.data["means"])
        self.notice.delivered_on = self.effective_on
        self.case.last_contact_on = self.effective_on
        self.end_process()

    def _sent(self, means: str) -> None:
        self.case.worked = True
        self.effective_on = self.data["on"]
        self.notice.sent_on, self.notice.means = self.effective_on, means
        self.notice.recipients = letters.recipients(self.case)
        self._stop_clock()

    @step(
        state, source=NoticeState.SENT, target=NoticeState.DELIVERED, label=_("Record the delivery"), by=(MAIL, WORK),
        form=forms.DeliveredForm, primary=True, does=_("Keeps the proof of delivery."),
    )  # fmt: skip
    def deliver(self) -> None:
        """Proof of delivery is evidence later on (A1.1)."""
        self.effective_on = self.data["on"]
        self.notice.delivered_on = self.effective_on
        self.notice.proof = self.data.get("proof") or self.notice.proof
        self.end_process()

    @step(
        state, source=NoticeState.SENT, target=NoticeState.RETURNED, label=_("Record that the letter came back"),
        by=(MAIL, WORK), form=forms.ReturnedForm, does=_("Keeps that the letter was not delivered."),
        makes=_("A task to confirm the address."),
    )  # fmt: skip
    def come_back(self) -> None:
        """RETURNED opens the task to confirm the address and to reissue."""
        self.effective_on = self.data["on"]
        self.notice.returned_on = self.effective_on
        self.open_task("CONFIRM_ADDRESS", role="DATA_MANAGER", clock="confirm_address")

    @step(
        state, source=[NoticeState.RETURNED], label=_("Reissue the notice"), by=(WORK, MAIL), form=ReasonForm,
        conditions=[not_reissued], primary=True, does=_("Begins the notice anew after the address was confirmed."),
        makes=_("A new notice with a clock of its own."),
    )  # fmt: skip
    def reissue(self) -> None:
        """A notice that came back does not count; a new one must go out."""
        old = self.notice
        self.finish_task("CONFIRM_ADDRESS", "reissued")
        self.end_process()
        self.spawn(
            "NOTICE", code=old.code, covers=old.covers, detected_on=self.turn.today, cited=old.cited, count=old.count,
            must_mail=old.must_mail, language=old.language, replaces_id=old.id,
        )  # fmt: skip

    @step(state, source=BEFORE_SENT, target=NoticeState.WITHDRAWN, label=_("Withdraw: corrected"), by=(SYSTEM,), work=False)
    def withdraw(self) -> None:
        """The record was corrected before anything was sent (A-07)."""
        self.end_process()

    @step(
        state, source=[NoticeState.SENT, NoticeState.DELIVERED, NoticeState.RETURNED], label=_("Superseded"),
        by=(SYSTEM,), event=Event.Kind.FACT, work=False,
    )  # fmt: skip
    def supersede(self) -> None:
        """A cited day was excused after the letter went out: it stays, but no longer counts (A-08)."""
        self.notice.superseded_on = self.effective_on

    @step(
        state, source=BEFORE_SENT, label=_("Sent too late"), by=(SYSTEM,), event=Event.Kind.FACT, work=False,
        cite="G.S. 115C-378",
    )  # fmt: skip
    def breach(self) -> None:
        """A seventh unexcused day accrued before the sixth-day notice was sent ('not more than six')."""
        self.notice.breached_on = self.effective_on
        self.alert("L6_LATE", "supervisor")
