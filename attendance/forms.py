"""What the steps of an attendance case need to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from attendance.models import Notice
from casework.access import holders
from casework.stepforms import DateInput, StepForm
from district.models import User

CAUSES = [  # domain.md A2.4, root-cause codes
    ("health", _("Health")),
    ("mental_health", _("Mental health or anxiety")),
    ("transport", _("Transport")),
    ("housing", _("Housing")),
    ("work", _("Work")),
    ("sibling_care", _("Care of a brother or sister")),
    ("safety", _("Safety or bullying")),
    ("disengagement", _("Lost interest")),
    ("academic", _("School work")),
    ("family_crisis", _("Family crisis")),
    ("discipline", _("Discipline")),
    ("language", _("Language or immigration")),
    ("custody", _("Custody")),
    ("other", _("Other")),
]


class RaiseForm(StepForm):
    """A person who raises a case says why; the machine brings its triggers."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000, required=False,
        help_text=_("What you know that the counts do not show."),
    )  # fmt: skip
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

    owner = forms.ModelChoiceField(label=_("Social worker"), queryset=get_user_model().objects.none())

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
        field.queryset = User.objects.filter(pk__in=held.get("work_cases", set()) | {case.owner_id}).order_by("last_name", "first_name")


class ExclusionForm(StepForm):
    """A reason that stands against a legal referral, or that it fell away."""

    exclusion = forms.ChoiceField(label=_("Reason"))
    stands = forms.ChoiceField(
        label=_("It"), choices=[("yes", _("stands")), ("no", _("fell away"))], widget=forms.RadioSelect, initial="yes"
    )
    reason = forms.CharField(label=_("How this is known"), max_length=1_000)

    def prepare(self) -> None:
        """The policy's list."""
        from attendance.legal import EXCLUSIONS

        field = self.fields["exclusion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, EXCLUSIONS.get(name, name)) for name in self.flow.policy.get("exclusions_from_legal") or ()]


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

    causes = forms.MultipleChoiceField(label=_("Causes"), choices=CAUSES, widget=forms.CheckboxSelectMultiple)
    steps = forms.CharField(
        label=_("Steps agreed"), widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000,
        help_text=_("Who does what until when."),
    )  # fmt: skip


class ScheduleForm(StepForm):
    """Day, time and place of the conference."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    place = forms.CharField(label=_("Place or link"), max_length=200)
    interpreter = forms.BooleanField(label=_("An interpreter is needed"), required=False)

    def clean_on(self) -> Any:
        """A conference is scheduled for a day to come."""
        day = self.cleaned_data["on"]
        if day < self.flow.turn.today:
            raise forms.ValidationError(_("This day is over. Choose a day to come."))
        return day


class HeldForm(StepForm):
    """The conference as it was."""

    WHO = [
        ("ssw", _("Social worker")), ("administrator", _("Administrator")), ("parent", _("Parent or guardian")),
        ("student", _("Student")), ("teacher", _("Teacher")), ("counselor", _("Counselor")), ("nurse", _("Nurse")),
    ]  # fmt: skip
    on = forms.DateField(label=_("Day"), widget=DateInput)
    attendees = forms.MultipleChoiceField(label=_("Who was there"), choices=WHO, widget=forms.CheckboxSelectMultiple)
    steps = forms.CharField(label=_("What was agreed"), widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000)

    def clean_on(self) -> Any:
        """It has been held."""
        return self.not_in_future("on")

    def clean_attendees(self) -> list[str]:
        """At least the social worker, an administrator, and the parent or the student (A2.4)."""
        there = list(self.cleaned_data["attendees"])
        if not {"ssw", "administrator"} <= set(there) or not {"parent", "student"} & set(there):
            raise forms.ValidationError(_("A conference needs the social worker, an administrator, and the parent or the student."))
        return there


class ReviewForm(StepForm):
    """What the review of a correction found."""

    finding = forms.CharField(label=_("Finding"), max_length=200, help_text=_("For example: the tier stays, absences go on."))


class DraftForm(StepForm):
    """The language of the letter."""

    language = forms.ChoiceField(label=_("Language of the letter"), choices=[("en", _("English")), ("es", _("Spanish"))])

    def prepare(self) -> None:
        """The family's language is offered first."""
        process = self.flow.process
        if isinstance(process, Notice):
            self.fields["language"].initial = process.language


class SignForm(StepForm):
    """The signature."""

    confirm = forms.BooleanField(label=_("I have read the letter and sign it"))


class EventDateForm(StepForm):
    """Something that happened on a day."""

    on = forms.DateField(label=_("Date"), widget=DateInput)

    def prepare(self) -> None:
        """Today, most of the time."""
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has happened already, and not before the notice was begun."""
        day = self.not_in_future("on")
        process = self.flow.process
        if isinstance(process, Notice) and day < process.detected_on:
            raise forms.ValidationError(
                _("The notice was begun on %(day)s; this date lies before it."), params={"day": process.detected_on}
            )
        return day


class SendForm(EventDateForm):
    """The mailing."""

    means = forms.ChoiceField(label=_("By"), choices=Notice.Means.choices, initial=Notice.Means.MAIL)
    proof = forms.CharField(label=_("Tracking number"), max_length=200, required=False)
    field_order = ["on", "means", "proof"]

    def clean_means(self) -> str:
        """The six-day and the ten-day notice go by mail (G.S. 115C-378)."""
        means = str(self.cleaned_data["means"])
        process = self.flow.process
        if isinstance(process, Notice) and process.must_mail and means != Notice.Means.MAIL:
            raise forms.ValidationError(_("This notice must go by mail (G.S. 115C-378)."))
        return means


class NotifyForm(EventDateForm):
    """A notice without a letter."""

    means = forms.ChoiceField(
        label=_("How"), choices=[c for c in Notice.Means.choices if c[0] != "mail"], widget=forms.RadioSelect, initial="phone"
    )
    spoken_to = forms.CharField(label=_("Who was told"), max_length=100, help_text=_("For example: mother"))
    field_order = ["on", "means", "spoken_to"]


class DeliveredForm(EventDateForm):
    """The delivery."""

    proof = forms.CharField(label=_("Proof of delivery"), max_length=200, required=False)


class ReturnedForm(EventDateForm):
    """The letter that came back."""

    why = forms.CharField(label=_("What the envelope says"), max_length=200, required=False)


class DisclosureForm(EventDateForm):
    """A written notice to an authority: kept as a disclosure (34 CFR 99.32)."""

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
            (task.kind, labels[task.kind]) for task in self.flow.file.tasks if task.kind in ("NOTIFY_DA", "NOTIFY_DSS", "INFORM_CORRECTION")
        ]
