"""The inquiry of the school, or of the district without 106.45 (B3.2)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import ReasonForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.closing import close
from titleix.case.forms import RecordForm, SentForm, long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, INVESTIGATE, SCHOOL, SCHOOL_PATH, S, state
from titleix.investigation.findings import FindingForm, record_findings
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Record, TitleIXCase
from titleix.rules.separation_of_duties import Role


class OutcomeForm(SentForm):
    """The letters that tell both families how an inquiry ended."""

    review = long_text(_("How to ask for a review"), required=False)
    measures = forms.CharField(
        label=_("Measures for the reader, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2_000,
        required=False,
        help_text=_(
            "Only what concerns everybody who reads it; each one's own measures are added from the "
            "file."
        ),
    )


class CheckInForm(RecordForm):
    """A check-in with a party after the inquiry."""

    optional_party = True


def sides_heard(flow: Workflow) -> object:
    """Both sides were interviewed, or refused (B3.2)."""
    heard = {row.party_id for row in queries.records(flow.file, Record.Kind.INTERVIEW)}
    missing = [party.label for party in queries.parties(flow.file) if party.id not in heard]
    return unmet(
        not missing,
        _("Interviews to record, or that they were refused: %(who)s.")
        % {"who": ", ".join(missing)},
    )


def checked_in(flow: Workflow) -> object:
    """A check-in whose day is over is not closed away: it is made first."""
    late = [
        clock
        for clock in flow.file.running
        if clock.kind == "check_in" and clock.due < flow.turn.today
    ]
    return unmet(not late, _("The check-in with the parties is overdue: record it first."))


@says("SCHOOL_OUTCOME")
def _school_outcome(letter: Letter) -> Fields:
    return {
        "received_on": queries.known_on(letter.file).isoformat(),
        "rule": letter.policy("school_rule"),
        "results": letter.results(),
        "measures": letter.measures(),
        "check_in": letter.after("check_in"),
        "review": letter.flow.data.get("review") or letter.policy("review"),
    }


class SchoolInquiry(Workflow):
    """From the begin to the check-in after the outcome (B3.2)."""

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
            sides_heard,
            conditions.has_evidence,
            conditions.handed_in_sorted,
            conditions.fit(Role.SCHOOL_INVESTIGATOR),
        ],
    )
    def make_findings(self) -> None:
        """Per allegation, with both sides heard and the evidence listed."""
        record_findings(self)

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
            "Nothing more can be found out or done here: both families are told why, at the same "
            "time."
        ),
        prepare=rendering.to_parties("CLOSING"),
        effects=rendering.tells("CLOSING"),
        stops=("school_investigation", "district_investigation", "reopening_notice"),
        starts=("closing",),
        conditions=[conditions.no_complaint_open],
    )
    def end_inquiry(self) -> None:
        """Both families are told why, at the same time (B3.2); kept for seven years."""
        add(
            self,
            Record.Kind.DETERMINATION,
            self.turn.today,
            text=self.data["reason"],
            code="school_dismissed",
        )
        sending.sent_to(self, "CLOSING", queries.entitled(self.file), self.turn.today, "mail")
        self.turn.data = {}

    @step(
        state,
        source=[S.S_NOTIFIED, S.S_DISMISSED],
        target=S.CLOSED,
        label=_("Close the case"),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        does=_(
            "Ends the case after both families know the outcome; the file is kept for seven years. "
            "The check-in stays a promise."
        ),
        makes=_("The closing memo with the checklist of the file."),
        prepare=rendering.closing_memo,
        conditions=[conditions.file_complete, checked_in],
    )
    def close_inquiry(self) -> None:
        """The check-in with the parties stays due although the case is closed (B3.2).

        Measures assigned, check-in set; the coordinator confirms.
        """
        running = self._running("check_in")
        add(self, Record.Kind.CHECK, self.turn.today, text=self.data["reason"], code="closing")
        close(self, "DISMISSED" if self.came_from == "S_DISMISSED" else "COMPLETED")
        for clock in [clock for clock in running if clock.due >= self.turn.today]:
            self.start_clock_until("check_in", clock.due)
        self.turn.data = {}

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
        """The parties were asked how things are; the date was set at the outcome (B3.2)."""
        self.effective_on = self.data["on"]
        add(
            self,
            Record.Kind.CHECK,
            self.data["on"],
            text=self.data["text"],
            code="check_in",
            party=self.data.get("party") or None,
        )
        if self.case.closed_on is None and not self._running("closing"):
            self.start_clock("closing", self.turn.today)
        self.turn.data = {"on": self.data["on"]}
