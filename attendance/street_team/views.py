"""The pages of the street team, made for a phone: the list by area, one search, an outcome in two
taps.

What is recorded without a signal is kept on the phone and sent when the signal is back
(static/attendance/street.js); the server knows a doubled record by its key."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from attendance.models import LocateAttempt
from attendance.street_team import searches as street_searches
from casework.access import rights
from casework.case_types import registry
from casework.engine.available_steps import Choice, file_choices
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Invalid, NotNow, Refused, UnknownCase
from casework.engine.services import act, local_today
from casework.pages.views import given, uuid_or_none

SPOKEN = [
    ("", gettext_lazy("nobody")),
    ("parent or guardian", gettext_lazy("parent or guardian")),
    ("relative", gettext_lazy("relative")),
    ("neighbour", gettext_lazy("neighbour")),
    ("landlord", gettext_lazy("landlord")),
    ("somebody else", gettext_lazy("somebody else")),
]


def _may(request: HttpRequest, *permissions: str) -> bool:
    return any(rights.visible_schools(request.user, name) for name in permissions)


@login_required
@require_GET
def searches(request: HttpRequest) -> HttpResponse:
    """The open searches of the team's schools by area; supervisors and social workers see which
    ones hang."""
    rights.remember_schools(rights.signed_in(request), street_searches.TEAM, *street_searches.WATCH)
    if not _may(request, street_searches.TEAM, *street_searches.WATCH):
        raise Http404
    team = _may(request, street_searches.TEAM)
    found = street_searches.searches(request.user) if team else []
    watched = (
        street_searches.searches(request.user, street_searches.WATCH)
        if _may(request, *street_searches.WATCH)
        else []
    )
    areas: dict[str, list[street_searches.Search]] = {}
    for one in found:
        areas.setdefault(one.area, []).append(one)
    context = {
        "areas": sorted(areas.items()),
        "team": team,
        "watched": watched,
        "hangs": street_searches.HANGS,
        "today": local_today(),
    }
    return render(request, "attendance/street.html", context)


def _file(request: HttpRequest, pk: UUID) -> tuple[street_searches.Search, CaseFile]:
    rights.remember_schools(rights.signed_in(request), street_searches.TEAM)
    found = street_searches.search(request.user, pk)
    files = load(registry.kind("ATT"), numbers=[found.number], lock=False) if found else []
    if (
        found is None
        or not files
        or not rights.can(request.user, street_searches.TEAM, files[0].case)
    ):
        raise Http404
    return found, files[0]


def _choices(request: HttpRequest, file: CaseFile, pk: UUID) -> list[Choice]:
    return [choice for choice in file_choices(file, request.user) if choice.process == pk]


@login_required
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One search: where to go, whom to call, what was tried. A POST records an attempt."""
    found, file = _file(request, pk)
    choices = _choices(request, file, pk)
    context: dict[str, Any] = {
        "search": found,
        "choices": [choice for choice in choices if choice.name != "record_attempt"],
        "key": uuid4(),
        "spoken": SPOKEN,
        "results": LocateAttempt.Result.choices,
        "looking": any(choice.name == "record_attempt" and choice.enabled for choice in choices),
        "now": timezone.localtime(),
    }
    if request.method != "POST":
        return render(request, "attendance/street_one.html", context)
    data = given(request)
    data["at"] = data.get("at") or timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    data["team"] = data.get("team") or ", ".join(found.team)
    return _take(
        request,
        found,
        "record_attempt",
        data,
        "attendance/street_one.html",
        context | {"data": data},
    )


def _take(
    request: HttpRequest,
    found: street_searches.Search,
    name: str,
    data: dict[str, Any],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Through the service layer; what is refused is shown with everything that was typed."""
    key = uuid_or_none(data.get("key"))
    try:
        act(found.number, name, actor=request.user, data=data, key=key, process=found.id)
    except UnknownCase as error:
        raise Http404 from error
    except Invalid as error:
        words = [message for messages in error.errors.values() for message in messages]
        return render(
            request,
            template,
            context | {"form": error.form, "problems": words, "key": key or uuid4()},
            status=422,
        )
    except NotNow as error:
        return render(
            request, template, context | {"problems": error.reasons, "form": None}, status=409
        )
    except Refused:
        return render(request, "errors/403.html", status=403)
    return (
        redirect("street-one", pk=found.id)
        if street_searches.search(request.user, found.id)
        else redirect("street")
    )


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the team's pages readable without a signal; it must lie above the pages
    that it serves."""
    path = finders.find("attendance/street-worker.js") or str(
        settings.STATIC_ROOT / "attendance" / "street-worker.js"
    )
    with open(str(path), encoding="utf-8") as script:
        answer = HttpResponse(script.read(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
