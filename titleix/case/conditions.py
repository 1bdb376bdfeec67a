"""Conditions of the steps, in words: what the rule asks before, and what is missing.

All arithmetic stands in `rules/timelines.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, unmet
from titleix.case import file_completeness, queries, retention
from titleix.case.context import beside
from titleix.models import Assignment, Record, Training
from titleix.rules.separation_of_duties import Conflict, ConflictKind, Role, Verdict, may_hold
from titleix.rules.timelines import Text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def first_reason(reasons: Sequence[Text]) -> object:
    """A condition out of a list of reasons: met when the list is empty."""
    return unmet(not reasons, " ".join(str(reason) for reason in reasons))


# -- people (B3.4) ---------------------------------------------------------------------------------


def verdict(flow: Workflow, user_id: int, role: Role, conflict: Conflict | None) -> Verdict:
    """Whether a person may hold a function in this case today: separation of duties, ties,
    training.
    """
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
    """Every function that somebody holds or ever held in the case.

    Who may coordinate it is its coordinator for this purpose, whether or not anybody wrote that
    down.
    """
    held = queries.roles_of(flow.file, user_id)
    granted = beside(flow.file, flow.actor_id).holds_right(user_id, "coordinate_cases")
    return [*held, Role.COORDINATOR] if granted and Role.COORDINATOR not in held else held


def able(role: Role) -> Callable[[Workflow], object]:
    """Somebody who holds a function may still act in it today: no open tie, valid training (B3.2,
    T-37).
    """

    def holds(flow: Workflow) -> object:
        rows = queries.assigned(flow.file, role)
        verdicts = [verdict(flow, row.user_id, role, tie_of(row)) for row in rows]
        if not rows or any(check.allowed for check in verdicts):
            return unmet(True, "")
        return unmet(False, verdicts[0].reason)

    return holds


def tie_of(row: Assignment | None) -> Conflict | None:
    """The tie that stands in an assignment."""
    return (
        Conflict(ConflictKind(row.conflict), row.conflict_cleared)
        if row is not None and row.conflict
        else None
    )


def trained_until(flow: Workflow, user_id: int, role: Role) -> date | None:
    """Until when somebody's training for a function is valid; of who is not in the case yet it is
    asked apart.
    """
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
    """Why the person who acts may not, although they hold a right to the step; empty when they may.
    Separation of duties and ties are asked at every act (B3.4), training where the act moves the
    case; the machine is nobody.
    """
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
        # a right without a function: lent for a while (break-glass); what needs the function asks
        # for it by itself
        return ""
    row = mine[0] if mine else next(iter(queries.assigned_to(flow.file, user_id)), None)
    role = Role(mine[0].role) if mine else Role.COORDINATOR
    check = may_hold(
        role,
        queries.roles_of(flow.file, user_id),
        conflict=tie_of(row),
        training_until=trained_until(flow, user_id, role) if moves else flow.turn.today,
        on=flow.turn.today,
        warn_coordinator_investigator=flow.policy.get("coordinator_may_investigate") == "warn",
    )
    return str(check.reason)


def fit(*roles: Role) -> Callable[[Workflow], object]:
    """The person who acts holds one of these functions now and still may (checked at every act, not
    only at assignment).
    """

    def holds(flow: Workflow) -> object:
        mine = [row for row in queries.assigned(flow.file, *roles) if row.user_id == flow.actor_id]
        if not mine:
            return unmet(False, _("You are not assigned to this function in this case."))
        row = mine[0]
        check = verdict(flow, row.user_id, Role(row.role), tie_of(row))
        return unmet(check.allowed, check.reason)

    return holds


def somebody(role: Role, words: StrOrPromise) -> Callable[[Workflow], object]:
    """A function is assigned."""
    return lambda flow: unmet(bool(queries.assigned(flow.file, role)), words)


# -- what must be on file --------------------------------------------------------------------------


def has_allegations(flow: Workflow) -> object:
    """The notice must say what is alleged."""
    return unmet(
        bool(queries.records(flow.file, Record.Kind.ALLEGATION)),
        _("Write down the allegations first."),
    )


def has_evidence(flow: Workflow) -> object:
    """There is a list of evidence."""
    return unmet(
        bool(queries.records(flow.file, Record.Kind.EVIDENCE)), _("The list of evidence is empty.")
    )


def handed_in_sorted(flow: Workflow) -> object:
    """Whatever a party handed in was looked at: it is evidence, or set aside with the reason
    (34 CFR 106.45(b)(5)(ii), (vi)).
    """
    left = len(queries.handed_in(flow.file, unsorted=True))
    words = _(
        "Files that the parties handed in and nobody has sorted yet: %(n)d. Add each as evidence, "
        "or set it aside with the reason."
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


def second_reader_done(flow: Workflow) -> object:
    """Where something stayed unknown, somebody else has read the screening too."""
    return unmet(
        not flow.case.second_reader_open, _("A second reader must look at the screening first.")
    )


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


def on_record(kind: str, words: StrOrPromise, *codes: str) -> Callable[[Workflow], object]:
    """An open record of a kind is there."""
    return lambda flow: unmet(
        any(
            row.closed_on is None and (not codes or row.code in codes)
            for row in queries.records(flow.file, kind)
        ),
        words,
    )


def task_open(kind: str, words: StrOrPromise) -> Callable[[Workflow], object]:
    """A duty of a kind is open."""
    return lambda flow: unmet(
        any(task.kind == kind and task.status == "OPEN" for task in flow.file.tasks), words
    )


def file_complete(flow: Workflow) -> object:
    """What a court would look for: everything on the checklist of a complete file."""
    missing = [str(item.what) for item in file_completeness.checklist(flow.file) if not item.met]
    return unmet(not missing, _("Not complete yet: %(what)s") % {"what": "; ".join(missing)})


def kept(flow: Workflow) -> object:
    """The contents of the file are there: what was destroyed is never opened again."""
    gone = flow.case.closed_on is not None and retention.destroyed(
        flow
    )  # only what is closed is ever destroyed
    return unmet(
        not gone, _("The contents of this file were destroyed; it cannot be opened again.")
    )
