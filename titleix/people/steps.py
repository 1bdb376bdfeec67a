"""People, functions and ties, in any open state (B3.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions
from titleix.case.states import ALL_STAFF, COORDINATE, OPEN, STAFF, state
from titleix.models import TitleIXCase
from titleix.people import people_writing
from titleix.people.forms import (
    AdvisorForm,
    AssignForm,
    CorrectPersonForm,
    PartyForm,
    RecuseForm,
    ReviewTieForm,
    TieForm,
    UnassignForm,
)


class People(Workflow):
    """People of a case, functions of staff, ties (B3.4)."""

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
        people_writing.enter_people(self, [self.data])

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
        """A new address, a name that was wrong, a witness who leaves."""
        people_writing.correct_person(self)

    @step(
        state,
        source=OPEN,
        label=_("Record the choice of an advisor"),
        by=STAFF,
        form=AdvisorForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps that a party wants no advisor now, or will name one. An advisor is added as a person."
        ),
        cite="34 CFR 106.45(b)(5)(iv)",
    )
    def record_advisor(self) -> None:
        """Of the party's choice; the district may not limit it."""
        people_writing.advisor_choice(self)

    @step(
        state,
        source=OPEN,
        label=_("Assign somebody"),
        by=(COORDINATE,),
        form=AssignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Gives a function in this case, after separation of duties, ties and training were checked."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def assign(self) -> None:
        """B3.4: refused in words; access begins with it."""
        people_writing.assign(self)

    @step(
        state,
        source=OPEN,
        label=_("End an assignment"),
        by=(COORDINATE,),
        form=UnassignForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Ends a function and the access that came with it, at once. What the person made stays."
        ),
    )
    def unassign(self) -> None:
        """T-13: replaced or recused; due dates do not move."""
        people_writing.unassign(self)

    @step(
        state,
        source=OPEN,
        label=_("Declare a tie of your own"),
        by=ALL_STAFF,
        form=TieForm,
        event=Event.Kind.ACCESS,
        does=_(
            "You cannot act in this case until somebody else has reviewed it; or you step aside at once."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def declare_tie(self) -> None:
        """B3.4: blocked until reviewed."""
        people_writing.declare_tie(self)

    @step(
        state,
        source=OPEN,
        label=_("Review a tie"),
        by=(COORDINATE,),
        form=ReviewTieForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Lets a person act in spite of a tie, with your reasons on file, or ends their access."
        ),
        conditions=[conditions.tie_open],
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def review_tie(self) -> None:
        """By somebody else; a party is never cleared."""
        people_writing.review_tie(self)

    @step(
        state,
        source=OPEN,
        label=_("Recuse somebody"),
        by=(COORDINATE,),
        form=RecuseForm,
        event=Event.Kind.ACCESS,
        does=_("Ends all functions and all access of a person to this case, at once and for good."),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def recuse_person(self) -> None:
        """Whoever it is, the coordinator too; no date moves."""
        people_writing.recuse(self)
