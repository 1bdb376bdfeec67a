"""A search on a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from attendance.common.choices import CAUSES
from attendance.common.process_view import Fact, ProcessView
from attendance.models import (
    Locate,
    LocateAttempt,
)
from casework.engine.casefile import CaseFile
from casework.models import Process


def fill(file: CaseFile, process: Process, view: ProcessView) -> None:
    """The search: why, who went, every attempt, what was found."""
    assert isinstance(process, Locate)
    view.facts = [*_request(process), *_outcome(process)]
    view.text = "\n".join(filter(None, [process.reason, process.findings]))
    view.columns = [_("Attempt"), _("When"), _("Where"), _("Result"), _("Next")]
    attempts = [row for row in file.children["attempt"] if row.locate_id == process.id]
    view.rows = [_row(row) for row in sorted(attempts, key=lambda row: row.number)]


def _request(locate: Locate) -> list[Fact]:
    why = {
        "RUN5": _("absent day after day, nobody reached"),
        "NO_SHOW": _("did not come at the beginning of the year"),
        "hand": _("asked for by hand"),
    }
    return [
        (_("Why"), why.get(locate.code, locate.code)),
        (_("Last at school"), locate.last_seen_on),
        (_("Safety note"), locate.safety),
        (_("Team"), ", ".join(locate.team)),
        (_("Team sent"), locate.dispatched_on),
    ]


def _outcome(locate: Locate) -> list[Fact]:
    return [
        (_("Outcome"), dict(Locate.Outcome.choices).get(locate.outcome, "")),
        (_("Outcome on"), locate.outcome_on),
        (_("What stands in the way"), dict(CAUSES).get(locate.cause, "")),
        (_("Where to"), locate.destination),
        (_("Proof"), locate.proof),
        (_("Liaison told"), locate.liaison_on),
        (_("Reported to DSS"), locate.dss_reported_on),
        (_("Handed back"), locate.handed_back_on),
        (_("Taken back"), locate.accepted_on),
    ]


def _row(attempt: LocateAttempt) -> list[Any]:
    who = f" · {attempt.spoken_to}" if attempt.spoken_to else ""
    return [
        attempt.number,
        attempt.at,
        attempt.address,
        f"{attempt.get_result_display()}{who}",
        attempt.next_step,
    ]
