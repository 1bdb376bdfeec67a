"""The steps of cases as a log for process-mining tools: OCEL 2.0 (JSON) or XES (IEEE 1849). Codes
and dates alone: never a name, a note or what was typed. Kinds whose cases are seen one by one
(Title IX) leave without people, places and times of day, and under numbers drawn anew for each log,
so that it ties to nothing that somebody else holds."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from xml.sax.saxutils import quoteattr

from django.db.models import QuerySet

from casework.access.rights import GrantAccess
from casework.case_types.registry import CaseKind
from casework.models import Case, Event


@dataclass(frozen=True)
class Entry:
    """One event: which case, which of its processes, what, when, from where to where, who."""

    case: str
    process: str
    seq: int
    name: str
    when: datetime
    source: str
    target: str
    school: str
    who: str


def entries(kind: CaseKind, cases: QuerySet[Case]) -> Iterator[Entry]:
    """The events of these cases in the order of cases and events."""
    blind = isinstance(kind.access, GrantAccess)
    key = secrets.token_bytes(32)
    columns = (
        "case_id",
        "case__number",
        "process_id",
        "seq",
        "name",
        "at",
        "on",
        "source",
        "target",
        "case__school__school_id",
        "actor_id",
        "kind",
    )
    rows = (
        Event.objects.filter(case__in=cases.order_by().values("pk"))
        .order_by("case_id", "seq")
        .values_list(*columns)
    )
    for (
        case_id,
        number,
        process,
        seq,
        name,
        at,
        on,
        source,
        target,
        school,
        actor,
        sort,
    ) in rows.iterator():
        if blind and sort in ("NOTE", "ACCESS", "DOCUMENT"):
            continue
        yield Entry(
            case=_drawn(key, case_id) if blind else number,
            process="" if process is None else _drawn(key, process),
            seq=seq,
            name=name,
            when=_when(at, on, seq, blind),
            source=source,
            target=target,
            school="" if blind else school or "",
            who="" if blind else "system" if actor is None else f"user-{_drawn(key, actor)}",
        )


def _drawn(key: bytes, value: Any) -> str:
    return hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:12]


def _when(at: datetime, on: date, seq: int, blind: bool) -> datetime:
    """The moment; where a step counts for another day, or times of day are not to be told, that day
    in the order of steps."""
    if blind or at.date() != on:
        return datetime.combine(on, time(12), UTC) + timedelta(seconds=seq)
    return at


# -- OCEL 2.0 --------------------------------------------------------------------------------------


def ocel(kind: CaseKind, cases: QuerySet[Case]) -> dict[str, Any]:
    """The log by the JSON schema of OCEL 2.0: cases, their processes and (where they may be told)
    people as objects."""
    found = list(entries(kind, cases))
    objects: dict[str, dict[str, Any]] = {}
    events = [_event(kind, number, entry, objects) for number, entry in enumerate(found, 1)]
    names = sorted({entry.name for entry in found})
    attributes = [{"name": name, "type": "string"} for name in ("from", "to")]
    return {
        "objectTypes": [
            {
                "name": name,
                "attributes": [{"name": "school", "type": "string"}] if name == "case" else [],
            }
            for name in ("case", "process", "person")
        ],
        "eventTypes": [{"name": name, "attributes": attributes} for name in names],
        "objects": list(objects.values()),
        "events": events,
    }


def _event(
    kind: CaseKind, number: int, entry: Entry, objects: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    related = [(f"case-{entry.case}", "case", "case")]
    related += [(f"process-{entry.process}", "process", "part")] if entry.process else []
    related += [(entry.who, "person", "actor")] if entry.who else []
    for key, sort, _qualifier in related:
        about = (
            [{"name": "school", "time": "1970-01-01T00:00:00Z", "value": entry.school}]
            if sort == "case" and entry.school
            else []
        )
        objects.setdefault(key, {"id": key, "type": sort, "attributes": about, "relationships": []})
    return {
        "id": f"e{number}",
        "type": entry.name,
        "time": _iso(entry.when),
        "attributes": [
            {"name": name, "value": value}
            for name, value in (("from", entry.source), ("to", entry.target))
            if value
        ],
        "relationships": [
            {"objectId": key, "qualifier": qualifier} for key, _sort, qualifier in related
        ],
    }


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_json(kind: CaseKind, cases: QuerySet[Case]) -> str:
    """OCEL 2.0 as text."""
    return json.dumps(ocel(kind, cases), ensure_ascii=False, indent=1)


# -- XES -------------------------------------------------------------------------------------------


def as_xes(kind: CaseKind, cases: QuerySet[Case]) -> str:
    """The log as XES with the extensions concept, time, organizational and lifecycle: a trace a
    case."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">',
    ]
    for name, prefix in (
        ("Concept", "concept"),
        ("Time", "time"),
        ("Organizational", "org"),
        ("Lifecycle", "lifecycle"),
    ):
        lines.append(
            f'<extension name="{name}" prefix="{prefix}" '
            f'uri="http://www.xes-standard.org/{prefix}.xesext"/>'
        )
    lines.append('<classifier name="Step" keys="concept:name"/>')
    for case, found in groupby(entries(kind, cases), key=lambda entry: entry.case):
        lines.append(f"<trace>{_string('concept:name', case)}")
        lines += [_xes_event(entry) for entry in found]
        lines.append("</trace>")
    return "\n".join([*lines, "</log>", ""])


def _xes_event(entry: Entry) -> str:
    parts = [
        _string("concept:name", entry.name),
        f'<date key="time:timestamp" value="{_iso(entry.when)}"/>',
        _string("lifecycle:transition", "complete"),
    ]
    for key, value in (
        ("from", entry.source),
        ("to", entry.target),
        ("school", entry.school),
        ("org:resource", entry.who),
    ):
        parts += [_string(key, value)] if value else []
    return f"<event>{''.join(parts)}</event>"


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"
