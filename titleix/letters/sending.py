"""Letters that leave the house: each bound to its person, all of one step on one day (C9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from casework.engine import date_rules
from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.models import Delivery, Party, Record, TitleIXCase
from titleix.records import records_writing
from titleix.records.records_writing import add


def send(flow: Workflow, code: str, *, advisors: bool = False) -> None:
    """Letters of one code to every party (and advisor) on one day: simultaneous, each bound to its person (C9)."""
    people = queries.entitled(flow.file, advisors=advisors)
    sent_to(flow, code, people, flow.data["on"], flow.data["means"], flow.data.get("proof") or "")
    flow.effective_on = flow.data["on"]
    told = [party.label for party in people]
    flow.turn.data = {
        "letter": code,
        "to": told,
        "on": flow.data["on"],
        "means": flow.data["means"],
    }


def notice(flow: Workflow, code: str) -> None:
    """The notice of allegations, or a supplemental one: what it says is known to the parties from now on (T-40)."""
    for row in queries.records(flow.file, Record.Kind.ALLEGATION):
        if row.code != "noticed":
            row.code = "noticed"
            flow.file.touch(row)
    send(flow, code)


def sent_to(
    flow: Workflow, code: str, people: Iterable[Party], on: date, means: str, proof: str = ""
) -> None:
    """One delivery for each who reads for a person: the person, or the parents of a minor. A new round each time."""
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


def letter(flow: Workflow) -> None:
    """A letter of a fixed text to chosen people."""
    code, wanted = flow.data["code"], set(flow.data["people"])
    people = [party for party in queries.people(flow.file) if str(party.id) in wanted]
    sent_to(flow, code, people, flow.data["on"], flow.data["means"])
    flow.turn.data = {
        "letter": code,
        "to": [party.label for party in people],
        "on": flow.data["on"],
    }


def ask_information(flow: Workflow) -> None:
    """A letter that says what is missing; the wait for it runs already."""
    flow.data["code"] = "INFO"
    letter(flow)


def proof(flow: Workflow) -> None:
    """What became of a letter; one that came back opens the duty to find the right address."""
    row = next(
        row for row in flow.file.children["delivery"] if str(row.id) == flow.data["delivery"]
    )
    if flow.data["what"] == "delivered":
        row.delivered_on, row.proof = flow.data["on"], flow.data["proof"]
    else:
        row.returned_on = flow.data["on"]
        if not any(task.kind == "CONFIRM_ADDRESS" for task in flow.file.tasks):
            flow.open_task("CONFIRM_ADDRESS", role="COORDINATOR", clock="confirm_address")
    flow.file.touch(row)
    flow.turn.data = {"letter": row.code, "what": flow.data["what"], "on": flow.data["on"]}


def schedule(flow: Workflow) -> None:
    """A meeting with its written notice: in the calendar, on file, and a letter to the person (34 CFR 106.45(b)(5)(v))."""
    data = flow.data
    party = next(row for row in queries.people(flow.file) if str(row.id) == data["party"])
    starts = queries.moment(data["meets_on"], data["time"])
    meeting = flow.appoint("INTERVIEW", starts, data["place"], data["minutes"], data["interpreter"])
    add(
        flow,
        Record.Kind.MEETING,
        data["meets_on"],
        text=data["purpose"],
        code="planned",
        party=data["party"],
        appointment=str(meeting.id),
        participants=data["participants"],
        told_on=flow.turn.today.isoformat(),
    )
    sent_to(
        flow,
        "INTERVIEW",
        [party, *queries.acting_for(flow.file, party, Party.Part.ADVISOR)],
        flow.turn.today,
        data["means"],
    )
    flow.turn.data = {"who": party.label, "meets_on": data["meets_on"]}


def cancel_meeting(flow: Workflow) -> None:
    """The meeting does not take place; calendars hear of it by the raised sequence."""
    row = next(row for row in flow.file.appointments if row.id == UUID(flow.data["appointment"]))
    row.cancelled_at, row.sequence = flow.turn.now, row.sequence + 1
    flow.file.touch(row)
    for record in [
        one
        for one in queries.records(flow.file, Record.Kind.MEETING)
        if one.data.get("appointment") == str(row.id)
    ]:
        record.code, record.closed_on = "cancelled", flow.turn.today
        record.data = {**record.data, "why": flow.data["reason"]}
        flow.file.touch(record)
    flow.turn.data = {}


def removal(flow: Workflow) -> None:
    """An emergency removal with its notice: made with the step when it is dated today (34 CFR 106.44(c))."""
    party = next(row for row in queries.people(flow.file) if str(row.id) == flow.data["party"])
    made = any(name.startswith("letter_EMERGENCY_REMOVAL") for name in flow.prepared)
    records_writing.removal(flow)
    if made:
        told = dict(flow.turn.data)
        sent_to(flow, "EMERGENCY_REMOVAL", [party], flow.turn.today, "hand")
        flow.turn.data = told


def evidence(flow: Workflow) -> None:
    """The package goes to every party and advisor; each piece remembers the round in which it was shown first."""
    number = 1 + max(
        (row.round for row in flow.file.children["delivery"] if row.code == "EVIDENCE"), default=0
    )
    for row in queries.records(flow.file, Record.Kind.EVIDENCE):
        if not row.data.get("round"):
            row.data = {**row.data, "round": number}
            flow.file.touch(row)
    send(flow, "EVIDENCE", advisors=True)


def evidence_again(flow: Workflow) -> None:
    """A new round: the time to answer counts from it for everybody (N9)."""
    flow.stop_clock("evidence_wait", flow.turn.today)
    evidence(flow)
    flow.start_clock("evidence_wait", flow.effective_on)


def offer(flow: Workflow) -> None:
    """The written offer of an informal resolution, with the form for the consent."""
    people = queries.entitled(flow.file)
    for code in ("IR_NOTICE", "IR_CONSENT"):
        sent_to(flow, code, people, flow.data["on"], flow.data["means"])
    flow.turn.data = {
        "letter": "IR_NOTICE",
        "to": [party.label for party in people],
        "on": flow.data["on"],
        "ends_by": flow.data["ends_by"],
    }


def complaint(flow: Workflow) -> None:
    """The formal complaint starts the sixty days (B2.3), unless an escalation carried an earlier day 0 over."""
    case = flow.case
    case.complaint_on, case.complaint_by, case.level = (
        flow.data["on"],
        flow.data["by"],
        TitleIXCase.Level.DISTRICT,
    )
    flow.effective_on = flow.data["on"]
    row = add(
        flow,
        Record.Kind.COMPLAINT,
        flow.data["on"],
        text=flow.data.get("reason") or "",
        code=flow.data["by"],
    )
    if not flow._running("district_investigation"):
        flow.start_clock("district_investigation", flow.data["on"], "formal_complaint")
    flow.turn.data = {
        "on": flow.data["on"],
        "by": flow.data["by"],
        "record": row.kind,
        "number": row.number,
    }


def report_out(flow: Workflow) -> None:
    """The report is with every party: the sixty days end here unless the policy says at the determination (B2.3), and the
    determination is due after the window."""
    if flow.policy.get("clock_stops_at") == "report":
        flow.stop_clock("district_investigation")
    wait = queries.span(flow.file, "report_wait")
    ends = date_rules.add(flow.effective_on, wait.n, wait.unit, flow.file.calendar).due
    flow.start_clock("determination", ends, "report_window")
