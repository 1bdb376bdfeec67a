"""The intake of Title IX reports: the public form, the way back with a receipt code, the form of
staff.

Nothing typed here reaches an address, a title, a message or a log. Whoever sends a report sees
nothing of the case but what the coordinator asks them; the person on the public form is not
looked up even when signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from casework.documents import attachments
from casework.engine.services import local_today
from casework.policy.policies import policy_for
from district import client_address
from district.models import User
from district.rate_limits import HOUR, RateLimit
from titleix.case.open_report import open_report
from titleix.intake.fields import MOST_CHARACTERS
from titleix.intake.forms import FactsForm, PublicForm
from titleix.intake.receipts import receipt_code, receipt_hash
from titleix.intake.staff_form import StaffForm
from titleix.intake.stamps import Stamp, new_stamp, read_stamp
from titleix.models import Record, TitleIXCase

QUICKEST = 3.0  # seconds; nobody reads and fills the form in less
SHOWN_AGAIN = timedelta(minutes=10)  # how long sending the same form again shows the code again
TRAP = "more_about_you"  # a field that people cannot see and programs fill in
# By address: a whole school may share one.
REPORTS = RateLimit("intake-report", 60, HOUR)
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


def to_page(name: str) -> HttpResponse:
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
    return receipt_page(request, "titleix/intake_received.html", case, stamp, repeated)


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


def receipt_page(
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


def uuid_or_new(text: str) -> UUID:
    """The key of a form; a new one for a form that has none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
