"""What the steps of an attendance case need to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import CAUSES
from casework.access.rights import holders
from casework.engine.forms import DateInput, StepForm
from district.models import User


class RaiseForm(StepForm):
    """A person who raises a case says why; the machine brings its triggers."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
        help_text=_("What you know that the counts do not show."),
    )
    triggers = forms.JSONField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A person needs a reason; the machine's reason is the trigger."""
        data = super().clean() or {}
        if self.flow.turn.actor is None:
            data["triggers"] = list(self.data.get("triggers") or ())
        elif not data.get("reason"):
            self.add_error("reason", _("Say why the case is raised by hand."))
        else:
            data["triggers"] = []
        return data


class AssignForm(StepForm):
    """Who becomes responsible: somebody who may work the cases of this school."""

    owner = forms.ModelChoiceField(
        label=_("Social worker"), queryset=get_user_model().objects.none()
    )

    def prepare(self) -> None:
        """Those whose post lets them work this school's cases."""
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            get_user_model()
            .objects.filter(
                is_active=True,
                groups__schoolgrouppermission__content_object_id=self.flow.case.school_id,
                groups__schoolgrouppermission__permission__codename="work_cases",
            )
            .distinct()
            .order_by("last_name", "first_name")
        )


class RecuseForm(StepForm):
    """Somebody with a conflict of interest."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Tie to the student"), max_length=500)

    def prepare(self) -> None:
        """Everybody who may work this case by their post, and its owner."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        case = self.flow.case
        held = holders(case.kind, [case.id])[case.id]
        field.queryset = User.objects.filter(
            pk__in=held.get("work_cases", set()) | {case.owner_id}
        ).order_by("last_name", "first_name")


class CaseHoldForm(StepForm):
    """A hold of the case."""

    until = forms.DateField(label=_("Until"), widget=DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=1_000)

    def clean_until(self) -> Any:
        """At most 60 days (C15)."""
        until = self.cleaned_data["until"]
        if not 0 < (until - self.flow.turn.today).days <= 60:
            raise forms.ValidationError(_("Choose a day to come, at most 60 days ahead."))
        return until


class RootCauseForm(StepForm):
    """Why the student is absent, and what is done about it."""

    causes = forms.MultipleChoiceField(
        label=_("Causes"), choices=CAUSES, widget=forms.CheckboxSelectMultiple
    )
    steps = forms.CharField(
        label=_("Steps agreed"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
        help_text=_("Who does what until when."),
    )


class ReviewForm(StepForm):
    """What the review of a correction found."""

    finding = forms.CharField(
        label=_("Finding"),
        max_length=200,
        help_text=_("For example: the tier stays, absences go on."),
    )


class WithdrawalForm(StepForm):
    """A withdrawal that the ten-day rule had forbidden."""

    reason = forms.CharField(
        label=_("How it is known that the student left"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )
