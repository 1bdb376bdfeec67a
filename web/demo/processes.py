"""Cases in every state of the child processes, each in a few steps through the door: what a demo
shows first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    Tally,
)
from casework.engine.errors import Refused
from casework.engine.services import act
from casework.models import Process
from district.models import School, User

Way = tuple[str, ...]

_FOUND = ("dispatch_team", "record_attempt", "record_outcome")
_AGREED = ("accept_referral", "find_eligible", "schedule_mediation", "hold_mediation", "agree")
_HELD = ("schedule_conference", "hold_conference")
_PLAN = (*_HELD, "draft_plan", "sign_plan", "start_plan")
_FIRST = {
    "ARC": "request_arc",
    "LOCATE": "request_locate",
    "MEDIATION": "refer_mediation",
    "COURT": "offer_court",
    "PARTNER": "refer_partner",
}
# one case for each: what was done in its process so far, so that every state is somewhere
WAYS: dict[str, list[Way]] = {
    "LOCATE": [
        (),
        ("accept_locate",),
        _FOUND[:1],
        _FOUND[:2],
        _FOUND,
        (*_FOUND, "hand_back"),
        (*_FOUND, "hand_back", "accept_handback"),
        (*_FOUND, "hand_back", "accept_handback", "close_locate"),
        ("call_off",),
    ],
    "MEDIATION": [
        (),
        _AGREED[:1],
        _AGREED[:2],
        _AGREED[:3],
        _AGREED[:4],
        _AGREED,
        (*_AGREED[:3], "no_show"),
        (*_AGREED[:4], "no_agreement"),
        (*_AGREED, "follow_up"),
        (*_AGREED, "follow_up", "follow_up"),
        (*_AGREED, *["follow_up"] * 3),
        (*_AGREED, *["follow_up"] * 3, "keep"),
        (*_AGREED, "follow_up", "breach_agreement"),
        (*_AGREED, *["follow_up"] * 3, "keep", "close_mediation"),
        ("find_ineligible",),
        ("accept_referral", "decline"),
        *[(*_AGREED[:4], "no_agreement")] * 4,
    ],
    "COURT": [
        (),
        ("consent",),
        ("consent", "enroll"),
        ("consent", "enroll", "record_session"),
        ("consent", "enroll", *["record_session"] * 8, "complete_court"),
        ("leave_court",),
    ],
    "PARTNER": [(), ("receive",), ("receive", "end_referral"), ("not_received",)],
    "ARC": [
        (),
        _HELD[:1],
        ("schedule_conference", "reschedule_conference"),
        ("not_held",),
        _HELD,
        _PLAN[:3],
        _PLAN[:4],
        _PLAN,
        (*_PLAN, "review_plan"),
        (*_PLAN, "review_plan", "complete_plan"),
        (*_PLAN, "fail_plan"),
        ("cancel_conference",),
    ],
}
# who takes a step; everything else is the social worker's
WHO = {
    "accept_locate": "lead",
    "dispatch_team": "lead",
    "record_attempt": "member",
    "record_outcome": "member",
    "hand_back": "member",
    "find_eligible": "mediator",
    "schedule_mediation": "mediator",
    "hold_mediation": "mediator",
    "no_show": "mediator",
    "agree": "mediator",
    "no_agreement": "mediator",
    "follow_up": "mediator",
    "keep": "mediator",
    "enroll": "court",
    "record_session": "court",
    "complete_court": "court",
    "cancel_conference": "supervisor",
}
PEOPLE = {"worker", "principal", "lead", "member", "mediator", "supervisor", "court"}
# so many cases are tried for one way before it is left out
MOST = 12


def build(today: date) -> None:
    """Providers, partners, and cases of the first two schools brought into each state of each
    process."""
    users = {user.username: user for user in User.objects.filter(username__in=PEOPLE)}
    if users.keys() != PEOPLE:
        return
    _agencies(today, users["mediator"])
    here = AttendanceCase.objects.filter(
        closed_on=None, school__school_id__in=["101", "102"], state__in=["TIER2", "TIER3"]
    )
    helped = list(here.order_by("id"))
    for kind, ways in WAYS.items():
        waiting = _for_court(helped) if kind == "COURT" else _free(kind, helped)
        for way in ways:
            for _number in range(MOST):
                case = next(waiting, None)
                if case is None or _walk(case, kind, way, today, users):
                    break


def _free(kind: str, cases: list[AttendanceCase]) -> Iterator[AttendanceCase]:
    """Cases without a process of this kind, those with the fewest processes first."""
    busy = set(Process.objects.filter(kind=kind, case__in=cases).values_list("case_id", flat=True))
    count = Counter(
        Process.objects.filter(case__in=cases)
        .exclude(kind="NOTICE")
        .values_list("case_id", flat=True)
    )
    yield from sorted(
        (case for case in cases if case.pk not in busy), key=lambda case: (count[case.pk], case.pk)
    )


def _for_court(cases: list[AttendanceCase]) -> Iterator[AttendanceCase]:
    """Cases for which the court programme is open: a mediation failed, or so many absences; those
    with the most of them first."""
    failed = set(
        Process.objects.filter(
            kind="MEDIATION", code__in=["NO_AGREEMENT", "BREACHED"], case__in=cases
        ).values_list("case_id", flat=True)
    )
    absences = dict(
        Tally.objects.filter(student__in=[case.student_id for case in cases]).values_list(
            "student_id", "absences"
        )
    )
    yield from sorted(
        _free("COURT", cases),
        key=lambda case: (case.pk not in failed, -absences.get(case.student_id, 0)),
    )


def _agencies(today: date, mediator: User) -> None:
    begins, ends = today - timedelta(days=200), today + timedelta(days=400)
    provider, _made = MediationProvider.objects.get_or_create(
        name="Dispute Settlement Center", defaults={"contact": "Mia Lang", "phone": "980-555-0170"}
    )
    MediationMOU.objects.get_or_create(
        provider=provider, starts=begins, defaults={"signed_on": begins, "ends": ends}
    )
    Mediator.objects.get_or_create(user=mediator, defaults={"provider": provider})
    partners = [
        ("House of Hope", "housing"),
        ("Queen City Counseling", "mental_health"),
        ("Ride to School", "transport"),
    ]
    for school in School.objects.filter(school_id__in=["101", "102", "103"]):
        MediationAccess.objects.get_or_create(school=school, provider=provider, starts=begins)
        for name, service in partners:
            partner, _made = Partner.objects.get_or_create(
                name=name, defaults={"service": service, "phone": "980-555-0180"}
            )
            PartnerMOU.objects.get_or_create(
                partner=partner, starts=begins, defaults={"signed_on": begins, "ends": ends}
            )
            PartnerSchool.objects.get_or_create(partner=partner, school=school, starts=begins)


def _walk(case: AttendanceCase, kind: str, way: Way, today: date, users: dict[str, User]) -> bool:
    """Begin a process some days ago and walk it; False where the rules refuse its beginning in a
    case that chance made."""
    begins = today - timedelta(days=len(way) + 2)
    if not attempt(case, _FIRST[kind], users["worker"], begins, answers(_FIRST[kind], begins)):
        return False
    process = Process.objects.filter(case=case, kind=kind, closed_on=None).latest("opened_on", "pk")
    if way == ("not_held",):
        for means in ("phone", "visit"):
            act(
                case.number,
                "log_contact",
                actor=users["worker"],
                data={"means": means, "result": "no_answer"},
                on=begins,
            )
    for number, step in enumerate(way, start=1):
        on = min(begins + timedelta(days=number), today)
        attempt(case, step, users[WHO.get(step, "worker")], on, answers(step, on), process)
    return True


TO_COME = ("schedule_mediation", "schedule_conference", "reschedule_conference")


def answers(step: str, on: date) -> dict[str, Any]:
    """What somebody would type into the form of a step on a day."""
    local = datetime.combine(on, time(10, 30), ZoneInfo(settings.TIME_ZONE)).strftime(
        "%Y-%m-%dT%H:%M"
    )
    later = (on + timedelta(days=3)).isoformat()
    provider, partner, mediator = (
        MediationProvider.objects.first(),
        Partner.objects.first(),
        Mediator.objects.first(),
    )
    data: dict[str, Any] = {
        "reason": "Three weeks without a word; the telephone is out of service.",
        "on": later if step in TO_COME else on.isoformat(),
        "last_seen_on": (on - timedelta(days=8)).isoformat(),
        "safety": "A dog in the yard; ring at the gate.",
        "team": "Ada Cole, Ben Dunn",
        "at": local if step == "record_attempt" else "16:00",
        "address": "1420 Laurel Street",
        "result": "spoke",
        "spoken_to": "neighbour",
        "materials": "Card with telephone number",
        "next_step": "In the evening again",
        "outcome": "LOCATED_BARRIER",
        "cause": "housing",
        "findings": "The family lives with an aunt since the fire.",
        "text": "Found with the aunt; needs a bus.",
        "provider": str(provider.pk) if provider else "",
        "partner": str(partner.pk) if partner else "",
        "mediator": str(mediator.pk) if mediator else "",
        "consent_on": on.isoformat(),
        "conflict_checked_on": on.isoformat(),
        "place": "Mediation center, room 2",
        "signed": "on",
        "confirm": "on",
        "kept": "yes",
        "attendees": ["ssw", "administrator", "parent"],
        "causes": ["transport"],
        "disability": "no",
        "notified": "yes",
        "outcomes": ["PLAN_AGREED"],
        "minutes": "The bus comes too early for the little sister; the aunt can take her.",
        "goal_percent": "95",
        "goal_unexcused": "1",
        "actions": [{"what": "Call each morning at 7", "owner": "Social worker", "due": later}],
        "resources": "Bus pass",
        "parent": "signed",
        "student": "signed",
        "verdict": "works",
        "agreement": "He comes by the early bus; the school calls at 7 when he is not on it.",
        "judge": "Judge Hall",
        "came": "yes",
    }
    return data


def attempt(
    case: AttendanceCase,
    step: str,
    actor: User,
    on: date,
    data: dict[str, Any],
    process: Process | None = None,
) -> bool:
    """Take a step, with nothing remembered of the person's rights; False where the rules refuse it."""
    try:
        act(
            case.number,
            step,
            actor=User.objects.get(pk=actor.pk),
            data=data,
            process=process.id if process else None,
            on=on,
        )
    except Refused:
        return False
    return True
