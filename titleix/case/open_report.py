"""Opening a report: the one way in, whoever brings it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Required, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from casework.access.grants import grant
from casework.engine import date_rules, services
from casework.engine.calendars import calendar_at
from casework.policy.policies import policy_for
from district.models import Role, School, User
from titleix.models import TitleIXCase
from titleix.rules import timelines


class Report(TypedDict, total=False):
    """What is known of a report when it comes in.

    Knowledge is when the first employee knew (34 CFR 106.30(a)): both first deadlines count from
    there. `linked` is the case to which a report of retaliation belongs.

    `people` are rows for Party (part, kind, name, address, email, phone, language, minor,
    student_id, user_id), `records` what else was said (kind, code, text, data), `duties` the keys
    of the duties of state law that the report itself shows (`immediate_duties`); `receipt` is the
    hash of the reporter's code (`receipts`).
    """

    school: Required[School | None]
    narrative: Required[str]
    knowledge_at: Required[datetime]
    channel: Required[str]
    people: Sequence[Mapping[str, Any]]
    received_by: User | None
    knowledge_employee: User | None
    anonymous: bool
    incident_on: date | None
    location: str
    receipt: str
    records: Sequence[Mapping[str, Any]]
    duties: Sequence[str]
    linked: TitleIXCase | None
    link: str


@transaction.atomic
def open_report(
    *, now: datetime | None = None, today: date | None = None, **report: Unpack[Report]
) -> TitleIXCase:
    """Open a report and give every coordinator access to it; nobody else sees it.

    Nobody who is recused from the linked case gets this one.
    """
    now = now or timezone.now()
    today = today or date_rules.local_date(now, settings.TIME_ZONE)
    school = report["school"]
    opening = services.Opening(
        school.pk if school else None,
        _row(report, now, today),
        [("open_report", _first_step(report))],
    )
    (pk,) = services.open_cases("TIX", [opening], year=today.year, on=today)
    case = TitleIXCase.objects.get(pk=pk)
    _grant_coordinators(case, report.get("linked"))
    return case


def _row(report: Report, now: datetime, today: date) -> dict[str, Any]:
    """The columns of the case."""
    received_by, employee = report.get("received_by"), report.get("knowledge_employee")
    linked = report.get("linked")
    return {
        "received_at": now,
        "received_by_id": received_by.pk if received_by else None,
        "channel": report["channel"],
        "anonymous": report.get("anonymous", False),
        "knowledge_at": report["knowledge_at"],
        "knowledge_employee_id": employee.pk if employee else None,
        "narrative": report["narrative"],
        "incident_on": report.get("incident_on"),
        "location": report.get("location", ""),
        "receipt": report.get("receipt", ""),
        "late_entry": _late(report["school"], report["knowledge_at"], today),
        "linked_id": linked.pk if linked else None,
        "link": report.get("link", ""),
    }


def _first_step(report: Report) -> dict[str, Any]:
    """The data of the step that opens the case."""
    return {
        "people": [dict(row) for row in report.get("people", ())],
        "records": list(report.get("records", ())),
        "duties": list(report.get("duties", ())),
    }


def _grant_coordinators(case: TitleIXCase, linked: TitleIXCase | None) -> None:
    holders = User.objects.filter(posts__role=Role.TITLE_IX_COORDINATOR, is_active=True)
    if linked:
        holders = holders.exclude(recusals__case=linked.pk)
    for user in holders.distinct():
        grant(case, user, "view_cases", "coordinate_cases")


def _late(school: School | None, knowledge_at: datetime, today: date) -> bool:
    """Entered later than one work day after somebody knew: shown on the case, hides nothing."""
    calendar = (
        calendar_at(school.calendar_id, school.calendar.revision)
        if school and school.calendar
        else calendar_at(None, None)
    )
    known = date_rules.local_date(knowledge_at, settings.TIME_ZONE)
    return timelines.entered_late(
        known,
        today,
        timelines.Span.of(policy_for("titleix", today).require("sla.enter_report")),
        calendar,
    )
