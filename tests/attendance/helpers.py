"""People and places that the child processes need, and forms that are mostly right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from attendance.models import (
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
    Partner,
    PartnerMOU,
    PartnerSchool,
)
from district.models import Post, Role, School, User
from district.role_assignments import sync_posts

LOCAL = ZoneInfo("America/New_York")


def d(month: int, day: int) -> date:
    """A day of the school year 2026-27."""
    return date(2026 if month > 6 else 2027, month, day)


def helpers(school: str = "1") -> SimpleNamespace:
    """A street team, a court coordinator, a mediation provider with access to the school, a partner
    that serves it."""
    place = School.objects.get(school_id=school)
    made = SimpleNamespace()
    for name, role in (
        ("lead", Role.STREET_LEAD),
        ("member", Role.STREET_MEMBER),
        ("court", Role.COURT_COORD),
    ):
        user = User.objects.create_user(name, first_name=name.title(), last_name="Helper")
        Post.objects.create(user=user, role=role, area=place.area, source="test")
        setattr(made, name, user)
    sync_posts()
    made.provider = MediationProvider.objects.create(name="Dispute Settlement Center")
    MediationMOU.objects.create(
        provider=made.provider, signed_on=d(7, 1), starts=d(7, 1), ends=date(2028, 6, 30)
    )
    MediationAccess.objects.create(school=place, provider=made.provider, starts=d(8, 1))
    made.mediator_user = User.objects.create_user("mediator", first_name="Mia", last_name="Neutral")
    made.mediator = Mediator.objects.create(user=made.mediator_user, provider=made.provider)
    made.partner = Partner.objects.create(name="House of Hope", service="housing")
    PartnerMOU.objects.create(
        partner=made.partner, signed_on=d(7, 1), starts=d(7, 1), ends=date(2028, 6, 30)
    )
    PartnerSchool.objects.create(partner=made.partner, school=place, starts=d(8, 1))
    return made


def at(day: date, hour: int) -> str:
    """A local moment as a form sends it."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL).strftime("%Y-%m-%dT%H:%M")


def filled(
    name: str, on: date, salt: int, made: SimpleNamespace | None = None
) -> dict[str, object]:
    """The fields of the child processes' forms; wrong now and then."""
    iso, later = on.isoformat(), (on + timedelta(days=2)).isoformat()
    to_come = name in ("schedule_conference", "reschedule_conference", "schedule_mediation")
    return {
        "on": later if to_come else iso,
        "at": at(on, (9, 13, 18)[salt % 3]) if name == "record_attempt" else "10:00",
        "place": "Room 1",
        "invitees": ["ssw", "administrator", "parent"],
        "interpreter": "",
        "language": ["en", "es"][salt % 2],
        "attendees": ["ssw", "administrator", ("parent", "student")[salt % 2]],
        "causes": ["health"],
        "disability": ("no", "suspected")[salt % 2],
        "notified": "yes",
        "outcomes": (["PLAN_AGREED"], ["PLAN_NO_PARENT", "REFER_IEP_504"])[salt % 2],
        "minutes": "they met",
        "goal_percent": "95",
        "goal_unexcused": "1",
        "resources": "bus pass",
        "actions": [{"what": "call each morning", "owner": "counselor", "due": later}],
        "parent": "signed",
        "student": "refused",
        "action": "",
        "verdict": ("works", "partly", "fails")[salt % 3],
        "last_seen_on": iso,
        "safety": "a dog",
        "code": "",
        "team": "Ada Cole, Ben Dunn",
        "address": "1 Main Street",
        "result": ("nobody", "spoke", "student")[salt % 3]
        if name == "record_attempt"
        else "reached",
        "spoken_to": "mother",
        "materials": "card",
        "next_step": "again",
        "outcome": (
            "LOCATED_RETURNING",
            "NOT_LOCATED",
            "WELFARE_CONCERN",
            "MOVED_OUT",
            "LOCATED_BARRIER",
        )[salt % 5],
        "cause": "health",
        "destination": "Ohio",
        "proof": "x",
        "liaison_on": iso,
        "findings": "found",
        "to": "DSS",
        "text": "words",
        "provider": str(made.provider.pk) if made else "",
        "mediator": str(made.mediator.pk) if made else "",
        "partner": str(made.partner.pk) if made else "",
        "consent_on": iso,
        "conflict_checked_on": iso,
        "agreement": "come by bus",
        "signed": "on",
        "kept": ("yes", "no")[salt % 2],
        "judge": "Judge Hall",
        "came": "yes",
        "opens": (["juvenile"], [], ["mediation"])[salt % 3],
        "facts": "facts",
        "confirm": "on",
        "kind": "parent",
        "first_day": iso,
        "last_day": iso,
        "returned_on": "",
        "received_on": iso,
        "note": "",
        "field_order": "",
    }
