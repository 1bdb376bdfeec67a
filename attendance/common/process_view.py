"""How a process looks on a page; each wing fills in its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# A label with its value; empty values are not shown.
Fact = tuple[Any, Any]
# A label, its percent and the figures in words.
Bar = tuple[Any, int, str]
# A stop on the way: its label, whether it is behind, whether it is here.
Place = tuple[Any, bool, bool]


@dataclass
class ProcessView:
    """One process: where it stands on its way, its facts, its rows, and whether it helped."""

    id: UUID
    title: str
    state: str
    over: bool
    way: list[Place]
    facts: list[Fact] = field(default_factory=list)
    columns: list[Any] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    text: str = ""


def named(codes: list[str], choices: Iterable[tuple[Any, Any]]) -> str:
    """Codes in words; the code itself where it has no label."""
    names = dict(choices)
    return ", ".join(str(names.get(code, code)) for code in codes)
