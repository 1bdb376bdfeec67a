"""Letters as PDF/UA-1 by typst: the same data gives the same bytes, so that a hash proves a letter.

Data reaches a template as JSON values, never as source text: a name full of markup is printed, not
executed. Only the fonts inside typst are used, so a letter looks the same on every machine."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

ROOT = Path(__file__).resolve().parents[2]
SHARED_NAMES = ("frame.typ", "fields.json")
SHARED = ROOT / "casework" / "letter_templates" / "letterhead.typ"


PAGE = re.compile(rb"/Type\s*/Page\b")  # one for every page; the tree of pages is /Pages


class LetterError(Exception):
    """A letter could not be made; the message names template, language and what is missing."""


@dataclass(frozen=True)
class Letterhead:
    """What stands at the top of every letter of the district."""

    name: str
    address: list[str] = field(default_factory=list)
    phone: str = ""
    website: str = ""


@dataclass(frozen=True)
class Rendered:
    """A finished letter."""

    pdf: bytes
    sha256: str
    template: str
    template_version: str
    language: str
    pages: int


def template_path(app: str, template: str, language: str) -> tuple[Path, str]:
    """The template in the language, or in English where there is none; with the language it really
    is in."""
    folder = ROOT / app / "letter_templates"
    for candidate in (language, "en"):
        path = folder / f"{template}.{candidate}.typ"
        if path.exists():
            return path, candidate
    raise LetterError(
        _("there is no letter template %(template)s in %(folder)s")
        % {"template": template, "folder": f"{app}/letter_templates"}
    )


@lru_cache(maxsize=128)
def _version(path: Path, parts: tuple[tuple[Path, float], ...]) -> str:
    content = b"".join(part.read_bytes() for part, _changed in parts)
    return f"{path.stem}-{hashlib.sha256(content).hexdigest()[:12]}"


def template_version(path: Path) -> str:
    """A template's version: its name and a hash over it, the shared letterhead, and what its folder
    shares."""
    shared = [part for name in SHARED_NAMES if (part := path.parent / name).exists()]
    return _version(path, tuple((part, part.stat().st_mtime) for part in (path, SHARED, *shared)))


def render(
    app: str, template: str, language: str, data: Mapping[str, Any], district: Letterhead
) -> Rendered:
    """Make one letter (about 40 ms). `data['date']` is the date of the letter. Raises LetterError
    for a missing merge field, naming it."""
    path, used = template_path(app, template, language)
    content = json.dumps({**data, "district": asdict(district)}, sort_keys=True, default=str)
    stamp = datetime.fromisoformat(str(data["date"])).replace(tzinfo=UTC)
    try:
        pdf = typst.compile(
            str(path),
            root=str(ROOT),
            sys_inputs={"data": content},
            format="pdf",
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=int(stamp.timestamp()),
        )
    except typst.TypstError as error:
        raise LetterError(
            _("letter %(template)s (%(language)s): %(why)s")
            % {"template": template, "language": used, "why": getattr(error, "message", error)}
        ) from error
    assert isinstance(pdf, bytes)
    return Rendered(
        pdf,
        hashlib.sha256(pdf).hexdigest(),
        template,
        template_version(path),
        used,
        len(PAGE.findall(pdf)),
    )
