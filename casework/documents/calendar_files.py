"""iCalendar files (RFC 5545): an appointment, and a person's feed of deadlines. They name the case
and the duty, never a person: whoever looks over a shoulder at an open calendar learns nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from casework.case_types import registry
from casework.models import Appointment, Case, Clock

KINDS = {
    "ARC": _("Attendance Review Conference"),
    "MEDIATION": _("Mediation"),
    "INTERVIEW": _("Interview"),
}


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    return calendar


def _meeting(row: Appointment, number: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{row.pk}@holdfast")
    event.add("sequence", row.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", row.starts_at)
    event.add("dtend", row.starts_at + timedelta(minutes=row.minutes))
    event.add("summary", f"{number}: {KINDS.get(row.kind, row.kind)}")
    event.add("location", row.place)
    event.add("url", f"{settings.SITE_URL}/cases/{number}")
    event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
    return event


def appointment(row: Appointment, number: str, now: datetime) -> bytes:
    """One meeting as a file; a later one with the same UID and a higher sequence replaces it."""
    calendar = _calendar("Holdfast")
    calendar.add("method", "CANCEL" if row.cancelled_at else "PUBLISH")
    calendar.add_component(_meeting(row, number, now))
    return bytes(calendar.to_ical())


def feed(
    deadlines: Iterable[tuple[Case, Clock]], meetings: Iterable[Appointment], now: datetime
) -> bytes:
    """A person's deadlines (whole days) and meetings."""
    calendar = _calendar(_("Holdfast deadlines"))
    for case, clock in deadlines:
        event = Event()
        event.add("uid", f"{clock.pk}@holdfast")
        event.add("dtstamp", now)
        event.add("dtstart", clock.due)
        event.add("dtend", clock.due + timedelta(days=1))
        label = registry.kind(case.kind).clock_labels.get(clock.kind, clock.kind)
        event.add("summary", f"{case.number}: {label}")
        event.add("url", f"{settings.SITE_URL}/cases/{case.number}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    for row in meetings:
        calendar.add_component(_meeting(row, row.case.number, now))
    return bytes(calendar.to_ical())
