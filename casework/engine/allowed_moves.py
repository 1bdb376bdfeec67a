"""Tells the database which moves the declared workflows allow (read by the triggers in
`models/guards.py`)."""

from __future__ import annotations

from typing import Any

from casework.case_types import registry
from casework.engine.workflow import Workflow
from casework.models import AllowedMove


def declared_moves() -> set[tuple[str, str, str, str, str]]:
    """(subject, kind, rules, source, target) of every workflow of every registered kind."""
    moves: set[tuple[str, str, str, str, str]] = set()
    for kind in registry.all_kinds():
        for flow_class in kind.workflows.values():
            moves |= _moves("case", kind.code, flow_class)
        for process in kind.processes.values():
            for flow_class in process.workflows.values():
                moves |= _moves("process", process.code, flow_class)
    return moves


def _moves(
    subject: str, kind: str, flow_class: type[Workflow]
) -> set[tuple[str, str, str, str, str]]:
    pairs = [("", str(state)) for state in flow_class.born] + flow_class.allowed_moves()
    return {(subject, kind, flow_class.version, source, target) for source, target in pairs}


def publish(**_kwargs: Any) -> None:
    """Make the table equal to the declarations (after each migration)."""
    wanted = declared_moves()
    fields = ("subject", "kind", "rules", "source", "target")
    present = {tuple(row[1:]): row[0] for row in AllowedMove.objects.values_list("id", *fields)}
    AllowedMove.objects.filter(id__in=[present[move] for move in present.keys() - wanted]).delete()
    AllowedMove.objects.bulk_create(
        [
            AllowedMove(**dict(zip(fields, move, strict=True)))
            for move in sorted(wanted - present.keys())
        ],
        ignore_conflicts=True,
    )
