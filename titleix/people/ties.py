"""Ties of staff to a case: declared, reviewed (34 CFR 106.45(b)(1)(iii); B3.4)."""

from __future__ import annotations

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import Cleaned, choose, long_text
from titleix.case.record_rows import add
from titleix.case.states import ALL_STAFF, COORDINATE, OPEN, state
from titleix.models import Record, TitleIXCase
from titleix.people.assignments import TIES, recuse_user
from titleix.rules import separation_of_duties
from titleix.rules.separation_of_duties import ROLES, Role


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

    def clean(self) -> Cleaned:
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


def tie_open(flow: Workflow) -> object:
    """Somebody's tie waits for a review."""
    return unmet(bool(queries.tied(flow.file)), _("No tie waits for a review."))


class Ties(Workflow):
    """A tie is declared by the person and reviewed by somebody else (B3.4)."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Declare a tie of your own"),
        by=ALL_STAFF,
        form=TieForm,
        event=Event.Kind.ACCESS,
        does=_(
            "You cannot act in this case until somebody else has reviewed it; or you step aside at "
            "once."
        ),
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def declare_tie(self) -> None:
        """No act until somebody else has reviewed it, or one steps aside at once (B3.4)."""
        assert self.actor_id is not None
        kind, aside, words = self.data["conflict"], self.data["aside"], self.data["text"]
        for row in [
            row for row in queries.assigned(self.file, *Role) if row.user_id == self.actor_id
        ]:
            row.conflict, row.conflict_cleared, row.declared_on = kind, False, self.turn.today
            self.file.touch(row)
        add(self, Record.Kind.CONFLICT, self.turn.today, text=words, code=kind, user=self.actor_id)
        if aside or not queries.assigned_to(self.file, self.actor_id):
            recuse_user(self, self.actor_id, words)
        self.turn.data = {"user": self.actor_id, "tie": kind, "recused": aside}

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
        conditions=[tie_open],
        cite="34 CFR 106.45(b)(1)(iii)",
    )
    def review_tie(self) -> None:
        """By somebody else: the person may act, with the reasons on file, or leaves the case.

        A party is never cleared.
        """
        row = next(
            row
            for row in self.file.children["assignment"]
            if str(row.id) == self.data["assignment"]
        )
        cleared = self.data["result"] == "cleared"
        for other in [other for other in queries.tied(self.file) if other.user_id == row.user_id]:
            other.review, other.reviewed_on, other.reviewed_by_id = (
                self.data["text"],
                self.turn.today,
                self.actor_id,
            )
            other.conflict_cleared = cleared
            self.file.touch(other)
        if not cleared:
            recuse_user(self, row.user_id, self.data["text"])
        self.turn.data = {"user": row.user_id, "cleared": cleared}
