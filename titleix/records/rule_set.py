"""A case goes on under another rule set (B1)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case.forms import choose, long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, OPEN, state
from titleix.models import Record, TitleIXCase
from titleix.rules import rule_versions


class RulesForm(StepForm):
    """Another pack of rules for this case."""

    rules = forms.ChoiceField(label=_("Rules"))
    order = forms.CharField(
        label=_("By whose order"),
        max_length=200,
        help_text=_("Letter of the agency, advice of counsel."),
    )
    reason = long_text(_("Why"))

    def prepare(self) -> None:
        """The packs that know the present state."""
        choose(
            self,
            "rules",
            [
                (pack.rules, f"{pack.rules}: {pack.title}")
                for pack in rule_versions.open_to(self.flow)
            ],
        )


def other_pack(flow: Workflow) -> object:
    """Another pack of rules knows the state of this case."""
    return unmet(
        bool(rule_versions.open_to(flow)),
        _("No other pack of rules is in force that knows this state."),
    )


class RuleSet(Workflow):
    """A logged migration of one case."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Go on under another pack of rules"),
        by=(COORDINATE,),
        form=RulesForm,
        event=Event.Kind.FACT,
        does=_(
            "The steps to come follow another pack; what was done stays under the old one. Needs "
            "an order that is on file."
        ),
        conditions=[other_pack],
    )
    def migrate_rules(self) -> None:
        """A logged migration of this one case, by an order that is on file (B1)."""
        old, new = self.case.rules, rule_versions.pack(self.data["rules"]).rules
        add(
            self,
            Record.Kind.LINK,
            self.turn.today,
            text=self.data["reason"],
            code="rules",
            order=self.data["order"],
            old=old,
            new=new,
        )
        self.case.rules = new
        self.turn.data = {"from": old, "to": new}
