"""Cases in every state of the child processes, each in a few steps through the door: what a demo shows first."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from attendance.models import (
    AttendanceCase,
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
    Partner,
    PartnerMOU,
    PartnerSchool,
)
from casework.errors import Refused
from casework.models import Process
from casework.services import act
from district.models import School, User

LOCATES = [
    [],
    ["accept_locate"],
    ["dispatch_team", "record_attempt"],
    ["dispatch_team", "record_attempt", "record_outcome", "hand_back"],
    ["dispatch_team", "record_attempt", "record_outcome", "hand_back", "accept_handback"],
]
MEDIATIONS = [[], ["accept_referral"], ["accept_referral", "find_eligible", "schedule_mediation"],
              ["accept_referral", "find_eligible", "schedule_mediation", "hold_mediation", "agree"],
              ["accept_referral", "find_eligible", "schedule_mediation", "no_show"]]  # fmt: skip
COURTS = [["consent"], ["consent", "enroll", "record_session"]]


def build(today: date) -> None:
    """Providers, partners, and a handful of cases of the first two schools brought into each state."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=["worker", "principal", "lead", "member", "mediator", "supervisor"])
    }
    if len(users) < 6:
        return
    _agencies(today, users["mediator"])
    cases = list(
        AttendanceCase.objects.filter(closed_on=None, state__in=["TIER2", "TIER3"], school__school_id__in=["101", "102"]).order_by("id")[
            :24
        ]
    )
    plans = (
        [("LOCATE", way) for way in LOCATES]
        + [("MEDIATION", way) for way in MEDIATIONS]
        + [("PARTNER", []), ("PARTNER", ["receive"]), ("ARC", [])]
    )
    for case, (kind, way) in zip(cases, plans, strict=False):
        _walk(case, kind, way, today, users)
    many = AttendanceCase.objects.filter(closed_on=None, state="TIER3", school__school_id__in=["101", "102"]).order_by("-id")
    for case, way in zip(many, COURTS, strict=False):
        _walk(case, "COURT", way, today, users)


def _agencies(today: date, mediator: User) -> None:
    begins, ends = today - timedelta(days=200), today + timedelta(days=400)
    provider, _made = MediationProvider.objects.get_or_create(
        name="Dispute Settlement Center", defaults={"contact": "Mia Lang", "phone": "980-555-0170"}
    )
    MediationMOU.objects.get_or_create(provider=provider, starts=begins, defaults={"signed_on": begins, "ends": ends})
    Mediator.objects.get_or_create(user=mediator, defaults={"provider": provider})
    partners = [("House of Hope", "housing"), ("Queen City Counseling", "mental_health"), ("Ride to School", "transport")]
    for school in School.objects.filter(school_id__in=["101", "102", "103"]):
        MediationAccess.objects.get_or_create(school=school, provider=provider, starts=begins)
        for name, service in partners:
            partner, _made = Partner.objects.get_or_create(name=name, defaults={"service": service, "phone": "980-555-0180"})
            PartnerMOU.objects.get_or_create(partner=partner, starts=begins, defaults={"signed_on": begins, "ends": ends})
            PartnerSchool.objects.get_or_create(partner=partner, school=school, starts=begins)


def _walk(case: AttendanceCase, kind: str, way: list[str], today: date, users: dict[str, User]) -> None:
    """Begin a process some days ago and walk it; what the rules refuse in a case that chance made is left out."""
    begins = today - timedelta(days=6)
    first = {
        "LOCATE": "request_locate",
        "MEDIATION": "refer_mediation",
        "PARTNER": "refer_partner",
        "COURT": "offer_court",
        "ARC": "request_arc",
    }[kind]
    if not _try(case, first, users["worker"], begins, None):
        return
    process = Process.objects.filter(case=case, kind=kind, closed_on=None).latest("opened_on")
    for number, step in enumerate(way, start=1):
        who = {
            "accept_locate": "lead",
            "dispatch_team": "lead",
            "record_attempt": "member",
            "record_outcome": "member",
            "hand_back": "member",
        }
        actor = users[who.get(step, "mediator" if kind == "MEDIATION" and step not in ("accept_referral",) else "worker")]
        _try(case, step, actor, min(begins + timedelta(days=number), today), process)


def _data(step: str, on: date) -> dict[str, Any]:
    local = datetime.combine(on, time(10, 30), ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M")
    later = (on + timedelta(days=3)).isoformat()
    provider, partner, mediator = MediationProvider.objects.first(), Partner.objects.first(), Mediator.objects.first()
    data: dict[str, Any] = {
        "reason": "Three weeks without a word; the telephone is out of service.", "on": later if step == "schedule_mediation" else on.isoformat(),
        "last_seen_on": (on - timedelta(days=8)).isoformat(), "safety": "A dog in the yard; ring at the gate.", "team": "Ada Cole, Ben Dunn",
        "at": local if step == "record_attempt" else "16:00", "address": "1420 Laurel Street", "result": "spoke", "spoken_to": "neighbour",
        "materials": "Card with telephone number", "next_step": "In the evening again", "outcome": "LOCATED_BARRIER", "cause": "housing",
        "findings": "The family lives with an aunt since the fire.", "text": "Found with the aunt; needs a bus.",
        "provider": str(provider.pk) if provider else "", "partner": str(partner.pk) if partner else "", "mediator": str(mediator.pk) if mediator else "",
        "consent_on": on.isoformat(), "conflict_checked_on": on.isoformat(), "place": "Mediation center, room 2", "signed": "on",
        "agreement": "He comes by the early bus; the school calls at 7 when he is not on it.", "judge": "Judge Hall", "came": "yes",
    }  # fmt: skip
    return data


def _try(case: AttendanceCase, step: str, actor: User, on: date, process: Process | None) -> bool:
    try:
        act(case.number, step, actor=User.objects.get(pk=actor.pk), data=_data(step, on), process=process.id if process else None, on=on)
    except Refused:
        return False
    return True
