"""Writes what steps decided: every row of one or of ten thousand case files in one statement.

One `WITH` statement holds an INSERT or UPDATE per table, fed by JSON arrays, so that a single step costs one round trip
and a night's thousands cost one statement too. The text of the statement depends only on which tables take part, so the
server keeps it prepared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from casework.casefile import CaseFile, column_values
from casework.models import Case, Clock, ClockChange, RollupMark, Rung
from casework.sealed import PrintsField, SealedTextField

# Columns that a step never changes on a row that exists.
_FIXED = {"id", "number", "kind", "opened_at", "opened_on", "original_due", "day0", "case_id"}


class Batch:
    """The rows to insert and to update, by table."""

    def __init__(self) -> None:
        self.inserts: dict[type[models.Model], list[dict[str, Any]]] = defaultdict(list)
        self.updates: dict[type[models.Model], list[dict[str, Any]]] = defaultdict(list)
        self.cancelled: list[str] = []

    def insert(self, row: models.Model) -> None:
        """Insert a row, with its parent tables' rows."""
        for model in _tables(type(row)):
            self.inserts[model].append(_as_json(model, row))

    def update(self, row: models.Model, only: Sequence[type[models.Model]] | None = None) -> None:
        """Update a row (by primary key) in its own table and its parents', or only in the given ones."""
        for model in only or _tables(type(row)):
            if _mutable(model):
                self.updates[model].append(_as_json(model, row))

    def take(self, file: CaseFile) -> None:
        """Add all that happened in a case file."""
        for row in file.added:
            self.insert(row)
        if file.rungs:
            self.inserts[Rung].extend(file.rungs)
        for row in file.touched.values():
            self.update(row)
        self.cancelled.extend(str(clock_id) for clock_id in file.cancelled_rungs)
        if file.new:
            self.insert(file.case)
        else:
            self.update(file.case, only=_changed_tables(file))
        if _counts_anew(file):
            self.inserts[RollupMark].append({"case_id": file.case.id})

    def write(self) -> None:
        """Run it. Updates go first and alone where a clock of the same kind ends and begins in one step, since the
        unique index on running clocks would see both."""
        if self.updates.get(Clock) and self.inserts.get(Clock):
            early = Batch()
            early.updates[Clock] = self.updates.pop(Clock)
            early._run()
        self._run()

    def _run(self) -> None:
        inserts = tuple(sorted((model for model, rows in self.inserts.items() if rows), key=_label))
        updates = tuple(sorted((model for model, rows in self.updates.items() if rows), key=_label))
        if not (inserts or updates or self.cancelled):
            return
        parameters: list[Any] = [json.dumps(self.inserts[model]) for model in inserts]
        parameters += [json.dumps(self.updates[model]) for model in updates]
        parameters += [self.cancelled] if self.cancelled else []
        with connection.cursor() as cursor:
            cursor.execute(_statement(inserts, updates, bool(self.cancelled)), parameters)


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
def _insertable(model: type[models.Model]) -> tuple[Any, ...]:
    """Columns to insert: all, but an automatic key that the row does not bring."""
    return tuple(f for f in model._meta.local_concrete_fields if not _automatic(f))


@lru_cache(maxsize=64)
def _mutable(model: type[models.Model]) -> tuple[Any, ...]:
    # what a person in a case is may become known later: only the engine's own rows never change their kind
    fixed = _FIXED if model._meta.app_label == "casework" else _FIXED - {"kind"}
    return tuple(f for f in model._meta.local_concrete_fields if not f.primary_key and f.column not in fixed)


def _automatic(field: Any) -> bool:
    """Keys that the database counts up; cases bring theirs, since their children need it in the same statement."""
    return isinstance(field, models.AutoField) and field.model is not Case


def _changed_tables(file: CaseFile) -> list[type[models.Model]]:
    """The case's own table always (revision, head of the chain); the kind's table only when something in it changed."""
    now = column_values(file.case)
    changed = {column for column, value in now.items() if file.before.get(column) != value}
    return [model for model in _tables(file.kind.model) if model is Case or changed & {f.column for f in _mutable(model)}]


_SUMMED = ("school_id", "owner_id", "closed_on", "opened_on")


def _counts_anew(file: CaseFile) -> bool:
    """Whether the sums of the compliance pages change by this: a promise began, moved or ended, or the case changed hands."""
    if file.new or any(isinstance(row, ClockChange) for row in file.added):
        return True
    return any(file.before.get(column) != getattr(file.case, column) for column in _SUMMED)


Column = tuple[str, str, Callable[[Any], Any], bool]


@lru_cache(maxsize=64)
def _columns(model: type[models.Model]) -> tuple[Column, ...]:
    """(column, attribute, converter to JSON, whether the database counts it up) of a table, worked out once: a night
    writes hundreds of thousands of rows through here."""
    found = []
    for f in model._meta.local_concrete_fields:
        parent_link = f.remote_field is not None and getattr(f.remote_field, "parent_link", False)
        # a child's link to its parent is the parent's key, set or not
        attribute = f.target_field.attname if parent_link and isinstance(f, models.ForeignKey) else f.attname
        if isinstance(f, PrintsField):
            attribute = f"{f.attname}_now"
        found.append((f.column, attribute, _converter(f), _automatic(f)))
    return tuple(found)


def _as_json(model: type[models.Model], row: models.Model) -> dict[str, Any]:
    values = row.__dict__
    return {
        column: None if (value := _value(row, values, attribute)) is None else convert(value)
        for column, attribute, convert, automatic in _columns(model)
        if not (automatic and values.get(attribute) is None)
    }


def _value(row: models.Model, values: dict[str, Any], attribute: str) -> Any:
    return values[attribute] if attribute in values else getattr(row, attribute)


def _same(value: Any) -> Any:
    return value


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _listed(value: list[Any]) -> list[Any]:
    return [item.isoformat() if isinstance(item, date) else item for item in value]


def _converter(field: Any) -> Callable[[Any], Any]:
    """How a column's value becomes JSON."""
    target = field
    while target.is_relation:
        target = target.target_field
    if isinstance(target, models.DateField):  # a DateTimeField is one too
        return _iso
    if isinstance(target, SealedTextField):
        return target.as_stored
    if isinstance(target, models.UUIDField | models.FileField):
        return str
    return _listed if isinstance(target, ArrayField) else _same


@lru_cache(maxsize=256)
def _statement(inserts: tuple[type[models.Model], ...], updates: tuple[type[models.Model], ...], cancels: bool) -> str:
    parts = [f"i{n} AS ({_insert(model)})" for n, model in enumerate(inserts)]
    parts += [f"u{n} AS ({_update(model)})" for n, model in enumerate(updates)]
    if cancels:
        parts.append(
            f"c AS (UPDATE {Rung._meta.db_table} SET cancelled_at = now()"
            " WHERE clock_id = ANY(%s::uuid[]) AND fired_at IS NULL AND cancelled_at IS NULL)"
        )
    return "WITH " + ", ".join(parts) + " SELECT 1"


def _insert(model: type[models.Model]) -> str:
    fields = _insertable(model)
    names = ", ".join(f'"{f.column}"' for f in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {_recordset(fields)}"


def _update(model: type[models.Model]) -> str:
    fields, key = _mutable(model), model._meta.pk
    sets = ", ".join(f'"{f.column}" = x."{f.column}"' for f in fields)
    return f"UPDATE {model._meta.db_table} t SET {sets} FROM {_recordset((key, *fields))} WHERE t.{key.column} = x.{key.column}"


def _recordset(fields: Sequence[Any]) -> str:
    columns = ", ".join(f'"{f.column}" {_type(f)}' for f in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS x({columns})"


def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection))
