"""CAL-26, the fixture calendar of the acceptance scenarios: first day 25 August 2026, last day 10
June 2027."""

from __future__ import annotations

from datetime import date, timedelta

from casework.engine.date_rules import SchoolCalendar

FIRST, LAST = date(2026, 8, 25), date(2027, 6, 10)
TERM = (date(2026, 7, 1), date(2027, 6, 30))


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _weekdays(first: date, last: date) -> list[date]:
    return [day for day in _span(first, last) if day.weekday() < 5]


HOLIDAYS = {
    date(2026, 9, 7),
    date(2026, 11, 11),
    date(2026, 11, 26),
    date(2026, 11, 27),
    date(2027, 1, 18),
}
HOLIDAYS |= {date(2027, 3, 26), date(2027, 5, 31)}
WORKDAYS = {
    date(2026, 9, 21),
    date(2026, 10, 12),
    date(2026, 11, 3),
    date(2026, 11, 25),
    date(2027, 1, 25),
}
WORKDAYS |= {date(2027, 1, 26), date(2027, 2, 15), date(2027, 3, 12), date(2027, 4, 26)}
BREAK = set(_weekdays(date(2026, 12, 21), date(2027, 1, 1))) | set(
    _weekdays(date(2027, 3, 29), date(2027, 4, 2))
)


def _kind(day: date) -> str:
    for kind, days in (("HOLIDAY", HOLIDAYS), ("WORKDAY", WORKDAYS), ("BREAK", BREAK)):
        if day in days:
            return kind
    return "INSTRUCTIONAL"


# (date, day_type) of every weekday of the year, in order
DAYS: list[tuple[date, str]] = [(day, _kind(day)) for day in _weekdays(FIRST, LAST)]
CAL26 = SchoolCalendar(DAYS)
