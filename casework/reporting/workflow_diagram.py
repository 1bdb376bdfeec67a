"""The picture of a workflow, drawn from the code: Graphviz text for docs, a table of steps for
pages and readers."""

from __future__ import annotations

from dataclasses import dataclass

from casework.engine.workflow import NEW, SYSTEM, Step, Workflow


@dataclass(frozen=True)
class Edge:
    """One step between two states."""

    name: str
    label: str
    source: str
    target: str
    by: tuple[str, ...]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    cite: str
    form: str


def edges(flow: type[Workflow]) -> list[Edge]:
    """Every step of a workflow, in the order of its states."""
    found = []
    for name, move in flow.transitions():
        step: Step = move.custom["step"]
        for target in _targets(move):
            found.append(
                Edge(
                    name=name,
                    label=str(move.label),
                    source=str(move.source),
                    target=target,
                    by=step.by,
                    starts=tuple(
                        str(flow.clocks[kind].label) for kind in step.starts if kind in flow.clocks
                    ),
                    stops=tuple(
                        str(flow.clocks[kind].label) for kind in step.stops if kind in flow.clocks
                    ),
                    cite=step.cite,
                    form=step.form.__name__ if step.form else "",
                )
            )
    order = [NEW, *map(str, flow.labels)]
    return sorted(
        found, key=lambda edge: (order.index(edge.source), order.index(edge.target), edge.name)
    )


def _targets(move: object) -> list[str]:
    states = [str(target) for target in move.declared_targets() if isinstance(target, str)]  # type: ignore[attr-defined]
    return states or [str(move.source)]  # type: ignore[attr-defined]


def moving(flow: type[Workflow]) -> list[Edge]:
    """Only the steps that change the state."""
    return [edge for edge in edges(flow) if edge.source != edge.target]


def markdown(flow: type[Workflow], title: str) -> str:
    """The workflow as a page of docs/: a Mermaid picture and the table of steps."""
    names = {NEW: "[*]"}
    lines = [
        f"# {title} ({flow.version})",
        "",
        "Drawn from the code by `make docs`; do not edit.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    lines += [f"    {state}: {label}" for state, label in flow.labels.items()]
    lines += [
        f"    [*] --> {state}"
        for state in flow.born
        if not any(e.source == NEW and e.target == state for e in edges(flow))
    ]
    for edge in moving(flow):
        lines.append(f"    {names.get(edge.source, edge.source)} --> {edge.target}: {edge.label}")
    lines += [f"    {state} --> [*]" for state in flow.final]
    lines += [
        "```",
        "",
        "| From | Step | To | Who | Starts | Stops | Law |",
        "|---|---|---|---|---|---|---|",
    ]
    for edge in edges(flow):
        who = ", ".join("the machine" if name == SYSTEM else name for name in edge.by)
        lines.append(
            f"| {edge.source} | {edge.label} | {edge.target} | {who} | "
            f"{', '.join(edge.starts)} | {', '.join(edge.stops)} | {edge.cite} |"
        )
    return "\n".join([*lines, ""])


@dataclass(frozen=True)
class Box:
    """A state in the drawing, in units of the view box."""

    label: str
    y: int
    height: int


@dataclass(frozen=True)
class Arrow:
    """A move in the drawing: its path, and its label on the line that leaves the box."""

    path: str
    label: str
    x: int
    y: int
    anchor: str


@dataclass(frozen=True)
class Place:
    """A state in words: where one goes on to from it, as (label of the step, key of the state, its
    label)."""

    key: str
    label: str
    moves: tuple[tuple[str, str, str], ...]


MOST_ARROWS = 24  # more of them cross each other so often that words say it better


def places(flow: type[Workflow]) -> list[Place]:
    """The states in their declared order, each with its moves."""
    found: dict[str, list[tuple[str, str, str]]] = {str(state): [] for state in flow.labels}
    for edge in moving(flow):
        if edge.source in found:
            found[edge.source].append((edge.label, edge.target, str(flow.labels[edge.target])))
    return [Place(key, str(flow.labels[key]), tuple(moves)) for key, moves in found.items()]


@dataclass(frozen=True)
class Line:
    """A step with all states from which it may be taken, and all to which it leads; none where it
    stays."""

    edge: Edge
    sources: tuple[str, ...]
    targets: tuple[str, ...]


def lines(flow: type[Workflow]) -> list[Line]:
    """Every step once, in the order in which a case may come to it."""
    grouped: dict[str, list[Edge]] = {}
    for edge in edges(flow):
        grouped.setdefault(edge.name, []).append(edge)
    return [
        Line(
            rows[0],
            tuple(dict.fromkeys(row.source for row in rows)),
            tuple(dict.fromkeys(row.target for row in rows if row.target != row.source)),
        )
        for rows in grouped.values()
    ]


LEFT, RIGHT, LINE, LANE, REACH = 330, 570, 22, 12, 190


def layout(flow: type[Workflow]) -> tuple[list[Box], list[Arrow], int]:
    """States from top to bottom in their declared order; moves downwards leave on the right, moves
    back on the left, each in a lane of its own with its label on the line. The last value is the
    height of the drawing."""
    order = [str(state) for state in flow.labels]
    moves: dict[tuple[str, str], list[str]] = {}
    for edge in moving(flow):
        if edge.source in order:
            moves.setdefault((edge.source, edge.target), []).append(edge.label)
    boxes, y = {}, 16
    for state in order:
        down = [
            move for move in moves if move[0] == state and order.index(move[1]) > order.index(state)
        ]
        back = [
            move for move in moves if move[0] == state and order.index(move[1]) < order.index(state)
        ]
        height = 30 + LINE * max(len(down), len(back), 1)
        boxes[state] = Box(str(flow.labels[state]), y, height)
        y += height + 22
    return list(boxes.values()), [_arrow(boxes, order, moves, move) for move in moves], y


def _arrow(
    boxes: dict[str, Box],
    order: list[str],
    moves: dict[tuple[str, str], list[str]],
    move: tuple[str, str],
) -> Arrow:
    forward = order.index(move[1]) > order.index(move[0])
    side = [m for m in moves if (order.index(m[1]) > order.index(m[0])) == forward]
    row = [m for m in side if m[0] == move[0]].index(move)
    into = [m for m in side if m[1] == move[1]].index(move)
    start = boxes[move[0]].y + 26 + LINE * row
    end = boxes[move[1]].y + 10 + 7 * into
    edge, out = (RIGHT, 1) if forward else (LEFT, -1)
    lane = edge + out * (REACH + LANE * (side.index(move) % 8))
    path = f"M {edge} {start} H {lane} V {end} H {edge + out * 3}"
    return Arrow(
        path, " / ".join(moves[move]), edge + out * 8, start - 4, "start" if forward else "end"
    )
