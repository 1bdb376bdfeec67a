"""The description of the API as a page: made on the server from the same OpenAPI, without a line of
script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from district.models import Scope
from web.api.router import REFUSALS, api


@login_required
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation by its part: what it does, what it takes, what it answers."""
    found = api.get_openapi_schema(path_prefix="api/v1/")
    parts: dict[str, list[dict[str, Any]]] = {}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            parts.setdefault(operation["tags"][0], []).append(
                _operation(path, method, operation, found["components"]["schemas"])
            )
    context = {
        "parts": parts,
        "about": found["info"]["description"].replace("`", ""),
        "scopes": Scope.choices,
        "refusals": REFUSALS,
    }
    return render(request, "web/api_docs.html", context)


def _operation(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    takes = [
        _field(row["name"], row["schema"], row["required"], row["in"], row.get("description", ""))
        for row in operation["parameters"]
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        takes += _fields(content["schema"], schemas, "body")
    done: dict[str, Any] = next(
        (told for status, told in operation["responses"].items() if status.startswith("2")), {}
    )
    contents: list[dict[str, Any]] = list(done.get("content", {}).values())
    answer: dict[str, Any] = contents[0].get("schema", {}) if contents else {}
    many = answer.get("type") == "array"
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "about": operation.get("description", ""),
        "takes": takes,
        "answers": _fields(answer.get("items", {}) if many else answer, schemas, ""),
        "many": many,
        "id": operation["operationId"],
    }


def _fields(schema: dict[str, Any], schemas: dict[str, Any], place: str) -> list[dict[str, Any]]:
    schema = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    wanted = set(schema.get("required", []))
    return [
        _field(name, told, name in wanted, place, told.get("description", ""))
        for name, told in schema.get("properties", {}).items()
    ]


def _field(
    name: str, schema: dict[str, Any], required: bool, place: str, about: str
) -> dict[str, Any]:
    return {
        "name": name,
        "type": _type(schema),
        "required": required,
        "place": place,
        "about": about,
    }


def _type(schema: dict[str, Any]) -> str:
    """A type in a word or two: 'date', 'all | overdue', 'PersonIn, several'."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(str(value) or "(empty)" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}, several"
    return str(schema.get("format") or schema.get("type") or "anything")
