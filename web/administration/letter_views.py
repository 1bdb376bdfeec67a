"""Letters with made-up data, for administrators."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attendance.letters import letterhead
from casework.letters import LetterError
from casework.letters import render as typeset
from web.administration.samples import ATTENDANCE, letters
from web.administration.views import for_administrators


@for_administrators
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """The letters of both parts of the product."""
    parts = {_("Attendance"): letters("attendance"), _("Title IX"): letters("titleix")}
    return render(request, "web/administration/letters.html", {"parts": parts})


def _known(app: str, code: str, language: str) -> None:
    """404 for a letter that is not listed; nothing of the address ever reaches a path."""
    if not any((one.code, one.language, one.sample) == (code, language, True) for one in letters("attendance") if one.app == app):
        raise Http404


@for_administrators
@require_GET
def one(request: HttpRequest, app: str, code: str, language: str) -> HttpResponse:
    """The page with the letter in a frame."""
    _known(app, code, language)
    return render(request, "web/administration/letter.html", {"app": app, "code": code, "language": language})


@for_administrators
@require_GET
def file(request: HttpRequest, app: str, code: str, language: str) -> HttpResponse:
    """The PDF; a field that nothing fills is told in words."""
    _known(app, code, language)
    try:
        made = typeset("attendance", code, language, ATTENDANCE, letterhead())
    except LetterError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        made.pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{code}.{language}.pdf"'}
    )
