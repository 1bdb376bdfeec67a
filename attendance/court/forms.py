"""What the steps of the legal review and of the court program need to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import YES_NO
from attendance.common.forms import DayForm
from attendance.mediation.forms import offer_providers
from attendance.models import (
    MediationProvider,
)
from attendance.rules.conditions import EXCLUSIONS
from casework.engine.forms import StepForm


class GoodFaithForm(StepForm):
    """The rationale, and what it opens (C5)."""

    OPENS = [
        ("mediation", _("A mediation")),
        ("court", _("The truancy court programme")),
        ("juvenile", _("A complaint with the juvenile court counselor (Chapter 7B)")),
    ]
    reason = forms.CharField(
        label=_("Rationale"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4_000
    )
    opens = forms.MultipleChoiceField(
        label=_("This also opens"),
        choices=OPENS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    provider = forms.ModelChoiceField(
        label=_("Provider of the mediation"),
        queryset=MediationProvider.objects.none(),
        required=False,
    )

    def prepare(self) -> None:
        """Providers with access to the school."""
        offer_providers(self)

    def clean(self) -> dict[str, Any]:
        """A mediation needs a provider, and none that runs already."""
        data = super().clean() or {}
        if "mediation" in data.get("opens", []):
            running = any(
                row.kind == "MEDIATION" and row.closed_on is None
                for row in self.flow.file.processes
            )
            if running:
                self.add_error("opens", _("A mediation is running already."))
            elif not data.get("provider"):
                self.add_error("provider", _("Choose a provider with access to this school."))
        return data


class VerifyForm(StepForm):
    """The social worker's word (G.S. 115C-381)."""

    facts = forms.CharField(
        label=_("Facts"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4_000,
        help_text=_(
            "What was done to help, and how the family answered. Dates and letters are added by "
            "themselves."
        ),
    )
    confirm = forms.BooleanField(label=_("I verify that this is true to the best of my knowledge"))


class InquiryForm(StepForm):
    """The indigency inquiry (G.S. 115C-382)."""

    result = forms.ChoiceField(
        label=_("The claim that the child must work is"),
        widget=forms.RadioSelect,
        choices=[("confirmed", _("confirmed: no referral")), ("not confirmed", _("not confirmed"))],
    )
    reason = forms.CharField(
        label=_("What the inquiry found"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4_000,
    )


class ExclusionForm(StepForm):
    """A reason that stands against a legal referral, or that it fell away."""

    exclusion = forms.ChoiceField(label=_("Reason"))
    stands = forms.ChoiceField(
        label=_("It"),
        choices=[("yes", _("stands")), ("no", _("fell away"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    reason = forms.CharField(label=_("How this is known"), max_length=1_000)

    def prepare(self) -> None:
        """The policy's list."""
        field = self.fields["exclusion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (name, EXCLUSIONS.get(name, name))
            for name in self.flow.policy.get("exclusions_from_legal") or ()
        ]


class DisclosureForm(DayForm):
    """A written notice to an authority: kept as a disclosure (34 CFR 99.32)."""

    KINDS = ("NOTIFY_DA", "NOTIFY_DSS", "JUVENILE_COMPLAINT", "INFORM_CORRECTION")
    task = forms.ChoiceField(label=_("Which"))
    to = forms.CharField(label=_("To whom"), max_length=200)
    what = forms.CharField(label=_("What was disclosed"), max_length=300)
    basis = forms.CharField(label=_("Legal basis"), max_length=200, initial="G.S. 115C-378")
    field_order = ["task", "on", "to", "what", "basis"]

    def prepare(self) -> None:
        """The open ones."""
        super().prepare()
        field = self.fields["task"]
        assert isinstance(field, forms.ChoiceField)
        labels = self.flow.file.kind.task_labels
        field.choices = [
            (task.kind, labels[task.kind])
            for task in self.flow.file.tasks
            if task.kind in self.KINDS and task.status == "OPEN"
        ]


class EnrollForm(StepForm):
    """Where the sessions are held."""

    judge = forms.CharField(label=_("Judge"), max_length=100)
    place = forms.CharField(label=_("Place and hour"), max_length=200)


class CourtSessionForm(DayForm):
    """One weekly session."""

    came = forms.ChoiceField(
        label=_("Did the student come?"), choices=YES_NO, widget=forms.RadioSelect
    )
