"""Remedies and sanctions: carried out, and checked after 30, 60 and 90 days
(34 CFR 106.45(b)(7)(iv)).
"""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import DateInput, ReasonForm, StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.closing import close_with_reason
from titleix.case.forms import Happened, RecordChoice, SentForm, choose, long_text
from titleix.case.record_rows import add, chosen_record
from titleix.case.states import COORDINATE, S, state
from titleix.letters import rendering, sending
from titleix.models import Record, TitleIXCase
from titleix.rules.clocks import LABELS


class RemedyForm(StepForm):
    """A remedy or a sanction."""

    code = forms.ChoiceField(
        label=_("What it is"), choices=[("remedy", _("Remedy")), ("sanction", _("Sanction"))]
    )
    text = long_text(_("What"))
    who = forms.CharField(label=_("Who carries it out"), max_length=200, required=False)
    until = forms.DateField(label=_("By when"), widget=DateInput, required=False)


class RemedyDoneForm(Happened, RecordChoice):
    """A remedy or sanction that was carried out."""

    kind = Record.Kind.REMEDY
    on = forms.DateField(label=_("Done on"), widget=DateInput)
    text = long_text(_("What was done"))


class CheckForm(Happened):
    """A check whether remedies and measures work, with the people concerned."""

    which = forms.ChoiceField(label=_("Which check"))
    on = forms.DateField(label=_("Done on"), widget=DateInput)
    text = long_text(_("What was found"))

    def prepare(self) -> None:
        """The checks that are still due."""
        running = sorted(
            (clock for clock in self.flow.file.running if clock.kind.startswith("check_")),
            key=lambda clock: clock.due,
        )
        choose(self, "which", [(clock.kind, LABELS[clock.kind]) for clock in running])


def remedies_assigned(flow: Workflow) -> object:
    """Where somebody was found responsible, remedies and sanctions are assigned before the outcome
    goes out (B3.3).
    """
    return unmet(
        bool(queries.remedies(flow.file)),
        _("Record the remedies and sanctions first, or that none is needed."),
    )


def remedies_done(flow: Workflow) -> object:
    """Everything was carried out and checked after 30, 60 and 90 days (B3.3)."""
    left = [f"{row.number}" for row in queries.open_remedies(flow.file)]
    checks = [
        str(LABELS[clock.kind])
        for clock in flow.file.running
        if clock.kind in ("check_30", "check_60", "check_90")
    ]
    words = [_("remedies not carried out: %(what)s") % {"what": ", ".join(left)}] if left else []
    return unmet(
        not left and not checks, _("Still open: %(what)s.") % {"what": "; ".join([*words, *checks])}
    )


def responsible(wanted: bool) -> Callable[[Workflow], object]:
    """Whether an allegation was found to have happened: remedies follow only then."""
    words = (
        _("Nobody was found responsible.")
        if wanted
        else _("Somebody was found responsible: remedies and checks come first.")
    )
    return lambda flow: unmet((flow.case.responsible is True) == wanted, words)


class Remedies(Workflow):
    """What the coordinator carries out, and the checks of it (B3.3)."""

    case: TitleIXCase

    @step(
        state,
        source=[S.FINAL, S.REMEDIES],
        label=_("Record a remedy or sanction"),
        by=(COORDINATE,),
        form=RemedyForm,
        event=Event.Kind.FACT,
        does=_("Keeps a remedy or a sanction that the coordinator carries out."),
        cite="34 CFR 106.45(b)(7)(iv)",
    )
    def remedy(self) -> None:
        """The coordinator implements them (34 CFR 106.45(b)(7)(iv))."""
        until = self.data.get("until")
        row = add(
            self,
            Record.Kind.REMEDY,
            self.turn.today,
            text=self.data["text"],
            code=self.data["code"],
            who=self.data.get("who") or "",
            until=until.isoformat() if until else None,
        )
        if self.case.state == "REMEDIES":  # one more while they are carried out: it has a date too
            self.cancel_clock("closing", gettext_noop("another remedy"))
            if not self._running("remedies"):
                self.start_clock("remedies", self.turn.today)
        self.turn.data = {"record": row.kind, "number": row.number, "code": row.code}

    @step(
        state,
        source=[S.FINAL, S.REMEDIES],
        label=_("Record that a remedy was carried out"),
        by=(COORDINATE,),
        form=RemedyDoneForm,
        event=Event.Kind.FACT,
        does=_("Keeps when a remedy or sanction was carried out."),
        conditions=[conditions.on_record(Record.Kind.REMEDY, _("No remedy is open."))],
    )
    def remedy_done(self) -> None:
        """With the last one the deadline is met."""
        row = chosen_record(self)
        row.closed_on, row.data = self.data["on"], {**row.data, "done": self.data["text"]}
        self.file.touch(row)
        self.effective_on = self.data["on"]
        if not queries.open_remedies(self.file):
            self.stop_clock("remedies")
        nothing_left(self)
        self.turn.data = {"record": row.kind, "number": row.number}

    @step(
        state,
        source=S.FINAL,
        target=S.REMEDIES,
        label=_("Send the outcome and carry out the remedies"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Both parties hear how it ended; remedies are carried out and checked after 30, 60 and "
            "90 days."
        ),
        stops=("outcome",),
        starts=("check_30", "check_60", "check_90"),
        conditions=[responsible(True), remedies_assigned],
        prepare=rendering.to_parties("OUTCOME"),
        effects=rendering.tells("OUTCOME"),
        tells=_("Both parties."),
        cite="34 CFR 106.45(b)(7)(iv)",
    )
    def begin_remedies(self) -> None:
        """Final with responsibility: the outcome goes out, remedies begin (B3.3)."""
        sending.send(self, "OUTCOME")
        if queries.open_remedies(self.file):
            self.start_clock("remedies", self.turn.today)

    @step(
        state,
        source=S.REMEDIES,
        label=_("Record a check of the remedies"),
        by=(COORDINATE,),
        form=CheckForm,
        event=Event.Kind.FACT,
        does=_("Keeps whether remedies and measures work."),
        primary=True,
        conditions=[
            lambda flow: unmet(
                any(clock.kind.startswith("check_") for clock in flow.file.running),
                _("No check is due."),
            )
        ],
    )
    def check_remedies(self) -> None:
        """After 30, 60 and 90 days."""
        kind = self.data["which"]
        self.effective_on = self.data["on"]
        add(self, Record.Kind.CHECK, self.data["on"], text=self.data["text"], code=kind)
        self.stop_clock(kind)
        nothing_left(self)
        self.turn.data = {"record": "CHECK", "which": kind}

    @step(
        state,
        source=S.REMEDIES,
        target=S.CLOSED,
        label=_("Close the case"),
        by=(COORDINATE,),
        form=ReasonForm,
        primary=True,
        does=_(
            "Remedies are carried out and checked: ends the case; the file is kept for seven years."
        ),
        prepare=rendering.closing_memo,
        makes=_("The closing memo with the checklist of the file."),
        conditions=[remedies_done, conditions.file_complete],
    )
    def close_remedies(self) -> None:
        """All tasks done, all checks made (B3.3)."""
        close_with_reason(self)


def nothing_left(flow: Workflow) -> None:
    """Every remedy is carried out and every check made: what is owed now is to close the file."""
    checks = any(clock.kind.startswith("check_") for clock in flow.file.running)
    if flow.case.state == "REMEDIES" and not (
        checks or queries.open_remedies(flow.file) or flow._running("closing")
    ):
        flow.start_clock("closing", flow.turn.today)
