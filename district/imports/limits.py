"""When a delivery needs a person: the district's own limits, from policies/import.yaml.

The policy loader belongs to the floor above; it is handed in from there, so that this floor depends
on nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

_source: list[Callable[[date], Mapping[str, Any]]] = []


def provide(function: Callable[[date], Mapping[str, Any]]) -> None:
    """Name the function that knows the limits in force on a date."""
    _source[:] = [function]


def import_limits(on: date) -> Mapping[str, Any]:
    """The limits in force on a date."""
    return _source[0](on)
