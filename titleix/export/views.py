"""The pages on which a file is taken out of the house: whole, or as a redacted copy (C7, C8)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from casework.access import rights
from casework.audit import access_log
from casework.models import Attachment, Document, Event, Read
from district.models import User
from titleix.export import archive, export_permission
from titleix.models import RedactedExport, TitleIXCase

NUMBER = re.compile(r"^TIX-\d{4}-\d{1,10}$")


def asked(request: HttpRequest, number: str) -> tuple[User, TitleIXCase]:
    """The person and the case; 404 for everybody who may not take it out, and the try is kept."""
    user = rights.signed_in(request)
    case = TitleIXCase.objects.filter(number=number).first() if NUMBER.match(number) else None
    if case is None or not export_permission.may_take(user, case):
        access_log.refused(user, Read.What.EXPORT, number.replace("\x00", ""))
        raise Http404
    return user, case


def sent(content: bytes, name: str, media_type: str = "application/zip") -> HttpResponse:
    """A download that no cache keeps."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


@login_required
@require_GET
def page(request: HttpRequest, number: str) -> HttpResponse:
    """What the archive holds, before it is taken; who took it already."""
    _user, case = asked(request, number)
    return render(request, "titleix/archive.html", _context(case))


def _context(case: TitleIXCase) -> dict[str, Any]:
    copies = (
        RedactedExport.objects.filter(case=case)
        .select_related("made_by", "signed_by")
        .order_by("-made_at")
    )
    return {"case": case, "holds": _holds(case), "taken": _taken(case), "copies": copies}


def _holds(case: TitleIXCase) -> dict[str, Any]:
    attached = Attachment.objects.filter(case=case).values_list("state", flat=True)
    return {
        "letters": Document.objects.filter(case=case).count(),
        "attachments": sum(state == Attachment.State.CLEAN for state in attached),
        "refused": sum(state != Attachment.State.CLEAN for state in attached),
        "records": case.records.count(),
        "events": case.head_seq,
    }


def _taken(case: TitleIXCase) -> list[Event]:
    return list(
        Event.objects.filter(case=case, name="export_file")
        .select_related("actor")
        .order_by("-seq")[:50]
    )


@login_required
@require_POST
def whole(request: HttpRequest, number: str) -> HttpResponse:
    """The whole file; the event and the record of reads are written with it."""
    user, case = asked(request, number)
    access_log.note(user, Read.What.EXPORT, case)
    return sent(archive.whole_file(number, user), f"{number}.zip")
