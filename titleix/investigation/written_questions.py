"""The exchange of written questions before a determination (34 CFR 106.45(b)(6)(ii)): who asked
what, and what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.engine.forms import DateInput
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Cleaned, Happened, choose, long_text, people_of
from titleix.case.record_rows import add
from titleix.case.states import DECIDE, S, state
from titleix.models import Party, Record, TitleIXCase
from titleix.rules import decision_times
from titleix.rules.separation_of_duties import Role

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
        """Whether the question (its latest follow-up) was answered, or excluded with the reason."""
        return bool(self.moves) and self.moves[-1].code in ("answered", "excluded")


def current_moves(file: CaseFile) -> list[Record]:
    """The moves of the exchange on the report that was sent last; those of an earlier episode stay
    where they are.
    """
    sent = queries.newest(file, "REPORT")
    return [
        row for row in queries.records(file, Record.Kind.QUESTION) if sent is None or row.on >= sent
    ]


def threads(file: CaseFile) -> list[Thread]:
    """The questions of the exchange, by their numbers."""
    people = {str(party.id): party.label for party in file.children["party"]}
    rows = current_moves(file)
    exchange = []
    for asked in [row for row in rows if row.code == "asked"]:
        number = int(asked.data.get("question") or 0)
        moves = tuple(
            row
            for row in rows
            if row.data.get("question") == number
            and row.code in ("answered", "excluded", "follow_up")
        )
        to = people.get(str(asked.data.get("to")), "")
        exchange.append(
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
    return exchange


def next_question(file: CaseFile) -> int:
    """The number of the next question."""
    return max((int(row.data.get("question") or 0) for row in current_moves(file)), default=0) + 1


def question_dates(file: CaseFile) -> decision_times.QuestionDates | None:
    """The last days of questions, answers, follow-up (B1.1: 4, 7, 9); None before the offer."""
    offers = [row.on for row in current_moves(file) if row.code == "offered"]
    if not offers:
        return None
    days = decision_times.QuestionDays(**file.policy.require("questions"))
    return decision_times.question_dates(
        max(offers), days, queries.span(file, "report_wait"), file.calendar
    )


def is_late(file: CaseFile, code: str, on: date) -> bool:
    """Whether a move came after its day. It is kept all the same: who decides may take it."""
    dates = question_dates(file)
    return dates is not None and code in DUE and on > getattr(dates, DUE[code])


def all_waived(file: CaseFile) -> bool:
    """Whether every party has said that it has no questions."""
    waived = {row.party_id for row in current_moves(file) if row.code == "waived"}
    return {party.id for party in queries.parties(file)} <= waived


def refuse_unfinished(flow: Workflow) -> None:
    """Invalid while a question is open and its time is not over: the exchange is not finished by
    saying so.
    """
    dates = question_dates(flow.file)
    if dates is None:
        raise Invalid({"code": [gettext("Offer the questions to both parties first.")]})
    left = [str(thread.number) for thread in threads(flow.file) if not thread.settled]
    if left and flow.turn.today <= dates.follow_up_by:
        raise Invalid(
            {
                "code": [
                    gettext("Not answered and not excluded: %(what)s.") % {"what": ", ".join(left)}
                ]
            }
        )


class QuestionForm(Happened):
    """The exchange of written questions."""

    STEPS = [
        ("offered", _("Offered to both parties")),
        ("asked", _("A party puts a question")),
        ("answered", _("A question was answered")),
        ("excluded", _("A question was excluded, with the reason")),
        ("follow_up", _("A party puts a follow-up question")),
        ("waived", _("A party has no questions")),
        ("finished", _("Finished")),
    ]
    code = forms.ChoiceField(label=_("What happened"), choices=STEPS)
    party = forms.ChoiceField(
        label=_("Which party"),
        required=False,
        help_text=_("Whose question it is, or who has none."),
    )
    to = forms.ChoiceField(label=_("Question to"), required=False)
    question = forms.ChoiceField(
        label=_("Question"),
        required=False,
        help_text=_("Which one was answered, excluded or followed up."),
    )
    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = long_text(_("Question, answer or reason"), required=False)

    def prepare(self) -> None:
        """The parties, whom they may ask, and the questions so far."""
        sides = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
        choose(self, "party", [("", "–"), *people_of(self, *sides)])
        choose(self, "to", [("", "–"), *people_of(self, *sides, Party.Part.WITNESS)])
        self.threads = threads(self.flow.file)
        choose(
            self,
            "question",
            [("", "–"), *((str(thread.number), thread.name) for thread in self.threads)],
        )

    def clean(self) -> Cleaned:
        """Each move names what it is about; an exclusion is explained to its author
        (34 CFR 106.45(b)(6)(ii)).
        """
        cleaned = super().clean() or {}
        code = cleaned.get("code")
        if code == "excluded" and not cleaned.get("text"):
            self.add_error(
                "text", _("Explain why the question is excluded (34 CFR 106.45(b)(6)(ii)).")
            )
        if code in ("asked", "follow_up", "answered") and not cleaned.get("text"):
            self.add_error("text", _("Write it down in the words of its author."))
        if code in ("asked", "follow_up", "waived") and not cleaned.get("party"):
            self.add_error("party", _("Say which party."))
        if (
            code in ("answered", "excluded", "follow_up")
            and self.threads
            and not cleaned.get("question")
        ):
            self.add_error("question", _("Say which question."))
        if code in ("answered", "excluded", "follow_up") and not self.threads:
            self.add_error("question", _("No question was put yet."))
        return cleaned


class WrittenQuestions(Workflow):
    """Offered, asked, answered, excluded with the reason, followed up, finished."""

    case: TitleIXCase

    @step(
        state,
        source=S.REPORT_REVIEW,
        label=_("Written questions"),
        by=(DECIDE,),
        form=QuestionForm,
        event=Event.Kind.FACT,
        does=_("Keeps one move in the exchange of written questions."),
        cite="34 CFR 106.45(b)(6)(ii)",
        conditions=[conditions.fit(Role.DECISION_MAKER)],
    )
    def questions(self) -> None:
        """One move in the exchange, whose deadline runs from the offer (B1.1).

        Offered, asked, answered, excluded with the reason, followed up, finished.
        """
        data, file = self.data, self.file
        if data["code"] == "finished":
            refuse_unfinished(self)
        number = (
            int(data["question"])
            if data.get("question")
            else next_question(file)
            if data["code"] == "asked"
            else 0
        )
        late = is_late(file, data["code"], data["on"])
        row = add(
            self,
            Record.Kind.QUESTION,
            data["on"],
            text=data["text"],
            code=data["code"],
            party=data.get("party") or None,
            question=number,
            to=data.get("to") or "",
            late=late,
        )
        if row.code == "offered" and not self._running("questions"):
            self.start_clock("questions", data["on"], "offered")
        if row.code == "finished" or all_waived(file):
            self.stop_clock("questions", data["on"])
        self.turn.data = {"record": row.kind, "code": row.code, "question": number, "late": late}
