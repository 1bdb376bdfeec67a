"""The home page: what waits for this person, by their posts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from attendance.case import process_desks
from casework.access.rights import signed_in
from web.home import sections
from web.layout.context_processors import NO_CASES, posts


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The sections for the user's posts (see `web.home.sections`)."""
    user = signed_in(request)
    roles = {post.role for post in posts(user)}
    desks = process_desks.desks_of(user, roles)
    if desks and not roles - NO_CASES:
        return redirect("desk", desks[0][0])
    return render(
        request, "web/home.html", {"roles": roles, "sections": list(sections.sections(user, roles))}
    )
