"""One duty of the procedure, before its place in the checklist is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Duty:
    """A duty before its status is known. `side`: it waits for nothing before it."""

    key: str
    label: Text
    cite: Text
    done: bool
    on: date | None = None
    clock: str = ""
    applies: bool = True
    side: bool = False
