"""The home page: what waits for this person, by their posts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from attendance import desk
from casework.access import signed_in
from web import homes
from web.context import NO_CASES, posts


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The sections for the user's posts (see `web.homes`)."""
    user = signed_in(request)
    roles = {post.role for post in posts(user)}
    desks = desk.desks_of(user, roles)
    if desks and not roles - NO_CASES:
        return redirect("desk", desks[0][0])
    return render(
        request, "web/home.html", {"roles": roles, "sections": list(homes.sections(user, roles))}
    )
