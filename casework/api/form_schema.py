"""The form of a step for programs: its fields in words, and JSON values as the form reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from district.api_base import invalid

TYPES: list[tuple[type[forms.Field], str]] = [
    (forms.BooleanField, "boolean"),
    (forms.MultipleChoiceField, "list"),
    (forms.ModelMultipleChoiceField, "list"),
    (forms.DateTimeField, "datetime"),
    (forms.DateField, "date"),
    (forms.TimeField, "time"),
    (forms.IntegerField, "number"),
    (forms.EmailField, "email"),
    (forms.FileField, "file"),
    (forms.ChoiceField, "choice"),
    (forms.ModelChoiceField, "choice"),
]
MOST_CHOICES = 500


def describe(form: forms.BaseForm) -> list[dict[str, Any]]:
    """Each field: name, label, help, type, whether it is needed, what may be chosen, what it begins
    with."""
    return [_field(bound) for bound in form]


def _field(bound: forms.BoundField) -> dict[str, Any]:
    field = bound.field
    found: dict[str, Any] = {
        "name": bound.html_name,
        "label": str(bound.label),
        "help": str(bound.help_text or ""),
        "type": next((name for kind, name in TYPES if isinstance(field, kind)), "text"),
        "required": field.required,
    }
    if bound.initial is not None:
        found["initial"] = (
            [str(item) for item in bound.initial]
            if isinstance(bound.initial, list | tuple)
            else str(bound.initial)
        )
    longest = getattr(field, "max_length", None)
    if longest:
        found["max_length"] = longest
    choices = getattr(field, "choices", None)
    if choices is not None:
        found["choices"] = _choices(choices)
    return found


def _choices(choices: Any) -> list[dict[str, str]]:
    """Flat, groups left aside."""
    found: list[dict[str, str]] = []
    for value, label in choices:
        if isinstance(label, list | tuple):
            found += _choices(label)
        else:
            found.append({"value": str(value), "label": str(label)})
        if len(found) >= MOST_CHOICES:
            break
    return found


def values(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON as a browser would have sent it: numbers as text, true as a ticked box, false and null
    as nothing. Raises Problem 422 for a NUL character: PostgreSQL could not keep it."""
    found = {
        name: _value(value)
        for name, value in data.items()
        if value is not None and value is not False
    }
    bad = {
        name: [_("A text must not hold a NUL character.")]
        for name, value in found.items()
        if "\x00" in name or "\x00" in "".join(value)
    }
    if bad:
        raise invalid(bad)
    return found


def _value(value: Any) -> Any:
    if value is True:
        return "on"
    return [str(item) for item in value] if isinstance(value, list) else str(value)
