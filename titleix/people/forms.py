"""People of a case and the functions of staff in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.models import CaseUserPermission
from district.models import User
from titleix.case.forms import choose, long_text, people_of
from titleix.models import Party
from titleix.rules import separation_of_duties
from titleix.rules.separation_of_duties import ROLES

TIES = [
    ("party", _("Party")),
    ("witness", _("Witness")),
    ("relative", _("Relative of a party")),
    ("supervisor", _("Direct supervisor of a party")),
    ("prior_decision_maker", _("Decided on the party before")),
]


class PartyForm(StepForm):
    """Another person of the case."""

    part = forms.ChoiceField(label=_("Part"), choices=Party.Part.choices)
    kind = forms.ChoiceField(label=_("Who this is"), choices=Party.Kind.choices)
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("Leave empty while it is not known."),
    )
    address = forms.CharField(
        label=_("Address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", _("English")), ("es", _("Spanish"))], initial="en"
    )
    minor = forms.BooleanField(label=_("Under 18"), required=False)
    plan = forms.BooleanField(label=_("Has an IEP or a Section 504 plan"), required=False)
    nicknames = forms.CharField(
        label=_("Other names"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
        help_text=_(
            "One a line: what the person is called in messages. The redacted copy of the file finds them."
        ),
    )
    acts_for = forms.ChoiceField(
        label=_("Acts for"), required=False, help_text=_("For a parent or an advisor.")
    )

    def prepare(self) -> None:
        """For whom a parent or an advisor may act."""
        parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.WITNESS)
        choose(self, "acts_for", [("", "–"), *people_of(self, *parts)])

    def clean(self) -> dict[str, Any]:
        """Who acts for somebody says for whom."""
        cleaned = super().clean() or {}
        if cleaned.get("part") in (Party.Part.PARENT, Party.Part.ADVISOR) and not cleaned.get(
            "acts_for"
        ):
            self.add_error("acts_for", _("Say for whom this person acts."))
        return cleaned


class AssignForm(StepForm):
    """A function for somebody."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Function"), choices=ROLES)
    conflict = forms.ChoiceField(
        label=_("Tie to a party or to the case"),
        required=False,
        choices=[("", _("None, as the person declared")), *TIES],
    )
    review = long_text(
        _("Review of the tie"),
        required=False,
        help_text=_(
            "With a tie: why the person may act all the same. Nobody can be cleared as a party."
        ),
    )
    declared = forms.BooleanField(label=_("The person has declared this to me today"))

    def prepare(self) -> None:
        """Everybody who is active."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            get_user_model()
            .objects.filter(is_active=True)
            .order_by("last_name", "first_name", "pk")
        )


class UnassignForm(StepForm):
    """The end of a function."""

    assignment = forms.ChoiceField(label=_("Who"))
    reason = long_text(_("Why"))
    recuse = forms.BooleanField(
        label=_("Conflict of interest: end all access to this case at once"), required=False
    )

    def prepare(self) -> None:
        """The running assignments."""
        roles = dict(ROLES)
        running = [row for row in self.flow.file.children["assignment"] if row.ends_on is None]
        names = {
            user.pk: str(user)
            for user in get_user_model().objects.filter(pk__in=[row.user_id for row in running])
        }
        choose(
            self,
            "assignment",
            [(str(row.id), f"{names[row.user_id]}: {roles[row.role]}") for row in running],
        )


class CorrectPersonForm(StepForm):
    """Corrects what is known of a person; what is left empty stays as it is."""

    person = forms.ChoiceField(label=_("Who"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    nicknames = forms.CharField(
        label=_("Other names, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )
    address = forms.CharField(
        label=_("Address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", "–"), ("en", _("English")), ("es", _("Spanish"))],
        required=False,
    )
    leaves = forms.BooleanField(label=_("Is no longer part of the case"), required=False)

    def prepare(self) -> None:
        """Everybody in the case."""
        choose(self, "person", people_of(self))

    def clean(self) -> dict[str, Any]:
        """A party stays a party: only witnesses and those who act for somebody leave."""
        cleaned = super().clean() or {}
        chosen = next(
            (
                party
                for party in self.flow.file.children["party"]
                if str(party.id) == cleaned.get("person")
            ),
            None,
        )
        if cleaned.get("leaves") and chosen is not None and chosen.is_party:
            self.add_error("leaves", _("A complainant or respondent stays in the case."))
        return cleaned


class TieForm(StepForm):
    """One's own tie to the case."""

    conflict = forms.ChoiceField(label=_("Tie to a party or to the case"), choices=TIES)
    text = long_text(_("What it is"))
    aside = forms.BooleanField(
        label=_("I step aside now"),
        required=False,
        help_text=_(
            "Your access ends at once. Otherwise you cannot act until the tie is reviewed."
        ),
    )


class ReviewTieForm(StepForm):
    """The review of a declared tie."""

    assignment = forms.ChoiceField(label=_("Whose tie"))
    result = forms.ChoiceField(
        label=_("Result"),
        choices=[
            ("cleared", _("May act all the same")),
            ("recused", _("Leaves the case; all access ends at once")),
        ],
    )
    text = long_text(_("Reasons"))

    def prepare(self) -> None:
        """Functions with a tie that nobody has reviewed."""
        from titleix.case import queries

        rows = queries.tied(self.flow.file)
        names = {
            user.pk: str(user)
            for user in get_user_model().objects.filter(pk__in=[row.user_id for row in rows])
        }
        choose(
            self,
            "assignment",
            [
                (str(row.id), f"{names[row.user_id]}: {dict(ROLES).get(row.role, row.role)}")
                for row in rows
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Nobody reviews a tie of their own, and nobody is a judge in their own cause."""
        cleaned = super().clean() or {}
        row = next(
            (
                row
                for row in self.flow.file.children["assignment"]
                if str(row.id) == cleaned.get("assignment")
            ),
            None,
        )
        if row is not None and row.user_id == self.flow.actor_id:
            self.add_error("assignment", _("Somebody else must review your own tie."))
        if (
            row is not None
            and row.conflict == separation_of_duties.ConflictKind.PARTY
            and cleaned.get("result") == "cleared"
        ):
            self.add_error("result", _("A party of the case can hold no function in it."))
        return cleaned


class RecuseForm(StepForm):
    """Ends all access of somebody to this case."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    text = long_text(_("Why"))

    def prepare(self) -> None:
        """Everybody who has access now."""
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        held = CaseUserPermission.objects.filter(content_object_id=self.flow.case.pk).values(
            "user_id"
        )
        field.queryset = (
            get_user_model().objects.filter(pk__in=held).order_by("last_name", "first_name", "pk")
        )


class AdvisorForm(StepForm):
    """What a party said about an advisor."""

    party = forms.ChoiceField(label=_("Party"))
    on = forms.DateField(label=_("Said on"), widget=forms.DateInput(attrs={"type": "date"}))
    choice = forms.ChoiceField(
        label=_("The party"),
        choices=[("none", _("wants no advisor now")), ("later", _("will name one later"))],
    )

    def prepare(self) -> None:
        """The two sides."""
        choose(self, "party", people_of(self, Party.Part.COMPLAINANT, Party.Part.RESPONDENT))

    def clean_on(self) -> Any:
        """It was said."""
        return self.not_in_future("on")
