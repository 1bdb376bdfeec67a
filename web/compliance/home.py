"""The supervisor's part of the home page: both figures with their history, what breaks next, and
where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from casework.access.rights import GrantAccess, visible_schools
from casework.case_types import registry
from casework.engine.services import local_today
from casework.models import Clock
from web.compliance import summary
from web.compliance.scope import WATCH, Scope

SHOWN, AHEAD = 6, 7  # promises, days


def watched(user: Any) -> dict[str, Any]:
    """The first domain of which the user supervises schools; nothing where there is none."""
    kind = next(
        (kind for kind in registry.all_kinds() if not isinstance(kind.access, GrantAccess)), None
    )
    schools = tuple(visible_schools(user, WATCH))
    if kind is None or not schools:
        return {}
    scope = Scope(kind, user, schools)
    found = scope.figures(local_today())
    return {
        "scope": scope,
        "kind": kind,
        "breaks": breaks(scope),
        "ahead": AHEAD,
        "found": found,
        "big": summary.big(scope, found, None),
        "soon": summary.soon(scope, found, None),
        "open_link": summary.link(scope, figure="open"),
        "held_link": summary.link(scope, figure="held"),
        "cases_link": summary.link(scope, what="cases"),
        "charts": [summary.over_time(scope, found, None), summary.days_left(scope, found, None)],
        "breakdowns": [
            summary.breakdown(scope, found, by, None) for by in ("school", "owner", "duty")
        ],
    }


def breaks(scope: Scope) -> list[dict[str, Any]]:
    """The promises that break first: which, when and whose (two statements; the first reads the
    index of due dates)."""
    today, labels = local_today(), scope.kind.clock_labels
    clocks = Clock.objects.filter(
        status=Clock.Status.RUNNING,
        due__range=(today, today + timedelta(days=AHEAD)),
        case__in=scope.cases(),
    )
    found = list(
        clocks.select_related("case__school", "case__owner").order_by("due", "case_id", "id")[
            :SHOWN
        ]
    )
    names = scope.kind.labels([clock.case_id for clock in found])
    return [
        {
            "clock": clock,
            "label": labels.get(clock.kind, clock.kind),
            "about": names.get(clock.case_id, ""),
        }
        for clock in found
    ]
