"""What the letters of every wing share: to whom, about whom, under which letterhead, and how they
are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings

from attendance.models import Arc, AttendanceCase, Notice
from attendance.rules import periods
from casework.documents.letters import Letterhead, Rendered, render
from casework.models import Document
from casework.privacy import encrypted_files
from district.models import District, Guardian, Student

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


FOLDER = "attendance"


def recipients(case: AttendanceCase) -> list[dict[str, Any]]:
    """The adults with legal rights who may be contacted, in their order, as they stand on the
    letter."""
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


def store(rendered: Rendered, data: dict[str, Any], flow: Workflow, *, draft: bool) -> Document:
    """Keep the bytes under their hash and describe them; the service layer inserts the row with the
    step."""
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
    """The language of the first adult with legal rights, where there is a letter in it; else the
    district's."""
    people, offered = recipients(flow.case), flow.policy.get("letters.languages") or ["en"]
    return next(
        (str(person["language"]) for person in people if person["language"] in offered),
        str(flow.policy.get("letters.default_language", "en")),
    )


def referral_record(flow: Workflow) -> dict[str, Any]:
    """The record that stands in a referral: letters with their dates, the conference, the
    counts."""
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
