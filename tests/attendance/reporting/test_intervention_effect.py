"""Intervention effect on generated districts where the truth is known: nothing must not look like
something, something must be found, and the interval must cover the truth about as often as it says.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.reporting import intervention_effect
from attendance.reporting.intervention_effect import Other, Served, Windows, windows_of

DAYS = [
    date(2026, 8, 24) + timedelta(days=n)
    for n in range(260)
    if (date(2026, 8, 24) + timedelta(days=n)).weekday() < 5
]


def district(seed: int, *, gain: float, students: int = 1500, share: float = 0.4):
    """Students with a lasting propensity to miss and a passing trouble of some weeks; whoever
    missed six of the last 20 days is a candidate, of whom a share is served. `gain` is how much of
    their absence the intervention takes away from then on."""
    rng = random.Random(seed)
    served, others = [], []
    for student in range(students):
        lasting = min(0.6, rng.expovariate(1 / 0.08))
        starts, length = rng.randrange(0, 120), rng.randrange(10, 35)
        chance = [
            min(0.9, lasting + (0.45 if starts <= n < starts + length else 0.0))
            for n in range(len(DAYS))
        ]
        draws = [rng.random() for _ in DAYS]
        missed = {DAYS[n] for n in range(len(DAYS)) if draws[n] < chance[n]}
        trigger = next(
            (n for n in range(20, 140, 5) if sum(DAYS[k] in missed for k in range(n - 20, n)) >= 6),
            None,
        )
        if trigger is None:
            continue
        band = "6-8" if student % 2 else "3-5"
        if rng.random() < share:
            after = {
                DAYS[n] for n in range(trigger, len(DAYS)) if draws[n] < chance[n] * (1 - gain)
            }
            found = windows_of(
                DAYS, DAYS[trigger], {day for day in missed if day < DAYS[trigger]} | after
            )
            served.append(Served(student, "ARC", DAYS[trigger], "middle", band, found))
        else:
            others.append(
                Other(
                    student, DAYS[trigger], "middle", band, windows_of(DAYS, DAYS[trigger], missed)
                )
            )
    return served, others


@pytest.mark.parametrize("seed", range(3))
def test_no_effect_with_strong_regression_to_the_mean_comes_out_as_about_none(seed):
    (found,) = intervention_effect.effects(*district(seed, gain=0.0))
    assert found.raw.points > 4, "before-after alone would call this a success"
    assert found.raw.certain
    assert abs(found.effect.points) < 2.5
    assert found.matched >= intervention_effect.LEAST


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_effect_is_found_and_not_what_the_raw_difference_says(seed):
    served, others = district(seed, gain=0.6)
    (found,) = intervention_effect.effects(served, others)
    assert found.effect.certain
    truth = found.after - intervention_effect.effects(district(seed, gain=0.0)[0], others)[0].after
    assert truth > 3
    assert abs(found.effect.points - truth) < 4
    assert found.effect.points < found.raw.points - 3


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(20, 40):
        (found,) = intervention_effect.effects(*district(seed, gain=0.0, students=500))
        covered += found.effect.low <= 0 <= found.effect.high
    assert covered >= 17, "95 % of 20, less chance"


def test_the_same_twice():
    served, others = district(3, gain=0.3)
    assert intervention_effect.effects(served, others) == intervention_effect.effects(
        list(reversed(served)), list(reversed(others))
    )


def test_too_few_say_nothing():
    served, others = district(1, gain=0.5)
    (found,) = intervention_effect.effects(served[:9], others)
    assert (found.n, found.raw, found.effect, found.enough) == (9, None, None, False)
    (alone,) = intervention_effect.effects(served, [])
    assert (alone.matched, alone.effect) == (0, None)


def test_a_match_is_of_the_same_day_level_and_band_and_near():
    one = Served(1, "ARC", DAYS[30], "middle", "6-8", Windows(3, 4, 2))
    near = Other(2, DAYS[30], "middle", "6-8", Windows(3, 3, 5))
    wrong = [
        Other(3, DAYS[31], "middle", "6-8", Windows(3, 4, 5)),
        Other(4, DAYS[30], "high", "6-8", Windows(3, 4, 5)),
        Other(5, DAYS[30], "middle", "3-5", Windows(3, 4, 5)),
        Other(6, DAYS[30], "middle", "6-8", Windows(5, 4, 5)),
        Other(7, DAYS[30], "middle", "6-8", Windows(6, 1, 5)),
        Other(1, DAYS[30], "middle", "6-8", Windows(3, 4, 5)),
    ]
    assert intervention_effect.pairs_of([one], [*wrong, near]) == [
        intervention_effect.Pair(1, "ARC", 7, 2, 1.0)
    ]
    assert intervention_effect.pairs_of([one], wrong) == [
        intervention_effect.Pair(1, "ARC", 7, 2, None)
    ]
    five = [Other(n, DAYS[30], "middle", "6-8", Windows(3, 4, n - 20)) for n in range(20, 30)]
    assert intervention_effect.pairs_of([one], [near, *five]) == [
        intervention_effect.Pair(1, "ARC", 7, 2, 7 - 2.0)
    ], "the nearest five: those missed 0 to 4 days"


def test_nobody_stands_in_for_two_served_students_of_a_kind():
    served = [
        Served(n, kind, DAYS[30], "middle", "6-8", Windows(3, 4, 2))
        for kind in ("ARC", "L6")
        for n in (1, 2, 3)
    ]
    others = [Other(n, DAYS[30], "middle", "6-8", Windows(3, 4, n)) for n in (11, 12)]
    assert [pair.others for pair in intervention_effect.pairs_of(served, others)] == [
        -4.0,
        -5.0,
        None,
    ] * 2


def test_windows_are_whole_or_none_and_the_day_itself_is_after():
    absent = {DAYS[10], DAYS[24], DAYS[25], DAYS[44], DAYS[45]}
    assert windows_of(DAYS, DAYS[25], absent) == Windows(1, 1, 2)
    assert windows_of(DAYS, DAYS[25] - timedelta(days=1), absent) is not None
    assert windows_of(DAYS, DAYS[19], absent) is None
    assert windows_of(DAYS, DAYS[-19], absent) is None
    saturday = next(
        day for day in (DAYS[0] + timedelta(days=n) for n in range(60, 70)) if day.weekday() == 5
    )
    assert windows_of(DAYS, saturday, {saturday + timedelta(days=2)}).after == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-50, 50)), min_size=1, max_size=40))
def test_the_interval_holds_the_mean_of_what_is_alike(rows):
    (found,) = intervention_effect.bootstrap(
        [[value] for _c, value in rows], [cluster for cluster, _v in rows]
    )
    assert found.low <= found.high
    assert min(value for _c, value in rows) - 1e-9 <= found.low
    assert found.high <= max(value for _c, value in rows) + 1e-9


@pytest.mark.parametrize(
    ("grade", "band"),
    [
        ("PK", "PK-K"),
        ("K", "PK-K"),
        ("1", "1-2"),
        ("5", "3-5"),
        ("6", "6-8"),
        ("12", "9-12"),
        ("", "PK-K"),
    ],
)
def test_grade_bands(grade, band):
    assert intervention_effect.grade_band(grade) == band
