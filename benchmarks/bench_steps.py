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
from benchmarks.common import Row, cpu, paired, sql, undone
from casework.engine.services import Opening, StepRequest, act, act_many, open_cases
from casework.models import Alert, Case, Clock, ClockChange, Event, Rung, Task
from district.models import School, Student, User

DAY = date(2026, 9, 10)
STEPS = 100
NIGHT = 2_000


def _openings(count: int, offset: int = 0) -> list[Opening]:
    school = School.objects.order_by("id").first()
    assert school is not None
    students = Student.objects.order_by("id").values_list("pk", flat=True)[offset : offset + count]
    return [
        Opening(
            school.pk,
            {"student_id": student, "school_year": 2026, "stage": "WATCH"},
            [("open_case", {"triggers": ["L3"]})],
        )
        for student in students
    ]


def _worker() -> User:
    from django.contrib.auth.models import Group, Permission

    from district.models import SchoolGroupPermission

    user = User.objects.create(username=f"bench-{uuid4().hex[:8]}")
    group = Group.objects.create(name=f"bench {uuid4().hex[:8]}")
    school = School.objects.order_by("id").first()
    for codename in ("view_cases", "work_cases"):
        SchoolGroupPermission.objects.create(
            group=group,
            content_object=school,
            permission=Permission.objects.get(codename=codename, content_type__model="school"),
        )
    user.groups.add(group)
    return user


def _orm_step(case: Case, user: User) -> None:
    """The same rows by Django's ORM, row by row, as a team would usually write it."""
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        now = timezone.now()
        Event.objects.create(
            case=locked,
            seq=locked.head_seq + 1,
            kind="TRANSITION",
            name="orm",
            at=now,
            on=DAY,
            rules=locked.rules,
            data={},
            actor=user,
            prev_hash=locked.head_hash,
            hash="0" * 64,
        )
        for kind in ("orm_one", "orm_two"):
            clock = Clock.objects.create(
                case=locked, kind=kind, day0=DAY, unit="school", n=5, original_due=DAY, due=DAY
            )
            ClockChange.objects.create(clock=clock, at=now, on=DAY, op="START", new_due=DAY)
            Task.objects.create(case=locked, kind=kind, role="SSW", clock=clock, opened_at=now)
            for label in (
                "50%",
                "75%",
                "T-1",
                "DUE",
                "OVERDUE+1",
                "OVERDUE+4",
                "OVERDUE+7",
                "OVERDUE+10",
            ):
                Rung.objects.create(clock=clock, label=label, level="owner", scheduled_for=now)
        Alert.objects.create(case=locked, code="X", raised_at=now)
        Case.objects.filter(pk=case.pk).update(
            revision=locked.revision + 1, head_seq=locked.head_seq + 1, next_due=DAY
        )


class _Captured:
    """The one statement with which each of these cases takes the step, taken down while the step
    is made and taken back."""

    def __init__(self, cases: list[Case], user: User) -> None:
        self.found: list[tuple[str, list[object]]] = []
        for case in cases:
            with undone(), connection.execute_wrapper(self._keep):
                act(
                    case.number,
                    "raise_tier2",
                    actor=user,
                    data={"reason": "bench"},
                    key=uuid4(),
                    on=DAY,
                )
        assert len(self.found) == len(cases)
        self.left = iter(self.found)

    def _keep(self, execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.startswith("WITH i0"):
            self.found.append((statement, list(params)))
        return execute(statement, params, many, context)

    def run(self) -> None:
        """The next hundred, each in one round trip that commits, nothing checked."""
        with connection.cursor() as cursor:
            for statement, params in itertools.islice(self.left, STEPS):
                cursor.execute(statement, params)


def run() -> Iterator[Row]:
    """All rows."""
    user = _worker()
    opened = list(
        AttendanceCase.objects.filter(
            pk__in=open_cases("ATT", _openings(STEPS * 34), year=2026, on=DAY)
        ).order_by("pk")
    )
    take = iter(opened)
    yield from _one_step(user, take)
    yield from _first_night()
    yield from _bulk_steps(opened[-STEPS * 8 :])


def _one_step(user: User, take: Iterator[AttendanceCase]) -> Iterator[Row]:
    def ours() -> None:
        for case in itertools.islice(take, STEPS):
            act(
                case.number,
                "raise_tier2",
                actor=user,
                data={"reason": "bench"},
                revision=case.revision,
                key=uuid4(),
                on=DAY,
            )

    captured = _Captured(list(itertools.islice(take, STEPS * 6)), user)
    a, b, ratio = paired(ours, captured.run)
    work = f"one step with two clocks, 16 rungs, two tasks ({a / STEPS * 1000:.1f} ms)"
    yield Row(
        "13",
        work,
        "one raw round trip that writes the same rows, nothing checked",
        ratio,
        2.5,
        (a / STEPS, b / STEPS),
    )

    sql("CREATE TABLE IF NOT EXISTS floor_row (id int PRIMARY KEY, n int)")
    sql("INSERT INTO floor_row SELECT g, 0 FROM generate_series(0, 9999) g ON CONFLICT DO NOTHING")
    ids = itertools.count()

    def bare() -> None:
        with connection.cursor() as cursor:
            for _ in range(STEPS):
                cursor.execute(
                    "UPDATE floor_row SET n = n + 1 WHERE id = %s RETURNING n", [next(ids) % 9999]
                )
                cursor.fetchone()

    a, b, ratio = paired(ours, bare)
    yield Row(
        "13",
        "the same",
        "one raw round trip that writes a single row (for comparison)",
        ratio,
        2.5,
        (a / STEPS, b / STEPS),
    )
    orm_cases = list(itertools.islice(take, STEPS))

    def orm() -> None:
        with undone():
            for case in orm_cases:
                sid = transaction.savepoint()
                _orm_step(case, user)
                transaction.savepoint_rollback(sid)

    a, b, ratio = paired(ours, orm)
    yield Row(
        "13",
        "the same",
        "the same rows by the ORM (peer; 10.9 was the ORM against raw)",
        ratio,
        1.0,
        (a / STEPS, b / STEPS),
    )


def _with_notice(opening: Opening) -> Opening:
    """What the first night finds at most students: the third unexcused day, so a case and the
    notice that is due."""
    notice = {
        "code": "L3",
        "covers": ["L3"],
        "cited": [DAY],
        "detected_on": DAY,
        "count": 3,
        "must_mail": True,
        "language": "en",
        "reached_on": DAY,
        "breached_on": None,
    }
    return Opening(opening.school_id, opening.fields, [*opening.steps, ("begin_notice", notice)])


def _first_night() -> Iterator[Row]:
    """Cases opened together against cases opened each in a transaction of its own, as single
    steps are; all committed."""
    for what, extra in (
        ("opened", list),
        ("opened with the notice that is due", lambda found: [_with_notice(one) for one in found]),
    ):
        bulk, single = [], []
        for _ in range(3):
            many, few = (
                extra(_openings(count, next(_used))) for count in (NIGHT, 100)
            )  # students without a case
            single.append(
                cpu(lambda few=few: [open_cases("ATT", [one], year=2026, on=DAY) for one in few])
                * NIGHT
                / 100
            )  # type: ignore[misc]
            bulk.append(cpu(lambda many=many: open_cases("ATT", many, year=2026, on=DAY)))  # type: ignore[misc]
        work = f"first night, {NIGHT:,} cases {what} in bulk: times faster"
        yield Row(
            "16",
            work,
            "as many single openings",
            min(single) / min(bulk),
            20,
            (min(bulk), min(single)),
            at_least=True,
        )


_used = itertools.count(5_000, NIGHT)


def _bulk_steps(cases: list[AttendanceCase]) -> Iterator[Row]:
    def bulk_steps() -> None:
        with undone():
            act_many(
                [StepRequest(case.pk, "raise_tier3", {"triggers": ["L10"]}) for case in cases],
                kind="ATT",
                on=DAY,
            )
            sql("SET CONSTRAINTS ALL IMMEDIATE")  # the checks that a commit would make

    def single_steps() -> None:
        with undone():
            for case in cases[:100]:
                with transaction.atomic():
                    act(case.number, "raise_tier3", actor=None, data={"triggers": ["L10"]}, on=DAY)
            sql("SET CONSTRAINTS ALL IMMEDIATE")

    single, bulk = (
        min(cpu(single_steps) for _ in range(3)) * len(cases) / 100,
        min(cpu(bulk_steps) for _ in range(3)),
    )
    work = f"{len(cases):,} steps of four clocks, 33 rungs, four tasks in bulk: times faster"
    yield Row("16", work, "as many single steps", single / bulk, 20, (bulk, single), at_least=True)
