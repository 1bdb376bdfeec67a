"""The API of Title IX: another system hands in reports and learns nothing; coordinators count what
they may see.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from casework.access import rights
from casework.engine.services import local_today
from district import tokens
from district.api_base import (
    Bearer,
    Text,
    caller,
    invalid,
    key_header,
    limited,
    not_found,
    token_of,
)
from district.models import Role, School, Scope
from district.rate_limits import HOUR, RateLimit
from titleix.case.open_report import open_report
from titleix.intake.receipts import receipt_code, receipt_hash
from titleix.models import TitleIXCase
from titleix.workflow import TitleIXWorkflow

EARLIEST = date(1950, 1, 1)
AHEAD = timedelta(minutes=5)  # clocks of two systems differ
intake = Router(tags=["Title IX"], auth=Bearer(Scope.INTAKE))
counting = Router(tags=["Title IX"], auth=Bearer(Scope.COUNTS))


class PersonIn(Schema):
    """Somebody in the report; leave out what is not known."""

    part: Literal["complainant", "respondent", "witness", "reporter"]
    kind: Literal["student", "employee", "third", "unknown"] = "unknown"
    name: Text = Field("", max_length=200)
    address: Text = Field("", max_length=500)
    email: Text = Field("", max_length=254)
    phone: Text = Field("", max_length=40)
    language: Literal["en", "es"] = "en"
    minor: bool = False


class ReportIn(Schema):
    """A report of sex-based harassment, in the reporter's words."""

    narrative: Text = Field(min_length=1, max_length=20_000)
    known_at: AwareDatetime = Field(
        description="when an employee of the district first knew: the promises count from there"
    )
    school: Text = Field("", max_length=64, description="the school's number; empty for none")
    incident_on: date | None = None
    location: Literal[
        "",
        "classroom",
        "building",
        "grounds",
        "bus",
        "athletics",
        "field_trip",
        "online",
        "off_campus",
        "other",
    ] = ""
    anonymous: bool = False
    people: list[PersonIn] = Field([], max_length=30)


class ReceiptOut(Schema):
    """The report was taken.

    `receipt` is for the reporter alone, who can come back with it; it is kept nowhere.
    """

    number: str
    receipt: str
    repeated: bool


@intake.post("/titleix/reports", response={201: ReceiptOut}, summary="Hand in a report")
def report(request: HttpRequest, body: ReportIn, key: UUID | None = key_header()) -> Any:
    """Opens a report that the coordinators see at once.

    Send an `Idempotency-Key`: then a repeated request opens nothing new and answers the same
    receipt.
    """
    token, school = token_of(request), _checked(body)
    limited(RateLimit("api-report", settings.API_REPORTS_PER_HOUR, HOUR), token)
    code = receipt_code(f"api:{token.pk}:{key or uuid4()}")

    def keep() -> dict[str, Any]:
        case = open_report(
            school=school,
            narrative=body.narrative,
            knowledge_at=body.known_at,
            channel="system",
            anonymous=body.anonymous,
            people=[person.dict() for person in body.people],
            incident_on=body.incident_on,
            location=body.location,
            receipt=receipt_hash(code),
        )
        return {"number": case.number}

    made, repeated = tokens.once(token, key, body.dict(), keep)
    return 201, {"number": made["number"], "receipt": code, "repeated": repeated}


def _checked(body: ReportIn) -> School | None:
    errors: dict[str, list[str]] = {}
    if body.known_at.date() < EARLIEST or body.known_at > timezone.now() + AHEAD:
        errors["known_at"] = [_("A moment that has been.")]
    if body.incident_on and not EARLIEST <= body.incident_on <= local_today():
        errors["incident_on"] = [_("A day that has been.")]
    school = (
        School.objects.filter(school_id=body.school).select_related("calendar").first()
        if body.school
        else None
    )
    if body.school and school is None:
        errors["school"] = [_("No school has this number.")]
    if not body.narrative.strip():
        errors["narrative"] = [_("Say what was reported.")]
    if errors:
        raise invalid(errors)
    return school


class CountOut(Schema):
    """How many open or closed cases stand in a state."""

    state: str
    label: str
    level: str
    open: int
    closed: int
    overdue: int


class CountsOut(Schema):
    """Counts of the cases that the person behind the token may see."""

    at: datetime
    total: int
    items: list[CountOut]


@counting.get("/titleix/counts", response=CountsOut, summary="Cases by status")
def counts(request: HttpRequest) -> Any:
    """For coordinators; for everybody else this does not exist.

    Only cases on which the person holds a function are counted, and none from which they are
    recused.
    """
    if not rights.holds(caller(request), Role.TITLE_IX_COORDINATOR):
        raise not_found()
    seen = rights.visible(caller(request), "TIX").values("pk")
    rows = (
        TitleIXCase.objects.filter(pk__in=seen).order_by("state", "level").values("state", "level")
    )
    today, labels = local_today(), TitleIXWorkflow.labels
    found = rows.annotate(
        open=Count("pk", filter=_open()),
        closed=Count("pk", filter=~_open()),
        overdue=Count("pk", filter=_open(next_due__lt=today)),
    )
    items = [{**row, "label": str(labels.get(row["state"], row["state"]))} for row in found]
    return {
        "at": timezone.now(),
        "total": sum(row["open"] + row["closed"] for row in items),
        "items": items,
    }


def _open(**more: Any) -> Any:
    return Q(closed_on=None, **more)
