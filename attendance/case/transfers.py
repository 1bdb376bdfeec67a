"""Transfer, hold, the end of a case and its return, the merge of two records (C10-C15, C18): nobody
is lost."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.case.forms import CaseHoldForm, RaiseForm, WithdrawalForm
from attendance.case.tier_changes import TierChanges
from attendance.common.states import OPEN, SIGN, STATE, SUPERVISE, TIERS, WORK, WORKING, Stage
from attendance.models import Locate
from attendance.nightly import selection
from casework.engine import clocks
from casework.engine.forms import NoteForm, ReasonForm
from casework.engine.workflow import SYSTEM, SubjectState, step, unmet
from casework.models import Event
from district.models import School

where_it_was = SubjectState.GET_STATE(
    lambda flow: Stage(flow.case.resume_state or flow.case.stage), states=WORKING
)
previous_stage = SubjectState.GET_STATE(lambda flow: Stage(flow.case.stage), states=TIERS)


def may_come_back(flow: Transfers) -> object:
    """A merged case goes on in the other one, and a year that is over stays over."""
    met = flow.case.closed_reason not in ("MERGED", "YEAR_END")
    return unmet(
        met, _("This case goes on in another one: it was merged, or its school year is over.")
    )


def withdrawal_flagged(flow: Transfers) -> object:
    """There is a withdrawal to look at."""
    return unmet(flow.has_task("REVIEW_WITHDRAWAL"), _("No withdrawal waits for a decision."))


def known_to_have_left(flow: Transfers) -> object:
    """The ten-day rule (DPI manual): under 16 nobody is withdrawn until their whereabouts are known
    or it is established that they left the area."""
    left = any(
        isinstance(row, Locate) and row.outcome in Locate.LEFT for row in flow.file.processes
    )
    return unmet(
        left,
        _(
            "Nobody has established that the student left: the street team's outcome must be "
            "'moved away' or 'enrolled elsewhere'."
        ),
    )


class Transfers(TierChanges):
    """Steps that bring a case elsewhere, to rest, to its end and back."""

    @step(
        STATE,
        source=OPEN,
        target=Stage.TRANSFER_PENDING,
        label=_("Transfer to another school"),
        by=(SYSTEM,),
        work=False,
    )
    def transfer(self) -> None:
        """C10: the enrollment moved. Running clocks go on by the calendar that they began with; new
        ones count by the new school's. Nobody is handed over without being received: the deadline
        runs until somebody takes over."""
        if self.came_from not in (Stage.TRANSFER_PENDING, Stage.ON_HOLD):
            self.case.resume_state = self.came_from
        old = self.case.school_id
        school = School.objects.select_related("calendar").get(pk=self.data["school_id"])
        self.case.school_id, self.case.owner_id = school.pk, None
        self.file.calendar_id = school.calendar_id
        self.file.calendar_revision = school.calendar.revision if school.calendar else None
        self.finish_task("ASSIGN_SSW", gettext_noop("transferred"), cancelled=True)
        self.finish_task("ACCEPT_TRANSFER", gettext_noop("transferred again"), cancelled=True)
        self.open_task("ACCEPT_TRANSFER", role="SSW", clock="transfer_accept")
        self.turn.data = {"from_school": old, "to_school": school.pk}

    @step(
        STATE,
        source=Stage.TRANSFER_PENDING,
        target=where_it_was,
        label=_("Take the student over"),
        by=(WORK,),
        form=NoteForm,
        primary=True,
        does=_("You are responsible from now on; everything that was done before stays visible."),
    )
    def accept_transfer(self) -> None:
        """C11: the receiving social worker accepts."""
        self._worked()
        self.case.owner_id = self.actor_id
        self.finish_task("ACCEPT_TRANSFER", "accepted")
        self._go_on()

    @step(
        STATE,
        source=[Stage.TRANSFER_PENDING, Stage.ON_HOLD],
        label=_("A higher tier while nobody holds the case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def raise_pending(self) -> None:
        """The machine may raise a case also while it is handed over or on hold; the tasks begin at
        once."""
        self.case.resume_state = self.data["stage"]
        self.cancel_clock("monitor", gettext_noop("raised"))
        self._raise(Stage(self.data["stage"]))

    @step(
        STATE,
        source=WORKING,
        target=Stage.ON_HOLD,
        label=_("Put the case on hold"),
        by=(SUPERVISE,),
        form=CaseHoldForm,
        does=_(
            "The case waits until the day that you choose, at most 60 days; its deadlines go on."
        ),
    )
    def hold_case(self) -> None:
        """C15: with a reason and an end. The wait for a relapse rests too: it begins anew
        afterwards."""
        self.case.resume_state = self.came_from
        self.cancel_clock("monitor", gettext_noop("on hold"))
        self.start_clock_until("hold_end", self.data["until"])

    @step(
        STATE,
        source=Stage.ON_HOLD,
        target=where_it_was,
        label=_("Go on with the case"),
        by=(SUPERVISE, WORK),
        form=ReasonForm,
        does=_("Ends the hold."),
        primary=True,
    )
    def resume_case(self) -> None:
        """C15: the hold ends by hand; an alert comes on its last day."""
        self.cancel_clock("hold_end", gettext_noop("resumed"))
        self._go_on()

    def _go_on(self) -> None:
        """The deadlines of the stage run again."""
        self.cancel_clock("monitor", gettext_noop("begins anew"))
        if self.case.state == Stage.MONITOR:
            self.case.monitor_from = self.effective_on
            self.start_clock("monitor")
        self.ask_next()

    # -- the end (C12, C13, C18) and the return (C14) ----------------------------------------------

    @step(
        STATE,
        source=OPEN,
        target=Stage.CLOSED,
        label=_("Close: the student left"),
        by=(SYSTEM,),
        work=False,
    )
    def close_ended(self) -> None:
        """C12: withdrawal, graduation, move; clocks are cancelled and count in no figure."""
        self._end_all("WITHDRAWN")

    @step(
        STATE,
        source=OPEN,
        label=_("Withdrawn against the ten-day rule"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
        tells=_("The principal and the supervisor."),
        cite="NC School Attendance and Student Accounting Manual, ten-day rule",
    )
    def flag_withdrawal(self) -> None:
        """Under 16, more than ten consecutive unlawful absences, and nobody knows where the student
        is: not withdrawn. The files say otherwise; a person must look."""
        self.case.withdrawal_flagged_on = self.effective_on
        self.open_task("REVIEW_WITHDRAWAL", role="PRINCIPAL", clock="withdrawal")
        self.alert("WITHDRAWAL_FORBIDDEN", "supervisor")

    @step(
        STATE,
        source=OPEN,
        target=Stage.CLOSED,
        label=_("Confirm the withdrawal"),
        by=(SIGN,),
        form=WithdrawalForm,
        conditions=[withdrawal_flagged, known_to_have_left],
        primary=True,
        does=_("Closes the case: it is known that the student left."),
        cite="NC School Attendance and Student Accounting Manual, ten-day rule",
    )
    def confirm_withdrawal(self) -> None:
        """The street team or a record request established that the student left the area."""
        self._worked()
        self.finish_task("REVIEW_WITHDRAWAL", "left")
        self._end_all("WITHDRAWN")

    @step(
        STATE,
        source=OPEN,
        label=_("Withdrawal undone in the files"),
        by=(SIGN, WORK),
        form=ReasonForm,
        conditions=[withdrawal_flagged],
        does=_(
            "The data manager enrolled the student again; absences stay unlawful until the student "
            "is found."
        ),
    )
    def withdrawal_undone(self) -> None:
        """A student who is located and still lives in the area stays enrolled and stays coded
        unlawful."""
        self._worked()
        self.case.withdrawal_flagged_on = None
        self.finish_task("REVIEW_WITHDRAWAL", "enrolled again")

    @step(
        STATE,
        source=OPEN,
        target=Stage.CLOSED,
        label=_("Close: end of the school year"),
        by=(SYSTEM,),
        work=False,
    )
    def close_year_end(self) -> None:
        """C13: carried forward as a flag when it was in tier 3."""
        self.remember(prior_year_tier3=self.case.stage == Stage.TIER3)
        self._end_all("YEAR_END")

    @step(
        STATE,
        source=OPEN,
        target=Stage.CLOSED,
        label=_("Close: same student as in another case"),
        by=(SYSTEM,),
        work=False,
    )
    def merge_away(self) -> None:
        """C18: two records were one person; the older case goes on. Letters of both stay on
        file."""
        self._end_all("MERGED")

    @step(
        STATE,
        source=OPEN,
        label=_("Clocks of the merged case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def take_over_clocks(self) -> None:
        """C18: of two deadlines of one kind the earlier one is kept. `day0`: clock kind -> date."""
        for clock in list(self.file.running):
            earlier = self.data["day0"].get(clock.kind)
            if earlier is not None and earlier < clock.day0:
                clocks.rebase(self.file, clock, earlier, "merged", self.turn)

    def _end_all(self, reason: str) -> None:
        self._end_processes(reason)
        self.close_case(reason)

    @step(
        STATE,
        source=Stage.CLOSED,
        target=previous_stage,
        label=_("Reopen"),
        by=(SYSTEM, WORK, SUPERVISE),
        form=RaiseForm,
        conditions=[may_come_back],
        work=False,
        does=_("Goes on where the case stood, with new deadlines from today."),
    )
    def reopen(self) -> None:
        """C14: a trigger was reached again in the same year, the student came back, or a person
        says why."""
        self.case.closed_on, self.case.closed_reason = None, ""
        self.case.monitor_from = self.case.plan_from = self.case.withdrawal_flagged_on = None
        self.case.episode += 1
        self._reached()
        student, actor = self.case.student_id, self.turn.actor
        if actor is not None:
            # thresholds and notices that were left when the case closed: the next evening's work
            self.file.later.append(lambda: selection.look_again(student))
        if self.case.stage != Stage.WATCH:
            self._raise(Stage(self.case.stage))
            self.ask_next()
