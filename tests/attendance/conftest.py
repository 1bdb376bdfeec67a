"""The agencies of attendance: a street team, a court coordinator, a mediation provider, a partner."""

from __future__ import annotations

from types import SimpleNamespace

from tests.attendance.helpers import helpers
from tests.worlds import world


@world
def made(people: SimpleNamespace) -> SimpleNamespace:
    return helpers()
