"""What templates need to speak of time, and the pictures of clocks and years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework import dates
from casework.casefile import CaseFile
from casework.models import Clock
from casework.services import local_today

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """A date as people say it: Thu 8 Oct 2026."""
    return date_format(value, "D j M Y") if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """Thu 8 Oct, for rows."""
    return date_format(value, "D j M") if value else ""


@register.filter
def due_in(value: date | None) -> str:
    """'in 6 days', 'today', '2 days over'."""
    if value is None:
        return ""
    days = (value - local_today()).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day over", "%(n)d days over", -days) % {"n": -days}


@register.filter
def urgency(value: date | None) -> str:
    """over, near (three days), or on track: told by text and shape first, by colour second."""
    if value is None:
        return "none"
    days = (value - local_today()).days
    return "over" if days < 0 else "near" if days <= 3 else "calm"


@register.inclusion_tag("components/clock.html")
def clock_bar(clock: Clock, file: CaseFile, labels: dict[str, Any]) -> dict[str, Any]:
    """A clock from day 0 to its due date: what is gone, what is left, its mark for today."""
    today = local_today()
    end = max(clock.due, today)
    span = max((end - clock.day0).days, 1)
    unit = dates.Unit(clock.unit)
    gone = dates.elapsed(clock.day0, today, unit, file.calendar)
    return {
        "clock": clock, "label": labels.get(clock.kind, clock.kind), "gone": max(gone, 0), "left": clock.n - gone,
        "over": today > clock.due, "today_at": _place(today, clock.day0, span), "due_at": _place(clock.due, clock.day0, span),
        "unit": {"school": _("school days"), "work": _("work days"), "calendar": _("days")}[clock.unit],
    }  # fmt: skip


def _place(value: date, start: date, span: int) -> int:
    """Where a date stands on a bar of 1000 units."""
    return max(0, min(1000, (value - start).days * 1000 // span))


@register.filter
def at(names: Mapping[str, Any], key: str) -> Any:
    """The value under a key, or the key itself."""
    return names.get(key, key)
