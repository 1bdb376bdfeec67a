"""The dates and conditions of the Title IX procedure of 2020, as pure functions over
`casework.engine.date_rules`.

Normative text: domain.md section 0 (N1-N9), B1.1, B2.2-B2.4, B3.2, B3.3, C4. Lengths are the
district's and come in as a `Span` from its policy; what the law sets as a minimum is checked
here, with its citation. No database, no clock, no settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
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
_lazy_date: Any = lazy(lambda day: date_format(day, "D j M Y"), str)


def _words(day: date) -> Text:
    """A date as pages write it, put into words only when it is shown, in the reader's language."""
    words: Promise = _lazy_date(day)
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


def _check(*conditions: tuple[bool, Text]) -> Check:
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
    return _check((on >= first, format_lazy(early, day=_words(first))))


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
    _lawful(wait)
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


def _lawful(wait: Span) -> None:
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
    return _check((on >= window.next_from, format_lazy(early, day=_words(window.next_from))))


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
    return _check(
        (on >= window.next_from, format_lazy(early, day=_words(window.next_from))),
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
    return finished or on > until, format_lazy(words, day=_words(until))


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
    last = _words(window.file_by.due)
    none = _(
        "An appeal needs one of three bases: a procedural irregularity, new evidence that was not "
        "reasonably available, a conflict of "
        "interest or bias; each must affect the outcome (34 CFR 106.45(b)(8)(i)). It may be "
        "corrected until {day}."
    )
    return _check(
        (
            filed_on <= window.file_by.due,
            format_lazy(_("The time to appeal ended on {day}."), day=last),
        ),
        (bool(bases), format_lazy(none, day=last)),
    )


# -- emergency removal and administrative leave (34 CFR 106.44(c)-(d)) -----------------------------


@dataclass(frozen=True, kw_only=True)
class Removal:
    """An emergency removal as entered. `challenge_on` is the date on which the student is or was
    heard."""

    removed_on: date
    student: bool
    individual_analysis: bool  # an individualized analysis of safety and risk is on file
    physical_threat: bool  # an immediate threat to the physical health or safety of somebody
    from_allegations: bool  # the threat arises from the allegations
    notice_on: date | None
    challenge_on: date | None
    disability_plan: bool  # an IEP or a 504 plan
    plan_checked: bool = False


def challenge_due(removed_on: date, span: Span, calendar: SchoolCalendar) -> DueDate:
    """By when a challenge is heard: "immediately following the removal" (34 CFR 106.44(c); T-23:
    2 school days)."""
    return due(removed_on, span, calendar)


def check_removal(removal: Removal, challenge: Span, calendar: SchoolCalendar) -> Check:
    """Whether an emergency removal stands (34 CFR 106.44(c)); every missing condition is named
    (T-23)."""
    last = challenge_due(removal.removed_on, challenge, calendar).due
    heard, told = removal.challenge_on, removal.notice_on
    in_time = heard is not None and removal.removed_on <= heard <= last
    return _check(
        (
            removal.student,
            _(
                "Only a student can be removed in an emergency; an employee is put on leave (34 "
                "CFR 106.44(c)-(d))."
            ),
        ),
        (
            removal.individual_analysis,
            _("An individualized analysis of safety and risk is needed (34 CFR 106.44(c))."),
        ),
        (
            removal.physical_threat,
            _(
                "An immediate threat to somebody's physical health or safety is needed (34 CFR "
                "106.44(c))."
            ),
        ),
        (
            removal.from_allegations,
            _("The threat must arise from the allegations (34 CFR 106.44(c))."),
        ),
        (
            told is not None and told <= (heard or last),
            _("The student must get notice, before the challenge is heard (34 CFR 106.44(c))."),
        ),
        (
            in_time,
            format_lazy(
                _("The challenge must be heard by {day} (34 CFR 106.44(c))."), day=_words(last)
            ),
        ),
        (
            removal.plan_checked or not removal.disability_plan,
            _(
                "The student has an IEP or 504 plan: the rights under IDEA, Section 504 and the "
                "ADA must be checked (34 CFR 106.44(c))."
            ),
        ),
    )


def check_leave(*, student: bool, employee: bool) -> Check:
    """Whether administrative leave is open: for an employee who is not a student (34 CFR
    106.44(d); T-22)."""
    only = _("Administrative leave is for employees who are not students (34 CFR 106.44(d)).")
    return _check((employee and not student, only))


# -- informal resolution (34 CFR 106.45(b)(9)) -----------------------------------------------------


def informal_until(started_on: date, longest: Span, calendar: SchoolCalendar) -> DueDate:
    """The last day of an informal resolution (B1.1: 20 school days)."""
    return due(started_on, longest, calendar)


def check_informal(
    *, complaint: bool, consents: Collection[bool], determined: bool, employee_to_student: bool
) -> Check:
    """Whether an informal resolution may begin. `consents`: one per party, given in writing."""
    return _check(
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


# -- can the target still be met? (N9, B2.4, T-39) -------------------------------------------------


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
    _lawful(wait)
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
    return format_lazy(words, n=(due_on - day0).days, limit=(limit - day0).days, day=_words(limit))


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
        _("The file is kept until {day} (34 CFR 106.45(b)(10))."), day=_words(earliest_on)
    )
    return _check(
        (on >= earliest_on, kept),
        (
            hold_since is None,
            format_lazy(held, hold=_words(hold_since or earliest_on), day=_words(earliest_on)),
        ),
    )
