"""Pages on pace: the time in each state as a process map, forecasts with their calibration, who has
how much."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.engine.services import local_today
from casework.reporting import durations, figure_cases
from casework.reporting.compliance_figures import Figures
from casework.reporting.figure_cases import Row
from casework.reporting.forecast import LEAST, Bin, brier, reliability
from district.models import User
from web.compliance.scope import Scope
from web.compliance.summary import link
from web.layout import charts
from web.layout.charts import Cell, Chart

__all__ = ["LEAST", "forecasts", "load", "step_map"]
HELD_OUT = (30, 60, 90)


def step_map(scope: Scope) -> Chart:
    """States with the time that cases spend in them; the bottleneck is where most days go."""
    times, ways = durations.stays(scope.cases(), local_today())
    labels = scope.kind.workflow(scope.kind.current_rules).labels
    order = [str(state) for state in labels]
    known = sorted(
        (stay for stay in times if stay.state in order), key=lambda stay: order.index(stay.state)
    )
    total = sum(stay.days for stay in known) or 1
    here = dict(
        scope.cases().filter(closed_on=None).order_by().values_list("state").annotate(n=Count("id"))
    )
    stops = [
        charts.Stop(stay.state, str(labels[stay.state]), _note(stay), stay.days / total)
        for stay in known
    ]
    moves = [charts.Way(way.source, way.target, way.number) for way in ways]
    head = [
        _("State"),
        _("Times left"),
        _("Median days"),
        _("90 % within"),
        _("Days in all"),
        _("Share of the time"),
        _("There now"),
    ]
    table = [
        [
            Cell(str(labels[stay.state])),
            *(Cell(text, number=True) for text in _times(stay)),
            Cell(f"{100 * stay.days / total:.0f} %", number=True),
            Cell(
                str(here.get(stay.state, 0)),
                link(scope, what="cases", state=stay.state),
                number=True,
            ),
        ]
        for stay in known
    ]
    return charts.process_map(
        _("Where the time goes"), _bottleneck(known, labels, total), stops, moves, (head, table)
    )


def _times(stay: durations.Stay) -> list[str]:
    """Times left, median, 90th percentile, all days; nothing in the middle where nobody has left
    yet."""
    middle = [str(stay.median), str(stay.p90)] if stay.number else ["–", "–"]
    return [str(stay.number), *middle, str(stay.days)]


def _note(stay: durations.Stay) -> str:
    return (
        _("days: median %(median)s, 90 %% within %(p90)s")
        % {"median": stay.median, "p90": stay.p90}
        if stay.number
        else _("nobody has left it yet")
    )


def _bottleneck(known: list[durations.Stay], labels: object, total: int) -> str:
    worst = max(known, key=lambda stay: stay.days, default=None)
    if worst is None or not worst.days:
        return _("No case has moved on yet.")
    if not worst.number:
        return _(
            "Most time goes into “%(state)s”: %(share)s %% of all days; nobody has left it yet."
        ) % {"state": labels[worst.state], "share": round(100 * worst.days / total)}  # type: ignore[index]
    if not worst.median:
        return _(
            "Most time goes into “%(state)s”: %(share)s %% of all days. Half left it on "
            "the day they came, nine in ten within %(p90)s days."
        ) % {
            "state": labels[worst.state],  # type: ignore[index]
            "share": round(100 * worst.days / total),
            "p90": worst.p90,
        }
    return _(
        "Most time goes into “%(state)s”: %(share)s %% of all days. Half left it within "
        "%(median)s days, nine in ten within %(p90)s."
    ) % {
        "state": labels[worst.state],  # type: ignore[index]
        "share": round(100 * worst.days / total),
        "median": worst.median,
        "p90": worst.p90,
    }


def forecasts(
    scope: Scope, today: date
) -> tuple[list[tuple[Row, float | None]], list[Bin], float | None]:
    """Open promises that can still be kept, with the chance that they will be, the least likely
    first; the reliability table and the Brier score of forecasts made 30, 60 and 90 days ago with
    what was known then."""
    ids = list(scope.cases().order_by().values_list("id", flat=True))
    past = [today - timedelta(days=back) for back in HELD_OUT]
    every = durations.curves(ids, [today, *past])
    learnt = every[today]
    rows = [
        (
            row,
            learnt[row.duty].chance((today - row.day0).days, (row.due - row.day0).days)
            if row.duty in learnt
            else None,
        )
        for row in figure_cases.behind("running", scope.cases(), today, due=(0, None))
    ]
    rows.sort(key=lambda pair: (pair[1] is None, pair[1] or 0.0, pair[0].due))
    pairs = durations.tested(ids, {day: every[day] for day in past}, today)
    return rows, reliability(pairs), brier(pairs)


def load(scope: Scope, found: Figures, today: date) -> Chart:
    """Open cases and promises per owner, those with most cases first."""
    late = dict(
        scope.cases()
        .filter(closed_on=None, clocks__status="RUNNING", clocks__due__lt=today)
        .order_by()
        .values_list("owner")
        .annotate(n=Count("clocks", filter=Q(clocks__status="RUNNING", clocks__due__lt=today)))
    )
    owners = [
        owner
        for owner in {*found.cases_by_owner, *found.owners}
        if found.cases_by_owner.get(owner) or found.owners[owner].open
    ]
    names = {0: _("nobody"), **{user.pk: str(user) for user in User.objects.filter(id__in=owners)}}
    owners.sort(key=lambda owner: (-found.cases_by_owner.get(owner, 0), names.get(owner, "")))
    most = max((found.cases_by_owner.get(owner, 0) for owner in owners), default=0) or 1
    rows = [
        (
            _load_row(
                scope, found, owner, names.get(owner, str(owner)), late.get(owner or None, 0)
            ),
            found.cases_by_owner.get(owner, 0) / most,
            "part",
        )
        for owner in owners
    ]
    return charts.bars(
        _("Workload"),
        _load_sentence(found, owners, names),
        [_("Owner"), _("Open cases"), _("Open promises"), _("Overdue")],
        rows,
    )


def _load_row(scope: Scope, found: Figures, owner: int, name: str, late: int) -> list[Cell]:
    here = reverse("compliance-workload", args=[scope.kind.code])
    return [
        Cell(name, "" if scope.by_case else f"{here}?owner={owner}#cases"),
        Cell(str(found.cases_by_owner.get(owner, 0)), link(scope, what="cases", owner=owner), True),
        Cell(str(found.owners[owner].open), link(scope, figure="open", owner=owner), True),
        Cell(str(late), link(scope, figure="running", owner=owner, due_to=-1), True),
    ]


def _load_sentence(found: Figures, owners: list[int], names: dict[int, str]) -> str:
    people = [owner for owner in owners if owner]
    if not people:
        return _("No open case has an owner.")
    first = people[0]
    return _("%(name)s has the most open cases: %(n)s. Without an owner: %(none)s.") % {
        "name": names.get(first, first),
        "n": found.cases_by_owner.get(first, 0),
        "none": found.cases_by_owner.get(0, 0),
    }
