"""The intake of Title IX reports: the public form, the way back with a receipt code, the form of
staff.

Nothing typed here reaches an address, a title, a message or a log. Whoever sends a report sees
nothing of the case but what the coordinator asks them; the person on the public form is not
looked up even when signed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.access import rights
from casework.documents import attachments
from casework.engine.errors import Invalid, NotNow
from casework.engine.services import act, local_today
from casework.policy.policies import policy_for
from district import client_address
from district.models import User
from district.rate_limits import HOUR, RateLimit
from titleix.case.open_report import open_report
from titleix.intake.forms import (
    MOST_CHARACTERS,
    AnswerForm,
    CodeForm,
    FactsForm,
    PublicForm,
    StaffForm,
    Stamp,
    new_stamp,
    read_stamp,
)
from titleix.intake.receipts import receipt_code, receipt_hash
from titleix.models import Record, TitleIXCase

QUICKEST = 3.0  # seconds; nobody reads and fills the form in less
SHOWN_AGAIN = timedelta(minutes=10)  # how long sending the same form again shows the code again
STAYS = 30 * 60  # seconds for which a code that was entered is remembered
TRAP = "more_about_you"  # a field that people cannot see and programs fill in
# By address: a whole school may share one.
REPORTS = RateLimit("intake-report", 60, HOUR)
CODES = RateLimit("intake-code", 60, HOUR)
ANSWERS = RateLimit("intake-answer", 60, HOUR)
View = Callable[..., HttpResponse]


# -- what all pages of the intake share ------------------------------------------------------------


def page(view: View) -> View:
    """A page that no cache keeps and no error report quotes. A request too large to be read is
    told so in words; for that the check against forgery stands behind this first look, not in
    front of it."""
    guarded = csrf_protect(view)

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        try:
            request.POST  # noqa: B018 - reads the body
        except RequestDataTooBig:
            return render(
                request, "titleix/intake_too_long.html", {"most": MOST_CHARACTERS}, status=413
            )
        return guarded(request)

    return csrf_exempt(never_cache(sensitive_post_parameters()(inner)))


def in_language(view: View) -> View:
    """In the language of the address (?lang=es), or the one that the browser asks for."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = (
            asked
            if asked in dict(settings.LANGUAGES)
            else translation.get_language_from_request(request)
        )
        with translation.override(language):
            response = view(request)
        response.headers["Content-Language"] = language
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return inner


def _to(name: str) -> HttpResponse:
    """To a page of the intake, in the language of this one."""
    return redirect(f"{reverse(name)}?lang={translation.get_language()}")


@in_language
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Whom to ask, the policy, the material of the trainings (34 CFR 106.8(a)-(c),
    106.45(b)(10)(i)(D)): as the policy file says."""
    public = policy_for("titleix", local_today()).get("public") or {}
    return render(
        request, "titleix/intake_about.html", {"public": public, "languages": settings.LANGUAGES}
    )


# -- the public form -------------------------------------------------------------------------------


@in_language
@page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form for everybody, and the sending of it."""
    if request.method != "POST":
        return _public_page(request, PublicForm(), new_stamp())
    form, text = PublicForm(request.POST, request.FILES), request.POST.get("stamp", "")
    stamp = read_stamp(text)
    if not form.is_valid():
        return _public_page(request, form, text if stamp else new_stamp(), 422)
    why = _held_back(request, stamp)
    if why or stamp is None:
        return _again(request, form, why, text if stamp else new_stamp(), 422)
    if REPORTS.exceeds(client_address.fingerprint(request)):
        why = _(
            "Very many reports came from your connection in this hour. Please send yours again "
            "later, or tell a member of staff."
        )
        return _again(request, form, why, text, 429)
    case, repeated = file_report(form, stamp.key)
    return _received(request, "titleix/intake_received.html", case, stamp, repeated)


def _held_back(request: HttpRequest, stamp: Stamp | None) -> str:
    """Why a form looks like a program's, in words for the person who it may be. Sending it again
    is always enough."""
    if stamp is None:
        return _(
            "This page was open for a very long time. Nothing was sent yet: please check your "
            "report and send it again."
        )
    if request.POST.get(TRAP):
        return _(
            "A field that people cannot see was filled in, perhaps by your browser. Nothing was "
            "sent yet: please send it again."
        )
    if stamp.age < QUICKEST:
        return _(
            "That was very quick. Nothing was sent yet: please check your report and send it again."
        )
    return ""


def _again(
    request: HttpRequest, form: FactsForm, why: str, stamp: str, status: int
) -> HttpResponse:
    """The form with all that was typed, and why it was not sent."""
    had_files = bool(form.cleaned_data.get("uploads"))
    form.add_error(None, why)
    if had_files:
        form.files_lost()
    return _public_page(request, form, stamp, status)


def _public_page(
    request: HttpRequest, form: FactsForm, stamp: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "stamp": stamp, "trap": TRAP, "languages": settings.LANGUAGES}
    return render(request, "titleix/intake_report.html", context, status=status)


def _received(
    request: HttpRequest,
    template: str,
    case: TitleIXCase,
    stamp: Stamp,
    repeated: bool,
    **more: Any,
) -> HttpResponse:
    """The receipt. A form that is sent again much later (from the history of a shared computer)
    shows no code."""
    shown = not repeated or timezone.now() - case.received_at < SHOWN_AGAIN
    return render(request, template, {"code": receipt_code(stamp.key) if shown else "", **more})


# -- keeping a report ------------------------------------------------------------------------------


@transaction.atomic
def file_report(
    form: PublicForm | StaffForm, key: str, user: User | None = None
) -> tuple[TitleIXCase, bool]:
    """Open the case of a valid form with its files; (the case, whether this very form had made
    it before). A second click waits for the first and finds its case."""
    given, receipt = form.cleaned_data, receipt_hash(receipt_code(key))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(receipt[:15], 16)])
    before = TitleIXCase.objects.filter(receipt=receipt).first()
    if before is not None:
        return before, True
    case = open_report(
        school=given["school"],
        narrative=given["narrative"],
        knowledge_at=form.knowledge(),
        channel=str(given.get("channel") or form.channel),
        people=form.people(),
        received_by=user,
        knowledge_employee=given.get("knowledge_employee") or user,
        anonymous=form.anonymous,
        incident_on=given["incident_on"],
        location=given["location"],
        receipt=receipt,
        records=list(_facts(given)),
        duties=form.duties(),
    )
    for upload in given["uploads"]:
        attachments.take(case, upload, user, settings.MAX_ATTACHMENT_BYTES)
    return case, False


def _facts(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What else the form said. Calls to police and social services do not end the duties of
    state law: whoever must do them records them as done."""
    if given.get("relation"):
        yield {"kind": Record.Kind.MESSAGE, "code": f"reporter_{given['relation']}"}
    for name in ("police", "dss"):
        if given.get(name) or given.get(f"{name}_number"):
            yield {
                "kind": Record.Kind.DUTY,
                "code": f"{name}_called",
                "text": given[name],
                "data": {"number_of": given[f"{name}_number"]},
            }


# -- coming back with the code ---------------------------------------------------------------------


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
    return _to("report-follow")


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
            key=_uuid(request.POST.get("key", "")),
        )
    except NotNow:
        form.add_error(
            None, _("This report is closed; nothing can be added. You can send a new report.")
        )
        return _messages(request, case, form, 409)
    except Invalid:  # the key of something else: nobody's page sends that twice
        return _messages(request, case, form, 422)
    return _to("report-follow")


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
    return _to("report-follow")


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


def _uuid(text: str) -> UUID:
    """The key of a form; a new one for a form that has none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


# -- the form of staff -----------------------------------------------------------------------------


@login_required
@page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a report as staff: everybody who can sign in. Entering gives no access: only
    coordinators see the case afterwards."""
    user = rights.signed_in(request)
    if request.method != "POST":
        return _staff_page(request, StaffForm(), new_stamp())
    form, text = StaffForm(request.POST, request.FILES), request.POST.get("stamp", "")
    stamp = read_stamp(text)
    if form.is_valid() and stamp is None:
        form.add_error(
            None,
            _(
                "This page was open for a very long time. Nothing was sent yet: please check the "
                "report and send it again."
            ),
        )
    if stamp is None or form.errors:
        return _staff_page(request, form, text if stamp else new_stamp(), 422)
    case, repeated = file_report(form, stamp.key, user)
    mine = case if rights.can(user, "view_cases", case) else None
    return _received(
        request,
        "titleix/intake_entered.html",
        case,
        stamp,
        repeated,
        late=case.late_entry,
        mine=mine,
    )


def _staff_page(
    request: HttpRequest, form: FactsForm, stamp: str, status: int = 200
) -> HttpResponse:
    return render(request, "titleix/intake_new.html", {"form": form, "stamp": stamp}, status=status)
