"""People, functions and ties, in any open state (B3.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.models import Event
from casework.workflow import Workflow, step
from titleix import forms, guards, writing
from titleix.models import TitleIXCase

from .stages import (
    ALL_STAFF,
    COORDINATE,
    OPEN,
    STAFF,
    state,
)


class People(Workflow):
    """People of a case, functions of staff, ties (B3.4)."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Add a person"),
        by=STAFF,
        form=forms.PartyForm,
        event=Event.Kind.FACT,
        does=_("Adds a party, a witness, a parent or an advisor."),
    )
    def add_person(self) -> None:
        """Addresses are bound to the person (C9)."""
        writing.people.enter_people(self, [self.data])

    @step(
        state,
        source=OPEN,
        label=_("Correct a person"),
        by=STAFF,
        form=forms.CorrectPersonForm,
        event=Event.Kind.FACT,
        does=_("Corrects name, address or language. Letters that went out keep what they said."),
    )
    def correct_person(self) -> None:
        """A new address, a name that was wrong, a witness who leaves."""
        writing.people.correct_person(self)

    @step(
        state,
        source=OPEN,
        label=_("Record the choice of an advisor"),
        by=STAFF,
        form=forms.AdvisorForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps that a party wants no advisor now, or will name one. An advisor is added as a person."
        ),
        cite="34 CFR 106.45(b)(5)(iv)",
    )
    def record_advisor(self) -> None:
        """Of the party's choice; the district may not limit it."""
        writing.people.advisor_choice(self)

    @step(
        state,
        source=OPEN,
        label=_("Assign somebody"),
        by=(COORDINATE,),
        form=forms.AssignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Gives a function in this case, after separation of duties, ties and training were checked."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def assign(self) -> None:
        """B3.4: refused in words; access begins with it."""
        writing.people.assign(self)

    @step(
        state,
        source=OPEN,
        label=_("End an assignment"),
        by=(COORDINATE,),
        form=forms.UnassignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Ends a function and the access that came with it, at once. What the person made stays."
        ),
    )
    def unassign(self) -> None:
        """T-13: replaced or recused; due dates do not move."""
        writing.people.unassign(self)

    @step(
        state,
        source=OPEN,
        label=_("Declare a tie of your own"),
        by=ALL_STAFF,
        form=forms.TieForm,
        event=Event.Kind.ACCESS,
        does=_(
            "You cannot act in this case until somebody else has reviewed it; or you step aside at once."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def declare_tie(self) -> None:
        """B3.4: blocked until reviewed."""
        writing.people.declare_tie(self)

    @step(
        state,
        source=OPEN,
        label=_("Review a tie"),
        by=(COORDINATE,),
        form=forms.ReviewTieForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Lets a person act in spite of a tie, with your reasons on file, or ends their access."
        ),
        conditions=[guards.tie_open],
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def review_tie(self) -> None:
        """By somebody else; a party is never cleared."""
        writing.people.review_tie(self)

    @step(
        state,
        source=OPEN,
        label=_("Recuse somebody"),
        by=(COORDINATE,),
        form=forms.RecuseForm,
        event=Event.Kind.ACCESS,
        does=_("Ends all functions and all access of a person to this case, at once and for good."),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def recuse_person(self) -> None:
        """Whoever it is, the coordinator too; no date moves."""
        writing.people.recuse(self)
