"""The API of cases: the same readers, the same door and the same forms as the pages."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from casework.access import rights
from casework.api import form_schema
from casework.audit import access_log
from casework.case_types import registry
from casework.documents import attachments
from casework.engine.available_steps import Choice, file_choices
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import UnknownCase
from casework.engine.services import act, flow_for, local_today
from casework.engine.workflow import Turn
from casework.models import Attachment, Document, Event, Process
from casework.pages import selectors, worklist
from casework.privacy import encrypted_files
from district import tokens
from district.api_base import (
    Bearer,
    Id,
    Problem,
    Text,
    caller,
    invalid,
    key_header,
    match_header,
    not_found,
    revision_of,
    token_of,
)
from district.models import Scope

MAY_ATTACH = (
    "work_cases",
    "sign_cases",
    "coordinate_cases",
    "investigate_cases",
    "administer_cases",
)
router = Router(tags=["Cases"], auth=Bearer(Scope.READ))
ACTS = Bearer(Scope.ACT)
View = Literal["all", "overdue", "today", "week", "new", "waiting", "mine", "closed"]
NUMBER = r"^[A-Z]{2,8}-\d{4}-\d{2,10}$"


class RowOut(Schema):
    """One line of the worklist."""

    number: str
    kind: str
    label: str = Field(
        description="whom the case is about, for those who may see it; neutral for Title IX"
    )
    school: str
    state: str
    duty: str
    due: date | None
    owner: str
    last_contact: date | None
    opened: date


class CasesOut(Schema):
    """A page of the worklist, the first due ones first."""

    items: list[RowOut]
    next: str = Field(description="give it as `after` for the next page; empty at the end")


class ProcessOut(Schema):
    """A piece of procedure inside a case: a notice, a conference, a mediation."""

    id: UUID
    kind: str
    code: str
    state: str
    opened_on: date
    closed_on: date | None


class AppointmentOut(Schema):
    """A meeting."""

    id: UUID
    kind: str
    starts_at: datetime
    minutes: int
    place: str
    interpreter: bool
    cancelled_at: datetime | None


class CaseOut(Schema):
    """One case as it stands. `revision` is in the ETag too."""

    number: str
    kind: str
    rules: str
    policy: str
    state: str
    state_label: str
    revision: int
    school: str
    owner: str
    episode: int
    opened_on: date
    closed_on: date | None
    closed_reason: str
    next_due: date | None
    next_duty: str
    last_contact_on: date | None
    processes: list[ProcessOut]
    appointments: list[AppointmentOut]


class EventOut(Schema):
    """Something that happened; `hash` seals it to the one before."""

    seq: int
    kind: str
    name: str
    source: str
    target: str
    actor: str
    at: datetime
    on: date
    citation: str
    process: UUID | None
    data: dict[str, Any]
    hash: str


class TimelineOut(Schema):
    """Events in the order in which they happened."""

    items: list[EventOut]
    next: int | None = Field(description="give it as `after` for what follows; null at the end")


class TaskOut(Schema):
    """Something that a role or a person must do."""

    id: UUID
    kind: str
    label: str
    role: str
    opened_at: datetime
    due: date | None


class ChoiceOut(Schema):
    """A step that is yours to take. `reasons` says why it cannot be taken now; `form` is what it
    needs to know."""

    name: str
    label: str
    process: UUID | None
    process_label: str
    possible: bool
    reasons: list[str]
    does: str
    starts: list[str] = Field(description="the promises that begin with it")
    citation: str
    form: list[dict[str, Any]]


class StepIn(Schema):
    """What the step's form needs, by field name; `process` where the step belongs to a process of
    the case."""

    data: dict[str, str | int | float | bool | list[str | int] | None] = {}
    process: UUID | None = None


class StepOut(Schema):
    """What the step did."""

    number: str
    revision: int
    state: str
    repeated: bool = Field(
        description="true when an earlier request with this key had done it already"
    )


class DocumentOut(Schema):
    """A letter as it was made."""

    id: UUID
    code: str
    language: str
    draft: bool
    created_at: datetime
    pages: int
    size: int
    sha256: str


class AttachmentOut(Schema):
    """A file that somebody handed in. Only a CLEAN one can be downloaded."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    state: str
    reason: str
    uploaded_at: datetime


def file_of(
    request: HttpRequest, number: str, what: str = access_log.What.CASE, item: UUID | None = None
) -> CaseFile:
    """The case file for the person behind the token. Raises Problem 404 as for a case that does not
    exist. Either is kept where the kind keeps a record of reads, as on the pages."""
    try:
        kind = registry.kind(number.partition("-")[0])
    except KeyError:
        raise not_found() from None
    found = load(kind, numbers=[number], lock=False) if "\x00" not in number else []
    if not found or not rights.can(caller(request), "view_cases", found[0].case):
        access_log.refused(caller(request), what, number.replace("\x00", ""))
        raise not_found()
    access_log.note(caller(request), what, found[0].case, item=item)
    return found[0]


@router.get("/cases", response=CasesOut, summary="The worklist")
def list_cases(
    request: HttpRequest,
    view: View = "all",
    kind: Text = "",
    state: Text = "",
    school: Id | None = None,
    duty: Text = "",
    after: Text = "",
) -> Any:
    """Fifty cases in the order in which they fall due, by the filters of the page. Names are never
    looked for in an address: see the search."""
    filters = {
        "view": view,
        "kind": kind,
        "state": state,
        "school": str(school or ""),
        "duty": duty,
    }
    return _page(worklist.worklist(caller(request), filters, after))


class SearchIn(Schema):
    """Words of a name or a number."""

    words: Text = Field(min_length=1, max_length=100)
    after: Text = ""


@router.post("/cases/search", response=CasesOut, summary="Search")
def search_cases(request: HttpRequest, body: SearchIn) -> Any:
    """Open cases by student's name or number; a Title IX case is found by its number alone."""
    words = " ".join(body.words.split())
    access_log.searched(caller(request), words)
    return _page(worklist.worklist(caller(request), {"view": "all"}, body.after, words))


def _page(found: worklist.Worklist) -> dict[str, Any]:
    rows = [{**vars(row), "kind": row.number.partition("-")[0]} for row in found.rows]
    return {"items": rows, "next": found.after}


@router.get("/cases/{number}", response=CaseOut, summary="One case")
def one_case(request: HttpRequest, response: HttpResponse, number: str) -> Any:
    """The case as it stands, with its processes and meetings."""
    file = file_of(request, number)
    case = file.case
    response["ETag"] = f'"{case.revision}"'
    labels = file.kind.workflow(case.rules).labels
    names = (
        "number",
        "kind",
        "rules",
        "policy",
        "state",
        "revision",
        "episode",
        "opened_on",
        "closed_on",
        "closed_reason",
        "next_due",
        "next_duty",
        "last_contact_on",
    )
    return {name: getattr(case, name) for name in names} | {
        "state_label": str(labels.get(case.state, case.state)),
        "school": file.school_name,
        "owner": file.owner_name,
        "processes": [_process(row) for row in file.processes],
        "appointments": [_fields(row, AppointmentOut) for row in file.appointments],
    }


def _process(row: Process) -> dict[str, Any]:
    return _fields(row, ProcessOut)


def _fields(row: Any, schema: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields}


@router.get("/cases/{number}/timeline", response=TimelineOut, summary="What happened")
def timeline(request: HttpRequest, number: str, after: Id | None = None, kind: Text = "") -> Any:
    """A hundred events, the oldest first. Follow a case by asking for what comes `after` the last
    number that you know."""
    file = file_of(request, number)
    rows = (
        Event.objects.filter(case_id=file.case.pk, seq__gt=after or 0)
        .select_related("actor")
        .order_by("seq")
    )
    found = list((rows.filter(kind=kind) if kind else rows)[:101])
    return {
        "items": [_event(row) for row in found[:100]],
        "next": found[99].seq if len(found) > 100 else None,
    }


def _event(row: Event) -> dict[str, Any]:
    names = ("seq", "kind", "name", "source", "target", "at", "on", "citation", "data", "hash")
    return {name: getattr(row, name) for name in names} | {
        "actor": str(row.actor) if row.actor else "",
        "process": row.process_id,
    }


@router.get("/cases/{number}/clocks", response=list[dict[str, Any]], summary="Its promises")
def clocks(request: HttpRequest, number: str) -> Any:
    """Every clock with its due dates (original and extended), its changes and its alerts."""
    file = file_of(request, number, access_log.What.DEADLINES)
    labels = file.kind.clock_labels
    return [
        {"label": str(labels.get(view.clock.kind, view.clock.kind)), **view.as_dict()}
        for view in selectors.clocks(file.case)
    ]


@router.get("/cases/{number}/tasks", response=list[TaskOut], summary="Its open tasks")
def tasks(request: HttpRequest, number: str) -> Any:
    """What is open, with the date of the promise behind it."""
    file = file_of(request, number)
    due = {clock.id: clock.due for clock in file.clocks}
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "label": str(file.kind.task_labels.get(row.kind, row.kind)),
            "role": row.role,
            "opened_at": row.opened_at,
            "due": due.get(row.clock_id) if row.clock_id else None,
        }
        for row in file.tasks
    ]


@router.get("/cases/{number}/steps", response=list[ChoiceOut], summary="What can be done next")
def steps(request: HttpRequest, number: str) -> Any:
    """The steps that are yours to take, with the form of each, and why some cannot be taken now."""
    file = file_of(request, number, access_log.What.STEP)
    return [
        _choice(file, choice, caller(request)) for choice in file_choices(file, caller(request))
    ]


def _choice(file: CaseFile, choice: Choice, user: Any) -> dict[str, Any]:
    form: list[dict[str, Any]] = []
    if choice.step.form is not None:
        turn = Turn(actor=user, now=timezone.now(), today=local_today())
        form = form_schema.describe(choice.step.form(flow=flow_for(file, choice.process, turn)))  # type: ignore[call-arg]
    return {
        "name": choice.name,
        "label": choice.label,
        "process": choice.process,
        "process_label": choice.process_label,
        "possible": choice.enabled,
        "reasons": [str(reason) for reason in choice.reasons],
        "does": str(choice.step.does),
        "starts": list(choice.promises),
        "citation": choice.step.cite,
        "form": form,
    }


@router.post("/cases/{number}/steps/{name}", response=StepOut, summary="Take a step", auth=ACTS)
def take_step(
    request: HttpRequest,
    response: HttpResponse,
    number: str,
    name: str,
    body: StepIn,
    key: UUID | None = key_header(),
    if_match: str | None = match_header(),
) -> Any:
    """Through the one door of the product: revision, state, conditions, permission and form are
    checked in this order."""
    if "\x00" in number or "\x00" in name:
        raise not_found()
    data = form_schema.values(body.data)
    try:
        done = act(
            number,
            name,
            actor=caller(request),
            data=data,
            revision=revision_of(if_match),
            key=key,
            process=body.process,
        )
    except UnknownCase:
        access_log.refused(caller(request), access_log.What.STEP, number)
        raise
    response["ETag"] = f'"{done.revision}"'
    return vars(done)


@router.get("/cases/{number}/documents", response=list[DocumentOut], summary="Its letters")
def documents(request: HttpRequest, number: str) -> Any:
    """The letters, the newest first."""
    return [
        _fields(row, DocumentOut)
        for row in selectors.documents(file_of(request, number, access_log.What.DOCUMENT).case)
    ]


PDF = {
    "responses": {
        200: {
            "description": "the file",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
BYTES = {
    "responses": {
        200: {
            "description": "the file",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}


@router.get("/cases/{number}/documents/{pk}", summary="The bytes of a letter", openapi_extra=PDF)
def document(request: HttpRequest, number: str, pk: UUID) -> Any:
    """The PDF, exactly as it was made."""
    case = file_of(request, number, access_log.What.DOCUMENT, pk).case
    found = Document.objects.filter(case=case, pk=pk).select_related("case").first()
    if found is None:
        raise not_found()
    return FileResponse(
        BytesIO(encrypted_files.read(found)),
        content_type="application/pdf",
        filename=f"{number}-{found.code}.pdf",
        as_attachment=True,
    )


@router.get("/cases/{number}/attachments", response=list[AttachmentOut], summary="Its files")
def list_attachments(request: HttpRequest, number: str) -> Any:
    """What was handed in, the newest first."""
    rows = Attachment.objects.filter(
        case=file_of(request, number, access_log.What.ATTACHMENT).case
    ).order_by("-uploaded_at", "id")
    return [_fields(row, AttachmentOut) for row in rows]


@router.post(
    "/cases/{number}/attachments", response={201: AttachmentOut}, summary="Add a file", auth=ACTS
)
def attach(
    request: HttpRequest, number: str, file: File[UploadedFile], key: UUID | None = key_header()
) -> Any:
    """Looked at before anybody can open it; a file that is not taken answers 422 with the reason."""
    case = file_of(request, number, access_log.What.ATTACHMENT).case
    if not any(rights.can(caller(request), codename, case) for codename in MAY_ATTACH):
        raise Problem(403, "forbidden", _("You may read this case but not add to it."))

    def keep() -> dict[str, Any]:
        kept = attachments.take(case, file, caller(request), settings.MAX_ATTACHMENT_BYTES)
        if kept.state == Attachment.State.REFUSED:
            raise invalid({"file": [kept.reason]})
        return {"id": str(kept.pk)}

    made, _again = tokens.once(
        token_of(request), key, ["attach", number, file.name, file.size], keep
    )
    return 201, _fields(Attachment.objects.get(pk=made["id"]), AttachmentOut)


@router.get("/cases/{number}/attachments/{pk}", summary="The bytes of a file", openapi_extra=BYTES)
def attachment(request: HttpRequest, number: str, pk: UUID) -> Any:
    """A file that was found clean."""
    case = file_of(request, number, access_log.What.ATTACHMENT, pk).case
    found = (
        Attachment.objects.filter(case=case, pk=pk, state=Attachment.State.CLEAN)
        .select_related("case")
        .first()
    )
    if found is None:
        raise not_found()
    return FileResponse(
        BytesIO(encrypted_files.read(found)),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )
