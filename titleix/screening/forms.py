"""T9-SCREEN (domain.md B2.1), the duties that run beside a case, and what becomes of a report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.casefile import CaseFile
from casework.engine.forms import StepForm
from titleix.case.forms import Cleaned, choose, long_text
from titleix.case.queries import records
from titleix.intake import similar_reports
from titleix.models import Record
from titleix.records.related_reports import open_case_of
from titleix.rules.screening import TICKS, Answer
from titleix.screening.outcome import chosen_outcome, screened

ANSWERS = [
    (Answer.YES.value, _("Yes")),
    (Answer.NO.value, _("No")),
    (Answer.UNKNOWN.value, _("Not known")),
]
OUTCOMES = [
    ("SCHOOL_30", _("School inquiry, 30 days")),
    ("DISTRICT_60", _("District, 60 days")),
    ("INFO_REQUESTED", _("More information is needed")),
    ("OTHER_SEX_DISCRIMINATION", _("Other sex discrimination: district, 60 days")),
    ("NOT_TITLE_IX", _("Not Title IX: to be referred")),
    ("DUPLICATE", _("The same incident is open already")),
]

# The parts of the form, by the field with which each begins.
PARTS = {
    "duplicate_of": _("Is it known already?"),
    "identifiable": _("Can it be followed?"),
    "q1": _("The questions of the rule"),
    "quid_pro_quo": _("Question 4: sexual harassment (34 CFR 106.30(a))"),
    "q5": _("Other discrimination, and whom it concerns"),
    "on_school_property": _("Duties beside the case"),
    "outcome": _("What you decide"),
}


class ScreeningForm(StepForm):
    """T9-SCREEN (B2.1): one form for every report of the district, so that all are screened by one
    standard.
    """

    IF_SEXUAL = (
        "q2",
        "q3",
        "quid_pro_quo",
        *TICKS,
        "offense",
    )  # asked when question 1 is Yes (B2.1)
    duplicate_of = forms.CharField(label=_("Same incident as case"), max_length=24, required=False)
    identifiable = forms.BooleanField(label=_("Somebody can be identified"), required=False)
    leads = forms.BooleanField(label=_("There are facts to follow"), required=False)
    q1 = forms.ChoiceField(
        label=_("1. On the basis of sex, or sexual in nature?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
    )
    q2 = forms.ChoiceField(
        label=_("2. In an education program or activity?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("The district has control of the respondent and of the context."),
    )
    q3 = forms.ChoiceField(
        label=_("3. Against a person in the United States?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    quid_pro_quo = forms.ChoiceField(
        label=_("4a. An employee made a benefit depend on sexual conduct?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    unwelcome = forms.ChoiceField(
        label=_("4b. Unwelcome?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    severe = forms.ChoiceField(
        label=_("4b. Severe?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    pervasive = forms.ChoiceField(
        label=_("4b. Pervasive?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    objectively_offensive = forms.ChoiceField(
        label=_("4b. Objectively offensive?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    denies_equal_access = forms.ChoiceField(
        label=_("4b. Denies equal access to education?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    offense = forms.ChoiceField(
        label=_("4c. Sexual assault, dating or domestic violence, stalking?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    q5 = forms.ChoiceField(
        label=_("5. Other discrimination on the basis of sex?"),
        choices=ANSWERS[:2],
        widget=forms.RadioSelect,
    )
    employee = forms.BooleanField(label=_("6. The respondent is an employee"), required=False)
    on_school_property = forms.BooleanField(
        label=_("It happened on school property"), required=False
    )
    listed_act = forms.BooleanField(
        label=_("An act that must be reported to the police (G.S. 115C-288(g))"), required=False
    )
    abuse_suspected = forms.BooleanField(label=_("Abuse or neglect is suspected"), required=False)
    juvenile_victim = forms.BooleanField(label=_("The victim is under 18"), required=False)
    licensed_employee = forms.BooleanField(
        label=_("The respondent holds a teaching licence"), required=False
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, help_text=_("Empty: what the answers say.")
    )
    rationale = long_text(_("Rationale"))

    def prepare(self) -> None:
        """The outcomes of the table; what is asked only after a Yes to question 1 is not called
        optional. The report stands above the questions: nobody has to go back for it.
        """
        self.words = self.flow.case.narrative
        for name in self.IF_SEXUAL:
            setattr(self.fields[name], "conditional", True)  # noqa: B010 - read by the template
        for name, title in PARTS.items():
            setattr(self.fields[name], "begins", title)  # noqa: B010 - read by the template

        self.fields["duplicate_of"].help_text = similar_reports.hint(
            self.flow.file, self.flow.turn.actor
        )

        choose(self, "outcome", [("", "–"), *OUTCOMES])
        for name, value in proposed_answers(self.flow.file).items():
            if name in self.fields and name != "outcome":
                self.fields[name].initial = value

    def clean(self) -> Cleaned:
        """The table decides; a coordinator may go up, never below what it allows, and says why."""
        cleaned: Cleaned = super().clean() or {}
        for name in self.IF_SEXUAL if cleaned.get("q1") == Answer.YES else ():
            if not cleaned.get(name):
                self.add_error(name, _("Answer this one; “Not known” is an answer."))
        if self.errors:
            return cleaned
        screening = screened(self.flow, cleaned)
        cleaned["_screening"] = screening
        choice = chosen_outcome(screening, cleaned)
        if not choice.allowed:
            self.add_error("outcome", str(choice.reason))
        if str(choice.outcome) == "DUPLICATE" and not open_case_of(self.flow, cleaned):
            self.add_error(
                "duplicate_of", _("There is no open case of this number that you may see.")
            )
        return cleaned


class ProposalForm(ScreeningForm):
    """The same questions, answered by a school administrator as a proposal: it decides nothing
    (B2.2).
    """

    def prepare(self) -> None:
        """Without the outcome, which is the coordinator's."""
        super().prepare()
        del self.fields["outcome"]
        del self.fields["duplicate_of"]
        setattr(self.fields["rationale"], "begins", _("Why you think so"))  # noqa: B010 - read by the template
        for field in self.fields.values():
            field.initial = None


def proposed_answers(file: CaseFile) -> Cleaned:
    """What the school proposed last in the screening form, as initial values."""
    rows = [row for row in records(file, Record.Kind.SCREENING) if row.code == "proposed"]
    if not rows:
        return {}
    answers = {
        key: True if value == "True" else value
        for key, value in dict(rows[-1].data["answers"]).items()
        if value != "False"
    }
    return {**answers, "rationale": rows[-1].text}
