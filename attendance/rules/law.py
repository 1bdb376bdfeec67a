"""The rules of attendance as pure functions, each with the text that it comes from. No database, no
clock, no settings; what a district decides arrives as an argument (the policy's data)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from attendance.models.marks import MarkClass

CLASSES = {
    "present": MarkClass.PRESENT,
    "excused": MarkClass.EXCUSED,
    "unexcused": MarkClass.UNEXCUSED,
    "suspension": MarkClass.SUSPENSION,
    "unknown": MarkClass.UNKNOWN,
    "tardy": MarkClass.TARDY,
    "early": MarkClass.EARLY,
    "other": MarkClass.OTHER,
}
# EDFacts FS195 and the NC State Board (February 2018): every class of absence counts for chronic
# absence, suspension included; only the unexcused class counts for truancy (G.S. 115C-378).
ABSENT = (MarkClass.EXCUSED, MarkClass.UNEXCUSED, MarkClass.SUSPENSION, MarkClass.UNKNOWN)


def present_for_the_day(minutes_present: int, minutes_scheduled: int, min_fraction: float) -> bool:
    """At least this fraction of the instructional day counts as present (CMS attendance page; 16
    NCAC 06E .0101): 195 of 390 minutes are present, 190 are absent."""
    return Fraction(minutes_present, minutes_scheduled) >= Fraction(str(min_fraction))


def mark_class(
    code: str,
    status: str,
    excuse: str,
    minutes_absent: int | None,
    minutes_scheduled: int | None,
    policy: Mapping[str, Any],
) -> MarkClass | None:
    """What one line of attendance.csv means; None when neither the code map nor status and excuse
    say it.

    The code map of the policy comes first (codes are data). No code, or one that it does not name,
    is read by status (A absent, T tardy, E early release) and excuse (U, E, X, ?). An absence of
    less than half a day is presence (A-11)."""
    named = policy["code_map"].get(code) if code or not status else None
    found = CLASSES[named] if named is not None else _by_status(status, excuse)
    if found is None or found not in ABSENT or not minutes_scheduled or minutes_absent is None:
        return found
    fraction = policy["present_rule"]["min_fraction_of_day"]
    stayed = present_for_the_day(
        max(0, minutes_scheduled - minutes_absent), minutes_scheduled, fraction
    )
    return MarkClass.EARLY if stayed else found


def _by_status(status: str, excuse: str) -> MarkClass | None:
    if status == "A":
        return {
            "U": MarkClass.UNEXCUSED,
            "E": MarkClass.EXCUSED,
            "X": MarkClass.EXCUSED,
            "?": MarkClass.UNKNOWN,
            "": MarkClass.UNKNOWN,
        }.get(excuse)
    return {"T": MarkClass.TARDY, "E": MarkClass.EARLY, "": None}.get(status)


def converted(tardies: int, conversion: Mapping[str, Any] | None) -> int:
    """Unexcused absences that tardies amount to, where the policy converts them (A-12): 5 tardies
    at {count: 5} are 1. `tardies` counts unexcused ones of at least `min_minutes`."""
    return tardies // int(conversion["count"]) if conversion else 0


def chronic(absences: int, days_enrolled: int, min_enrolled: int, percent: int) -> bool:
    """Chronic absence in integers (NC State Board, February 2018): enrolled at least 10 days and
    absent, for whatever reason, on at least 10 percent of the enrolled days."""
    return days_enrolled >= min_enrolled and absences * 100 >= days_enrolled * percent


def band(absences: int, days_enrolled: int, bands: Mapping[str, int]) -> str:
    """Attendance Works' bands by share of enrolled days: satisfactory, at_risk, moderate,
    severe."""
    for name in ("severe", "moderate", "at_risk"):
        if days_enrolled and absences * 100 >= days_enrolled * bands[name]:
            return name
    return "satisfactory"


def percent(part: int, whole: int) -> str:
    """A share in percent with two decimals, half up (K1): 32923 of 141000 is 23.35. Empty without a
    whole."""
    if not whole:
        return ""
    return str((Decimal(part * 100) / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def age(dob: date, on: date) -> int:
    """Completed years of age on a date."""
    return on.year - dob.year - ((on.month, on.day) < (dob.month, dob.day))


def compulsory_applies(
    dob: date, grade: str, enrolled: bool, on: date, scope: Mapping[str, Any]
) -> bool:
    """G.S. 115C-378(a): children from 7 to under 16, and younger ones enrolled in kindergarten to
    grade 2."""
    years = age(dob, on)
    if not enrolled or years >= scope["max_age_exclusive"]:
        return False
    return years >= scope["min_age"] or grade in scope["also_enrolled_grades_below_min"]


@dataclass(frozen=True)
class Counts:
    """One student in one school year as of a date."""

    unexcused: int
    absences: int
    days_enrolled: int
    run: int = 0


def reached(counts: Counts, triggers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of the policy's triggers that hold for these counts, in the policy's order."""
    return [str(trigger["id"]) for trigger in triggers if _holds(counts, trigger)]


def _holds(counts: Counts, trigger: Mapping[str, Any]) -> bool:
    if trigger["measure"] == "U":
        return counts.unexcused >= int(trigger["at"])
    if trigger["measure"] == "RUN":
        return counts.run >= int(trigger["at"])
    return chronic(
        counts.absences,
        counts.days_enrolled,
        int(trigger.get("min_days", 0)),
        int(trigger["percent"]),
    )


def next_change(counts: Counts, triggers: Sequence[Mapping[str, Any]]) -> int | None:
    """In how many further enrolled days a percentage trigger changes although no mark does: it
    rises when `min_days` is reached, and falls when enough days of presence dilute the rate. None:
    never by itself."""
    steps = [
        step
        for trigger in triggers
        if trigger["measure"] == "C"
        for step in _changes(counts, trigger)
    ]
    return min(steps, default=None)


def _changes(counts: Counts, trigger: Mapping[str, Any]) -> Iterable[int]:
    percent_, min_days = int(trigger["percent"]), int(trigger.get("min_days", 0))
    last_high = counts.absences * 100 // percent_  # the rate holds up to this many enrolled days
    if counts.days_enrolled < min_days <= last_high:
        yield min_days - counts.days_enrolled
    elif min_days <= counts.days_enrolled <= last_high:
        yield last_high + 1 - counts.days_enrolled


def due_thresholds(
    unexcused: int, triggers: Sequence[Mapping[str, Any]], notified: Iterable[str]
) -> list[str]:
    """The notice thresholds that the count has reached and for which no valid notice exists, lowest
    first: what one letter must cover (A2.3: two thresholds crossed in one import produce one
    combined letter)."""
    done = set(notified)
    wanted = [
        t for t in triggers if t.get("notice") and t["measure"] == "U" and unexcused >= int(t["at"])
    ]
    return [str(t["id"]) for t in sorted(wanted, key=lambda t: int(t["at"])) if t["id"] not in done]
