"""How a process looks on a page: where it stands on its way, its facts, its rows, and whether it
helped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.common.process_view import Place, ProcessView
from attendance.conference import panel as conference
from attendance.court import panel as court
from attendance.mediation import panel as mediation
from attendance.models import (
    Notice,
)
from attendance.partners import panel as partners
from attendance.street_team import panel as street_team
from casework.engine.casefile import CaseFile
from casework.models import Process

# The way of each kind as people walk it; the states beside it appear only when one stands there.
WAYS: dict[str, list[tuple[str, Any]]] = {
    "ARC": [
        ("REQUESTED", _("asked for")),
        ("SCHEDULED", _("scheduled")),
        ("HELD", _("held")),
        ("PLAN_DRAFT", _("plan written")),
        ("PLAN_SIGNED", _("signed")),
        ("PLAN_ACTIVE", _("in force")),
        ("REVIEWED", _("reviewed")),
        ("COMPLETED", _("goals met")),
    ],
    "LOCATE": [
        ("REQUESTED", _("asked for")),
        ("ACCEPTED", _("accepted")),
        ("DISPATCHED", _("team sent")),
        ("ATTEMPT", _("looked for")),
        ("OUTCOME", _("outcome")),
        ("HANDBACK_PENDING", _("handed back")),
        ("HANDBACK_ACCEPTED", _("taken back")),
        ("CLOSED", _("closed")),
    ],
    "MEDIATION": [
        ("REFERRED", _("referred")),
        ("INTAKE", _("accepted")),
        ("ELIGIBLE", _("eligible")),
        ("SCHEDULED", _("scheduled")),
        ("HELD", _("held")),
        ("AGREEMENT", _("agreement")),
        ("FOLLOWUP_30", _("30 days")),
        ("FOLLOWUP_60", _("60 days")),
        ("FOLLOWUP_90", _("90 days")),
        ("KEPT", _("kept")),
    ],
    "COURT": [
        ("OFFERED", _("offered")),
        ("CONSENTED", _("consent")),
        ("ENROLLED", _("enrolled")),
        ("SESSION", _("sessions")),
        ("COMPLETED", _("completed")),
    ],
    "PARTNER": [("REFERRED", _("referred")), ("INTAKE", _("received")), ("ENDED", _("ended"))],
}
FILL = {
    "ARC": conference.fill,
    "LOCATE": street_team.fill,
    "MEDIATION": mediation.fill,
    "COURT": court.fill,
    "PARTNER": partners.fill,
}
SAME_PLACE = {"RESCHEDULED": "SCHEDULED", "NO_SHOW": "SCHEDULED"}


def views(file: CaseFile) -> list[ProcessView]:
    """The processes of a case but its notices: those that run first, then the newest."""
    shown = [process for process in file.processes if not isinstance(process, Notice)]
    return [
        view_of(file, process)
        for process in sorted(
            shown, key=lambda one: (one.closed_on is not None, -one.opened_on.toordinal())
        )
    ]


def view_of(file: CaseFile, process: Process) -> ProcessView:
    """One process."""
    kind = file.kind.processes[process.kind]
    labels = kind.workflows[process.rules].labels
    view = ProcessView(
        process.id,
        str(kind.label),
        str(labels.get(process.state, process.state)),
        process.closed_on is not None,
        _way(process),
    )
    FILL[process.kind](file, process, view)
    view.facts = [(label, value) for label, value in view.facts if value not in (None, "", [])]
    return view


def _way(process: Process) -> list[Place]:
    way = WAYS[process.kind]
    places = [state for state, _label in way]
    state = SAME_PLACE.get(process.state, process.state)
    here = places.index(state) if state in places else -1
    return [(label, number < here, number == here) for number, (_state, label) in enumerate(way)]
