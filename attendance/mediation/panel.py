"""A mediation on a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attendance.common.process_view import Fact, ProcessView
from attendance.models import (
    FollowUp,
    Mediation,
    MediationProvider,
)
from casework.engine.casefile import CaseFile
from casework.models import Process
from district.models import User


def fill(file: CaseFile, process: Process, view: ProcessView) -> None:
    """Provider and mediator, consent, the session, the follow-ups. Not what was said."""
    assert isinstance(process, Mediation)
    view.facts = [*_people(file, process), *_course(process)]
    view.text = process.agreement
    view.columns = [_("Follow-up"), _("Date"), _("Kept"), _("Absent"), _("Unexcused")]
    made = [row for row in file.children["follow_up"] if row.mediation_id == process.id]
    view.rows = [_row(row) for row in sorted(made, key=lambda row: row.on)]


def _people(file: CaseFile, mediation: Mediation) -> list[Fact]:
    provider = file.once(
        ("provider", mediation.provider_id),
        lambda: MediationProvider.objects.filter(pk=mediation.provider_id or 0).first(),
    )
    mediator = mediation.mediator_id and file.once(
        ("user", mediation.mediator_id),
        lambda: User.objects.filter(pk=mediation.mediator_id or 0).first(),
    )
    return [
        (_("Provider"), str(provider or "")),
        (_("Mediator"), mediator.get_full_name() if mediator else ""),
    ]


def _course(mediation: Mediation) -> list[Fact]:
    next_year = _("yes: a review in the first school days") if mediation.carries_over else ""
    return [
        (_("Referred"), mediation.referred_on),
        (_("Consent"), mediation.consent_on),
        (_("Conflict check"), mediation.conflict_checked_on),
        (_("Session"), mediation.session_on),
        (_("Held"), mediation.held_on),
        (_("Did not come"), mediation.no_shows or None),
        (_("Agreement signed"), mediation.agreed_on),
        (_("Goes on next year"), next_year),
    ]


def _row(follow_up: FollowUp) -> list[Any]:
    return [
        _which(follow_up),
        follow_up.on,
        _("yes") if follow_up.kept else _("no"),
        f"{follow_up.absent} / {follow_up.days}",
        follow_up.unexcused,
    ]


def _which(row: FollowUp) -> Any:
    return {"YEAR_END": _("end of the year"), "FIRST": _("new year")}.get(row.which) or ngettext(
        "%(n)s day", "%(n)s days", int(row.which)
    ) % {"n": row.which}
