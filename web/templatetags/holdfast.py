"""What templates need to speak of time, and the pictures of clocks and years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.conf.locale import LANG_INFO
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from casework.case_types.target_window import Window
from casework.engine import date_rules
from casework.engine.casefile import CaseFile
from casework.engine.forms import ContactForm
from casework.engine.services import local_today
from casework.models import Alert, Clock, Rung
from notifications.texts import words

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
def plain_day(value: Any) -> Any:
    """A date or a moment as people say it; anything else as it is; a dash for nothing."""
    if isinstance(value, datetime):
        return date_format(localtime(value), "D j M Y, H:i")
    return day(value) if isinstance(value, date) else "–" if value in (None, "") else value


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
def lasting(seconds: float) -> str:
    """A span of time in its largest fitting unit: '5 s', '3 min', '7 h', '56 days'."""
    for size, most, text in (
        (1, 120, _("%(n)d s")),
        (60, 120, _("%(n)d min")),
        (3600, 48, _("%(n)d h")),
    ):
        if seconds < size * most:
            return text % {"n": seconds // size}
    days = int(seconds // 86400)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def urgency(value: date | None) -> str:
    """over, near (three days), or on track: told by text and shape first, by colour second."""
    if value is None:
        return "none"
    days = (value - local_today()).days
    return "over" if days < 0 else "near" if days <= 3 else "calm"


@register.inclusion_tag("components/clock.html")
def clock_bar(
    clock: Clock,
    file: CaseFile,
    labels: dict[str, Any],
    rungs: list[Rung] | None = None,
    windows: list[Window] | None = None,
) -> dict[str, Any]:
    """A clock from day 0 to its due date: solid is gone, dashes are left, dots are the extension;
    ticks are alerts fired (filled) and to come (hollow), a notch is the latest feasible date of the
    next duty."""
    running = clock.status in (Clock.Status.RUNNING, Clock.Status.HELD)
    here = local_today() if running else clock.stopped_on or clock.due
    end = max(clock.due, here, clock.original_due)
    span = max((end - clock.day0).days, 1)

    def place(value: date) -> int:
        return max(0, min(1000, (value - clock.day0).days * 1000 // span))

    gone = max(date_rules.elapsed(clock.day0, here, date_rules.Unit(clock.unit), file.calendar), 0)
    kept = [rung for rung in rungs or () if rung.fired_at or (running and not rung.cancelled_at)]
    marks = [
        (place(localdate(rung.scheduled_for)), rung.fired_at is not None)
        for rung in kept
        if localdate(rung.scheduled_for) <= end
    ]
    held = (
        (place(clock.held_from), place(here) - place(clock.held_from))
        if clock.held_from
        else (0, 0)
    )
    total = clock.n + clock.extended_by + clock.held_days
    return {
        "clock": clock,
        "label": labels.get(clock.kind, clock.kind),
        "gone": gone,
        "running": running,
        "total": total,
        "past": gone - total,
        "over": here > clock.due,
        "moved": clock.due != clock.original_due,
        "today_at": place(here),
        "gone_width": place(min(here, clock.due)),
        "due_at": place(clock.due),
        "original_at": place(clock.original_due),
        "extension_from": max(place(clock.original_due), place(min(here, clock.due))),
        "over_width": place(here) - place(clock.due),
        "hold_at": held[0],
        "hold_width": held[1],
        "marks": marks,
        "notches": [
            place(window.latest) for window in windows or () if window.clock.pk == clock.pk
        ],
        "next_alert": next((rung.scheduled_for for rung in kept if rung.fired_at is None), None),
        "unit": {"school": _("school days"), "work": _("work days"), "calendar": _("days")}[
            clock.unit
        ],
    }


@register.simple_tag(takes_context=True)
def show_section(context: template.Context, name: str, shown: dict[str, Any]) -> SafeString:
    """A section of the home page with what it shows."""
    with context.push(**shown):
        found = context.template.engine.get_template(name)  # type: ignore[union-attr]
        return found.render(context)


@register.filter
def at(names: Mapping[str, Any], key: str) -> Any:
    """The value under a key, or the key itself."""
    return names.get(key, key)


OPS = {
    "START": _lazy("started"),
    "EXTEND": _lazy("extended"),
    "HOLD": _lazy("put on hold"),
    "RESUME": _lazy("resumed"),
    "RECALC": _lazy("recalculated"),
    "REBASE": _lazy("replaced: day 0 was wrong"),
    "ESCALATE": _lazy("escalated"),
    "CANCEL": _lazy("fell away"),
    "STOP": _lazy("ended"),
    "MERGE": _lazy("goes on in another case"),
}
# From what a promise counts.
BASES = {
    "step": _lazy("from the day of the step"),
    "knowledge": _lazy("from the day on which an employee knew"),
    "chosen": _lazy("until a chosen day"),
    "detected": _lazy("from the day on which it showed"),
    "reached": _lazy("from the day on which it was reached"),
    "signed": _lazy("from the signature"),
    "formal_complaint": _lazy("from the formal complaint"),
    "report_window": _lazy("from the end of the time to answer to the report"),
    "removal": _lazy("from the removal"),
    "offered": _lazy("from the day on which questions could be put"),
    "reopened": _lazy("from the reopening"),
    "conduct_track": _lazy("from the end of the time to appeal"),
    "personnel_action": _lazy("from the personnel action"),
    "new_year": _lazy("from the new school year"),
}
AUDIENCES = {
    "owner": _lazy("owner"),
    "supervisor": _lazy("owner and supervisor"),
    "coordinator": _lazy("owner, supervisor, coordinator"),
    "escalation": _lazy("all of them and the superintendent's delegate"),
    "system": _lazy("the system"),
}


CONTACT = {
    **dict([*ContactForm.MEANS, *ContactForm.RESULTS]),
    "sent": _lazy("Sent"),
    "bounced": _lazy("Came back: the address is wrong"),
    "not_delivered": _lazy("Could not be delivered"),
    "not_sent": _lazy("Not sent after all"),
    "hand": _lazy("Handed over"),
    "email": _lazy("e-mail"),
    "sms": _lazy("text message"),
}


@register.filter
def said_by(codes: Any, file: CaseFile) -> str:
    """Codes of a case in words: ['L3', 'CH10'] or 'L3+CH10' is '3 unexcused days, 10 % of days
    missed'."""
    listed = codes.split("+") if isinstance(codes, str) else codes
    return ", ".join(filter(None, (file.kind.says(str(code), file.policy) for code in listed)))


@register.filter
def contact(data: Mapping[str, Any]) -> str:
    """A contact with the family in words: 'Telephone · Reached'."""
    parts = [
        data.get("means"),
        data.get("result"),
        *(data.get("channels") or [data.get("channel")]),
    ]
    return " · ".join(str(CONTACT.get(part, part)) for part in parts if part)


@register.filter
def language(code: str) -> str:
    """A language by its name."""
    known = LANG_INFO.get(code.split("-", maxsplit=1)[0].lower())
    return str(_(known["name"])) if known and "name" in known else code


@register.filter
def clock_op(value: str) -> Any:
    """What happened to a clock, in words."""
    return OPS.get(value, value)


@register.filter
def ended(reason: str) -> str:
    """Why a promise began, ended or moved: the product's own reasons in the reader's language, a
    person's words as they were written."""
    if reason in BASES:
        return str(BASES[reason])
    return _(reason) if reason else ""


@register.filter
def audience(value: str) -> Any:
    """Whom an alert reaches, in words."""
    return AUDIENCES.get(value, value)


@register.filter
def rung_words(value: str) -> str:
    """The labels of an alert in words: '90%+T-3' is '90% of the time is over, due in 3 days'."""
    return words(Alert(code=value, data={"labels": [value]}))
