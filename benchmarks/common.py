"""Timing A B A B, and the rows of the table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

ROUNDS = 5
LONG = 0.1


@dataclass
class Row:
    """One line of docs/benchmarks.md."""

    number: str
    work: str
    floor: str
    ratio: float
    target: float
    seconds: tuple[float, float]
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


def wall(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time of one run: of this process, its helpers that ended, and its own
    server process; what other programs do at the same time is not in it. `wall` where the server
    is not on this machine."""
    backend = sql("SELECT pg_backend_pid()")[0][0]
    accounts = Path(f"/proc/{backend}/schedstat")
    if not accounts.exists():
        return wall(work)
    began, there = time.process_time(), int(accounts.read_text().split()[0])
    work()
    return time.process_time() - began + (int(accounts.read_text().split()[0]) - there) / 1e9


def paired(
    ours: Callable[[], object], floor: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float, float]:
    """Median seconds of both in turn, and the median of the ratios pair by pair. One run of each
    is not counted. Processor time where the floor takes over a tenth of a second, else wall
    time, of which waiting for the disk is a part."""
    wall(ours)
    clock = cpu if wall(floor) > LONG else wall
    pairs = [(clock(ours), clock(floor)) for _ in range(rounds)]
    first, second = (statistics.median(values) for values in zip(*pairs, strict=True))
    return first, second, statistics.median(a / b for a, b in pairs)


class Undo(Exception):
    """Takes a measured piece back."""


@contextmanager
def undone() -> Iterator[None]:
    """Run something and roll it back, so that the next round finds the same rows."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def sql(text: str, *values: object, **named: object) -> list[tuple[object, ...]]:
    """One statement with its values in order or by name; its rows, if any."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or named or None)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []
