"""The written determination with its six contents (34 CFR 106.45(b)(7))."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step
from titleix.case import conditions, queries
from titleix.case.conditions import first_reason
from titleix.case.forms import SentForm, long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, DECIDE, S, state
from titleix.investigation.findings import FindingForm, record_findings
from titleix.investigation.written_questions import current_moves
from titleix.letters import investigative_report, rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Record, TitleIXCase
from titleix.rules import decision_times
from titleix.rules.separation_of_duties import Role


class DeterminationForm(FindingForm):
    """The six contents of a written determination (34 CFR 106.45(b)(7)(ii))."""

    procedure = long_text(
        _("Procedural steps"),
        required=False,
        help_text=_(
            "Filled in from the file: notices, interviews, evidence, report. Change what is not "
            "right."
        ),
    )
    facts = long_text(_("Findings of fact"))
    conclusions = long_text(_("Conclusions: how the code of conduct applies to the facts"))
    sanctions = long_text(_("Disciplinary sanctions"), required=False)
    remedies = forms.BooleanField(
        label=_("Remedies are provided to the complainant"), required=False
    )
    field_order = ["procedure", "facts", "conclusions", "sanctions", "remedies"]

    def prepare(self) -> None:
        """Responsible or not, for every allegation; the steps so far come from the file."""
        super().prepare()
        self.fields["procedure"].initial = "\n".join(
            investigative_report.procedure_lines(self.flow.file)
        )
        for name, field in self.fields.items():
            if name.startswith("finding_") and isinstance(field, forms.ChoiceField):
                field.choices = [
                    ("responsible", _("responsible")),
                    ("not_responsible", _("not responsible")),
                ]


def report_over(flow: Workflow) -> object:
    """The report window is over and the questions are asked and answered (N9, T-11)."""
    asked = current_moves(flow.file)
    offers = [row.on for row in asked if row.code == "offered"]
    finished = [row.on for row in asked if row.code == "finished"]
    exchange = decision_times.Questions(
        offered_on=max(offers, default=None),
        finished_on=max(finished, default=None),
        exclusions_explained=all(row.text for row in asked if row.code == "excluded"),
    )
    days = decision_times.QuestionDays(**flow.policy.require("questions"))
    check = decision_times.check_determination(
        queries.recipients(flow.file, "REPORT"),
        exchange,
        flow.turn.today,
        queries.span(flow.file, "report_wait"),
        days,
        flow.file.calendar,
    )
    return first_reason(check.unmet)


def _paragraphs(text: str | None) -> list[str]:
    return [part.strip() for part in str(text or "").split("\n\n") if part.strip()]


@says("DETERMINATION")
def _determination(letter: Letter) -> Fields:
    row = queries.decided(letter.file)
    assert row is not None
    steps = investigative_report.parsed(str(row.data.get("procedure") or ""), row.on)
    return {
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "steps": [{"date": day.isoformat(), "what": what} for day, what in steps],
        "standard": letter.case.standard,
        "facts_found": _paragraphs(row.data.get("facts")),
        "conclusions": _paragraphs(row.data.get("conclusions")),
        "results": letter.results(),
        "sanctions": _paragraphs(row.data.get("sanctions")),
        "remedies_provided": bool(row.data.get("remedies")),
        "appeal_by": letter.appeal_by(),
        "appeal_to": letter.contact(Role.COORDINATOR),
    }


class Determination(Workflow):
    """By somebody who is neither the coordinator nor the investigator."""

    case: TitleIXCase

    @step(
        state,
        source=S.REPORT_REVIEW,
        target=S.DETERMINATION,
        label=_("Decide"),
        by=(DECIDE,),
        form=DeterminationForm,
        primary=True,
        does=_("Decides on each allegation with the six contents that the rule asks for."),
        stops=("report_wait", "questions"),
        conditions=[
            conditions.has_allegations,
            conditions.all_noticed,
            report_over,
            conditions.fit(Role.DECISION_MAKER),
        ],
        cite="34 CFR 106.45(b)(7)",
    )
    def determine(self) -> None:
        """The determination with its six contents (34 CFR 106.45(b)(7)(ii)).

        Allegations with their results and reasons are the findings, the bases of an appeal follow
        from the rule; the rest stands in the determination. Its letter goes out to both at once.
        """
        steps = self.data.get("procedure") or "\n".join(
            investigative_report.procedure_lines(self.file)
        )
        text = "\n\n".join(
            part
            for part in (self.data["facts"], self.data["conclusions"], self.data["sanctions"])
            if part
        )
        add(
            self,
            Record.Kind.DETERMINATION,
            self.turn.today,
            text=text,
            code="determination",
            remedies=self.data["remedies"],
            facts=self.data["facts"],
            conclusions=self.data["conclusions"],
            sanctions=self.data["sanctions"],
            procedure=steps,
        )
        record_findings(self)

    @step(
        state,
        source=S.DETERMINATION,
        target=S.APPEAL_WINDOW,
        label=_("Send the determination"),
        by=(DECIDE, COORDINATE),
        form=SentForm,
        primary=True,
        does=_(
            "Sends the determination to both parties at the same time; the time to appeal begins."
        ),
        stops=("determination",),
        tells=_("Both parties, at the same time."),
        starts=("appeal_window",),
        prepare=rendering.to_parties("DETERMINATION"),
        effects=rendering.tells("DETERMINATION"),
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def send_determination(self) -> None:
        """Simultaneously."""
        sending.send(self, "DETERMINATION")
        self.case.appeal_of = "determination"
        self.stop_clock("district_investigation")
