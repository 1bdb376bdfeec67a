"""The texts of messages to families, as files beside the letters, and how they are filled in.

A message holds no name of a student, no date of an absence and no count: only what its template
allows, the school, and the number to call back (domain.md C9)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _now

from attendance.common.letters import FOLDER
from casework.documents.letters import ROOT, LetterError
from notifications.models.outbox import Channel

PREFIX, DEFAULT = "MESSAGE_", "en"
ALWAYS = frozenset({"school", "phone", "district", "stop"})
STOP_SHOWN = "…"  # in a preview: each message has a link of its own
# How a moment is written, by language.
MOMENT = {"en": r"l, F j, \a\t g:i A", "es": r"l j \d\e F, \a \l\a\s G:i"}


@dataclass(frozen=True)
class Text:
    """One template in one language. `version` is its name with a hash over its bytes, as of a
    letter."""

    code: str
    language: str
    version: str
    name: str
    subject: str
    short: str
    body: str
    allows: frozenset[str]

    @property
    def fields(self) -> frozenset[str]:
        """The merge fields that the template names."""
        parts = Formatter().parse("".join((self.subject, self.short, self.body)))
        return frozenset(name for _text, name, _spec, _conversion in parts if name)


def codes() -> list[str]:
    """The templates that there are, by their code."""
    folder = ROOT / FOLDER / "letter_templates"
    return sorted(
        path.name.removeprefix(PREFIX).split(".")[0]
        for path in folder.glob(f"{PREFIX}*.{DEFAULT}.txt")
    )


def languages(code: str) -> list[str]:
    """The languages in which a template is written."""
    folder = ROOT / FOLDER / "letter_templates"
    return sorted(path.name.split(".")[1] for path in folder.glob(f"{PREFIX}{code}.*.txt"))


def text_of(code: str, language: str) -> Text:
    """The template in the language, or in English where there is none. Raises LetterError for one
    that is not whole."""
    folder = ROOT / FOLDER / "letter_templates"
    wanted = language.split("-", maxsplit=1)[0].lower()
    for candidate in (wanted, DEFAULT):
        path = folder / f"{PREFIX}{code}.{candidate}.txt"
        if candidate.isalpha() and path.exists():
            return _parsed(path, path.stat().st_mtime)
    raise LetterError(
        _now("there is no message template %(code)s in %(folder)s")
        % {"code": code, "folder": folder.name}
    )


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: float) -> Text:
    content = path.read_bytes()
    head, _line, body = content.decode("utf-8").partition("\n---\n")
    lines = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    code, language = path.name.removeprefix(PREFIX).split(".")[:2]
    missing = [name for name in ("name", "subject", "text message") if not lines.get(name)] + (
        [] if body.strip() else ["body"]
    )
    if missing:
        raise LetterError(
            _now("%(file)s: %(parts)s is missing")
            % {"file": path.name, "parts": ", ".join(missing)}
        )
    text = Text(
        code,
        language,
        f"{path.stem}-{hashlib.sha256(content).hexdigest()[:12]}",
        lines["name"],
        lines["subject"],
        lines["text message"],
        body.strip() + "\n",
        frozenset(lines.get("allows", "").replace(",", " ").split()),
    )
    if unknown := text.fields - ALWAYS - text.allows:
        raise LetterError(
            _now("%(file)s: the merge field %(fields)s is not allowed")
            % {"file": path.name, "fields": ", ".join(sorted(unknown))}
        )
    return text


def filled(text: Text, values: Mapping[str, str]) -> dict[str, str]:
    """The values of the merge fields in the language of the text; `at` is the moment of the meeting
    (ISO 8601)."""
    found = {name: value for name, value in values.items() if name != "at"} | {"stop": STOP_SHOWN}
    if values.get("at"):
        with translation.override(text.language):
            found["meeting"] = formats.date_format(
                timezone.localtime(datetime.fromisoformat(values["at"])),
                MOMENT.get(text.language, MOMENT[DEFAULT]),
            )
    return found


def written(text: Text, channel: str, values: Mapping[str, str]) -> str:
    """What is sent by this channel: the short words as a text message, the body as an e-mail."""
    return fill(text.short if channel == Channel.SMS else text.body, values)


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its merge fields filled in."""
    return template.format_map(values)
