"""Coming back to a report with its receipt code: what the coordinator asks, what the reporter
answers."""

from __future__ import annotations

import time
from uuid import uuid4

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.engine.errors import Invalid, NotNow
from casework.engine.services import act
from district import client_address
from district.rate_limits import HOUR, RateLimit
from titleix.intake.fields import MOST_CHARACTERS
from titleix.intake.forms import AnswerForm, CodeForm
from titleix.intake.receipts import receipt_hash
from titleix.intake.views import in_language, page, to_page, uuid_or_new
from titleix.models import Record, TitleIXCase

STAYS = 30 * 60  # seconds for which a code that was entered is remembered


CODES = RateLimit("intake-code", 60, HOUR)


ANSWERS = RateLimit("intake-answer", 60, HOUR)


@in_language
@page
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Enter the code, or read and write on when it was entered."""
    if request.method == "POST":
        return _enter(request)
    case = _entered(request)
    return _messages(request, case, AnswerForm()) if case else _code_page(request, CodeForm())


def _enter(request: HttpRequest) -> HttpResponse:
    """Look a code up by its hash: the time that takes tells nothing, and nothing but the hash is
    remembered."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, 422)
    if CODES.exceeds(client_address.fingerprint(request)):
        form.add_error(
            "code",
            _(
                "Too many codes were tried from your connection in this hour. Please try again "
                "later."
            ),
        )
        return _code_page(request, form, 429)
    receipt = receipt_hash(form.cleaned_data["code"])
    if not TitleIXCase.objects.filter(receipt=receipt).exists():
        form.add_error(
            "code",
            _(
                "There is no report with this code. Check each group; the code stands on the page "
                "that you saw last."
            ),
        )
        return _code_page(request, form, 422)
    request.session.cycle_key()
    request.session["report"] = {"receipt": receipt, "until": time.time() + STAYS}
    return to_page("report-follow")


def _entered(request: HttpRequest) -> TitleIXCase | None:
    """The report whose code was entered in this session less than half an hour ago."""
    kept = request.session.get("report")
    if not kept or not kept["receipt"] or kept["until"] < time.time():
        return None
    return TitleIXCase.objects.filter(receipt=kept["receipt"]).first()


@in_language
@page
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Keep what the reporter answers."""
    case, form = _entered(request), AnswerForm(request.POST)
    if case is None:
        return _lost(request)
    if not form.is_valid():
        return _messages(request, case, form, 422)
    if ANSWERS.exceeds(client_address.fingerprint(request)):
        form.add_error(
            None,
            _("Very many answers came from your connection in this hour. Please try again later."),
        )
        return _messages(request, case, form, 429)
    try:
        act(
            case.number,
            "reporter_answered",
            actor=None,
            data={"text": form.cleaned_data["text"]},
            key=uuid_or_new(request.POST.get("key", "")),
        )
    except NotNow:
        form.add_error(
            None, _("This report is closed; nothing can be added. You can send a new report.")
        )
        return _messages(request, case, form, 409)
    except Invalid:  # the key of something else: nobody's page sends that twice
        return _messages(request, case, form, 422)
    return to_page("report-follow")


def _lost(request: HttpRequest) -> HttpResponse:
    """The half hour is over: ask for the code, and give back what was typed."""
    form = CodeForm()
    return _code_page(request, form, 409, typed=request.POST.get("text", "")[:MOST_CHARACTERS])


@in_language
@page
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the code that was entered."""
    request.session.pop("report", None)
    return to_page("report-follow")


def _code_page(
    request: HttpRequest, form: Form, status: int = 200, typed: str = ""
) -> HttpResponse:
    context = {"form": form, "typed": typed, "languages": settings.LANGUAGES}
    return render(request, "titleix/intake_code.html", context, status=status)


def _messages(
    request: HttpRequest, case: TitleIXCase, form: Form, status: int = 200
) -> HttpResponse:
    """The exchange with the coordinator, and no more of the state than a word."""
    rows = Record.objects.filter(
        case=case, kind=Record.Kind.MESSAGE, code__in=["question", "answer"]
    ).order_by("number", "on")
    context = {
        "form": form,
        "messages_of": rows,
        "state": state_words(case),
        "closed": not heard(case),
        "key": request.POST.get("key") or uuid4(),
        "languages": settings.LANGUAGES,
    }
    return render(request, "titleix/intake_messages.html", context, status=status)


def heard(case: TitleIXCase) -> bool:
    """Whether the reporter can still write: until it is closed, and after a close for want of
    information too (T-20)."""
    while case.state == "MERGED" and case.linked is not None:
        case = case.linked
    return case.closed_on is None or case.closed_reason == "INSUFFICIENT"


def state_words(case: TitleIXCase) -> str:
    """Received, being looked at, or closed. A report that goes on inside another one is as open
    as that one."""
    while case.state == "MERGED" and case.linked is not None:
        case = case.linked
    if case.closed_on:
        return _("Closed")
    return _("Received") if case.state == "RECEIVED" else _("Being looked at")
