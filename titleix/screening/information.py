"""A report that says too little: what is missing is asked for, and waited for (T-20)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import NoteForm
from casework.engine.workflow import SYSTEM, Workflow, step
from casework.models import Event
from titleix.case.closing import close
from titleix.case.forms import Happened, choose, people_of
from titleix.case.states import COORDINATE, S, state
from titleix.letters import rendering
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.mailing import send_chosen
from titleix.models import TitleIXCase


class InformationForm(Happened):
    """A letter that asks for what is missing."""

    people = forms.MultipleChoiceField(label=_("To whom"), widget=forms.CheckboxSelectMultiple)
    needed = forms.CharField(
        label=_("What is missing, one a line"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4_000,
    )
    on = forms.DateField(label=_("Sent on"), widget=forms.DateInput(attrs={"type": "date"}))
    means = forms.ChoiceField(
        label=_("By"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )

    def prepare(self) -> None:
        """Reporter, complainants, witnesses, parents."""
        choose(self, "people", people_of(self, "reporter", "complainant", "witness", "parent"))
        self.fields["on"].initial = self.flow.turn.today


@says("INFO")
def _info(letter: Letter) -> Fields:
    running = [clock.due for clock in letter.file.running if clock.kind == "info"]
    return {
        "received_on": letter.case.opened_on.isoformat(),
        "needed": letter.lines("needed"),
        "reply_by": max(running, default=letter.on).isoformat(),
    }


class Information(Workflow):
    """What is missing is asked for; ten school days later the report is closed (T-20)."""

    case: TitleIXCase

    @step(
        state,
        source=S.INFO_REQUESTED,
        label=_("Ask for what is missing"),
        by=(COORDINATE,),
        form=InformationForm,
        primary=True,
        event=Event.Kind.DOCUMENT,
        prepare=rendering.chosen("INFO"),
        makes=_("A letter to each person chosen."),
        does=_("Writes to those who may know more, with the day by which an answer is wanted."),
    )
    def ask_information(self) -> None:
        """What is missing, and until when the report waits for it; the wait runs already."""
        self.data["code"] = "INFO"
        send_chosen(self)

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.SCREENING,
        label=_("Information has come"),
        by=(COORDINATE,),
        form=NoteForm,
        stops=("info",),
        does=_("The screening goes on with what has come."),
    )
    def info_received(self) -> None:
        """New facts: the screening goes on."""

    @step(
        state,
        source=S.INFO_REQUESTED,
        target=S.CLOSED,
        label=_("Close: not enough information"),
        by=(SYSTEM, COORDINATE),
        does=_("Ends a report that cannot be followed; new facts reopen it."),
    )
    def close_insufficient(self) -> None:
        """T-20: nothing in ten school days; kept for seven years, new facts reopen it."""
        close(self, "INSUFFICIENT")
