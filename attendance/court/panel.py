"""An enrollment in the court program on a page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.process_view import ProcessView
from attendance.models import (
    Court,
)
from casework.engine.casefile import CaseFile
from casework.models import Process


def fill(file: CaseFile, process: Process, view: ProcessView) -> None:
    """The weekly sessions of the program."""
    assert isinstance(process, Court)
    sessions = (
        _("%(h)s of %(n)s held, %(a)s attended")
        % {"h": process.held, "n": process.sessions, "a": process.attended}
        if process.sessions
        else ""
    )
    view.facts = [
        (_("Offered"), process.offered_on),
        (_("Consent"), process.consent_on),
        (_("Enrolled"), process.enrolled_on),
        (_("Judge"), process.judge),
        (_("Place"), process.place),
        (_("Sessions"), sessions),
        (_("Ended"), process.ended_on),
    ]
    view.text = process.reason
