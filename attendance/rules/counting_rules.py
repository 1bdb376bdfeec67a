"""What one student's dated marks amount to under a policy: any unit, any window, any state
(domain.md A1.3, A1.4, A-36).

Pure: no database, no settings, no clock. A policy says what to count (`measures`), when that
matters (`triggers`), what comes again (`repeat`) and whom no court may see
(`exclusions_from_legal`); packs of other states are in policies/packs. Amounts are integers in the
points of their unit, so that no rounding decides a case: days, parts (a day of which any part was
missed), minutes (hours, 60 to one) or periods. No window reaches back into the school year
before."""

from __future__ import annotations

import calendar as months_of
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import count
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from attendance.models.marks import MarkClass
from attendance.rules.law import ABSENT, CLASSES, chronic, converted
from casework.engine.date_rules import ONE_DAY, DueDate, SchoolCalendar, Unit, add


class MeasureError(ValueError):
    """A policy asks for something that cannot be measured, or the marks do not say enough; the
    message names it."""


class Counted(StrEnum):
    """What an amount counts."""

    DAY = "day"
    PART_OF_DAY = "part_of_day"
    HOUR = "hour"
    PERIOD = "period"


class Span(StrEnum):
    """Over which days an amount runs."""

    SCHOOL_YEAR = "school_year"
    SEMESTER = "semester"
    CALENDAR_MONTH = "calendar_month"
    ENROLMENT = "enrolment"
    ROLLING_CALENDAR_DAYS = "rolling_calendar_days"
    ROLLING_WEEKS = "rolling_weeks"
    MONTHS = "months"
    CONSECUTIVE = "consecutive"


MOVING = frozenset({Span.ROLLING_CALENDAR_DAYS, Span.ROLLING_WEEKS, Span.MONTHS})


@dataclass(frozen=True)
class DayMark:
    """One mark of one student. `fraction` of the day and `minutes` and `periods` are what was
    missed; `minutes` None: not recorded. `tardy` came late, `left_early` went early: present for
    the day by its code, absent for a part of it."""

    day: date
    mark_class: MarkClass
    fraction: Fraction = Fraction(1)
    minutes: int | None = None
    tardy: bool = False
    left_early: bool = False
    periods: int = 0

    @property
    def partial(self) -> bool:
        """Whether the code says present for the day."""
        return self.tardy or self.left_early


def day_mark(
    day: date,
    mark_class: MarkClass,
    excuse: str,
    minutes_absent: int | None,
    minutes_scheduled: int | None,
) -> DayMark:
    """A stored mark as this module reads it. Being late or leaving early is excused by E or X,
    unexplained by ?, else unexcused; an absence without minutes is a whole day."""
    late, early = mark_class == MarkClass.TARDY, mark_class == MarkClass.EARLY
    if late or early:
        mark_class = {"E": MarkClass.EXCUSED, "X": MarkClass.EXCUSED, "?": MarkClass.UNKNOWN}.get(
            excuse, MarkClass.UNEXCUSED
        )
    known = minutes_absent is not None and bool(minutes_scheduled)
    fraction = (
        Fraction(minutes_absent or 0, minutes_scheduled or 1)
        if known
        else Fraction(not (late or early))
    )
    return DayMark(day, mark_class, min(fraction, Fraction(1)), minutes_absent, late, early)


@dataclass(frozen=True)
class Enrolled:
    """A stay, both days included; `left` None while it runs; `calendar` None: the student's own
    calendar."""

    entered: date
    left: date | None = None
    calendar: SchoolCalendar | None = None

    def holds(self, day: date) -> bool:
        """Whether the student was enrolled on the day."""
        return self.entered <= day and (self.left is None or day <= self.left)


@dataclass(frozen=True)
class Year:
    """A school year by its first day, and the first days of its semesters."""

    starts: date
    semesters: tuple[date, ...] = ()


@dataclass(frozen=True)
class Window:
    """A kind of window; `n` of its own unit where it rolls."""

    kind: Span
    n: int = 0


@dataclass(frozen=True)
class Rule:
    """One trigger with the measure that it reads, ready to evaluate."""

    trigger: str
    measure: str
    classes: frozenset[MarkClass]
    unit: Counted
    window: Window
    at: int
    percent: bool
    min_days: int
    every: int
    now: bool
    tardies: bool
    whole_day: bool
    over_minutes: int
    day_minutes: int | None
    period_minutes: int | None
    present: Fraction
    conversion: Mapping[str, Any] | None
    opens: str
    actions: tuple[str, ...]
    sla: Mapping[str, Any] | None

    @property
    def scale(self) -> int:
        """Points in one of what the policy writes: an hour is 60 minutes."""
        return 60 if self.unit is Counted.HOUR else 1


@dataclass(frozen=True)
class Hit:
    """A trigger that is reached. `level` is the threshold as the policy writes it (hours, days,
    percent); `count`, the amount in points, and `dates` are those that made it; `count_now` is the
    amount on `detected_on`. `window_from` is the first day of the window, `begins_anew` whether
    another such window (the next month) is another occasion."""

    trigger: str
    level: int
    count: int
    count_now: int
    dates: tuple[date, ...]
    reached_on: date
    detected_on: date
    window_from: date
    begins_anew: bool
    opens: str
    actions: tuple[str, ...]
    due: DueDate | None

    @property
    def occasion(self) -> tuple[str, int, date | None]:
        """What makes two hits the same one on different evenings."""
        return self.trigger, self.level, self.window_from if self.begins_anew else None


# -- reading a policy ------------------------------------------------------------------------------

_ABSENT = [name for name, mark_class in CLASSES.items() if mark_class in ABSENT]
# RUN: absent for whatever reason on each of the last school days (domain.md A2.2 C1).
_DEFAULTS: dict[str, dict[str, Any]] = {
    "U": {"classes": ["unexcused"]},
    "C": {"classes": _ABSENT},
    "RUN": {"classes": _ABSENT, "window": "consecutive", "holds": "now"},
}
_PARTS = (
    "classes",
    "unit",
    "window",
    "holds",
    "tardies",
    "whole_day",
    "over_minutes",
    "day_minutes",
    "period_minutes",
)


def rules_of(policy: Mapping[str, Any]) -> list[Rule]:
    """The policy's triggers in its order. A trigger may say otherwise than its measure (`unit`,
    `window`, `classes`, ...). Raises MeasureError naming the trigger."""
    return [_rule(trigger, policy) for trigger in policy["triggers"]]


def _rule(trigger: Mapping[str, Any], policy: Mapping[str, Any]) -> Rule:
    name, measure = str(trigger["id"]), str(trigger["measure"])
    said: dict[str, Any] = {**_DEFAULTS[measure], **policy["measures"].get(measure, {})}
    said.update((key, trigger[key]) for key in _PARTS if key in trigger)
    percent = "percent" in trigger
    every = _every(trigger, policy["repeat"].get(name))
    rule = Rule(
        trigger=name,
        measure=measure,
        classes=frozenset(CLASSES[named] for named in said["classes"]),
        unit=Counted(said.get("unit", "day")),
        window=_window(name, said.get("window", "school_year")),
        at=int(trigger["percent" if percent else "at"]),
        percent=percent,
        min_days=int(trigger.get("min_days", 0)),
        every=every,
        now=percent or said.get("holds") == "now",
        tardies=bool(said.get("tardies")),
        whole_day=bool(said.get("whole_day")),
        over_minutes=int(said.get("over_minutes", 0)),
        day_minutes=said.get("day_minutes"),
        period_minutes=said.get("period_minutes"),
        present=Fraction(str(policy["present_rule"]["min_fraction_of_day"])),
        conversion=policy["conversion"].get("tardy"),
        opens=str(trigger["opens"]),
        actions=_actions(trigger),
        sla=trigger.get("sla"),
    )
    if rule.percent and (
        rule.unit in (Counted.HOUR, Counted.PERIOD) or rule.window.kind is Span.CONSECUTIVE
    ):
        raise MeasureError(
            _(
                "trigger %(trigger)s: a percentage is a share of enrolled days; give it a "
                "unit of days and a window of days"
            )
            % {"trigger": name}
        )
    return rule


def _every(trigger: Mapping[str, Any], repeat: str | None) -> int:
    """The step of `every_n` (Tennessee: every further 5 days); 0 for a trigger that is reached
    once."""
    if repeat != "every_n":
        return 0
    if "every" not in trigger or "percent" in trigger:
        raise MeasureError(
            _("trigger %(trigger)s: repeat every_n needs the step 'every' and a count")
            % {"trigger": trigger["id"]}
        )
    return int(trigger["every"])


def _window(name: str, said: str | Mapping[str, int]) -> Window:
    """`school_year`, or `{rolling_calendar_days: 90}`."""
    kind, n = (said, 0) if isinstance(said, str) else next(iter(said.items()))
    window = Window(Span(kind), int(n))
    if (window.kind in MOVING) != (window.n > 0):
        said_so = (
            _("trigger %(trigger)s: window %(window)s needs a number")
            if window.kind in MOVING
            else _("trigger %(trigger)s: window %(window)s needs no number")
        )
        raise MeasureError(said_so % {"trigger": name, "window": kind})
    return window


def _actions(trigger: Mapping[str, Any]) -> tuple[str, ...]:
    said = trigger.get("action", "notice" if trigger.get("notice") else ())
    return (said,) if isinstance(said, str) else tuple(said)


def school_year(policy: Mapping[str, Any], as_of: date) -> Year:
    """The school year that holds a date, by the policy's `school_year: {begins: "07-01", semesters:
    [...]}` (default 1 July)."""
    said = policy.get("school_year", {})
    begins = str(said.get("begins", "07-01"))
    starts = _on_or_before(begins, as_of)
    return Year(
        starts, tuple(sorted(_on_or_after(str(text), starts) for text in said.get("semesters", ())))
    )


def _on_or_before(month_day: str, day: date) -> date:
    found = date.fromisoformat(f"{day.year}-{month_day}")
    return found if found <= day else date.fromisoformat(f"{day.year - 1}-{month_day}")


def _on_or_after(month_day: str, day: date) -> date:
    found = date.fromisoformat(f"{day.year}-{month_day}")
    return found if found >= day else date.fromisoformat(f"{day.year + 1}-{month_day}")


# -- windows ---------------------------------------------------------------------------------------


def months_before(day: date, n: int) -> date:
    """The same day n months earlier, or the last day of that month where it has none: 31 August - 6
    = 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 - n, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Frame:
    """What every reading of one student needs: the calendar, the stays, the year, and the known
    instructional days on which the student was enrolled (days of two stays at once count once)."""

    calendar: SchoolCalendar
    stays: tuple[Enrolled, ...]
    year: Year
    days: tuple[date, ...]

    def counts(self, day: date) -> bool:
        """Whether a mark on this day counts: a school day of this year on which the student was
        enrolled (A3.1 rule 3)."""
        return day >= self.year.starts and any(
            stay.holds(day) and (stay.calendar or self.calendar).is_school_day(day)
            for stay in self.stays
        )

    def start(self, window: Window, end: date) -> date:
        """The first day of the window that ends with `end`; both days belong to it (28 days: `end`
        and the 27 before)."""
        return max(self._start(window, end), self.year.starts)

    def _start(self, window: Window, end: date) -> date:
        match window.kind:
            case Span.CALENDAR_MONTH:
                return end.replace(day=1)
            case Span.ROLLING_CALENDAR_DAYS:
                return end - timedelta(days=window.n - 1)
            case Span.ROLLING_WEEKS:
                return end - timedelta(days=7 * window.n - 1)
            case Span.MONTHS:
                return months_before(end, window.n) + ONE_DAY
            case Span.SEMESTER:
                return self._semester(end)
            case Span.ENROLMENT:
                return max(
                    (stay.entered for stay in self.stays if stay.entered <= end),
                    default=self.year.starts,
                )
        return self.year.starts

    def _semester(self, end: date) -> date:
        if not self.year.semesters:
            raise MeasureError(
                _(
                    "a semester is counted, but nothing says when it begins: set "
                    "school_year.semesters in the policy"
                )
            )
        return max(
            (first for first in self.year.semesters if first <= end), default=self.year.starts
        )

    def days_enrolled(self, start: date, end: date) -> int:
        """Enrolled days from `start` to `end`, both included."""
        return bisect_right(self.days, end) - bisect_right(self.days, start - ONE_DAY)


def frame_of(
    calendar: SchoolCalendar, enrolled: Iterable[Enrolled], year: Year, as_of: date
) -> Frame:
    """The frame of one student up to a date."""
    stays = tuple(enrolled)
    days: set[date] = set()
    for stay in stays:
        until = min(as_of, stay.left or as_of)
        days.update((stay.calendar or calendar).school_days(max(year.starts, stay.entered), until))
    return Frame(calendar, stays, year, tuple(sorted(days)))


# -- counting --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """What one day adds: points of the unit, and whether absence goes through it from morning to
    evening."""

    day: date
    points: int
    tardies: int = 0
    through: bool = True


@dataclass(frozen=True)
class Reading:
    """An amount in points, the dates that made it, the first day of its window, enrolled days (for
    a percentage)."""

    amount: int
    dates: tuple[date, ...]
    start: date
    days: int = 0


def events_of(rule: Rule, marks: Iterable[DayMark]) -> list[Event]:
    """The days that count for a rule, in order. Several marks of a day are one day; their minutes
    and periods add up."""
    by_day: dict[date, list[DayMark]] = {}
    for mark in marks:
        if mark.mark_class in rule.classes:
            by_day.setdefault(mark.day, []).append(mark)
    events = [_event(rule, day, by_day[day]) for day in sorted(by_day)]
    return [event for event in events if event.points or event.tardies]


def _event(rule: Rule, day: date, marks: Sequence[DayMark]) -> Event:
    missed = [mark for mark in marks if rule.tardies or not mark.tardy]
    whole = sum((mark.fraction for mark in marks if not mark.partial), Fraction(0)) >= 1
    points = _POINTS[rule.unit](rule, missed, whole)
    least = int(rule.conversion["min_minutes"]) if _converts(rule) and rule.conversion else 0
    tardies = (
        sum(mark.tardy and (mark.minutes or 0) >= least for mark in marks) if _converts(rule) else 0
    )
    return Event(day, points, tardies, whole or rule.unit in (Counted.DAY, Counted.PART_OF_DAY))


def _converts(rule: Rule) -> bool:
    """Tardies become unexcused days only where days of U are counted (A-12)."""
    return (
        bool(rule.conversion)
        and rule.measure == "U"
        and rule.unit is Counted.DAY
        and rule.window.kind is not Span.CONSECUTIVE
    )


def _days(rule: Rule, marks: Sequence[DayMark], whole: bool) -> int:
    """1 for a day on which less than the present rule's share was attended (A-11); with `whole_day`
    only for all of it."""
    missed = sum((mark.fraction for mark in marks if not mark.partial), Fraction(0))
    return int(whole or (not rule.whole_day and 1 - missed < rule.present))


def _parts(rule: Rule, marks: Sequence[DayMark], whole: bool) -> int:
    """1 for a day of which any part was missed, or any part of more than `over_minutes` (Cal. Ed.
    Code 48260: 30)."""
    return int(
        whole
        or any(
            not rule.over_minutes or _minutes_of(rule, mark) > rule.over_minutes for mark in marks
        )
    )


def _minutes(rule: Rule, marks: Sequence[DayMark], _whole: bool) -> int:
    return sum(_minutes_of(rule, mark) for mark in marks)


def _minutes_of(rule: Rule, mark: DayMark) -> int:
    """Minutes missed: as recorded, else the share of a day of `day_minutes`, rounded down. Raises
    MeasureError when neither says."""
    if mark.minutes is not None:
        return mark.minutes
    if mark.fraction and rule.day_minutes is None:
        raise MeasureError(
            _(
                "trigger %(trigger)s: the mark of %(day)s has no minutes; record them or "
                "set measures.*.day_minutes"
            )
            % {"trigger": rule.trigger, "day": mark.day}
        )
    return int(mark.fraction * (rule.day_minutes or 0))


def _periods(rule: Rule, marks: Sequence[DayMark], _whole: bool) -> int:
    """Periods as recorded; else, where the policy says how long a period is, those that fit into
    the minutes missed."""
    recorded = sum(mark.periods for mark in marks)
    return (
        recorded
        if recorded or not rule.period_minutes
        else _minutes(rule, marks, _whole) // rule.period_minutes
    )


_POINTS = {
    Counted.DAY: _days,
    Counted.PART_OF_DAY: _parts,
    Counted.HOUR: _minutes,
    Counted.PERIOD: _periods,
}


def read(rule: Rule, events: Sequence[Event], end: date, frame: Frame) -> Reading:
    """The amount in the window that ends with a date."""
    if rule.window.kind is Span.CONSECUTIVE:
        return _run(events, end, frame)
    start = frame.start(rule.window, end)
    inside = events[
        bisect_right(events, start - ONE_DAY, key=_day) : bisect_right(events, end, key=_day)
    ]
    amount, dates = _with_tardies(rule, inside)
    return Reading(amount, dates, start, frame.days_enrolled(start, end) if rule.percent else 0)


def _day(event: Event) -> date:
    return event.day


def _with_tardies(rule: Rule, events: Sequence[Event]) -> tuple[int, tuple[date, ...]]:
    """Points and what the window's tardies convert to; of the tardies, as many dates as were
    converted."""
    late = [event.day for event in events for _ in range(event.tardies)]
    extra = converted(len(late), rule.conversion)
    used = late[: extra * int(rule.conversion["count"])] if rule.conversion else []
    days = {event.day for event in events if event.points} | set(used)
    return sum(event.points for event in events) + extra, tuple(sorted(days))


def _run(events: Sequence[Event], end: date, frame: Frame) -> Reading:
    """The run of absence that lasts on the last school day up to `end`. A day missed in part
    (hours, periods) may end a run and begin the next: nobody recorded whether it was the
    morning."""
    run: list[Event] = []
    for event in events[: bisect_right(events, end, key=_day)]:
        follows = (
            bool(run)
            and frame.calendar.ordinal(event.day) - frame.calendar.ordinal(run[-1].day) == 1
        )
        kept = (run if run[-1].through else run[-1:]) if follows else []
        run = [*kept, event]
    if not run or frame.calendar.ordinal(end) != frame.calendar.ordinal(run[-1].day):
        return Reading(0, (), end)
    return Reading(
        sum(event.points for event in run), tuple(event.day for event in run), run[0].day
    )


# -- triggers --------------------------------------------------------------------------------------


def trigger_hits(
    marks: Iterable[DayMark],
    policy: Mapping[str, Any],
    as_of: date,
    calendar: SchoolCalendar,
    enrolled: Iterable[Enrolled],
    year: Year | None = None,
    only: Sequence[Rule] | None = None,
) -> list[Hit]:
    """What the marks reach by `as_of`, in the policy's order, the earliest first. A count stays
    reached for the school year (ten days in six months happened, whatever the window holds later);
    a percentage and `holds: now` are as they stand on `as_of`. `only`: some of the policy's rules.
    Whether the student is still enrolled is the caller's question. Raises MeasureError."""
    frame = frame_of(calendar, enrolled, year or school_year(policy, as_of), as_of)
    counted = [mark for mark in marks if mark.day <= as_of and frame.counts(mark.day)]
    return [
        hit
        for rule in (rules_of(policy) if only is None else only)
        for hit in _hits(rule, events_of(rule, counted), as_of, frame)
    ]


def _hits(rule: Rule, events: Sequence[Event], as_of: date, frame: Frame) -> list[Hit]:
    found = _standing(rule, events, as_of, frame) if rule.now else _ever(rule, events, as_of, frame)
    amount = read(rule, events, as_of, frame).amount if found else 0
    anew = rule.window.kind not in MOVING and rule.window.kind is not Span.CONSECUTIVE
    return [
        Hit(
            rule.trigger,
            level,
            reading.amount,
            amount,
            reading.dates,
            reached_on,
            as_of,
            reading.start,
            anew,
            rule.opens,
            rule.actions,
            due_date(rule.sla, reached_on, as_of, frame.calendar),
        )
        for level, reading, reached_on in found
    ]


_Found = tuple[int, Reading, date]


def _ever(rule: Rule, events: Sequence[Event], as_of: date, frame: Frame) -> list[_Found]:
    """Each level on the first day that reached it; again in a window that begins anew (another
    month)."""
    found: dict[tuple[date | None, int], _Found] = {}
    moving = rule.window.kind in MOVING or rule.window.kind is Span.CONSECUTIVE
    for event in events:
        reading = read(rule, events, event.day, frame)
        for level in _levels(rule, reading.amount):
            found.setdefault(
                (None if moving else reading.start, level), (level, reading, event.day)
            )
    return sorted(found.values(), key=lambda each: (each[2], each[0]))


def _levels(rule: Rule, amount: int) -> Iterable[int]:
    """The thresholds that an amount reaches: 5 of 5, 10, 15 ... or the only one."""
    for level in count(rule.at, rule.every) if rule.every else (rule.at,):
        if amount < level * rule.scale:
            return
        yield level


def _standing(rule: Rule, events: Sequence[Event], as_of: date, frame: Frame) -> list[_Found]:
    """The levels that hold on `as_of`, each with the first school day since which it has held
    without a break."""
    reading = read(rule, events, as_of, frame)
    levels = [rule.at] if rule.percent else list(_levels(rule, reading.amount))
    return [
        (level, reading, _since(rule, level, events, as_of, frame))
        for level in levels
        if _holds(rule, level, reading)
    ]


def _holds(rule: Rule, level: int, reading: Reading) -> bool:
    if rule.percent:
        return reading.days > 0 and chronic(reading.amount, reading.days, rule.min_days, level)
    return reading.amount >= level * rule.scale


def _since(rule: Rule, level: int, events: Sequence[Event], as_of: date, frame: Frame) -> date:
    since = as_of
    for day in reversed(frame.calendar.school_days(frame.year.starts, as_of)):
        if not _holds(rule, level, read(rule, events, day, frame)):
            break
        since = day
    return since


def due_date(
    sla: Mapping[str, Any] | None, reached_on: date, detected_on: date, calendar: SchoolCalendar
) -> DueDate | None:
    """When the action of a trigger is due. Day 0 is the detection (domain.md A3.1 rule 6), or with
    `from: reached` the day that reached the count. None without an SLA; MeasureError for another
    `from`."""
    if sla is None:
        return None
    day0 = {"detected": detected_on, "reached": reached_on}.get(sla.get("from", "detected"))
    if day0 is None:
        raise MeasureError(
            _("an action of a trigger is due from 'detected' or 'reached', not from '%(given)s'")
            % {"given": sla["from"]}
        )
    return add(day0, int(sla["n"]), Unit(str(sla["unit"]).removesuffix("_day")), calendar)


# -- what follows ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """An action that was taken for a hit; `superseded` when a correction took its ground away."""

    trigger: str
    level: int
    window_from: date | None = None
    superseded: bool = False

    @property
    def occasion(self) -> tuple[str, int, date | None]:
        """As `Hit.occasion`."""
        return self.trigger, self.level, self.window_from


def to_act_on(hits: Iterable[Hit], taken: Iterable[Taken], policy: Mapping[str, Any]) -> list[Hit]:
    """The hits that still need their action (A1.4 `repeat`). `none`: once a year, whatever happens
    to it; `on_superseded` (the default) and `every_n`: once for each level and occasion, again when
    every earlier action was superseded."""
    taken = list(taken)
    ever = {each.trigger for each in taken}
    standing = {each.occasion for each in taken if not each.superseded}
    due: list[Hit] = []
    for hit in hits:
        once = policy["repeat"].get(hit.trigger, "on_superseded") == "none"
        if hit.occasion not in standing and not (once and hit.trigger in ever):
            due.append(hit)
            ever |= {hit.trigger} if once else set()
    return due


# Texas Education Code 25.0915(a-3); domain.md A1.4. The flag is the school's finding that the
# absences come from it.
REASONS = {
    "homeless": _lazy("the absences come from homelessness"),
    "foster": _lazy("the student is in foster care"),
    "pregnancy_parenting": _lazy("the absences come from pregnancy or parenting"),
    "severe_illness": _lazy("the absences come from a severe illness or its treatment"),
    "principal_income_earner": _lazy("the student earns the family's living"),
    "indigency_claim": _lazy("a claim of indigency is not decided yet"),
    "disability_related_pending": _lazy(
        "it is not decided yet whether the absences come from a disability"
    ),
}


def referral_refused(
    actions: Iterable[str], policy: Mapping[str, Any], flags: Iterable[str]
) -> list[str]:
    """Why a trigger's referral to court must not be made, in words, in the policy's order; empty
    when it may, or when the actions hold none."""
    if "referral" not in actions:
        return []
    raised = set(flags)
    return [
        f"{flag}: {REASONS.get(flag) or _('excluded by policy')}"
        for flag in policy.get("exclusions_from_legal", ())
        if flag in raised
    ]
