"""The letters of a notice: what they say, and how they become documents of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attendance.common.letters import (
    FOLDER,
    letterhead,
    recipients,
    store,
)
from attendance.models import AttendanceCase, MarkClass, Notice
from attendance.rules.clocks import trigger
from attendance.rules.counting_rules import rules_of
from attendance.rules.triggers import trigger_of
from casework.documents.letters import ROOT, render
from casework.models import Document
from casework.policy.policies import Policy
from district.models import Post, Role, Student

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


# The letter of a trigger that has no text of its own: everything in it comes from the policy.
GENERIC = "POLICY"


def prepare_draft(flow: Workflow) -> dict[str, Any]:
    """Render the draft (before the case is locked)."""
    return {"document": _document(flow, str(flow.data["language"]), signer=None)}


def prepare_signed(flow: Workflow) -> dict[str, Any]:
    """Render the final letter with the signer's name."""
    notice = flow.process
    assert isinstance(notice, Notice)
    return {"document": _document(flow, notice.language, signer=flow.turn.actor)}


def _document(flow: Workflow, language: str, signer: Any) -> Document:
    notice = flow.process
    assert isinstance(notice, Notice)
    data = letter_data(flow.case, notice, flow.turn.today, signer)
    template = template_of(notice.covers[-1])
    if template == GENERIC:
        data["rule"] = rule_data(notice.covers[-1], flow.policy)
    rendered = render(FOLDER, template, language, data, letterhead())
    return store(rendered, data, flow, draft=signer is None)


def template_of(key: str) -> str:
    """The letter of an occasion: the trigger's own template, or the one that reads everything from
    the policy."""
    own = trigger_of(key)
    return own if (ROOT / FOLDER / "letter_templates" / f"{own}.en.typ").exists() else GENERIC


def rule_data(key: str, policy: Policy) -> dict[str, Any]:
    """What the policy says about an occasion, as plain values for the general letter: threshold,
    unit, window, what follows, law."""
    entry = trigger(policy, trigger_of(key))
    rule = next(rule for rule in rules_of({**policy.data, "triggers": [entry]}))
    level = [part for part in key.split("/")[1:] if part.isdigit()]
    return {
        "at": int(level[0]) if level else rule.at,
        "unit": rule.unit.value,
        "percent": rule.percent,
        "window": rule.window.kind.value,
        "window_n": rule.window.n,
        "cite": str(entry.get("cite", "")),
        "kind": "absent" if MarkClass.EXCUSED in rule.classes else "unexcused",
        "actions": [action for action in rule.actions if action != "notice"],
    }


def letter_data(case: AttendanceCase, notice: Notice, today: Any, signer: Any) -> dict[str, Any]:
    """Everything that the letter says, as plain values; kept with the document."""
    student = Student.objects.get(pk=case.student_id)
    school = case.school
    assert school is not None
    people = recipients(case)
    principal = (
        Post.objects.filter(school=school, role=Role.PRINCIPAL).select_related("user").first()
    )
    return {
        "reference": case.number,
        "date": today.isoformat(),
        "recipients": [{"name": person["name"], "address": person["address"]} for person in people],
        "student": " ".join(
            filter(None, [student.first_name, student.middle_name, student.last_name])
        ),
        "grade": student.grade,
        "school": {
            "name": school.name,
            "address": school.address.splitlines(),
            "phone": school.phone,
        },
        "dates": [day.isoformat() for day in notice.cited],
        "count": notice.count,
        "as_of": notice.detected_on.isoformat(),
        "signer": signer.get_full_name() if signer else "",
        "signer_title": "principal",
        "principal": principal.user.get_full_name() if principal else "",
        "contact": case.owner.get_full_name() if case.owner else "",
        "contact_phone": (case.owner.phone if case.owner else "") or school.phone,
    }
