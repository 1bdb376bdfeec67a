"""Appeals of a determination or a dismissal (34 CFR 106.45(b)(8); T-26)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import SYSTEM, SubjectState, Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Cleaned, Happened, PartyChoice, RecordForm, SentForm, long_text
from titleix.case.record_rows import add, record_from_form
from titleix.case.states import (
    APPEAL,
    COMPLAINT,
    COORDINATE,
    SCHOOL_PATH,
    S,
    Stage,
    state,
    state_before,
)
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Record, TitleIXCase
from titleix.outcomes.dismissal import settle_dismissal
from titleix.outcomes.reopening import new_episode
from titleix.rules import decision_times
from titleix.rules.decision_times import AppealBase, check_appeal
from titleix.rules.separation_of_duties import Role


class AppealForm(Happened, PartyChoice):
    """An appeal by a party."""

    on = forms.DateField(label=_("Filed on"), widget=DateInput)
    bases = forms.MultipleChoiceField(
        label=_("Bases"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("procedure", _("Procedural irregularity")),
            ("new_evidence", _("New evidence")),
            ("bias", _("Conflict of interest or bias")),
        ],
        help_text=_("Each must have affected the outcome."),
    )
    text = long_text(_("What the appeal says"))


class FiledAppealForm(AppealForm):
    """An appeal in time and on a base (T-26)."""

    def clean(self) -> Cleaned:
        """Refused with the explanation; it may be corrected inside the window."""
        cleaned: Cleaned = super().clean() or {}
        if cleaned.get("on"):
            bases = [AppealBase(base) for base in cleaned.get("bases") or ()]
            for reason in check_appeal(bases, cleaned["on"], appeal_days(self.flow)).unmet:
                self.add_error("bases" if not bases else "on", str(reason))
        return cleaned


class AppealDecisionForm(StepForm):
    """The written result of an appeal."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("upheld", _("upheld")), ("changed", _("changed")), ("sent_back", _("sent back"))],
    )
    text = long_text(_("Rationale"))
    next_steps = long_text(
        _("What happens next"), required=False, help_text=_("Empty: what follows from the result.")
    )


class StatementForm(RecordForm):
    """A written statement of a party in an appeal."""


def appeal_days(flow: Workflow) -> decision_times.AppealWindow:
    """The time to appeal from the latest letter of the decision. ValueError when none was sent."""
    code = "DISMISSAL" if flow.case.appeal_of == "dismissal" else "DETERMINATION"
    sent = [row.sent_on for row in queries.deliveries(flow.file, code)]
    return decision_times.appeal_window(
        sent, queries.span(flow.file, "appeal_window"), flow.file.calendar
    )


def all_stated(flow: Workflow) -> bool:
    """Whether every party has given its written statement in the latest appeal; the appeal is the
    appellant's.
    """
    appeal = queries.appeals(flow.file)[-1]
    stated = {
        row.party_id
        for row in queries.records(flow.file, Record.Kind.STATEMENT)
        if row.code == "appeal" and row.on >= appeal.on
    }
    return {party.id for party in queries.parties(flow.file)} <= stated | {appeal.party_id}


def appeal_heard(flow: Workflow) -> object:
    """Both parties know of the appeal and had the time for a statement
    (34 CFR 106.45(b)(8)(iii)(A), (D)).
    """
    appeals = queries.appeals(flow.file)
    notified_on = queries.newest(flow.file, "APPEAL_NOTICE")
    if not appeals or notified_on is None or notified_on < appeals[-1].on:
        return unmet(False, _("Tell both parties of the appeal first."))
    running = [clock for clock in flow.file.running if clock.kind == "appeal_statement"]
    waits = any(flow.turn.today <= clock.due for clock in running)
    return unmet(
        not waits,
        _("The parties may still give a written statement until %(day)s.")
        % {"day": f"{max((c.due for c in running), default='')}"},
    )


def not_told_of_appeal(flow: Workflow) -> object:
    """The notice of the latest appeal has not gone out yet."""
    appeals, notified_on = queries.appeals(flow.file), queries.newest(flow.file, "APPEAL_NOTICE")
    return unmet(
        bool(appeals) and (notified_on is None or notified_on < appeals[-1].on),
        _("Both parties know of the appeal."),
    )


def _after_dismissal(flow: Workflow) -> Stage:
    """The dismissal stands: final, or on to the conduct track that was left open
    (34 CFR 106.45(b)(3)(i)).
    """
    if flow.case.appeal_of != "dismissal" or not flow.case.conduct_track:
        return S.FINAL
    return state_before(flow) if flow.case.came_from in SCHOOL_PATH else S.S_OPEN


def _after_appeal(flow: Workflow) -> Stage:
    """Sent back: a dismissal that falls puts the case where it was, a determination that falls
    opens it again.
    """
    if flow.data["result"] != "sent_back":
        return _after_dismissal(flow)
    if flow.case.appeal_of != "dismissal":
        return S.REOPENED
    return S.FC_PENDING if flow.case.came_from in SCHOOL_PATH else state_before(flow)


after_window = SubjectState.GET_STATE(_after_dismissal, states=[S.FINAL, *SCHOOL_PATH])


after_appeal = SubjectState.GET_STATE(
    _after_appeal, states=[S.FINAL, S.REOPENED, S.FC_PENDING, *SCHOOL_PATH, *COMPLAINT]
)


def _appeal(letter: Letter) -> Fields:
    row = queries.appeals(letter.file)[-1]
    people = {party.id: party for party in letter.file.children["party"]}
    return {
        "appeal_filed_on": row.on.isoformat(),
        "appellant": people[row.party_id].name,
        "appeal_of": letter.case.appeal_of or "determination",
        "bases": list(row.data.get("bases") or ()),
    }


@says("APPEAL_NOTICE")
def _appeal_notice(letter: Letter) -> Fields:
    decide = [clock.due for clock in letter.file.running if clock.kind == "appeal_decision"]
    stated = letter.after("appeal_statement")
    return {
        **_appeal(letter),
        "appeal_summary": queries.appeals(letter.file)[-1].text,
        "statement_by": stated,
        "appeal_officer": letter.contact(Role.APPEAL_OFFICER),
        "decide_by": max(stated, max(decide, default=letter.on).isoformat()),
    }


@says("APPEAL_DECISION")
def _appeal_decision(letter: Letter) -> Fields:
    form = letter.flow.data
    steps = form.get("next_steps") or letter.policy(f"next_steps.{form['result']}")
    return {
        **_appeal(letter),
        "result": form["result"],
        "rationale": form["text"],
        "next_steps": steps,
    }


class Appeal(Workflow):
    """Filed in time and on a base, told to both, heard, decided by somebody new."""

    case: TitleIXCase

    @step(
        state,
        source=[S.APPEAL_WINDOW, S.DISMISSED],
        target=S.APPEAL,
        label=_("Record an appeal"),
        by=(COORDINATE,),
        form=FiledAppealForm,
        primary=True,
        does=_("Takes an appeal on that came in time and has a base; both parties are told next."),
        stops=("appeal_window",),
        starts=("appeal_decision",),
        cite="34 CFR 106.45(b)(8)",
    )
    def file_appeal(self) -> None:
        """In time and on one of the three bases (34 CFR 106.45(b)(8)(i))."""
        data = self.data
        filed = data["on"]
        row = add(
            self,
            Record.Kind.APPEAL,
            filed,
            text=data["text"],
            code="filed",
            party=data["party"],
            bases=data["bases"],
        )
        self.effective_on = filed
        self.stop_clock("appeal_window")
        self.turn.data = {"record": row.kind, "number": row.number, "bases": data["bases"]}

    @step(
        state,
        source=[S.APPEAL_WINDOW, S.DISMISSED],
        target=after_window,
        label=_("The time to appeal is over"),
        by=(SYSTEM,),
        work=False,
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def appeal_time_over(self) -> None:
        """The decision is final on the day after (34 CFR 106.45(b)(7)(iii); T-26)."""
        self.stop_clock("appeal_window", self.turn.today)
        settle_dismissal(self)
        if self.case.state == "FINAL":
            self.start_clock("outcome", self.turn.today)
        self.turn.data = {}

    @step(
        state,
        source=S.APPEAL,
        label=_("Tell both parties of the appeal"),
        by=(COORDINATE, APPEAL),
        form=SentForm,
        primary=True,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Both hear of the appeal at the same time, and have equal time for a written statement."
        ),
        conditions=[
            not_told_of_appeal,
            conditions.somebody(Role.APPEAL_OFFICER, _("Assign an appeal officer first.")),
        ],
        starts=("appeal_statement",),
        prepare=rendering.to_parties("APPEAL_NOTICE"),
        effects=rendering.tells("APPEAL_NOTICE"),
        cite="34 CFR 106.45(b)(8)(iii)(A)",
    )
    def notify_appeal(self) -> None:
        """The other party is notified in writing."""
        sending.send(self, "APPEAL_NOTICE")

    @step(
        state,
        source=S.APPEAL,
        label=_("Record a statement in the appeal"),
        by=(COORDINATE, APPEAL),
        form=StatementForm,
        event=Event.Kind.FACT,
        does=_("Keeps the written statement of a party."),
        cite="34 CFR 106.45(b)(8)(iii)(D)",
    )
    def state_appeal(self) -> None:
        """An equal opportunity for both (34 CFR 106.45(b)(8)(iii)(D))."""
        record_from_form(self, Record.Kind.STATEMENT, code="appeal")
        if all_stated(self):
            self.stop_clock("appeal_statement")

    @step(
        state,
        source=S.APPEAL,
        target=after_appeal,
        label=_("Decide the appeal"),
        by=(APPEAL,),
        form=AppealDecisionForm,
        primary=True,
        does=_(
            "Upholds or changes the decision, or sends the case back; both parties get the written "
            "result at the same time."
        ),
        conditions=[conditions.fit(Role.APPEAL_OFFICER), appeal_heard],
        stops=("appeal_decision",),
        prepare=rendering.to_parties("APPEAL_DECISION"),
        effects=rendering.tells("APPEAL_DECISION"),
        cite="34 CFR 106.45(b)(8)(iii)",
    )
    def decide_appeal(self) -> None:
        """Upheld, changed, or sent back, by somebody who was none of the three before.

        Both parties get the written result at the same time (34 CFR 106.45(b)(8)(iii)(F)).
        """
        result = self.data["result"]
        add(
            self,
            Record.Kind.APPEAL,
            self.turn.today,
            text=self.data["text"],
            code=f"decided_{result}",
        )
        sending.sent_to(
            self, "APPEAL_DECISION", queries.entitled(self.file), self.turn.today, "mail"
        )
        self.cancel_clock("appeal_statement", gettext_noop("decided"))
        if result != "sent_back":
            settle_dismissal(self)
            if self.case.state == "FINAL":
                self.start_clock("outcome")
        elif self.case.appeal_of == "dismissal":
            revive_complaint(self)
        else:
            new_episode(self, "appeal", self.data["text"])
        self.turn.data = {"result": result}


def revive_complaint(flow: Workflow) -> None:
    """The dismissal fell: the days of the investigation count again, the case is where it was. A
    complaint that the school had to dismiss first goes to the district after all.
    """
    case = flow.case
    case.dismissed_on, case.appeal_of = None, ""
    if case.came_from in ("S_OPEN", "S_INVESTIGATING", "S_FINDINGS"):
        filed, case.complaint_on = case.complaint_on, None
        case.level, case.dismiss_first, case.conduct_track = (
            TitleIXCase.Level.DISTRICT,
            False,
            False,
        )
        flow.escalate_clock("school_investigation", "district_investigation", filed)
        flow.start_clock("complaint_decision")
        return
    flow.resume_clock("district_investigation")
    if case.came_from == "EVIDENCE_REVIEW":
        flow.start_clock("evidence_wait")
    if case.came_from == "REPORT_REVIEW":
        flow.start_clock("report_wait")
        flow.start_clock("determination", flow.turn.today, "report_window")
    if case.came_from == "FORMAL_COMPLAINT":
        flow.start_clock("notice")
