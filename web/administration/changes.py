"""One list of all administrative changes: from row history (posts, tokens, webhooks) and from what
is kept by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from district.models import AdminChange, ApiToken, Post, Role, User
from notifications.models import Endpoint

MOST = 300


@dataclass(frozen=True)
class Change:
    """Who did what, when."""

    at: datetime
    who: str
    what: str
    about: str


def changes(most: int = MOST) -> list[Change]:
    """The newest first. What was done by a command has no person."""
    names = {"insert": _("added"), "update": _("changed"), "delete": _("ended")}
    found = sorted(
        chain(_posts(names, most), _tokens(names, most), _hooks(names, most), _kept(most)),
        key=lambda one: one[0],
        reverse=True,
    )
    people = {
        user.pk: str(user)
        for user in User.objects.filter(
            pk__in={who for _at, who, _what, _about in found[:most] if who}
        )
    }
    return [
        Change(at, people.get(who or 0, _("a command")), what, about)
        for at, who, what, about in found[:most]
    ]


Raw = tuple[datetime, int | None, str, str]


def _events(model: Any, most: int, *related: str) -> Any:
    return model.pgh_event_model.objects.select_related("pgh_context", *related).order_by(
        "-pgh_id"
    )[:most]


def _who(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context_id else None


def _posts(names: dict[str, str], most: int) -> Iterator[Raw]:
    # what the nightly import writes has no person; it is told on the import's own page
    events = Post.pgh_event_model.objects  # type: ignore[attr-defined]
    by_hand = events.exclude(pgh_context=None).select_related(
        "pgh_context", "user", "school", "area"
    )
    for event in by_hand.order_by("-pgh_id")[:most]:
        place = event.school or event.area or _("the district")
        about = f"{event.user}: {Role(event.role).label}, {place}"
        yield event.pgh_created_at, _who(event), f"{_('post')} {names[event.pgh_label]}", about


def _tokens(names: dict[str, str], most: int) -> Iterator[Raw]:
    for event in _events(ApiToken, most, "user"):
        what = _("ended") if event.revoked_at else names[event.pgh_label]
        yield (
            event.pgh_created_at,
            _who(event),
            f"{_('API token')} {what}",
            f"{event.user}: {event.name} ({', '.join(event.scopes)})",
        )


def _hooks(names: dict[str, str], most: int) -> Iterator[Raw]:
    for event in _events(Endpoint, most):
        what = names[event.pgh_label] if event.active else _("ended")
        yield (
            event.pgh_created_at,
            _who(event),
            f"{_('webhook')} {what}",
            f"{event.name} ({event.kind})",
        )


def _kept(most: int) -> Iterator[Raw]:
    for row in AdminChange.objects.order_by("-at")[:most]:
        about = f"{row.about}: {row.before or '–'} → {row.after or '–'}" + (
            f" ({row.reason})" if row.reason else ""
        )
        yield row.at, row.by_id, row.get_what_display(), about
