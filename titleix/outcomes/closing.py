"""The outcome goes out and the case is closed (34 CFR 106.45(b)(7)(iii), (b)(10))."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from casework.engine.forms import ReasonForm
from casework.engine.workflow import Effects, Workflow, step
from titleix.case import conditions, queries
from titleix.case.closing import close, close_with_reason
from titleix.case.forms import SentForm
from titleix.case.states import COORDINATE, S, state
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, closing_memo, letters_to, make
from titleix.models import Record, TitleIXCase
from titleix.outcomes.remedies import responsible


def outcome_and_memo(flow: Workflow) -> Prepared:
    """The outcome to both parties, and the memo."""
    return make(flow, "OUTCOME", queries.entitled(flow.file)) | closing_memo(flow)


def supportive_end(flow: Workflow) -> Prepared:
    """To the complainant: the measures, and the right to file later."""
    return make(
        flow, "CLOSING", [party for party in queries.people(flow.file, "complainant") if party.name]
    ) | closing_memo(flow)


def tells_complainants(flow: Workflow) -> Effects:
    """The complainants."""
    return letters_to(
        flow, [party for party in queries.people(flow.file, "complainant") if party.name]
    )


@says("OUTCOME")
def _outcome(letter: Letter) -> Fields:
    file, row = letter.file, queries.decided(letter.file)
    agreed = bool(queries.records(file, Record.Kind.AGREEMENT))
    allegations = [
        row.text for row in queries.records(file, Record.Kind.ALLEGATION)
    ] or letter.conduct()
    decided = letter.results(reasons=False)
    if agreed or not decided:
        decided = [
            {"allegation": text, "finding": "agreement" if agreed else "dismissed"}
            for text in allegations
        ]
    checks = (
        [
            (letter.on + timedelta(days=queries.span(file, f"check_{n}").n)).isoformat()
            for n in (30, 60, 90)
        ]
        if letter.case.responsible
        else []
    )
    return {
        "route": "informal_resolution"
        if agreed
        else "appeal_decided"
        if queries.appeals(file)
        else "no_appeal",
        "final_on": _final_on(letter).isoformat(),
        "results": decided,
        "sanctions": [remedy.text for remedy in queries.remedies(file, "sanction")],
        "remedies_provided": bool(row and row.data.get("remedies"))
        or bool(queries.remedies(file, "remedy")),
        "measures": letter.measures(),
        "check_ins": checks,
    }


def _final_on(letter: Letter) -> date:
    """The day on which the case became final: when the promise to send the outcome began."""
    return min(
        (clock.day0 for clock in letter.file.running if clock.kind == "outcome"), default=letter.on
    )


class Closing(Workflow):
    """Closed without remedies, or with supportive measures only."""

    case: TitleIXCase

    @step(
        state,
        source=S.FINAL,
        target=S.CLOSED,
        label=_("Send the outcome and close"),
        by=(COORDINATE,),
        form=SentForm,
        primary=True,
        does=_("Both parties hear how it ended; the file is kept for seven years."),
        stops=("outcome",),
        tells=_("Both parties."),
        conditions=[responsible(False), conditions.file_complete],
        prepare=outcome_and_memo,
        effects=rendering.tells("OUTCOME"),
        makes=_("The closing memo with the checklist of the file."),
        cite="34 CFR 106.45(b)(7)(iii)",
    )
    def close_final(self) -> None:
        """Both parties hear how it ended; the file is kept for seven years."""
        sending.send(self, "OUTCOME")
        close(self, "COMPLETED")

    @step(
        state,
        source=S.SUPPORTIVE_ONLY,
        target=S.CLOSED,
        label=_("Close: supportive measures given"),
        by=(COORDINATE,),
        form=ReasonForm,
        does=_("Ends the case after the measures were reviewed; a complaint may still come."),
        prepare=supportive_end,
        effects=tells_complainants,
        makes=_("A letter with the right to file later, and the closing memo."),
    )
    def close_supportive(self) -> None:
        """The letter says that a complaint may still come (B3.1); kept for seven years as well."""
        people = [party for party in queries.people(self.file, "complainant") if party.name]
        sending.sent_to(self, "CLOSING", people, self.turn.today, "mail")
        close_with_reason(self, "SUPPORTIVE")
