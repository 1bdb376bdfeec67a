"""Records of a case as the steps write them: the words stay in the record, the timeline keeps kind,
number and code.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.models import Record


def add(
    flow: Workflow,
    kind: str,
    on: date,
    *,
    text: str = "",
    code: str = "",
    party: str | None = None,
    **data: Any,
) -> Record:
    """A record with the next number of its kind."""
    same = queries.records(flow.file, kind)
    row = Record(
        id=uuid4(),
        kind=kind,
        number=queries.next_number(same),
        on=on,
        code=code[:32],
        text=text,
        data=data,
    )
    row.case_id, row.by_id, row.party_id = (
        flow.case.id,
        flow.actor_id,
        UUID(party) if party else None,
    )
    flow.case.last_action_on = flow.turn.today
    return flow.file.add(row)


def add_from_form(flow: Workflow, kind: str, *, code: str = "", **data: Any) -> Record:
    """A record of the form's date, words and person; the step counts for that date."""
    row = add(
        flow,
        kind,
        flow.data["on"],
        text=flow.data["text"],
        code=code,
        party=flow.data.get("party") or None,
        **data,
    )
    flow.effective_on = flow.data["on"]
    return row


def record_from_form(flow: Workflow, kind: str, *, code: str = "", **data: Any) -> None:
    """A record of what the form says; the timeline keeps its kind and number, the words stay in the
    record.
    """
    row = add_from_form(flow, kind, code=code, **data)
    flow.turn.data = {"record": row.kind, "number": row.number}


def record_today(flow: Workflow, kind: str, code: str) -> None:
    """A record of today without a person."""
    row = add(flow, kind, flow.turn.today, text=flow.data["text"], code=code)
    flow.turn.data = {"record": row.kind, "number": row.number}


def chosen_record(flow: Workflow) -> Record:
    """The record that the form names."""
    found: Record = next(
        row for row in flow.file.children["record"] if str(row.id) == flow.data["record"]
    )
    return found


def end_record(flow: Workflow) -> None:
    """Something on record ends: the row keeps what it said, and when and why it ended."""
    row = chosen_record(flow)
    row.closed_on, row.data = flow.data["on"], {**row.data, "ended": flow.data["text"]}
    flow.file.touch(row)
    flow.effective_on = flow.data["on"]
    flow.turn.data = {"record": row.kind, "number": row.number}
