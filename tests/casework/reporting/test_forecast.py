"""Forecasts: the estimate against a textbook, against plain counting, and its calibration on data
with a known law."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.reporting.forecast import LEAST, Curve, brier, learn, reliability

FREIREICH = [
    6,
    6,
    6,
    7,
    10,
    13,
    16,
    22,
    23,
]  # remission times of the classic trial; the censored ones below
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_the_textbook_values():
    curve = learn([*((day, True) for day in FREIREICH), *((day, False) for day in CENSORED)])
    left = dict(zip(curve.days, curve.left, strict=True))
    assert [round(left[day], 3) for day in (6, 7, 10, 13, 16, 22, 23)] == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.9) is None


@given(
    st.lists(st.integers(0, 40), min_size=LEAST, max_size=60),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_without_censoring_it_is_plain_counting(days, elapsed, limit):
    found = learn((day, True) for day in days).chance(elapsed, limit)
    still = [day for day in days if day >= elapsed]
    if limit < elapsed:
        assert found == 0
    elif not still:
        assert found is None
    else:
        assert found == pytest.approx(sum(day <= limit for day in still) / len(still))


@given(st.lists(st.tuples(st.integers(-3, 40), st.booleans()), max_size=80))
def test_it_never_rises_and_stays_between_none_and_all(durations):
    curve = learn(durations)
    values = [curve.longer_than(day) for day in range(-1, 45)]
    assert values[0] == 1
    assert all(1 >= a >= b >= -1e-9 for a, b in itertools.pairwise(values))
    for elapsed in range(0, 40, 7):
        chances = [curve.chance(elapsed, limit) for limit in range(elapsed, 44)]
        known = [chance for chance in chances if chance is not None]
        assert known == sorted(known)
        assert all(-1e-9 <= chance <= 1 for chance in known)


def test_too_little_gives_no_forecast():
    assert learn([(3, True)] * (LEAST - 1)).chance(0, 30) is None
    assert learn([(3, True)] * LEAST).chance(0, 30) == 1
    assert learn([(3, False)] * 500).chance(0, 30) is None
    assert Curve((), (), 0).longer_than(5) == 1


def test_forecasts_come_true_as_often_as_they_say():
    """Half of the promises are watched to the end, half are cut off at random: learnt with the cut
    ones, what is said to hold in p of all cases holds in about p of fresh ones; learnt without
    them, it would be off."""
    rng = random.Random(3)

    def takes() -> int:
        return int(rng.gammavariate(2, 8))

    seen = [(takes(), rng.randrange(60)) for _ in range(6000)]
    curve = learn((min(days, cut), days <= cut) for days, cut in seen)
    fresh = [(takes(), rng.randrange(0, 25), rng.randrange(1, 40)) for _ in range(20000)]
    pairs = [
        (chance, days <= elapsed + more)
        for days, elapsed, more in fresh
        if days >= elapsed and (chance := curve.chance(elapsed, elapsed + more)) is not None
    ]
    table = reliability(pairs)
    assert sum(one.number for one in table) == len(pairs) > 5000
    assert all(abs(one.said - one.came) < 0.05 for one in table)
    score = brier(pairs)
    assert score is not None
    assert score < 0.2


def test_the_table_counts_every_forecast_once():
    pairs = [(0.0, False), (0.2, False), (0.5, True), (1.0, True), (1.0, False)]
    table = reliability(pairs)
    assert [(one.low, one.number, one.came) for one in table] == [
        (0.0, 1, 0),
        (0.2, 1, 0),
        (0.4, 1, 1),
        (0.8, 2, 0.5),
    ]
    assert brier(pairs) == pytest.approx((0 + 0.04 + 0.25 + 0 + 1) / 5)
    assert brier([]) is None
    assert reliability([]) == []
