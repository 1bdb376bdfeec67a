"""The investigative report (34 CFR 106.45(b)(5)(vii)): drafted, revised, sent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.engine import date_rules
from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.conditions import first_reason
from titleix.case.forms import Cleaned, SentForm, choose, long_text
from titleix.case.record_rows import record_today
from titleix.case.states import INVESTIGATE, S, state
from titleix.letters import documents, investigative_report, rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, generated, make
from titleix.models import Record, TitleIXCase
from titleix.rules import decision_times, timelines
from titleix.rules.separation_of_duties import Role


class ReportForm(StepForm):
    """The investigative report: a draft out of the file, which the investigator makes a fair
    summary of.
    """

    text = long_text(_("Fair summary of the relevant evidence"))
    considered = forms.BooleanField(label=_("I have considered every response of the parties"))
    responses = forms.MultipleChoiceField(
        label=_("Responses that I have considered"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Tick each one after you have read it."),
    )

    def prepare(self) -> None:
        """The draft, and every response to the evidence."""
        self.wanted = queries.answers_to_evidence(self.flow.file)
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        names = [
            (
                str(row.number),
                ", ".join(
                    filter(
                        None,
                        [
                            people.get(row.party_id, ""),
                            f"{row.on:%d %b %Y}",
                            str(row.data.get("title", "")),
                        ],
                    )
                ),
            )
            for row in self.wanted
        ]
        choose(self, "responses", names)
        if not self.wanted:
            del self.fields["responses"]
        written = queries.records(self.flow.file, Record.Kind.REPORT)
        self.fields["text"].initial = (
            written[-1].text if written else investigative_report.draft(self.flow.file)
        )

    def clean(self) -> Cleaned:
        """Each response is linked: the report may be completed only after all were considered
        (34 CFR 106.45(b)(5)(vi)).
        """
        cleaned = super().clean() or {}
        missing = [
            row for row in self.wanted if str(row.number) not in cleaned.get("responses", [])
        ]
        if missing and "responses" in self.fields:
            self.add_error(
                "responses",
                _("Not yet considered: %(n)s of %(all)s.")
                % {"n": len(missing), "all": len(self.wanted)},
            )
        return cleaned


def evidence_over(flow: Workflow) -> object:
    """The evidence window is over (N9), and nothing was added that the parties have not seen."""
    if any(not row.data.get("round") for row in queries.records(flow.file, Record.Kind.EVIDENCE)):
        return unmet(
            False,
            _("Evidence was added since: send it to the parties first (34 CFR 106.45(b)(5)(vi))."),
        )
    check = timelines.check_report(
        queries.recipients(flow.file, "EVIDENCE"),
        flow.turn.today,
        queries.span(flow.file, "evidence_wait"),
        flow.file.calendar,
    )
    return first_reason(check.unmet)


def report_documents(flow: Workflow) -> Prepared:
    """The letters, and the report itself."""
    full = generated(
        flow, "REPORT_FULL", gettext("Investigative report"), documents.report_sections(flow.file)
    )
    return make(flow, "REPORT", queries.entitled(flow.file, advisors=True)) | full


@says("REPORT")
def _report(letter: Letter) -> Fields:
    window, wait = letter.window("report_wait"), queries.span(letter.file, "report_wait")
    days = decision_times.question_dates(
        letter.on,
        decision_times.QuestionDays(**letter.flow.policy.require("questions")),
        wait,
        letter.file.calendar,
    )
    return {
        "how_to_view": letter.policy("how_to_view"),
        "advisor_name": letter.advisor(),
        "questions_by": days.ask_by.isoformat(),
        "answers_by": days.answer_by.isoformat(),
        "follow_up_by": days.follow_up_by.isoformat(),
        "respond_by": window.ends_on.isoformat(),
        "decision_from": window.next_from.isoformat(),
        "decision_maker": letter.contact(Role.DECISION_MAKER),
    }


class Report(Workflow):
    """A fair summary of the relevant evidence."""

    case: TitleIXCase

    @step(
        state,
        source=S.EVIDENCE_REVIEW,
        target=S.REPORT_DRAFT,
        label=_("Write the report"),
        by=(INVESTIGATE,),
        primary=True,
        stops=("evidence_wait",),
        does=_(
            "The time to answer is over: the report is drafted out of the file, and you make a "
            "fair summary of it."
        ),
        conditions=[
            evidence_over,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            conditions.fit(Role.INVESTIGATOR),
        ],
        form=ReportForm,
        cite="34 CFR 106.45(b)(5)(vii)",
    )
    def write_report(self) -> None:
        """A fair summary; the responses were considered."""
        record_today(self, Record.Kind.REPORT, "report")

    @step(
        state,
        source=S.REPORT_DRAFT,
        label=_("Revise the report"),
        by=(INVESTIGATE,),
        form=ReportForm,
        event=Event.Kind.FACT,
        does=_("Keeps a new version of the report; the last one is sent."),
        conditions=[conditions.fit(Role.INVESTIGATOR)],
    )
    def revise_report(self) -> None:
        """Every version stays in the file."""
        record_today(self, Record.Kind.REPORT, "report")

    @step(
        state,
        source=S.REPORT_DRAFT,
        target=S.REPORT_REVIEW,
        label=_("Send the report"),
        by=(INVESTIGATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Sends the report; each party has at least ten days before a decision. Ends the sixty "
            "days."
        ),
        starts=("report_wait",),
        conditions=[
            conditions.fit(Role.INVESTIGATOR),
            conditions.somebody(
                Role.DECISION_MAKER,
                _("Assign a decision-maker first: the parties send their questions there."),
            ),
        ],
        tells=_("Every party and advisor."),
        makes=_("The report as a document."),
        prepare=report_documents,
        effects=rendering.tells("REPORT", advisors=True),
        cite="34 CFR 106.45(b)(5)(vii)",
    )
    def send_report(self) -> None:
        """Ends the sixty days, unless the policy ends them at the determination (B2.3).

        The determination has a deadline of its own, which counts from the end of the window.
        """
        sending.send(self, "REPORT", advisors=True)
        if self.policy.get("clock_stops_at") == "report":
            self.stop_clock("district_investigation")
        wait = queries.span(self.file, "report_wait")
        ends = date_rules.add(self.effective_on, wait.n, wait.unit, self.file.calendar).due
        self.start_clock("determination", ends, "report_window")
