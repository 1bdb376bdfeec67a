"""When the parties may question, a determination may be made and an appeal be filed (34 CFR
106.45(b)(6)-(8))."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.engine.date_rules import ONE_DAY, DueDate, SchoolCalendar
from titleix.rules.timelines import (
    Check,
    Recipient,
    Span,
    Text,
    Window,
    all_of,
    day_words,
    due,
    party_window,
)

# -- questions of the parties and the determination (34 CFR 106.45(b)(6)(ii), (b)(7)) --------------


@dataclass(frozen=True)
class QuestionDays:
    """By which day of the report window questions, answers and follow-up questions are due
    (B1.1: 4, 7, 9)."""

    ask: int
    answer: int
    follow_up: int


@dataclass(frozen=True)
class QuestionDates:
    """The same as dates."""

    ask_by: date
    answer_by: date
    follow_up_by: date


@dataclass(frozen=True)
class Questions:
    """How far the exchange of written questions is. `finished_on`: all are answered, or every
    party waived."""

    offered_on: date | None = None
    finished_on: date | None = None
    exclusions_explained: bool = True


def question_dates(
    offered_on: date, days: QuestionDays, wait: Span, calendar: SchoolCalendar
) -> QuestionDates:
    """The dates of the exchange, counted from the report (or from the offer, when it came
    later). ValueError when they do not follow each other inside the window."""
    if not 0 < days.ask < days.answer < days.follow_up <= wait.n:
        raise ValueError(
            f"questions, answers and follow-up must follow each other inside the {wait.n} days "
            "of the report window"
        )
    ask, answer, follow_up = (
        due(offered_on, Span(n, wait.unit), calendar).due
        for n in (days.ask, days.answer, days.follow_up)
    )
    return QuestionDates(ask, answer, follow_up)


def check_determination(
    report: Collection[Recipient],
    questions: Questions,
    on: date,
    wait: Span,
    days: QuestionDays,
    calendar: SchoolCalendar,
) -> Check:
    """Whether the determination may be made (T-11): the report window is over, each party could
    put written questions and has the answers or let the time pass, and every excluded question
    is explained (34 CFR 106.45(b)(5)(vii), (b)(6)(ii))."""
    window = party_window(report, wait, calendar)
    if window is None:
        return Check(
            (
                _(
                    "The report has not been sent to every party and advisor (34 CFR "
                    "106.45(b)(5)(vii))."
                ),
            )
        )
    early = _(
        "The parties may still answer to the report; a determination may be made from {day} (34 "
        "CFR 106.45(b)(5)(vii))."
    )
    return all_of(
        (on >= window.next_from, format_lazy(early, day=day_words(window.next_from))),
        _asked(questions, window, on, wait, days, calendar),
        (
            questions.exclusions_explained,
            _("A question was excluded without telling its author why (34 CFR 106.45(b)(6)(ii))."),
        ),
    )


def _asked(
    questions: Questions,
    window: Window,
    on: date,
    wait: Span,
    days: QuestionDays,
    calendar: SchoolCalendar,
) -> tuple[bool, Text]:
    """Whether the exchange is over, and what to say if not. An offer after the report gets its
    own full time: it would be none if it came on the last day of the window."""
    if questions.offered_on is None:
        return False, _(
            "The parties have not been offered to put written questions (34 CFR 106.45(b)(6)(ii))."
        )
    until = question_dates(
        max(window.sent_on, questions.offered_on), days, wait, calendar
    ).follow_up_by
    finished = questions.finished_on is not None and questions.finished_on <= on
    words = _("The exchange of written questions is open until {day} (34 CFR 106.45(b)(6)(ii)).")
    return finished or on > until, format_lazy(words, day=day_words(until))


def determination_due(window: Window, span: Span, calendar: SchoolCalendar) -> DueDate:
    """The determination is due so long after the last day of the report window (B1.1: 5 school
    days)."""
    return due(window.ends_on, span, calendar)


# -- appeal (34 CFR 106.45(b)(8)) ------------------------------------------------------------------


class AppealBase(StrEnum):
    """The three bases, each affecting the outcome (34 CFR 106.45(b)(8)(i))."""

    PROCEDURE = "procedure"
    NEW_EVIDENCE = "new_evidence"
    BIAS = "bias"


@dataclass(frozen=True)
class AppealWindow:
    """Until when an appeal may be filed, and from when the result is final without one (34 CFR
    106.45(b)(7)(iii))."""

    file_by: DueDate
    final_on: date


def appeal_window(sent: Collection[date], span: Span, calendar: SchoolCalendar) -> AppealWindow:
    """From the latest date on which the determination or dismissal went to a party (T-26).
    ValueError when it went to none."""
    file_by = due(max(sent), span, calendar)
    return AppealWindow(file_by, file_by.due + ONE_DAY)


def check_appeal(bases: Collection[AppealBase], filed_on: date, window: AppealWindow) -> Check:
    """Whether an appeal is taken on. Without a base it may be corrected inside the window; a
    correction is judged by its own date."""
    last = day_words(window.file_by.due)
    none = _(
        "An appeal needs one of three bases: a procedural irregularity, new evidence that was not "
        "reasonably available, a conflict of "
        "interest or bias; each must affect the outcome (34 CFR 106.45(b)(8)(i)). It may be "
        "corrected until {day}."
    )
    return all_of(
        (
            filed_on <= window.file_by.due,
            format_lazy(_("The time to appeal ended on {day}."), day=last),
        ),
        (bool(bases), format_lazy(none, day=last)),
    )
