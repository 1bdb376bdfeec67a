"""The measures that goals are made of: today's value of each, kept once a night for its trend."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from attendance.reporting import kpis
from casework.engine.services import local_today
from casework.models import MeasureValue
from casework.policy.policies import policy_for
from casework.privacy.small_cells import Publication, Why, key, suppress
from casework.reporting.compliance import measure
from district.models import SchoolYear
from titleix.dashboards import figures as titleix


@dataclass(frozen=True)
class Value:
    """A numerator of a denominator, as of a date, under a policy version."""

    numerator: int
    denominator: int
    as_of: date
    policy: str

    @property
    def per_cent(self) -> float | None:
        """The rate; None without a denominator."""
        return 100 * self.numerator / self.denominator if self.denominator else None


def _of(found: kpis.Kpi) -> Value:
    return Value(found.numerator, found.denominator, found.as_of, found.policy)


def _titleix(as_of: date) -> Value:
    original = titleix.in_time(as_of)[0]
    return Value(original.met, original.counted, as_of, policy_for("titleix", as_of).id)


def _notices(as_of: date) -> Value:
    found = [one.original for one in measure(as_of) if one.kind.startswith("notice_L")]
    return Value(
        sum(one.met for one in found),
        sum(one.counted for one in found),
        as_of,
        policy_for("attendance", as_of).id,
    )


MEASURES: dict[str, Callable[[date], Value]] = {
    "chronic_rate": lambda day: _of(kpis.chronic(day)[0]),
    "arc_facilitators": lambda day: _of(kpis.arc_facilitators(day)[0]),
    "arc_students": lambda day: _of(kpis.arc_students(day)[0]),
    "mediation_access": lambda day: _of(kpis.mediation_access(day)[0]),
    "agency_schools": lambda day: _of(kpis.agency_schools(day)[0]),
    "titleix_in_time": _titleix,
    "notices_in_time": _notices,
}


def today(name: str) -> Value | None:
    """The value of today: the one that the night kept, else counted now. None where nothing
    measures it yet, or before the first school year."""
    return histories([name])[name].today


@dataclass(frozen=True)
class History:
    """Today's value of a measure, and the kept ones, the oldest first."""

    today: Value | None
    trend: list[Value]


def histories(names: Collection[str], most: int = 60) -> dict[str, History]:
    """The values of several measures; those that the night kept cost one statement for all."""
    day = local_today()
    ranked = Window(RowNumber(), partition_by="measure", order_by=F("as_of").desc())
    rows = (
        MeasureValue.objects.filter(measure__in=names)
        .annotate(place=ranked)
        .filter(place__lte=most)
        .order_by("as_of")
    )
    trends: dict[str, list[Value]] = {name: [] for name in names}
    for row in rows:
        trends[row.measure].append(Value(row.numerator, row.denominator, row.as_of, row.policy))
    return {name: History(_today(name, day, trend), trend) for name, trend in trends.items()}


def _today(name: str, day: date, trend: Sequence[Value]) -> Value | None:
    kept = next((value for value in trend if value.as_of == day), None)
    return kept if kept is not None else _counted(name, day)


def _counted(name: str, day: date) -> Value | None:
    if name not in MEASURES:
        return None
    try:
        return MEASURES[name](day)
    except SchoolYear.DoesNotExist:
        return None


def keep(day: date) -> None:
    """Write the values of a date (the nightly job; again for the same date: the later count
    stands)."""
    for name in MEASURES:
        if (value := _counted(name, day)) is not None:
            fields: dict[str, Any] = {
                "numerator": value.numerator,
                "denominator": value.denominator,
                "policy": value.policy,
            }
            MeasureValue.objects.update_or_create(measure=name, as_of=day, defaults=fields)


def kept(day: date) -> list[MeasureValue]:
    """What was kept for a date."""
    return list(MeasureValue.objects.filter(as_of=day).order_by("measure"))


def outside(value: Value) -> tuple[str, str, str]:
    """(rate, numerator, denominator) of one figure as it may leave the circle of those who need to
    know (C6)."""
    publication = Publication()
    publication.put(key("met"), value.numerator)
    publication.put(key("all"), value.denominator)
    publication.rate("met", "all")
    done = suppress(publication)
    whole, part, rate = done.count("all"), done.count("met"), done.rate("met", "all")
    return (rate.text if whole.why is Why.SHOWN else "–"), part.text, whole.text
