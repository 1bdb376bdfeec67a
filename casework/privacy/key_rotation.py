"""Rotation: everything sealed comes under the first key, in batches, each a transaction of its own.
What an interrupted run did is done, and the next run asks again for what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from casework.encryption import fields
from casework.encryption.fields import PrintsField, SealedTextField, SealError
from casework.models.guards import SAME_BYTES
from casework.privacy import encrypted_files


@dataclass
class Resealed:
    """What one run did, and how much it could not open, by key id ('clear' is never among them:
    clear text is sealed)."""

    rows: int = 0
    files: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)


_others: list[tuple[str, Callable[[int, Resealed], None]]] = []


def also(name: str, function: Callable[[int, Resealed], None]) -> None:
    """Reseal what stands in a table that is not the product's own; called from an app's `ready`."""
    if (name, function) not in _others:
        _others.append((name, function))


def reseal(size: int = 500, told: Callable[[str], None] = lambda line: None) -> Resealed:
    """Bring every column and file under the first key; `told` hears of each table."""
    done = Resealed()
    for model, columns in sealed_columns(apps.get_models()):
        before = done.rows
        _table(model, columns, size, done)
        told(f"{model._meta.label}: {done.rows - before} rows")
    for name, function in _others:
        before = done.rows
        function(size, done)
        told(f"{name}: {done.rows - before} rows")
    for path in encrypted_files.paths():
        try:
            done.files += encrypted_files.reseal(path)
        except (SealError, OSError) as error:
            done.unreadable[str(error)] += 1
    return done


def seal_clear_rows(found: Iterable[type[models.Model]]) -> None:
    """For migrations that make columns sealed: seal what stands in them in clear. Models are those
    of the migration."""
    for model, columns in sealed_columns(found):
        _table(model, columns, 500, Resealed())


def sealed_columns(
    found: Iterable[type[models.Model]],
) -> Iterator[tuple[type[models.Model], list[SealedTextField]]]:
    """Every table with sealed columns."""
    for model in found:
        columns = [f for f in model._meta.local_concrete_fields if isinstance(f, SealedTextField)]
        if columns:
            yield model, columns


def _table(
    model: type[models.Model], columns: list[SealedTextField], size: int, done: Resealed
) -> None:
    last: Any = None
    while True:
        with transaction.atomic():
            _pause_same_bytes(model)
            rows = _stale(model, columns, last, size)
            for pk, *stored in rows:
                _row(
                    model,
                    columns,
                    pk,
                    dict(zip([f.column for f in columns], stored, strict=True)),
                    done,
                )
        if len(rows) < size:
            return
        last = rows[-1][0]


def _pause_same_bytes(model: type[models.Model]) -> None:
    """The trigger that keeps a letter's data the same would see new ciphertext as new data: not in
    this transaction."""
    for owner, trigger in pgtrigger.registered():
        if trigger.name == SAME_BYTES.name and owner._meta.db_table == model._meta.db_table:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('pgtrigger.ignore', %s, true)",
                    ["{" + trigger.get_pgid(owner) + "}"],
                )


def _stale(
    model: type[models.Model], columns: list[SealedTextField], last: Any, size: int
) -> list[tuple[Any, ...]]:
    """The next rows with something that is not under the first key, locked."""
    key, names = model._meta.pk.column, [f.column for f in columns]
    stale = " OR ".join(f'("{name}" <> \'\' AND NOT starts_with("{name}", %s))' for name in names)
    after = f' AND "{key}" > %s' if last is not None else ""
    chosen = ", ".join(f'"{name}"' for name in (key, *names))
    sql = (
        f'SELECT {chosen} FROM {model._meta.db_table} WHERE ({stale}){after} ORDER BY "{key}" '
        f"LIMIT {int(size)} FOR UPDATE"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                *[f"{fields.MARK}{fields.ring().first.id}:"] * len(names),
                *([last] if last is not None else []),
            ],
        )
        return list(cursor.fetchall())


def _row(
    model: type[models.Model],
    columns: list[SealedTextField],
    pk: Any,
    stored: dict[str, Any],
    done: Resealed,
) -> None:
    try:
        clear = {column: _clear(text) for column, text in stored.items() if text is not None}
    except SealError as error:
        done.unreadable[str(error)] += 1
        return
    values: dict[str, Any] = {column: fields.seal(text) for column, text in clear.items()}
    for prints in [f for f in model._meta.local_concrete_fields if isinstance(f, PrintsField)]:
        values[prints.column] = prints.of_row({source: clear[source] for source in prints.sources})
    sets = ", ".join(f'"{column}" = %s' for column in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE {model._meta.db_table} SET {sets} WHERE "{model._meta.pk.column}" = %s',
            [*values.values(), pk],
        )
    done.rows += 1


def _clear(stored: str) -> str:
    """What a column holds in clear, sealed or (from before it was a sealed column) not."""
    return fields.unseal(stored) if stored.startswith(fields.MARK) else stored
