"""Letters and messages with made-up data, for administrators."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attendance.common.letters import letterhead
from casework.documents.letters import LetterError
from casework.documents.letters import render as typeset
from web.administration import messages
from web.administration.samples import Letter, data, letters
from web.administration.views import for_administrators

APPS = ("attendance", "titleix")


@for_administrators
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """The letters of both parts of the product, the messages to families and the alerts to staff."""
    parts = {_("Attendance"): letters("attendance"), _("Title IX"): letters("titleix")}
    told = {
        _("Messages to families"): messages.to_families(),
        _("Alerts to staff"): messages.to_staff(),
    }
    return render(request, "web/administration/letters.html", {"parts": parts, "messages_of": told})


@for_administrators
@require_GET
def message(request: HttpRequest, part: str, code: str, language: str) -> HttpResponse:
    """One message as e-mail and as text message, with its length in parts. 404 for one that is not
    listed."""
    found = messages.find(part, code, language)
    if found is None:
        raise Http404
    return render(request, "web/administration/message.html", {"message": found})


def _known(app: str, code: str, language: str) -> Letter:
    """404 for a letter that is not listed; nothing of the address ever reaches a path."""
    found = [
        one
        for one in (letters(app) if app in APPS else ())
        if (one.code, one.language) == (code, language)
    ]
    if not found:
        raise Http404
    return found[0]


@for_administrators
@require_GET
def one(request: HttpRequest, app: str, code: str, language: str) -> HttpResponse:
    """The page with the letter in a frame, and what of it nothing fills."""
    return render(
        request, "web/administration/letter.html", {"letter": _known(app, code, language)}
    )


@for_administrators
@require_GET
def file(request: HttpRequest, app: str, code: str, language: str) -> HttpResponse:
    """The PDF; a field that nothing fills is told in words."""
    _known(app, code, language)
    try:
        made = typeset(app, code, language, data(app, code, language), letterhead())
    except LetterError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        made.pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{code}.{language}.pdf"'},
    )
