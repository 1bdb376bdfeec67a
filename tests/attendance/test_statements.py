"""No page of attendance takes more than twelve SQL statements, whoever looks, however far a case is
grown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import Notice
from casework.models import Document
from casework.scheduler.run import sweep
from district.models import User
from tests.attendance.court.test_legal_review import Road, to_review
from tests.attendance.helpers import d, helpers
from web.compliance.report import PARTS

MOST = 12
EVERYWHERE = (
    "/",
    "/cases",
    "/cases?view=overdue",
    "/cases?view=closed",
    "/upcoming",
    "/inbox",
    "/inbox?show=all",
    "/inbox/preferences",
    "/policies",
    "/workflows/ATT",
    "/workflows/ATT/NOTICE",
    "/conferences",
    "/mail",
    "/mail/contacts",
    "/ten-days",
    "/agencies",
    "/effects",
    "/street/",
    "/desk/court/",
    "/desk/mediation/",
    "/imports",
    "/health",
    "/compliance/goals",
    "/compliance/published",
    "/compliance/ATT",
    *(f"/compliance/ATT/report?part={part}" for part in PARTS),
    "/compliance/ATT/list",
    "/compliance/ATT/steps",
    "/compliance/ATT/forecast",
    "/compliance/ATT/workload",
    "/policies/trials",
    "/administration",
    "/me/tokens",
)


@pytest.fixture
def grown(nights, people) -> Road:
    """A case before the law: letters, a conference, a street team and a mediation on their way, an
    alert for everybody."""
    road, made = Road(nights, people), helpers()
    to_review(road)
    road.step(
        "refer_mediation",
        people.worker,
        d(12, 3),
        provider=str(made.provider.pk),
        reason="the plan is not enough",
    )
    return road


def pages(road: Road) -> list[str]:
    case, number = road.case, road.case.number
    document = Document.objects.filter(case=case).first()
    processes = [
        f"/cases/{number}/processes/{process.id}/steps/{name}"
        for process in case.processes.all()
        for name in ("deliver", "draft", "plan")
    ]
    rooms = (
        "",
        "/deadlines",
        "/next",
        f"/documents/{document.pk}",
        f"/documents/{document.pk}/file",
        "/steps/add_note",
        "/steps/refer",
        "/steps/log_contact",
    )
    return [*EVERYWHERE, *(f"/cases/{number}{room}" for room in rooms), *processes]


def test_every_page_for_everybody(grown, people):
    dear, opened = [], 0
    staff = [
        people.worker,
        people.principal,
        people.mailer,
        people.supervisor,
        people.admin,
        *User.objects.filter(username__in=["court", "lead", "mediator"]),
    ]
    with time_machine.travel(datetime(2026, 12, 4, 15, tzinfo=UTC), tick=False):
        sweep(datetime(2026, 12, 4, 14, tzinfo=UTC))  # the night has folded its figures
        for user in staff:
            client = Client()
            client.force_login(
                User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
            )
            client.get("/inbox")  # the first request of a session writes the session
            for address in pages(grown):
                with CaptureQueriesContext(connection) as found:
                    status = client.get(address).status_code
                assert status < 500, (user.username, address)
                opened += status == 200
                if len(found) > MOST:
                    told = "\n".join(f"   {row['sql'][:160]}" for row in found.captured_queries)
                    dear.append(f"{len(found)} for {user.username}: {address}\n{told}")
    assert not dear, "\n".join(dear)
    assert opened > 100
    assert Notice.objects.count() == 3
