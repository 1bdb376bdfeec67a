"""Letters that leave the house: each bound to its person, all of one step on one day (C9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import uuid4

from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.models import Delivery, Party


def send(flow: Workflow, code: str, *, advisors: bool = False) -> None:
    """Letters of one code to every party (and advisor) on one day: simultaneous, each bound to its
    person (C9).
    """
    people = queries.entitled(flow.file, advisors=advisors)
    sent_to(flow, code, people, flow.data["on"], flow.data["means"], flow.data.get("proof") or "")
    flow.effective_on = flow.data["on"]
    recipients = [party.label for party in people]
    flow.turn.data = {
        "letter": code,
        "to": recipients,
        "on": flow.data["on"],
        "means": flow.data["means"],
    }


def sent_to(
    flow: Workflow, code: str, people: Iterable[Party], on: date, means: str, proof: str = ""
) -> None:
    """One delivery for each who reads for a person: the person, or the parents of a minor.

    A new round each time.
    """
    number = (
        max((row.round for row in flow.file.children["delivery"] if row.code == code), default=0)
        + 1
    )
    for party in people:
        for reader in queries.readers(flow.file, party):
            document = flow.prepared.get(f"letter_{code}_{party.id}_{reader.id}")
            row = Delivery(
                id=uuid4(),
                code=code,
                round=number,
                sent_on=on,
                means=means,
                proof=proof,
                language=reader.language,
            )
            row.case_id, row.party_id, row.recipient_id = flow.case.id, party.id, reader.id
            row.document_id = document.id if document else None
            flow.file.add(row)
    flow.case.last_action_on = flow.turn.today
