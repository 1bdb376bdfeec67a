"""What the steps of a conference and its plan need to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import CAUSES, CONFERENCE_ROLES, LANGUAGES, YES_NO
from attendance.common.forms import DayForm
from attendance.common.row_field import RowsField
from attendance.models import Arc, PlanReview
from casework.engine.forms import DateInput, StepForm

if TYPE_CHECKING:
    from attendance.conference.states import ArcFlow


def arc_of(form: StepForm) -> Arc | None:
    """The conference that a form is about."""
    return form.flow.process if isinstance(form.flow.process, Arc) else None


class ScheduleForm(StepForm):
    """Day, time and place of the conference, and the invitation."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    place = forms.CharField(label=_("Place or link"), max_length=200)
    invitees = forms.MultipleChoiceField(
        label=_("Who is invited"),
        choices=CONFERENCE_ROLES,
        widget=forms.CheckboxSelectMultiple,
        initial=["ssw", "administrator", "parent", "student"],
        required=False,
        help_text=_("The EC teacher must be there when the student has an IEP."),
    )
    interpreter = forms.BooleanField(label=_("An interpreter is needed"), required=False)
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=LANGUAGES, required=False
    )

    def prepare(self) -> None:
        """The family's language is offered first."""
        arc = arc_of(self)
        self.fields["language"].initial = arc.language if arc else "en"

    def clean_on(self) -> Any:
        """A conference is scheduled for a day to come."""
        day = self.cleaned_data["on"]
        if day < self.flow.turn.today:
            raise forms.ValidationError(_("This day is over. Choose a day to come."))
        return day

    def clean_invitees(self) -> list[str]:
        """Without a choice: those whom a conference needs."""
        return list(self.cleaned_data["invitees"]) or ["ssw", "administrator", "parent", "student"]

    def clean_language(self) -> str:
        """Without a choice: the family's."""
        return str(self.cleaned_data["language"] or self.fields["language"].initial)


class RescheduleForm(ScheduleForm):
    """Another day, and why."""

    reason = forms.CharField(label=_("Why another day"), max_length=500)
    field_order = ["reason", "on", "at", "place", "invitees", "interpreter", "language"]


class HeldForm(StepForm):
    """The conference as it was."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    attendees = forms.MultipleChoiceField(
        label=_("Who was there"), choices=CONFERENCE_ROLES, widget=forms.CheckboxSelectMultiple
    )
    causes = forms.MultipleChoiceField(
        label=_("Why the student is absent"), choices=CAUSES, widget=forms.CheckboxSelectMultiple
    )
    disability = forms.ChoiceField(
        label=_("Might a disability be the reason?"),
        choices=Arc.Disability.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "A suspected disability is referred to the IEP or 504 team, while help goes on; no "
            "legal referral until it is answered."
        ),
    )
    notified = forms.ChoiceField(
        label=_("Did the family receive the notices?"), choices=YES_NO, widget=forms.RadioSelect
    )
    outcomes = forms.MultipleChoiceField(
        label=_("What was concluded"),
        choices=Arc.Outcome.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = forms.CharField(
        label=_("Minutes"), widget=forms.Textarea(attrs={"rows": 5}), max_length=10_000
    )

    def clean_on(self) -> Any:
        """It has been held."""
        return self.not_in_future("on")

    def clean_attendees(self) -> list[str]:
        """At least the social worker, an administrator, and the parent or the student; the EC
        teacher when there is an IEP (A2.4)."""
        there = set(self.cleaned_data["attendees"])
        if not {"ssw", "administrator"} <= there or not {"parent", "student"} & there:
            raise forms.ValidationError(
                _(
                    "A conference needs the social worker, an administrator, and the parent or the "
                    "student."
                )
            )
        return list(self.cleaned_data["attendees"])

    def clean(self) -> dict[str, Any]:
        """An IEP asks for the EC teacher; a suspected disability for the referral."""
        data = super().clean() or {}
        if "attendees" in data and "ec_teacher" not in data["attendees"] and self._has_iep():
            self.add_error("attendees", _("The student has an IEP: the EC teacher must be there."))
        if data.get("disability") == Arc.Disability.SUSPECTED and "REFER_IEP_504" not in data.get(
            "outcomes", []
        ):
            self.add_error(
                "outcomes",
                _("A suspected disability is referred to the IEP or 504 team: choose it."),
            )
        if (
            data.get("outcomes")
            and "parent" not in data.get("attendees", ["parent"])
            and "PLAN_AGREED" in data["outcomes"]
        ):
            self.add_error(
                "outcomes", _("The parent was not there: choose 'Plan without the parent'.")
            )
        return data

    def _has_iep(self) -> bool:
        from attendance.rules import periods

        return "ec" in periods.student(self.flow).flags


class PlanForm(StepForm):
    """Goals that can be measured, actions with owner and date, resources."""

    goal_percent = forms.IntegerField(
        label=_("Goal: attendance in percent"), min_value=1, max_value=100, initial=95
    )
    goal_unexcused = forms.IntegerField(
        label=_("Goal: at most so many unexcused days"), min_value=0, max_value=60, initial=1
    )
    actions = RowsField(
        {
            "what": (forms.CharField(label=_("What"), max_length=300), "text"),
            "owner": (forms.CharField(label=_("Who"), max_length=100), "text"),
            "due": (forms.DateField(label=_("Until")), "date"),
        },
        label=_("Actions"),
        help_text=_("One row for each thing that somebody does. Empty rows are left out."),
    )
    resources = forms.CharField(
        label=_("Resources"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
    )

    def prepare(self) -> None:
        """The plan so far, to go on with."""
        arc = arc_of(self)
        if arc is not None and arc.goal_percent is not None:
            flow = cast("ArcFlow", self.flow)
            self.fields["goal_percent"].initial, self.fields["goal_unexcused"].initial = (
                arc.goal_percent,
                arc.goal_unexcused,
            )
            self.fields["resources"].initial = arc.resources
            self.fields["actions"].initial = [
                {"what": row.what, "owner": row.owner, "due": row.due.isoformat()}
                for row in sorted(flow.open_actions(), key=lambda row: row.number)
            ]


class SignPlanForm(DayForm):
    """Who signed, who refused, who was not there."""

    parent = forms.ChoiceField(
        label=_("Parent or guardian"), choices=Arc.Signature.choices, widget=forms.RadioSelect
    )
    student = forms.ChoiceField(
        label=_("Student"), choices=Arc.Signature.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language of the copy"), choices=LANGUAGES, required=False)

    def prepare(self) -> None:
        """The language of the invitation."""
        super().prepare()
        arc = arc_of(self)
        self.fields["language"].initial = arc.language if arc else "en"

    def clean_language(self) -> str:
        """Without a choice: the family's."""
        return str(self.cleaned_data["language"] or self.fields["language"].initial)


class ActionDoneForm(DayForm):
    """Which action of the plan."""

    action = forms.ChoiceField(label=_("Which"))
    field_order = ["action", "on"]

    def prepare(self) -> None:
        """The open ones."""
        super().prepare()
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        flow = cast("ArcFlow", self.flow)
        field.choices = [(str(row.id), f"{row.what} ({row.owner})") for row in flow.open_actions()]


class PlanReviewForm(StepForm):
    """The verdict; the figures are counted from the marks."""

    verdict = forms.ChoiceField(
        label=_("Does the plan work?"), choices=PlanReview.Verdict.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What was seen"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )
