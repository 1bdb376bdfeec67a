"""Random steps by random people: whatever they press, the case stays lawful, its clocks consistent,
its chain intact."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.models import AttendanceCase, Mediation, Notice
from casework.audit import hash_chain
from casework.case_types.registry import kind
from casework.engine.available_steps import file_choices
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Refused
from casework.engine.services import act
from casework.models import Clock, Event, Rung, Task
from tests.attendance.helpers import filled, helpers

DAY = date(2026, 9, 10)


def data_for(
    name: str,
    on: date,
    salt: int,
    clocks: list[Clock] = [],  # noqa: B006 - never changed
    made: SimpleNamespace | None = None,
) -> dict[str, object]:
    """A form that is mostly right, sometimes wrong."""
    if salt % 11 == 0:
        return {}
    means = ["phone", "mail", "hand", "visit"][salt % 4] if name != "send" else "mail"
    return filled(name, on, salt, made) | {
        "text": "words",
        "reason": "because",
        "means": means,
        "steps": "a plan",
        "finding": "stays",
        "proof": "x",
        "exclusion": "severe_illness",
        "stands": "yes",
        "task": "NOTIFY_DA",
        "what": "dates",
        "basis": "law",
        "clock": str(clocks[salt % len(clocks)].id) if clocks else "",
        "days": salt % 12 + 1,
        "cause": "illness" if "deadline" in name else "health",
        "until": (on + timedelta(days=salt % 18)).isoformat(),
        "day0": (on - timedelta(days=2)).isoformat(),
        "template": "CALL",
        "order": "sms",
        "seen": "",
        "person": "",
        "wanted": "stop",
    }


# What runs in each state of a process: one of these promises, or nobody would hear of it again.
PROMISES = {
    "ARC": {
        "REQUESTED": {"arc_schedule", "arc_hold"},
        "SCHEDULED": {"arc_hold"},
        "RESCHEDULED": {"arc_hold"},
        "HELD": {"arc_sign"},
        "NOT_HELD": {"arc_not_held"},
        "PLAN_DRAFT": {"arc_sign"},
        "PLAN_SIGNED": {"arc_start", "arc_review"},
        "PLAN_ACTIVE": {"arc_review"},
        "REVIEWED": {"arc_review"},
    },
    "LOCATE": {
        "REQUESTED": {"locate_dispatch"},
        "ACCEPTED": {"locate_dispatch"},
        "DISPATCHED": {"locate_outcome"},
        "ATTEMPT": {"locate_outcome"},
        "OUTCOME": {"locate_handback"},
        "HANDBACK_PENDING": {"locate_accept"},
        "HANDBACK_ACCEPTED": {"locate_close"},
    },
    "MEDIATION": {
        "REFERRED": {"mediation_accept", "mediation_session"},
        "INTAKE": {"mediation_session"},
        "ELIGIBLE": {"mediation_session"},
        "SCHEDULED": {"mediation_session"},
        "NO_SHOW": {"mediation_session"},
        "HELD": {"mediation_result"},
        "AGREEMENT": {"mediation_30", "mediation_60", "mediation_90"},
        "FOLLOWUP_30": {"mediation_60", "mediation_90"},
        "FOLLOWUP_60": {"mediation_90"},
        "FOLLOWUP_90": {"mediation_close", "mediation_first"},
        "NO_AGREEMENT": {"mediation_close"},
        "INELIGIBLE": {"mediation_close"},
        "DECLINED": {"mediation_close"},
        "KEPT": {"mediation_close"},
        "BREACHED": {"mediation_close"},
    },
    "COURT": {
        "OFFERED": {"court_consent"},
        "CONSENTED": {"court_enroll"},
        "ENROLLED": {"court_session"},
        "SESSION": {"court_session"},
    },
    "PARTNER": {"REFERRED": {"partner_intake"}, "INTAKE": {"partner_result"}},
}


def promised(file: CaseFile) -> None:
    """Every process that is not over waits for something with a date; every case that is helped has
    a next duty."""
    for process in [
        process
        for process in file.processes
        if process.closed_on is None and process.kind in PROMISES
    ]:
        runs = {clock.kind for clock in file.running if clock.process_id == process.id}
        carried = isinstance(process, Mediation) and process.carries_over
        assert runs & PROMISES[process.kind][process.state] or carried, (
            f"{process.kind} {process.state}: {runs}"
        )
    if file.case.state in ("TIER2", "TIER3"):
        assert file.running, f"a case in {file.case.state} of which nobody will hear again"
    if file.case.state == "MONITOR":
        assert any(clock.kind == "monitor" for clock in file.running)


def check(case: AttendanceCase) -> None:
    file = load(kind("ATT"), ids=[case.pk], lock=False)[0]
    running = [clock for clock in file.running if clock.status == Clock.Status.RUNNING]
    assert file.case.next_due == min((clock.due for clock in running), default=None)
    assert file.case.head_seq == Event.objects.filter(case=case).count()
    if file.case.state == "CLOSED":
        assert not file.running
        assert not file.tasks
        assert all(process.closed_on for process in file.processes if process.kind != "NOTICE")
    promised(file)
    for task in file.tasks:
        assert task.clock_id is None or Clock.objects.get(pk=task.clock_id).status in (
            "RUNNING",
            "HELD",
        ), "an open duty has a running promise"
    assert (
        not Rung.objects.filter(clock__case=case, cancelled_at=None, fired_at=None)
        .exclude(clock__status__in=["RUNNING", "HELD"])
        .exists()
    )
    for notice in Notice.objects.filter(case=case):
        waits = notice.state in ("DUE", "DRAFT", "SIGNED")
        runs = Clock.objects.filter(
            process=notice, kind__startswith="notice_", status="RUNNING"
        ).exists()
        assert waits == runs, "a notice that is not out has a running promise, and no other has"
    assert set(Task.objects.filter(case=case, status="OPEN").values_list("kind", flat=True)) == {
        task.kind for task in file.tasks
    }


# Without shrinking: one press costs a database round trip, and thirty presses can be read as they
# are.
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    presses=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 50), st.integers(0, 100)),
        min_size=20,
        max_size=40,
    )
)
def test_whatever_people_press(nights, people, presses):
    try:
        with transaction.atomic():
            made = helpers()
            users = [
                people.worker,
                people.worker,
                people.principal,
                people.mailer,
                people.supervisor,
                made.lead,
            ]
            nights.sis.marks.clear()
            nights.sis.absent("S1", *nights.sis.school_days(DAY)[1:])
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
                        data=chosen(
                            choice.name, file, data_for(choice.name, on, salt, file.running, made)
                        ),
                        process=choice.process,
                        on=on,
                    )
                check(case)
            assert list(hash_chain.breaks([case.number])) == []
            raise _Undo
    except _Undo:
        pass


def chosen(name: str, file: CaseFile, data: dict[str, object]) -> dict[str, object]:
    """Rows of the case that a form names by their key."""
    rows = {"action_done": "plan_action", "override_note": "note"}
    if data and name in rows and file.children[rows[name]]:
        row = file.children[rows[name]][-1]
        data |= {"action": str(row.id), "note": str(row.id)}
    return data


class _Undo(Exception):
    """Takes one example back, so that the next begins in the same district."""


def test_presses_do_reach_the_end(nights, people):
    """The walk above is no empty promise: notices do get sent and delivered by such steps."""
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    case, notice = nights.case("S1"), Notice.objects.get()
    for name, who in (
        ("draft", people.worker),
        ("sign", people.principal),
        ("send", people.mailer),
        ("deliver", people.mailer),
    ):
        act(case.number, name, actor=who, data=data_for(name, DAY, 1), process=notice.id, on=DAY)
        check(case)
    notice.refresh_from_db()
    assert notice.state == "DELIVERED"


@pytest.mark.django_db
def test_forms_of_all_steps_are_known_here():
    """A new step whose form this walk cannot fill is a step that it does not test."""
    flow = kind("ATT").workflow("att-2026")
    known = set(data_for("x", DAY, 1)) | {"triggers", "owner", "why", "user", "duty"}
    for cls in (flow, *(c for p in kind("ATT").processes.values() for c in p.workflows.values())):
        for name, move in cls.transitions():
            form = move.custom["step"].form
            assert form is None or set(form.base_fields) <= known, name
