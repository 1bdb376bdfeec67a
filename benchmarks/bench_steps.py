"""Rows 13 and 16: one step of a case, and the first night of a district."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from attendance.models import AttendanceCase
from benchmarks.common import Row, paired, sql, undone, wall
from casework.models import Alert, Case, Clock, ClockChange, Event, Rung, Task
from casework.services import Opening, StepRequest, act, act_many, open_cases
from district.models import School, Student, User

DAY = date(2026, 9, 10)
STEPS = 100
NIGHT = 2_000


def _openings(count: int, offset: int = 0) -> list[Opening]:
    school = School.objects.order_by("id").first()
    assert school is not None
    students = Student.objects.order_by("id").values_list("pk", flat=True)[offset : offset + count]
    return [
        Opening(school.pk, {"student_id": student, "school_year": 2026, "stage": "WATCH"}, [("open_case", {"triggers": ["L3"]})])
        for student in students
    ]  # fmt: skip


def _worker() -> User:
    from django.contrib.auth.models import Group, Permission

    from district.models import SchoolGroupPermission

    user = User.objects.create(username=f"bench-{uuid4().hex[:8]}")
    group = Group.objects.create(name=f"bench {uuid4().hex[:8]}")
    school = School.objects.order_by("id").first()
    for codename in ("view_cases", "work_cases"):
        SchoolGroupPermission.objects.create(
            group=group, content_object=school, permission=Permission.objects.get(codename=codename, content_type__model="school")
        )
    user.groups.add(group)
    return user


def _orm_step(case: Case, user: User) -> None:
    """The same rows by Django's ORM, row by row, as a team would usually write it."""
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        now = timezone.now()
        Event.objects.create(
            case=locked, seq=locked.head_seq + 1, kind="TRANSITION", name="orm", at=now, on=DAY, rules=locked.rules, data={},
            actor=user, prev_hash=locked.head_hash, hash="0" * 64,
        )  # fmt: skip
        for kind in ("orm_one", "orm_two"):
            clock = Clock.objects.create(case=locked, kind=kind, day0=DAY, unit="school", n=5, original_due=DAY, due=DAY)
            ClockChange.objects.create(clock=clock, at=now, on=DAY, op="START", new_due=DAY)
            Task.objects.create(case=locked, kind=kind, role="SSW", clock=clock, opened_at=now)
            for label in ("50%", "75%", "T-1", "DUE", "OVERDUE+1", "OVERDUE+4", "OVERDUE+7", "OVERDUE+10"):
                Rung.objects.create(clock=clock, label=label, level="owner", scheduled_for=now)
        Alert.objects.create(case=locked, code="X", raised_at=now)
        Case.objects.filter(pk=case.pk).update(revision=locked.revision + 1, head_seq=locked.head_seq + 1, next_due=DAY)


def run() -> Iterator[Row]:
    """All rows."""
    user = _worker()
    ids = itertools.count()
    _take = [AttendanceCase.objects.get(pk=pk) for pk in open_cases("ATT", _openings(STEPS * 16), year=2026, on=DAY)]
    numbers = iter(_take)
    sql("CREATE TABLE IF NOT EXISTS floor_row (id int PRIMARY KEY, n int)")
    sql("INSERT INTO floor_row SELECT g, 0 FROM generate_series(0, 9999) g ON CONFLICT DO NOTHING")

    def ours() -> None:
        for _ in range(STEPS):
            case = next(numbers)
            act(case.number, "raise_tier2", actor=user, data={"reason": "bench"}, revision=case.revision, key=uuid4(), on=DAY)

    def raw() -> None:
        with connection.cursor() as cursor:
            for _ in range(STEPS):
                with transaction.atomic():
                    cursor.execute("UPDATE floor_row SET n = n + 1 WHERE id = %s RETURNING n", [next(ids) % 9999])
                    cursor.fetchone()

    captured: list[tuple[str, list[object]]] = []

    def capture(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.startswith("WITH i0"):
            captured.append((statement, list(params)))
        return execute(statement, params, many, context)

    with undone(), connection.execute_wrapper(capture):
        case = _take[-1]
        act(case.number, "raise_tier2", actor=user, data={"reason": "bench"}, key=uuid4(), on=DAY)

    def same_rows() -> None:
        statement, params = captured[-1]
        for _ in range(STEPS):
            with undone(), connection.cursor() as cursor:
                cursor.execute(statement, params)

    def ours_undone() -> None:
        for case in _take[-STEPS:]:
            with undone():
                act(case.number, "raise_tier2", actor=user, data={"reason": "bench"}, key=uuid4(), on=DAY)

    def orm() -> None:
        with undone():
            for case in _take[:STEPS]:
                sid = transaction.savepoint()
                _orm_step(case, user)
                transaction.savepoint_rollback(sid)

    a, b, ratio = paired(ours, raw)
    yield Row(
        "13",
        f"one step with two clocks, 16 rungs, two tasks ({a / STEPS * 1000:.1f} ms)",
        "one raw round trip with its commit",
        ratio,
        2.5,
        (a / STEPS, b / STEPS),
    )
    a, b, ratio = paired(ours_undone, same_rows)
    yield Row(
        "13",
        "the same, both taken back",
        "one raw statement that writes the same rows, nothing checked",
        ratio,
        2.5,
        (a / STEPS, b / STEPS),
    )
    a, b, ratio = paired(ours, orm)
    yield Row("13", "the same", "the same rows by the ORM (peer; 10.9 was the ORM against raw)", ratio, 1.0, (a / STEPS, b / STEPS))

    def night() -> None:
        with undone():
            open_cases("ATT", _openings(NIGHT, 2_000), year=2026, on=DAY)

    def one_by_one() -> float:
        with undone():
            seconds = wall(lambda: [open_cases("ATT", [opening], year=2026, on=DAY) for opening in _openings(100, 5_000)])
        return seconds * NIGHT / 100

    single, bulk = min(one_by_one() for _ in range(3)), min(wall(night) for _ in range(3))
    yield Row(
        "16",
        f"first night, {NIGHT:,} cases opened in bulk: times faster",
        "as many single openings",
        single / bulk,
        20,
        (bulk, single),
        at_least=True,
    )
    pks = [case.pk for case in _take]

    def bulk_steps() -> None:
        with undone():
            act_many([StepRequest(pk, "raise_tier3", {"triggers": ["L10"]}) for pk in pks], kind="ATT", on=DAY)

    def single_steps() -> float:
        with undone():
            seconds = wall(
                lambda: [act(case.number, "raise_tier3", actor=None, data={"triggers": ["L10"]}, on=DAY) for case in _take[:100]]
            )
        return seconds * len(pks) / 100

    single, bulk = min(single_steps() for _ in range(3)), min(wall(bulk_steps) for _ in range(3))
    yield Row("16", f"{len(pks):,} steps in bulk: times faster", "as many single steps", single / bulk, 20, (bulk, single), at_least=True)
