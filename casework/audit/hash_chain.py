"""The hash chain of a case's timeline: how an event is sealed, and how a break is found.

The chain makes silent edits visible even to someone who could get past the triggers: each hash
covers the whole row and the hash before it, and the case keeps the head, so that neither a changed,
nor a removed, nor a cut-off event passes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from casework.models import Case, Disposal, Event

_SEALED = (
    "case_id",
    "seq",
    "process_id",
    "kind",
    "name",
    "source",
    "target",
    "actor_id",
    "at",
    "on",
    "rules",
    "citation",
    "data",
    "key",
    "prev_hash",
)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def seal(event: Event) -> str:
    """The SHA-256 over the event's columns and the hash before it, as 64 hex digits."""
    content = {name: _plain(getattr(event, name)) for name in _SEALED}
    if event.digest:
        content["data"] = event.digest
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest(data: Any) -> str:
    """The SHA-256 of an event's data. The chain covers it instead of the data, so that a lawful
    disposal can remove the words and leave the chain whole."""
    return hashlib.sha256(
        json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


@dataclass(frozen=True)
class Break:
    """A place where a chain does not hold."""

    case: str
    seq: int
    what: str


def breaks(numbers: list[str] | None = None) -> Iterator[Break]:
    """Every break in the chains of all cases (or of these), reading events in order, case by case."""
    cases = Case.objects.order_by("id").annotate(head=F("head_hash"))
    if numbers:
        cases = cases.filter(number__in=numbers)
    disposed = set(Disposal.objects.exclude(confirmed_on=None).values_list("case_id", flat=True))
    heads = {case_id: (number, seq, head) for case_id, number, seq, head in _heads(cases)}
    seen: dict[int, tuple[int, str]] = {}
    events = Event.objects.order_by("case_id", "seq")
    for event in (events.filter(case_id__in=heads) if numbers else events).iterator(
        chunk_size=2000
    ):
        yield from _check(event, seen, heads, disposed)
    for case_id, (number, head_seq, head_hash) in heads.items():
        if seen.get(case_id, (0, "")) != (head_seq, head_hash):
            yield Break(
                number, head_seq, _("the end of the chain is not the one that the case remembers")
            )


def _heads(cases: Any) -> Iterator[tuple[int, str, int, str]]:
    return cases.values_list("id", "number", "head_seq", "head_hash").iterator(chunk_size=5000)  # type: ignore[no-any-return]


def _check(
    event: Event, seen: dict[int, tuple[int, str]], heads: dict[int, Any], disposed: set[int]
) -> Iterator[Break]:
    number = heads[event.case_id][0] if event.case_id in heads else str(event.case_id)
    last_seq, last_hash = seen.get(event.case_id, (0, ""))
    if event.seq != last_seq + 1:
        yield Break(number, event.seq, _("event %(seq)d is missing") % {"seq": last_seq + 1})
    if event.prev_hash != last_hash:
        yield Break(number, event.seq, _("does not follow the event before it"))
    emptied = event.case_id in disposed and event.data == {}
    if seal(event) != event.hash or not (
        emptied or not event.digest or event.digest == digest(event.data)
    ):
        yield Break(number, event.seq, _("was changed after it was written"))
    seen[event.case_id] = (event.seq, event.hash)
