"""What the steps of a Title IX case need to know. One form checks the page, the API and the tests alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from casework.stepforms import DateInput, StepForm
from district.models import User
from titleix import separation
from titleix.models import Party, Record
from titleix.screening import Answer

ANSWERS = [(Answer.YES.value, _("Yes")), (Answer.NO.value, _("No")), (Answer.UNKNOWN.value, _("Not known"))]
TICKS = ("unwelcome", "severe", "pervasive", "objectively_offensive", "denies_equal_access")  # prong (b), five separate ticks
ROLES = [
    (separation.Role.INVESTIGATOR.value, _("Investigator")), (separation.Role.SCHOOL_INVESTIGATOR.value, _("School investigator")),
    (separation.Role.DECISION_MAKER.value, _("Decision-maker")), (separation.Role.APPEAL_OFFICER.value, _("Appeal officer")),
    (separation.Role.FACILITATOR.value, _("Facilitator")), (separation.Role.COORDINATOR.value, _("Coordinator")),
]  # fmt: skip


def long_text(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A field for a narrative."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 4}), max_length=50_000, required=required, help_text=help_text)


class PartyChoice(StepForm):
    """A form about one of the people in the case."""

    parts: tuple[str, ...] = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
    party = forms.ChoiceField(label=_("About whom"))

    def prepare(self) -> None:
        """The people of the wanted parts who are still in the case."""
        found = [party for party in self.flow.file.children["party"] if party.part in self.parts and party.left_on is None]
        field = self.fields["party"]
        assert isinstance(field, forms.ChoiceField)
        self.people = [(str(party.id), party.label) for party in sorted(found, key=lambda p: (p.part, p.number))]
        field.choices = self.people


class PartyForm(StepForm):
    """Another person of the case."""

    part = forms.ChoiceField(label=_("Part"), choices=Party.Part.choices)
    kind = forms.ChoiceField(label=_("Who this is"), choices=Party.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("Leave empty while it is not known."))
    address = forms.CharField(label=_("Address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("en", _("English")), ("es", _("Spanish"))], initial="en")
    minor = forms.BooleanField(label=_("Under 18"), required=False)
    plan = forms.BooleanField(label=_("Has an IEP or a Section 504 plan"), required=False)
    acts_for = forms.ChoiceField(label=_("Acts for"), required=False, help_text=_("For a parent or an advisor."))

    def prepare(self) -> None:
        """For whom a parent or an advisor may act."""
        field = self.fields["acts_for"]
        assert isinstance(field, forms.ChoiceField)
        parties = [(str(party.id), party.label) for party in self.flow.file.children["party"] if party.is_party]
        field.choices = [("", "–"), *parties]

    def clean(self) -> dict[str, Any]:
        """Who acts for somebody says for whom."""
        cleaned = super().clean() or {}
        if cleaned.get("part") in (Party.Part.PARENT, Party.Part.ADVISOR) and not cleaned.get("acts_for"):
            self.add_error("acts_for", _("Say for whom this person acts."))
        return cleaned


class AssignForm(StepForm):
    """A function for somebody."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Function"), choices=ROLES)
    conflict = forms.ChoiceField(
        label=_("Tie to a party or to the case"), required=False,
        choices=[
            ("", _("None, as the person declared")), ("party", _("Party")), ("witness", _("Witness")), ("relative", _("Relative of a party")),
            ("supervisor", _("Direct supervisor of a party")), ("prior_decision_maker", _("Decided on the party before")),
        ],
    )  # fmt: skip
    declared = forms.BooleanField(label=_("The person has declared this to me today"))

    def prepare(self) -> None:
        """Everybody who is active."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = get_user_model().objects.filter(is_active=True).order_by("last_name", "first_name", "pk")


class UnassignForm(StepForm):
    """The end of a function."""

    assignment = forms.ChoiceField(label=_("Who"))
    reason = long_text(_("Why"))
    recuse = forms.BooleanField(label=_("Conflict of interest: end all access to this case at once"), required=False)

    def prepare(self) -> None:
        """The running assignments."""
        field = self.fields["assignment"]
        assert isinstance(field, forms.ChoiceField)
        roles = dict(ROLES)
        running = [row for row in self.flow.file.children["assignment"] if row.ends_on is None]
        names = {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=[row.user_id for row in running])}
        field.choices = [(str(row.id), f"{names[row.user_id]}: {roles[row.role]}") for row in running]


class ScreeningForm(StepForm):
    """T9-SCREEN (B2.1): one form for every report of the district, so that all are screened by one standard."""

    IF_SEXUAL = ("q2", "q3", "quid_pro_quo", *TICKS, "offense")  # asked when question 1 is Yes (B2.1)
    duplicate_of = forms.CharField(label=_("Same incident as case"), max_length=24, required=False)
    identifiable = forms.BooleanField(label=_("Somebody can be identified"), required=False)
    leads = forms.BooleanField(label=_("There are facts to follow"), required=False)
    q1 = forms.ChoiceField(label=_("1. On the basis of sex, or sexual in nature?"), choices=ANSWERS, widget=forms.RadioSelect)
    q2 = forms.ChoiceField(
        label=_("2. In an education program or activity?"), choices=ANSWERS, widget=forms.RadioSelect, required=False,
        help_text=_("The district has control of the respondent and of the context."),
    )  # fmt: skip
    q3 = forms.ChoiceField(label=_("3. Against a person in the United States?"), choices=ANSWERS, widget=forms.RadioSelect, required=False)
    quid_pro_quo = forms.ChoiceField(
        label=_("4a. An employee made a benefit depend on sexual conduct?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    unwelcome = forms.ChoiceField(label=_("4b. Unwelcome?"), choices=ANSWERS, widget=forms.RadioSelect, required=False)
    severe = forms.ChoiceField(label=_("4b. Severe?"), choices=ANSWERS, widget=forms.RadioSelect, required=False)
    pervasive = forms.ChoiceField(label=_("4b. Pervasive?"), choices=ANSWERS, widget=forms.RadioSelect, required=False)
    objectively_offensive = forms.ChoiceField(
        label=_("4b. Objectively offensive?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    denies_equal_access = forms.ChoiceField(
        label=_("4b. Denies equal access to education?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    offense = forms.ChoiceField(
        label=_("4c. Sexual assault, dating or domestic violence, stalking?"), choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    q5 = forms.ChoiceField(label=_("5. Other discrimination on the basis of sex?"), choices=ANSWERS[:2], widget=forms.RadioSelect)
    employee = forms.BooleanField(label=_("6. The respondent is an employee"), required=False)
    on_school_property = forms.BooleanField(label=_("It happened on school property"), required=False)
    listed_act = forms.BooleanField(label=_("An act that must be reported to the police (G.S. 115C-288(g))"), required=False)
    abuse_suspected = forms.BooleanField(label=_("Abuse or neglect is suspected"), required=False)
    juvenile_victim = forms.BooleanField(label=_("The victim is under 18"), required=False)
    licensed_employee = forms.BooleanField(label=_("The respondent holds a teaching licence"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, help_text=_("Empty: what the answers say."))
    rationale = long_text(_("Rationale"))

    def prepare(self) -> None:
        """The outcomes of the table; what is asked only after a Yes to question 1 is not called optional."""
        for name in self.IF_SEXUAL:
            setattr(self.fields[name], "conditional", True)  # noqa: B010 - read by the template
        from titleix.screening import Outcome

        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *((outcome.value, outcome.value) for outcome in Outcome)]

    def clean(self) -> dict[str, Any]:
        """The table decides; a coordinator may go up, never below what it allows, and says why."""
        from titleix import intake

        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.IF_SEXUAL if cleaned.get("q1") == Answer.YES else ():
            if not cleaned.get(name):
                self.add_error(name, _("Answer this one; “Not known” is an answer."))
        if self.errors:
            return cleaned
        found = intake.screened(self.flow, cleaned)
        cleaned["_screening"] = found
        choice = intake.chosen(found, cleaned)
        if not choice.allowed:
            self.add_error("outcome", str(choice.reason))
        if str(choice.outcome) == "DUPLICATE" and not intake.target_of(self.flow, cleaned):
            self.add_error("duplicate_of", _("There is no open case of this number that you may see."))
        return cleaned


class ComplaintForm(StepForm):
    """A formal complaint: a signed document that alleges sexual harassment and asks for an investigation (34 CFR 106.30)."""

    on = forms.DateField(label=_("Filed or signed on"), widget=DateInput)
    by = forms.ChoiceField(
        label=_("Signed by"),
        choices=[("complainant", _("Complainant")), ("complainant_parent", _("Parent of the complainant")), ("coordinator", _("Coordinator"))],
    )  # fmt: skip
    reason = long_text(_("Reason"), required=False, help_text=_("Needed when the coordinator signs."))

    def clean_on(self) -> Any:
        """It has been signed."""
        return self.not_in_future("on")

    def clean(self) -> dict[str, Any]:
        """A coordinator who signs says why."""
        cleaned = super().clean() or {}
        if cleaned.get("by") == "coordinator" and not cleaned.get("reason"):
            self.add_error("reason", _("Say why you sign although the complainant does not."))
        return cleaned


class SentForm(StepForm):
    """Letters that leave the house to each recipient on one day."""

    on = forms.DateField(label=_("Sent on"), widget=DateInput)
    means = forms.ChoiceField(label=_("By"), choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))])
    proof = forms.CharField(label=_("Proof of delivery"), max_length=200, required=False)

    def prepare(self) -> None:
        """Today, most of the time."""
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has left."""
        return self.not_in_future("on")


class RecordForm(PartyChoice):
    """A record on a day, about a person."""

    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = long_text(_("Text"))
    optional_party = False

    def prepare(self) -> None:
        """Where it may be about nobody in particular, that is a choice too."""
        super().prepare()
        field = self.fields["party"]
        if self.optional_party and isinstance(field, forms.ChoiceField):
            field.required, field.choices = False, [("", "–"), *self.people]

    def clean_on(self) -> Any:
        """It has happened."""
        return self.not_in_future("on")


class InterviewForm(RecordForm):
    """An interview, or that it was refused."""

    parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.WITNESS)
    refused = forms.BooleanField(label=_("The person refused"), required=False)
    notice_on = forms.DateField(label=_("Written notice of it sent on"), widget=DateInput, required=False)


class EvidenceForm(RecordForm):
    """A piece of evidence."""

    optional_party = True
    title = forms.CharField(label=_("Title"), max_length=200)
    relied_on = forms.BooleanField(label=_("The district relies on it"), required=False, initial=True)


class MeasureForm(RecordForm):
    """A supportive measure: non-disciplinary, free, without unreasonable burden (34 CFR 106.30)."""

    answer = forms.ChoiceField(
        label=_("The person"),
        choices=[("accepted", _("accepted it")), ("refused", _("refused it")), ("offered", _("has not answered yet"))],
    )


class AllegationForm(StepForm):
    """One allegation, to be found or not."""

    text = long_text(_("Allegation"))


class FindingForm(StepForm):
    """The finding on each allegation."""

    def prepare(self) -> None:
        """One field pair for every allegation."""
        for record in self.allegations():
            self.fields[f"finding_{record.number}"] = forms.ChoiceField(
                label=_("Allegation %(n)s") % {"n": record.number},
                choices=[
                    ("substantiated", _("substantiated")),
                    ("not_substantiated", _("not substantiated")),
                    ("inconclusive", _("inconclusive")),
                ],
            )
            self.fields[f"why_{record.number}"] = long_text(_("Why"))

    def allegations(self) -> list[Record]:
        """The allegations of the case."""
        found = [record for record in self.flow.file.children["record"] if record.kind == Record.Kind.ALLEGATION]
        return sorted(found, key=lambda record: record.number)


class DeterminationForm(FindingForm):
    """The six contents of a written determination (34 CFR 106.45(b)(7)(ii))."""

    facts = long_text(_("Findings of fact"))
    conclusions = long_text(_("Conclusions: how the code of conduct applies to the facts"))
    sanctions = long_text(_("Disciplinary sanctions"), required=False)
    remedies = forms.BooleanField(label=_("Remedies are provided to the complainant"), required=False)
    field_order = ["facts", "conclusions", "sanctions", "remedies"]

    def prepare(self) -> None:
        """Responsible or not, for every allegation."""
        super().prepare()
        for name, field in self.fields.items():
            if name.startswith("finding_") and isinstance(field, forms.ChoiceField):
                field.choices = [("responsible", _("responsible")), ("not_responsible", _("not responsible"))]


class AppealForm(PartyChoice):
    """An appeal by a party."""

    on = forms.DateField(label=_("Filed on"), widget=DateInput)
    bases = forms.MultipleChoiceField(
        label=_("Bases"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("procedure", _("Procedural irregularity")), ("new_evidence", _("New evidence")), ("bias", _("Conflict of interest or bias"))],
        help_text=_("Each must have affected the outcome."),
    )  # fmt: skip
    text = long_text(_("What the appeal says"))

    def clean_on(self) -> Any:
        """It was filed."""
        return self.not_in_future("on")


class AppealDecisionForm(StepForm):
    """The written result of an appeal."""

    result = forms.ChoiceField(
        label=_("Result"), choices=[("upheld", _("upheld")), ("changed", _("changed")), ("sent_back", _("sent back"))]
    )
    text = long_text(_("Rationale"))


class DismissForm(StepForm):
    """A dismissal (34 CFR 106.45(b)(3))."""

    GROUNDS = [
        ("not_harassment", _("Mandatory: would not be sexual harassment even if proved")), ("not_in_program", _("Mandatory: not in the program")),
        ("not_in_us", _("Mandatory: not in the United States")), ("withdrawn", _("Discretionary: withdrawn in writing")),
        ("not_enrolled", _("Discretionary: respondent no longer enrolled or employed")), ("no_evidence", _("Discretionary: evidence cannot be had")),
    ]  # fmt: skip
    ground = forms.ChoiceField(label=_("Ground"), choices=GROUNDS)
    reason = long_text(_("Reasons"))

    def clean_ground(self) -> str:
        """T-15: a spoken withdrawal does not enable a dismissal."""
        ground = str(self.cleaned_data["ground"])
        if ground == "withdrawn" and self.flow.case.withdrawn_on is None:
            raise forms.ValidationError(_("The complainant has not withdrawn in writing: record the written withdrawal first."))
        return ground


class ConsentForm(StepForm):
    """Informal resolution with the written consents."""

    consent_on = forms.DateField(label=_("Both consented in writing on"), widget=DateInput)
    both = forms.BooleanField(label=_("Every party has signed the consent"))

    def clean_consent_on(self) -> Any:
        """They have signed."""
        return self.not_in_future("consent_on")


class RemovalForm(PartyChoice):
    """Emergency removal of a student (34 CFR 106.44(c))."""

    parts = (Party.Part.RESPONDENT,)
    on = forms.DateField(label=_("Removed on"), widget=DateInput)
    individual_analysis = forms.BooleanField(label=_("An individualized analysis is on file"), required=False)
    physical_threat = forms.BooleanField(label=_("Immediate threat to somebody's physical health or safety"), required=False)
    from_allegations = forms.BooleanField(label=_("The threat arises from the allegations"), required=False)
    notice_on = forms.DateField(label=_("Notice to the student on"), widget=DateInput, required=False)
    challenge_on = forms.DateField(label=_("Challenge heard, or to be heard, on"), widget=DateInput, required=False)
    plan_checked = forms.BooleanField(label=_("IEP or 504 plan checked"), required=False)
    text = long_text(_("Analysis"))

    def clean(self) -> dict[str, Any]:
        """Every missing condition is named (T-23)."""
        from titleix import guards

        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for reason in guards.against_removal(self.flow, cleaned):
                self.add_error(None, str(reason))
        return cleaned


class EventForm(StepForm):
    """Something that happened on a day."""

    on = forms.DateField(label=_("Date"), widget=DateInput)

    def clean_on(self) -> Any:
        """It has happened."""
        return self.not_in_future("on")


class DutyDoneForm(EventForm):
    """A duty of state law that was done."""

    duty = forms.ChoiceField(label=_("Duty"))
    who = forms.CharField(label=_("Who did it, to whom"), max_length=200)
    number = forms.CharField(label=_("Reference number"), max_length=60, required=False)
    field_order = ["duty", "on", "who", "number"]

    def prepare(self) -> None:
        """The open ones."""
        field = self.fields["duty"]
        assert isinstance(field, forms.ChoiceField)
        open_kinds = sorted({task.kind for task in self.flow.file.tasks if task.kind.startswith("DUTY_")})
        labels = self.flow.file.kind.task_labels
        field.choices = [(kind, labels.get(kind, kind)) for kind in open_kinds]


class ResponseForm(PartyChoice):
    """What a party answers to evidence or report, or that it waives its time in writing."""

    on = forms.DateField(label=_("Received on"), widget=DateInput)
    what = forms.ChoiceField(
        label=_("The party"), choices=[("answered", _("answered in writing")), ("waived", _("waived its time in writing"))]
    )
    text = long_text(_("Answer"), required=False)

    def clean_on(self) -> Any:
        """It has come."""
        return self.not_in_future("on")


class ReportForm(StepForm):
    """The investigative report."""

    text = long_text(_("Fair summary of the relevant evidence"))
    considered = forms.BooleanField(label=_("I have considered every response of the parties"))


class QuestionForm(StepForm):
    """The exchange of written questions."""

    STEPS = [
        ("offered", _("Offered to both parties")), ("asked", _("A question was put")), ("answered", _("A question was answered")),
        ("excluded", _("A question was excluded, with the reason")), ("finished", _("Finished, or both waived")),
    ]  # fmt: skip
    code = forms.ChoiceField(label=_("What happened"), choices=STEPS)
    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = long_text(_("Question, answer or reason"), required=False)

    def clean(self) -> dict[str, Any]:
        """A question that is excluded is explained to its author."""
        cleaned = super().clean() or {}
        if cleaned.get("code") == "excluded" and not cleaned.get("text"):
            self.add_error("text", _("Explain why the question is excluded (34 CFR 106.45(b)(6)(ii))."))
        return cleaned

    def clean_on(self) -> Any:
        """It has happened."""
        return self.not_in_future("on")


class AgreementForm(StepForm):
    """The signed agreement."""

    text = long_text(_("What was agreed"))


class RemedyForm(StepForm):
    """A remedy or a sanction."""

    code = forms.ChoiceField(label=_("What it is"), choices=[("remedy", _("Remedy")), ("sanction", _("Sanction"))])
    text = long_text(_("What"))


class FiledAppealForm(AppealForm):
    """An appeal in time and on a base (T-26)."""

    def clean(self) -> dict[str, Any]:
        """Refused with the explanation; it may be corrected inside the window."""
        from titleix import guards
        from titleix.procedure import AppealBase, check_appeal

        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("on"):
            bases = [AppealBase(base) for base in cleaned.get("bases") or ()]
            for reason in check_appeal(bases, cleaned["on"], guards.appeal_days(self.flow)).unmet:
                self.add_error("bases" if not bases else "on", str(reason))
        return cleaned
