"""Whether the target date of a case can still be met without a waiver of the waiting times
(domain.md N9, B2.4, T-39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.engine import date_rules
from casework.engine.date_rules import ONE_DAY, SchoolCalendar
from titleix.rules.timelines import (
    Recipient,
    Span,
    Text,
    day_words,
    party_window,
    require_lawful_wait,
)


class Target(StrEnum):
    """What must have happened by the due date (B2.3: the stop event is policy)."""

    REPORT = "report"
    DETERMINATION = "determination"


@dataclass(frozen=True)
class Limits:
    """The latest dates without a waiver. `report` is the due date itself where the report is the
    target."""

    evidence: date
    report: date


@dataclass(frozen=True)
class Progress:
    """How far a case is: to whom evidence and report went. Empty = not yet."""

    evidence: Sequence[Recipient] = ()
    report: Sequence[Recipient] = ()


def limits(due_on: date, target: Target, wait: Span, calendar: SchoolCalendar) -> Limits:
    """The latest feasible dates (B2.4): in calendar days, evidence by day N-11 for a report on
    day N; report by N-11 and evidence by N-22 for a determination on day N."""
    report = due_on if target is Target.REPORT else _latest_send(due_on, wait, calendar)
    return Limits(_latest_send(report, wait, calendar), report)


def _latest_send(next_on: date, wait: Span, calendar: SchoolCalendar) -> date:
    """The latest date to send something whose window must be over on `next_on`. A wait in school
    or work days is never shorter than in calendar days, so the calendar's answer is where the
    search begins."""
    require_lawful_wait(wait)
    day = date_rules.latest_feasible(next_on, 1, wait.n)
    while date_rules.window_opens(day, wait.n, wait.unit, calendar) > next_on:
        day -= ONE_DAY
    return day


def earliest(
    target: Target, on: date, progress: Progress, wait: Span, calendar: SchoolCalendar
) -> date:
    """The first date on which the target can be reached from how things are on `on`; counts
    windows that ended early."""
    sent = [recipient.sent_on for recipient in progress.report if recipient.sent_on is not None]
    out = bool(sent) and len(sent) == len(progress.report)
    report = max(sent) if out else max(on, _ready(progress.evidence, on, wait, calendar))
    return (
        report
        if target is Target.REPORT
        else max(on, _ready(progress.report, report, wait, calendar))
    )


def _ready(
    recipients: Sequence[Recipient], send_on: date, wait: Span, calendar: SchoolCalendar
) -> date:
    """When the window is over: as it runs, or as it would if the rest were sent on `send_on`."""
    window = party_window(recipients, wait, calendar)
    return (
        window.next_from
        if window
        else date_rules.window_opens(send_on, wait.n, wait.unit, calendar)
    )


_LATE_EVIDENCE = _(
    "Cannot meet {n} without waiver: the evidence had to be out by day {limit}, {day}."
)


_LATE_REPORT = _("Cannot meet {n} without waiver: the report had to be out by day {limit}, {day}.")


def feasibility_warning(
    day0: date,
    due_on: date,
    target: Target,
    on: date,
    progress: Progress,
    wait: Span,
    calendar: SchoolCalendar,
) -> Text | None:
    """What the banner says when the target cannot be met without a waiver of the waiting times;
    None when it can (T-39: from day 39 for a determination on day 60, from day 50 for a report).
    Days in the text are calendar days from day 0."""
    if earliest(target, on, progress, wait, calendar) <= due_on:
        return None
    latest = limits(due_on, target, wait, calendar)
    held_up = _ready(progress.evidence, on, wait, calendar) > latest.report
    words = _LATE_EVIDENCE if held_up else _LATE_REPORT
    limit = latest.evidence if held_up else latest.report
    return format_lazy(
        words, n=(due_on - day0).days, limit=(limit - day0).days, day=day_words(limit)
    )
