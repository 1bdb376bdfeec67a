"""One list of what was done, from the rows that the steps leave: what is in it, by which day, and
what of it is measured (K7)."""

from __future__ import annotations

import pytest

from attendance.reporting import intervention_queries
from attendance.reporting.interventions import Type, interventions
from district.models import SchoolYear
from tests.attendance.court.test_legal_review import HELD, Road
from tests.attendance.helpers import at, d, helpers
from tests.attendance.test_processes import PLAN, refer, to_agreement


@pytest.fixture
def road(nights, people) -> Road:
    """Ten unexcused days of a student, of them five in a row; the letters went out on three days."""
    road = Road(nights, people)
    road.night(d(9, 1), d(9, 3), d(9, 10)).deliver(d(9, 11))
    return (
        road.night(d(10, 2), d(10, 5), d(10, 6))
        .deliver(d(10, 7))
        .night(d(10, 8), d(10, 9), d(10, 13), d(10, 14))
        .deliver(d(10, 14))
    )


def test_everything_that_was_done_is_one_list_by_the_day_it_reached_the_family(road, people):
    made, worker = helpers(), people.worker
    year = SchoolYear.objects.get()
    for result in ("no_answer", "reached"):
        road.step("log_contact", worker, d(10, 14), means="visit", result=result)
    road.step(
        "request_locate",
        worker,
        d(10, 14),
        code="OTHER",
        reason="nobody answers",
        last_seen_on="2026-10-01",
    )
    locate = road.process("LOCATE")
    road.step("accept_locate", made.lead, d(10, 14), locate)
    road.step("dispatch_team", made.lead, d(10, 14), locate, team="Ada Cole, Ben Dunn")
    attempt = {
        "at": at(d(10, 15), 9),
        "team": "Ada Cole, Ben Dunn",
        "address": "1 Main Street",
        "result": "student",
    }
    road.step("record_attempt", made.member, d(10, 15), locate, **attempt)
    road.step(
        "record_outcome",
        made.member,
        d(10, 16),
        locate,
        outcome="LOCATED_RETURNING",
        findings="comes on Monday",
    )

    arc = road.process("ARC")
    road.step(
        "schedule_conference", worker, d(10, 15), arc, on="2026-10-22", at="10:00", place="Room 1"
    )
    assert not _of(road, Type.ARC), "set for a day is not held"
    road.step("hold_conference", worker, d(10, 22), arc, **HELD | {"on": "2026-10-22"})
    road.step("draft_plan", worker, d(10, 22), arc, **PLAN)
    road.step(
        "sign_plan",
        worker,
        d(10, 23),
        arc,
        on="2026-10-23",
        parent="signed",
        student="signed",
        language="en",
    )

    data = {
        "partner": str(made.partner.pk),
        "reason": "they lose the flat",
        "consent_on": "2026-10-22",
    }
    road.step("refer_partner", worker, d(10, 23), **data)
    assert not _of(road, Type.PARTNER), "a referral alone reaches nobody"
    road.step("receive", worker, d(10, 30), road.process("PARTNER"), on="2026-10-30")
    to_agreement(road, made, refer(road, made, d(2, 16)), d(3, 9))

    assert [(row.type, row.on, row.detail) for row in interventions(cases=[road.case.pk])] == [
        ("LETTER", d(9, 11), "L3"),
        ("LETTER", d(10, 7), "L6"),
        ("HOME_VISIT", d(10, 14), "no_answer"),
        ("HOME_VISIT", d(10, 14), "reached"),
        ("LETTER", d(10, 14), "L10"),
        ("LOCATE", d(10, 16), "LOCATED_RETURNING"),
        ("ARC", d(10, 22), "CH20"),
        ("PLAN", d(10, 23), "CH20"),
        ("PARTNER", d(10, 30), "housing"),
        ("AGREEMENT", d(3, 9), ""),
        ("MEDIATION", d(3, 9), ""),
    ]
    student = road.case.student_id
    assert {row.student_id for row in interventions()} == {student}
    assert [(one.kind, one.on) for one in intervention_queries.done_in(year)] == [
        ("L6", d(10, 7)),
        ("HOME_VISIT", d(10, 14)),
        ("L10", d(10, 14)),
        ("LOCATE", d(10, 16)),
        ("ARC", d(10, 22)),
        ("PLAN", d(10, 23)),
        ("PARTNER", d(10, 30)),
        ("AGREEMENT", d(3, 9)),
        ("MEDIATION", d(3, 9)),
    ], "a visit at a closed door and the first letter are not measured"
    measured = {one.kind for one in intervention_queries.done_in(year)}
    assert measured <= set(intervention_queries.KINDS), "every kind has a name on the page"
    assert interventions(schools=[], since=d(9, 1)) == []
    assert [row.type for row in interventions(since=d(10, 22), until=d(10, 23))] == ["ARC", "PLAN"]


def _of(road: Road, kind: Type) -> list[object]:
    return list(interventions(cases=[road.case.pk], types=[kind]))
