"""The API of the import: hand in a delivery, see what it would change, apply it, read what was
wrong."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from district import tasks, tokens
from district.api_base import Bearer, Id, Problem, caller, invalid, key_header, not_found, token_of
from district.imports.staging import Refused
from district.models import Import, ImportIssue, Post, Role, Scope
from district.uploads import fingerprint, stage_upload

MAY_IMPORT = (Role.DISTRICT_ADMIN, Role.DATA_MANAGER)
PAGE = 100
router = Router(tags=["Imports"], auth=Bearer(Scope.IMPORTS))


class ImportOut(Schema):
    """A delivery. PREVIEW waits to be applied, HELD for a person on the page."""

    id: UUID
    source: str
    format: str
    state: str
    as_of: date | None
    school_year: int | None
    created_at: datetime
    finished_at: datetime | None
    report: dict[str, Any]

    @staticmethod
    def resolve_report(run: Import) -> dict[str, Any]:
        """The report with its sentences as they are today."""
        return (
            run.report
            | ({"why": run.why} if run.why else {})
            | ({"notes": run.notes} if run.notes else {})
        )


class IssueOut(Schema):
    """A row that could not be taken, or that deserves a look."""

    id: int
    level: str
    file: str
    line: int | None
    column: str
    value: str
    code: str
    params: dict[str, Any] = Field(
        description="what the sentence names: the column, the limit, the rule"
    )
    reason: str = Field(description="what is wrong and what to do")

    @staticmethod
    def resolve_reason(issue: ImportIssue) -> str:
        """The sentence of the code."""
        return issue.words


class IssuesOut(Schema):
    """A page of issues."""

    items: list[IssueOut]
    next: int | None = Field(description="give it as `after` for the next page; null at the end")


def _importer(request: HttpRequest) -> None:
    if not Post.objects.filter(user=caller(request), role__in=MAY_IMPORT).exists():
        raise not_found()


def _run(request: HttpRequest, pk: UUID) -> Import:
    _importer(request)
    found = Import.objects.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


@router.get("/imports", response=list[ImportOut], summary="The last deliveries")
def list_imports(request: HttpRequest) -> Any:
    """The last fifty, the newest first."""
    _importer(request)
    return list(Import.objects.all()[:50])


@router.post("/imports", response={202: ImportOut}, summary="Hand in a delivery")
def upload(
    request: HttpRequest,
    files: File[list[UploadedFile]],
    as_of: Form[date | None] = None,
    key: UUID | None = key_header(),
) -> Any:
    """One zip, or the single files. It is checked at once by a worker; nothing is applied before
    you say so."""
    _importer(request)

    def keep() -> dict[str, Any]:
        try:
            run = stage_upload(files, caller(request), as_of)
        except Refused as error:
            raise invalid({"files": [str(error)]}) from error
        tasks.check_import.delay_on_commit(str(run.pk))
        return {"id": str(run.pk)}

    made, _again = tokens.once(
        token_of(request), key, ["import", [[f.name, fingerprint(f)] for f in files], as_of], keep
    )
    return 202, Import.objects.get(pk=made["id"])


@router.get("/imports/{pk}", response=ImportOut, summary="How far it is, what it changed")
def one_import(request: HttpRequest, pk: UUID) -> Any:
    """The state and the report."""
    return _run(request, pk)


@router.get("/imports/{pk}/issues", response=IssuesOut, summary="What was wrong with it")
def issues(request: HttpRequest, pk: UUID, after: Id | None = None) -> Any:
    """A hundred rows that were not taken or deserve a look."""
    found = list(
        ImportIssue.objects.filter(run=_run(request, pk), id__gt=after or 0).order_by("id")[
            : PAGE + 1
        ]
    )
    return {"items": found[:PAGE], "next": found[PAGE - 1].pk if len(found) > PAGE else None}


@router.post(
    "/imports/{pk}/apply", response={202: ImportOut}, summary="Apply what the preview showed"
)
def apply(request: HttpRequest, pk: UUID) -> Any:
    """Only from PREVIEW; a held one is released by a person on the page, with a reason."""
    run = _run(request, pk)
    if not Import.objects.filter(pk=pk, state=Import.State.PREVIEW).update(
        state=Import.State.UPLOADED
    ):
        raise Problem(
            409,
            "not_now",
            _("Only a delivery in the state PREVIEW can be applied."),
            reasons=[_("Its state is %(state)s.") % {"state": run.state}],
        )
    tasks.apply_import.delay_on_commit(str(pk))
    run.refresh_from_db()
    return 202, run
