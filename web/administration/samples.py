"""Every letter with its fields, whether something fills them, and made-up data to look at it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from attendance.common.labels import LETTERS
from casework.documents.letters import ROOT, template_version
from titleix.letters import samples
from titleix.letters.rendering import NAMES

FIELD = re.compile(r"\bdata\.([a-z_]+)")
NO_FIELDS = {
    "at",
    "keys",
    "values",
    "pairs",
    "len",
    "insert",
    "remove",
}  # what a dictionary can do, no merge fields
_ADDRESS = ["1412 Sweetgum Lane", "Apartment 3 B", "Two Rivers, NC 28001"]
_SCHOOL = {
    "name": "Sweetgum Middle School",
    "address": ["12 Elm Street", "Two Rivers, NC 28001"],
    "phone": "704-555-0111",
}
# What the letters of attendance fill in, with people who do not exist.
ATTENDANCE: dict[str, Any] = {
    "reference": "ATT-2026-000000",
    "date": "2026-10-08",
    "recipients": [{"name": "Marisol Example", "address": _ADDRESS}],
    "student": "Lucía Example",
    "grade": "7",
    "school": _SCHOOL,
    "dates": ["2026-09-01", "2026-09-14", "2026-10-02"],
    "count": 3,
    "as_of": "2026-10-02",
    "signer": "Dana Example",
    "signer_title": "principal",
    "principal": "Dana Example",
    "contact": "Sam Example",
    "contact_phone": "704-555-0123",
    "rule": {
        "at": 3,
        "unit": "day",
        "percent": False,
        "window": "school_year",
        "window_n": 0,
        "cite": "G.S. 115C-378",
        "kind": "unexcused",
        "actions": [],
    },
    "meeting": {"on": "2026-10-15", "at": "08:30", "place": "Room 12", "interpreter": True},
    "goal_percent": 95,
    "goal_unexcused": 1,
    "resources": "bus pass",
    "signed_on": "2026-10-15",
    "actions": [{"what": "call every morning", "owner": "counselor", "due": "2026-10-30"}],
    "signatures": {"parent": "signed", "student": "refused"},
    "plan": [{"what": "call every morning", "owner": "counselor", "due": "2026-10-30"}],
    "notice_sent": "2026-10-05",
    "unexcused": 10,
    "absences": 14,
    "notices": [{"code": "L6", "sent": "2026-10-05", "delivered": "2026-10-08"}],
    "conference": "2026-10-15",
    "provider": "Sweetgum Mediation",
    "reason": "as the example says",
    "to": "District Attorney",
    "kind": "NOTIFY",
    "facts": "as the example says",
    "verified_by": "Sam Example",
    "verified_on": "2026-10-16",
}
SHARED = {"district"}


@dataclass(frozen=True)
class Letter:
    """A template: what it prints, and what of it nothing fills."""

    app: str
    code: str
    language: str
    version: str
    fields: list[str]
    unknown: list[str]
    name: Any


def _filled(app: str, code: str) -> set[str]:
    """The fields that the program fills for a letter."""
    if app == "attendance":
        return set(ATTENDANCE) | SHARED
    known: Mapping[str, list[str]] = json.loads(
        (ROOT / app / "letter_templates" / "fields.json").read_text(encoding="utf-8")
    )
    return set(known.get(code, ())) | SHARED


@lru_cache(maxsize=256)
def _printed(path: Path, changed: float) -> frozenset[str]:
    return frozenset(FIELD.findall(path.read_text(encoding="utf-8"))) - NO_FIELDS


def letters(app: str) -> list[Letter]:
    """The letters of an app, by code and language."""
    found = []
    for path in sorted((ROOT / app / "letter_templates").glob("*.*.typ")):
        code, language = path.name.split(".")[:2]
        fields = _printed(path, path.stat().st_mtime)
        unknown = sorted(fields - _filled(app, code))
        found.append(
            Letter(
                app,
                code,
                language,
                template_version(path),
                sorted(fields),
                unknown,
                (NAMES if app == "titleix" else LETTERS).get(code, code),
            )
        )
    return found


def data(app: str, code: str, language: str) -> Mapping[str, Any]:
    """The made-up data for a letter that `letters` lists."""
    return ATTENDANCE if app == "attendance" else samples.sample(code, language)
