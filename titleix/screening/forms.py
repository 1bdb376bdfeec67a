"""T9-SCREEN (domain.md B2.1), the duties that run beside a case, and what becomes of a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from titleix.case.forms import EventForm, choose, long_text
from titleix.rules.screening import TICKS, Answer

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
    """T9-SCREEN (B2.1): one form for every report of the district, so that all are screened by one standard."""

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
        """The outcomes of the table; what is asked only after a Yes to question 1 is not called optional. The report stands above the
        questions: nobody has to go back for it."""
        self.words = self.flow.case.narrative
        for name in self.IF_SEXUAL:
            setattr(self.fields[name], "conditional", True)  # noqa: B010 - read by the template
        for name, title in PARTS.items():
            setattr(self.fields[name], "begins", title)  # noqa: B010 - read by the template
        from titleix.case import queries
        from titleix.intake import similar_reports

        self.fields["duplicate_of"].help_text = similar_reports.hint(
            self.flow.file, self.flow.turn.actor
        )

        choose(self, "outcome", [("", "–"), *OUTCOMES])
        for name, value in queries.proposed_answers(self.flow.file).items():
            if name in self.fields and name != "outcome":
                self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        """The table decides; a coordinator may go up, never below what it allows, and says why."""
        from titleix.case import screening_outcome

        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.IF_SEXUAL if cleaned.get("q1") == Answer.YES else ():
            if not cleaned.get(name):
                self.add_error(name, _("Answer this one; “Not known” is an answer."))
        if self.errors:
            return cleaned
        found = screening_outcome.screened(self.flow, cleaned)
        cleaned["_screening"] = found
        choice = screening_outcome.chosen(found, cleaned)
        if not choice.allowed:
            self.add_error("outcome", str(choice.reason))
        if str(choice.outcome) == "DUPLICATE" and not screening_outcome.target_of(
            self.flow, cleaned
        ):
            self.add_error(
                "duplicate_of", _("There is no open case of this number that you may see.")
            )
        return cleaned


class DutyDoneForm(EventForm):
    """A duty of state law that was done."""

    duty = forms.ChoiceField(label=_("Duty"))
    who = forms.CharField(label=_("Who did it, to whom"), max_length=200)
    number = forms.CharField(label=_("Reference number"), max_length=60, required=False)
    field_order = ["duty", "on", "who", "number"]

    def prepare(self) -> None:
        """The open ones."""
        open_kinds = sorted(
            {task.kind for task in self.flow.file.tasks if task.kind.startswith("DUTY_")}
        )
        labels = self.flow.file.kind.task_labels
        choose(self, "duty", [(kind, labels.get(kind, kind)) for kind in open_kinds])


class ProposalForm(ScreeningForm):
    """The same questions, answered by a school administrator as a proposal: it decides nothing (B2.2)."""

    def prepare(self) -> None:
        """Without the outcome, which is the coordinator's."""
        super().prepare()
        del self.fields["outcome"]
        del self.fields["duplicate_of"]
        setattr(self.fields["rationale"], "begins", _("Why you think so"))  # noqa: B010 - read by the template
        for field in self.fields.values():
            field.initial = None


class ReferForm(StepForm):
    """Where a report goes that is not Title IX."""

    office = forms.CharField(label=_("Office or person"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    phone = forms.CharField(label=_("Telephone"), max_length=40)
    text = long_text(
        _("Why, in the words of the letter"),
        help_text=_("The reporter reads this. It says no more than they may know."),
    )


class AskForm(StepForm):
    """A letter that asks for what is missing."""

    people = forms.MultipleChoiceField(label=_("To whom"), widget=forms.CheckboxSelectMultiple)
    needed = forms.CharField(
        label=_("What is missing, one a line"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4_000,
    )
    on = forms.DateField(label=_("Sent on"), widget=forms.DateInput(attrs={"type": "date"}))
    means = forms.ChoiceField(
        label=_("By"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )

    def prepare(self) -> None:
        """Reporter, complainants, witnesses, parents."""
        from titleix.case.forms import people_of

        choose(self, "people", people_of(self, "reporter", "complainant", "witness", "parent"))
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has left."""
        return self.not_in_future("on")


class DuplicateForm(StepForm):
    """Another open case that this one shall become part of."""

    number = forms.CharField(label=_("Case number"), max_length=24)
    reason = long_text(_("Why they belong together"))

    def clean_number(self) -> str:
        """An open case that one coordinates; a case that one may not know of does not exist."""
        from titleix.case import screening_outcome

        number = str(self.cleaned_data["number"]).strip().upper()
        target = screening_outcome.target_of(self.flow, {"duplicate_of": number})
        if target is None:
            raise forms.ValidationError(_("There is no open case of this number that you may see."))
        self.target = target
        return number


class ConsolidateForm(DuplicateForm):
    """Complaints that arise from the same facts (34 CFR 106.45(b)(4))."""

    same_facts = forms.BooleanField(
        label=_("The allegations arise from the same facts or circumstances")
    )

    def clean_number(self) -> str:
        """The other one is a formal complaint whose evidence has not gone out."""
        number = super().clean_number()
        if self.target.state not in ("FORMAL_COMPLAINT", "NOTICED", "INVESTIGATING"):
            raise forms.ValidationError(
                _("The other complaint is not at a stage at which another can join it.")
            )
        return number


class RulesForm(StepForm):
    """Another pack of rules for this case."""

    rules = forms.ChoiceField(label=_("Rules"))
    order = forms.CharField(
        label=_("By whose order"),
        max_length=200,
        help_text=_("Letter of the agency, advice of counsel."),
    )
    reason = long_text(_("Why"))

    def prepare(self) -> None:
        """The packs that know the present state."""
        from titleix.rules import rule_versions

        choose(
            self,
            "rules",
            [
                (pack.rules, f"{pack.rules}: {pack.title}")
                for pack in rule_versions.open_to(self.flow)
            ],
        )


class RetaliationForm(StepForm):
    """Somebody reports retaliation: it becomes a report of its own (34 CFR 106.71)."""

    party = forms.ChoiceField(label=_("Against whom"))
    by = forms.MultipleChoiceField(
        label=_("Said to be done by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(
        label=_("An employee first knew on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    narrative = long_text(_("What was reported, in the reporter's words"))

    def prepare(self) -> None:
        """Everybody in the case: witnesses and advisors are protected too."""
        from titleix.case.forms import people_of

        choose(self, "party", people_of(self))
        choose(self, "by", people_of(self))

    def clean_on(self) -> Any:
        """Somebody knows."""
        return self.not_in_future("on")


class HRForm(EventForm):
    """What human resources were told about an employee."""

    who = forms.CharField(label=_("Who was told"), max_length=200)
    number = forms.CharField(label=_("Reference number"), max_length=60, required=False)
    text = long_text(_("What was told"))
    personnel_action = forms.BooleanField(
        label=_("The employee was suspended, dismissed, or resigned with acceptance"),
        required=False,
        help_text=_("Then the report to the State Board is due (16 NCAC 06C .0608)."),
    )
    field_order = ["on", "who", "number", "text", "personnel_action"]
