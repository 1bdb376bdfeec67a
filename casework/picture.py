"""The picture of a workflow, drawn from the code: Graphviz text for docs, a table of steps for pages and readers."""

from __future__ import annotations

from dataclasses import dataclass

from casework.workflow import NEW, SYSTEM, Step, Workflow


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
                    name=name, label=str(move.label), source=str(move.source), target=target, by=step.by,
                    starts=tuple(str(flow.clocks[kind].label) for kind in step.starts if kind in flow.clocks),
                    stops=tuple(str(flow.clocks[kind].label) for kind in step.stops if kind in flow.clocks),
                    cite=step.cite, form=step.form.__name__ if step.form else "",
                )
            )  # fmt: skip
    order = [NEW, *map(str, flow.labels)]
    return sorted(found, key=lambda edge: (order.index(edge.source), order.index(edge.target), edge.name))


def _targets(move: object) -> list[str]:
    states = [str(target) for target in move.declared_targets() if isinstance(target, str)]  # type: ignore[attr-defined]
    return states or [str(move.source)]  # type: ignore[attr-defined]


def moving(flow: type[Workflow]) -> list[Edge]:
    """Only the steps that change the state."""
    return [edge for edge in edges(flow) if edge.source != edge.target]


def markdown(flow: type[Workflow], title: str) -> str:
    """The workflow as a page of docs/: a Mermaid picture and the table of steps."""
    names = {NEW: "[*]"}
    lines = [f"# {title} ({flow.version})", "", "Drawn from the code by `make docs`; do not edit.", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in flow.labels.items()]
    lines += [f"    [*] --> {state}" for state in flow.born if not any(e.source == NEW and e.target == state for e in edges(flow))]
    for edge in moving(flow):
        lines.append(f"    {names.get(edge.source, edge.source)} --> {edge.target}: {edge.label}")
    lines += [f"    {state} --> [*]" for state in flow.final]
    lines += ["```", "", "| From | Step | To | Who | Starts | Stops | Law |", "|---|---|---|---|---|---|---|"]
    for edge in edges(flow):
        who = ", ".join("the machine" if name == SYSTEM else name for name in edge.by)
        lines.append(
            f"| {edge.source} | {edge.label} | {edge.target} | {who} | {', '.join(edge.starts)} | {', '.join(edge.stops)} | {edge.cite} |"
        )
    return "\n".join([*lines, ""])


@dataclass(frozen=True)
class Box:
    """A state in the drawing, in units of the view box."""

    state: str
    label: str
    x: int
    y: int


def layout(flow: type[Workflow]) -> tuple[list[Box], list[tuple[Box, Box, str]], int]:
    """States from top to bottom in their declared order, and the moves between them; the last value is the height."""
    boxes = {state: Box(state, str(label), 20, 20 + index * 74) for index, (state, label) in enumerate(flow.labels.items())}
    arrows: dict[tuple[str, str], list[str]] = {}
    for edge in moving(flow):
        if edge.source in boxes:
            arrows.setdefault((edge.source, edge.target), []).append(edge.label)
    drawn = [(boxes[source], boxes[target], " / ".join(labels)) for (source, target), labels in arrows.items()]
    return list(boxes.values()), drawn, 20 + len(boxes) * 74
