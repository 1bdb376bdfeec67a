"""The screening of a report: proposed by the school, decided by the coordinator, read a second time
(B2.1, B2.2).
"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from casework.engine.errors import Invalid
from casework.engine.forms import ReasonForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import Cleaned
from titleix.case.record_rows import add
from titleix.case.states import BEFORE, COORDINATE, SCHOOL, S, state
from titleix.models import Record, TitleIXCase
from titleix.records.employees import open_hr_notice
from titleix.records.related_reports import merge_into, open_case_of
from titleix.rules.screening import Facts, Outcome
from titleix.rules.state_law import DutyStart, parallel_duties
from titleix.screening.forms import ProposalForm, ScreeningForm
from titleix.screening.outcome import by_outcome, chosen_outcome


def may_screen_again(flow: Workflow) -> object:
    """Nobody has begun to inquire, and no complaint was filed in this episode."""
    return unmet(
        flow.case.complaint_on is None and flow.case.episode == 1,
        _("A formal complaint was filed, or the case was reopened."),
    )


class Screening(Workflow):
    """From the report to its outcome (B3.1)."""

    case: TitleIXCase

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
            "Answers the questions of the screening as the school sees them. The coordinator "
            "decides."
        ),
    )
    def propose_screening(self) -> None:
        """A school administrator may propose and never decides (B2.2)."""
        _facts, result = self.data["_screening"]
        add(
            self,
            Record.Kind.SCREENING,
            self.turn.today,
            text=self.data["rationale"],
            code="proposed",
            answers=_answers(self.data, without=("rationale",)),
            proposed=result.outcome.value,
        )
        self.turn.data = {"proposed": result.outcome.value, "rule": result.rule}

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
        """First match wins; the duties of state law begin in every branch (B2.2)."""
        for kind in ("screening", "info"):  # before the outcome starts the next wait
            self.stop_clock(kind)
        facts, result = self.data["_screening"]
        choice, case = chosen_outcome(self.data["_screening"], self.data), self.case
        add(
            self,
            Record.Kind.SCREENING,
            self.turn.today,
            text=self.data["rationale"],
            code=choice.outcome.value,
            rule=result.rule,
            answers=_answers(self.data, without=("rationale", "duplicate_of")),
        )
        case.outcome, case.second_reader_open = choice.outcome.value, choice.needs_second_reader
        case.employee_respondent = result.employee
        case.dismiss_first = result.complaint_must_be_dismissed_first
        if result.employee and choice.outcome is not Outcome.DUPLICATE:
            open_hr_notice(self)
        open_duties(self, facts)
        follow_outcome(self, choice.outcome, result.needs_formal_complaint)
        self.turn.data = {
            "outcome": choice.outcome.value,
            "rule": result.rule,
            "second_reader": choice.needs_second_reader,
        }

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
        """The second reader is somebody else than the screener (B2.1)."""
        screening = [
            row
            for row in queries.records(self.file, Record.Kind.SCREENING)
            if row.code in set(Outcome)
        ][-1]
        if screening.by_id == self.actor_id:
            raise Invalid(
                {"reason": [gettext("The second reader must be somebody else than the screener.")]}
            )
        self.case.second_reader_open = False
        add(
            self,
            Record.Kind.SCREENING,
            self.turn.today,
            text=self.data["reason"],
            code="second_reader",
        )
        self.turn.data = {}

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
        conditions=[may_screen_again],
    )
    def screen_again(self) -> None:
        """Only before an inquiry began: the level's deadline ends, the screening's begins anew."""
        for kind in (
            "school_investigation",
            "district_investigation",
            "complaint_decision",
            "referral",
        ):
            self.cancel_clock(kind, gettext_noop("screened again"))
        self.case.level = self.case.outcome = ""
        self.case.second_reader_open = self.case.dismiss_first = False
        add(self, Record.Kind.SCREENING, self.turn.today, text=self.data["reason"], code="again")
        self.start_clock("screening")
        self.turn.data = {}


def _answers(data: Cleaned, without: Collection[str]) -> dict[str, str]:
    """The questions that were answered, by their names, as the record keeps them."""
    return {
        key: str(value)
        for key, value in data.items()
        if key[0] != "_" and key not in without and value not in (None, "")
    }


def open_duties(flow: Workflow, facts: Facts) -> None:
    """Tasks for what never waits for the Title IX case (B1.2), each once."""
    there = {task.kind for task in flow.file.tasks} | {
        f"DUTY_{row.code.upper()}" for row in queries.records(flow.file, Record.Kind.DUTY)
    }
    for duty in parallel_duties(facts):
        kind = f"DUTY_{duty.key.upper()}"[:32]
        if kind not in there:
            # what counts from a personnel action has no date before there is one
            waits = duty.day0 is DutyStart.PERSONNEL_ACTION
            flow.open_task(kind, role="PRINCIPAL", clock=None if waits else f"duty_{duty.key}")


def follow_outcome(flow: Workflow, outcome: Outcome, complaint: bool) -> None:
    """What the outcome starts: the promise of the level, the wait for information, the end."""
    case, known = flow.case, queries.known_on(flow.file)
    if outcome is Outcome.DUPLICATE:
        target = open_case_of(flow, flow.data)
        assert target is not None
        merge_into(flow, target, TitleIXCase.Link.MERGED)
    elif outcome is Outcome.INFO_REQUESTED:
        flow.start_clock("info")
    elif outcome is Outcome.NOT_TITLE_IX:
        flow.start_clock("referral")
    elif outcome is Outcome.SCHOOL_30:
        case.level = TitleIXCase.Level.SCHOOL
        flow.start_clock("school_investigation", known, "knowledge")
    else:
        case.level = TitleIXCase.Level.DISTRICT
        if outcome is Outcome.OTHER_SEX_DISCRIMINATION or not complaint:
            flow.start_clock("district_investigation", known, "knowledge")
        else:
            flow.start_clock("complaint_decision")
