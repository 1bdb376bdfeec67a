"""Conditions of the steps, in words: what the rule asks before, and what is missing. All arithmetic is `procedure`'s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.engine import clocks
from casework.engine.workflow import Workflow, unmet
from titleix.case import file_completeness, queries, questions, retention
from titleix.case.context import beside
from titleix.models import Assignment, Party, Record, Training
from titleix.rules import rule_versions, timelines
from titleix.rules.clocks import LABELS
from titleix.rules.separation_of_duties import Conflict, ConflictKind, Role, Verdict, may_hold


def first_reason(reasons: Sequence[Any]) -> object:
    """A condition out of a list of reasons: met when the list is empty."""
    return unmet(not reasons, " ".join(str(reason) for reason in reasons))


# -- people (B3.4) ----------------------------------------------------------------------------------------------------


def verdict(flow: Workflow, user_id: int, role: Role, conflict: Conflict | None) -> Verdict:
    """Whether a person may hold a function in this case today: separation of duties, ties, training."""
    until = trained_until(flow, user_id, role)
    warn = flow.policy.get("coordinator_may_investigate") == "warn"
    return may_hold(
        role,
        held_by(flow, user_id),
        conflict=conflict,
        training_until=until,
        on=flow.turn.today,
        warn_coordinator_investigator=warn,
    )


def held_by(flow: Workflow, user_id: int) -> list[Role]:
    """Every function that somebody holds or ever held in the case. Who may coordinate it is its coordinator for this purpose,
    whether or not anybody wrote that down."""
    held = queries.roles_of(flow.file, user_id)
    granted = beside(flow.file, flow.actor_id).holds_right(user_id, "coordinate_cases")
    return [*held, Role.COORDINATOR] if granted and Role.COORDINATOR not in held else held


def able(role: Role) -> Callable[[Workflow], object]:
    """Somebody who holds a function may still act in it today: no open tie, valid training (B3.2, T-37)."""

    def found(flow: Workflow) -> object:
        rows = queries.assigned(flow.file, role)
        verdicts = [verdict(flow, row.user_id, role, tie_of(row)) for row in rows]
        if not rows or any(one.allowed for one in verdicts):
            return unmet(True, "")
        return unmet(False, verdicts[0].reason)

    return found


def tie_of(row: Assignment | None) -> Conflict | None:
    """The tie that stands in an assignment."""
    return (
        Conflict(ConflictKind(row.conflict), row.conflict_cleared)
        if row is not None and row.conflict
        else None
    )


def trained_until(flow: Workflow, user_id: int, role: Role) -> date | None:
    """Until when somebody's training for a function is valid; of who is not in the case yet it is asked apart."""
    known = beside(flow.file, flow.actor_id).trained
    if user_id not in known:
        rows = (
            Training.objects.filter(user_id=user_id)
            .order_by("valid_until")
            .values_list("role", "valid_until")
        )
        known[user_id] = dict(rows)  # the latest one of each function stands last
    return known[user_id].get(role.value)


# In which function somebody acts who takes a step by a right on the case.
ACTS_AS = {
    "coordinate_cases": (Role.COORDINATOR,),
    "investigate_cases": (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR),
    "decide_cases": (Role.DECISION_MAKER,),
    "appeal_cases": (Role.APPEAL_OFFICER,),
    "facilitate_cases": (Role.FACILITATOR,),
    "administer_cases": (Role.SCHOOL_ADMINISTRATOR,),
    "approve_cases": (Role.APPROVER,),
}


def against_actor(flow: Workflow, by: tuple[str, ...], moves: bool) -> str:
    """Why the person who acts may not, although they hold a right to the step; empty when they may. Separation of duties
    and ties are asked at every act (B3.4), training where the act moves the case; the machine is nobody."""
    if flow.turn.actor is None:
        return ""
    reasons = [
        _of_right(flow, right, moves)
        for right in by
        if right in ACTS_AS and flow.permitted((right,), flow.turn.actor)
    ]
    return "" if not reasons or "" in reasons else reasons[0]


def _of_right(flow: Workflow, right: str, moves: bool) -> str:
    user_id = flow.turn.actor.pk
    mine = [
        row for row in queries.assigned_to(flow.file, user_id) if Role(row.role) in ACTS_AS[right]
    ]
    if not mine and right != "coordinate_cases":
        return ""  # a right without a function: lent for a while (break-glass); what needs the function asks for it by itself
    row = mine[0] if mine else next(iter(queries.assigned_to(flow.file, user_id)), None)
    role = Role(mine[0].role) if mine else Role.COORDINATOR
    found = may_hold(
        role,
        queries.roles_of(flow.file, user_id),
        conflict=tie_of(row),
        training_until=trained_until(flow, user_id, role) if moves else flow.turn.today,
        on=flow.turn.today,
        warn_coordinator_investigator=flow.policy.get("coordinator_may_investigate") == "warn",
    )
    return str(found.reason)


def fit(*roles: Role) -> Callable[[Workflow], object]:
    """The person who acts holds one of these functions now and still may (checked at every act, not only at assignment)."""

    def holds(flow: Workflow) -> object:
        mine = [row for row in queries.assigned(flow.file, *roles) if row.user_id == flow.actor_id]
        if not mine:
            return unmet(False, _("You are not assigned to this function in this case."))
        row = mine[0]
        found = verdict(flow, row.user_id, Role(row.role), tie_of(row))
        return unmet(found.allowed, found.reason)

    return holds


def somebody(role: Role, words: Any) -> Callable[[Workflow], object]:
    """A function is assigned."""
    return lambda flow: unmet(bool(queries.assigned(flow.file, role)), words)


def checked_in(flow: Workflow) -> object:
    """A check-in whose day is over is not closed away: it is made first."""
    late = [
        clock
        for clock in flow.file.running
        if clock.kind == "check_in" and clock.due < flow.turn.today
    ]
    return unmet(not late, _("The check-in with the parties is overdue: record it first."))


# -- what must be on file ---------------------------------------------------------------------------------------------


def has_parties(flow: Workflow) -> object:
    """Both sides are known: a notice can be sent."""
    parts = {party.part for party in queries.parties(flow.file)}
    return unmet(
        {Party.Part.COMPLAINANT, Party.Part.RESPONDENT} <= parts,
        _("Enter complainant and respondent with their names first."),
    )


def has_allegations(flow: Workflow) -> object:
    """The notice must say what is alleged."""
    return unmet(
        bool(queries.records(flow.file, Record.Kind.ALLEGATION)),
        _("Write down the allegations first."),
    )


def sides_heard(flow: Workflow) -> object:
    """Both sides were interviewed, or refused (B3.2)."""
    heard = {row.party_id for row in queries.records(flow.file, Record.Kind.INTERVIEW)}
    missing = [party.label for party in queries.parties(flow.file) if party.id not in heard]
    return unmet(
        not missing,
        _("Interviews to record, or that they were refused: %(who)s.")
        % {"who": ", ".join(missing)},
    )


def has_evidence(flow: Workflow) -> object:
    """There is a list of evidence."""
    return unmet(
        bool(queries.records(flow.file, Record.Kind.EVIDENCE)), _("The list of evidence is empty.")
    )


def handed_in_sorted(flow: Workflow) -> object:
    """Whatever a party handed in was looked at: it is evidence, or set aside with the reason (34 CFR 106.45(b)(5)(ii), (vi))."""
    left = len(queries.handed_in(flow.file, unsorted=True))
    words = _(
        "Files that the parties handed in and nobody has sorted yet: %(n)d. Add each as evidence, or set it aside with the reason."
    )
    return unmet(not left, words % {"n": left})


def has_both_sides(flow: Workflow) -> object:
    """Somebody to write to: every party who is known by name gets the letter, on the same day."""
    return unmet(
        bool(queries.parties(flow.file)), _("No complainant or respondent is known by name yet.")
    )


def no_complaint_open(flow: Workflow) -> object:
    """No formal complaint is on file that would have to be dismissed first."""
    return unmet(flow.case.complaint_on is None, _("A formal complaint is open."))


def may_screen_again(flow: Workflow) -> object:
    """Nobody has begun to inquire, and no complaint was filed in this episode."""
    return unmet(
        flow.case.complaint_on is None and flow.case.episode == 1,
        _("A formal complaint was filed, or the case was reopened."),
    )


def something_extends(flow: Workflow) -> object:
    """The policy lets somebody move at least one running promise."""
    return unmet(
        any(clocks.moves(flow.file, clock, "extension") for clock in flow.file.running),
        _("No deadline runs that may be extended."),
    )


def new_evidence(flow: Workflow) -> object:
    """Evidence was added after the package went out."""
    sent = queries.newest(flow.file, "EVIDENCE")
    packed = max(
        (
            int(row.data.get("round") or 0)
            for row in queries.records(flow.file, Record.Kind.EVIDENCE)
        ),
        default=0,
    )
    fresh = [
        row for row in queries.records(flow.file, Record.Kind.EVIDENCE) if not row.data.get("round")
    ]
    return unmet(
        bool(sent and packed and fresh), _("No new evidence came up since the package went out.")
    )


def second_reader_done(flow: Workflow) -> object:
    """Where something stayed unknown, somebody else has read the screening too."""
    return unmet(
        not flow.case.second_reader_open, _("A second reader must look at the screening first.")
    )


def evidence_over(flow: Workflow) -> object:
    """The evidence window is over (N9), and nothing was added that the parties have not seen."""
    if any(not row.data.get("round") for row in queries.records(flow.file, Record.Kind.EVIDENCE)):
        return unmet(
            False,
            _("Evidence was added since: send it to the parties first (34 CFR 106.45(b)(5)(vi))."),
        )
    found = timelines.check_report(
        queries.recipients(flow.file, "EVIDENCE"),
        flow.turn.today,
        queries.span(flow.file, "evidence_wait"),
        flow.file.calendar,
    )
    return first_reason(found.unmet)


def report_over(flow: Workflow) -> object:
    """The report window is over and the questions are asked and answered (N9, T-11)."""
    asked = questions.current(flow.file)
    offers = [row.on for row in asked if row.code == "offered"]
    finished = [row.on for row in asked if row.code == "finished"]
    exchange = timelines.Questions(
        offered_on=max(offers, default=None),
        finished_on=max(finished, default=None),
        exclusions_explained=all(row.text for row in asked if row.code == "excluded"),
    )
    days = timelines.QuestionDays(**flow.policy.require("questions"))
    found = timelines.check_determination(
        queries.recipients(flow.file, "REPORT"),
        exchange,
        flow.turn.today,
        queries.span(flow.file, "report_wait"),
        days,
        flow.file.calendar,
    )
    return first_reason(found.unmet)


def against_interview(flow: Workflow, on: date) -> Sequence[Any]:
    """Why an interview cannot be held on a day (T-24)."""
    sent = {row.party_id: row.sent_on for row in queries.deliveries(flow.file, "NOTICE")}
    notices = [sent.get(party.id) for party in queries.parties(flow.file)]
    return timelines.check_interview(
        notices, on, queries.span(flow.file, "before_interview"), flow.file.calendar
    ).unmet


def unnoticed(flow: Workflow) -> list[Record]:
    """Allegations that no notice has told the parties of."""
    return [
        row for row in queries.records(flow.file, Record.Kind.ALLEGATION) if row.code != "noticed"
    ]


def all_noticed(flow: Workflow) -> object:
    """Every allegation stands in a notice (34 CFR 106.45(b)(2)(ii); T-40)."""
    return unmet(
        not unnoticed(flow), _("An allegation stands in no notice yet: send a supplemental notice.")
    )


def new_allegation(flow: Workflow) -> object:
    """There is something to tell in a supplemental notice."""
    return unmet(bool(unnoticed(flow)), _("Every allegation stands in a notice already."))


def advisors_recorded(flow: Workflow) -> object:
    """Each party has an advisor on file, or said that it wants none now (34 CFR 106.45(b)(5)(iv); B3.3)."""
    said = {row.party_id for row in queries.records(flow.file, Record.Kind.ADVISOR)}
    missing = [
        party.label
        for party in queries.parties(flow.file)
        if party.id not in said and not queries.acting_for(flow.file, party, Party.Part.ADVISOR)
    ]
    return unmet(
        not missing,
        _("Record the advisor, or that none is wanted: %(who)s.") % {"who": ", ".join(missing)},
    )


def informal_offered(flow: Workflow) -> object:
    """Every party has the written notice of an informal resolution (34 CFR 106.45(b)(9)(i))."""
    told = {row.party_id for row in flow.file.children["delivery"] if row.code == "IR_NOTICE"}
    missing = [party.label for party in queries.parties(flow.file) if party.id not in told]
    return unmet(
        not missing, _("Send the written offer first: %(who)s.") % {"who": ", ".join(missing)}
    )


def all_stated(flow: Workflow) -> bool:
    """Whether every party has given its written statement in the latest appeal; the appeal is the appellant's."""
    appeal = queries.appeals(flow.file)[-1]
    said = {
        row.party_id
        for row in queries.records(flow.file, Record.Kind.STATEMENT)
        if row.code == "appeal" and row.on >= appeal.on
    }
    return {party.id for party in queries.parties(flow.file)} <= said | {appeal.party_id}


def appeal_heard(flow: Workflow) -> object:
    """Both parties know of the appeal and had the time for a statement (34 CFR 106.45(b)(8)(iii)(A), (D))."""
    appeals = queries.appeals(flow.file)
    told = queries.newest(flow.file, "APPEAL_NOTICE")
    if not appeals or told is None or told < appeals[-1].on:
        return unmet(False, _("Tell both parties of the appeal first."))
    running = [clock for clock in flow.file.running if clock.kind == "appeal_statement"]
    waits = any(flow.turn.today <= clock.due for clock in running)
    return unmet(
        not waits,
        _("The parties may still give a written statement until %(day)s.")
        % {"day": f"{max((c.due for c in running), default='')}"},
    )


def not_told_of_appeal(flow: Workflow) -> object:
    """The notice of the latest appeal has not gone out yet."""
    appeals, told = queries.appeals(flow.file), queries.newest(flow.file, "APPEAL_NOTICE")
    return unmet(
        bool(appeals) and (told is None or told < appeals[-1].on),
        _("Both parties know of the appeal."),
    )


def remedies_assigned(flow: Workflow) -> object:
    """Where somebody was found responsible, remedies and sanctions are assigned before the outcome goes out (B3.3)."""
    return unmet(
        bool(queries.remedies(flow.file)),
        _("Record the remedies and sanctions first, or that none is needed."),
    )


def remedies_done(flow: Workflow) -> object:
    """Everything was carried out and checked after 30, 60 and 90 days (B3.3)."""
    left = [f"{row.number}" for row in queries.open_remedies(flow.file)]
    checks = [
        str(LABELS[clock.kind])
        for clock in flow.file.running
        if clock.kind in ("check_30", "check_60", "check_90")
    ]
    words = [_("remedies not carried out: %(what)s") % {"what": ", ".join(left)}] if left else []
    return unmet(
        not left and not checks, _("Still open: %(what)s.") % {"what": "; ".join([*words, *checks])}
    )


def responsible(wanted: bool) -> Callable[[Workflow], object]:
    """Whether an allegation was found to have happened: remedies follow only then."""
    words = (
        _("Nobody was found responsible.")
        if wanted
        else _("Somebody was found responsible: remedies and checks come first.")
    )
    return lambda flow: unmet((flow.case.responsible is True) == wanted, words)


def withdrawn(flow: Workflow) -> object:
    """A written withdrawal waits for an answer."""
    return unmet(
        any(clock.kind == "dismissal_decision" for clock in flow.file.running),
        _("No written withdrawal waits for an answer."),
    )


def tie_open(flow: Workflow) -> object:
    """Somebody's tie waits for a review."""
    return unmet(bool(queries.tied(flow.file)), _("No tie waits for a review."))


def on_record(kind: str, words: Any, *codes: str) -> Callable[[Workflow], object]:
    """An open record of a kind is there."""
    return lambda flow: unmet(
        any(
            row.closed_on is None and (not codes or row.code in codes)
            for row in queries.records(flow.file, kind)
        ),
        words,
    )


def task_open(kind: str, words: Any) -> Callable[[Workflow], object]:
    """A duty of a kind is open."""
    return lambda flow: unmet(
        any(task.kind == kind and task.status == "OPEN" for task in flow.file.tasks), words
    )


def letters_waiting(flow: Workflow) -> object:
    """A letter of which nothing more is known."""
    waiting = any(
        row.delivered_on is None and row.returned_on is None
        for row in flow.file.children["delivery"]
    )
    return unmet(waiting, _("No letter waits for its proof."))


def other_pack(flow: Workflow) -> object:
    """Another pack of rules knows the state of this case."""
    return unmet(
        bool(rule_versions.open_to(flow)),
        _("No other pack of rules is in force that knows this state."),
    )


def appeal_days(flow: Workflow) -> timelines.AppealWindow:
    """The time to appeal from the latest letter of the decision. ValueError when none was sent."""
    code = "DISMISSAL" if flow.case.appeal_of == "dismissal" else "DETERMINATION"
    sent = [row.sent_on for row in queries.deliveries(flow.file, code)]
    return timelines.appeal_window(
        sent, queries.span(flow.file, "appeal_window"), flow.file.calendar
    )


def against_removal(flow: Workflow, data: Any) -> Sequence[Any]:
    """Why an emergency removal does not stand (T-23)."""
    party = next(row for row in queries.people(flow.file) if str(row.id) == data["party"])
    removal = timelines.Removal(
        removed_on=data["on"],
        student=party.kind == Party.Kind.STUDENT,
        disability_plan=party.plan,
        **{
            name: data.get(name)
            for name in (
                "individual_analysis",
                "physical_threat",
                "from_allegations",
                "notice_on",
                "challenge_on",
                "plan_checked",
            )
        },
    )
    return timelines.check_removal(
        removal, queries.span(flow.file, "challenge"), flow.file.calendar
    ).unmet


def no_employee(flow: Workflow) -> object:
    """Informal resolution never when an employee is said to have harassed a student (34 CFR 106.45(b)(9)(iii); T-17)."""
    student = any(
        party.kind == Party.Kind.STUDENT
        for party in queries.people(flow.file, Party.Part.COMPLAINANT)
    )
    return unmet(
        not (flow.case.employee_respondent and student),
        _("Never when an employee is said to have harassed a student."),
    )


def file_complete(flow: Workflow) -> object:
    """What a court would look for: everything on the checklist of a complete file (`completeness`)."""
    missing = [str(item.what) for item in file_completeness.checklist(flow.file) if not item.met]
    return unmet(not missing, _("Not complete yet: %(what)s") % {"what": "; ".join(missing)})


def merged_lately(flow: Workflow) -> object:
    """Taken out of another case within 30 days (B3.1)."""
    since = flow.case.closed_on
    return unmet(
        since is not None and (flow.turn.today - since).days <= 30,
        _("It was made part of the other case more than 30 days ago."),
    )


def investigates(flow: Workflow) -> object:
    """Interviews belong to an inquiry or an investigation."""
    return unmet(
        flow.case.state in ("S_INVESTIGATING", "INVESTIGATING", "EVIDENCE_REVIEW", "NOTICED"),
        _("No inquiry is under way."),
    )


def kept(flow: Workflow) -> object:
    """The contents of the file are there: what was destroyed is never opened again."""
    gone = flow.case.closed_on is not None and retention.destroyed(
        flow
    )  # only what is closed is ever destroyed
    return unmet(
        not gone, _("The contents of this file were destroyed; it cannot be opened again.")
    )
