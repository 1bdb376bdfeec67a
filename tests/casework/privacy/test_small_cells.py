"""Small cells (C6; T-32, A-35), attacked in two ways that share no code with the module: interval
propagation over all sums, and the exact answer by trying every value."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.privacy.small_cells import (
    HIDDEN,
    Key,
    Publication,
    Rules,
    Suppressed,
    Why,
    key,
    suppress,
    suppress_list,
    tail_percent,
)

FAR = 10**6
RULES = Rules()


# The attacker: knows the sums, what is shown, what the marks say, and nothing else.


def told(publication: Publication, done: Suppressed) -> dict[Key, tuple[int, int]]:
    """What each figure says by itself: its value, "<10", a range of its rate, or ten and more."""
    known: dict[Key, tuple[int, int]] = {}
    for cell, figure in done.figures.items():
        if isinstance(figure.value, int):
            known[cell] = (figure.value, figure.value)
        else:
            known[cell] = {"<10": (0, 9)}.get(
                figure.text, (0 if figure.why is Why.WITHHELD else 10, FAR)
            )
    for (above, below), rate in done.rates.items():
        group = done.figures[below].value
        if rate.text.startswith(">"):
            percent = int(rate.text.strip("> %"))
            known[above] = max(known[above][0], group * percent // 100 + 1), group
        elif isinstance(rate.value, Decimal):
            known[above] = (publication.counts[above],) * 2
    return known


def equations(publication: Publication) -> tuple[list[list[tuple[Key, int]]], list[Key]]:
    """Every line as members with +1 and -1, adding up to zero; the pairs with those outside as a
    cell of their own."""
    lines = [[(total, -1), *((part, 1) for part in parts)] for total, parts in publication.sums]
    others = [("outside " + above[0], above[1]) for above, _ in publication.pairs]
    lines += [
        [(below, -1), (above, 1), (other, 1)]
        for (above, below), other in zip(publication.pairs, others, strict=True)
    ]
    return lines, others


def propagate(lines, bounds):
    """Narrow every interval by every line until nothing moves; None if some interval is empty."""
    bounds = dict(bounds)
    moved = True
    while moved:
        moved = False
        for line in lines:
            ends = [(side * bounds[cell][0], side * bounds[cell][1]) for cell, side in line]
            least, most = sum(min(pair) for pair in ends), sum(max(pair) for pair in ends)
            for (cell, side), pair in zip(line, ends, strict=True):
                # The others lie between least - own and most - own, and the cell is what they
                # leave.
                low, high = -(most - max(pair)), -(least - min(pair))
                if side < 0:
                    low, high = -high, -low
                old = bounds[cell]
                new = max(old[0], low), min(old[1], high)
                if new[0] > new[1]:
                    return None
                if new != old and new[1] < FAR * 2:
                    bounds[cell], moved = new, True
    return bounds


def possible(lines, bounds) -> bool:
    """Whether whole numbers exist for all cells: propagate, then split the narrowest open cell."""
    bounds = propagate(lines, bounds)
    if bounds is None:
        return False
    open_cells = [cell for cell, (low, high) in bounds.items() if low < high]
    if not open_cells:
        return True
    cell = min(
        open_cells,
        key=lambda cell: (bounds[cell][1] - bounds[cell][0], str(sorted(cell[1])), cell[0]),
    )
    low, high = bounds[cell]
    middle = (low + high) // 2
    return possible(lines, {**bounds, cell: (low, middle)}) or possible(
        lines, {**bounds, cell: (middle + 1, high)}
    )


def start(publication, done):
    lines, others = equations(publication)
    return lines, {**told(publication, done), **dict.fromkeys(others, (0, FAR))}


def needed(figure) -> int:
    return 5 if figure.why in (Why.SMALL, Why.EXTREME) else 2


def attack_by_intervals(publication: Publication, done: Suppressed) -> None:
    lines, bounds = start(publication, done)
    narrowed = propagate(lines, bounds)
    assert narrowed is not None, "what is published contradicts itself"
    for cell, figure in done.figures.items():
        if figure.value is None:
            low, high = narrowed[cell]
            assert low <= publication.counts[cell] <= high
            assert high - low + 1 >= needed(figure), (cell, figure)


def attack_by_trying(publication: Publication, done: Suppressed) -> None:
    """Exact: between the smallest and the largest value that some full set of figures allows."""
    lines, bounds = start(publication, done)
    for cell, figure in done.figures.items():
        if figure.value is None:
            value = publication.counts[cell]
            reach = range(max(bounds[cell][0], value - 9), min(bounds[cell][1], value + 9) + 1)
            open_to = [
                guess for guess in reach if possible(lines, {**bounds, cell: (guess, guess)})
            ]
            assert value in open_to
            assert max(open_to) - min(open_to) + 1 >= needed(figure), (cell, figure, open_to)


def no_small_count_is_told(publication: Publication, done: Suppressed) -> None:
    for cell, figure in done.figures.items():
        assert (figure.value is None) or figure.value == publication.counts[cell] >= 10
    for (above, below), rate in done.rates.items():
        if rate.value is not None:
            assert done.figures[above].value is not None
            assert done.figures[below].value is not None
    for total, parts in publication.sums:
        hidden = [publication.counts[part] for part in parts if done.figures[part].value is None]
        assert not hidden or done.figures[total].value is None or sum(hidden) >= 10


def table(counts: list[list[int]], measure: str = "n") -> dict[tuple[str, str], int]:
    return {
        (f"r{row}", f"c{column}"): value
        for row, line in enumerate(counts)
        for column, value in enumerate(line)
    }


def crossed(counts: list[list[int]]) -> Publication:
    publication = Publication()
    publication.cross("n", ["row", "column"], table(counts))
    return publication


def texts(counts: dict[str, int]) -> tuple[dict[str, str], str]:
    figures, total = suppress_list(counts)
    return {label: figure.text for label, figure in figures.items()}, total.text


# Scenarios


@pytest.mark.scenario("T-32")
def test_school_with_three_title_ix_cases():
    """T-32: "<10", no rate; the district total is shown only because another school is hidden
    beside it."""
    publication = Publication()
    publication.cross("cases", ["school"], {("Alpha",): 3, ("Beta",): 14, ("Gamma",): 25})
    publication.cross("students", ["school"], {("Alpha",): 410, ("Beta",): 700, ("Gamma",): 900})
    publication.rate("cases", "students")
    done = suppress(publication)
    assert done.count("cases", school="Alpha").text == "<10"
    assert done.rate("cases", "students", school="Alpha").value is None
    assert done.count("cases", school="Beta").text == HIDDEN
    assert done.rate("cases", "students", school="Beta").text == HIDDEN
    assert done.count("cases", school="Gamma").text == "25"
    assert done.count("cases").text == "42"
    attack_by_trying(publication, done)


@pytest.mark.scenario("T-32")
def test_district_total_that_would_reveal_the_school_is_hidden():
    """T-32: with one other school of ten, 13 - 10 tells the three whatever is hidden beside it; the
    total goes."""
    assert texts({"Alpha": 3, "Beta": 10}) == ({"Alpha": "<10", "Beta": "10"}, HIDDEN)
    assert texts({"Alpha": 3}) == ({"Alpha": "<10"}, "<10")
    assert texts({"Alpha": 3, "Beta": 4}) == ({"Alpha": "<10", "Beta": "<10"}, "<10")


@pytest.mark.scenario("A-35")
def test_school_and_subgroup_with_nine_students():
    """A-35: 9 students, 4 chronic: "<10", no rate; a second cell is hidden, for the totals would
    reveal it."""
    students = {("Alpha", "EC"): 9, ("Alpha", "ELL"): 40, ("Beta", "EC"): 55, ("Beta", "ELL"): 80}
    chronic = {("Alpha", "EC"): 4, ("Alpha", "ELL"): 14, ("Beta", "EC"): 20, ("Beta", "ELL"): 33}
    publication = Publication()
    publication.cross("students", ["school", "group"], students)
    publication.cross("chronic", ["school", "group"], chronic)
    publication.rate("chronic", "students")
    done = suppress(publication)
    place = {"school": "Alpha", "group": "EC"}
    assert done.count("students", **place).text == "<10"
    assert done.count("chronic", **place).text == "<10"
    assert done.rate("chronic", "students", **place).text == HIDDEN
    for measure in ("students", "chronic"):
        hidden = [
            cell
            for cell in students
            if done.count(measure, school=cell[0], group=cell[1]).value is None
        ]
        assert len(hidden) > 1, "alone, it would follow from the total"
    no_small_count_is_told(publication, done)
    attack_by_trying(publication, done)


@pytest.mark.scenario("A-35")
def test_list_of_subgroups_hides_the_smallest_sufficient_second_cell():
    assert texts({"EC": 9, "ELL": 30, "EDS": 25}) == (
        {"EC": "<10", "ELL": "30", "EDS": HIDDEN},
        "64",
    )


# Rules one by one


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 10, "b": 11, "c": 400}, ""),
        ({"a": 0, "b": 40, "c": 50}, "ab"),
        ({"a": 5, "b": 6, "c": 50}, "ab"),  # the two small ones protect each other: 11 together
        ({"a": 3, "b": 4, "c": 20, "d": 30}, "abc"),  # 7 together is a small count itself
        ({"a": 9, "b": 9, "c": 50, "d": 60}, "abc"),  # 18 could only be 9 + 9
        ({"a": 0, "b": 10, "c": 13, "d": 40}, "ad"),  # 10 and 13 leave too few values beside a zero
        (dict.fromkeys("abcdefghijkl", 1), "abcdefghijkl"),
    ],
)
def test_lists(counts, hidden):
    figures, _ = suppress_list(counts)
    assert "".join(label for label, figure in figures.items() if figure.value is None) == hidden


def test_the_chain_that_intervals_do_not_see():
    """Rows one and two less column one leave column two: solved as equations, not by intervals.
    Hiding must know."""
    publication = crossed([[3, 14, 50], [12, 4, 60], [70, 15, 16], [80, 90, 17]])
    done = suppress(publication)
    attack_by_intervals(publication, done)
    attack_by_trying(publication, done)


def test_nothing_small_nothing_hidden():
    done = suppress(crossed([[10, 20, 30], [40, 50, 60]]))
    assert all(figure.why is Why.SHOWN for figure in done.figures.values())


def test_a_table_hides_one_rectangle():
    done = suppress(crossed([[4, 30, 31], [32, 18, 33], [34, 35, 36]]))
    hidden = {cell for cell, figure in done.figures.items() if figure.value is None}
    assert hidden == {
        key("n", row=row, column=column) for row, column in product(("r0", "r1"), ("c0", "c1"))
    }


def rates(
    pairs: dict[str, tuple[int, int]], rules: Rules | None = None
) -> tuple[Publication, Suppressed]:
    publication = Publication()
    for label, (above, below) in pairs.items():
        publication.put(key("above", school=label), above)
        publication.put(key("below", school=label), below)
    publication.rate("above", "below")
    return publication, suppress(publication, rules)


@pytest.mark.parametrize(
    ("above", "below", "numerator", "group", "rate"),
    [
        (40, 100, "40", "100", "40.00 %"),
        (23, 96, "23", "96", "23.96 %"),
        (12, 96, "12", "96", "12.50 %"),
        (49, 120, "49", "120", "40.83 %"),
        (1, 16, "<10", "16", HIDDEN),
        (4, 9, "<10", "<10", HIDDEN),
        (9, 9, "<10", "<10", HIDDEN),
        (4, 100, "<10", "100", HIDDEN),
        (9, 199, "<10", "199", HIDDEN),
        (9, 200, "<10", "200", "<5 %"),
        (0, 5000, "<10", "5000", "<5 %"),
        (10, 250, "10", "250", "4.00 %"),
        (97, 100, HIDDEN, "100", ">95 %"),
        (100, 100, HIDDEN, "100", ">95 %"),
        (95, 100, "95", "100", "95.00 %"),
        (195, 200, HIDDEN, "200", ">95 %"),
        (190, 200, "190", "200", "95.00 %"),
        (289, 300, "289", "300", "96.33 %"),
        (40, 40, HIDDEN, "40", ">85 %"),
        (35, 40, HIDDEN, "40", ">85 %"),
        (34, 40, "34", "40", "85.00 %"),
        (14, 14, HIDDEN, "14", ">70 %"),
        (12, 12, HIDDEN, HIDDEN, HIDDEN),
    ],
)
def test_rates_and_their_ranges(above, below, numerator, group, rate):
    _, done = rates({"Alpha": (above, below)})
    figures = (
        done.count("above", school="Alpha"),
        done.count("below", school="Alpha"),
        done.rate("above", "below", school="Alpha"),
    )
    assert [figure.text for figure in figures] == [numerator, group, rate]


def test_rates_round_half_up():
    _, done = rates({"Alpha": (1001, 8000)})
    assert done.rate("above", "below", school="Alpha").value == Decimal("12.51")


def test_no_group_narrows_its_numerator_further_than_allowed():
    """Whoever knows the rules and reads all figures of a group cannot bring a hidden numerator
    below five values."""
    for group in (*range(10, 110), 150, 180, 199, 200, 201, 220):
        seen: dict[tuple[str, str, str], int] = {}
        for above in range(group + 1):
            _, done = rates({"Alpha": (above, group)})
            told = (
                done.count("above", school="Alpha"),
                done.count("below", school="Alpha"),
                done.rate("above", "below", school="Alpha"),
            )
            if told[0].value is None and told[1].value is not None:
                read = (told[0].text, told[1].text, told[2].text)
                seen[read] = seen.get(read, 0) + 1
        assert all(times >= 5 for times in seen.values()), (group, seen)


def test_the_reason_told_does_not_give_a_tiny_group_away():
    _, done = rates({"Alpha": (12, 12)})
    assert done.count("below", school="Alpha").why is Why.COMPLEMENT
    assert done.count("above", school="Alpha").why is Why.COMPLEMENT


def test_an_extreme_numerator_is_protected_against_the_total():
    publication = Publication()
    publication.cross("chronic", ["school"], {("Alpha",): 97, ("Beta",): 40, ("Gamma",): 60})
    publication.cross("students", ["school"], {("Alpha",): 100, ("Beta",): 90, ("Gamma",): 130})
    publication.rate("chronic", "students")
    done = suppress(publication)
    assert done.rate("chronic", "students", school="Alpha").text == ">95 %"
    assert done.count("chronic", school="Beta").text == HIDDEN
    assert done.count("students", school="Beta").text == "90"
    attack_by_trying(publication, done)


def test_tables_that_share_totals_are_one_puzzle():
    """By month the school's total is hidden for its own smallness; by kind it must not come back as
    a sum."""
    publication = Publication()
    publication.cross(
        "cases",
        ["school", "month"],
        {("A", "09"): 3, ("A", "10"): 4, ("B", "09"): 30, ("B", "10"): 25},
    )
    publication.cross(
        "cases", ["school", "kind"], {("A", "x"): 6, ("A", "y"): 1, ("B", "x"): 40, ("B", "y"): 15}
    )
    done = suppress(publication)
    assert done.count("cases", school="A").text == "<10"
    assert done.count("cases", school="B").value is None or done.count("cases").value is None
    no_small_count_is_told(publication, done)
    attack_by_intervals(publication, done)
    attack_by_trying(publication, done)


def test_areas_of_a_district():
    publication = Publication()
    publication.cross("n", ["school"], {("a",): 4, ("b",): 30, ("c",): 50, ("d",): 60})
    for area, members in {"north": "ab", "south": "cd"}.items():
        publication.put(
            key("n", area=area),
            sum(publication.counts[key("n", school=school)] for school in members),
        )
        publication.add(key("n", area=area), [key("n", school=school) for school in members])
    publication.add(key("n"), [key("n", area="north"), key("n", area="south")])
    done = suppress(publication)
    assert {school for school in "abcd" if done.count("n", school=school).value is None} == {
        "a",
        "b",
    }
    attack_by_trying(publication, done)


def test_what_is_refused():
    publication = Publication()
    publication.put(key("n"), 5)
    for cell, value in ((key("n"), 6), (key("m"), -1)):
        with pytest.raises(ValueError):
            publication.put(cell, value)
    publication.put(key("n", school="a"), 4)
    with pytest.raises(ValueError):
        publication.add(key("n"), [key("n", school="a")])
    publication.put(key("below", school="a"), 3)
    with pytest.raises(ValueError):
        publication.rate("n", "below")
    with pytest.raises(ValueError):
        Rules(threshold=5, spread=6)


def test_tables_that_count_the_same_and_disagree_are_refused():
    publication = Publication()
    publication.cross("n", ["school"], {("a",): 4, ("b",): 30})
    with pytest.raises(ValueError):
        publication.cross("n", ["school", "grade"], {("a", "9"): 5, ("b", "9"): 29})


def test_an_empty_list_and_missing_places():
    figures, total = suppress_list({})
    assert (figures, total.text) == ({}, "<10")
    publication = Publication()
    publication.cross("n", ["row", "column"], {("r", "c"): 40, ("s", "d"): 50})
    assert publication.counts[key("n", row="r", column="d")] == 0


def test_another_threshold():
    figures, _ = suppress_list({"a": 4, "b": 5, "c": 6, "d": 30}, Rules(threshold=5, spread=3))
    assert [figure.text for figure in figures.values()] == ["<5", HIDDEN, "6", "30"]


@pytest.mark.parametrize(
    ("group", "percent"), [(10, 45), (14, 30), (20, 25), (40, 15), (80, 10), (81, 5), (1000, 5)]
)
def test_tail(group, percent):
    assert tail_percent(group, RULES) == percent


# Random tables

counts = st.one_of(st.integers(0, 12), st.integers(0, 60))


def grids(rows: int, columns: int):
    size = st.tuples(st.integers(1, rows), st.integers(1, columns))
    return size.flatmap(
        lambda s: st.lists(
            st.lists(counts, min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0]
        )
    )


@settings(max_examples=300, deadline=None)
@given(grids(7, 6))
def test_no_random_table_gives_way_to_intervals(grid):
    publication = crossed(grid)
    done = suppress(publication)
    no_small_count_is_told(publication, done)
    attack_by_intervals(publication, done)


@settings(max_examples=150, deadline=None)
@given(grids(4, 3))
def test_no_small_random_table_gives_way_to_trying(grid):
    publication = crossed(grid)
    attack_by_trying(publication, suppress(publication))


@st.composite
def rate_tables(draw, rows: int, columns: int):
    below = draw(grids(rows, columns))
    above = [
        [
            draw(st.one_of(st.integers(0, value), st.integers(max(0, value - 3), value)))
            for value in line
        ]
        for line in below
    ]
    publication = Publication()
    publication.cross("below", ["row", "column"], table(below))
    publication.cross("above", ["row", "column"], table(above))
    publication.rate("above", "below")
    return publication


@settings(max_examples=200, deadline=None)
@given(rate_tables(5, 4))
def test_no_random_table_of_rates_gives_way_to_intervals(publication):
    done = suppress(publication)
    no_small_count_is_told(publication, done)
    attack_by_intervals(publication, done)


@settings(max_examples=60, deadline=None)
@given(rate_tables(2, 2))
def test_no_small_random_table_of_rates_gives_way_to_trying(publication):
    attack_by_trying(publication, suppress(publication))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_linked_tables_give_way(data):
    """Two tables over the same schools share their school totals and the grand total."""
    first = data.draw(grids(3, 3))
    second = []
    for line in first:
        cut = data.draw(st.integers(0, sum(line)))
        second.append([cut, sum(line) - cut])
    publication = Publication()
    publication.cross("n", ["row", "column"], table(first))
    publication.cross("n", ["row", "kind"], table(second))
    done = suppress(publication)
    no_small_count_is_told(publication, done)
    attack_by_intervals(publication, done)


def exact_list(values: list[int], hidden: set[int]) -> bool:
    """Whether a list with its total shown is safe, by the closed formula for one line."""
    low = {place: 0 if values[place] < 10 else 10 for place in hidden}
    high = {place: 9 if values[place] < 10 else FAR for place in hidden}
    total = sum(values[place] for place in hidden)
    if hidden and total < 10:
        return False
    for place in hidden:
        least = max(low[place], total - sum(high.values()) + high[place])
        most = min(high[place], total - sum(low.values()) + low[place])
        if most - least + 1 < (5 if values[place] < 10 else 2):
            return False
    return True


@settings(max_examples=300, deadline=None)
@given(st.lists(counts, min_size=1, max_size=8))
def test_a_list_hides_nothing_that_could_be_shown(values):
    """Rule 5 on lists: with the total shown, taking back any single complement would make the list
    unsafe."""
    figures, total = suppress_list({str(place): value for place, value in enumerate(values)})
    hidden = {int(label) for label, figure in figures.items() if figure.value is None}
    if total.value is not None:
        assert exact_list(values, hidden)
        for place in hidden:
            assert values[place] < 10 or not exact_list(values, hidden - {place})
    else:
        others = [place for place, value in enumerate(values) if value >= 10]
        alone = set(range(len(values))) - set(others)
        assert total.text == "<10" or not any(
            exact_list(values, alone | {place}) for place in others
        ), "hiding one part was enough"


@settings(max_examples=50, deadline=None)
@given(grids(5, 4))
def test_the_same_publication_is_always_cut_the_same_way(grid):
    assert suppress(crossed(grid)) == suppress(crossed(grid))
