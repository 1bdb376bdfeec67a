"""What a policy schema refuses is said in the product's own words, whatever is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from casework.policy.schema_errors import _WORDS, in_words


def said(schema: dict[str, Any], value: Any) -> list[str]:
    return sorted(
        in_words(error) for error in jsonschema.Draft202012Validator(schema).iter_errors(value)
    )


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        (
            {"required": ["a", "b"]},
            {},
            [
                "'a' is a required property and is missing",
                "'b' is a required property and is missing",
            ],
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"a": 1, "b": 2, "c": 3},
            ["nobody reads the keys 'b', 'c'; take them out or mend their names"],
        ),
        (
            {"patternProperties": {"^x": {}}, "additionalProperties": False},
            {"x1": 1, "b": 2},
            ["nobody reads the key 'b'; take it out or mend its name"],
        ),
        ({"type": "integer"}, "ten", ["'ten' must be a whole number"]),
        ({"type": ["string", "null"]}, 5, ["'5' must be a text / nothing"]),
        ({"enum": ["U", "E"]}, "X", ["'X' is none of U, E"]),
        ({"minimum": 1}, 0, ["0 is less than 1"]),
        ({"maximum": 100}, 101, ["101 is more than 100"]),
        ({"exclusiveMinimum": 0}, 0, ["0 must be more than 0"]),
        ({"const": 1}, 2, ["'2' must be '1'"]),
        (
            {"pattern": "^[0-9]{2}$"},
            "7%(a)s",
            ["'7%(a)s' is not written as it must be (^[0-9]{2}$)"],
        ),
        ({"minItems": 1}, [], ["the list is too short; entries at least: 1"]),
        ({"uniqueItems": True}, [1, 1], ["an entry stands in the list twice"]),
        ({"minLength": 2}, "a", ["'a' is too short; characters at least: 2"]),
        ({"type": "integer"}, "x" * 500, [f"'{'x' * 59}…' must be a whole number"]),
    ],
)
def test_in_words(schema, value, words):
    assert said(schema, value) == words


def test_every_rule_of_the_schemas_that_a_person_can_break_has_words():
    rare = {
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "if",
        "dependentRequired",
        "contains",
    }  # said in the checker's own words
    structure = {
        "properties",
        "patternProperties",
        "items",
        "prefixItems",
        "$ref",
        "$defs",
        "propertyNames",
        "$schema",
        "title",
        "description",
    }
    used: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            used.update(key for key in node if key in jsonschema.Draft202012Validator.VALIDATORS)
        for child in (
            node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        ):
            walk(child)

    for path in (Path(settings.POLICY_DIR) / "schema").glob("*.json"):
        walk(json.loads(path.read_text()))
    assert used - set(_WORDS) - rare - structure == set()
