"""Random steps by random people on a Title IX case: it stays lawful, no duty is lost, its clocks fit, its chain holds."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casework import timeline
from casework.casefile import load
from casework.choices import file_choices
from casework.errors import Refused
from casework.kinds import kind
from casework.models import Clock, Event, Rung
from casework.services import act
from casework.sweep import sweep
from district.models import User
from tests.titleix.conftest import HARASSMENT, SEXUAL, Walk
from titleix.models import Assignment, Delivery, TitleIXCase
from titleix.separation import NEVER, Role

ROLES = ["investigator", "school_investigator", "decision_maker", "appeal_officer", "facilitator"]


def data_for(name: str, on: date, salt: int, walk: Walk, file, staff) -> dict[str, object]:
    """A form that is mostly right, sometimes wrong."""
    if salt % 13 == 0:
        return {}
    iso, parties = on.isoformat(), [str(party.id) for party in file.children["party"]]
    party = parties[salt % len(parties)]
    people = [staff.investigator, staff.decider, staff.officer, staff.facilitator, staff.school, staff.second]
    base: dict[str, object] = {
        "on": iso, "means": "mail", "text": "words", "reason": "because", "party": party, "title": "Messages", "relied_on": "on", "answer": "accepted",
        "notice_on": (on - timedelta(days=1)).isoformat(), "what": ["answered", "waived"][salt % 2], "considered": "on", "by": "complainant",
        "ground": ["not_harassment", "no_evidence", "withdrawn"][salt % 3], "consent_on": iso, "both": "on", "bases": ["bias"],
        "result": ["upheld", "sent_back"][salt % 2],
        "facts": "f", "conclusions": "c", "finding_1": ["responsible", "substantiated"][walk.case.state == "S_INVESTIGATING"], "why_1": "w",
        "code": ["offered", "finished"][salt % 2] if name == "questions" else "remedy", "duty": "DUTY_POLICE_REPORT", "who": "the principal",
        "part": ["witness", "advisor", "parent"][salt % 3], "kind": "student", "name": "Planted Name", "acts_for": party, "language": "en",
        "user": str(people[salt % len(people)].pk), "role": ROLES[salt % len(ROLES)], "declared": "on",
        "clock": str(file.running[salt % len(file.running)].id) if file.running else "", "days": salt % 25 + 1, "cause": "law_enforcement",
        "until": (on + timedelta(days=salt % 14 + 1)).isoformat(), "day0": (on - timedelta(days=1)).isoformat(),
    }  # fmt: skip
    base |= {f"notice_{one}": iso for one in parties}
    if name == "screen":
        base |= [SEXUAL, HARASSMENT, SEXUAL | {"identifiable": "", "leads": ""}][salt % 3]
    for row in file.children["assignment"]:
        base["assignment"] = str(row.id)
    return base


def check(walk: Walk) -> None:
    case = walk.case
    file = load(kind("TIX"), ids=[case.pk], lock=False)[0]
    running = [clock for clock in file.running if clock.status == Clock.Status.RUNNING]
    assert case.next_due == min((clock.due for clock in running), default=None)
    assert case.head_seq == Event.objects.filter(case=case).count()
    if case.state in ("CLOSED", "MERGED"):
        assert not file.running
        assert not file.tasks
        assert case.retain_until or case.state == "MERGED"
    for task in file.tasks:
        assert Clock.objects.get(pk=task.clock_id).status in ("RUNNING", "HELD")
    assert (
        not Rung.objects.filter(clock__case=case, cancelled_at=None, fired_at=None).exclude(clock__status__in=["RUNNING", "HELD"]).exists()
    )
    for user_id in Assignment.objects.filter(case=case).values_list("user_id", flat=True).distinct():
        held = [Role(role) for role in Assignment.objects.filter(case=case, user_id=user_id).values_list("role", flat=True)]
        assert not any(frozenset((one, other)) in NEVER for one in held for other in held)
    for code in set(Delivery.objects.filter(case=case).values_list("code", flat=True)):
        if code in ("NOTICE", "DETERMINATION", "DISMISSAL", "OUTCOME", "SCHOOL_OUTCOME"):
            for number in set(Delivery.objects.filter(case=case, code=code).values_list("round", flat=True)):
                parts = set(Delivery.objects.filter(case=case, code=code, round=number).values_list("party__part", flat=True))
                assert {"complainant", "respondent"} <= parts, f"{code} went to one side alone"


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(presses=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 60), st.integers(1, 200)), min_size=25, max_size=60))
def test_whatever_people_press(report, staff, presses):
    users = [
        staff.coordinator,
        staff.coordinator,
        staff.deputy,
        staff.investigator,
        staff.decider,
        staff.officer,
        staff.facilitator,
        staff.school,
    ]
    try:
        with transaction.atomic():
            on = date(2026, 9, 9)
            for who, which, salt in presses:
                on += timedelta(days=salt % 4)
                user = User.objects.get(pk=users[who].pk)
                file = load(kind("TIX"), ids=[report.case.pk], lock=False)[0]
                possible = [choice for choice in file_choices(file, user) if choice.enabled]
                if possible:
                    choice = possible[which % len(possible)]
                    data = data_for(choice.name, on, salt, report, file, staff)
                    with contextlib.suppress(Refused):
                        act(
                            report.number,
                            choice.name,
                            actor=user,
                            data=data,
                            on=on,
                            now=datetime(on.year, on.month, on.day, 15, tzinfo=UTC),
                        )
                if salt % 5 == 0:
                    sweep(datetime(on.year, on.month, on.day, 16, tzinfo=UTC))
                check(report)
            assert list(timeline.breaks([report.number])) == []
            words = " ".join(str(event.data) for event in Event.objects.filter(case__number=report.number))
            assert "Planted Name" not in words
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    """Takes one example back."""


@pytest.mark.django_db
def test_the_table_of_exclusions_is_not_empty():
    assert NEVER
    assert TitleIXCase._meta.db_table
