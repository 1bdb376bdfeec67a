"""The exchange of written questions before a determination (34 CFR 106.45(b)(6)(ii)): who asked what, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.models import Record
from titleix.rules import timelines

DUE = {"asked": "ask_by", "answered": "answer_by", "follow_up": "follow_up_by"}


@dataclass(frozen=True)
class Thread:
    """One question with what followed: asked, answered or excluded, followed up."""

    number: int
    asked: Record
    moves: tuple[Record, ...]
    name: str

    @property
    def settled(self) -> bool:
        """Whether the question and its latest follow-up were answered, or excluded with the reason."""
        return bool(self.moves) and self.moves[-1].code in ("answered", "excluded")


def current(file: CaseFile) -> list[Record]:
    """The moves of the exchange on the report that was sent last; those of an earlier episode stay where they are."""
    sent = queries.newest(file, "REPORT")
    return [
        row for row in queries.records(file, Record.Kind.QUESTION) if sent is None or row.on >= sent
    ]


def threads(file: CaseFile) -> list[Thread]:
    """The questions of the exchange, by their numbers."""
    people = {str(party.id): party.label for party in file.children["party"]}
    rows = current(file)
    found = []
    for asked in [row for row in rows if row.code == "asked"]:
        number = int(asked.data.get("question") or 0)
        moves = tuple(
            row
            for row in rows
            if row.data.get("question") == number
            and row.code in ("answered", "excluded", "follow_up")
        )
        to = people.get(str(asked.data.get("to")), "")
        found.append(
            Thread(
                number,
                asked,
                moves,
                " · ".join(
                    filter(
                        None, [str(number), people.get(str(asked.party_id), ""), to and f"→ {to}"]
                    )
                ),
            )
        )
    return found


def next_number(file: CaseFile) -> int:
    """The number of the next question."""
    return max((int(row.data.get("question") or 0) for row in current(file)), default=0) + 1


def dates_of(file: CaseFile) -> timelines.QuestionDates | None:
    """By when questions, answers and follow-up are due (B1.1: days 4, 7, 9); None before the offer."""
    offers = [row.on for row in current(file) if row.code == "offered"]
    if not offers:
        return None
    days = timelines.QuestionDays(**file.policy.require("questions"))
    return timelines.question_dates(
        max(offers), days, queries.span(file, "report_wait"), file.calendar
    )


def is_late(file: CaseFile, code: str, on: date) -> bool:
    """Whether a move came after its day. It is kept all the same: who decides may take it."""
    found = dates_of(file)
    return found is not None and code in DUE and on > getattr(found, DUE[code])


def all_waived(file: CaseFile) -> bool:
    """Whether every party has said that it has no questions."""
    said = {row.party_id for row in current(file) if row.code == "waived"}
    return {party.id for party in queries.parties(file)} <= said


def refuse_unfinished(flow: Workflow) -> None:
    """Invalid while a question is open and its time is not over: the exchange is not finished by saying so."""
    found = dates_of(flow.file)
    if found is None:
        raise Invalid({"code": [_("Offer the questions to both parties first.")]})
    left = [str(thread.number) for thread in threads(flow.file) if not thread.settled]
    if left and flow.turn.today <= found.follow_up_by:
        raise Invalid(
            {"code": [_("Not answered and not excluded: %(what)s.") % {"what": ", ".join(left)}]}
        )
