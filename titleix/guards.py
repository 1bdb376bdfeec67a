"""Conditions of the steps, in words: what the rule asks before, and what is missing. All arithmetic is `procedure`'s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.workflow import Workflow, unmet
from titleix import procedure, reading
from titleix.models import Party, Record, Training
from titleix.separation import Conflict, ConflictKind, Role, Verdict, may_hold


def first_reason(reasons: Sequence[Any]) -> object:
    """A condition out of a list of reasons: met when the list is empty."""
    return unmet(not reasons, " ".join(str(reason) for reason in reasons))


# -- people (B3.4) ----------------------------------------------------------------------------------------------------


def verdict(flow: Workflow, user_id: int, role: Role, conflict: Conflict | None) -> Verdict:
    """Whether a person may hold a function in this case today: separation of duties, ties, training."""
    until = Training.objects.filter(user_id=user_id, role=role.value).order_by("-valid_until").values_list("valid_until", flat=True).first()
    warn = flow.policy.get("coordinator_may_investigate") == "warn"
    return may_hold(
        role,
        reading.roles_of(flow.file, user_id),
        conflict=conflict,
        training_until=until,
        on=flow.turn.today,
        warn_coordinator_investigator=warn,
    )


def fit(*roles: Role) -> Callable[[Workflow], object]:
    """The person who acts holds one of these functions now and still may (checked at every act, not only at assignment)."""

    def holds(flow: Workflow) -> object:
        mine = [row for row in reading.assigned(flow.file, *roles) if row.user_id == flow.actor_id]
        if not mine:
            return unmet(False, _("You are not assigned to this function in this case."))
        row = mine[0]
        tie = Conflict(ConflictKind(row.conflict), row.conflict_cleared) if row.conflict else None
        found = verdict(flow, row.user_id, Role(row.role), tie)
        return unmet(found.allowed, found.reason)

    return holds


def somebody(role: Role, words: Any) -> Callable[[Workflow], object]:
    """A function is assigned."""
    return lambda flow: unmet(bool(reading.assigned(flow.file, role)), words)


# -- what must be on file ---------------------------------------------------------------------------------------------


def has_parties(flow: Workflow) -> object:
    """Both sides are known: a notice can be sent."""
    parts = {party.part for party in reading.parties(flow.file)}
    return unmet({Party.Part.COMPLAINANT, Party.Part.RESPONDENT} <= parts, _("Enter complainant and respondent with their names first."))


def has_allegations(flow: Workflow) -> object:
    """The notice must say what is alleged."""
    return unmet(bool(reading.records(flow.file, Record.Kind.ALLEGATION)), _("Write down the allegations first."))


def sides_heard(flow: Workflow) -> object:
    """Both sides were interviewed, or refused (B3.2)."""
    heard = {row.party_id for row in reading.records(flow.file, Record.Kind.INTERVIEW)}
    missing = [party.label for party in reading.parties(flow.file) if party.id not in heard]
    return unmet(not missing, _("Interviews to record, or that they were refused: %(who)s.") % {"who": ", ".join(missing)})


def has_evidence(flow: Workflow) -> object:
    """There is a list of evidence."""
    return unmet(bool(reading.records(flow.file, Record.Kind.EVIDENCE)), _("The list of evidence is empty."))


def second_reader_done(flow: Workflow) -> object:
    """Where something stayed unknown, somebody else has read the screening too."""
    return unmet(not flow.case.second_reader_open, _("A second reader must look at the screening first."))


def evidence_over(flow: Workflow) -> object:
    """The evidence window is over (N9)."""
    found = procedure.check_report(
        reading.recipients(flow.file, "EVIDENCE"), flow.turn.today, reading.span(flow.file, "evidence_wait"), flow.file.calendar
    )
    return first_reason(found.unmet)


def report_over(flow: Workflow) -> object:
    """The report window is over and the questions are asked and answered (N9, T-11)."""
    asked = reading.records(flow.file, Record.Kind.QUESTION)
    offers = [row.on for row in asked if row.code == "offered"]
    finished = [row.on for row in asked if row.code == "finished"]
    questions = procedure.Questions(
        offered_on=max(offers, default=None), finished_on=max(finished, default=None),
        exclusions_explained=all(row.text for row in asked if row.code == "excluded"),
    )  # fmt: skip
    days = procedure.QuestionDays(**flow.policy.require("questions"))
    found = procedure.check_determination(
        reading.recipients(flow.file, "REPORT"),
        questions,
        flow.turn.today,
        reading.span(flow.file, "report_wait"),
        days,
        flow.file.calendar,
    )
    return first_reason(found.unmet)


def against_interview(flow: Workflow, on: date) -> Sequence[Any]:
    """Why an interview cannot be held on a day (T-24)."""
    sent = {row.party_id: row.sent_on for row in reading.deliveries(flow.file, "NOTICE")}
    notices = [sent.get(party.id) for party in reading.parties(flow.file)]
    return procedure.check_interview(notices, on, reading.span(flow.file, "before_interview"), flow.file.calendar).unmet


def appeal_days(flow: Workflow) -> procedure.AppealWindow:
    """The time to appeal from the latest letter of the decision. ValueError when none was sent."""
    code = "DISMISSAL" if flow.case.appeal_of == "dismissal" else "DETERMINATION"
    sent = [row.sent_on for row in reading.deliveries(flow.file, code)]
    return procedure.appeal_window(sent, reading.span(flow.file, "appeal_window"), flow.file.calendar)


def against_removal(flow: Workflow, data: Any) -> Sequence[Any]:
    """Why an emergency removal does not stand (T-23)."""
    party = next(row for row in reading.people(flow.file) if str(row.id) == data["party"])
    removal = procedure.Removal(
        removed_on=data["on"], student=party.kind == Party.Kind.STUDENT, disability_plan=party.plan,
        **{name: data.get(name) for name in ("individual_analysis", "physical_threat", "from_allegations", "notice_on", "challenge_on", "plan_checked")},
    )  # fmt: skip
    return procedure.check_removal(removal, reading.span(flow.file, "challenge"), flow.file.calendar).unmet


def no_employee(flow: Workflow) -> object:
    """Informal resolution never when an employee is said to have harassed a student (34 CFR 106.45(b)(9)(iii); T-17)."""
    student = any(party.kind == Party.Kind.STUDENT for party in reading.people(flow.file, Party.Part.COMPLAINANT))
    return unmet(not (flow.case.employee_respondent and student), _("Never when an employee is said to have harassed a student."))


def file_complete(flow: Workflow) -> object:
    """What a court would look for: every party knows the outcome, duties are recorded, tasks are done."""
    missing = [str(task.kind) for task in flow.file.tasks]
    return unmet(not missing, _("Open duties: %(what)s.") % {"what": ", ".join(missing)})


def merged_lately(flow: Workflow) -> object:
    """Taken out of another case within 30 days (B3.1)."""
    since = flow.case.closed_on
    return unmet(since is not None and (flow.turn.today - since).days <= 30, _("It was made part of the other case more than 30 days ago."))


def investigates(flow: Workflow) -> object:
    """Interviews belong to an inquiry or an investigation."""
    return unmet(flow.case.state in ("S_INVESTIGATING", "INVESTIGATING", "EVIDENCE_REVIEW", "NOTICED"), _("No inquiry is under way."))
