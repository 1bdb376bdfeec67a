"""A conference and its plan on a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.common.choices import CAUSES, CONFERENCE_ROLES
from attendance.common.process_view import Bar, Fact, ProcessView, named
from attendance.models import (
    Arc,
    PlanReview,
)
from casework.engine.casefile import CaseFile
from casework.models import Process


def fill(file: CaseFile, process: Process, view: ProcessView) -> None:
    """The conference as it was, the actions of its plan, and attendance before and since."""
    assert isinstance(process, Arc)
    view.facts = [*_meeting(process), *_plan(process)]
    view.text = process.minutes
    view.columns = [_("What"), _("Who"), _("Until"), _("Done")]
    actions = [
        row
        for row in file.children["plan_action"]
        if row.arc_id == process.id and not row.dropped_on
    ]
    view.rows = [
        [row.what, row.owner, row.due, row.done_on]
        for row in sorted(actions, key=lambda row: row.number)
    ]
    view.bars = _bars([row for row in file.children["plan_review"] if row.arc_id == process.id])


def _meeting(arc: Arc) -> list[Fact]:
    return [
        (_("Days set"), arc.attempts or None),
        (_("Invited"), arc.invited_on),
        (_("Held"), arc.held_on),
        (_("Could not be held"), arc.not_held_on),
        (_("Who was there"), named(arc.attendees, CONFERENCE_ROLES)),
        (_("Causes"), named(arc.causes, CAUSES)),
        (_("Disability question"), dict(Arc.Disability.choices).get(arc.disability, "")),
        (_("Notices received"), {True: _("yes"), False: _("no"), None: ""}[arc.notified]),
        (_("Concluded"), named(arc.outcomes, Arc.Outcome.choices)),
    ]


def _plan(arc: Arc) -> list[Fact]:
    goals = _("%(p)s %% attendance, at most %(u)s unexcused") % {
        "p": arc.goal_percent,
        "u": arc.goal_unexcused,
    }
    return [
        (_("Goals"), goals if arc.goal_percent else ""),
        (_("Resources"), arc.resources),
        (_("Plan signed"), arc.signed_on),
        (_("Signatures"), _signatures(arc) if arc.signed_on else ""),
    ]


def _bars(reviews: list[PlanReview]) -> list[Bar]:
    """Attendance before the plan and at each review; nothing before the first one."""
    reviews = sorted(reviews, key=lambda row: row.number)
    if not reviews:
        return []
    return [
        _bar(_("before the plan"), reviews[0].before),
        *(
            _bar(
                _("review %(n)s: %(v)s") % {"n": row.number, "v": row.get_verdict_display()},
                row.after,
            )
            for row in reviews
        ),
    ]


def _signatures(arc: Arc) -> Any:
    return _("parent %(p)s, student %(s)s") % {
        "p": arc.get_parent_signature_display(),
        "s": arc.get_student_signature_display(),
    }


def _bar(label: Any, figures: dict[str, Any]) -> Bar:
    words = _("%(p)s %% of %(d)s school days, %(u)s unexcused") % {
        "p": figures["percent"] or "–",
        "d": figures["days"],
        "u": figures["unexcused"],
    }
    return label, round(float(figures["percent"] or 0)), str(words)
