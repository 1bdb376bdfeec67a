"""Writes what steps decided: every row of one or of ten thousand case files in one statement.

One `WITH` statement holds an INSERT or UPDATE per table, fed by JSON arrays, so that a single step
costs one round trip and a night's thousands cost one statement too. The text of the statement
depends only on which tables take part, so the server keeps it prepared. A row is an array of its
columns and no object: names repeated in each row would cost more time than the values, in Python
and in the server (measured: half of both)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from casework.engine.casefile import CaseFile, Ladder
from casework.engine.fast_models import column_values, fresh, plain
from casework.models import Case, Clock, ClockChange, RollupMark, Rung

# Columns that a step never changes on a row that exists.
_FIXED = {"id", "number", "kind", "opened_at", "opened_on", "original_due", "day0", "case_id"}


class Batch:
    """The rows to insert and to update, by table; rungs as ladders and the clocks that stand on
    them."""

    def __init__(self) -> None:
        self.inserts: dict[type[models.Model], list[list[Any]]] = defaultdict(list)
        self.updates: dict[type[models.Model], list[list[Any]]] = defaultdict(list)
        self.ladders: dict[Ladder, int] = {}
        self.planned: list[tuple[str, int, int]] = []
        self.cancelled: list[str] = []

    def insert(self, row: models.Model) -> None:
        """Insert a row, with its parent tables' rows."""
        for model in _tables(type(row)):
            self.inserts[model].append(plain(model, row))

    def update(self, row: models.Model, only: Sequence[type[models.Model]] | None = None) -> None:
        """Update a row (by primary key) in its own table and its parents', or only in the given
        ones."""
        for model in only or _tables(type(row)):
            if _mutable(model):
                self.updates[model].append(plain(model, row))

    def take(self, file: CaseFile) -> None:
        """Add all that happened in a case file."""
        for row in file.added:
            self.insert(row)
        for clock_id, generation, ladder in file.planned:
            number = self.ladders.setdefault(ladder, len(self.ladders))
            self.planned.append((str(clock_id), generation, number))
        for row in file.touched.values():
            self.update(row)
        self.cancelled.extend(str(clock_id) for clock_id in file.cancelled_rungs)
        if file.new:
            self.insert(file.case)
        else:
            self.update(file.case, only=_changed_tables(file))
        if _counts_anew(file):
            self.insert(fresh(RollupMark, case_id=file.case.id))

    def write(self) -> None:
        """Run it. Updates go first and alone where a clock of the same kind ends and begins in one
        step, since the unique index on running clocks would see both."""
        if self.updates.get(Clock) and self.inserts.get(Clock):
            early = Batch()
            early.updates[Clock] = self.updates.pop(Clock)
            early._run()
        self._run()

    def _run(self) -> None:
        inserts = tuple(sorted((model for model, rows in self.inserts.items() if rows), key=_label))
        updates = tuple(sorted((model for model, rows in self.updates.items() if rows), key=_label))
        if not (inserts or updates or self.planned or self.cancelled):
            return
        parameters: list[Any] = [json.dumps(self.inserts[model]) for model in inserts]
        parameters += [json.dumps(self.updates[model]) for model in updates]
        if self.planned:
            steps = [(number, *rung) for ladder, number in self.ladders.items() for rung in ladder]
            parameters += [json.dumps(self.planned), json.dumps(steps)]
        parameters += [self.cancelled] if self.cancelled else []
        with connection.cursor() as cursor:
            cursor.execute(
                _statement(inserts, updates, bool(self.planned), bool(self.cancelled)), parameters
            )


def write(files: Iterable[CaseFile]) -> None:
    """Write everything that happened in these files."""
    batch, written = Batch(), list(files)
    for file in written:
        batch.take(file)
    batch.write()
    for file in written:
        for follow in file.later:
            follow()


def _label(model: type[models.Model]) -> str:
    return str(model._meta.label)


@lru_cache(maxsize=64)
def _tables(model: Any) -> tuple[type[models.Model], ...]:
    """The model's own table after its parents'."""
    parents = [parent for parent in model._meta.get_parent_list() if parent._meta.managed]
    return (*reversed(parents), model)


@lru_cache(maxsize=64)
def _mutable(model: type[models.Model]) -> tuple[Any, ...]:
    # what a person in a case is may become known later: only the engine's own rows never change
    # their kind
    fixed = _FIXED if model._meta.app_label == "casework" else _FIXED - {"kind"}
    return tuple(
        f for f in model._meta.local_concrete_fields if not f.primary_key and f.column not in fixed
    )


def _automatic(field: Any) -> bool:
    """Keys that the database counts up; cases bring theirs, since their children need it in the
    same statement."""
    return isinstance(field, models.AutoField) and field.model is not Case


def _changed_tables(file: CaseFile) -> list[type[models.Model]]:
    """The case's own table always (revision, head of the chain); the kind's table only when
    something in it changed."""
    now = column_values(file.case)
    changed = {column for column, value in now.items() if file.before.get(column) != value}
    return [
        model
        for model in _tables(file.kind.model)
        if model is Case or changed & _mutable_columns(model)
    ]


_SUMMED = ("school_id", "owner_id", "closed_on", "opened_on")


def _counts_anew(file: CaseFile) -> bool:
    """Whether the sums of the compliance pages change by this: a promise began, moved or ended, or
    the case changed hands."""
    if file.new or any(isinstance(row, ClockChange) for row in file.added):
        return True
    return any(file.before.get(column) != getattr(file.case, column) for column in _SUMMED)


@lru_cache(maxsize=64)
def _mutable_columns(model: type[models.Model]) -> frozenset[str]:
    return frozenset(f.column for f in _mutable(model))


# -- the statement ---------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _statement(
    inserts: tuple[type[models.Model], ...],
    updates: tuple[type[models.Model], ...],
    plans: bool,
    cancels: bool,
) -> str:
    parts = [f"i{n} AS ({_insert(model)})" for n, model in enumerate(inserts)]
    parts += [f"u{n} AS ({_update(model)})" for n, model in enumerate(updates)]
    if plans:
        parts.append(f"r AS ({_INSERT_RUNGS})")
    if cancels:
        parts.append(
            f"c AS (UPDATE {Rung._meta.db_table} SET cancelled_at = now()"
            " WHERE clock_id = ANY(%s::uuid[]) AND fired_at IS NULL AND cancelled_at IS NULL)"
        )
    return "WITH " + ", ".join(parts) + " SELECT 1"


# Clocks that start alike stand on the same ladder: it is sent once, and the server makes each
# clock's rungs of it.
_INSERT_RUNGS = f"""
INSERT INTO {Rung._meta.db_table} (clock_id, generation, label, level, scheduled_for, every, step, attempts)
SELECT (c->>0)::uuid, (c->>1)::smallint, l->>1, l->>2, (l->>3)::timestamptz, (l->>4)::smallint, l->>5, 0
  FROM jsonb_array_elements(%s::jsonb) c JOIN jsonb_array_elements(%s::jsonb) l ON l->0 = c->2
"""


def _insert(model: type[models.Model]) -> str:
    fields = [
        (place, f) for place, f in enumerate(model._meta.local_concrete_fields) if not _automatic(f)
    ]
    names = ", ".join(f'"{f.column}"' for _place, f in fields)
    values = ", ".join(_value(place, f) for place, f in fields)
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM "
        "jsonb_array_elements(%s::jsonb) r"
    )


def _update(model: type[models.Model]) -> str:
    key, fields = model._meta.pk, list(model._meta.local_concrete_fields)
    assert key is not None
    sets = ", ".join(f'"{f.column}" = {_value(fields.index(f), f)}' for f in _mutable(model))
    return (
        f"UPDATE {model._meta.db_table} t SET {sets} FROM jsonb_array_elements(%s::jsonb) r "
        f"WHERE t.{key.column} = {_value(fields.index(key), key)}"
    )


def _value(place: int, field: Any) -> str:
    """The column's value in the array `r`. Texts are not cast to their length: a cast would cut
    them in silence, an assignment refuses what is too long."""
    kind = str(
        field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection)
    )
    if isinstance(field, ArrayField):
        base: Any = field.base_field
        item = str(base.cast_db_type(connection))
        items = f"ARRAY(SELECT jsonb_array_elements_text(r->{place}))::{_without_length(item)}[]"
        return f"CASE WHEN jsonb_typeof(r->{place}) = 'array' THEN {items} END"
    if isinstance(field, models.JSONField):
        return f"nullif(r->{place}, 'null'::jsonb)"
    return f"(r->>{place})::{_without_length(kind)}"


def _without_length(kind: str) -> str:
    return "text" if kind.startswith(("varchar", "character varying")) else kind
