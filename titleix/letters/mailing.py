"""Letters that belong to no step of the procedure, and what became of a letter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine import clocks
from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import Cleaned, Happened, PeopleForm, SentForm, choose, long_text
from titleix.case.states import COORDINATE, DECIDE, OPEN, STAFF, S, state
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import TitleIXCase


class LetterForm(Happened, PeopleForm):
    """A letter of a fixed text to people of the case."""

    code = forms.ChoiceField(
        label=_("Letter"),
        choices=[
            ("ACK", _("We have your report")),
            ("SUPPORT", _("Supportive measures offered")),
            ("RETALIATION", _("Retaliation is prohibited")),
        ],
    )
    lines = forms.CharField(
        label=_("Measures offered, one a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
        help_text=_("For the letter on supportive measures."),
    )
    on = forms.DateField(label=_("Sent on"), widget=DateInput)
    means = forms.ChoiceField(
        label=_("By"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )
    field_order = ["code", "people", "lines", "on", "means"]

    def prepare(self) -> None:
        """Today, most of the time."""
        super().prepare()
        self.fields["on"].initial = self.flow.turn.today

    def clean(self) -> Cleaned:
        """The letter on measures names them."""
        cleaned = super().clean() or {}
        if cleaned.get("code") == "SUPPORT" and not (cleaned.get("lines") or "").strip():
            self.add_error("lines", _("Name the measures that are offered."))
        return cleaned


class ProofForm(StepForm):
    """What became of a letter: delivered with proof, or returned."""

    delivery = forms.ChoiceField(label=_("Letter"))
    on = forms.DateField(label=_("Date"), widget=DateInput)
    what = forms.ChoiceField(
        label=_("It"), choices=[("delivered", _("was delivered")), ("returned", _("came back"))]
    )
    proof = forms.CharField(
        label=_("Proof"),
        max_length=200,
        required=False,
        help_text=_("Tracking number, signature, receipt."),
    )

    def prepare(self) -> None:
        """Letters of which nothing is known yet."""
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        rows = [
            row
            for row in self.flow.file.children["delivery"]
            if row.delivered_on is None and row.returned_on is None
        ]
        rows.sort(key=lambda row: (row.sent_on, row.code, people[row.party_id]))
        choose(
            self,
            "delivery",
            [
                (
                    str(row.id),
                    f"{rendering.NAMES.get(row.code, row.code)}, {people[row.party_id]}, "
                    f"{row.sent_on:%d %b %Y}",
                )
                for row in rows
            ],
        )

    def clean(self) -> Cleaned:
        """Not before it was sent; what was delivered has a proof."""
        cleaned = super().clean() or {}
        row = next(
            (
                row
                for row in self.flow.file.children["delivery"]
                if str(row.id) == cleaned.get("delivery")
            ),
            None,
        )
        if (
            row is not None
            and cleaned.get("on")
            and not row.sent_on <= cleaned["on"] <= self.flow.turn.today
        ):
            self.add_error("on", _("Choose a day between the sending and today."))
        if cleaned.get("what") == "delivered" and not cleaned.get("proof"):
            self.add_error("proof", _("Say what proves it."))
        return cleaned


class ExtensionNoticeForm(SentForm):
    """The written notice of a delay with its reasons, to every party (34 CFR 106.45(b)(1)(v))."""

    clock = forms.ChoiceField(label=_("Deadline"))
    new_due = forms.DateField(label=_("New date"), widget=DateInput)
    cause = forms.ChoiceField(
        label=_("Good cause"),
        choices=[
            ("absence", _("A party, an advisor or a witness is absent")),
            ("law_enforcement", _("Concurrent law-enforcement activity")),
            ("language_or_disability", _("Language assistance or accommodation of a disability")),
            ("other", _("Another good cause, in words")),
        ],
    )
    text = long_text(_("Explanation"))
    field_order = ["clock", "new_due", "cause", "text", "on", "means", "proof"]

    def prepare(self) -> None:
        """The promises that the policy lets anybody move."""
        super().prepare()
        file = self.flow.file
        self.clocks = {
            str(clock.id): clock for clock in file.running if clocks.moves(file, clock, "extension")
        }
        choose(
            self,
            "clock",
            [
                (key, f"{clocks.spec_of(file, clock).label} ({clock.due:%d %b %Y})")
                for key, clock in self.clocks.items()
            ],
        )

    def clean(self) -> Cleaned:
        """A later date than the one that stands."""
        cleaned = super().clean() or {}
        clock = self.clocks.get(str(cleaned.get("clock")))
        if clock is not None and cleaned.get("new_due") and cleaned["new_due"] <= clock.due:
            self.add_error(
                "new_due", _("Choose a day after %(day)s.") % {"day": f"{clock.due:%d %b %Y}"}
            )
        return cleaned


def letters_waiting(flow: Workflow) -> object:
    """A letter of which nothing more is known."""
    waiting = any(
        row.delivered_on is None and row.returned_on is None
        for row in flow.file.children["delivery"]
    )
    return unmet(waiting, _("No letter waits for its proof."))


def something_extends(flow: Workflow) -> object:
    """The policy lets somebody move at least one running promise."""
    return unmet(
        any(clocks.moves(flow.file, clock, "extension") for clock in flow.file.running),
        _("No deadline runs that may be extended."),
    )


@says("EXTENSION")
def _extension(letter: Letter) -> Fields:
    form = letter.flow.data
    clock = next(clock for clock in letter.file.running if str(clock.id) == form["clock"])
    step = "school_investigation" if clock.kind == "school_investigation" else "investigation"
    return {
        "step": step,
        "old_due": clock.due.isoformat(),
        "new_due": form["new_due"].isoformat(),
        "cause": form["cause"],
        "explanation": form["text"],
    }


class Mailing(Workflow):
    """Letters of a fixed text, the notice of a delay, proofs of delivery."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Send a letter"),
        by=(COORDINATE,),
        form=LetterForm,
        event=Event.Kind.DOCUMENT,
        prepare=rendering.fixed,
        does=_(
            "Sends a letter of a fixed text: we have your report, measures offered, retaliation is "
            "prohibited."
        ),
        makes=_("A letter to each person chosen, in their language."),
    )
    def send_letter(self) -> None:
        """Each bound to its person (C9)."""
        send_chosen(self)

    @step(
        state,
        source=[*OPEN, S.CLOSED],
        label=_("Record what became of a letter"),
        by=(*STAFF, DECIDE),
        form=ProofForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps the proof of delivery, or that the letter came back; then the right address "
            "must be found."
        ),
        conditions=[letters_waiting],
    )
    def record_delivery(self) -> None:
        """The proof comes later than the letter; one that came back opens a task.

        The task is to find the right address.
        """
        row = next(
            row for row in self.file.children["delivery"] if str(row.id) == self.data["delivery"]
        )
        if self.data["what"] == "delivered":
            row.delivered_on, row.proof = self.data["on"], self.data["proof"]
        else:
            row.returned_on = self.data["on"]
            if not any(task.kind == "CONFIRM_ADDRESS" for task in self.file.tasks):
                self.open_task("CONFIRM_ADDRESS", role="COORDINATOR", clock="confirm_address")
        self.file.touch(row)
        self.turn.data = {"letter": row.code, "what": self.data["what"], "on": self.data["on"]}

    @step(
        state,
        source=OPEN,
        label=_("Send the notice of a delay"),
        by=(COORDINATE,),
        form=ExtensionNoticeForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Tells every party in writing of a delay and its reasons. The extension itself "
            "follows, on the same day or later."
        ),
        prepare=rendering.to_parties("EXTENSION"),
        effects=rendering.tells("EXTENSION"),
        cite="34 CFR 106.45(b)(1)(v)",
        conditions=[something_extends],
    )
    def send_extension_notice(self) -> None:
        """Written notice of the delay and the reasons, before it."""
        sending.send(self, "EXTENSION")


def send_chosen(flow: Workflow) -> None:
    """A letter of a fixed text to chosen people."""
    code, wanted = flow.data["code"], set(flow.data["people"])
    people = [party for party in queries.people(flow.file) if str(party.id) in wanted]
    sending.sent_to(flow, code, people, flow.data["on"], flow.data["means"])
    flow.turn.data = {
        "letter": code,
        "to": [party.label for party in people],
        "on": flow.data["on"],
    }
