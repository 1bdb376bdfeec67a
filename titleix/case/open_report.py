"""Opening a report: the one way in, whoever brings it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

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


@transaction.atomic
def open_report(
    *,
    school: School | None,
    narrative: str,
    knowledge_at: datetime,
    channel: str,
    people: Sequence[Mapping[str, Any]] = (),
    received_by: User | None = None,
    knowledge_employee: User | None = None,
    anonymous: bool = False,
    incident_on: Any = None,
    location: str = "",
    receipt: str = "",
    records: Sequence[Mapping[str, Any]] = (),
    duties: Sequence[str] = (),
    linked: TitleIXCase | None = None,
    link: str = "",
    now: datetime | None = None,
    today: date | None = None,
) -> TitleIXCase:
    """Open a report and give every coordinator access to it; nobody else sees it.

    Knowledge is when the first employee knew (34 CFR 106.30(a)): both first promises count from
    there. `linked` is the case to which a report of retaliation belongs; nobody who is recused
    there gets this one.

    `people` are rows for Party (part, kind, name, address, email, phone, language, minor,
    student_id, user_id), `records` what else was said (kind, code, text, data), `duties` the keys
    of the duties of state law that the report itself shows (`immediate_duties`); `receipt` is the
    hash of the reporter's code (`receipts`).
    """
    now = now or timezone.now()
    today = today or date_rules.local_date(now, settings.TIME_ZONE)
    fields = {
        "received_at": now,
        "received_by_id": received_by.pk if received_by else None,
        "channel": channel,
        "anonymous": anonymous,
        "knowledge_at": knowledge_at,
        "knowledge_employee_id": knowledge_employee.pk if knowledge_employee else None,
        "narrative": narrative,
        "incident_on": incident_on,
        "location": location,
        "receipt": receipt,
        "late_entry": _late(school, knowledge_at, today),
        "linked_id": linked.pk if linked else None,
        "link": link,
    }
    steps = [
        (
            "open_report",
            {
                "people": [dict(row) for row in people],
                "records": list(records),
                "duties": list(duties),
            },
        )
    ]
    opening = services.Opening(school.pk if school else None, fields, steps)
    (pk,) = services.open_cases("TIX", [opening], year=today.year, on=today)
    case = TitleIXCase.objects.get(pk=pk)
    holders = User.objects.filter(posts__role=Role.TITLE_IX_COORDINATOR, is_active=True)
    for user in (holders.exclude(recusals__case=linked.pk) if linked else holders).distinct():
        grant(case, user, "view_cases", "coordinate_cases")
    return case


def _late(school: School | None, knowledge_at: datetime, today: Any) -> bool:
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
