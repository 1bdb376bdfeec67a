"""Worlds in which many tests begin: each is built once in a process, inside a transaction that
stays open, and every test works in a savepoint of its own, which is rolled back. `@world` makes a
fixture of a builder; what its parameters name is built before it.

A test that commits, or that begins in an empty database, ends the open world first; then the
fixture builds in the test's own."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from casework.policy import policies

if TYPE_CHECKING:
    from tests.conftest import Nights

Builder = Callable[..., Any]
_builders: dict[str, Builder] = {}
_fixtures: dict[str, Callable[..., Any]] = {}


def world(build: Builder) -> Any:
    """The fixture of a world. Its builder may ask for `nights` and for other worlds, nothing else:
    no time, no settings."""
    name = build.__name__
    assert _builders.setdefault(name, build) is build, f"two worlds are called {name}"

    def found(nights: Nights) -> Any:
        for one in chain(name):
            if one not in nights.made:
                nights.made[one] = _builders[one](**_asked(one, nights))
        return nights.made[name]

    found.__doc__, _fixtures[name] = build.__doc__, found
    return pytest.fixture(name=name)(found)


def chain(name: str) -> list[str]:
    """The worlds on which one stands, the first one first, itself last."""
    before = [one for one in inspect.signature(_builders[name]).parameters if one in _builders]
    return list(dict.fromkeys([*(earlier for one in before for earlier in chain(one)), name]))


def wanted(item: pytest.Item) -> list[str]:
    """What is built for a test: the longest chain that it needs. A parameter or another fixture may
    bear the name of a world."""
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    names = [name for name in item.fixturenames if name in _fixtures and name in known]  # type: ignore[attr-defined]
    return max(
        (chain(name) for name in names if known[name][-1].func is _fixtures[name]),
        key=len,
        default=[],
    )


def _asked(name: str, nights: Nights) -> dict[str, Any]:
    return {
        one: nights if one == "nights" else nights.made[one]
        for one in inspect.signature(_builders[name]).parameters
    }


@dataclass
class Floor:
    """One world that stands, on those before it."""

    name: str
    atomic: transaction.Atomic
    nights: Nights
    uses: dict[
        str, str
    ]  # the versions of policies whose use it wrote down, as a process remembers them


class Ground:
    """The worlds that stand open in this process."""

    def __init__(self, root: Path) -> None:
        self.root, self.floors = root, list[Floor]()
        self.count = 0

    def stand(self, names: list[str], begin: Callable[[Path], Nights]) -> None:
        """Let these worlds stand, and no other."""
        self._mend()
        while [floor.name for floor in self.floors] != names[: len(self.floors)]:
            self._leave()
        for name in names[len(self.floors) :]:
            self._build(name, begin)

    def copy(self, root: Path) -> Nights | None:
        """The last world as a test may change it, its deliveries written elsewhere; None where none
        stands."""
        if not self.floors:
            return None
        nights = copy.deepcopy(self.floors[-1].nights)
        nights.sis.root = root
        return nights

    def remember(self) -> None:
        """What this process knows of policies is what stands."""
        policies._recorded.clear()
        policies._recorded.update(self.floors[-1].uses if self.floors else {})

    def _build(self, name: str, begin: Callable[[Path], Nights]) -> None:
        self.count += 1
        atomic = transaction.atomic()
        atomic.__enter__()
        self.remember()
        try:
            nights = self.copy(self.root / str(self.count)) or begin(self.root / str(self.count))
            nights.made[name] = _builders[name](**_asked(name, nights))
        except BaseException:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            raise
        self.floors.append(Floor(name, atomic, nights, dict(policies._recorded)))

    def _leave(self) -> None:
        transaction.set_rollback(True)
        self.floors.pop().atomic.__exit__(None, None, None)

    def _mend(self) -> None:
        """A test that closed the connection took the worlds with it."""
        if self.floors and (
            connection.connection is None
            or connection.connection.closed
            or len(connection.savepoint_ids) != len(self.floors) - 1
        ):
            while self.floors:
                self._leave()
            connection.close()
