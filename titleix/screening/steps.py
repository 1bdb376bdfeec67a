"""Report and screening (domain.md B3.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import NoteForm, ReasonForm
from casework.engine.workflow import NEW, SYSTEM, Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.conditions import kept
from titleix.case.states import BEFORE, COORDINATE, SCHOOL, SCHOOL_PATH, S, by_outcome, state
from titleix.intake.follow_up_steps import begin
from titleix.letters import rendering, sending
from titleix.models import TitleIXCase
from titleix.outcomes import ends_writing
from titleix.people import people_writing
from titleix.records import related_reports
from titleix.screening import screening_writing
from titleix.screening.forms import AskForm, DuplicateForm, ProposalForm, ReferForm, ScreeningForm


class Intake(Workflow):
    """Report and screening (B3.1)."""

    case: TitleIXCase

    @step(
        state,
        source=NEW,
        target=S.RECEIVED,
        label=_("Report"),
        by=(SYSTEM, COORDINATE),
        does=_("Opens a report; both first promises count from the day on which an employee knew."),
    )
    def open_report(self) -> None:
        """Actual knowledge starts the duty (34 CFR 106.30(a)): both promises count from it, however late it was entered."""
        begin(self)
        people_writing.enter_people(self, self.data.get("people") or ())
        for kind in ("contact_complainant", "screening"):
            self.start_clock(kind, queries.known_on(self.file), "knowledge")

    @step(
        state,
        source=S.RECEIVED,
        target=S.SCREENING,
        label=_("Begin the screening"),
        by=(COORDINATE,),
        primary=True,
        does=_("Takes the report in hand."),
    )
    def triage(self) -> None:
        """The coordinator or the deputy takes it."""
        self.case.owner_id = self.case.owner_id or self.actor_id

    @step(
        state,
        source=BEFORE,
        label=_("Propose a screening"),
        by=(SCHOOL,),
        form=ProposalForm,
        primary=True,
        event=Event.Kind.FACT,
        does=_(
            "Answers the questions of the screening as the school sees them. The coordinator decides."
        ),
    )
    def propose_screening(self) -> None:
        """B2.2: a school administrator may propose and never decides."""
        screening_writing.propose(self)

    @step(
        state,
        source=[S.SCREENING, S.INFO_REQUESTED],
        target=by_outcome,
        label=_("Screen the report"),
        by=(COORDINATE,),
        primary=True,
        form=ScreeningForm,
        makes=_("The parallel duties of state law as tasks."),
        does=_("Decides by the one table where the report belongs."),
    )
    def screen(self) -> None:
        """B2.2: first match wins; the parallel duties begin in every branch."""
        screening_writing.keep_screening(self)

    @step(
        state,
        source=[S.FC_PENDING, S.S_OPEN],
        label=_("Confirm as second reader"),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        conditions=[
            lambda flow: unmet(flow.case.second_reader_open, _("No second reader is needed."))
        ],
        does=_("Something stayed unknown: a second person has read the screening and agrees."),
    )
    def second_read(self) -> None:
        """B2.1: the second reader is not the screener."""
        screening_writing.confirm_screening(self)

    @step(
        state,
        source=S.INFO_REQUESTED,
        label=_("Ask for what is missing"),
        by=(COORDINATE,),
        form=AskForm,
        primary=True,
        event=Event.Kind.DOCUMENT,
        prepare=rendering.chosen("INFO"),
        makes=_("A letter to each person chosen."),
        does=_("Writes to those who may know more, with the day by which an answer is wanted."),
    )
    def ask_information(self) -> None:
        """What is missing, and until when the report waits for it."""
        sending.ask_information(self)

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.SCREENING,
        label=_("Information has come"),
        by=(COORDINATE,),
        form=NoteForm,
        stops=("info",),
        does=_("The screening goes on with what has come."),
    )
    def info_received(self) -> None:
        """New facts: the screening goes on."""

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.CLOSED,
        label=_("Close: not enough information"),
        by=(SYSTEM, COORDINATE),
        does=_("Ends a report that cannot be followed; new facts reopen it."),
    )
    def close_insufficient(self) -> None:
        """T-20: nothing in ten school days; kept for seven years, new facts reopen it."""
        ends_writing.close(self, "INSUFFICIENT")

    @step(
        state,
        source=S.NOT_TITLE_IX,
        target=S.CLOSED,
        label=_("Refer it to where it belongs"),
        by=(COORDINATE,),
        form=ReferForm,
        primary=True,
        prepare=rendering.referral,
        effects=rendering.tells_reporter,
        makes=_("A letter to the reporter and a memo for the other office."),
        does=_(
            "Hands the report to another office and closes it here; it is kept for seven years."
        ),
    )
    def refer(self) -> None:
        """B3.1: bullying, conduct, another civil right."""
        screening_writing.refer(self)

    @step(
        state,
        source=[S.NOT_TITLE_IX, S.S_OPEN, S.FC_PENDING],
        target=S.SCREENING,
        label=_("Screen again"),
        by=(COORDINATE,),
        form=ReasonForm,
        does=_(
            "New facts: the report goes back to the screening. What was decided stays in the file."
        ),
        conditions=[conditions.may_screen_again],
    )
    def screen_again(self) -> None:
        """New facts before anybody began to inquire."""
        screening_writing.screen_again(self)

    @step(
        state,
        source=[S.RECEIVED, S.SCREENING, S.INFO_REQUESTED, *SCHOOL_PATH, S.FC_PENDING],
        target=S.MERGED,
        label=_("Make it part of another case"),
        by=(COORDINATE,),
        form=DuplicateForm,
        does=_(
            "The same incident is open already: this report goes on there; the earliest day 0 wins."
        ),
    )
    def merge(self) -> None:
        """B3.1: may be undone within 30 days."""
        related_reports.merge_by_number(self, TitleIXCase.Link.MERGED)

    @step(
        state,
        source=S.MERGED,
        target=S.SCREENING,
        label=_("Take out of the other case"),
        by=(COORDINATE,),
        form=ReasonForm,
        starts=("screening",),
        does=_(
            "Takes the report out of the other case; its screening begins anew, and day 0 there goes back."
        ),
        conditions=[conditions.merged_lately, kept],
    )
    def unmerge(self) -> None:
        """B3.1: within 30 days."""
        related_reports.unmerge(self)
