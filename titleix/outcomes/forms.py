"""Dismissal, informal resolution, appeal, remedies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput, StepForm
from titleix.case.forms import PartyChoice, RecordChoice, RecordForm, SentForm, long_text
from titleix.models import Record


class DismissForm(StepForm):
    """A dismissal (34 CFR 106.45(b)(3))."""

    GROUNDS = [
        ("not_harassment", _("Mandatory: would not be sexual harassment even if proved")),
        ("not_in_program", _("Mandatory: not in the program")),
        ("not_in_us", _("Mandatory: not in the United States")),
        ("withdrawn", _("Discretionary: withdrawn in writing")),
        ("not_enrolled", _("Discretionary: respondent no longer enrolled or employed")),
        ("no_evidence", _("Discretionary: evidence cannot be had")),
    ]
    ground = forms.ChoiceField(label=_("Ground"), choices=GROUNDS)
    reason = long_text(_("Reasons"))
    other_action = long_text(
        _("What happens instead"),
        required=False,
        help_text=_("The letter says so: for example that the school goes on."),
    )
    conduct_track = forms.BooleanField(
        label=_("The conduct goes on under the code of conduct"),
        required=False,
        help_text=_(
            "A dismissal does not prevent it (34 CFR 106.45(b)(3)(i)). It begins when the time to appeal is over."
        ),
    )

    def clean_ground(self) -> str:
        """T-15: a spoken withdrawal does not enable a dismissal."""
        ground = str(self.cleaned_data["ground"])
        if ground == "withdrawn" and self.flow.case.withdrawn_on is None:
            raise forms.ValidationError(
                _(
                    "The complainant has not withdrawn in writing: record the written withdrawal first."
                )
            )
        return ground


class ConsentForm(StepForm):
    """Informal resolution with the written consents."""

    consent_on = forms.DateField(label=_("Both consented in writing on"), widget=DateInput)
    both = forms.BooleanField(label=_("Every party has signed the consent"))
    text = long_text(_("Conditions of the consent"), required=False)

    def clean_consent_on(self) -> Any:
        """They have signed."""
        return self.not_in_future("consent_on")


class AgreementForm(StepForm):
    """The signed agreement."""

    text = long_text(_("What was agreed"))


class AppealForm(PartyChoice):
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

    def clean_on(self) -> Any:
        """It was filed."""
        return self.not_in_future("on")


class FiledAppealForm(AppealForm):
    """An appeal in time and on a base (T-26)."""

    def clean(self) -> dict[str, Any]:
        """Refused with the explanation; it may be corrected inside the window."""
        from titleix.case import conditions
        from titleix.rules.timelines import AppealBase, check_appeal

        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("on"):
            bases = [AppealBase(base) for base in cleaned.get("bases") or ()]
            for reason in check_appeal(
                bases, cleaned["on"], conditions.appeal_days(self.flow)
            ).unmet:
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


class RemedyForm(StepForm):
    """A remedy or a sanction."""

    code = forms.ChoiceField(
        label=_("What it is"), choices=[("remedy", _("Remedy")), ("sanction", _("Sanction"))]
    )
    text = long_text(_("What"))
    who = forms.CharField(label=_("Who carries it out"), max_length=200, required=False)
    until = forms.DateField(label=_("By when"), widget=DateInput, required=False)


class SchoolComplaintForm(DismissForm):
    """A formal complaint about conduct that the screening found outside the rule: it is taken and dismissed (B2.2, rule 9)."""

    on = forms.DateField(label=_("Filed or signed on"), widget=DateInput)
    by = forms.ChoiceField(
        label=_("Signed by"),
        choices=[
            ("complainant", _("Complainant")),
            ("complainant_parent", _("Parent of the complainant")),
        ],
    )
    field_order = ["on", "by", "ground", "reason", "other_action"]

    def prepare(self) -> None:
        """The mandatory grounds alone; the school goes on in any case."""
        field = self.fields["ground"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.GROUNDS[:3]
        del self.fields["conduct_track"]

    def clean_on(self) -> Any:
        """It was filed."""
        return self.not_in_future("on")


class OfferForm(SentForm):
    """The offer of an informal resolution, with the consent to sign (34 CFR 106.45(b)(9)(i))."""

    process = long_text(_("How it goes"))
    ends_by = forms.DateField(label=_("It ends at the latest on"), widget=DateInput)
    reply_by = forms.DateField(label=_("Answer wanted by"), widget=DateInput)
    records = forms.CharField(
        label=_("What is kept of it, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1_000,
    )
    field_order = ["process", "ends_by", "reply_by", "records", "on", "means", "proof"]

    def prepare(self) -> None:
        """What is always kept."""
        super().prepare()
        self.fields["records"].initial = str(_("The signed consent forms\nThe signed agreement"))

    def clean(self) -> dict[str, Any]:
        """The answer comes before the end, both after the letter."""
        cleaned = super().clean() or {}
        on, reply, end = (cleaned.get(name) for name in ("on", "reply_by", "ends_by"))
        if on and reply and end and not on < reply <= end:
            self.add_error("reply_by", _("Choose a day after the letter and not after the end."))
        return cleaned


class StatementForm(RecordForm):
    """A written statement of a party in an appeal."""


class RemedyDoneForm(RecordChoice):
    """A remedy or sanction that was carried out."""

    kind = Record.Kind.REMEDY
    on = forms.DateField(label=_("Done on"), widget=DateInput)
    text = long_text(_("What was done"))

    def clean_on(self) -> Any:
        """It was done."""
        return self.not_in_future("on")


class CheckForm(StepForm):
    """A check whether remedies and measures work, with the people concerned."""

    which = forms.ChoiceField(label=_("Which check"))
    on = forms.DateField(label=_("Done on"), widget=DateInput)
    text = long_text(_("What was found"))

    def prepare(self) -> None:
        """The checks that are still due."""
        from titleix.case.forms import choose
        from titleix.rules.clocks import LABELS

        running = sorted(
            (clock for clock in self.flow.file.running if clock.kind.startswith("check_")),
            key=lambda clock: clock.due,
        )
        choose(self, "which", [(clock.kind, LABELS[clock.kind]) for clock in running])

    def clean_on(self) -> Any:
        """It was done."""
        return self.not_in_future("on")


class OutcomeForm(SentForm):
    """The letters that tell both families how an inquiry ended."""

    review = long_text(_("How to ask for a review"), required=False)
    measures = forms.CharField(
        label=_("Measures for the reader, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2_000,
        required=False,
        help_text=_(
            "Only what concerns everybody who reads it; each one's own measures are added from the file."
        ),
    )


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


class EscalateForm(StepForm):
    """Why a case goes up to the district (B3.2)."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[
            ("order", _("Order of the coordinator")),
            ("prong", _("The definition of sexual harassment may be met")),
            ("employee", _("The respondent is an employee")),
            ("repeat", _("The respondent was reported before")),
            ("conflict", _("A conflict of interest at the school")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )


class ExtensionNoticeForm(SentForm):
    """The written notice of a delay with its reasons, to every party (34 CFR 106.45(b)(1)(v))."""

    clock = forms.ChoiceField(label=_("Deadline"))
    new_due = forms.DateField(label=_("New date"), widget=DateInput)
    cause = forms.ChoiceField(
        label=_("Good cause"),
        choices=[
            ("absence", _("A party, an advisor or a witness is absent")),
            ("law_enforcement", _("Concurrent law-enforcement activity")),
            ("language_or_disability", _("Language assistance or accommodation of a disability")),
            ("other", _("Another good cause, in words")),
        ],
    )
    text = long_text(_("Explanation"))
    field_order = ["clock", "new_due", "cause", "text", "on", "means", "proof"]

    def prepare(self) -> None:
        """The promises that the policy lets anybody move."""
        from casework.engine import clocks
        from titleix.case.forms import choose

        super().prepare()
        file = self.flow.file
        self.clocks = {
            str(clock.id): clock for clock in file.running if clocks.moves(file, clock, "extension")
        }
        choose(
            self,
            "clock",
            [
                (key, f"{clocks.spec_of(file, clock).label} ({clock.due:%d %b %Y})")
                for key, clock in self.clocks.items()
            ],
        )

    def clean(self) -> dict[str, Any]:
        """A later date than the one that stands."""
        cleaned = super().clean() or {}
        clock = self.clocks.get(str(cleaned.get("clock")))
        if clock is not None and cleaned.get("new_due") and cleaned["new_due"] <= clock.due:
            self.add_error(
                "new_due", _("Choose a day after %(day)s.") % {"day": f"{clock.due:%d %b %Y}"}
            )
        return cleaned


class CheckInForm(RecordForm):
    """A check-in with a party after the inquiry."""

    optional_party = True
