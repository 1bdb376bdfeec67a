"""Can a target still be met? Dates by which the next duty must be done so that the waits behind it
still fit (B2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.engine.casefile import CaseFile
    from casework.models import Clock


@dataclass(frozen=True)
class Window:
    """A duty that must be done by `latest`, or the target on `due` cannot be met without a waiver
    of the waiting times."""

    clock: Clock
    duty: Any
    latest: date
    target: Any
    missed: bool


def feasible(file: CaseFile) -> list[Window]:
    """The latest feasible dates of a case as its kind declares them, the nearest first."""
    return sorted(file.kind.windows(file), key=lambda window: window.latest)
