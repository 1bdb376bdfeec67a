"""The people of a case: parties, witnesses, parents, advisors (C9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import Cleaned, Happened, choose, people_of
from titleix.case.record_rows import add
from titleix.case.states import OPEN, STAFF, state
from titleix.models import Party, Record, TitleIXCase


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
            "One a line: what the person is called in messages. The redacted copy of the file "
            "finds them."
        ),
    )
    acts_for = forms.ChoiceField(
        label=_("Acts for"), required=False, help_text=_("For a parent or an advisor.")
    )

    def prepare(self) -> None:
        """For whom a parent or an advisor may act."""
        parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.WITNESS)
        choose(self, "acts_for", [("", "–"), *people_of(self, *parts)])

    def clean(self) -> Cleaned:
        """Who acts for somebody says for whom."""
        cleaned = super().clean() or {}
        if cleaned.get("part") in (Party.Part.PARENT, Party.Part.ADVISOR) and not cleaned.get(
            "acts_for"
        ):
            self.add_error("acts_for", _("Say for whom this person acts."))
        return cleaned


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

    def clean(self) -> Cleaned:
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


class AdvisorForm(Happened):
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


def enter_people(flow: Workflow, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add people to the case, numbered by their part: Complainant 1, Witness 2."""
    for row in rows:
        same = [party for party in flow.file.children["party"] if party.part == row["part"]]
        party = Party(
            id=uuid4(),
            part=row["part"],
            number=queries.next_number(same),
            kind=row.get("kind") or Party.Kind.UNKNOWN,
            added_on=flow.turn.today,
            name=row.get("name") or "",
            nicknames=row.get("nicknames") or "",
            address=row.get("address") or "",
            email=row.get("email") or "",
            phone=row.get("phone") or "",
            language=row.get("language") or "en",
            minor=bool(row.get("minor")),
            plan=bool(row.get("plan")),
        )
        party.case_id, party.student_id, party.user_id = (
            flow.case.id,
            row.get("student_id"),
            row.get("user_id"),
        )
        party.acts_for_id = UUID(str(row["acts_for"])) if row.get("acts_for") else None
        flow.file.add(party)
    flow.turn.data = {
        "parts": sorted(row["part"] for row in rows)
    }  # no name on the timeline: people are rows of their own


class Parties(Workflow):
    """The people of a case."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Add a person"),
        by=STAFF,
        form=PartyForm,
        event=Event.Kind.FACT,
        does=_("Adds a party, a witness, a parent or an advisor."),
    )
    def add_person(self) -> None:
        """Addresses are bound to the person (C9)."""
        enter_people(self, [self.data])

    @step(
        state,
        source=OPEN,
        label=_("Correct a person"),
        by=STAFF,
        form=CorrectPersonForm,
        event=Event.Kind.FACT,
        does=_("Corrects name, address or language. Letters that went out keep what they said."),
    )
    def correct_person(self) -> None:
        """A new address, a wrong name, a witness who leaves; sent letters stay as they are."""
        party = next(
            row for row in self.file.children["party"] if str(row.id) == self.data["person"]
        )
        changed = [
            name
            for name in ("name", "nicknames", "address", "email", "phone", "language")
            if self.data.get(name)
        ]
        for name in changed:
            setattr(party, name, self.data[name])
        if self.data.get("leaves"):
            party.left_on = self.turn.today
        self.file.touch(party)
        if "address" in changed:
            self.finish_task("CONFIRM_ADDRESS", "corrected")
        self.turn.data = {
            "who": party.label,
            "changed": changed,
            "left": bool(self.data.get("leaves")),
        }

    @step(
        state,
        source=OPEN,
        label=_("Record the choice of an advisor"),
        by=STAFF,
        form=AdvisorForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps that a party wants no advisor now, or will name one. An advisor is added as a "
            "person."
        ),
        cite="34 CFR 106.45(b)(5)(iv)",
    )
    def record_advisor(self) -> None:
        """Of the party's choice; the district may not limit it (34 CFR 106.45(b)(5)(iv))."""
        add(
            self,
            Record.Kind.ADVISOR,
            self.data["on"],
            code=self.data["choice"],
            party=self.data["party"],
        )
        self.turn.data = {"choice": self.data["choice"]}
