"""Random steps by random people: whatever they press, the case stays lawful, its clocks consistent, its chain intact."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.models import AttendanceCase, Notice
from casework import timeline
from casework.casefile import load
from casework.choices import file_choices
from casework.errors import Refused
from casework.kinds import kind
from casework.models import Clock, Event, Rung, Task
from casework.services import act

DAY = date(2026, 9, 10)


def data_for(name: str, on: date, salt: int, clocks: list[Clock] = []) -> dict[str, object]:  # noqa: B006 - never changed
    """A form that is mostly right, sometimes wrong."""
    if salt % 11 == 0:
        return {}
    iso = on.isoformat()
    return {
        "text": "words", "reason": "because", "means": ["phone", "mail", "hand"][salt % 3] if name != "send" else "mail", "result": "reached",
        "language": ["en", "es"][salt % 2], "confirm": "on", "on": iso if name != "schedule_conference" else (on + timedelta(days=2)).isoformat(),
        "spoken_to": "mother", "causes": ["health"], "steps": "a plan", "at": "10:00", "place": "Room 1", "finding": "stays",
        "exclusion": "severe_illness", "stands": "yes", "task": "NOTIFY_DA", "to": "DA", "what": "dates", "basis": "law",
        "attendees": ["ssw", "administrator", "parent"], "proof": "x", "clock": str(clocks[salt % len(clocks)].id) if clocks else "",
        "days": salt % 12 + 1, "cause": "illness", "until": (on + timedelta(days=salt % 18)).isoformat(), "day0": (on - timedelta(days=2)).isoformat(),
    }  # fmt: skip


def check(case: AttendanceCase) -> None:
    file = load(kind("ATT"), ids=[case.pk], lock=False)[0]
    running = [clock for clock in file.running if clock.status == Clock.Status.RUNNING]
    assert file.case.next_due == min((clock.due for clock in running), default=None)
    assert file.case.head_seq == Event.objects.filter(case=case).count()
    if file.case.state == "CLOSED":
        assert not file.running
        assert not file.tasks
    for task in file.tasks:
        assert task.clock_id is None or Clock.objects.get(pk=task.clock_id).status in ("RUNNING", "HELD"), (
            "an open duty has a running promise"
        )
    assert (
        not Rung.objects.filter(clock__case=case, cancelled_at=None, fired_at=None).exclude(clock__status__in=["RUNNING", "HELD"]).exists()
    )
    for notice in Notice.objects.filter(case=case):
        waits = notice.state in ("DUE", "DRAFT", "SIGNED")
        runs = Clock.objects.filter(process=notice, kind__startswith="notice_", status="RUNNING").exists()
        assert waits == runs, "a notice that is not out has a running promise, and no other has"
    assert set(Task.objects.filter(case=case, status="OPEN").values_list("kind", flat=True)) == {task.kind for task in file.tasks}


# Without shrinking: one press costs a database round trip, and thirty presses can be read as they are.
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(presses=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 100)), min_size=10, max_size=30))
def test_whatever_people_press(nights, people, presses):
    users = [people.worker, people.principal, people.mailer, people.supervisor]
    try:
        with transaction.atomic():
            nights.sis.marks.clear()
            nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
            nights.run(DAY)
            case, on = nights.case("S1"), DAY
            for who, which, salt in presses:
                on += timedelta(days=salt % 3)
                file = load(kind("ATT"), ids=[case.pk], lock=False)[0]
                possible = [choice for choice in file_choices(file, users[who]) if choice.enabled]
                if not possible:
                    continue
                choice = possible[which % len(possible)]
                with contextlib.suppress(Refused):
                    act(
                        case.number,
                        choice.name,
                        actor=users[who],
                        data=data_for(choice.name, on, salt, file.running),
                        process=choice.process,
                        on=on,
                    )
                check(case)
            assert list(timeline.breaks([case.number])) == []
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    """Takes one example back, so that the next begins in the same district."""


def test_presses_do_reach_the_end(nights, people):
    """The walk above is no empty promise: notices do get sent and delivered by such steps."""
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    case, notice = nights.case("S1"), Notice.objects.get()
    for name, who in (("draft", people.worker), ("sign", people.principal), ("send", people.mailer), ("deliver", people.mailer)):
        act(case.number, name, actor=who, data=data_for(name, DAY, 1), process=notice.id, on=DAY)
        check(case)
    notice.refresh_from_db()
    assert notice.state == "DELIVERED"


@pytest.mark.django_db
def test_forms_of_all_steps_are_known_here():
    """A new step whose form this walk cannot fill is a step that it does not test."""
    flow = kind("ATT").workflow("att-2026")
    filled = set(data_for("x", DAY, 1)) | {"triggers", "owner", "interpreter", "why", "user"} | {"duty"}
    for cls in (flow, *(c for p in kind("ATT").processes.values() for c in p.workflows.values())):
        for name, move in cls.transitions():
            form = move.custom["step"].form
            assert form is None or set(form.base_fields) <= filled, name
