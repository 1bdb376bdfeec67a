"""Where the words of people go: into sealed records, while the timeline keeps their kind and number
(C7, C9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from casework.engine.casefile import CaseFile
from casework.engine.workflow import Workflow
from casework.models import Event
from titleix.case import queries
from titleix.models import Record


def keep(flow: Workflow, words: Mapping[str, str]) -> dict[str, Any]:
    """A sealed record of what was written in a step; its kind and number for the event."""
    number = queries.next_number(queries.records(flow.file, Record.Kind.NOTE))
    row = Record(
        id=uuid4(),
        kind=Record.Kind.NOTE,
        number=number,
        on=flow.effective_on,
        code=str(flow.data.get("_step", ""))[:32],
    )
    row.text, row.data = "\n\n".join(words.values()), dict(words) if len(words) > 1 else {}
    row.case_id, row.by_id = flow.case.id, flow.actor_id
    flow.file.add(row)
    return {"record": row.kind, "number": row.number}


def of_events(file: CaseFile, events: Sequence[Event]) -> dict[int, str]:
    """The words behind events (seq -> text), from the records that the case was loaded with."""
    texts = {(row.kind, row.number): row.text for row in file.children["record"]}
    words = {
        event.seq: texts.get((event.data.get("record"), event.data.get("number")), "")
        for event in events
    }
    return {seq: text for seq, text in words.items() if text}
