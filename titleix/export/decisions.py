"""What the person who makes a redacted copy decided about each doubtful word."""

from __future__ import annotations

import hashlib

from titleix.models import RedactedExport


def hidden(export: RedactedExport) -> dict[str, str]:
    """What the reviewer hides: word -> label."""
    return dict(line.split("\t", 1)[::-1] for line in export.hidden.splitlines() if "\t" in line)


def kept(export: RedactedExport) -> list[str]:
    """What the reviewer lets stand."""
    return export.kept.splitlines()


def decide(export: RedactedExport, decisions: dict[str, str]) -> None:
    """Take decisions over: word -> 'keep', a label, or '' to think again. Whatever was signed
    must be signed anew."""
    hides, keeps = hidden(export), dict.fromkeys(kept(export))
    for word, decision in decisions.items():
        hides.pop(word, None)
        keeps.pop(word, None)
        if decision == "keep":
            keeps[word] = None
        elif decision:
            hides[word] = decision
    export.hidden = "\n".join(f"{label}\t{word}" for word, label in hides.items())
    export.kept = "\n".join(keeps)
    unsign(export)


def unsign(export: RedactedExport) -> None:
    """Take the signature and the key away; the decisions stay."""
    export.seal, export.signed_by, export.signed_at, export.key = "", None, None, {}


def key_of(word: str) -> str:
    """The name of a word in a form: it stands in no address."""
    return hashlib.sha256(word.encode()).hexdigest()[:16]
