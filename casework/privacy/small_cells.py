"""Small-cell suppression (C6, A4; scenarios T-32 and A-35): which counts and rates of a publication
may be read outside. Pure functions: no database, no clock, no settings.

What is hidden, and no more than that:

1. **Small**: every count under the threshold (ten), zero included, is shown as "<10", and no rate is built on it. In a
   group so large that "<10" already says "under 5 %" (200 and more), that range is shown: it adds nothing.
2. **Extreme**: a rate over 95 % with fewer than ten outside it tells of nearly everybody in the group. Its numerator is
   hidden and the rate becomes a range. In a group under 81 the range ">95 %" would hold fewer than five numerators, so it
   widens in steps of five points until it holds five (">90 %", ">75 %"); every rate in that range is then shown as the
   range, or the range itself would give the number away. A group too small even for that (10 to 13) is hidden as well.
   The other end needs no rule of its own: a rate under 5 % with fewer than ten inside it is rule 1.
3. **Line**: in every sum whose total is shown, the hidden parts together are ten or more. Otherwise a subtraction gives a
   count under ten for their union; the cheapest further part is hidden.
4. **Complement**: a small or extreme count must keep at least `spread` (five) possible values, a count hidden for another's
   sake at least two, whatever an outsider computes from all sums of all tables published together, from the numerators
   that cannot exceed their denominators, and from the marks themselves ("<10" is 0 to 9, another hidden count is 10 or
   more). This is not guessed but proved by a witness: other figures that fit everything published. Where there is no
   witness among the hidden counts, the cheapest counts that allow one are hidden too.
5. **Least**: an inner count is cheaper than a total, a total cheaper than a total of totals, a smaller count cheaper than a
   larger. At the end every count hidden by 3 or 4 is shown again if the rest is still proved safe. So a single list with
   a total hides, beside its small counts, at most what rules 3 and 4 cannot do without.

A proof holds against any arithmetic over what is published together, not against knowledge from
elsewhere (an older table, a person who knows all members of a group but one)."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import chain, combinations, count, product

HIDDEN = "hidden"
ENDLESS = 10**9
EFFORT_WITHIN = (
    600  # partial exchanges looked at among hidden counts; giving up early hides more, never less
)
EFFORT_BEYOND = 6000  # the same where further counts may be hidden

Key = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Rules:
    """What a policy decides. `threshold`: counts under it are small. `spread`: how many values of a
    small count must stay possible, at most `threshold`. `tail`: per cent at either end that count
    as extreme."""

    threshold: int = 10
    spread: int = 5
    tail: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.spread <= self.threshold or not 0 < self.tail < 50:
            raise ValueError("1 <= spread <= threshold and 0 < tail < 50 must hold")


class Why(StrEnum):
    """Why a figure looks as it does; pages turn it into a note."""

    SHOWN = "shown"
    SMALL = "small"
    EXTREME = "extreme"
    COMPLEMENT = "complement"  # hidden so that another cannot be derived
    WITHHELD = "withheld"  # nothing milder was proved safe
    UNPUBLISHED = "unpublished"  # those outside a numerator: never a figure of its own


@dataclass(frozen=True)
class Figure:
    """A count or rate as it may be published. `value` is None unless it is shown (a rate in per
    cent, two decimals)."""

    text: str
    value: int | Decimal | None
    why: Why


def key(measure: str, **where: str) -> Key:
    """The name of a count by what it counts: `key("cases", school="Alpha")`; without filters, the
    grand total. Tables that count the same thing name it the same, which is how shared totals are
    recognised."""
    return measure, frozenset(where.items())


class Publication:
    """Everything that is published together: counts, the sums among them, and which numerator
    belongs to which denominator."""

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.sums: dict[tuple[Key, frozenset[Key]], None] = {}
        self.pairs: dict[tuple[Key, Key], None] = {}

    def put(self, cell: Key, value: int) -> None:
        """One count (>= 0). ValueError if negative, or if the same count is there with another
        value."""
        if value < 0 or self.counts.get(cell, value) != value:
            raise ValueError(f"{cell[0]}: a count is negative, or published with two values")
        self.counts[cell] = value

    def add(self, total: Key, parts: Iterable[Key]) -> None:
        """State that `total` is the sum of `parts`, all of them put before. ValueError if it is
        not."""
        members = frozenset(parts)
        if sum(self.counts[part] for part in members) != self.counts[total]:
            raise ValueError(f"{total[0]}: the parts do not add up to the total")
        self.sums[total, members] = None

    def cross(
        self, measure: str, dimensions: Sequence[str], counts: Mapping[tuple[str, ...], int]
    ) -> None:
        """A table of any number of dimensions with all its totals. `counts`: one label per
        dimension -> count; what is missing is zero. One dimension is a list, two a table. Totals
        are summed here, never trusted."""
        self.put(key(measure), sum(counts.values()))
        labels = [
            list(dict.fromkeys(place[axis] for place in counts)) for axis in range(len(dimensions))
        ]
        places = list(product(*labels))
        margins = list(
            chain.from_iterable(
                combinations(range(len(dimensions)), size)
                for size in range(len(dimensions), -1, -1)
            )
        )
        for axes in margins:
            totals: dict[Key, int] = {}
            for place in places:
                cell = _at(measure, dimensions, place, axes)
                totals[cell] = totals.get(cell, 0) + counts.get(place, 0)
            for cell, value in totals.items():
                self.put(cell, value)
        self._add_margins(measure, dimensions, places, margins)

    def _add_margins(
        self,
        measure: str,
        names: Sequence[str],
        places: list[tuple[str, ...]],
        margins: list[tuple[int, ...]],
    ) -> None:
        for axes in margins:
            for dropped in axes:
                kept = tuple(axis for axis in axes if axis != dropped)
                lines: dict[Key, list[Key]] = {}
                for place in places:
                    lines.setdefault(_at(measure, names, place, kept), []).append(
                        _at(measure, names, place, axes)
                    )
                for total, parts in lines.items():
                    self.add(total, parts)

    def rate(self, numerator: str, denominator: str) -> None:
        """Pair the counts of two measures that have the same filters. ValueError if a numerator
        exceeds its denominator."""
        for cell, value in list(self.counts.items()):
            below = (denominator, cell[1])
            if cell[0] == numerator and below in self.counts:
                if value > self.counts[below]:
                    raise ValueError(f"{numerator}: a numerator exceeds its denominator")
                self.pairs[cell, below] = None


def _at(
    measure: str, dimensions: Sequence[str], place: tuple[str, ...], axes: tuple[int, ...]
) -> Key:
    return measure, frozenset((dimensions[axis], place[axis]) for axis in axes)


@dataclass(frozen=True)
class Suppressed:
    """What may be published. Ask for counts and rates by the same keys; KeyError for what was never
    put in."""

    figures: Mapping[Key, Figure]
    rates: Mapping[tuple[Key, Key], Figure]

    def count(self, measure: str, **where: str) -> Figure:
        """One count, e.g. `count("cases", school="Alpha")`."""
        return self.figures[key(measure, **where)]

    def rate(self, numerator: str, denominator: str, **where: str) -> Figure:
        """One rate in per cent."""
        return self.rates[key(numerator, **where), key(denominator, **where)]


def suppress(publication: Publication, rules: Rules | None = None) -> Suppressed:
    """What of a publication may be read outside (C6). The rules are those at the top of this
    module."""
    rules = rules or Rules()
    board = _Board(publication, rules)
    _Guard(board).protect()
    figures = {cell: _figure(board, cell) for cell in publication.counts}
    return Suppressed(figures, {pair: _rate(board, pair) for pair in publication.pairs})


def suppress_list(
    counts: Mapping[str, int], rules: Rules | None = None
) -> tuple[dict[str, Figure], Figure]:
    """A list of counts and its total, both as they may be published."""
    publication = Publication()
    publication.cross("n", ["row"], {(label,): value for label, value in counts.items()})
    done = suppress(publication, rules)
    return {label: done.count("n", row=label) for label in counts}, done.count("n")


def tail_percent(group: int, rules: Rules) -> int:
    """How many per cent at the upper end of a group of this size are shown as a range: multiples of
    `tail`, the first one that holds `spread` numerators."""
    percent = rules.tail
    while -(-group * percent // 100) < rules.spread:
        percent += rules.tail
    return percent


def _figure(board: _Board, cell: Key) -> Figure:
    why = board.mark[board.index[cell]]
    if why is Why.SHOWN:
        value = board.values[board.index[cell]]
        return Figure(str(value), value, why)
    return Figure(
        f"<{board.rules.threshold}" if why is Why.SMALL else HIDDEN,
        None,
        _told(board, board.index[cell]),
    )


def _told(board: _Board, cell: int) -> Why:
    """The reason that may be told. An extreme whose range is not shown passes for a complement, or
    its reason gave it away."""
    ranged = cell in board.group and board.mark[board.group[cell]] is Why.SHOWN
    return Why.COMPLEMENT if board.mark[cell] is Why.EXTREME and not ranged else board.mark[cell]


def _rate(board: _Board, pair: tuple[Key, Key]) -> Figure:
    above, below = (board.index[cell] for cell in pair)
    why = board.mark[above]
    if board.mark[below] is not Why.SHOWN:
        return Figure(HIDDEN, None, _told(board, below))
    group, rules = board.values[below], board.rules
    if why is Why.SHOWN:
        rate = (Decimal(100 * board.values[above]) / group).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return Figure(f"{rate} %", rate, why)
    if why is Why.EXTREME:
        return Figure(f">{100 - tail_percent(group, rules)} %", None, why)
    if why is Why.SMALL and 100 * rules.threshold <= rules.tail * group:
        return Figure(f"<{rules.tail} %", None, why)
    return Figure(HIDDEN, None, why)


class _Board:
    """The publication as numbers: cells, the lines (sums) that bind them, and the mark that each
    cell has so far."""

    def __init__(self, publication: Publication, rules: Rules) -> None:
        self.rules = rules
        self.index: dict[Hashable, int] = {
            cell: place for place, cell in enumerate(publication.counts)
        }
        self.values = list(publication.counts.values())
        self.lines: list[
            list[tuple[int, int]]
        ] = []  # members of a line with +1 for a part, -1 for the total
        for total, parts in publication.sums:
            # Sorted, for sets have no order of their own and the same publication must always be
            # cut the same way.
            self._line(self.index[total], sorted(self.index[part] for part in parts))
        self.group: dict[int, int] = {}  # numerator -> denominator
        for above, below in publication.pairs:
            self._pair(self.index[above], self.index[below])
        self.of: list[list[tuple[int, int]]] = [[] for _ in self.values]
        for number, line in enumerate(self.lines):
            for cell, sign in line:
                self.of[cell].append((number, sign))
        self.mark = [self._first_mark(cell) for cell in range(len(self.values))]
        self._mark_extremes()
        self.price = [self._price(cell) for cell in range(len(self.values))]

    def _line(self, total: int, parts: Iterable[int]) -> None:
        self.lines.append([(total, -1), *((part, 1) for part in parts)])

    def _pair(self, above: int, below: int) -> None:
        """denominator = numerator + those outside it; the latter is a cell that nobody publishes."""
        self.group[above] = below
        self.values.append(self.values[below] - self.values[above])
        self._line(below, (above, len(self.values) - 1))

    def _first_mark(self, cell: int) -> Why:
        if cell >= len(self.index):
            return Why.UNPUBLISHED
        return Why.SMALL if self.values[cell] < self.rules.threshold else Why.SHOWN

    def _mark_extremes(self) -> None:
        for above, below in self.group.items():
            if self.mark[above] is Why.SMALL or self.mark[below] is Why.SMALL:
                continue
            if (
                self.values[above] >= self._extreme_from(below)
                and self.values[below] - self.values[above] < self.rules.threshold
            ):
                self.mark[above] = Why.EXTREME
                if self.values[below] - self._extreme_from(below) + 1 < self.rules.spread:
                    self.mark[below] = Why.EXTREME

    def _extreme_from(self, below: int) -> int:
        """The smallest numerator of a group that is extreme and not small."""
        group = self.values[below]
        outside = min(-(-group * tail_percent(group, self.rules) // 100), self.rules.threshold) - 1
        return max(group - outside, self.rules.threshold)

    def _price(self, cell: int) -> float:
        """What hiding costs: 1 for an inner count, 2 more for each sum that it is the total of;
        then the smaller count."""
        totals = sum(
            1
            for number, sign in self.of[cell]
            if sign < 0 and self.mark[self.lines[number][-1][0]] is not Why.UNPUBLISHED
        )
        return 1 + 2 * totals + min(self.values[cell], 10**6) * 1e-7

    def bounds(self, cell: int) -> tuple[int, int]:
        """What the mark alone tells an outsider: smallest and largest value. For a shown cell: once
        it is hidden."""
        mark, threshold = self.mark[cell], self.rules.threshold
        if mark is Why.SMALL:
            return 0, threshold - 1
        if mark in (Why.WITHHELD, Why.UNPUBLISHED):
            return 0, ENDLESS
        if cell not in self.group or self.mark[self.group[cell]] is not Why.SHOWN:
            return threshold, ENDLESS
        # A shown group size tells on which side of the extreme the numerator is: by the range
        # shown, or by its absence.
        edge = self._extreme_from(self.group[cell])
        return (
            (edge, self.values[self.group[cell]])
            if mark is Why.EXTREME
            else (threshold, max(edge - 1, threshold))
        )

    def need(self, cell: int) -> int:
        """How many values of a cell must stay possible (1: it may be known)."""
        mark = self.mark[cell]
        if mark in (Why.SMALL, Why.EXTREME):
            return self.rules.spread
        return 2 if mark in (Why.COMPLEMENT, Why.WITHHELD) else 1

    def allows(self, cell: int, difference: int) -> bool:
        """Whether a witness may let a cell differ so from the truth."""
        low, high = self.bounds(cell)
        return not difference or (
            self.hidden(cell) and low <= self.values[cell] + difference <= high
        )

    def hidden(self, cell: int) -> bool:
        """Whether an outsider does not read the cell's value."""
        return self.mark[cell] is not Why.SHOWN

    def short_lines(self) -> list[int]:
        """Lines that break rule 3: total shown, hidden parts together under the threshold."""
        return [number for number in range(len(self.lines)) if self.is_short(number)]

    def is_short(self, number: int) -> bool:
        """Whether one line breaks rule 3."""
        (total, _), *parts = self.lines[number]
        if self.mark[parts[-1][0]] is Why.UNPUBLISHED:
            # those outside a numerator are no figure of their own; rule 2 looks after them
            return False
        out = [self.values[cell] for cell, _ in parts if self.hidden(cell)]
        return bool(out) and not self.hidden(total) and sum(out) < self.rules.threshold


@dataclass(order=True)
class _Partial:
    """An exchange under construction: cells that move by +1 or -1, and the lines that this leaves
    out of balance."""

    rank: float
    tie: int
    cost: float = field(compare=False)
    moves: dict[int, int] = field(compare=False)
    off: dict[int, int] = field(compare=False)
    forth: int = field(compare=False)  # how many times it can be applied
    back: int = field(compare=False)  # how many times its opposite can


class _Search:
    """Finds an exchange: a set of +1 and -1 that moves one cell and leaves every line balanced.
    Best first: cheap, and few lines still open; the shortest open line is closed first. Cost grows
    with `effort`, not with the table."""

    def __init__(self, board: _Board, moved: Mapping[int, int], beyond: bool) -> None:
        self.board = board
        self.moved = moved  # where the present witness differs from the true table
        self.beyond = beyond  # may shown cells take part (and be hidden for it)?
        self.ties = count()

    def room(self, cell: int, sign: int) -> int:
        """How far a cell may go up (+1) or down (-1) without contradicting its mark."""
        low, high = self.board.bounds(cell)
        value = self.board.values[cell] + self.moved.get(cell, 0)
        return high - value if sign > 0 else value - low

    def find(self, target: int, sign: int, need: int, both: bool) -> _Partial | None:
        """The cheapest exchange found that can be applied `need` times, forth and (if `both`) back
        together."""
        start = _Partial(0, next(self.ties), 0, {}, {}, ENDLESS, ENDLESS if both else 0)
        first = self._with(start, target, sign, need)
        queue = [first] if first else []
        for _ in range(EFFORT_BEYOND if self.beyond else EFFORT_WITHIN):
            if not queue:
                return None
            partial = heapq.heappop(queue)
            if not partial.off:
                return partial
            for further in self._steps(partial, need):
                heapq.heappush(queue, further)
        return None

    def _steps(self, partial: _Partial, need: int) -> Iterable[_Partial]:
        """All ways to bring the shortest open line one step nearer to balance."""
        number = min(partial.off, key=lambda line: (len(self.board.lines[line]), line))
        wrong = partial.off[number]
        for cell, sign in self.board.lines[number]:
            if cell not in partial.moves and (self.beyond or self.board.hidden(cell)):
                further = self._with(partial, cell, -sign if wrong > 0 else sign, need)
                if further:
                    yield further

    def _with(self, partial: _Partial, cell: int, sign: int, need: int) -> _Partial | None:
        forth = min(partial.forth, self.room(cell, sign))
        back = min(partial.back, self.room(cell, -sign))
        if forth + back < need:
            return None
        off = dict(partial.off)
        for number, side in self.board.of[cell]:
            off[number] = off.get(number, 0) + side * sign
            if not off[number]:
                del off[number]
        cost = partial.cost + (0 if self.board.hidden(cell) else self.board.price[cell])
        rank = cost + 0.5 * len(off) + 0.01 * len(partial.moves)
        return _Partial(
            rank, next(self.ties), cost, {**partial.moves, cell: sign}, off, forth, back
        )


class _Guard:
    """Hides until every hidden cell is proved safe. A witness is where another table, as good as
    the true one to anybody outside, differs from it: cell -> difference."""

    def __init__(self, board: _Board) -> None:
        self.board = board
        self.witnesses: list[dict[int, int]] = []
        self.low = [0] * len(board.values)  # the furthest differences seen, cell by cell
        self.high = [0] * len(board.values)

    def protect(self) -> None:
        """Apply rules 3 to 5."""
        queue = [cell for cell in range(len(self.board.values)) if self.board.need(cell) > 1]
        for number in self.board.short_lines():
            if self.board.is_short(number):
                queue += self._hide(
                    [min(self._shown_parts(number), key=lambda cell: self.board.price[cell])]
                )
        while queue:
            queue += self._widen(queue.pop(0))
        self._give_back()

    def _shown_parts(self, number: int) -> list[int]:
        return [
            cell
            for cell, sign in self.board.lines[number]
            if sign > 0 and not self.board.hidden(cell)
        ]

    def _hide(self, cells: Iterable[int]) -> list[int]:
        fresh = [cell for cell in cells if not self.board.hidden(cell)]
        for cell in fresh:
            self.board.mark[cell] = Why.COMPLEMENT
        return fresh

    def safe(self, cell: int) -> bool:
        """Whether the witnesses leave enough values possible."""
        return self.high[cell] - self.low[cell] + 1 >= self.board.need(cell)

    def _record(self, witness: dict[int, int]) -> None:
        self.witnesses.append(witness)
        for cell, difference in witness.items():
            self.low[cell] = min(self.low[cell], difference)
            self.high[cell] = max(self.high[cell], difference)

    def _widen(self, cell: int) -> list[int]:
        """Make one cell safe; the cells that had to be hidden for it."""
        if self._within(cell):
            return []
        found = _Search(self.board, {}, True).find(cell, 1, self.board.need(cell) - 1, True)
        if found:
            fresh = self._hide(found.moves)
            self._record_both(found)
            return fresh
        return self._bit_by_bit(cell)

    def _record_both(self, found: _Partial) -> None:
        """An exchange from the true table, applied as often as is of use, forth and back."""
        forth, back = (
            min(found.forth, self.board.rules.threshold),
            min(found.back, self.board.rules.threshold),
        )
        self._record({cell: sign * forth for cell, sign in found.moves.items()} if forth else {})
        self._record({cell: -sign * back for cell, sign in found.moves.items()} if back else {})

    def _within(self, cell: int) -> bool:
        """Look for witnesses among the hidden cells alone, exchange upon exchange, up and then
        down."""
        for sign in (1, -1):
            moved: dict[int, int] = {}
            while not self.safe(cell):
                found = _Search(self.board, moved, False).find(cell, sign, 1, False)
                if found is None:
                    break
                times = min(found.forth, self.board.rules.threshold)
                for other, side in found.moves.items():
                    moved[other] = moved.get(other, 0) + side * times
                self._record(
                    {other: difference for other, difference in moved.items() if difference}
                )
        return self.safe(cell)

    def _bit_by_bit(self, cell: int) -> list[int]:
        """No single exchange is wide enough: hide for one small step after the other, at last
        withhold all that hangs together."""
        fresh: list[int] = []
        while not self._within(cell):
            steps = (_Search(self.board, {}, True).find(cell, sign, 1, False) for sign in (1, -1))
            more = [new for found in steps if found for new in self._hide(found.moves)]
            if not more:
                return fresh + self._withhold(cell)
            fresh += more
        return fresh

    def _withhold(self, cell: int) -> list[int]:
        """Hide every count that hangs together with this one; if even that is not proved safe, take
        away the marks too."""
        connected = self._connected(cell)
        fresh = self._hide(connected)
        if not self._within(cell):
            for other in connected:
                if self.board.mark[other] is not Why.UNPUBLISHED:
                    self.board.mark[other] = Why.WITHHELD
        return fresh if self._within(cell) else self._impossible()

    def _impossible(self) -> list[int]:
        raise ValueError("no way was found to publish these counts together; publish fewer of them")

    def _connected(self, cell: int) -> list[int]:
        seen, queue = {cell}, [cell]
        while queue:
            for number, _ in self.board.of[queue.pop()]:
                for other, _ in self.board.lines[number]:
                    if other not in seen:
                        seen.add(other)
                        queue.append(other)
        return sorted(seen)

    def _give_back(self) -> None:
        """Rule 5: show again what turns out not to be needed, the dearest first."""
        spare = [cell for cell, mark in enumerate(self.board.mark) if mark is Why.COMPLEMENT]
        for cell in sorted(spare, key=lambda cell: -self.board.price[cell]):
            self._try_showing(cell)

    def _try_showing(self, cell: int) -> None:
        before = (self.witnesses, self.low, self.high)
        self.board.mark[cell] = Why.SHOWN
        self._keep_valid(
            {cell, *(above for above, below in self.board.group.items() if below == cell)}
        )
        bound = any(self.board.is_short(number) for number, _ in self.board.of[cell])
        if bound or not all(
            self._within(other) for other in range(len(self.low)) if self.board.need(other) > 1
        ):
            self.board.mark[cell] = Why.COMPLEMENT
            self.witnesses, self.low, self.high = before

    def _keep_valid(self, changed: set[int]) -> None:
        """Drop the witnesses that no longer hold. A group size that is shown also narrows what its
        numerator may be."""
        old, self.witnesses = self.witnesses, []
        self.low, self.high = [0] * len(self.low), [0] * len(self.high)
        for witness in old:
            if all(self.board.allows(cell, witness.get(cell, 0)) for cell in changed):
                self._record(witness)
