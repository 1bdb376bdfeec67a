"""The home pages, by what the user's posts make them responsible for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from attendance.selectors import letters_waiting
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
    if Role.DISTRICT_ADMIN in roles:
        context["imports"] = Import.objects.all()[:6]
        context["held"] = Import.objects.filter(state=Import.State.HELD).count()
    return render(request, "web/home.html", context)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """English or Spanish, kept in a cookie."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    response = redirect(back if back.startswith("/") and not back.startswith("//") else "/")
    if check_for_language(chosen):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax", httponly=True)
    return response
