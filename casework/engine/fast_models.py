"""Model instances made, read and written fast. A night makes hundreds of thousands of them;
Django's own constructor takes ten times as long (keywords matched, defaults and signals for each
field of each row), and nothing here listens to its signals. What a table looks like is worked out
once per model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from casework.encryption.fields import PrintsField, SealedTextField

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]


def fresh(model: type[Row], **values: Any) -> Row:
    """A new instance from column attributes (`case_id`, never `case`) with the model's defaults for
    the others. TypeError for a name that is no column."""
    constants, makers, width = _blank(model)
    row = _bare(model)
    found = row.__dict__
    found.update(constants)
    found.update(values)
    for name, make in makers:
        if name not in values:
            found[name] = make()
    if len(found) != width:
        raise TypeError(
            f"{model.__name__} has no column "
            f"{', '.join(sorted(found.keys() - _names(model) - {'_state'}))}"
        )
    return row


def revive(model: type[Row], data: Mapping[str, Any]) -> Row:
    """The instance of a row that came from the database as JSON (column -> plain value)."""
    row = _kept(model)
    values = row.__dict__
    for column, name, convert in _readers(model):
        value = data.get(column)
        values[name] = value if value is None or convert is None else convert(value)
    return row


def from_columns(model: type[Row], values: Iterable[tuple[str, Any]]) -> Row:
    """The instance of a row that came as (attribute, value) pairs of the right types; JSON columns
    may be text still."""
    row = _kept(model)
    row.__dict__.update(values)
    for name, convert in _written_as_text(model):
        row.__dict__[name] = convert(row.__dict__[name])
    return row


def parsed(value: Any) -> Any:
    """JSON as Python values (Django's connection hands jsonb over as text)."""
    return json.loads(value) if isinstance(value, str) else value


def column_values(row: models.Model) -> dict[str, Any]:
    """Column -> value of one instance, for telling what changed."""
    values = row.__dict__
    return {column: values[name] for column, name, _convert in _readers(type(row))}


def plain(model: type[models.Model], row: models.Model) -> list[Any]:
    """The row's values for one of its tables as JSON has them, in the order of the table's columns."""
    pick, names, converts = _writers(model)
    try:
        found = list(pick(row.__dict__))
    except KeyError:  # an attribute that Django fetches or computes
        found = [getattr(row, name) for name in names]
    for index, convert in converts:
        value = found[index]
        if value is not None:
            found[index] = convert(value)
    return found


def _bare(model: type[Row]) -> Row:
    row = model.__new__(model)
    row._state = ModelState()
    return row


def _kept(model: type[Row]) -> Row:
    row = _bare(model)
    row._state.adding, row._state.db = False, "default"
    return row


@lru_cache(maxsize=128)
def _names(model: type[models.Model]) -> frozenset[str]:
    return frozenset(f.attname for f in model._meta.concrete_fields)


@lru_cache(maxsize=128)
def _blank(
    model: type[models.Model],
) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]], int]:
    """(plain defaults, makers of the others, length of a whole instance's dictionary) of a model."""
    constants: dict[str, Any] = {}
    makers: list[tuple[str, Callable[[], Any]]] = []
    for f in model._meta.concrete_fields:
        if f.default is not NOT_PROVIDED and callable(f.default):
            makers.append((f.attname, f.default))
        else:
            constants[f.attname] = f.get_default()
    return constants, makers, len(constants) + len(makers) + 1


@lru_cache(maxsize=128)
def _written_as_text(model: type[models.Model]) -> tuple[tuple[str, Convert], ...]:
    """The columns that the database hands over as text although they are more: JSON and what is
    sealed."""
    fields = model._meta.concrete_fields
    found: list[tuple[str, Convert]] = [
        (f.attname, parsed) for f in fields if isinstance(f, models.JSONField)
    ]
    return (*found, *((f.attname, f.as_read) for f in fields if isinstance(f, SealedTextField)))


# -- from JSON -------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _readers(model: type[models.Model]) -> tuple[tuple[str, str, Convert | None], ...]:
    return tuple((f.column, f.attname, _reader(f)) for f in model._meta.concrete_fields)


def _reader(field: Any) -> Convert | None:
    target = _target(field)
    if isinstance(target, SealedTextField):
        return target.as_read
    if isinstance(target, ArrayField):
        item = _reader(target.base_field)
        return (
            (lambda value: [None if one is None else item(one) for one in value]) if item else None
        )
    if isinstance(target, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(target, models.DateField):
        return date.fromisoformat
    return UUID if isinstance(target, models.UUIDField) else None


# -- to JSON ---------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _writers(
    model: type[models.Model],
) -> tuple[Callable[[dict[str, Any]], tuple[Any, ...]], list[str], list[tuple[int, Convert]]]:
    fields = model._meta.local_concrete_fields
    # a child's link to its parent is the parent's key, set or not
    names = [
        _key_of_parent(f) or (f"{f.attname}_now" if isinstance(f, PrintsField) else f.attname)
        for f in fields
    ]
    found = [
        (index, convert) for index, f in enumerate(fields) if (convert := _writer(f)) is not None
    ]
    pick = itemgetter(*names) if len(names) > 1 else lambda values: (values[names[0]],)
    return pick, names, found


def _key_of_parent(field: Any) -> str:
    linked = field.remote_field is not None and getattr(field.remote_field, "parent_link", False)
    return str(field.target_field.attname) if linked else ""


def _writer(field: Any) -> Convert | None:
    """How a column's value becomes JSON; None where it is JSON already."""
    target = _target(field)
    if isinstance(target, models.DateField):  # a DateTimeField is one too
        return lambda value: value.isoformat()
    if isinstance(target, SealedTextField):
        return target.as_stored
    if isinstance(target, models.UUIDField | models.FileField):
        return str
    if isinstance(target, ArrayField):
        return lambda value: [
            item.isoformat() if isinstance(item, date) else item for item in value
        ]
    return None


def _target(field: Any) -> Any:
    while field.is_relation:
        field = field.target_field
    return field
