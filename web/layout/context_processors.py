"""What every page knows: the district, the user's posts and what the navigation shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from attendance.case import process_desks
from casework.access import rights
from district.models import Post, Role
from notifications.selectors import strip
from titleix.dashboards.work_queues import lent

# Administrators read no case; the others work a process and are not shown the case.
ANSWER_FOR = {
    Role.SUPERVISOR,
    Role.TITLE_IX_COORDINATOR,
    Role.DEPUTY,
}  # whose menu leads to the figures
BY_GRANT = {
    Role.AUDITOR,
    Role.COUNSEL,
    Role.DEPUTY,
}  # these see a case only when they were brought into it
NO_CASES = {Role.DISTRICT_ADMIN, Role.STREET_LEAD, Role.STREET_MEMBER, Role.COURT_COORD}


def posts(user: Any) -> list[Post]:
    """The user's posts, read once a request."""
    return rights.posts_of(user)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    user = getattr(request, "user", None)
    held = posts(user) if user is not None and user.is_authenticated else []
    roles = {post.role for post in held}
    unread, late = strip(user) if user is not None and user.is_authenticated else (0, None)
    return {
        "unread": unread,
        "sweep_late": late,
        "district_name": settings.DISTRICT_NAME,
        "posts": held,
        "post_names": " · ".join(sorted({str(Role(post.role).label) for post in held})),
        "may_import": bool(roles & {Role.DISTRICT_ADMIN, Role.DATA_MANAGER}),
        "administers": Role.DISTRICT_ADMIN in roles,
        "supervises": Role.SUPERVISOR in roles,
        "sees_cases": bool(roles - NO_CASES - BY_GRANT)
        or (bool(user and user.is_authenticated) and not roles - BY_GRANT and lent(user)),
        "how": "ATT"
        if roles - NO_CASES - BY_GRANT - {Role.TITLE_IX_COORDINATOR}
        else "TIX",  # whose way of working is shown first
        "desks": process_desks.desks_of(user, roles)
        if user is not None and user.is_authenticated
        else [],
        "street": bool(roles & {Role.SSW, Role.SUPERVISOR}),
        "schedules": Role.SSW in roles,
        "mails": bool(roles & {Role.SSW, Role.DATA_MANAGER, Role.PRINCIPAL}),
        "answers_for": bool(roles & ANSWER_FOR),
        "ten_days": bool(roles & {Role.SSW, Role.DATA_MANAGER}),
        "maintains": bool(roles & {Role.DISTRICT_ADMIN, Role.SUPERVISOR}),
        "as_of": timezone.localtime(),
        "current": match.url_name if (match := getattr(request, "resolver_match", None)) else "",
    }
