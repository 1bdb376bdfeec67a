"""The dates and conditions of the Title IX procedure of 2020, as pure functions over
`casework.engine.date_rules`.

Normative text: domain.md section 0 (N1-N9), B1.1, B2.2-B2.4, B3.2, B3.3, C4. Lengths are the
district's and come in as a `Span` from its policy; what the law sets as a minimum is checked
here, with its citation. No database, no clock, no settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.engine import date_rules
from casework.engine.date_rules import ONE_DAY, DueDate, SchoolCalendar, Unit
from titleix.rules.screening import Outcome

Text = str | Promise
# "At least 10 days" for the evidence and for the report (34 CFR 106.45(b)(5)(vi)-(vii)). The unit
# is the district's choice (OCR), fewer is not lawful.
LEGAL_WAIT = 10
LEGAL_RETENTION = 7  # years, 34 CFR 106.45(b)(10)
lazy_date: Any = lazy(lambda day: date_format(day, "D j M Y"), str)


def day_words(day: date) -> Text:
    """A date as pages write it, put into words only when it is shown, in the reader's language."""
    words: Promise = lazy_date(day)
    return words


@dataclass(frozen=True)
class Span:
    """A length of time: `n` of a unit."""

    n: int
    unit: Unit

    @classmethod
    def of(cls, sla: Mapping[str, Any]) -> Span:
        """Read from a policy: {"n": 3, "unit": "school_day"}. ValueError for an unknown unit."""
        return cls(int(sla["n"]), Unit(str(sla["unit"]).removesuffix("_day")))


@dataclass(frozen=True)
class Check:
    """Whether a step may be taken; every reason why not, for the person who wants to take it."""

    unmet: tuple[Text, ...] = ()

    @property
    def allowed(self) -> bool:
        """Nothing stands against it."""
        return not self.unmet


def all_of(*conditions: tuple[bool, Text]) -> Check:
    """The reasons of the conditions that are not met, together."""
    return Check(tuple(reason for met, reason in conditions if not met))


def due(day0: date, span: Span, calendar: SchoolCalendar) -> DueDate:
    """The due date of any promise (N2-N5): the whole day is on time (N6)."""
    return date_rules.add(day0, span.n, span.unit, calendar)


# -- from knowledge to the investigation (34 CFR 106.30(a), 106.44(a); B2.2, B2.3) -----------------


@dataclass(frozen=True)
class FirstSteps:
    """What is due after an employee knew (T-36)."""

    enter_by: DueDate
    contact_by: DueDate
    screen_by: DueDate


def first_steps(
    known_on: date, enter: Span, contact: Span, screening: Span, calendar: SchoolCalendar
) -> FirstSteps:
    """Enter the report, contact the complainant ("promptly", 34 CFR 106.44(a)), screen it. All
    count from knowledge of any employee (34 CFR 106.30(a)) and never from the entry: a late
    entry must not hide the delay."""
    return FirstSteps(
        due(known_on, enter, calendar),
        due(known_on, contact, calendar),
        due(known_on, screening, calendar),
    )


def entered_late(known_on: date, entered_on: date, enter: Span, calendar: SchoolCalendar) -> bool:
    """Whether the reporter entered the report after the promise (1 work day by default)."""
    return entered_on > due(known_on, enter, calendar).due


def unknown_may_wait(known_on: date, on: date, screening: Span, calendar: SchoolCalendar) -> bool:
    """Whether an unknown answer may still be asked for (B2.2, rules 5 and 6): until the end of
    the day on which the screening is due. This is `Facts.in_time`."""
    return on <= due(known_on, screening, calendar).due


def investigation_day0(
    outcome: Outcome, known_on: date, complaint_on: date | None, *, under_106_45: bool
) -> date | None:
    """Day 0 of the 30 or 60 days (B2.3). At the school it is the day of knowledge. At the
    district it is the formal complaint, filed or signed, because an investigation under 34 CFR
    106.45 exists only after it: None until there is one. What the district does without 106.45
    (employee conduct, other sex discrimination) has no complaint to wait for."""
    if outcome not in (Outcome.SCHOOL_30, Outcome.DISTRICT_60, Outcome.OTHER_SEX_DISCRIMINATION):
        return None
    return complaint_on if outcome is Outcome.DISTRICT_60 and under_106_45 else known_on


# -- notice of allegations and interviews (34 CFR 106.45(b)(2), (b)(5)(v)) -------------------------


def interview_from(
    notices: Collection[date | None], pause: Span, calendar: SchoolCalendar
) -> date | None:
    """The first date of an initial interview: the n-th day after the latest notice, "with
    sufficient time to prepare" (34 CFR 106.45(b)(2)(i)(B); T-24: 2 school days). `notices` has
    one entry per known party, None = not sent: then there is none."""
    sent = [day for day in notices if day is not None]
    return due(max(sent), pause, calendar).due if sent and len(sent) == len(notices) else None


def check_interview(
    notices: Collection[date | None], on: date, pause: Span, calendar: SchoolCalendar
) -> Check:
    """Whether an interview may be held on a date."""
    first = interview_from(notices, pause, calendar)
    if first is None:
        return Check(
            (
                _(
                    "The notice of allegations has not been sent to every known party (34 CFR "
                    "106.45(b)(2))."
                ),
            )
        )
    early = _("Time to prepare: an interview may be held from {day} (34 CFR 106.45(b)(2)(i)(B)).")
    return all_of((on >= first, format_lazy(early, day=day_words(first))))


# -- the two windows of at least ten days (34 CFR 106.45(b)(5)(vi)-(vii); N9) ----------------------


@dataclass(frozen=True)
class Recipient:
    """Who gets the evidence or the report: a party or an advisor. `closed_on`: the party
    answered, or waived in writing; an advisor answers through the party."""

    sent_on: date | None
    closed_on: date | None = None
    party: bool = True


@dataclass(frozen=True)
class Window:
    """A waiting time. The parties own the whole of `ends_on`; the next step may be taken from
    `next_from` on."""

    sent_on: date
    ends_on: date
    next_from: date
    early: bool  # every party answered or waived


def party_window(
    recipients: Collection[Recipient], wait: Span, calendar: SchoolCalendar
) -> Window | None:
    """The window from the latest send date; None until it is sent to everybody. Over before its
    time on the day on which the last party answered or waived (N9). ValueError for a wait of
    fewer than ten."""
    require_lawful_wait(wait)
    sent = [recipient.sent_on for recipient in recipients if recipient.sent_on is not None]
    if len(sent) < len(recipients) or not any(recipient.party for recipient in recipients):
        return None
    last = max(sent)
    full = date_rules.window_opens(last, wait.n, wait.unit, calendar)
    closed = _closed(recipients)
    if closed is None or max(last, closed) >= full:
        return Window(last, full - ONE_DAY, full, early=False)
    return Window(last, max(last, closed), max(last, closed), early=True)


def _closed(recipients: Iterable[Recipient]) -> date | None:
    """When the last party answered or waived; None while one has not."""
    closed = [recipient.closed_on for recipient in recipients if recipient.party]
    known = [day for day in closed if day is not None]
    return max(known) if len(known) == len(closed) else None


def require_lawful_wait(wait: Span) -> None:
    """ValueError for a window that is shorter than the law allows."""
    if wait.n < LEGAL_WAIT:
        raise ValueError(
            f"a window of {wait.n} is not lawful: at least {LEGAL_WAIT} days (34 CFR "
            "106.45(b)(5)(vi)-(vii))"
        )


def check_report(
    evidence: Collection[Recipient], on: date, wait: Span, calendar: SchoolCalendar
) -> Check:
    """Whether the investigative report may be completed: after the evidence window (34 CFR
    106.45(b)(5)(vi))."""
    window = party_window(evidence, wait, calendar)
    if window is None:
        return Check(
            (
                _(
                    "The evidence has not been sent to every party and advisor (34 CFR "
                    "106.45(b)(5)(vi))."
                ),
            )
        )
    early = _(
        "The parties may still answer to the evidence; the report may be completed from {day} (34 "
        "CFR 106.45(b)(5)(vi))."
    )
    return all_of((on >= window.next_from, format_lazy(early, day=day_words(window.next_from))))


# -- informal resolution (34 CFR 106.45(b)(9)) -----------------------------------------------------


def informal_until(started_on: date, longest: Span, calendar: SchoolCalendar) -> DueDate:
    """The last day of an informal resolution (B1.1: 20 school days)."""
    return due(started_on, longest, calendar)


def check_informal(
    *, complaint: bool, consents: Collection[bool], determined: bool, employee_to_student: bool
) -> Check:
    """Whether an informal resolution may begin. `consents`: one per party, given in writing."""
    return all_of(
        (
            not employee_to_student,
            _(
                "Never when an employee is said to have harassed a student (34 CFR "
                "106.45(b)(9)(iii))."
            ),
        ),
        (complaint, _("Only after a formal complaint (34 CFR 106.45(b)(9)).")),
        (not determined, _("Only before a determination (34 CFR 106.45(b)(9)).")),
        (
            len(consents) > 1 and all(consents),
            _("Every party must consent in writing (34 CFR 106.45(b)(9)(ii))."),
        ),
    )


# -- retention (34 CFR 106.45(b)(10); C4, T-30) ----------------------------------------------------


def retention_date(closed_on: date, last_action_on: date, years: int) -> date:
    """The earliest disposal: so many years after closing or the last action, whichever is later.
    ValueError under seven years."""
    if years < LEGAL_RETENTION:
        raise ValueError(
            f"{years} years are not lawful: at least {LEGAL_RETENTION} (34 CFR 106.45(b)(10))"
        )
    return date_rules.add_years(max(closed_on, last_action_on), years)


def check_disposal(earliest_on: date, on: date, hold_since: date | None) -> Check:
    """Whether a file may be destroyed. A legal hold outlives the retention date (C5); the reason
    shows both dates (T-30)."""
    held = _("A legal hold since {hold} stops the disposal; the retention date is {day}.")
    kept = format_lazy(
        _("The file is kept until {day} (34 CFR 106.45(b)(10))."), day=day_words(earliest_on)
    )
    return all_of(
        (on >= earliest_on, kept),
        (
            hold_since is None,
            format_lazy(
                held, hold=day_words(hold_since or earliest_on), day=day_words(earliest_on)
            ),
        ),
    )
