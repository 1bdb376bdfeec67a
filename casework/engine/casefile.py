"""A case with all that a step needs to know of it, read in one statement, and the rows that the
step will write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from casework.access import rights as case_rights
from casework.case_types import registry
from casework.case_types.registry import CaseKind
from casework.engine.calendars import calendar_at
from casework.engine.date_rules import SchoolCalendar
from casework.engine.fast_models import column_values, from_columns, parsed, revive
from casework.models import Alert, Appointment, Case, Clock, Process, Task
from casework.policy.policies import Policy, policy_version

Row = TypeVar("Row", bound=models.Model)
Found = TypeVar("Found")
# (label, audience, instant, every, step of the system) of each alert to come; the same object for
# clocks that start alike.
Ladder = tuple[tuple[str, str, str, int | None, str], ...]
RUNNING = (Clock.Status.RUNNING, Clock.Status.HELD)


@dataclass
class CaseFile:
    """The case, its processes, running clocks and open tasks; `added`, `touched` and `planned`
    (clock, generation, its alerts to come) is what the door will write, `later` what it calls in
    the same transaction after that (grants that end)."""

    kind: CaseKind
    case: Any
    calendar_id: int | None = None
    calendar_revision: int | None = None
    school_name: str = ""
    owner_name: str = ""
    processes: list[Process] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    children: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    last_event: dict[str, Any] = field(default_factory=dict)
    repeated: dict[str, Any] | None = None
    new: bool = False
    added: list[models.Model] = field(default_factory=list)
    touched: dict[Any, models.Model] = field(default_factory=dict)
    planned: list[tuple[UUID, int, Ladder]] = field(default_factory=list)
    cancelled_rungs: set[UUID] = field(default_factory=set)
    later: list[Callable[[], object]] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, read: Callable[[], Found]) -> Found:
        """What several conditions ask of other tables, read once for this case file."""
        if key not in self.memo:
            self.memo[key] = read()
        found: Found = self.memo[key]
        return found

    @property
    def policy(self) -> Policy:
        """The policy version of the case."""
        return policy_version(self.case.policy)

    @property
    def calendar(self) -> SchoolCalendar:
        """The calendar in force at the school that owns the case (domain.md N4)."""
        return calendar_at(self.calendar_id, self.calendar_revision)

    @property
    def running(self) -> list[Clock]:
        """The clocks that run or are held, those started a moment ago included."""
        return [clock for clock in self.clocks if clock.status in RUNNING]

    def add(self, row: Row) -> Row:
        """A new row, to be inserted by the door; children are found again by later steps of the
        same request."""
        self.added.append(row)
        if isinstance(row, Clock):
            self.clocks.append(row)
        elif isinstance(row, Task):
            self.tasks.append(row)
        elif isinstance(row, Process):
            self.processes.append(row)
        elif isinstance(row, Appointment):
            self.appointments.append(row)
        else:
            self._keep_child(row)
        return row

    def _keep_child(self, row: models.Model) -> None:
        for name, model in self.kind.children.items():
            if isinstance(row, model):
                self.children[name].append(row)

    def touch(self, row: models.Model) -> None:
        """A row that was read and changed, to be updated by the door (a row that is new is inserted
        as it is then)."""
        if not any(row is new for new in self.added):
            self.touched[(type(row), row.pk)] = row

    def process(self, process_id: UUID) -> Process | None:
        """The process with this id, or None."""
        return next((process for process in self.processes if process.id == process_id), None)

    @property
    def alerts(self) -> list[Alert]:
        """Alerts raised by this request."""
        return [row for row in self.added if isinstance(row, Alert)]


def load(
    kind: CaseKind,
    *,
    numbers: Sequence[str] = (),
    ids: Collection[int] = (),
    lock: bool = True,
    key: UUID | None = None,
    reader: Any = None,
) -> list[CaseFile]:
    """Case files of one kind by number or id, in the order of their ids; locked against other steps
    unless `lock` is False. What `reader` may do on them is read along and kept on the user. One
    statement; a second one only when another step committed while this one waited for the lock."""
    column, wanted = ("c.number", list(numbers)) if numbers else ("c.id", sorted(ids))
    # One case by `=`: for an array of unknown length the server would plan anew each time, which
    # costs more than the reading.
    which, value = (
        (f"{column} = %(wanted)s", wanted[0])
        if len(wanted) == 1
        else (f"{column} = ANY(%(wanted)s)", wanted)
    )
    sql = f"{_select(kind.code, reader is not None)} WHERE {which} ORDER BY c.id" + (
        " FOR NO KEY UPDATE OF c" if lock else ""
    )
    values = {"key": key, "wanted": value} | (
        {"user": reader.pk, "now": timezone.now()} if reader is not None else {}
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
        if lock and any(_waited(row) for row in rows):
            # The case row is the new one, the sub-selects still saw the moment before the wait:
            # read again.
            cursor.execute(sql, values)
            rows = cursor.fetchall()
    return [_file(kind, row, reader) for row in rows]


def _waited(row: Sequence[Any]) -> bool:
    head_seq, last_event = row[_HEAD_SEQ], parsed(row[-3])
    return bool(head_seq) and (last_event is None or last_event["seq"] != head_seq)


_HEAD_SEQ = [f.column for f in Case._meta.concrete_fields].index("head_seq")


@lru_cache(maxsize=32)
def _select(kind_code: str, with_rights: bool) -> str:
    kind = registry.kind(kind_code)
    child = kind.model._meta.db_table
    case_columns = [f"c.{f.column}" for f in Case._meta.concrete_fields]
    child_columns = [f"k.{f.column}" for f in kind.model._meta.local_concrete_fields]
    joins, merged = [], "to_jsonb(p)"
    for index, process in enumerate(kind.processes.values()):
        pointer = process.model._meta.pk.column
        joins.append(
            f"LEFT JOIN {process.model._meta.db_table} x{index} ON x{index}.{pointer} = p.id"
        )
        merged += f" || coalesce(to_jsonb(x{index}), '{{}}'::jsonb)"
    # children in the order of their keys would be no order: each kind's own numbers and dates sort
    # them
    parts = [
        (
            f"'{name}', (SELECT jsonb_agg(to_jsonb(ch)) FROM {model._meta.db_table} ch WHERE "
            "ch.case_id = c.id)"
        )
        for name, model in kind.children.items()
    ]
    children = f"jsonb_build_object({', '.join(parts)})" if parts else ""
    return f"""
        SELECT {", ".join(case_columns + child_columns)}, cal.id, cal.revision, s.name,
          concat_ws(' ', o.first_name, o.last_name),
          (SELECT jsonb_agg(to_jsonb(w)) FROM casework_clock w
            WHERE w.case_id = c.id AND w.status IN ('RUNNING', 'HELD')),
          (SELECT jsonb_agg(to_jsonb(t)) FROM casework_task t WHERE t.case_id = c.id AND t.status = 'OPEN'),
          (SELECT jsonb_agg({merged} ORDER BY p.opened_on, p.id) FROM casework_process p {" ".join(joins)}
            WHERE p.case_id = c.id),
          (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.starts_at) FROM casework_appointment a WHERE a.case_id = c.id),
          {children or "NULL::jsonb"},
          (SELECT jsonb_build_object('seq', e.seq, 'at', e.at, 'who', concat_ws(' ', u.first_name, u.last_name))
             FROM casework_event e LEFT JOIN district_user u ON u.id = e.actor_id
            WHERE e.case_id = c.id ORDER BY e.seq DESC LIMIT 1),
          (SELECT jsonb_build_object('id', e.id, 'seq', e.seq, 'name', e.name, 'actor', e.actor_id)
             FROM casework_event e WHERE e.case_id = c.id AND e.key = %(key)s),
          {case_rights.RIGHTS_AS_JSON if with_rights else "NULL::jsonb"}
        FROM casework_case c JOIN {child} k ON k.case_ptr_id = c.id
        LEFT JOIN district_school s ON s.id = c.school_id LEFT JOIN district_calendar cal ON cal.id = s.calendar_id
        LEFT JOIN district_user o ON o.id = c.owner_id"""


def _file(kind: CaseKind, row: Sequence[Any], reader: Any) -> CaseFile:
    names = _names(kind.model)
    case = from_columns(kind.model, zip(names, row, strict=False))
    calendar_id, calendar_revision, school_name, owner_name, *documents = row[len(names) :]
    clocks, tasks, processes, appointments, children, last_event, repeated, rights = map(
        parsed, documents
    )
    if reader is not None:
        case_rights.remember(reader, case, rights or ())
    return CaseFile(
        kind=kind,
        case=case,
        calendar_id=calendar_id,
        calendar_revision=calendar_revision,
        school_name=school_name or "",
        owner_name=owner_name or "",
        clocks=[revive(Clock, data) for data in clocks or ()],
        tasks=[revive(Task, data) for data in tasks or ()],
        processes=[revive(_process_model(kind, data), data) for data in processes or ()],
        appointments=[revive(Appointment, data) for data in appointments or ()],
        children=defaultdict(
            list,
            {
                name: [revive(kind.children[name], data) for data in found or ()]
                for name, found in (children or {}).items()
            },
        ),
        last_event=last_event or {},
        repeated=repeated,
        before=column_values(case),
    )


@lru_cache(maxsize=32)
def _names(model: type[Case]) -> tuple[str, ...]:
    """The attributes of the columns that `_select` reads of the case, in its order."""
    return tuple(
        f.attname for f in (*Case._meta.concrete_fields, *model._meta.local_concrete_fields)
    )


def _process_model(kind: CaseKind, data: dict[str, Any]) -> type[Process]:
    return kind.processes[data["kind"]].model if data["kind"] in kind.processes else Process
