"""Letting named guards of the database rest for a few statements of one transaction: for a lawful
disposal alone.

`pgtrigger.ignore` sends two statements in one, which server-side parameters do not allow; this sets
the same variable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger.registry
from django.db import connection


@contextmanager
def unlocked(*triggers: str) -> Iterator[None]:
    """Inside, the triggers named as app.Model:name do not fire in this transaction. RuntimeError
    outside of one: the variable would outlive the work."""
    if not connection.in_atomic_block:
        raise RuntimeError("guards rest inside a transaction only")
    _ignore(
        [trigger.get_pgid(model) for model, trigger in pgtrigger.registry.registered(*triggers)]
    )
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _ignore([])


def _ignore(names: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"]
        )
