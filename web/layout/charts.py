"""Charts as inline SVG drawn on the server: no script, no inline style, colours by class (light,
dark and print), a title and a description inside, and beside each picture its sentence and its
table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDE, HIGH = 1000, 220


@dataclass(frozen=True)
class Cell:
    """One cell of a chart's table: a text, and where it leads."""

    text: str
    href: str = ""
    number: bool = False


@dataclass
class Chart:
    """A picture with its words: `sentence` says what it shows, `rows` is its table."""

    title: str
    sentence: str
    head: list[str]
    rows: list[list[Cell]]
    svg: SafeString | None = None
    bars: list[SafeString] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)


def bar(share: float, tone: str = "") -> SafeString:
    """One bar of a table row, `share` between 0 and 1; the number stands beside it, so it says
    nothing to a screen reader."""
    width = max(0, min(1000, round(share * 1000)))
    return format_html(
        (
            '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" '
            'aria-hidden="true" focusable="false">'
            '<rect class="b-all" width="1000" height="10"/><rect class="b-{}" width="{}" '
            'height="10"/></svg>'
        ),
        tone or "part",
        width,
    )


def bars(
    title: str, sentence: str, head: list[str], rows: Sequence[tuple[list[Cell], float, str]]
) -> Chart:
    """A table whose first cell of each row is followed by a bar: (cells, share of the longest bar,
    tone)."""
    return Chart(
        title,
        sentence,
        head,
        [cells for cells, _share, _tone in rows],
        bars=[bar(share, tone) for _cells, share, tone in rows],
    )


@dataclass(frozen=True)
class Line:
    """One line of a chart over time: a name, its class, and a value (0 to 100) or nothing for each
    point."""

    name: str
    tone: str
    values: Sequence[float | None]


def series(
    title: str,
    sentence: str,
    labels: Sequence[str],
    lines: Sequence[Line],
    table: tuple[list[str], list[list[Cell]]],
) -> Chart:
    """Percentages over time. The lines differ by dash and by mark, not by colour alone."""
    key = uuid4().hex[:8]
    body = format_html_join("", "{}", ((_line(line, len(labels)),) for line in lines))
    grid = format_html_join(
        "",
        '<line class="g" x1="0" x2="1000" y1="{}" y2="{}"/>',
        ((_y(at), _y(at)) for at in (0, 25, 50, 75, 100)),
    )
    svg = format_html(
        (
            '<svg class="series" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
            'aria-labelledby="t{} d{}"><title id="t{}">{}</title>'
            '<desc id="d{}">{}</desc>{}{}</svg>'
        ),
        WIDE,
        HIGH,
        key,
        key,
        key,
        title,
        key,
        sentence,
        grid,
        body,
    )
    return Chart(
        title, sentence, table[0], table[1], svg, legend=[(line.tone, line.name) for line in lines]
    )


def _y(value: float) -> int:
    return round(HIGH - 10 - value * (HIGH - 20) / 100)


def _line(line: Line, points: int) -> SafeString:
    step = (WIDE - 40) / max(points - 1, 1)
    places = [
        (round(20 + n * step), _y(value))
        for n, value in enumerate(line.values)
        if value is not None
    ]
    path = " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(places))
    marks = format_html_join(
        "",
        '<line class="m-{}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        ((line.tone, x, x, y, y) for x, y in places),
    )
    return format_html('<path class="l-{}" d="{}"/>{}', line.tone, path, marks)


@dataclass(frozen=True)
class Stop:
    """A state on the process map: how long cases stay there."""

    key: str
    label: str
    note: str
    share: float  # of all the time that cases spend, between 0 and 1


@dataclass(frozen=True)
class Way:
    """A move on the process map, with how often it was taken."""

    source: str
    target: str
    number: int


ROW, BOX_X, BOX_W, LANE = 62, 230, 300, 16


def process_map(
    title: str,
    sentence: str,
    stops: Sequence[Stop],
    ways: Sequence[Way],
    table: tuple[list[str], list[list[Cell]]],
) -> Chart:
    """States from top to bottom, moves forward on the right and back on the left, thicker the more
    often taken; the state that eats the most time has a heavy frame and says so."""
    key, place = uuid4().hex[:8], {stop.key: n for n, stop in enumerate(stops)}
    most = max((way.number for way in ways), default=1)
    worst = max(stops, key=lambda stop: stop.share, default=None)
    known = [way for way in ways if way.source in place and way.target in place]
    arrows = format_html_join(
        "", "{}", ((_way(way, n, place, most),) for n, way in enumerate(known))
    )
    boxes = format_html_join(
        "", "{}", ((_stop(stop, n, stop is worst),) for n, stop in enumerate(stops))
    )
    left, right = _edges(known, place)
    svg = format_html(
        (
            '<svg class="map" viewBox="{} 0 {} {}" role="img" aria-labelledby="t{} d{}"><title '
            'id="t{}">{}</title><desc id="d{}">{}</desc>'
            '<defs><marker id="a{}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
            'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
            '<path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>{}{}</svg>'
        ),
        left,
        right - left,
        ROW * len(stops) + 10,
        key,
        key,
        key,
        title,
        key,
        sentence,
        key,
        mark_safe(arrows.replace("#ARROW", f"#a{key}")),
        boxes,
    )
    return Chart(title, sentence, table[0], table[1], svg)


def _edges(ways: Sequence[Way], place: dict[str, int]) -> tuple[int, int]:
    """What the picture needs at its sides: room for the lanes of the moves that go around, with
    their numbers."""
    lanes = [
        _lane(place[way.source], place[way.target], n)[1]
        for n, way in enumerate(ways)
        if place[way.target] != place[way.source] + 1
    ]
    return min([BOX_X - 6, *(lane - 10 for lane in lanes)]), max(
        [BOX_X + BOX_W + 6, *(lane + 40 for lane in lanes)]
    )


def _lane(first: int, last: int, n: int) -> tuple[int, int, int]:
    """The side of the box, where the lane of the n-th move runs, and the direction outwards."""
    edge, out = (BOX_X + BOX_W, 1) if last > first else (BOX_X, -1)
    return edge, edge + out * (30 + LANE * (n % 10)), out


def _stop(stop: Stop, n: int, worst: bool) -> SafeString:
    y = 8 + n * ROW
    return format_html(
        (
            '<rect class="s{}" x="{}" y="{}" width="{}" height="44" rx="7"/><rect '
            'class="s-time" x="{}" y="{}" width="{}" height="4"/>'
            '<text x="{}" y="{}">{}</text><text class="note" x="{}" y="{}">{}</text>'
        ),
        " s-worst" if worst else "",
        BOX_X,
        y,
        BOX_W,
        BOX_X + 8,
        y + 38,
        round((BOX_W - 16) * stop.share),
        BOX_X + 10,
        y + 18,
        stop.label,
        BOX_X + 10,
        y + 33,
        stop.note,
    )


def _way(way: Way, n: int, place: dict[str, int], most: int) -> SafeString:
    first, last = place[way.source], place[way.target]
    start, end = 8 + first * ROW + 28, 8 + last * ROW + 14
    weight = 1 + round(4 * way.number / most)
    if last == first + 1:
        x = BOX_X + 40
        return format_html(
            (
                '<path class="w w{}" d="M{} {} V{}" marker-end="url(#ARROW)"/><text '
                'class="note" x="{}" y="{}">{}</text>'
            ),
            weight,
            x,
            8 + first * ROW + 44,
            8 + last * ROW,
            x + 8,
            8 + first * ROW + 57,
            way.number,
        )
    edge, lane, out = _lane(first, last, n)
    return format_html(
        (
            '<path class="w w{}" d="M{} {} H{} V{} H{}" marker-end="url(#ARROW)"/><text '
            'class="note" x="{}" y="{}">{}</text>'
        ),
        weight,
        edge,
        start,
        lane,
        end,
        edge + out * 2,
        lane + 3,
        (start + end) // 2,
        way.number,
    )
