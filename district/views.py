"""Import pages for district administrators and data managers: upload, preview, apply, report,
release."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from district import tasks
from district.forms import DecisionForm, UploadForm
from district.imports.pipeline import reject
from district.imports.staging import Refused
from district.models import Import, Post, Role
from district.uploads import stage_upload

MAY_IMPORT = (Role.DISTRICT_ADMIN, Role.DATA_MANAGER)
RUNNING = (Import.State.CHECKING, Import.State.APPLYING)


def _for_importers(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only those whose post lets them import; for others the page does not exist."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not Post.objects.filter(user_id=request.user.pk or 0, role__in=MAY_IMPORT).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@_for_importers
def imports(request: HttpRequest) -> HttpResponse:
    """The last deliveries, and the place to hand in one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = stage_upload(form.cleaned_data["files"], request.user, form.cleaned_data["as_of"])
        except Refused as error:
            form.add_error("files", str(error))
        else:
            tasks.check_import.delay_on_commit(str(run.pk))
            return redirect("import", pk=run.pk)
    runs = Import.objects.select_related("started_by", "decided_by")[:50]
    return render(
        request,
        "district/imports.html",
        {"runs": runs, "form": form},
        status=422 if form.errors else 200,
    )


@_for_importers
@require_GET
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery: how far it is, what it would change or has changed, what was wrong."""
    run = get_object_or_404(Import.objects.select_related("started_by", "decided_by"), pk=pk)
    context = {
        "run": run,
        "running": run.state in (*RUNNING, Import.State.UPLOADED),
        "issues": run.issues.all()[:100],
        "issue_total": sum((run.report.get("errors") or {}).values()),
        "progress": cache.get(f"import-progress:{pk}"),
        "decision": DecisionForm(),
        "evaluation": _figures(run),
    }
    template = (
        "district/_import_body.html" if getattr(request, "htmx", False) else "district/import.html"
    )
    return render(request, template, context)


def _figures(run: Import) -> list[tuple[str, Any]]:
    names = {
        "students": _("Students looked at"),
        "opened": _("Cases opened"),
        "raised": _("Cases raised"),
        "notices_due": _("Notices begun"),
        "withdrawn": _("Notices withdrawn"),
        "superseded": _("Letters superseded"),
        "reviews": _("Corrections to review"),
        "closed_corrected": _("Cases closed as corrected"),
    }
    found = run.report.get("evaluation") or {}
    return [(label, found[key]) for key, label in names.items() if key in found]


@_for_importers
@require_POST
def apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Apply what the preview showed."""
    run = get_object_or_404(Import, pk=pk)
    if run.state == Import.State.PREVIEW:
        Import.objects.filter(pk=pk, state=Import.State.PREVIEW).update(state=Import.State.UPLOADED)
        tasks.apply_import.delay_on_commit(str(pk))
    return redirect("import", pk=pk)


@_for_importers
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Release or reject a held import, with the reason."""
    run, form = get_object_or_404(Import, pk=pk), DecisionForm(request.POST)
    if run.state != Import.State.HELD or not form.is_valid():
        messages.error(request, _("Choose a decision and give the reason."))
    elif form.cleaned_data["decision"] == "reject":
        reject(run, request.user, form.cleaned_data["reason"])
    else:
        tasks.release_import.delay_on_commit(str(pk), request.user.pk, form.cleaned_data["reason"])
    return redirect("import", pk=pk)


class _Echo:
    def write(self, value: str) -> str:
        return value


@_for_importers
@require_GET
def errors(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The list of errors as CSV. A value that a spreadsheet would take for a formula is quoted."""
    run = get_object_or_404(Import, pk=pk)
    writer = csv.writer(_Echo())
    heads = [
        _("Level"),
        _("File"),
        _("Line"),
        _("Column"),
        _("Value"),
        _("Code"),
        _("What is wrong, and what to do"),
    ]

    def rows() -> Iterator[str]:
        yield writer.writerow(heads)
        for row in run.issues.iterator(chunk_size=2000):
            shown = (
                row.get_level_display(),
                row.file,
                row.line,
                row.column,
                row.value,
                row.code,
                row.words,
            )
            yield writer.writerow([_safe(value) for value in shown])

    return StreamingHttpResponse(
        rows(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="import-errors-{pk}.csv"'},
    )


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
