"""How a process looks on a page: where it stands on its way, its facts, its rows, and whether it
helped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attendance.common.choices import CAUSES, CONFERENCE_ROLES
from attendance.models import (
    Arc,
    Court,
    FollowUp,
    Locate,
    Mediation,
    MediationProvider,
    Notice,
    Partner,
    PartnerReferral,
)
from casework.engine.casefile import CaseFile
from casework.models import Process
from district.models import User

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
SAME_PLACE = {"RESCHEDULED": "SCHEDULED", "NO_SHOW": "SCHEDULED"}


@dataclass
class ProcessView:
    """One process for a page. `way`: (label, done, here); `facts`: (label, value); `bars`: (label,
    percent, words)."""

    id: UUID
    title: str
    state: str
    over: bool
    way: list[tuple[Any, bool, bool]]
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    columns: list[Any] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    bars: list[tuple[Any, int, str]] = field(default_factory=list)
    text: str = ""


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
    fill = {
        "ARC": _arc,
        "LOCATE": _locate,
        "MEDIATION": _mediation,
        "COURT": _court,
        "PARTNER": _partner,
    }[process.kind]
    fill(file, process, view)
    view.facts = [(label, value) for label, value in view.facts if value not in (None, "", [])]
    return view


def _way(process: Process) -> list[tuple[Any, bool, bool]]:
    way = WAYS[process.kind]
    places = [state for state, _label in way]
    state = SAME_PLACE.get(process.state, process.state)
    here = places.index(state) if state in places else -1
    return [(label, number < here, number == here) for number, (_state, label) in enumerate(way)]


def _named(codes: list[str], choices: Any) -> str:
    names = dict(choices)
    return ", ".join(str(names.get(code, code)) for code in codes)


def _arc(file: CaseFile, arc: Any, view: ProcessView) -> None:
    assert isinstance(arc, Arc)
    view.facts = [
        (_("Days set"), arc.attempts or None),
        (_("Invited"), arc.invited_on),
        (_("Held"), arc.held_on),
        (_("Could not be held"), arc.not_held_on),
        (_("Who was there"), _named(arc.attendees, CONFERENCE_ROLES)),
        (_("Causes"), _named(arc.causes, CAUSES)),
        (_("Disability question"), dict(Arc.Disability.choices).get(arc.disability, "")),
        (_("Notices received"), {True: _("yes"), False: _("no"), None: ""}[arc.notified]),
        (_("Concluded"), _named(arc.outcomes, Arc.Outcome.choices)),
        (
            _("Goals"),
            _("%(p)s %% attendance, at most %(u)s unexcused")
            % {"p": arc.goal_percent, "u": arc.goal_unexcused}
            if arc.goal_percent
            else "",
        ),
        (_("Resources"), arc.resources),
        (_("Plan signed"), arc.signed_on),
        (_("Signatures"), _signatures(arc) if arc.signed_on else ""),
    ]
    view.text = arc.minutes
    view.columns = [_("What"), _("Who"), _("Until"), _("Done")]
    actions = sorted(
        (
            row
            for row in file.children["plan_action"]
            if row.arc_id == arc.id and not row.dropped_on
        ),
        key=lambda row: row.number,
    )
    view.rows = [[row.what, row.owner, row.due, row.done_on] for row in actions]
    reviews = sorted(
        (row for row in file.children["plan_review"] if row.arc_id == arc.id),
        key=lambda row: row.number,
    )
    if reviews:
        first = reviews[0]
        view.bars = [_bar(_("before the plan"), first.before)]
        view.bars += [
            _bar(
                _("review %(n)s: %(v)s") % {"n": row.number, "v": row.get_verdict_display()},
                row.after,
            )
            for row in reviews
        ]


def _signatures(arc: Arc) -> Any:
    return _("parent %(p)s, student %(s)s") % {
        "p": arc.get_parent_signature_display(),
        "s": arc.get_student_signature_display(),
    }


def _bar(label: Any, figures: dict[str, Any]) -> tuple[Any, int, str]:
    words = _("%(p)s %% of %(d)s school days, %(u)s unexcused") % {
        "p": figures["percent"] or "–",
        "d": figures["days"],
        "u": figures["unexcused"],
    }
    return label, round(float(figures["percent"] or 0)), str(words)


def _locate(file: CaseFile, locate: Any, view: ProcessView) -> None:
    assert isinstance(locate, Locate)
    why = {
        "RUN5": _("absent day after day, nobody reached"),
        "NO_SHOW": _("did not come at the beginning of the year"),
        "hand": _("asked for by hand"),
    }
    view.facts = [
        (_("Why"), why.get(locate.code, locate.code)),
        (_("Last at school"), locate.last_seen_on),
        (_("Safety note"), locate.safety),
        (_("Team"), ", ".join(locate.team)),
        (_("Team sent"), locate.dispatched_on),
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
    view.text = "\n".join(filter(None, [locate.reason, locate.findings]))
    view.columns = [_("Attempt"), _("When"), _("Where"), _("Result"), _("Next")]
    tries = sorted(
        (row for row in file.children["attempt"] if row.locate_id == locate.id),
        key=lambda row: row.number,
    )
    view.rows = [
        [
            row.number,
            row.at,
            row.address,
            f"{row.get_result_display()}{' · ' + row.spoken_to if row.spoken_to else ''}",
            row.next_step,
        ]
        for row in tries
    ]


def _mediation(file: CaseFile, mediation: Any, view: ProcessView) -> None:
    assert isinstance(mediation, Mediation)
    provider = file.once(
        ("provider", mediation.provider_id),
        lambda: MediationProvider.objects.filter(pk=mediation.provider_id or 0).first(),
    )
    mediator = (
        file.once(
            ("user", mediation.mediator_id),
            lambda: User.objects.filter(pk=mediation.mediator_id or 0).first(),
        )
        if mediation.mediator_id
        else None
    )
    view.facts = [
        (_("Provider"), str(provider or "")),
        (_("Mediator"), mediator.get_full_name() if mediator else ""),
        (_("Referred"), mediation.referred_on),
        (_("Consent"), mediation.consent_on),
        (_("Conflict check"), mediation.conflict_checked_on),
        (_("Session"), mediation.session_on),
        (_("Held"), mediation.held_on),
        (_("Did not come"), mediation.no_shows or None),
        (_("Agreement signed"), mediation.agreed_on),
        (
            _("Goes on next year"),
            _("yes: a review in the first school days") if mediation.carries_over else "",
        ),
    ]
    view.text = mediation.agreement
    view.columns = [_("Follow-up"), _("Date"), _("Kept"), _("Absent"), _("Unexcused")]
    made = sorted(
        (row for row in file.children["follow_up"] if row.mediation_id == mediation.id),
        key=lambda row: row.on,
    )
    view.rows = [
        [
            _which(row),
            row.on,
            _("yes") if row.kept else _("no"),
            f"{row.absent} / {row.days}",
            row.unexcused,
        ]
        for row in made
    ]


def _which(row: FollowUp) -> Any:
    return {"YEAR_END": _("end of the year"), "FIRST": _("new year")}.get(row.which) or ngettext(
        "%(n)s day", "%(n)s days", int(row.which)
    ) % {"n": row.which}


def _court(file: CaseFile, court: Any, view: ProcessView) -> None:
    assert isinstance(court, Court)
    sessions = (
        _("%(h)s of %(n)s held, %(a)s attended")
        % {"h": court.held, "n": court.sessions, "a": court.attended}
        if court.sessions
        else ""
    )
    view.facts = [
        (_("Offered"), court.offered_on),
        (_("Consent"), court.consent_on),
        (_("Enrolled"), court.enrolled_on),
        (_("Judge"), court.judge),
        (_("Place"), court.place),
        (_("Sessions"), sessions),
        (_("Ended"), court.ended_on),
    ]
    view.text = court.reason


def _partner(file: CaseFile, referral: Any, view: ProcessView) -> None:
    assert isinstance(referral, PartnerReferral)
    partner = file.once(
        ("partner", referral.partner_id),
        lambda: Partner.objects.filter(pk=referral.partner_id).first(),
    )
    view.facts = [
        (_("Partner"), str(partner or "")),
        (_("Referred"), referral.referred_on),
        (_("Consent"), referral.consent_on),
        (_("Intake"), referral.intake_on),
        (_("Ended"), referral.ended_on),
        (_("Result"), referral.result),
    ]
    view.text = referral.reason
