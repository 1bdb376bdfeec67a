"""How long things take, from what happened: the time in each state, and how long promises ran.
Readers for the pages on pace and forecast; the arithmetic of forecasts is in
`casework.reporting.forecast`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from casework.models import Case
from casework.reporting.deltas import Promise, facts
from casework.reporting.forecast import Curve, learn

FULFILLED = ("MET", "MISSED_ORIGINAL_MET_EXTENDED", "MISSED")


@dataclass(frozen=True)
class Stay:
    """How long cases stayed in a state: how often it was left, median and 90th percentile in days
    of these stays, all days together with those of the cases that are in it still, and how many are
    in it now."""

    state: str
    number: int
    median: int
    p90: int
    days: int
    here: int


@dataclass(frozen=True)
class Passage:
    """A move between two states and how often it was made."""

    source: str
    target: str
    number: int


_STAYS = """
WITH moves AS (
    SELECT e.case_id, e.source, e.target, e."on", lead(e."on") OVER (PARTITION BY e.case_id ORDER BY e.seq) AS until,
           CASE WHEN c.closed_on IS NULL THEN %(as_of)s::date ELSE e."on" END AS so_far
      FROM casework_event e JOIN casework_case c ON c.id = e.case_id
     WHERE e.process_id IS NULL AND e.source <> e.target AND e.target <> '' AND e.case_id = ANY(%(cases)s)
)
SELECT target, count(until), percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(until - "on", 0)) FILTER (WHERE until IS NOT NULL),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY greatest(until - "on", 0)) FILTER (WHERE until IS NOT NULL),
       sum(greatest(coalesce(until, so_far) - "on", 0)), count(*) FILTER (WHERE until IS NULL)
  FROM moves GROUP BY target
"""
_PASSAGES = """
SELECT source, target, count(*) FROM casework_event
 WHERE process_id IS NULL AND source <> target AND source <> '' AND target <> '' AND case_id = ANY(%(cases)s)
 GROUP BY source, target ORDER BY 3 DESC, 1, 2
"""


def stays(cases: QuerySet[Case], as_of: date) -> tuple[list[Stay], list[Passage]]:
    """Time in each state up to a date and the moves between them, over these cases, from their
    timelines (three statements)."""
    ids = list(cases.order_by().values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, {"cases": ids, "as_of": as_of})
        times = [
            Stay(state, number, median or 0, p90 or 0, int(days), here)
            for state, number, median, p90, days, here in cursor.fetchall()
        ]
        cursor.execute(_PASSAGES, {"cases": ids})
        return times, [Passage(*row) for row in cursor.fetchall()]


_DURATIONS = """
SELECT t.day, w.kind, least(coalesce(w.stopped_on, t.day), t.day) - w.day0, w.stopped_on <= t.day AND w.status = ANY(%(fulfilled)s), count(*)
  FROM casework_clock w CROSS JOIN unnest(%(days)s::date[]) AS t(day)
 WHERE w.day0 <= t.day AND w.case_id = ANY(%(cases)s) GROUP BY 1, 2, 3, 4
"""
_OPEN_THEN = """
SELECT t.day, w.kind, w.day0, w.original_due, w.due, w.status, w.stopped_on,
       (SELECT array_agg(h."on" ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL),
       (SELECT array_agg(h.new_due ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL)
  FROM casework_clock w CROSS JOIN unnest(%(days)s::date[]) AS t(day)
 WHERE w.day0 <= t.day AND (w.stopped_on IS NULL OR w.stopped_on > t.day) AND w.case_id = ANY(%(cases)s)
"""


def curves(cases: Sequence[int], days: Sequence[date]) -> dict[date, dict[str, Curve]]:
    """What was known on each of the days about how long each kind of promise takes (one statement)."""
    found: dict[tuple[date, str], list[tuple[int, bool, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _DURATIONS, {"days": list(days), "fulfilled": list(FULFILLED), "cases": list(cases)}
        )
        for day, duty, lasted, fulfilled, number in cursor.fetchall():
            found[day, duty].append((lasted, bool(fulfilled), number))
    learnt: dict[date, dict[str, Curve]] = {day: {} for day in days}
    for (day, duty), rows in found.items():
        learnt[day][duty] = learn(_each(rows))
    return learnt


def _each(rows: list[tuple[int, bool, int]]) -> Iterator[tuple[int, bool]]:
    for days, fulfilled, number in rows:
        for _ in range(number):
            yield days, fulfilled


def tested(
    cases: Sequence[int], learnt: Mapping[date, Mapping[str, Curve]], as_of: date
) -> list[tuple[float, bool]]:
    """Forecasts made on each of the past days with what was known then, for every promise that was
    open and not late yet, and whether it was kept (one statement). Promises whose date has not come
    and that are open still, those that fell away, and those whose date was over already on the day
    of the forecast prove nothing and are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_THEN, {"days": list(learnt), "cases": list(cases)})
        rows = cursor.fetchall()
    pairs = []
    for cut, duty, day0, original, due, status, stopped, days, dues in rows:
        promise = Promise(
            day0, original, due, status, stopped, tuple(zip(days or (), dues or (), strict=True))
        )
        known = facts(promise, cut)
        limit = known.due if known else due
        if limit < cut:
            continue
        came = _outcome(promise, limit, as_of)
        chance = learnt[cut][duty].chance((cut - day0).days, (limit - day0).days)
        if came is not None and chance is not None:
            pairs.append((chance, came))
    return pairs


def _outcome(promise: Promise, due: date, as_of: date) -> bool | None:
    """Kept by the date that stood then, not kept, or not known yet."""
    if (
        promise.status in FULFILLED
        and promise.stopped_on is not None
        and promise.stopped_on <= as_of
    ):
        return promise.stopped_on <= due
    return False if due < as_of and promise.status in ("RUNNING", "HELD") else None
