"""What is kept beside the steps of a case; the timeline holds kinds, numbers and codes, the words stay in the records."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from casework.engine.errors import Invalid
from casework.engine.workflow import Workflow
from titleix.case import conditions, queries, questions
from titleix.letters import investigative_report
from titleix.models import Inspection, Record
from titleix.rules.screening import LICENSE


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


def _of_form(flow: Workflow, kind: str, *, code: str = "", **data: Any) -> Record:
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


def record(flow: Workflow, kind: str, *, code: str = "", **data: Any) -> None:
    """A record of what the form says; the timeline keeps its kind and number, the words stay in the record."""
    row = _of_form(flow, kind, code=code, **data)
    flow.turn.data = {"record": row.kind, "number": row.number}


def note(flow: Workflow, kind: str, code: str) -> None:
    """A record of today without a person."""
    row = add(flow, kind, flow.turn.today, text=flow.data["text"], code=code)
    flow.turn.data = {"record": row.kind, "number": row.number}


def interview(flow: Workflow) -> None:
    """An interview that was held or refused. Under 106.45 the time to prepare and a written notice of it are needed (T-24)."""
    chosen = next(row for row in queries.people(flow.file) if str(row.id) == flow.data["party"])
    if flow.case.complaint_on and not flow.data["refused"]:
        reasons = [str(reason) for reason in conditions.against_interview(flow, flow.data["on"])]
        if conditions.unnoticed(flow) and not flow.data.get("without_new"):
            reasons.append(
                _(
                    "A new allegation needs a supplemental notice before anybody is questioned on it (34 CFR 106.45(b)(2)(ii))."
                )
            )
        told = flow.data.get("notice_on") or queries.told_of_meeting(
            flow.file, chosen, flow.data["on"]
        )
        if told is None or told >= flow.data["on"]:
            reasons.append(
                _(
                    "A written notice of the interview must have gone out before it (34 CFR 106.45(b)(5)(v))."
                )
            )
        if reasons:
            raise Invalid({"on": reasons})
    record(flow, Record.Kind.INTERVIEW, code="refused" if flow.data["refused"] else "held")


def evidence(flow: Workflow) -> None:
    """A piece of evidence, with its file if there is one; a new one after the package went out needs a new round."""
    code = "relied" if flow.data["relied_on"] else "not_relied"
    row = _of_form(
        flow,
        Record.Kind.EVIDENCE,
        code=code,
        title=flow.data["title"],
        source=flow.data.get("source") or "",
    )
    row.attachment_id = UUID(flow.data["attachment"]) if flow.data.get("attachment") else None
    for handed in [
        one
        for one in queries.handed_in(flow.file, unsorted=True)
        if one.attachment_id == row.attachment_id
    ]:
        handed.closed_on, handed.data = flow.turn.today, {**handed.data, "evidence": row.number}
        flow.file.touch(handed)
    flow.turn.data = {"record": row.kind, "number": row.number}


def set_aside(flow: Workflow) -> None:
    """A file of a party that is not directly related: it stays on file with the reason."""
    row = chosen_record(flow)
    row.closed_on, row.data = flow.turn.today, {**row.data, "aside": flow.data["text"]}
    flow.file.touch(row)
    flow.case.last_action_on = flow.turn.today
    flow.turn.data = {"record": row.kind, "number": row.number}


def measure(flow: Workflow) -> None:
    """A supportive measure with the answer; while one is in place, a review comes every 15 school days (B1.1)."""
    record(flow, Record.Kind.MEASURE, code=flow.data["answer"])
    if queries.measures(flow.file) and not flow._running("measures_review"):
        flow.start_clock("measures_review", flow.turn.today)


def end_measure(flow: Workflow) -> None:
    """A measure ends; with the last one the reviews end too."""
    end_record(flow)
    if not queries.measures(flow.file) and flow.case.state != "SUPPORTIVE_ONLY":
        flow.cancel_clock("measures_review", gettext_noop("no measure is in place"))


def review_measures(flow: Workflow) -> None:
    """What the review found; the next one is due while measures are in place. A case that has nothing but measures is looked at
    again until it is closed."""
    note(flow, Record.Kind.CHECK, "measures")
    flow.stop_clock("measures_review")
    if queries.measures(flow.file) or flow.case.state == "SUPPORTIVE_ONLY":
        flow.start_clock("measures_review")


def removal(flow: Workflow) -> None:
    """An emergency removal; when the challenge is still to be heard, its promise runs."""
    heard = flow.data.get("challenge_on")
    if heard and heard >= flow.turn.today:
        flow.start_clock("challenge", flow.data["on"], "removal")
    record(
        flow, Record.Kind.REMOVAL, code="removed", challenge_on=heard.isoformat() if heard else None
    )


def challenge(flow: Workflow) -> None:
    """The challenge was heard: the removal stays or is lifted (34 CFR 106.44(c))."""
    row = chosen_record(flow)
    row.data = {**row.data, "heard_on": flow.data["on"].isoformat(), "result": flow.data["result"]}
    row.closed_on = flow.data["on"] if flow.data["result"] == "lifted" else None
    flow.file.touch(row)
    add(
        flow,
        Record.Kind.CHECK,
        flow.data["on"],
        text=flow.data["text"],
        code=f"challenge_{flow.data['result']}",
    )
    flow.effective_on = flow.data["on"]
    flow.turn.data = {"record": row.kind, "number": row.number, "result": flow.data["result"]}


def leave(flow: Workflow) -> None:
    """Administrative leave is a personnel action: the report to the State Board is due from it (16 NCAC 06C .0608)."""
    on = flow.data["on"]
    record(flow, Record.Kind.LEAVE)
    personnel_action(flow, on)


def personnel_action(flow: Workflow, on: date) -> None:
    """Start the promise of the duty that counts from a personnel action, where the screening raised it."""
    kind = f"duty_{LICENSE.key}"
    for task in [
        task
        for task in flow.file.tasks
        if task.kind == f"DUTY_{LICENSE.key.upper()}"[:32] and task.clock_id is None
    ]:
        task.clock_id = flow.start_clock(kind, on, "personnel_action").id
        flow.file.touch(task)


def human_resources(flow: Workflow) -> None:
    """What human resources were told about an employee (B2.2, rule 7)."""
    on, action = flow.data["on"], flow.data["personnel_action"]
    row = add(
        flow,
        Record.Kind.HR,
        on,
        text=flow.data["text"],
        code="told",
        who=flow.data["who"],
        number_of=flow.data.get("number") or "",
    )
    flow.effective_on = on
    flow.finish_task("HR_NOTICE", "done")
    if action:
        personnel_action(flow, on)
    flow.turn.data = {"record": row.kind, "number": row.number, "personnel_action": action}


def no_contact(flow: Workflow) -> None:
    """An order to keep apart, with its end."""
    until = flow.data.get("until")
    record(
        flow,
        Record.Kind.NO_CONTACT,
        code="mutual" if flow.data["mutual"] else "one_sided",
        other=flow.data["other"],
        until=until.isoformat() if until else None,
    )


def accommodation(flow: Workflow) -> None:
    """A request for an accommodation or an interpreter, with its promise (C11)."""
    record(flow, Record.Kind.ACCOMMODATION, code=flow.data["what"])
    flow.open_task("ACCOMMODATION", role="COORDINATOR", clock="accommodation")


def answer_accommodation(flow: Workflow) -> None:
    """The answer; when no request is open any more, the promise is kept."""
    row = chosen_record(flow)
    row.code, row.closed_on = flow.data["answer"], flow.turn.today
    row.data = {**row.data, "answer": flow.data["text"]}
    flow.file.touch(row)
    if not any(
        other.closed_on is None for other in queries.records(flow.file, Record.Kind.ACCOMMODATION)
    ):
        flow.finish_task("ACCOMMODATION", "answered")
    flow.turn.data = {"record": row.kind, "number": row.number, "answer": flow.data["answer"]}


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


def duty_done(flow: Workflow) -> None:
    """A duty of state law was done: who, to whom, when, with what number."""
    kind = flow.data["duty"]
    add(
        flow,
        Record.Kind.DUTY,
        flow.data["on"],
        text=flow.data["who"],
        code=kind.removeprefix("DUTY_").lower(),
        number_of=flow.data.get("number") or "",
    )
    flow.effective_on = flow.data["on"]
    flow.finish_task(kind, "done")
    flow.turn.data = {"duty": kind}


def question(flow: Workflow) -> None:
    """One move in the exchange of written questions; the promise of the exchange runs from the offer (B1.1)."""
    data, file = flow.data, flow.file
    if data["code"] == "finished":
        questions.refuse_unfinished(flow)
    number = (
        int(data["question"])
        if data.get("question")
        else questions.next_number(file)
        if data["code"] == "asked"
        else 0
    )
    late = questions.is_late(file, data["code"], data["on"])
    row = add(
        flow,
        Record.Kind.QUESTION,
        data["on"],
        text=data["text"],
        code=data["code"],
        party=data.get("party") or None,
        question=number,
        to=data.get("to") or "",
        late=late,
    )
    if row.code == "offered" and not flow._running("questions"):
        flow.start_clock("questions", data["on"], "offered")
    if row.code == "finished" or questions.all_waived(file):
        flow.stop_clock("questions", data["on"])
    flow.turn.data = {"record": row.kind, "code": row.code, "question": number, "late": late}


def response(flow: Workflow) -> None:
    """A party answered or waived: its window is closed (N9)."""
    code = "EVIDENCE" if flow.case.state == "EVIDENCE_REVIEW" else "REPORT"
    for sent in [
        row
        for row in queries.deliveries(flow.file, code)
        if str(row.party_id) == flow.data["party"]
    ]:
        sent.closed_on, sent.waived = flow.data["on"], flow.data["what"] == "waived"
        flow.file.touch(sent)
    record(flow, Record.Kind.STATEMENT, code=f"{code.lower()}_{flow.data['what']}")


def findings(flow: Workflow) -> None:
    """One finding for each allegation."""
    for old in queries.records(
        flow.file, Record.Kind.FINDING
    ):  # of an earlier episode: frozen, and no longer in force
        if old.closed_on is None:
            old.closed_on = flow.turn.today
            flow.file.touch(old)
    for allegation in queries.records(flow.file, Record.Kind.ALLEGATION):
        code, why = flow.data[f"finding_{allegation.number}"], flow.data[f"why_{allegation.number}"]
        add(
            flow,
            Record.Kind.FINDING,
            flow.turn.today,
            text=why,
            code=code,
            allegation=allegation.number,
        )
    found = [row.code for row in queries.findings(flow.file)]
    flow.case.responsible = bool({"substantiated", "responsible"} & set(found))
    flow.turn.data = {"findings": len(found)}


def determination(flow: Workflow) -> None:
    """The written determination with its six contents (34 CFR 106.45(b)(7)(ii)): allegations with their results and reasons are
    the findings, the bases of an appeal follow from the rule; the rest stands here. Its letter goes out to both at once."""
    steps = flow.data.get("procedure") or "\n".join(investigative_report.procedure_lines(flow.file))
    text = "\n\n".join(
        part
        for part in (flow.data["facts"], flow.data["conclusions"], flow.data["sanctions"])
        if part
    )
    add(
        flow,
        Record.Kind.DETERMINATION,
        flow.turn.today,
        text=text,
        code="determination",
        remedies=flow.data["remedies"],
        facts=flow.data["facts"],
        conclusions=flow.data["conclusions"],
        sanctions=flow.data["sanctions"],
        procedure=steps,
    )
    findings(flow)


def report_draft(flow: Workflow) -> None:
    """The report as it stands; revised, the latest one is sent."""
    note(flow, Record.Kind.REPORT, "report")


def statement(flow: Workflow) -> None:
    """A written statement of a party in an appeal (34 CFR 106.45(b)(8)(iii)(D))."""
    record(flow, Record.Kind.STATEMENT, code="appeal")
    if conditions.all_stated(flow):
        flow.stop_clock("appeal_statement")


def remedy(flow: Workflow) -> None:
    """A remedy or sanction that the coordinator carries out (34 CFR 106.45(b)(7)(iv))."""
    until = flow.data.get("until")
    row = add(
        flow,
        Record.Kind.REMEDY,
        flow.turn.today,
        text=flow.data["text"],
        code=flow.data["code"],
        who=flow.data.get("who") or "",
        until=until.isoformat() if until else None,
    )
    if flow.case.state == "REMEDIES":  # one more while they are carried out: it has a date too
        flow.cancel_clock("closing", gettext_noop("another remedy"))
        if not flow._running("remedies"):
            flow.start_clock("remedies", flow.turn.today)
    flow.turn.data = {"record": row.kind, "number": row.number, "code": row.code}


def remedy_done(flow: Workflow) -> None:
    """Carried out; with the last one the promise is kept."""
    row = chosen_record(flow)
    row.closed_on, row.data = flow.data["on"], {**row.data, "done": flow.data["text"]}
    flow.file.touch(row)
    flow.effective_on = flow.data["on"]
    if not queries.open_remedies(flow.file):
        flow.stop_clock("remedies")
    nothing_left(flow)
    flow.turn.data = {"record": row.kind, "number": row.number}


def check(flow: Workflow) -> None:
    """A check after 30, 60 or 90 days."""
    kind = flow.data["which"]
    flow.effective_on = flow.data["on"]
    add(flow, Record.Kind.CHECK, flow.data["on"], text=flow.data["text"], code=kind)
    flow.stop_clock(kind)
    nothing_left(flow)
    flow.turn.data = {"record": "CHECK", "which": kind}


def nothing_left(flow: Workflow) -> None:
    """Every remedy is carried out and every check made: what is owed now is to close the file."""
    checks = any(clock.kind.startswith("check_") for clock in flow.file.running)
    if flow.case.state == "REMEDIES" and not (
        checks or queries.open_remedies(flow.file) or flow._running("closing")
    ):
        flow.start_clock("closing", flow.turn.today)


def inspected(flow: Workflow) -> None:
    """Somebody looked at the evidence in the office: an entry of the inspection log."""
    row = Inspection(id=uuid4(), how=Inspection.How.OFFICE, at=flow.turn.now)
    row.case_id, row.party_id, row.user_id = flow.case.id, UUID(flow.data["party"]), flow.actor_id
    flow.file.add(row)
    flow.effective_on = flow.data["on"]
    flow.turn.data = {"on": flow.data["on"]}
