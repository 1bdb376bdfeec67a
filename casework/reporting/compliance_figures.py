"""The figures of a compliance page: how many promises were kept in time, by school, owner and step,
what is open and when it falls due. From the sums for people who watch whole schools, from the cases
themselves for people who see single cases; both give the same figures for the same cases (a test
holds that)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from typing import Any

from django.db import connection, transaction

from casework.engine.date_rules import Compliance
from casework.reporting import rollup
from casework.reporting.compliance import rate
from casework.reporting.rollup import EVER, SUMS, Part

BUCKETS = ((None, -1), (0, 0), (1, 7), (8, 14), (15, 30), (31, None))
AGES = ((0, 6), (7, 29), (30, 59), (60, 89), (90, None))
SOON = (7, 14, 30)


@dataclass(slots=True)
class Line:
    """Sums of one school, owner or step, or of all."""

    sums: list[int] = field(default_factory=lambda: [0] * 8)

    def add(self, values: Iterable[int], sign: int = 1) -> None:
        """Add sums, or take them away."""
        self.sums = [mine + sign * value for mine, value in zip(self.sums, values, strict=True)]

    @property
    def original(self) -> Compliance:
        """Kept by the original date."""
        return Compliance(self.sums[1], self.sums[0], self.sums[2])

    @property
    def extended(self) -> Compliance:
        """Kept by the date that stood in the end."""
        return Compliance(self.sums[4], self.sums[3], self.sums[5])

    @property
    def open(self) -> int:
        """Promises that are open, held ones included."""
        return self.sums[6] + self.sums[7]

    @property
    def held(self) -> int:
        """Promises whose days do not count at present."""
        return self.sums[7]

    @property
    def rates(self) -> tuple[str | None, str | None]:
        """Both rates in per cent with two decimals."""
        return rate(self.original), rate(self.extended)


def _lines() -> defaultdict[Any, Line]:
    return defaultdict(Line)


@dataclass
class Figures:
    """Everything that a compliance page counts, as of a date. `months` holds changes by the last
    day of their month; `due` and `opened` hold days that no bucket tells apart as one day."""

    kind: str
    as_of: date
    total: Line = field(default_factory=Line)
    schools: defaultdict[int, Line] = field(default_factory=_lines)
    owners: defaultdict[int, Line] = field(default_factory=_lines)
    duties: defaultdict[str, Line] = field(default_factory=_lines)
    cases_by_owner: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    months: defaultdict[date, Line] = field(default_factory=_lines)
    due: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    opened: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, part: Part, sign: int = 1) -> None:
        """What one case adds on one day; what takes effect later does not count yet."""
        if not part.duty:
            self.opened[self._opened_about(part.day)] += sign * part.running
            self.cases_by_owner[part.owner_id] += sign * part.running
            return
        if part.running or part.held:
            self.due[self._due_about(part.day)] += sign * part.running
        self._add_now(part, sign)
        if any(part.counts):
            self.months[month_end(part.day)].add((*part.counts, 0, 0), sign)

    def _due_about(self, day: date) -> date:
        last = BUCKETS[-1][0] or 0
        return min(max(day, self.as_of - timedelta(days=1)), self.as_of + timedelta(days=last))

    def _opened_about(self, day: date) -> date:
        age = (self.as_of - day).days
        return self.as_of - timedelta(
            days=max((first for first, _last in AGES if first <= age), default=-1)
        )

    def _add_now(self, part: Part, sign: int) -> None:
        if part.day <= self.as_of or part.running or part.held:
            values = (*part.counts, part.running, part.held)
            for line in (
                self.total,
                self.schools[part.school_id],
                self.owners[part.owner_id],
                self.duties[part.duty],
            ):
                line.add(values, sign)

    def over_time(self, months: int = 12) -> list[tuple[date, Line]]:
        """Both measures as of the end of each of the last months, and as of today, the oldest
        first."""
        running, found = Line(), []
        today = month_end(self.as_of)
        for day in sorted(self.months):
            if day < today:
                running.add(self.months[day].sums)
                found.append((day, Line(list(running.sums))))
        return [*found[-months:], (self.as_of, self.total)]

    def by_days_left(self) -> list[tuple[tuple[int | None, int | None], int]]:
        """Running promises by the days until they fall due; a negative number of days is overdue."""
        return [(bucket, _within(self.due, self.as_of, bucket)) for bucket in BUCKETS]

    def soon(self) -> list[tuple[int, int]]:
        """How many running promises fall due from today within 7, 14 and 30 days."""
        return [(days, _within(self.due, self.as_of, (0, days))) for days in SOON]

    def by_age(self) -> list[tuple[tuple[int, int | None], int]]:
        """Open cases by the days since they were opened."""
        ages = {
            bucket: sum(
                n
                for day, n in self.opened.items()
                if bucket[0] <= (self.as_of - day).days
                and (bucket[1] is None or (self.as_of - day).days <= bucket[1])
            )
            for bucket in AGES
        }
        return list(ages.items())

    @property
    def cases(self) -> int:
        """Open cases."""
        return sum(self.opened.values())


def month_end(day: date) -> date:
    """The last day of the month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _within(due: dict[date, int], today: date, bucket: tuple[int | None, int | None]) -> int:
    first, last = bucket
    return sum(
        n
        for day, n in due.items()
        if (first is None or (day - today).days >= first)
        and (last is None or (day - today).days <= last)
    )


def from_cases(kind: str, cases: Collection[int], as_of: date) -> Figures:
    """Figures over single cases, from their rows (two statements)."""
    found = Figures(kind, as_of)
    for part in rollup.parts_of(cases) if cases else ():
        found.add(part)
    return found


# -- from the sums ---------------------------------------------------------------------------------


class By(IntEnum):
    """What a row of the sums is for: the bits of `grouping(school, owner, duty)`, or days."""

    SCHOOL, OWNER, DUTY, ALL = 0b011, 0b101, 0b110, 0b111
    MONTH, DUE, AGE = 8, 9, 10


# A row for the case itself (no duty) counts nothing but that it is open; it is summed for owners
# alone.
_TOTALS = f"""
SELECT grouping(school_id, owner_id, duty), school_id, owner_id, duty, NULL::date, coalesce(sum(running) FILTER (WHERE duty = ''), 0),
       {", ".join(f"coalesce(sum({name}), 0)" for name in SUMS[:6])}, coalesce(sum(running) FILTER (WHERE duty <> ''), 0),
       coalesce(sum(held), 0)
  FROM casework_rollupcell WHERE kind = %(kind)s AND view = 'T' AND {{schools}}
 GROUP BY GROUPING SETS ((school_id), (owner_id), (duty), ())
"""
# The days as `_due_about` and `_opened_about` put them together: a few dozen rows instead of one
# for each day.
_OF_DAYS = (
    "FROM casework_rollupcell WHERE kind = %(kind)s AND {schools} AND owner_id = 0 AND duty = "
    "'' AND view ="
)
_AGE = " ".join(
    f"WHEN day <= %(as_of)s::date - {first} THEN %(as_of)s::date - {first}"
    for first, _last in reversed(AGES)
)
_DAYS = f"""
UNION ALL
SELECT {By.MONTH:d}, 0, 0, '', day, 0, {", ".join(f"sum({name})" for name in SUMS[:6])}, 0, 0 {_OF_DAYS} 'M' GROUP BY day
UNION ALL
SELECT {By.DUE:d}, 0, 0, '', least(greatest(day, %(as_of)s::date - 1), %(as_of)s::date + {BUCKETS[-1][0]}) AS about, sum(running), 0, 0, 0, 0, 0, 0, 0, 0
  {_OF_DAYS} 'D' GROUP BY about
UNION ALL
SELECT {By.AGE:d}, 0, 0, '', CASE {_AGE} ELSE %(as_of)s::date + 1 END AS about, sum(running), 0, 0, 0, 0, 0, 0, 0, 0 {_OF_DAYS} 'A' GROUP BY about
"""
_BETWEEN = f"""
SELECT case_id, kind, school_id, owner_id, duty, day, {", ".join(SUMS)} FROM casework_rolluppart
 WHERE kind = %(kind)s AND {{schools}} AND day > %(first)s AND day <= %(last)s AND running = 0 AND held = 0
"""


def from_rollup(kind: str, schools: Sequence[int], as_of: date, user: Any = None) -> Figures:
    """Figures over whole schools from the sums, with what waits to be folded, without the cases
    from which the user is recused. Two statements where nothing waits; else at most ten, of which
    all but the first see one moment."""
    found = Figures(kind, as_of)
    every, through, waiting, recused = _around(kind, user)
    if through == as_of and not waiting and not recused:
        _read(found, list(schools), set(schools) >= every)
        return found
    alone = not connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        if alone:
            _one_moment()
        every, through, waiting, recused = _around(kind, user)
        _read(found, list(schools), whole := set(schools) >= every)
        _close_gap(found, list(schools), whole, through)
        _take_in(found, set(schools), waiting, fresh=True)
        _take_in(found, set(schools), recused, fresh=False)
    return found


_AROUND = """
SELECT (SELECT array_agg(id) FROM district_school), (SELECT for_date FROM casework_heartbeat WHERE name = 'rollup'),
       (SELECT array_agg(DISTINCT case_id) FROM casework_rollupmark),
       (SELECT array_agg(r.case_id) FROM casework_recusal r JOIN casework_case c ON c.id = r.case_id
         WHERE r.user_id = %(user)s AND c.kind = %(kind)s)
"""


def _around(kind: str, user: Any) -> tuple[set[int], date, list[int], list[int]]:
    """All schools, the horizon, the cases whose marks wait, and those from which the user is
    recused (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"kind": kind, "user": user.pk if user else None})
        schools, through, waiting, recused = cursor.fetchone()
    return set(schools or ()), through or EVER, waiting or [], recused or []


def _one_moment() -> None:
    """All statements of the page see the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _read(found: Figures, schools: list[int], whole: bool) -> None:
    """The sums themselves, in one statement. Whoever watches all schools reads the rows of all
    schools together."""
    some = "school_id = ANY(%(schools)s)"
    text = _TOTALS.format(schools="school_id > 0" if whole else some) + _DAYS.format(
        schools="school_id = 0" if whole else some
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {"kind": found.kind, "schools": schools, "as_of": found.as_of})
        rows = cursor.fetchall()
    # where the key of such a row stands, and what it fills: sums, a number, or both
    lines: dict[int, tuple[int, Any]] = {
        By.SCHOOL: (1, found.schools),
        By.OWNER: (2, found.owners),
        By.DUTY: (3, found.duties),
        By.MONTH: (4, found.months),
    }
    numbers: dict[int, tuple[int, Any]] = {
        By.OWNER: (2, found.cases_by_owner),
        By.DUE: (4, found.due),
        By.AGE: (4, found.opened),
    }
    for row in rows:
        if row[0] in lines:
            place, kept = lines[row[0]]
            kept[row[place]] = Line(list(row[6:]))
        if row[0] in numbers:
            place, kept = numbers[row[0]]
            kept[row[place]] = row[5]
        if row[0] == By.ALL:
            found.total = Line(list(row[6:]))
    found.duties.pop("", None)


def _close_gap(found: Figures, schools: list[int], whole: bool, through: date) -> None:
    """Between midnight and the first sweep the sums stand at yesterday: what takes effect since is
    added, or taken away when an earlier date is asked for."""
    if through == found.as_of:
        return
    first, last = sorted((through, found.as_of))
    some = "school_id > 0" if whole else "school_id = ANY(%(schools)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _BETWEEN.format(schools=some),
            {"kind": found.kind, "schools": schools, "first": first, "last": last},
        )
        rows = cursor.fetchall()
    sign = 1 if through < found.as_of else -1
    for row in rows:
        part = rollup.as_part(row)
        for line in (
            found.total,
            found.schools[part.school_id],
            found.owners[part.owner_id],
            found.duties[part.duty],
        ):
            line.add((*part.counts, 0, 0), sign)


def _take_in(found: Figures, schools: set[int], cases: list[int], *, fresh: bool) -> None:
    """`fresh`: these cases changed since the sums were folded; their old parts go, their present
    ones come. Otherwise their present parts go: this reader is not to count them."""
    if not cases:
        return
    now = [
        part
        for part in rollup.parts_of(cases)
        if part.kind == found.kind and part.school_id in schools
    ]
    old = (
        [
            part
            for part in rollup.stored(cases)
            if part.kind == found.kind and part.school_id in schools
        ]
        if fresh
        else []
    )
    for part in now:
        found.add(part, 1 if fresh else -1)
    for part in old:
        found.add(part, -1)
