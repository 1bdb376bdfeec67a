"""What the steps of a Title IX case do: rows in memory, written by the door. No rule stands here: those are `guards` and
`procedure`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _

from casework import dates, grants
from casework.errors import Invalid
from casework.models import CaseUserPermission
from casework.workflow import Workflow
from titleix import guards, intake, procedure, reading, retention
from titleix.models import Assignment, Delivery, Party, Record, TitleIXCase
from titleix.screening import Outcome, parallel_duties
from titleix.separation import Conflict, ConflictKind, Role

# What access a function brings with it (C3: by assignment to the case alone).
GRANTS = {
    Role.COORDINATOR: ("view_cases", "coordinate_cases"),
    Role.INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.SCHOOL_INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.DECISION_MAKER: ("view_cases", "decide_cases"),
    Role.APPEAL_OFFICER: ("view_cases", "appeal_cases"),
    Role.FACILITATOR: ("view_cases", "facilitate_cases"),
}


# -- people -----------------------------------------------------------------------------------------------------------


def enter_people(flow: Workflow, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add people to the case, numbered by their part: Complainant 1, Witness 2."""
    for row in rows:
        same = [party for party in flow.file.children["party"] if party.part == row["part"]]
        party = Party(
            id=uuid4(), part=row["part"], number=reading.next_number(same), kind=row.get("kind") or Party.Kind.UNKNOWN, added_on=flow.turn.today,
            name=row.get("name") or "", address=row.get("address") or "", email=row.get("email") or "", phone=row.get("phone") or "",
            language=row.get("language") or "en", minor=bool(row.get("minor")), plan=bool(row.get("plan")),
        )  # fmt: skip
        party.case_id, party.student_id, party.user_id = flow.case.id, row.get("student_id"), row.get("user_id")
        party.acts_for_id = UUID(str(row["acts_for"])) if row.get("acts_for") else None
        flow.file.add(party)
    flow.turn.data = {"parts": sorted(row["part"] for row in rows)}  # no name on the timeline: people are rows of their own


def assign(flow: Workflow) -> None:
    """Give a function and the access that it needs; Invalid with the reason when separation, a tie or training forbid it."""
    user, role = flow.data["user"], Role(flow.data["role"])
    if any(row.user_id == user.pk for row in reading.assigned(flow.file, role)):
        raise Invalid({"user": [_("This person holds the function already.")]})
    tie = Conflict(ConflictKind(flow.data["conflict"])) if flow.data.get("conflict") else None
    found = guards.verdict(flow, user.pk, role, tie)
    if not found.allowed:
        raise Invalid({"user": [str(found.reason)]})
    row = Assignment(
        id=uuid4(), role=role.value, starts_on=flow.turn.today, conflict=tie.kind.value if tie else "", declared_on=flow.turn.today
    )
    row.case_id, row.user_id = flow.case.id, user.pk
    flow.file.add(row)
    _grant(flow, user.pk, GRANTS[role])
    if role in (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR):
        flow.case.owner_id = user.pk
    flow.turn.data = {"user": user.pk, "role": role.value, "warning": str(found.warning)}


def _grant(flow: Workflow, user_id: int, codenames: Iterable[str]) -> None:
    """Access begins with the function; what the person holds already stays."""
    held = set(
        CaseUserPermission.objects.filter(content_object_id=flow.case.id, user_id=user_id).values_list("permission__codename", flat=True)
    )
    wanted = [name for name in codenames if name not in held]
    for permission in Permission.objects.filter(codename__in=wanted, content_type__app_label="casework", content_type__model="case"):
        grant = CaseUserPermission()
        grant.user_id, grant.permission_id, grant.content_object_id = user_id, permission.pk, flow.case.id
        flow.file.add(grant)


def unassign(flow: Workflow) -> None:
    """End a function and its access at once; with a conflict of interest, all access for good (T-13)."""
    row = next(row for row in flow.file.children["assignment"] if str(row.id) == flow.data["assignment"])
    row.ends_on = flow.turn.today
    flow.file.touch(row)
    others = [other for other in reading.assigned(flow.file, *Role) if other.user_id == row.user_id and other is not row]
    kept = {name for other in others for name in GRANTS[Role(other.role)]}
    user_id, case_id, reason, recuse, by = row.user_id, flow.case.id, flow.data["reason"], flow.data["recuse"], flow.turn.actor

    def end() -> None:
        if recuse:
            grants.recuse_id(case_id, user_id, reason, by=by)
        else:
            CaseUserPermission.objects.filter(content_object_id=case_id, user_id=user_id).exclude(permission__codename__in=kept).delete()

    flow.file.later.append(end)
    if flow.case.owner_id == row.user_id:
        flow.case.owner_id = None
    flow.turn.data = {"user": row.user_id, "role": row.role, "recused": recuse}


# -- records ----------------------------------------------------------------------------------------------------------


def _add(flow: Workflow, kind: str, on: date, *, text: str = "", code: str = "", party: str | None = None, **data: Any) -> Record:
    same = reading.records(flow.file, kind)
    row = Record(id=uuid4(), kind=kind, number=reading.next_number(same), on=on, code=code[:32], text=text, data=data)
    row.case_id, row.by_id, row.party_id = flow.case.id, flow.actor_id, UUID(party) if party else None
    flow.case.last_action_on = flow.turn.today
    return flow.file.add(row)


def record(flow: Workflow, kind: str, *, code: str = "", **data: Any) -> None:
    """A record of what the form says; the timeline keeps its kind and number, the words stay in the record."""
    row = _add(flow, kind, flow.data["on"], text=flow.data["text"], code=code, party=flow.data.get("party") or None, **data)
    flow.effective_on = flow.data["on"]
    flow.turn.data = {"record": row.kind, "number": row.number}


def note(flow: Workflow, kind: str, code: str) -> None:
    """A record of today without a person."""
    row = _add(flow, kind, flow.turn.today, text=flow.data["text"], code=code)
    flow.turn.data = {"record": row.kind, "number": row.number}


def interview(flow: Workflow) -> None:
    """An interview that was held or refused. Under 106.45 the time to prepare and a written notice of it are needed (T-24)."""
    if flow.case.complaint_on and not flow.data["refused"]:
        reasons = [str(reason) for reason in guards.against_interview(flow, flow.data["on"])]
        if not flow.data.get("notice_on") or flow.data["notice_on"] >= flow.data["on"]:
            reasons.append(_("A written notice of the interview must have gone out before it (34 CFR 106.45(b)(5)(v))."))
        if reasons:
            raise Invalid({"on": reasons})
    record(flow, Record.Kind.INTERVIEW, code="refused" if flow.data["refused"] else "held")


def removal(flow: Workflow) -> None:
    """An emergency removal; when the challenge is still to be heard, its promise runs."""
    heard = flow.data.get("challenge_on")
    if heard and heard > flow.turn.today:
        flow.start_clock("challenge", flow.data["on"], "removal")
    record(flow, Record.Kind.REMOVAL, code="removed", challenge_on=heard.isoformat() if heard else None)


def duty_done(flow: Workflow) -> None:
    """A duty of state law was done: who, to whom, when, with what number."""
    kind = flow.data["duty"]
    _add(
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
    """One move in the exchange of written questions."""
    row = _add(flow, Record.Kind.QUESTION, flow.data["on"], text=flow.data["text"], code=flow.data["code"])
    flow.turn.data = {"record": row.kind, "code": row.code}


def response(flow: Workflow) -> None:
    """A party answered or waived: its window is closed (N9)."""
    code = "EVIDENCE" if flow.case.state == "EVIDENCE_REVIEW" else "REPORT"
    for sent in [row for row in reading.deliveries(flow.file, code) if str(row.party_id) == flow.data["party"]]:
        sent.closed_on, sent.waived = flow.data["on"], flow.data["what"] == "waived"
        flow.file.touch(sent)
    record(flow, Record.Kind.STATEMENT, code=f"{code.lower()}_{flow.data['what']}")


def findings(flow: Workflow) -> None:
    """One finding for each allegation."""
    for allegation in reading.records(flow.file, Record.Kind.ALLEGATION):
        code, why = flow.data[f"finding_{allegation.number}"], flow.data[f"why_{allegation.number}"]
        _add(flow, Record.Kind.FINDING, flow.turn.today, text=why, code=code, allegation=allegation.number)
    found = [row.code for row in reading.records(flow.file, Record.Kind.FINDING)]
    flow.case.responsible = bool({"substantiated", "responsible"} & set(found))
    flow.turn.data = {"findings": len(found)}


def determination(flow: Workflow) -> None:
    """The written determination with its six contents; its letter goes out to both at the same time."""
    text = "\n\n".join(part for part in (flow.data["facts"], flow.data["conclusions"], flow.data["sanctions"]) if part)
    _add(flow, Record.Kind.DETERMINATION, flow.turn.today, text=text, code="determination", remedies=flow.data["remedies"])
    findings(flow)


# -- screening --------------------------------------------------------------------------------------------------------


def keep_screening(flow: Workflow) -> None:
    """The outcome with its facts and rationale; duties of state law begin in every branch (B2.2)."""
    for kind in ("screening", "info"):  # before the outcome starts the next wait
        flow.stop_clock(kind)
    found = flow.data["_screening"]
    choice, case = intake.chosen(found, flow.data), flow.case
    answers = {
        key: str(value)
        for key, value in flow.data.items()
        if key[0] != "_" and key not in ("rationale", "duplicate_of") and value not in (None, "")
    }
    _add(
        flow,
        Record.Kind.SCREENING,
        flow.turn.today,
        text=flow.data["rationale"],
        code=choice.outcome.value,
        rule=found[1].rule,
        answers=answers,
    )
    case.outcome, case.second_reader_open = choice.outcome.value, choice.needs_second_reader
    case.employee_respondent = found[1].employee
    _duties(flow, found[0])
    _follow(flow, choice.outcome, found[1].needs_formal_complaint)
    flow.turn.data = {"outcome": choice.outcome.value, "rule": found[1].rule, "second_reader": choice.needs_second_reader}


def _duties(flow: Workflow, facts: Any) -> None:
    """Tasks for what never waits for the Title IX case (B1.2), each once."""
    there = {task.kind for task in flow.file.tasks} | {f"DUTY_{row.code.upper()}" for row in reading.records(flow.file, Record.Kind.DUTY)}
    for duty in parallel_duties(facts):
        kind = f"DUTY_{duty.key.upper()}"[:32]
        if kind not in there:
            flow.open_task(kind, role="PRINCIPAL", clock=f"duty_{duty.key}")


def _follow(flow: Workflow, outcome: Outcome, complaint: bool) -> None:
    """What the outcome starts: the promise of the level, the wait for information, the end."""
    case, known = flow.case, reading.known_on(flow.file)
    if outcome is Outcome.DUPLICATE:
        target = intake.target_of(flow, flow.data)
        assert target is not None
        _merge(flow, target)
    elif outcome is Outcome.INFO_REQUESTED:
        flow.start_clock("info")
    elif outcome is Outcome.NOT_TITLE_IX:
        close(flow, "REFERRED")
    elif outcome is Outcome.SCHOOL_30:
        case.level = TitleIXCase.Level.SCHOOL
        flow.start_clock("school_investigation", known, "knowledge")
    else:
        case.level = TitleIXCase.Level.DISTRICT
        if outcome is Outcome.OTHER_SEX_DISCRIMINATION or not complaint:
            flow.start_clock("district_investigation", known, "knowledge")
        else:
            flow.start_clock("complaint_decision")


def _merge(flow: Workflow, target: TitleIXCase) -> None:
    """This report goes on in the other case; its clocks end as MERGED. The earliest day 0 wins there: by hand, since it
    moves another case (correct day 0)."""
    if retention.holds_on(flow.case):
        raise Invalid({"duplicate_of": [_("A legal hold covers this report: it cannot be merged away.")]})
    flow.merge_clocks(f"merged into {target.number}")
    flow.case.linked_id, flow.case.link = target.pk, TitleIXCase.Link.MERGED
    flow.close_case("MERGED")


def confirm_screening(flow: Workflow) -> None:
    """The second reader is somebody else than the screener."""
    screening = reading.records(flow.file, Record.Kind.SCREENING)[-1]
    if screening.by_id == flow.actor_id:
        raise Invalid({"reason": [_("The second reader must be somebody else than the screener.")]})
    flow.case.second_reader_open = False
    _add(flow, Record.Kind.SCREENING, flow.turn.today, text=flow.data["reason"], code="second_reader")
    flow.turn.data = {}


# -- complaint, letters, report, ends ---------------------------------------------------------------------------------


def complaint(flow: Workflow) -> None:
    """The formal complaint starts the sixty days (B2.3), unless an escalation carried an earlier day 0 over."""
    case = flow.case
    case.complaint_on, case.complaint_by, case.level = flow.data["on"], flow.data["by"], TitleIXCase.Level.DISTRICT
    flow.effective_on = flow.data["on"]
    if not flow._running("district_investigation"):
        flow.start_clock("district_investigation", flow.data["on"], "formal_complaint")
    flow.turn.data = {"on": flow.data["on"], "by": flow.data["by"], "reason": flow.data.get("reason") or ""}


def escalate(flow: Workflow) -> None:
    """The school's promise passes into the district's with the day 0 that the policy says (B2.4)."""
    flow.case.level = TitleIXCase.Level.DISTRICT
    if flow._running("school_investigation"):
        flow.escalate_clock("school_investigation", "district_investigation", flow.case.complaint_on)
    _add(flow, Record.Kind.SCREENING, flow.turn.today, text=flow.data["reason"], code="escalated")
    flow.turn.data = {}


def send(flow: Workflow, code: str, *, advisors: bool = False) -> None:
    """Letters of one code to every party (and advisor) on one day: simultaneous, each bound to its person (C9)."""
    to = reading.parties(flow.file)
    if advisors:
        to += [advisor for party in reading.parties(flow.file) for advisor in reading.acting_for(flow.file, party, Party.Part.ADVISOR)]
    before = reading.deliveries(flow.file, code)
    number = max((row.round for row in before), default=0) + 1
    for party in to:
        document = flow.prepared.get(f"letter_{party.id}")
        row = Delivery(
            id=uuid4(), code=code, round=number, sent_on=flow.data["on"], means=flow.data["means"], proof=flow.data.get("proof") or ""
        )
        row.case_id, row.party_id, row.document_id = flow.case.id, party.id, document.id if document else None
        flow.file.add(row)
    flow.case.last_action_on, flow.effective_on = flow.turn.today, flow.data["on"]
    flow.turn.data = {"letter": code, "to": [party.label for party in to], "on": flow.data["on"], "means": flow.data["means"]}


def report_out(flow: Workflow) -> None:
    """The report is with every party: the sixty days end here unless the policy says at the determination (B2.3), and the
    determination is due after the window."""
    if flow.policy.get("clock_stops_at") == "report":
        flow.stop_clock("district_investigation")
    wait = reading.span(flow.file, "report_wait")
    ends = dates.add(flow.effective_on, wait.n, wait.unit, flow.file.calendar).due
    flow.start_clock("determination", ends, "report_window")


def dismissal(flow: Workflow) -> None:
    """A dismissal with its ground; both parties get the letter today and may appeal."""
    _add(flow, Record.Kind.DETERMINATION, flow.turn.today, text=flow.data["reason"], code=f"dismissed_{flow.data['ground']}")
    flow.case.appeal_of = "dismissal"
    ground = flow.data["ground"]
    flow.turn.data = {"on": flow.turn.today, "means": "mail"}
    send(flow, "DISMISSAL")
    for clock in [clock for clock in flow.file.running if clock.kind in ("notice", "evidence_wait", "report_wait", "determination")]:
        flow.cancel_clock(clock.kind, "dismissed")
    flow.stop_clock("district_investigation")
    flow.start_clock("appeal_window")
    flow.remember(ground=ground)


def begin_informal(flow: Workflow) -> None:
    """The days of the investigation rest while the parties try (B2.4)."""
    flow.case.came_from = flow.came_from
    until = flow.turn.today + timedelta(days=int(flow.policy.get("clock_moves.investigation.hold.max_days", 15)))
    flow.hold_clock("district_investigation", until, "informal_resolution")
    _add(flow, Record.Kind.CONSENT, flow.data["consent_on"], code="both")
    flow.turn.data = {"consent_on": flow.data["consent_on"]}


def appeal_decided(flow: Workflow) -> None:
    """Upheld, changed, or sent back: then the investigation is open again, in the same episode."""
    _add(flow, Record.Kind.APPEAL, flow.turn.today, text=flow.data["text"], code=f"decided_{flow.data['result']}")
    flow.turn.data = {"result": flow.data["result"]}


def close(flow: Workflow, reason: str) -> None:
    """Close and set the earliest date of disposal: seven years from closing or the last action (34 CFR 106.45(b)(10))."""
    case, today = flow.case, flow.turn.today
    case.last_action_on = today
    case.retain_until = procedure.retention_date(today, today, int(flow.policy.require("retention_years")))
    flow.close_case(reason)


def reopen(flow: Workflow) -> None:
    """A new episode with its own day 0; the first result stays what it was (T-27)."""
    case = flow.case
    case.closed_on, case.closed_reason, case.retain_until = None, "", None
    case.episode += 1
    district = case.level == TitleIXCase.Level.DISTRICT
    flow.start_clock("district_investigation" if district else "school_investigation", flow.turn.today, "reopened")
    _add(flow, Record.Kind.SCREENING, flow.turn.today, text=flow.data["reason"], code="reopened")
    flow.turn.data = {}
