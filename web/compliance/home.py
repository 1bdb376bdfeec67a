"""The supervisor's part of the home page: both figures with their history, what breaks next, and where."""

from __future__ import annotations

from typing import Any

from casework import kinds
from casework.access import GrantAccess, visible_schools
from casework.services import local_today
from web.compliance import summary
from web.compliance.scope import WATCH, Scope


def watched(user: Any) -> dict[str, Any]:
    """The first domain of which the user supervises schools; nothing where there is none."""
    kind = next((kind for kind in kinds.all_kinds() if not isinstance(kind.access, GrantAccess)), None)
    schools = tuple(visible_schools(user, WATCH))
    if kind is None or not schools:
        return {}
    scope = Scope(kind, user, schools)
    found = scope.figures(local_today())
    return {
        "scope": scope, "kind": kind, "big": summary.big(scope, found, None), "soon": summary.soon(scope, found, None), "found": found,
        "open_link": summary.link(scope, figure="open"), "held_link": summary.link(scope, figure="held"),
        "cases_link": summary.link(scope, what="cases"),
        "charts": [summary.over_time(scope, found, None), summary.days_left(scope, found, None)],
        "breakdowns": [summary.breakdown(scope, found, by, None) for by in ("school", "owner", "duty")],
    }  # fmt: skip
