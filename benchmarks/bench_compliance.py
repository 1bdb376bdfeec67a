"""Rows 14 and 15: the supervisor's figures over 1,100,000 cases, and what keeping their sums
costs four writers at one school."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date

from django.db import transaction

from benchmarks import cases, writers
from benchmarks.bench_steps import _openings, _worker
from benchmarks.common import Row, paired, sql, wall
from casework.engine.services import open_cases
from casework.reporting import compliance_figures, rollup
from district.models import School

TODAY = date(2027, 3, 1)
WRITERS, STEPS, ROUNDS = 4, 60, 5


def run() -> Iterator[Row]:
    """All rows."""
    if not sql("SELECT 1 FROM casework_case WHERE number LIKE 'ATT-2019-%' LIMIT 1"):
        cases.build()
    rollup.rebuild(TODAY)
    for table in ("casework_rollupcell", "casework_rolluppart"):
        sql(f"VACUUM ANALYZE {table}")
    every = list(School.objects.order_by("id").values_list("id", flat=True))

    def page() -> None:
        compliance_figures.from_rollup("ATT", every, TODAY)

    def area() -> None:
        compliance_figures.from_rollup("ATT", every[:31], TODAY)

    for label, work in (("all 186 schools", page), ("31 schools", area)):
        ours, slow, ratio = paired(work, _count, rounds=9)
        yield Row(
            "14",
            f"supervisor's figures over 1,100,000 cases, {label}",
            "sequential count of the cases",
            ratio,
            0.06,
            (ours, slow),
        )
    _equal(every)
    ours, live, ratio = paired(page, _live)
    yield Row(
        "14",
        "the same, all schools",
        "the same sums by one live SQL statement (peer)",
        ratio,
        0.1,
        (ours, live),
    )
    with_marks, without = _writers()
    yield Row(
        "15",
        f"{WRITERS} writers on one school, steps a second with marks",
        "steps a second without",
        with_marks / without,
        0.9,
        (1 / with_marks, 1 / without),
        at_least=True,
    )


PLAIN = (
    "max_parallel_workers_per_gather = 0",
    "enable_indexonlyscan = off",
    "enable_indexscan = off",
    "enable_bitmapscan = off",
)


def _count() -> None:
    """Every case counted by one process that reads the table from its beginning to its end."""
    with transaction.atomic():
        for name in PLAIN:
            sql(f"SET LOCAL {name}")
        sql("SELECT count(*) FROM casework_case")


# The measure as `dates.compliance` has it, over the clocks as they stood at the end of a date: what
# ended later was running then.
_LIVE_SQL = """
SELECT c.school_id, c.owner_id, w.kind,
       count(*) FILTER (WHERE counts AND (ended OR w.original_due <= %(as_of)s)),
       count(*) FILTER (WHERE counts AND ended AND w.stopped_on <= w.original_due),
       count(*) FILTER (WHERE w.status = 'RUNNING')
  FROM casework_clock w JOIN casework_case c ON c.id = w.case_id
 CROSS JOIN LATERAL (SELECT coalesce(w.stopped_on <= %(as_of)s, false) AS ended) e
 CROSS JOIN LATERAL (
        SELECT w.day0 <= %(as_of)s
               AND NOT (ended AND w.status IN ('ESCALATED', 'CANCELLED', 'MERGED')) AS counts
       ) x
 WHERE c.kind = 'ATT'
 GROUP BY 1, 2, 3
"""


def _live() -> list[tuple[object, ...]]:
    return sql(_LIVE_SQL, as_of=TODAY)


def _equal(schools: list[int]) -> None:
    """The figures of the page are those of the live rows; else the measurement means nothing."""
    kept, live = compared(schools)
    if kept != live:
        raise AssertionError(f"the sums differ from the live rows: {kept}, {live}")


def compared(schools: list[int]) -> tuple[list[int], list[int]]:
    """Counted, met and running promises: by the sums behind the page, and by the live statement."""
    found = compliance_figures.from_rollup("ATT", schools, TODAY).total
    rows = _live()
    live = [sum(int(str(row[place])) for row in rows) for place in (3, 4, 5)]
    return [found.original.counted, found.original.met, found.sums[6]], live


def _writers() -> tuple[float, float]:
    """Median steps a second of four processes at one school, with marks and without, in turn."""
    user = _worker()
    wanted = WRITERS * STEPS * (2 * ROUNDS + 2)
    ids = open_cases("ATT", _openings(wanted, 20_000), year=2026, on=date(2026, 9, 10))
    rows = sql("SELECT number FROM casework_case WHERE id = ANY(%s) ORDER BY id", ids)
    numbers = iter([str(number) for (number,) in rows])
    speeds: dict[bool, list[float]] = {True: [], False: []}
    with ProcessPoolExecutor(
        WRITERS, mp_context=multiprocessing.get_context("spawn"), initializer=writers.prepare
    ) as pool:
        for turn in range(2 * ROUNDS + 2):
            marks = turn % 2 == 0
            parts = [
                ([next(numbers) for _ in range(STEPS)], user.pk, marks) for _ in range(WRITERS)
            ]
            seconds = wall(lambda parts=parts: list(pool.map(writers.write, parts)))  # type: ignore[misc]
            if turn > 1:
                speeds[marks].append(WRITERS * STEPS / seconds)
    return statistics.median(speeds[True]), statistics.median(speeds[False])
