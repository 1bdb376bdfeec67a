"""The sums behind the compliance pages: appended marks, folded by the sweep, equal to the live rows
at any moment.

A step appends the number of its case (`RollupMark`), nothing more: no counter is shared, so no two
steps wait for each other. The sweep takes the marks, works out what these cases add now
(`parts_of`, by the one definition in `dates`), and changes the sums by the difference to what they
had added before (`RollupPart`). A page reads the sums and adds the same difference for the marks
that wait, so it never shows an old figure. `rebuild` makes everything anew from the clocks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Now

from casework.models import Heartbeat, RollupMark
from casework.reporting.deltas import NONE, Counts, Promise, steps

NAME = "rollup"
EVER = date(1, 1, 1)
BATCH = 5000
LOCK = 7_304_118
SUMS = ("counted_o", "met_o", "late_o", "counted_e", "met_e", "late_e", "running", "held")


class Part(NamedTuple):
    """What one case adds to the sums on one day, for one of its duties (empty: the case itself)."""

    case_id: int
    kind: str
    school_id: int
    owner_id: int
    duty: str
    day: date
    counts: Counts
    running: int = 0
    held: int = 0


_CASES = """
SELECT c.id, c.kind, coalesce(c.school_id, -1), coalesce(c.owner_id, 0), c.opened_on, c.closed_on
  FROM casework_case c WHERE c.id = ANY(%(cases)s)
"""
_PROMISES = """
SELECT w.case_id, w.kind, w.day0, w.original_due, w.due, w.status, w.stopped_on,
       (SELECT array_agg(h."on" ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL),
       (SELECT array_agg(h.new_due ORDER BY h.id) FROM casework_clockchange h WHERE h.clock_id = w.id AND h.new_due IS NOT NULL)
  FROM casework_clock w WHERE w.case_id = ANY(%(cases)s)
"""


def parts_of(cases: Collection[int]) -> list[Part]:
    """What these cases add to the sums, from their rows as they are now (two statements)."""
    with connection.cursor() as cursor:
        cursor.execute(_CASES, {"cases": list(cases)})
        places = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_PROMISES, {"cases": list(cases)})
        promises = cursor.fetchall()
    found = [
        Part(pk, kind, school, owner, "", opened, NONE, 1)
        for pk, (kind, school, owner, opened, closed) in places.items()
        if closed is None
    ]
    for case_id, duty, *values, days, dues in promises:
        kind, school, owner = places[case_id][:3]
        promise = Promise(
            values[0], values[1], values[2], values[3], values[4], _moved(values[2], days, dues)
        )
        found += [
            Part(case_id, kind, school, owner, duty, day, change) for day, change in steps(promise)
        ]
        if promise.status in ("RUNNING", "HELD"):
            runs = promise.status == "RUNNING"
            found.append(
                Part(
                    case_id, kind, school, owner, duty, promise.due, NONE, int(runs), int(not runs)
                )
            )
    return found


def _moved(
    due: date, days: list[date] | None, dues: list[date] | None
) -> tuple[tuple[date, date], ...]:
    """The due dates over time; a promise that never moved needs none."""
    pairs = tuple(zip(days or (), dues or (), strict=True))
    return () if all(one == due for _day, one in pairs) else pairs


# -- folding ---------------------------------------------------------------------------------------

_COLUMNS = ", ".join(SUMS)
_CELLS = f"""
INSERT INTO casework_rollupcell AS c (kind, view, school_id, owner_id, duty, day, {_COLUMNS})
SELECT x.* FROM (
    SELECT kind, 'T', school_id, owner_id, duty, '0001-01-01'::date,
           {", ".join(f"coalesce(sum({name}) FILTER (WHERE day <= %(through)s), 0)" for name in SUMS[:6])}, sum(running), sum(held)
      FROM diff GROUP BY kind, school_id, owner_id, duty
    UNION ALL
    SELECT kind, 'M', s.school, 0, '', (date_trunc('month', day) + interval '1 month - 1 day')::date,
           {", ".join(f"sum({name})" for name in SUMS[:6])}, 0, 0
      FROM diff CROSS JOIN LATERAL (SELECT school_id AS school UNION ALL SELECT 0 WHERE school_id > 0) s
     WHERE duty <> '' AND running = 0 AND held = 0 GROUP BY 1, 3, 6
    UNION ALL
    SELECT kind, CASE WHEN duty = '' THEN 'A' ELSE 'D' END, s.school, 0, '', day, 0, 0, 0, 0, 0, 0, sum(running), sum(held)
      FROM diff CROSS JOIN LATERAL (SELECT school_id AS school UNION ALL SELECT 0 WHERE school_id > 0) s
     WHERE running <> 0 OR held <> 0 GROUP BY 1, 2, 3, 6
) AS x (kind, view, school_id, owner_id, duty, day, {_COLUMNS})
 WHERE ({_COLUMNS}) <> (0, 0, 0, 0, 0, 0, 0, 0)
 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (kind, view, school_id, owner_id, duty, day) DO UPDATE SET
       {", ".join(f"{name} = c.{name} + excluded.{name}" for name in SUMS)}
"""
_SHAPE = f"case_id, kind, school_id, owner_id, duty, day, {_COLUMNS}"
_APPLY = f"""
WITH old AS (DELETE FROM casework_rolluppart WHERE case_id = ANY(%(cases)s) RETURNING *),
new AS (
    INSERT INTO casework_rolluppart ({_SHAPE})
    SELECT {_SHAPE} FROM jsonb_to_recordset(%(parts)s::jsonb) AS x(case_id bigint, kind text, school_id bigint, owner_id bigint,
        duty text, day date, {", ".join(f"{name} int" for name in SUMS)})
    RETURNING *
),
diff AS (
    SELECT kind, school_id, owner_id, duty, day, {_COLUMNS} FROM new
    UNION ALL
    SELECT kind, school_id, owner_id, duty, day, {", ".join(f"-{name}" for name in SUMS)} FROM old
)
{_CELLS}
"""
_ADVANCE = f"""
INSERT INTO casework_rollupcell AS c (kind, view, school_id, owner_id, duty, day, {_COLUMNS})
SELECT kind, 'T', school_id, owner_id, duty, '0001-01-01'::date, {", ".join(f"sum({name})" for name in SUMS[:6])}, 0, 0
  FROM casework_rolluppart WHERE day > %(through)s AND day <= %(until)s AND running = 0 AND held = 0
 GROUP BY kind, school_id, owner_id, duty ORDER BY 1, 3, 4, 5
ON CONFLICT (kind, view, school_id, owner_id, duty, day) DO UPDATE SET
       {", ".join(f"{name} = c.{name} + excluded.{name}" for name in SUMS[:6])}
"""
_CLAIM = """
DELETE FROM casework_rollupmark WHERE id IN (SELECT id FROM casework_rollupmark ORDER BY id LIMIT %s) RETURNING case_id
"""


def fold(today: date, batch: int = BATCH) -> int:
    """Bring the sums up to date: all marks, then the horizon. Returns the number of cases; nothing
    happens while another process folds."""
    done = 0
    while (found := _fold_some(today, batch)) is not None:
        done += found
        if not found:
            return done
    return done


def _fold_some(today: date, batch: int) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        through = _advance(today)
        cursor.execute(_CLAIM, [batch])
        cases = sorted({row[0] for row in cursor.fetchall()})
        if cases:
            cursor.execute(
                _APPLY, {"cases": cases, "parts": _as_json(parts_of(cases)), "through": through}
            )
        return len(cases)


def _advance(today: date) -> date:
    """Move the horizon to today: what was planned for the days since takes effect. It never goes
    back."""
    mark = horizon()
    if mark is not None and mark >= today:
        return mark
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, {"through": mark or EVER, "until": today})
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": Now(), "for_date": today})
    return today


def horizon() -> date | None:
    """The date up to which the sums hold what took effect; None before the first fold."""
    return Heartbeat.objects.filter(name=NAME).values_list("for_date", flat=True).first()


def _as_json(parts: Iterable[Part]) -> str:
    names = ("case_id", "kind", "school_id", "owner_id", "duty")
    rows = [
        {
            **dict(zip(names, part[:5], strict=True)),
            "day": part.day.isoformat(),
            **dict(zip(SUMS, (*part.counts, part.running, part.held), strict=True)),
        }
        for part in parts
    ]
    return json.dumps(rows)


# -- making it anew --------------------------------------------------------------------------------


def rebuild(today: date, batch: int = BATCH) -> int:
    """Throw the sums away and make them from the clocks; the number of cases. Steps may go on
    meanwhile: what they mark is folded afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for table in ("casework_rollupmark", "casework_rollupcell", "casework_rolluppart"):
            cursor.execute(f"DELETE FROM {table}")
        Heartbeat.objects.filter(name=NAME).delete()
        through, done = _advance(today), 0
        for cases in _chunks(batch):
            parts = parts_of(
                cases
            )  # read before the copy begins: one connection does one thing at a time
            with cursor.copy(f"COPY casework_rolluppart ({_SHAPE}) FROM STDIN") as copy:
                for part in parts:
                    copy.write_row((*part[:6], *part.counts, part.running, part.held))
            done += len(cases)
        diff = f"SELECT kind, school_id, owner_id, duty, day, {_COLUMNS} FROM casework_rolluppart"
        cursor.execute(f"WITH diff AS ({diff}) {_CELLS}", {"through": through})
    return done


def _chunks(size: int) -> Iterator[list[int]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM casework_case WHERE id > %s ORDER BY id LIMIT %s", [last, size]
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]


def cells() -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Every sum that is not zero, by its key: for comparing what was kept with what is made anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT kind, view, school_id, owner_id, duty, day, {_COLUMNS} FROM "
            "casework_rollupcell"
        )
        return {row[:6]: row[6:] for row in cursor.fetchall() if any(row[6:])}


def compare(today: date) -> list[tuple[Any, ...]]:
    """Keys whose kept sum differs from the one made anew; the kept ones are left as they were."""
    fold(today)
    kept = cells()
    with transaction.atomic():
        rebuild(today)
        anew = cells()
        transaction.set_rollback(True)
    return sorted(key for key in kept.keys() | anew.keys() if kept.get(key) != anew.get(key))


def waiting() -> list[int]:
    """The cases whose marks are not folded yet."""
    return list(RollupMark.objects.values_list("case_id", flat=True).distinct())


def stored(cases: Sequence[int]) -> list[Part]:
    """What these cases have added to the sums so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SHAPE} FROM casework_rolluppart WHERE case_id = ANY(%s)", [list(cases)]
        )
        return [as_part(row) for row in cursor.fetchall()]


def as_part(row: Sequence[Any]) -> Part:
    """A row of `casework_rolluppart` (case, kind, school, owner, duty, day, sums)."""
    case_id, kind, school, owner, duty, day, *sums = row
    return Part(
        case_id,
        kind,
        school,
        owner,
        duty,
        day,
        (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]),
        sums[6],
        sums[7],
    )
