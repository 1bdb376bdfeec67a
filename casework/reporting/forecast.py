"""How likely an open promise is to be kept, from how long such promises took before. Pure
functions: no database, no clock.

Method: for each kind of promise the Kaplan-Meier estimate of the time from day 0 to fulfilment, in
calendar days. What is still open, or fell away, is not thrown out but counts as 'longer than so
far' (censored); leaving it out would make every forecast too rosy. The chance that a promise open
for `elapsed` days is kept by day `limit` is 1 - S(limit) / S(elapsed - 1). With fewer than `LEAST`
fulfilled promises at hand there is no forecast: better none than a guess.

Whether it deserves belief is tested on what it has not seen: learn from everything up to a past
date, forecast what was open then, compare with what came (`reliability`, `brier`)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 20
BINS = 5


@dataclass(frozen=True)
class Curve:
    """The share of promises that take longer than so many days: at each of `days` it falls to the
    value in `left`."""

    days: tuple[int, ...]
    left: tuple[float, ...]
    fulfilled: int

    def longer_than(self, days: int) -> float:
        """S(days), between 0 and 1."""
        place = bisect_right(self.days, days)
        return self.left[place - 1] if place else 1.0

    def chance(self, elapsed: int, limit: int) -> float | None:
        """The chance to be fulfilled by day `limit` for one still open on day `elapsed`; 0 beyond
        the limit; None where there is too little to go by."""
        if self.fulfilled < LEAST:
            return None
        if limit < elapsed:
            return 0.0
        still = self.longer_than(elapsed - 1)
        return None if still <= 0 else 1.0 - self.longer_than(limit) / still

    def quantile(self, share: float) -> int | None:
        """The day by which this share is fulfilled; None where fewer ever were."""
        return next(
            (
                day
                for day, left in zip(self.days, self.left, strict=True)
                if 1 - left >= share - 1e-12
            ),
            None,
        )


def learn(durations: Iterable[tuple[int, bool]]) -> Curve:
    """The curve from (days, fulfilled): days from day 0 to the end or to now; not fulfilled means
    still open or fallen away. Days below zero count as zero."""
    done: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for days, fulfilled in durations:
        (done if fulfilled else gone)[max(0, days)] += 1
    at_risk, share, days_, left = done.total() + gone.total(), 1.0, [], []
    for day in sorted(done | gone):
        if done[day]:
            share *= 1 - done[day] / at_risk
            days_.append(day)
            left.append(share)
        at_risk -= done[day] + gone[day]
    return Curve(tuple(days_), tuple(left), done.total())


@dataclass(frozen=True)
class Bin:
    """Forecasts between `low` and `high`: how many, what they said on average, how many came true."""

    low: float
    high: float
    number: int
    said: float
    came: float


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """A reliability table: forecasts in equal bins, each with the mean forecast and the share that
    came true. Empty bins are left out."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            (said, came) for said, came in pairs if low <= said < high or (high == 1 and said == 1)
        ]
        if inside:
            said, came = (sum(pair[place] for pair in inside) / len(inside) for place in (0, 1))
            found.append(Bin(low, high, len(inside), said, came))
    return found


def brier(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """The mean squared error of forecasts; 0 is perfect, 0.25 is what always saying 50 % earns.
    None without any."""
    return sum((said - came) ** 2 for said, came in pairs) / len(pairs) if pairs else None
