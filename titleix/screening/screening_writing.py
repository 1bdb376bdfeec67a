"""The screening: its outcome, the duties that begin with it, escalation and referral (B2.2, B2.4, B3.1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from casework.engine.errors import Invalid
from casework.engine.workflow import Workflow
from titleix.case import queries, screening_outcome
from titleix.letters.sending import sent_to
from titleix.models import Record, TitleIXCase
from titleix.outcomes.ends_writing import close
from titleix.records.records_writing import add
from titleix.records.related_reports import merge
from titleix.rules.screening import DutyStart, Outcome, parallel_duties


def keep_screening(flow: Workflow) -> None:
    """The outcome with its facts and rationale; duties of state law begin in every branch (B2.2)."""
    for kind in ("screening", "info"):  # before the outcome starts the next wait
        flow.stop_clock(kind)
    found = flow.data["_screening"]
    choice, case = screening_outcome.chosen(found, flow.data), flow.case
    answers = {
        key: str(value)
        for key, value in flow.data.items()
        if key[0] != "_" and key not in ("rationale", "duplicate_of") and value not in (None, "")
    }
    add(
        flow,
        Record.Kind.SCREENING,
        flow.turn.today,
        text=flow.data["rationale"],
        code=choice.outcome.value,
        rule=found[1].rule,
        answers=answers,
    )
    case.outcome, case.second_reader_open = choice.outcome.value, choice.needs_second_reader
    case.employee_respondent, case.dismiss_first = (
        found[1].employee,
        found[1].complaint_must_be_dismissed_first,
    )
    if (
        found[1].employee
        and not any(task.kind == "HR_NOTICE" for task in flow.file.tasks)
        and choice.outcome is not Outcome.DUPLICATE
    ):
        flow.open_task("HR_NOTICE", role="COORDINATOR", clock="hr_notice")
    _duties(flow, found[0])
    _follow(flow, choice.outcome, found[1].needs_formal_complaint)
    flow.turn.data = {
        "outcome": choice.outcome.value,
        "rule": found[1].rule,
        "second_reader": choice.needs_second_reader,
    }


def _duties(flow: Workflow, facts: Any) -> None:
    """Tasks for what never waits for the Title IX case (B1.2), each once."""
    there = {task.kind for task in flow.file.tasks} | {
        f"DUTY_{row.code.upper()}" for row in queries.records(flow.file, Record.Kind.DUTY)
    }
    for duty in parallel_duties(facts):
        kind = f"DUTY_{duty.key.upper()}"[:32]
        if kind not in there:
            # what counts from a personnel action has no date before there is one
            waits = duty.day0 is DutyStart.PERSONNEL_ACTION
            flow.open_task(kind, role="PRINCIPAL", clock=None if waits else f"duty_{duty.key}")


def _follow(flow: Workflow, outcome: Outcome, complaint: bool) -> None:
    """What the outcome starts: the promise of the level, the wait for information, the end."""
    case, known = flow.case, queries.known_on(flow.file)
    if outcome is Outcome.DUPLICATE:
        target = screening_outcome.target_of(flow, flow.data)
        assert target is not None
        merge(flow, target, TitleIXCase.Link.MERGED)
    elif outcome is Outcome.INFO_REQUESTED:
        flow.start_clock("info")
    elif outcome is Outcome.NOT_TITLE_IX:
        flow.start_clock("referral")
    elif outcome is Outcome.SCHOOL_30:
        case.level = TitleIXCase.Level.SCHOOL
        flow.start_clock("school_investigation", known, "knowledge")
    else:
        case.level = TitleIXCase.Level.DISTRICT
        if outcome is Outcome.OTHER_SEX_DISCRIMINATION or not complaint:
            flow.start_clock("district_investigation", known, "knowledge")
        else:
            flow.start_clock("complaint_decision")


def confirm_screening(flow: Workflow) -> None:
    """The second reader is somebody else than the screener."""
    screening = [
        row for row in queries.records(flow.file, Record.Kind.SCREENING) if row.code in set(Outcome)
    ][-1]
    if screening.by_id == flow.actor_id:
        raise Invalid({"reason": [_("The second reader must be somebody else than the screener.")]})
    flow.case.second_reader_open = False
    add(
        flow, Record.Kind.SCREENING, flow.turn.today, text=flow.data["reason"], code="second_reader"
    )
    flow.turn.data = {}


def escalate(flow: Workflow) -> None:
    """The school's promise passes into the district's with the day 0 that the policy says (B2.4)."""
    case, cause = flow.case, flow.data.get("cause") or "order"
    case.level, case.dismiss_first = TitleIXCase.Level.DISTRICT, False
    case.employee_respondent = case.employee_respondent or cause == "employee"
    if flow._running("school_investigation"):
        flow.escalate_clock("school_investigation", "district_investigation", case.complaint_on)
    for kind in ("check_in", "closing"):
        flow.cancel_clock(kind, gettext_noop("escalated"))
    flow.finish_task("ESCALATION_ASKED", "escalated")
    if cause == "employee" and not any(task.kind == "HR_NOTICE" for task in flow.file.tasks):
        flow.open_task("HR_NOTICE", role="COORDINATOR", clock="hr_notice")
    add(flow, Record.Kind.ESCALATION, flow.turn.today, text=flow.data["reason"], code=cause)
    flow.turn.data = {"cause": cause}


def screen_again(flow: Workflow) -> None:
    """Back to the screening: the promise of the level falls away, the one of the screening begins anew."""
    for kind in (
        "school_investigation",
        "district_investigation",
        "complaint_decision",
        "referral",
    ):
        flow.cancel_clock(kind, gettext_noop("screened again"))
    flow.case.level, flow.case.outcome, flow.case.second_reader_open, flow.case.dismiss_first = (
        "",
        "",
        False,
        False,
    )
    add(flow, Record.Kind.SCREENING, flow.turn.today, text=flow.data["reason"], code="again")
    flow.start_clock("screening")
    flow.turn.data = {}


def ask_escalation(flow: Workflow) -> None:
    """The school asks; the coordinator decides (B3.2)."""
    add(flow, Record.Kind.ESCALATION, flow.turn.today, text=flow.data["reason"], code="asked")
    if not any(task.kind == "ESCALATION_ASKED" for task in flow.file.tasks):
        flow.open_task("ESCALATION_ASKED", role="COORDINATOR", clock="escalation_answer")
    flow.turn.data = {"cause": flow.data.get("cause") or ""}


def decline_escalation(flow: Workflow) -> None:
    """The case stays at the school, with the reason."""
    add(flow, Record.Kind.ESCALATION, flow.turn.today, text=flow.data["reason"], code="declined")
    flow.finish_task("ESCALATION_ASKED", "declined")
    flow.turn.data = {}


def propose(flow: Workflow) -> None:
    """A school administrator answers the questions; nothing is decided by it (B2.2)."""
    found = flow.data["_screening"]
    answers = {
        key: str(value)
        for key, value in flow.data.items()
        if key[0] != "_" and key != "rationale" and value not in (None, "")
    }
    add(
        flow,
        Record.Kind.SCREENING,
        flow.turn.today,
        text=flow.data["rationale"],
        code="proposed",
        answers=answers,
        proposed=found[1].outcome.value,
    )
    flow.turn.data = {"proposed": found[1].outcome.value, "rule": found[1].rule}


def refer(flow: Workflow) -> None:
    """To the office that it belongs to; memo and letter are made with the step, and the report is closed."""
    people = queries.people(flow.file, "reporter") or queries.people(flow.file, "complainant")
    add(
        flow,
        Record.Kind.REFERRAL,
        flow.turn.today,
        text=flow.data["text"],
        code="referred",
        office=flow.data["office"],
        email=flow.data["email"],
        phone=flow.data["phone"],
    )
    flow.stop_clock("referral")
    sent_to(flow, "REFERRAL", [one for one in people if one.name], flow.turn.today, "mail")
    close(flow, "REFERRED")
    flow.turn.data = {}
