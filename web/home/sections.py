"""What waits for whom on the home page: sections in their order, each for some roles, each with
what it shows.

An app that brings a section of its own adds it here; the page shows what fits the posts of whoever
signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from attendance.case.queries import findings_waiting, letters_waiting, unresolved
from casework.access import rights
from casework.engine.services import local_today
from casework.pages import selectors, worklist
from casework.policy import policies
from casework.scheduler.run import late_by
from district.models import Import, Post, Role, User
from notifications.selectors import figures, without_address
from titleix.dashboards import work_queues
from web.compliance.home import watched
from web.compliance.scope import WATCH
from web.layout.context_processors import posts

READERS = frozenset(
    {Role.SSW, Role.PRINCIPAL, Role.SUPERVISOR, Role.DATA_MANAGER, Role.COUNSELOR, Role.NURSE}
)


@dataclass(frozen=True)
class Section:
    """A part of the home page. `context` gives what its template shows; an empty answer leaves the
    section out. Without roles it is asked for everybody: what they hold in single cases decides."""

    template: str
    roles: frozenset[str] | None
    context: Callable[[User], dict[str, Any]]


def sections(user: User, roles: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(template, what it shows) of every section for these roles, in their order."""
    if roles & READERS:
        rights.remember_schools(user, "view_cases", "mail_cases", WATCH)
    for section in SECTIONS:
        if (section.roles is None or section.roles & roles) and (shown := section.context(user)):
            yield section.template, shown


def _shelves(user: User) -> dict[str, Any]:
    return {
        "shelves": worklist.shelves(user),
        "appointments": selectors.my_appointments_today(user),
    }


def _unresolved(user: User) -> dict[str, Any]:
    rows, count = unresolved(user)
    return {"unresolved": rows, "unresolved_count": count}


def _titleix(user: User) -> dict[str, Any]:
    desk = work_queues.desk(user, {post.role for post in posts(user)})
    return {"titleix": desk} if desk else {}


def _imports(user: User) -> dict[str, Any]:
    return {
        "imports": Import.objects.all()[:6],
        "held": Import.objects.filter(state=Import.State.HELD).count(),
    }


def _state(user: Any) -> dict[str, Any]:
    """Does it run, whose post ends within two weeks, which policies hold: no case is in it."""
    today = local_today()
    ending = (
        Post.objects.filter(ends__gte=today, ends__lte=today + timedelta(days=14))
        .select_related("user", "school", "area")
        .order_by("ends", "id")
    )
    held = {
        one.domain: one
        for one in sorted(policies.all_policies().values(), key=lambda one: one.effective_from)
        if one.effective_from <= today
    }
    return {
        "health": figures(),
        "late": late_by(),
        "silent": len(without_address()),
        "ending": ending[:20],
        "policies": [held[name] for name in sorted(held)],
    }


SECTIONS = [
    Section("titleix/desk.html", None, _titleix),
    Section("web/home/compliance.html", frozenset({Role.SUPERVISOR}), watched),
    Section(
        "web/home/figures.html",
        READERS - {Role.SUPERVISOR},
        lambda user: {"counts": selectors.counts(user)},
    ),
    Section("web/home/today.html", frozenset({Role.SSW}), _shelves),
    Section(
        "web/home/sign.html",
        frozenset({Role.PRINCIPAL}),
        lambda user: {"to_sign": letters_waiting(user, "DRAFT")},
    ),
    Section(
        "web/home/find.html",
        frozenset({Role.PRINCIPAL}),
        lambda user: {"to_find": findings_waiting(user)},
    ),
    Section(
        "web/home/mail.html",
        frozenset({Role.SSW, Role.DATA_MANAGER}),
        lambda user: {"to_mail": letters_waiting(user, "SIGNED")},
    ),
    Section("web/home/unresolved.html", frozenset({Role.DATA_MANAGER}), _unresolved),
    Section(
        "web/home/urgent.html",
        READERS - {Role.SSW, Role.SUPERVISOR},
        lambda user: {"first": worklist.worklist(user, {}).rows[:8]},
    ),
    Section("web/home/imports.html", frozenset({Role.DISTRICT_ADMIN}), _imports),
    Section("web/home/state.html", frozenset({Role.DISTRICT_ADMIN}), _state),
]
