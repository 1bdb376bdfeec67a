"""From calendar rows to the pure calendar that date arithmetic uses; kept in memory per calendar
and revision."""

from __future__ import annotations

from functools import lru_cache

from casework.engine.date_rules import SchoolCalendar
from district.models import Calendar, CalendarDay


@lru_cache(maxsize=512)
def calendar_at(calendar_id: int | None, revision: int | None) -> SchoolCalendar:
    """The calendar of a given revision (an amendment raises the revision, so a kept one is never
    out of date). Without a calendar: no known days, so that Monday to Friday are assumed and
    results are provisional."""
    days = (
        CalendarDay.objects.filter(calendar_id=calendar_id)
        if calendar_id
        else CalendarDay.objects.none()
    )
    return SchoolCalendar(days.order_by("date").values_list("date", "day_type"))


def current_revision(calendar_id: int | None) -> int | None:
    """The revision that a calendar has now (one small statement)."""
    return (
        Calendar.objects.filter(pk=calendar_id).values_list("revision", flat=True).first()
        if calendar_id
        else None
    )
