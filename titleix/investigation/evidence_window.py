"""The evidence goes to the parties: at least ten days to answer (34 CFR 106.45(b)(5)(vi))."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Happened, PartyChoice, SentForm, long_text
from titleix.case.record_rows import record_from_form
from titleix.case.states import COORDINATE, INVESTIGATE, S, state
from titleix.letters import documents, rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, generated, make
from titleix.models import Party, Record, TitleIXCase
from titleix.rules.separation_of_duties import Role


class ResponseForm(Happened, PartyChoice):
    """What a party answers to evidence or report, or that it waives its time in writing."""

    on = forms.DateField(label=_("Received on"), widget=DateInput)
    what = forms.ChoiceField(
        label=_("The party"),
        choices=[
            ("answered", _("answered in writing")),
            ("waived", _("waived its time in writing")),
        ],
    )
    text = long_text(_("Answer"), required=False)


def new_evidence(flow: Workflow) -> object:
    """Evidence was added after the package went out."""
    sent = queries.newest(flow.file, "EVIDENCE")
    packed = max(
        (
            int(row.data.get("round") or 0)
            for row in queries.records(flow.file, Record.Kind.EVIDENCE)
        ),
        default=0,
    )
    fresh = [
        row for row in queries.records(flow.file, Record.Kind.EVIDENCE) if not row.data.get("round")
    ]
    return unmet(
        bool(sent and packed and fresh), _("No new evidence came up since the package went out.")
    )


def advisors_recorded(flow: Workflow) -> object:
    """Each party has an advisor on file, or said that it wants none now (34 CFR 106.45(b)(5)(iv);
    B3.3).
    """
    recorded = {row.party_id for row in queries.records(flow.file, Record.Kind.ADVISOR)}
    missing = [
        party.label
        for party in queries.parties(flow.file)
        if party.id not in recorded and not queries.acting_for(flow.file, party, Party.Part.ADVISOR)
    ]
    return unmet(
        not missing,
        _("Record the advisor, or that none is wanted: %(who)s.") % {"who": ", ".join(missing)},
    )


def evidence_documents(flow: Workflow) -> Prepared:
    """The letters, and the package that they speak of."""
    letters = make(flow, "EVIDENCE", queries.entitled(flow.file, advisors=True))
    number = 1 + max(
        (row.round for row in flow.file.children["delivery"] if row.code == "EVIDENCE"), default=0
    )
    items = documents.items(flow.file)
    pack = generated(
        flow,
        "PACKAGE",
        gettext("Evidence package, round %(n)s") % {"n": number},
        documents.package_sections(flow.file, items, number),
        round=number,
        files=[item.attachment for item in items if item.attachment],
    )
    return letters | pack


@says("EVIDENCE")
def _evidence(letter: Letter) -> Fields:
    titles = [
        str(row.data.get("title") or row.text[:80])
        for row in queries.records(letter.file, Record.Kind.EVIDENCE)
    ]
    return {
        "evidence_items": titles,
        "how_to_view": letter.policy("how_to_view"),
        "advisor_name": letter.advisor(),
        "respond_by": letter.window("evidence_wait").ends_on.isoformat(),
        "investigator": letter.contact(Role.INVESTIGATOR),
    }


class EvidenceWindow(Workflow):
    """The package, a new round of it, and what the parties answer."""

    case: TitleIXCase

    @step(
        state,
        source=S.INVESTIGATING,
        target=S.EVIDENCE_REVIEW,
        label=_("Send the evidence"),
        by=(INVESTIGATE,),
        form=SentForm,
        primary=True,
        does=_(
            "Sends everything that is directly related; each party has at least ten days to answer."
        ),
        starts=("evidence_wait",),
        conditions=[
            conditions.has_evidence,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            advisors_recorded,
            conditions.fit(Role.INVESTIGATOR),
        ],
        tells=_("Every party and advisor."),
        makes=_("The evidence package: an index with the hash of every file."),
        prepare=evidence_documents,
        effects=rendering.tells("EVIDENCE", advisors=True),
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def send_evidence(self) -> None:
        """All that is directly related; at least ten days to answer."""
        send_package(self)

    @step(
        state,
        source=S.EVIDENCE_REVIEW,
        label=_("Send new evidence"),
        by=(INVESTIGATE,),
        form=SentForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "New evidence came up: the whole package goes out in a new round, and the time to "
            "answer begins anew."
        ),
        conditions=[
            new_evidence,
            conditions.handed_in_sorted,
            conditions.all_noticed,
            conditions.fit(Role.INVESTIGATOR),
        ],
        tells=_("Every party and advisor."),
        prepare=evidence_documents,
        effects=rendering.tells("EVIDENCE", advisors=True),
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def send_evidence_again(self) -> None:
        """A new round: the time to answer counts from it for everybody (N9)."""
        self.stop_clock("evidence_wait", self.turn.today)
        send_package(self)
        self.start_clock("evidence_wait", self.effective_on)

    @step(
        state,
        source=[S.EVIDENCE_REVIEW, S.REPORT_REVIEW],
        label=_("Record a response or a waiver"),
        by=(INVESTIGATE, COORDINATE),
        form=ResponseForm,
        event=Event.Kind.FACT,
        does=_("Keeps what the party wrote; when all have answered or waived, the wait is over."),
    )
    def respond(self) -> None:
        """A party answered or waived: its window is closed, and only then before its time (N9)."""
        code = "EVIDENCE" if self.case.state == "EVIDENCE_REVIEW" else "REPORT"
        for sent in [
            row
            for row in queries.deliveries(self.file, code)
            if str(row.party_id) == self.data["party"]
        ]:
            sent.closed_on, sent.waived = self.data["on"], self.data["what"] == "waived"
            self.file.touch(sent)
        record_from_form(self, Record.Kind.STATEMENT, code=f"{code.lower()}_{self.data['what']}")


def send_package(flow: Workflow) -> None:
    """The package goes to every party and advisor; each piece remembers the round in which it was
    shown first.
    """
    number = 1 + max(
        (row.round for row in flow.file.children["delivery"] if row.code == "EVIDENCE"), default=0
    )
    for row in queries.records(flow.file, Record.Kind.EVIDENCE):
        if not row.data.get("round"):
            row.data = {**row.data, "round": number}
            flow.file.touch(row)
    sending.send(flow, "EVIDENCE", advisors=True)
