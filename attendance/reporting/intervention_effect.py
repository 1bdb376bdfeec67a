"""What interventions did: attendance in the 20 school days before and after, beside similar
students not yet served (domain.md A4 K7). Pure functions; the rows come from `effect_selectors`.

Students are served when they miss much. Whoever is looked at in his worst weeks does better in the
next ones by himself: regression to the mean. The difference before-after alone proves nothing. So
each served student is compared with students of the same school level and grade band who had about
the same rate and the same trend at the same time and were not served until the window after was
over; what the served gained beyond them is the effect, with an interval from a bootstrap with a
fixed seed. Even that is no experiment: who is served and who is not differs in more than can be
matched."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

WINDOW = 20
# The trend is the second half of the window before against its first half.
HALF = WINDOW // 2
# How far a match may lie away: at most this many absent days before (of 20), and this many in the
# trend (of 10).
CALIPER_DAYS, CALIPER_TREND = 1, 2
# Who missed less than this before has no trouble to be compared by.
LEAST_BEFORE = 2
MATCHES = 5
LEAST = 10
RESAMPLES, SEED = 1_000, 20260824


@dataclass(frozen=True)
class Windows:
    """Absent days around a school day: in the first and the second half of the 20 school days
    before it, and in the 20 from it."""

    first_half: int
    second_half: int
    after: int

    @property
    def before(self) -> int:
        """Absent days of the 20 before."""
        return self.first_half + self.second_half

    @property
    def trend(self) -> int:
        """More absent days in the second half than in the first: getting worse."""
        return self.second_half - self.first_half


@dataclass(frozen=True)
class Served:
    """A student on the day of an intervention."""

    student: int
    kind: str
    on: date
    level: str
    band: str
    windows: Windows


@dataclass(frozen=True)
class Other:
    """A student who was not served from 20 school days before the same day until 20 after it."""

    student: int
    on: date
    level: str
    band: str
    windows: Windows


@dataclass(frozen=True)
class Interval:
    """A share of school days attended more (+) or less (-), in percentage points, with its 95 %
    interval."""

    points: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Effect:
    """One kind of intervention. `n` interventions with both windows; `matched` of them found
    similar students. Rates in percent of days attended. `raw` is after minus before; `others` what
    the matched group gained; `effect` the difference of the two."""

    kind: str
    n: int
    matched: int
    before: float
    after: float
    raw: Interval | None = None
    others: Interval | None = None
    effect: Interval | None = None

    @property
    def enough(self) -> bool:
        """Whether there are enough to say anything."""
        return self.matched >= LEAST


def grade_band(grade: str) -> str:
    """Grades that are compared with each other."""
    if not grade.isdigit():
        return "PK-K"
    for last, band in ((2, "1-2"), (5, "3-5"), (8, "6-8")):
        if int(grade) <= last:
            return band
    return "9-12"


def windows_of(
    school_days: Sequence[date], on: date, absent: frozenset[date] | set[date]
) -> Windows | None:
    """The windows around a day, by the school days on which a student was enrolled, in order: 20
    before it, and 20 from it on (the day itself belongs to the time after when school is held).
    None where one of them is not whole."""
    middle = bisect_left(school_days, on)
    if middle < WINDOW or middle + WINDOW > len(school_days):
        return None
    before, after = school_days[middle - WINDOW : middle], school_days[middle : middle + WINDOW]
    return Windows(
        _absent(before[:HALF], absent), _absent(before[HALF:], absent), _absent(after, absent)
    )


def _absent(days: Sequence[date], absent: frozenset[date] | set[date]) -> int:
    return sum(day in absent for day in days)


@dataclass(frozen=True)
class Pair:
    """One intervention: absent days of the 20 before and after, and how many fewer days its matches
    missed afterwards (their mean; None where nobody was similar)."""

    student: int
    kind: str
    before: int
    after: int
    others: float | None = None


def effects(served: Iterable[Served], others: Iterable[Other], *, seed: int = SEED) -> list[Effect]:
    """The effect of each kind of intervention, by kind."""
    return summaries(pairs_of(served, others), seed=seed)


def pairs_of(served: Iterable[Served], others: Iterable[Other]) -> list[Pair]:
    """Each intervention, in the order given, with what its matches gained. A student stands in for
    one served student of a kind and day only: shared matches would make the pairs hang together and
    every interval too narrow."""
    served, pool = list(served), _by_stratum(others)
    groups: dict[tuple[str, date, str, str], list[int]] = {}
    for place, one in enumerate(served):
        groups.setdefault((one.kind, one.on, one.level, one.band), []).append(place)
    found: dict[int, list[Other]] = {}
    for (_kind, on, level, band), places in groups.items():
        found |= _share_out(
            {place: served[place] for place in places}, pool.get((on, level, band), [])
        )
    return [_pair(one, found[place]) for place, one in enumerate(served)]


def _share_out(served: Mapping[int, Served], others: Sequence[Other]) -> dict[int, list[Other]]:
    """In turn, each served student takes the most similar one who is left, up to five times."""
    ranked = {
        place: matches(one, others)
        for place, one in sorted(served.items(), key=lambda item: item[1].student)
    }
    taken: set[int] = set()
    found: dict[int, list[Other]] = {place: [] for place in ranked}
    for _ in range(MATCHES):
        for place, near in ranked.items():
            best = next((other for other in near if other.student not in taken), None)
            if best is not None:
                taken.add(best.student)
                found[place].append(best)
    return found


def _pair(one: Served, found: list[Other]) -> Pair:
    gained = (
        fsum(other.windows.before - other.windows.after for other in found) / len(found)
        if found
        else None
    )
    return Pair(one.student, one.kind, one.windows.before, one.windows.after, gained)


_Pool = Mapping[tuple[date, str, str], list[Other]]


def _by_stratum(others: Iterable[Other]) -> _Pool:
    pool: dict[tuple[date, str, str], list[Other]] = {}
    for one in others:
        pool.setdefault((one.on, one.level, one.band), []).append(one)
    return pool


def summaries(pairs: Iterable[Pair], *, seed: int = SEED) -> list[Effect]:
    """The effect of each kind, by kind, from its pairs in whatever order."""
    kinds: dict[str, list[Pair]] = {}
    for pair in sorted(
        pairs, key=lambda pair: (pair.student, pair.before, pair.after, pair.others or 0)
    ):
        kinds.setdefault(pair.kind, []).append(pair)
    return [_effect(kind, kinds[kind], seed) for kind in sorted(kinds)]


def _effect(kind: str, pairs: list[Pair], seed: int) -> Effect:
    before, after = (
        100 - fsum(_points(days) for days in column) / len(pairs)
        for column in zip(*((p.before, p.after) for p in pairs), strict=True)
    )
    rows, clusters = [], []
    for pair in pairs:
        if pair.others is not None:
            gain, theirs = _points(pair.before - pair.after), _points(pair.others)
            rows.append([gain, theirs, gain - theirs])
            clusters.append(pair.student)
    if len(rows) < LEAST:
        return Effect(kind, len(pairs), len(rows), before, after)
    raw, others, effect = bootstrap(rows, clusters, seed)
    return Effect(kind, len(pairs), len(rows), before, after, raw, others, effect)


def _points(days: float) -> float:
    """Days of a window as percentage points."""
    return 100 * days / WINDOW


def matches(one: Served, others: Iterable[Other]) -> list[Other]:
    """The similar students among those of the same day, school level and grade band: about as many
    absent days before and about the same trend; the nearest first, ties by the student's row so
    that a second run finds the same."""
    if one.windows.before < LEAST_BEFORE:
        return []
    near = [
        other
        for other in others
        if abs(other.windows.before - one.windows.before) <= CALIPER_DAYS
        and abs(other.windows.trend - one.windows.trend) <= CALIPER_TREND
        and other.student != one.student
    ]
    return sorted(near, key=lambda other: (_distance(one.windows, other.windows), other.student))


def _distance(one: Windows, other: Windows) -> tuple[int, int]:
    return abs(one.before - other.before), abs(one.trend - other.trend)


def bootstrap(
    rows: Sequence[Sequence[float]], clusters: Sequence[int], seed: int = SEED
) -> list[Interval]:
    """Means of the columns with 95 % percentile intervals. Students are drawn, not interventions:
    those of one student hang together. The same rows and seed give the same intervals."""
    groups: dict[int, list[Sequence[float]]] = {}
    for row, cluster in zip(rows, clusters, strict=True):
        groups.setdefault(cluster, []).append(row)
    sums = [
        ([fsum(column) for column in zip(*group, strict=True)], len(group))
        for _cluster, group in sorted(groups.items())
    ]
    rng, columns = random.Random(seed), range(len(rows[0]))  # noqa: S311 - a resampling that can be repeated
    drawn: list[list[float]] = [[] for _ in columns]
    for _ in range(RESAMPLES):
        sample = rng.choices(sums, k=len(sums))
        size = sum(count for _total, count in sample)
        for column in columns:
            drawn[column].append(fsum(total[column] for total, _count in sample) / size)
    cut = round(RESAMPLES * 0.025)
    return [
        Interval(
            fsum(row[column] for row in rows) / len(rows),
            sorted(drawn[column])[cut],
            sorted(drawn[column])[-cut - 1],
        )
        for column in columns
    ]
