"""What a policy schema refuses, in words that can be translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from jsonschema import ValidationError

TYPES = {
    "object": gettext_lazy("keys with values"),
    "array": gettext_lazy("a list"),
    "string": gettext_lazy("a text"),
    "number": gettext_lazy("a number"),
    "integer": gettext_lazy("a whole number"),
    "boolean": gettext_lazy("true or false"),
    "null": gettext_lazy("nothing"),
}
LONGEST = 60  # characters of a value that are shown again


def in_words(error: ValidationError) -> str:
    """Why a value cannot stand there. What has no words here is said in the checker's own."""
    told = _WORDS.get(str(error.validator))
    return told(error) if told else str(error.message)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _required(error: ValidationError) -> str:
    return _("'%(key)s' is a required property and is missing") % {
        "key": error.message.split("'")[1]
    }


def _unknown(error: ValidationError) -> str:
    known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
    odd = sorted(
        key
        for key in error.instance
        if key not in known and not any(re.search(pattern, key) for pattern in patterns)
    )
    words = ngettext(
        "nobody reads the key %(keys)s; take it out or mend its name",
        "nobody reads the keys %(keys)s; take them out or mend their names",
        len(odd),
    )
    return words % {"keys": ", ".join(f"'{key}'" for key in odd)}


def _type(error: ValidationError) -> str:
    wanted = (
        error.validator_value
        if isinstance(error.validator_value, list)
        else [error.validator_value]
    )
    return _("'%(value)s' must be %(type)s") % {
        "value": _shown(error.instance),
        "type": " / ".join(str(TYPES.get(name, name)) for name in wanted),
    }


def _one_of(error: ValidationError) -> str:
    return _("'%(value)s' is none of %(values)s") % {
        "value": _shown(error.instance),
        "values": ", ".join(map(str, error.validator_value)),
    }


def _against(words: Any) -> Callable[[ValidationError], str]:
    return lambda error: (
        str(words) % {"value": _shown(error.instance), "limit": error.validator_value}
    )


_WORDS: Mapping[str, Callable[[ValidationError], str]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _one_of,
    "const": _against(gettext_lazy("'%(value)s' must be '%(limit)s'")),
    "pattern": _against(gettext_lazy("'%(value)s' is not written as it must be (%(limit)s)")),
    "format": _against(gettext_lazy("'%(value)s' is not written as it must be (%(limit)s)")),
    "minimum": _against(gettext_lazy("%(value)s is less than %(limit)s")),
    "maximum": _against(gettext_lazy("%(value)s is more than %(limit)s")),
    "exclusiveMinimum": _against(gettext_lazy("%(value)s must be more than %(limit)s")),
    "minLength": _against(gettext_lazy("'%(value)s' is too short; characters at least: %(limit)s")),
    "maxLength": _against(gettext_lazy("'%(value)s' is too long; characters at most: %(limit)s")),
    "minItems": _against(gettext_lazy("the list is too short; entries at least: %(limit)s")),
    "maxItems": _against(gettext_lazy("the list is too long; entries at most: %(limit)s")),
    "uniqueItems": _against(gettext_lazy("an entry stands in the list twice")),
    "minProperties": _against(gettext_lazy("too few keys; at least: %(limit)s")),
    "maxProperties": _against(gettext_lazy("too many keys; at most: %(limit)s")),
}
