"""Opening and raising an attendance case, and what people do with it (domain.md A2.2, C1-C3).

The nightly run may raise a case; only a person may lower one on which work has begun."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.case.forms import AssignForm, RaiseForm, RecuseForm, RootCauseForm
from attendance.case.tier_changes import TierChanges
from attendance.common.states import HELPED, MAIL, OPEN, SIGN, STATE, SUPERVISE, WORK, Stage
from casework.access import grants
from casework.engine.forms import ContactForm, NoteForm, ReasonForm
from casework.engine.workflow import NEW, SYSTEM, step, unmet
from casework.models import Event


def cause_missing(flow: CaseSteps) -> object:
    """The root-cause task is open."""
    return unmet(flow.has_task("ROOT_CAUSE"), _("The causes are recorded already."))


def next_step_open(flow: CaseSteps) -> object:
    """Somebody was asked to say what comes next."""
    return unmet(flow.has_task("NEXT_STEP"), _("What comes next was decided."))


class CaseSteps(TierChanges):
    """Opened and raised by the counts or by a person; assigned, analyzed, documented by people."""

    # -- opening and raising -----------------------------------------------------------------------

    @step(STATE, source=NEW, target=Stage.WATCH, label=_("Open"), by=(SYSTEM,), work=False)
    def open_case(self) -> None:
        """C1: the third unexcused day, the at-risk band, or three days in a row without contact."""
        self._reached()
        self.case.stage = Stage.WATCH

    @step(
        STATE,
        source=Stage.WATCH,
        target=Stage.TIER2,
        label=_("Raise to tier 2"),
        by=(SYSTEM, WORK),
        form=RaiseForm,
        does=_("Moves the student to tier 2."),
        tells=_("The social worker of the school."),
        makes=_("A task to find the causes."),
        cite="G.S. 115C-378",
    )
    def raise_tier2(self) -> None:
        """C2: the sixth unexcused day or chronic absence."""
        self._raise(Stage.TIER2)

    @step(
        STATE,
        source=[Stage.WATCH, Stage.TIER2],
        target=Stage.TIER3,
        label=_("Raise to tier 3"),
        by=(SYSTEM, WORK),
        form=RaiseForm,
        does=_("Moves the student to tier 3."),
        tells=_("The social worker and the principal."),
        makes=_("The duty to schedule and hold an Attendance Review Conference."),
        cite="G.S. 115C-378",
    )
    def raise_tier3(self) -> None:
        """C3: the tenth unexcused day, severe absence, or a plan that does not work."""
        self._raise(Stage.TIER3)

    @step(
        STATE,
        source=OPEN,
        label=_("Another threshold reached"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def detect(self) -> None:
        """A threshold was reached that does not change the stage."""
        self._reached()

    # -- what people do ----------------------------------------------------------------------------

    @step(
        STATE,
        source=OPEN,
        label=_("Assign the social worker"),
        by=(SUPERVISE, WORK),
        form=AssignForm,
        does=_("Makes this person responsible for the case."),
        stops=("assign",),
    )
    def assign(self) -> None:
        """C2: the social worker of the school within two school days."""
        self.case.owner_id = self.data["owner"].pk
        self.finish_task("ASSIGN_SSW", "assigned")

    @step(
        STATE,
        source=OPEN,
        label=_("Recuse somebody"),
        by=(SUPERVISE,),
        form=RecuseForm,
        event=Event.Kind.ACCESS,
        work=False,
        does=_(
            "Ends this person's access to the case for a conflict of interest, whatever post they "
            "hold. No date moves."
        ),
    )
    def recuse(self) -> None:
        """A-40: a social worker is the student's aunt; somebody else takes over."""
        user_id, case_id = self.data["user"].pk, self.case.id
        reason, by = self.data["reason"], self.turn.actor
        self.file.later.append(lambda: grants.recuse_id(case_id, user_id, reason, by=by))
        if self.case.owner_id == user_id:
            self.case.owner_id = None
            if not self.has_task("ASSIGN_SSW"):
                self.open_task("ASSIGN_SSW", role="SUPERVISOR", clock="assign")

    @step(
        STATE,
        source=HELPED,
        label=_("Record the causes"),
        by=(WORK,),
        form=RootCauseForm,
        conditions=[cause_missing],
        does=_("Keeps why the student is absent and what is done about it."),
        makes=_("The duty to see whether it works when the plan has run its time."),
        cite="G.S. 115C-378",
        primary=True,
    )
    def record_causes(self) -> None:
        """The social worker works with child and family to analyze the causes and determine
        steps."""
        self._worked()
        self.case.plan_from = self.case.plan_from or self.effective_on
        self.finish_task("ROOT_CAUSE", ", ".join(self.data["causes"])[:200])
        self.see_whether_it_works()

    @step(
        STATE,
        source=OPEN,
        label=_("Log a contact"),
        by=(WORK, SIGN, MAIL),
        form=ContactForm,
        event=Event.Kind.CONTACT,
        does=_("Adds a contact with the family to the timeline."),
    )
    def log_contact(self) -> None:
        """Every contact counts, the vain ones too."""
        self._worked()
        self.effective_on = self.data.get("on") or self.turn.today
        if self.data["result"] == "reached":
            self._contact(self.effective_on)

    @step(
        STATE,
        source=OPEN,
        label=_("Add a note"),
        by=(WORK, SIGN, SUPERVISE),
        form=NoteForm,
        event=Event.Kind.NOTE,
        does=_("Adds a note to the timeline."),
    )
    def add_note(self) -> None:
        """A note is work: the machine may no longer close the case by itself."""
        self._worked()

    @step(
        STATE,
        source=HELPED,
        label=_("Say what comes next"),
        by=(WORK,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        conditions=[next_step_open],
        does=_("Keeps what you decided where none of the other steps fits."),
        makes=_("The duty to see whether it works when the plan has run its time."),
    )
    def say_next(self) -> None:
        """A plan or program ended; the decision is written down."""
        self._worked()
        self.see_whether_it_works()
