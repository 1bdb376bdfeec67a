"""The page of messages to families: choose a text, see exactly what goes to whom and who is left
out, send."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from attendance.common.states import WORK
from attendance.messages import planning
from attendance.messages.forms import WhichForm
from casework.access import rights
from casework.engine.casefile import CaseFile
from casework.engine.services import local_today
from casework.pages.bulk import chosen, taken
from casework.policy.policies import policy_for
from casework.scheduler.run import database_now
from notifications import family_contacts, rules

STEP = "message_family"


@login_required
def family_messages(request: HttpRequest) -> HttpResponse:
    """A GET with a choice shows the plan, a POST sends it case by case through the service
    layer."""
    given = request.POST if request.method == "POST" else request.GET
    files = [file for file in chosen(request, given.getlist("numbers")) if file.kind.code == "ATT"]
    form = WhichForm(given if "template" in given else None)
    context: dict[str, Any] = {"numbers": [file.case.number for file in files], "form": form}
    if not form.is_bound or not form.is_valid():
        return render(
            request, "attendance/messages.html", context, status=422 if form.errors else 200
        )
    template, order = form.cleaned_data["template"], form.cleaned_data["order"]
    if request.method == "POST":
        return _send(request, context, template, order)
    plans = _plans(request, files, template, order)
    lines = [line for plan in plans for line in plan.lines]
    context |= {
        "template": template,
        "order": order,
        "plans": [plan for plan in plans if plan.lines],
        "lines": lines,
        "texts": _by_text(lines),
        "left": [left for plan in plans for left in plan.left],
        "key": str(uuid4()),
        "labels": files[0].kind.labels([file.case.pk for file in files]) if files else {},
        "waits": _waits(),
        "names": {file.case.number: file.case.pk for file in files},
    }
    return render(request, "attendance/messages.html", context)


def _plans(
    request: HttpRequest, files: list[CaseFile], template: str, order: str
) -> list[planning.Plan]:
    works = [file.case.number for file in files if rights.can(request.user, WORK, file.case)]
    return planning.plans(
        files, planning.know(files, timezone.now(), local_today()), template, order, works
    )


def _by_text(lines: list[planning.Line]) -> list[tuple[planning.Line, list[planning.Line]]]:
    """The different texts, each with those who get it, the most frequent one first."""
    ordered = sorted(lines, key=lambda line: (line.channel, line.text.language, line.words))
    groups = [
        list(group)
        for _key, group in groupby(
            ordered, key=lambda line: (line.channel, line.text.language, line.words)
        )
    ]
    return [(group[0], group) for group in sorted(groups, key=len, reverse=True)]


def _waits() -> Any:
    """The moment until which the messages wait when these are quiet hours, else None."""
    now = database_now()
    leaves = rules.not_before(
        now,
        settings.TIME_ZONE,
        family_contacts.quiet_hours(policy_for("notifications", local_today())),
    )
    return leaves if leaves > now else None


def _send(request: HttpRequest, context: dict[str, Any], template: str, order: str) -> HttpResponse:
    key = str(request.POST.get("key", ""))[:40]
    answers = [
        taken(
            number,
            STEP,
            request,
            {"template": template, "order": order, "seen": seal},
            key=f"{key}:{number}:{STEP}",
            process=None,
        )
        for number in context["numbers"]
        if (seal := request.POST.get(f"seen_{number}"))
    ]
    told = {answer.number for answer in answers}
    left = [number for number in context["numbers"] if number not in told]
    return render(
        request,
        "attendance/messages_done.html",
        {"answers": answers, "left": left, "waits": _waits()},
    )
