"""A closed case opens again as a new episode (T-27)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine import clocks
from casework.engine.forms import StepForm
from casework.engine.workflow import SubjectState, Workflow, step
from titleix.case import conditions, queries
from titleix.case.conditions import kept
from titleix.case.forms import SentForm
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, SCHOOL, S, Stage, state
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Record, TitleIXCase
from titleix.rules.separation_of_duties import Role


class ReopenForm(StepForm):
    """Why a closed case is opened again."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[
            ("new_evidence", _("New evidence")),
            ("error", _("An error")),
            ("complaint", _("A formal complaint")),
            ("other", _("Something else")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )


# A report that was closed before anybody looked into it goes back to where its facts are weighed
# (T-20, B3.1).
AFTER_REOPENING = {
    "INSUFFICIENT": S.SCREENING,
    "REFERRED": S.SCREENING,
    "SUPPORTIVE": S.SUPPORTIVE_ONLY,
}


def _reopened_to(flow: Workflow) -> Stage:
    if flow.case.closed_reason in AFTER_REOPENING:
        return AFTER_REOPENING[flow.case.closed_reason]
    return (
        S.REOPENED
        if flow.case.complaint_on and flow.case.level == TitleIXCase.Level.DISTRICT
        else S.S_REOPENED
    )


by_reopening = SubjectState.GET_STATE(
    _reopened_to, states=[S.REOPENED, S.S_REOPENED, S.SCREENING, S.SUPPORTIVE_ONLY]
)


@says("REOPENING")
def _reopening(letter: Letter) -> Fields:
    row = queries.records(letter.file, Record.Kind.REOPENING)[-1]
    running = [
        clock.due for clock in letter.file.running if clocks.moves(letter.file, clock, "extension")
    ]
    return {
        "reopened_on": row.on.isoformat(),
        "cause": row.code,
        "explanation": row.text,
        "new_due": max(running, default=letter.on).isoformat(),
        "at_school": letter.case.state == "S_REOPENED",
    }


class Reopening(Workflow):
    """Opened again, and both sides told of it."""

    case: TitleIXCase

    @step(
        state,
        source=S.CLOSED,
        target=by_reopening,
        label=_("Reopen"),
        by=(COORDINATE,),
        form=ReopenForm,
        does=_(
            "Opens the case again as a new episode with a date of its own; the first result stays."
        ),
        conditions=[kept],
    )
    def reopen(self) -> None:
        """New evidence or an error: a new episode with its own day 0, the old result stays (T-27).

        What was never looked into goes back to where its facts are weighed.
        """
        case, cause, words = self.case, self.data.get("cause") or "other", self.data["reason"]
        was = case.closed_reason
        if was in ("INSUFFICIENT", "REFERRED", "SUPPORTIVE"):
            case.episode += 1
            case.closed_on, case.closed_reason, case.retain_until = None, "", None
            add(
                self,
                Record.Kind.REOPENING,
                self.turn.today,
                text=words,
                code=cause,
                episode=case.episode,
            )
            self.start_clock("screening" if was != "SUPPORTIVE" else "measures_review")
        else:
            new_episode(self, cause, words)
        self.turn.data = {"cause": cause, "episode": case.episode}

    @step(
        state,
        source=S.REOPENED,
        target=S.INVESTIGATING,
        label=_("Tell the parties that it is open again"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_("Both parties hear at the same time that the investigation is open again, and why."),
        stops=("reopening_notice",),
        prepare=rendering.to_parties("REOPENING"),
        effects=rendering.tells("REOPENING"),
        conditions=[conditions.has_both_sides],
    )
    def resume_investigation(self) -> None:
        """The old result is frozen; evidence, report and decision follow anew."""
        sending.send(self, "REOPENING")

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


def new_episode(flow: Workflow, cause: str, words: str) -> None:
    """A new episode with its own day 0 and its own promises; the first result is frozen in the file
    (T-27).
    """
    case = flow.case
    case.episode += 1
    flow.cancel_clock("check_in", gettext_noop("reopened"))
    case.closed_on, case.closed_reason, case.retain_until, case.responsible, case.appeal_of = (
        None,
        "",
        None,
        None,
        "",
    )
    case.dismissed_on, case.conduct_track, case.withdrawn_on = None, False, None
    add(flow, Record.Kind.REOPENING, flow.turn.today, text=words, code=cause, episode=case.episode)
    district = case.level == TitleIXCase.Level.DISTRICT
    flow.start_clock(
        "district_investigation" if district else "school_investigation",
        flow.turn.today,
        "reopened",
    )
    flow.start_clock("reopening_notice")
