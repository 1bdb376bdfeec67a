"""The letters of a notice: who gets them, what they say, and how they become documents of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings

from attendance.models import Arc, AttendanceCase, MarkClass, Notice
from attendance.rules import periods
from attendance.rules.clocks import trigger
from attendance.rules.counting_rules import rules_of
from attendance.rules.triggers import trigger_of
from casework.documents.letters import ROOT, Letterhead, Rendered, render
from casework.models import Document
from casework.policy.policies import Policy
from casework.privacy import encrypted_files
from district.models import District, Guardian, Post, Role, Student

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow

FOLDER = "attendance"
# The letter of a trigger that has no text of its own: everything in it comes from the policy.
GENERIC = "POLICY"


def recipients(case: AttendanceCase) -> list[dict[str, Any]]:
    """The adults with legal rights who may be contacted, in their order, as they stand on the letter."""
    student = Student.objects.get(pk=case.student_id)
    people = Guardian.objects.filter(student=student, legal_rights=True, do_not_contact=False)
    return [
        {
            "guardian": person.pk,
            "name": person.name,
            "address": person.address.splitlines(),
            "language": person.language,
        }
        for person in people
    ]


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
    """The letter of an occasion: the trigger's own template, or the one that reads everything from the policy."""
    own = trigger_of(key)
    return own if (ROOT / FOLDER / "letter_templates" / f"{own}.en.typ").exists() else GENERIC


def rule_data(key: str, policy: Policy) -> dict[str, Any]:
    """What the policy says about an occasion, as plain values for the general letter: threshold, unit, window, what follows, law."""
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


def store(rendered: Rendered, data: dict[str, Any], flow: Workflow, *, draft: bool) -> Document:
    """Keep the bytes under their hash and describe them; the door inserts the row with the step."""
    path = encrypted_files.keep(
        flow.case.kind, f"documents/{rendered.sha256[:2]}/{rendered.sha256}.pdf", rendered.pdf
    )
    return Document(
        id=uuid4(),
        code=rendered.template,
        language=rendered.language,
        template_version=rendered.template_version,
        recipient=", ".join(person["name"] for person in data["recipients"])[:200],
        file=path,
        sha256=rendered.sha256,
        size=len(rendered.pdf),
        pages=rendered.pages,
        data=data,
        draft=draft,
        created_at=flow.turn.now,
        created_by=flow.turn.actor,
    )


def letterhead() -> Letterhead:
    """The district's letterhead."""
    district = District.objects.first()
    if district is None:
        return Letterhead(name=settings.DISTRICT_NAME)
    return Letterhead(
        district.name, district.address.splitlines(), district.phone, district.website
    )


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


# -- the letters of conferences, plans, endings (domain.md A2.4, C7, C8, A3.3) ------------------------------------------------


def base_data(flow: Workflow, signer: Any = None) -> dict[str, Any]:
    """What every letter of a case says: to whom, about whom, from where."""
    case, student = flow.case, periods.student(flow)
    school = case.school
    assert school is not None
    return {
        "reference": case.number,
        "date": flow.turn.today.isoformat(),
        "recipients": [
            {"name": person["name"], "address": person["address"]} for person in recipients(case)
        ],
        "student": " ".join(
            filter(None, [student.first_name, student.middle_name, student.last_name])
        ),
        "grade": student.grade,
        "school": {
            "name": school.name,
            "address": school.address.splitlines(),
            "phone": school.phone,
        },
        "signer": signer.get_full_name() if signer else "",
        "signer_title": "ssw",
        "contact": case.owner.get_full_name() if case.owner else "",
        "contact_phone": (case.owner.phone if case.owner else "") or school.phone,
    }


def make(
    flow: Workflow, code: str, language: str, *, draft: bool = False, **more: Any
) -> dict[str, Any]:
    """A letter of the case with these further fields, as a step's prepared document."""
    data = base_data(flow, more.pop("signer", None)) | more
    return {
        "document": store(
            render(FOLDER, code, language, data, letterhead()), data, flow, draft=draft
        )
    }


def home_language(flow: Workflow) -> str:
    """The language of the first adult with legal rights, where there is a letter in it; else the district's."""
    people, offered = recipients(flow.case), flow.policy.get("letters.languages") or ["en"]
    return next(
        (str(person["language"]) for person in people if person["language"] in offered),
        str(flow.policy.get("letters.default_language", "en")),
    )


def prepare_invitation(flow: Workflow) -> dict[str, Any]:
    """The invitation to the conference."""
    return _meeting(flow, "ARC_INVITATION")


def prepare_reschedule(flow: Workflow) -> dict[str, Any]:
    """The new day of the conference."""
    return _meeting(flow, "ARC_RESCHEDULE")


def _meeting(flow: Workflow, code: str) -> dict[str, Any]:
    data = flow.data
    meeting = {
        "on": data["on"].isoformat(),
        "at": data["at"].strftime("%H:%M"),
        "place": data["place"],
        "interpreter": bool(data["interpreter"]),
    }
    return make(flow, code, data["language"], meeting=meeting, signer=flow.turn.actor)


def prepare_plan(flow: Workflow) -> dict[str, Any]:
    """The copy of the plan for the family."""
    arc = flow.process
    assert isinstance(arc, Arc)
    rows = [
        row
        for row in flow.file.children["plan_action"]
        if row.arc_id == arc.id and row.dropped_on is None and row.done_on is None
    ]
    actions = [
        {"what": row.what, "owner": row.owner, "due": row.due.isoformat()}
        for row in sorted(rows, key=lambda row: row.number)
    ]
    return make(
        flow,
        "ARC_PLAN",
        flow.data["language"],
        signer=flow.turn.actor,
        goal_percent=arc.goal_percent,
        goal_unexcused=arc.goal_unexcused,
        actions=actions,
        resources=arc.resources,
        signed_on=flow.data["on"].isoformat(),
        signatures={"parent": flow.data["parent"], "student": flow.data["student"]},
    )


def prepare_step_down(flow: Workflow) -> dict[str, Any]:
    """A note that less is asked of the family from now on."""
    return make(flow, "STEP_DOWN", home_language(flow), signer=flow.turn.actor)


def prepare_closing(flow: Workflow) -> dict[str, Any]:
    """The letter that thanks the family when the case closes as improved."""
    return make(flow, "CLOSING", home_language(flow))


def prepare_correction(flow: Workflow) -> dict[str, Any]:
    """The letter that says that a record was corrected after a notice had gone out."""
    gone = [row for row in flow.file.processes if isinstance(row, Notice) and row.superseded_on]
    latest = max(gone, key=lambda row: row.superseded_on or row.opened_on)
    return make(
        flow,
        "CORRECTION",
        flow.data["language"],
        signer=flow.turn.actor,
        notice_sent=(latest.sent_on or latest.opened_on).isoformat(),
        unexcused=periods.tally(flow).unexcused,
    )


# -- what leaves the district (G.S. 115C-378, -381; 34 CFR 99.32) ---------------------------------------------------------


def _record(flow: Workflow) -> dict[str, Any]:
    """The record that stands in a referral: letters with their dates, the conference, the counts."""
    notices = [
        row
        for row in flow.file.processes
        if isinstance(row, Notice) and row.sent_on and not row.superseded_on
    ]
    held = [row.held_on for row in flow.file.processes if isinstance(row, Arc) and row.held_on]
    cited = sorted({day for row in notices for day in row.cited})
    return {
        "notices": [
            {
                "code": row.code,
                "sent": (row.sent_on or row.opened_on).isoformat(),
                "delivered": row.delivered_on.isoformat() if row.delivered_on else "",
            }
            for row in sorted(notices, key=lambda row: row.sent_on or row.opened_on)
        ],
        "dates": [day.isoformat() for day in cited],
        "unexcused": periods.tally(flow).unexcused,
        "conference": max(held).isoformat() if held else "",
    }


def _verified(flow: Workflow) -> dict[str, str]:
    """Who verifies, and since when (G.S. 115C-381); empty lines to sign by hand where nobody has."""
    case = flow.case
    on = case.verified_on.isoformat() if case.verified_on else ""
    return {
        "verified_by": case.verified_by.get_full_name() if case.verified_by_id else "",
        "verified_on": on,
    }


def prepare_referral(flow: Workflow) -> dict[str, Any]:
    """The draft of the notice, with the social worker who reports and verifies it."""
    actor, today = flow.turn.actor, flow.turn.today
    more = {
        "verified_by": actor.get_full_name(),
        "verified_on": today.isoformat(),
        "facts": flow.data["facts"],
    }
    return make(
        flow,
        "REFERRAL",
        "en",
        draft=True,
        to="District Attorney and Director of Social Services",
        kind="NOTIFY",
        recipients=[],
        **_record(flow),
        **more,
    )


def prepare_disclosure(flow: Workflow) -> dict[str, Any]:
    """The notice to an authority, signed by the principal who sends it."""
    more = _record(flow) | _verified(flow)
    to = [{"name": flow.data["to"], "address": []}]
    return make(
        flow,
        "REFERRAL",
        "en",
        signer=flow.turn.actor,
        signer_title="principal",
        to=flow.data["to"],
        kind=flow.data["task"],
        facts="",
        recipients=to,
        **more,
    )


def prepare_packet(flow: Workflow) -> dict[str, Any]:
    """The packet of a referral to mediation: counts, letters, plan. Nothing where no mediation is opened."""
    if not flow.data.get("provider") or "mediation" not in flow.data.get("opens", ["mediation"]):
        return {}
    arc = max(
        (row for row in flow.file.processes if isinstance(row, Arc)),
        key=lambda row: row.detected_on,
        default=None,
    )
    rows = [
        row
        for row in flow.file.children["plan_action"]
        if arc is not None and row.arc_id == arc.id and row.dropped_on is None
    ]
    plan = [
        {"what": row.what, "owner": row.owner, "due": row.due.isoformat()}
        for row in sorted(rows, key=lambda row: row.number)
    ]
    to = [{"name": str(flow.data["provider"]), "address": []}]
    return make(
        flow,
        "MEDIATION_PACKET",
        "en",
        recipients=to,
        provider=str(flow.data["provider"]),
        reason=flow.data["reason"],
        plan=plan,
        absences=periods.tally(flow).absences,
        **_record(flow),
    )
