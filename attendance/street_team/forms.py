"""What the steps of a search need to be told: who goes, what an attempt saw, how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.common.choices import CAUSES
from attendance.common.forms import DayForm
from attendance.models import (
    Locate,
    LocateAttempt,
)
from attendance.street_team import attempts
from casework.engine.forms import DateInput, StepForm

if TYPE_CHECKING:
    from attendance.street_team.steps import LocateWorkflow


class LocateRequestForm(StepForm):
    """Why the student is looked for, and what the team must know."""

    reason = forms.CharField(
        label=_("What is known so far"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )
    last_seen_on = forms.DateField(label=_("Last at school"), widget=DateInput, required=False)
    safety = forms.CharField(
        label=_("Safety note for the team"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1_000,
        required=False,
        help_text=_("Dogs, threats, weapons, anything that two people at the door should know."),
    )
    code = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A person says why; the machine names its trigger."""
        data = super().clean() or {}
        if self.flow.turn.actor is not None:
            data["code"] = "hand"
            if not data.get("reason"):
                self.add_error(
                    "reason", _("Say what is known, so that the team need not begin from nothing.")
                )
        return data


class TeamField(forms.CharField):
    """Names, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        """At least two people: nobody goes alone (A2.5)."""
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        names = [
            name.strip()[:100] for name in str(super().clean(value)).split(",") if name.strip()
        ]
        if len(set(names)) < 2:
            raise forms.ValidationError(
                _("Name two people, separated by a comma: nobody goes alone.")
            )
        return names


class DispatchForm(StepForm):
    """Who goes."""

    team = TeamField(
        label=_("Who goes"),
        max_length=400,
        help_text=_("Two people at least, separated by commas."),
    )
    safety = forms.CharField(
        label=_("Safety note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1_000,
        required=False,
    )

    def prepare(self) -> None:
        """What the school wrote."""
        if isinstance(self.flow.process, Locate):
            self.fields["safety"].initial = self.flow.process.safety
            self.fields["team"].initial = ", ".join(self.flow.process.team)


class AttemptForm(StepForm):
    """One attempt. Of people their role alone is kept."""

    at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    team = TeamField(label=_("Who went"), max_length=400)
    address = forms.CharField(label=_("Address tried"), max_length=300)
    result = forms.ChoiceField(
        label=_("What happened"), choices=LocateAttempt.Result.choices, widget=forms.RadioSelect
    )
    spoken_to = forms.CharField(
        label=_("Spoken to (role, not name)"),
        max_length=60,
        required=False,
        help_text=_("For example: grandmother, neighbour."),
    )
    materials = forms.CharField(label=_("Left there"), max_length=200, required=False)
    language = forms.CharField(label=_("Language"), max_length=40, required=False)
    safety = forms.CharField(label=_("Safety note"), max_length=500, required=False)
    next_step = forms.CharField(label=_("Next step"), max_length=300, required=False)

    def prepare(self) -> None:
        """Now, and the team that was sent."""
        self.fields["at"].initial = timezone.localtime(self.flow.turn.now)
        if isinstance(self.flow.process, Locate):
            self.fields["team"].initial = ", ".join(self.flow.process.team)

    def clean_at(self) -> Any:
        """It has happened already, and not before the team was sent."""
        at, process = self.cleaned_data["at"], self.flow.process
        if at.date() > self.flow.turn.today + timedelta(
            days=1
        ) or at > self.flow.turn.now + timedelta(days=1):
            raise forms.ValidationError(_("This moment lies in the future."))
        if isinstance(process, Locate) and at.date() < process.opened_on:
            raise forms.ValidationError(
                _("The search began on %(day)s; this lies before it."),
                params={"day": process.opened_on},
            )
        return at

    def clean(self) -> dict[str, Any]:
        """Who was spoken to belongs to a conversation."""
        data = super().clean() or {}
        if data.get("result") == LocateAttempt.Result.SPOKE and not data.get("spoken_to"):
            self.add_error("spoken_to", _("Say whom you spoke with: their role, not their name."))
        return data


class OutcomeForm(StepForm):
    """What was found; each outcome needs its own proof."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Locate.Outcome.choices, widget=forms.RadioSelect
    )
    cause = forms.ChoiceField(
        label=_("What stands in the way"), choices=[("", "---"), *CAUSES], required=False
    )
    destination = forms.CharField(label=_("Where to"), max_length=200, required=False)
    proof = forms.CharField(label=_("Proof of the other enrolment"), max_length=200, required=False)
    liaison_on = forms.DateField(
        label=_("Liaison for homeless students told on"), widget=DateInput, required=False
    )
    findings = forms.CharField(
        label=_("What was found"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )
    NEEDS = {
        "LOCATED_BARRIER": ("cause", _("Choose what stands in the way.")),
        "MOVED_OUT": ("destination", _("Say where the family moved to.")),
        "MOVED_IN_DISTRICT": ("destination", _("Say where the family lives now.")),
        "ENROLLED_ELSEWHERE": (
            "proof",
            _("Name the proof: the other school's record request or confirmation."),
        ),
        "HOMELESS_MV": (
            "liaison_on",
            _("The liaison must be told (McKinney-Vento); enter the day."),
        ),
    }

    def clean_liaison_on(self) -> Any:
        """It has happened already."""
        return self.not_in_future("liaison_on")

    def clean(self) -> dict[str, Any]:
        """What an outcome needs, and enough attempts before a student counts as not found."""
        data = super().clean() or {}
        needed = self.NEEDS.get(data.get("outcome", ""))
        if needed and not data.get(needed[0]):
            self.add_error(needed[0], needed[1])
        rules, flow = self.flow.policy.require("locate"), cast("LocateWorkflow", self.flow)
        tries = [(row.on, row.day_part) for row in flow.attempts()]
        if data.get("outcome") == Locate.Outcome.NOT_LOCATED and not attempts.searched_enough(
            tries, rules
        ):
            self.add_error(
                "outcome",
                forms.ValidationError(
                    _(
                        "Not found needs %(n)s attempts on %(days)s different days and in "
                        "%(parts)s different parts of the day; so far: %(so_far)s."
                    ),
                    params={
                        "n": rules["min_attempts"],
                        "days": rules["different_days"],
                        "parts": rules["different_day_parts"],
                        "so_far": ", ".join(f"{day:%d %b} {part}" for day, part in tries)
                        or _("none"),
                    },
                ),
            )
        return data


class DssReportForm(DayForm):
    """The report of a concern."""

    to = forms.CharField(
        label=_("To whom"),
        max_length=200,
        help_text=_("County and reference, for example: Mecklenburg DSS, intake 4711."),
    )


class HandbackForm(StepForm):
    """A word to the other side."""

    text = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000, required=False
    )
