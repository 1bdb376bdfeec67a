"""The home pages, by what the user's posts make them responsible for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from attendance.selectors import letters_waiting, unresolved
from casework import selectors
from district.models import Import, Role
from web.context import posts


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person."""
    roles = {post.role for post in posts(request.user)}
    context: dict[str, Any] = {"roles": roles}
    if roles & {Role.SSW, Role.PRINCIPAL, Role.SUPERVISOR, Role.DATA_MANAGER, Role.COUNSELOR, Role.NURSE}:
        context |= {"counts": selectors.counts(request.user), "first": selectors.worklist(request.user, {}).rows[:8]}
    if Role.SUPERVISOR in roles:
        context["duties"] = selectors.by_duty(request.user)
    if Role.PRINCIPAL in roles:
        context["to_sign"] = letters_waiting(request.user, "DRAFT")
    if roles & {Role.SSW, Role.DATA_MANAGER}:
        context["to_mail"] = letters_waiting(request.user, "SIGNED")
    if Role.DATA_MANAGER in roles:
        context["unresolved"], context["unresolved_count"] = unresolved(request.user)
    if Role.DISTRICT_ADMIN in roles:
        context["imports"] = Import.objects.all()[:6]
        context["held"] = Import.objects.filter(state=Import.State.HELD).count()
    return render(request, "web/home.html", context)
