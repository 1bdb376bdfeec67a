"""Retaliation is a report of its own (34 CFR 106.71; T-42)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import Happened, choose, long_text, people_of
from titleix.case.open_report import open_report
from titleix.case.states import COORDINATE, OPEN, S, state
from titleix.models import Party, TitleIXCase
from titleix.records.related_reports import as_values


class RetaliationForm(Happened):
    """Somebody reports retaliation: it becomes a report of its own (34 CFR 106.71)."""

    party = forms.ChoiceField(label=_("Against whom"))
    by = forms.MultipleChoiceField(
        label=_("Said to be done by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(
        label=_("An employee first knew on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    narrative = long_text(_("What was reported, in the reporter's words"))

    def prepare(self) -> None:
        """Everybody in the case: witnesses and advisors are protected too."""
        choose(self, "party", people_of(self))
        choose(self, "by", people_of(self))


class Retaliation(Workflow):
    """Linked to the case that it follows, never merged into it."""

    case: TitleIXCase

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Record a report of retaliation"),
        by=(COORDINATE,),
        form=RetaliationForm,
        event=Event.Kind.FACT,
        does=_("Opens a new report of its own, linked to this case, with its own day 0."),
        cite="34 CFR 106.71",
    )
    def report_retaliation(self) -> None:
        """A report of its own with its own day 0, linked and never merged (34 CFR 106.71; T-42)."""
        data, file, turn, case = self.data, self.file, self.turn, self.case
        chosen = {str(party.id): party for party in queries.people(file)}
        people = [as_values(chosen[data["party"]]) | {"part": Party.Part.COMPLAINANT.value}]
        people += [
            as_values(chosen[person]) | {"part": Party.Part.RESPONDENT.value}
            for person in data["by"]
            if person != data["party"]
        ]

        def open_it() -> None:

            open_report(
                school=case.school,
                narrative=data["narrative"],
                knowledge_at=queries.moment(data["on"]),
                channel="staff",
                people=people,
                received_by=turn.actor,
                linked=case,
                link=TitleIXCase.Link.RETALIATION,
                now=turn.now,
                today=turn.today,
            )

        file.later.append(open_it)
        turn.data = {"on": data["on"]}
