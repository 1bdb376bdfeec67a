"""People of a case and the functions of staff in it; access begins and ends with them (C3, B3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _

from casework.access import grants
from casework.engine.errors import Invalid
from casework.engine.workflow import Workflow
from casework.models import CaseUserPermission
from titleix.case import conditions, queries
from titleix.models import Assignment, Party, Record
from titleix.records.records_writing import add
from titleix.rules.separation_of_duties import Conflict, ConflictKind, Role

# What access a function brings with it (C3: by assignment to the case alone).
GRANTS = {
    Role.COORDINATOR: ("view_cases", "coordinate_cases"),
    Role.INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.SCHOOL_INVESTIGATOR: ("view_cases", "investigate_cases"),
    Role.DECISION_MAKER: ("view_cases", "decide_cases"),
    Role.APPEAL_OFFICER: ("view_cases", "appeal_cases"),
    Role.FACILITATOR: ("view_cases", "facilitate_cases"),
    Role.SCHOOL_ADMINISTRATOR: ("view_cases", "administer_cases"),
    Role.APPROVER: ("view_cases", "approve_cases"),
}
OWNERS = (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR)


def enter_people(flow: Workflow, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add people to the case, numbered by their part: Complainant 1, Witness 2."""
    for row in rows:
        same = [party for party in flow.file.children["party"] if party.part == row["part"]]
        party = Party(
            id=uuid4(),
            part=row["part"],
            number=queries.next_number(same),
            kind=row.get("kind") or Party.Kind.UNKNOWN,
            added_on=flow.turn.today,
            name=row.get("name") or "",
            nicknames=row.get("nicknames") or "",
            address=row.get("address") or "",
            email=row.get("email") or "",
            phone=row.get("phone") or "",
            language=row.get("language") or "en",
            minor=bool(row.get("minor")),
            plan=bool(row.get("plan")),
        )
        party.case_id, party.student_id, party.user_id = (
            flow.case.id,
            row.get("student_id"),
            row.get("user_id"),
        )
        party.acts_for_id = UUID(str(row["acts_for"])) if row.get("acts_for") else None
        flow.file.add(party)
    flow.turn.data = {
        "parts": sorted(row["part"] for row in rows)
    }  # no name on the timeline: people are rows of their own


def assign(flow: Workflow) -> None:
    """Give a function and the access that it needs; Invalid with the reason when separation, a tie or training forbid it."""
    user, role = flow.data["user"], Role(flow.data["role"])
    if any(row.user_id == user.pk for row in queries.assigned(flow.file, role)):
        raise Invalid({"user": [_("This person holds the function already.")]})
    review = str(flow.data.get("review") or "").strip()
    tie = (
        Conflict(ConflictKind(flow.data["conflict"]), cleared=bool(review))
        if flow.data.get("conflict")
        else None
    )
    found = conditions.verdict(flow, user.pk, role, tie)
    if not found.allowed:
        raise Invalid({"user": [str(found.reason)]})
    row = Assignment(
        id=uuid4(),
        role=role.value,
        starts_on=flow.turn.today,
        conflict=tie.kind.value if tie else "",
        declared_on=flow.turn.today,
        conflict_cleared=bool(tie and review),
        review=review if tie else "",
        reviewed_on=flow.turn.today if tie else None,
    )
    row.case_id, row.user_id, row.reviewed_by_id = (
        flow.case.id,
        user.pk,
        flow.actor_id if tie else None,
    )
    flow.file.add(row)
    _grant(flow, user.pk, GRANTS[role])
    if role in (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR):
        flow.case.owner_id = user.pk
    flow.turn.data = {"user": user.pk, "role": role.value, "warning": str(found.warning)}


def _grant(flow: Workflow, user_id: int, codenames: Iterable[str]) -> None:
    """Access begins with the function; what the person holds already stays."""
    held = set(
        CaseUserPermission.objects.filter(
            content_object_id=flow.case.id, user_id=user_id
        ).values_list("permission__codename", flat=True)
    )
    wanted = [name for name in codenames if name not in held]
    for permission in Permission.objects.filter(
        codename__in=wanted, content_type__app_label="casework", content_type__model="case"
    ):
        grant = CaseUserPermission()
        grant.user_id, grant.permission_id, grant.content_object_id = (
            user_id,
            permission.pk,
            flow.case.id,
        )
        flow.file.add(grant)


def unassign(flow: Workflow) -> None:
    """End a function and its access at once; with a conflict of interest, all access for good (T-13)."""
    row = next(
        row for row in flow.file.children["assignment"] if str(row.id) == flow.data["assignment"]
    )
    if flow.data["recuse"]:
        _recuse(flow, row.user_id, flow.data["reason"])
    else:
        _end(flow, [row])
    flow.turn.data = {"user": row.user_id, "role": row.role, "recused": flow.data["recuse"]}


def _end(flow: Workflow, rows: Iterable[Assignment]) -> None:
    """End these functions of one person; access stays only where another function of theirs needs it."""
    ended = list(rows)
    for row in ended:
        row.ends_on = flow.turn.today
        flow.file.touch(row)
        if flow.case.owner_id == row.user_id and row.role in OWNERS:
            flow.case.owner_id = None
    user_id, case_id = ended[0].user_id, flow.case.id
    lost = {name for row in ended for name in GRANTS[Role(row.role)]}
    kept = {
        name
        for other in queries.assigned(flow.file, *Role)
        if other.user_id == user_id
        for name in GRANTS[Role(other.role)]
    }

    def end() -> None:
        held = CaseUserPermission.objects.filter(content_object_id=case_id, user_id=user_id)
        held.filter(permission__codename__in=lost - kept - {"view_cases"}).delete()
        if not held.exclude(permission__codename="view_cases").exists():
            held.delete()

    flow.file.later.append(end)


def _recuse(flow: Workflow, user_id: int, reason: str) -> None:
    """All functions end, all access ends at once and for good; what the person made stays, no date moves (T-13)."""
    for row in [row for row in queries.assigned(flow.file, *Role) if row.user_id == user_id]:
        row.ends_on = flow.turn.today
        flow.file.touch(row)
    if flow.case.owner_id == user_id:
        flow.case.owner_id = None
    case_id, by = flow.case.id, flow.turn.actor
    flow.file.later.append(lambda: grants.recuse_id(case_id, user_id, reason, by=by))


def recuse(flow: Workflow) -> None:
    """End somebody's access to this case, whoever it is: the coordinator too."""
    user = flow.data["user"]
    _recuse(flow, user.pk, flow.data["text"])
    flow.turn.data = {"user": user.pk, "recused": True}


def declare_tie(flow: Workflow) -> None:
    """A tie of one's own comes to light: no act until somebody else has reviewed it, or one steps aside at once."""
    assert flow.actor_id is not None
    kind, aside, words = flow.data["conflict"], flow.data["aside"], flow.data["text"]
    for row in [row for row in queries.assigned(flow.file, *Role) if row.user_id == flow.actor_id]:
        row.conflict, row.conflict_cleared, row.declared_on = kind, False, flow.turn.today
        flow.file.touch(row)
    add(flow, Record.Kind.CONFLICT, flow.turn.today, text=words, code=kind, user=flow.actor_id)
    if aside or not queries.assigned_to(flow.file, flow.actor_id):
        _recuse(flow, flow.actor_id, words)
    flow.turn.data = {"user": flow.actor_id, "tie": kind, "recused": aside}


def review_tie(flow: Workflow) -> None:
    """Somebody else looked at a tie: the person may act, with the reasons on file, or leaves the case."""
    row = next(
        row for row in flow.file.children["assignment"] if str(row.id) == flow.data["assignment"]
    )
    cleared = flow.data["result"] == "cleared"
    for other in [other for other in queries.tied(flow.file) if other.user_id == row.user_id]:
        other.review, other.reviewed_on, other.reviewed_by_id = (
            flow.data["text"],
            flow.turn.today,
            flow.actor_id,
        )
        other.conflict_cleared = cleared
        flow.file.touch(other)
    if not cleared:
        _recuse(flow, row.user_id, flow.data["text"])
    flow.turn.data = {"user": row.user_id, "cleared": cleared}


def correct_person(flow: Workflow) -> None:
    """What was wrong or has changed; letters that went out keep what they said."""
    party = next(row for row in flow.file.children["party"] if str(row.id) == flow.data["person"])
    changed = [
        name
        for name in ("name", "nicknames", "address", "email", "phone", "language")
        if flow.data.get(name)
    ]
    for name in changed:
        setattr(party, name, flow.data[name])
    if flow.data.get("leaves"):
        party.left_on = flow.turn.today
    flow.file.touch(party)
    if "address" in changed:
        flow.finish_task("CONFIRM_ADDRESS", "corrected")
    flow.turn.data = {"who": party.label, "changed": changed, "left": bool(flow.data.get("leaves"))}


def advisor_choice(flow: Workflow) -> None:
    """A party said that it wants no advisor now, or will name one later (34 CFR 106.45(b)(5)(iv))."""
    add(
        flow,
        Record.Kind.ADVISOR,
        flow.data["on"],
        code=flow.data["choice"],
        party=flow.data["party"],
    )
    flow.turn.data = {"choice": flow.data["choice"]}
