"""The one door: every change of a case goes through `act`, `act_many` or `open_cases`, each one
database transaction.

The order of the checks is the order in which a person should hear of them: does the case exist for
you, was this very request done already, is your page still true, does the state allow it (and if
not, why), may you do it, is the form complete. Then the step is applied, the event sealed into the
chain, clocks, tasks and alerts written with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.forms import CharField, FileField
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.fsm import TransitionNotAllowed

from casework.audit.hash_chain import digest, seal
from casework.case_types import registry
from casework.case_types.registry import CaseKind
from casework.engine import writer
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Forbidden, Invalid, NotNow, Refused, Stale, UnknownCase
from casework.engine.fast_models import fresh
from casework.engine.workflow import NEW, Step, Turn, Workflow
from casework.models import Case, CaseNumber, Document, Event, Process
from casework.policy import policies


@dataclass(frozen=True)
class Outcome:
    """What a step did."""

    number: str
    revision: int
    state: str
    repeated: bool = False


@dataclass(frozen=True)
class StepRequest:
    """One step of one case in a bulk request; several for one case are taken in their order."""

    case_id: int
    transition: str
    data: Mapping[str, Any] = field(default_factory=dict)
    process: UUID | None = None


@dataclass(frozen=True)
class Opening:
    """A case to be opened: the kind's own columns, the school, and the steps that bring it where it
    begins."""

    school_id: int | None
    fields: Mapping[str, Any]
    steps: Sequence[tuple[str, Mapping[str, Any]]]
    owner_id: int | None = None


@dataclass
class BulkOutcome:
    """How many steps were taken, and those that were refused with the reason."""

    done: int = 0
    refused: list[tuple[StepRequest, Refused]] = field(default_factory=list)


def local_today() -> date:
    """Today in the district's time zone (domain.md N1)."""
    return timezone.localdate()


def act(
    number: str,
    transition: str,
    *,
    actor: Any,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    revision: int | None = None,
    key: UUID | None = None,
    process: UUID | None = None,
    on: date | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Take one step of a case. `actor` None is the machine. `revision` is the one that the page
    showed, `key` makes a repeated request harmless; `on` and `now` are for the machine, which may
    act for another day than today. Raises UnknownCase, Stale, NotNow, Forbidden or Invalid; then
    nothing was changed."""
    kind = _kind_of(number)
    turn = Turn(actor=actor, now=now or timezone.now(), today=on or local_today(), key=key)
    prepared = _prepare(kind, number, transition, process, turn, dict(data or {}), files)
    with transaction.atomic():
        found = load(kind, numbers=[number], key=key, reader=actor)
        if not found or not _may_see(found[0], actor):
            raise UnknownCase(number)
        file = found[0]
        if file.repeated:
            return _repeated(file, transition, actor)
        _check_revision(file, revision)
        turn.data = dict(data or {})
        _take(file, process, transition, turn, files, prepared, person=actor is not None)
        writer.write([file])
    return Outcome(number, file.case.revision, file.case.state)


def act_many(
    requests: Iterable[StepRequest],
    *,
    kind: str,
    actor: Any = None,
    on: date | None = None,
    now: datetime | None = None,
    size: int = 2000,
) -> BulkOutcome:
    """The bulk twin of `act`: same rules, same rows, written a few thousand cases at a time. A
    refused step leaves its case as it was before that step and is reported; the others go on."""
    outcome = BulkOutcome()
    turns: dict[int, list[StepRequest]] = defaultdict(list)
    for request in requests:
        turns[request.case_id].append(request)
    ids = sorted(turns)
    for start in range(0, len(ids), size):
        chunk = ids[start : start + size]
        with transaction.atomic():
            files = [
                _run_all(file, turns[file.case.id], actor, on, now, outcome)
                for file in load(registry.kind(kind), ids=chunk)
            ]
            writer.write([file for file in files if file.case.head_seq != file.before["head_seq"]])
    return outcome


def open_cases(
    kind_code: str,
    openings: Sequence[Opening],
    *,
    year: int,
    on: date,
    actor: Any = None,
    size: int = 2000,
) -> list[int]:
    """Open cases in bulk, in the order given; returns their ids. Numbers are `KIND-YEAR-NNNNNN`."""
    kind = registry.kind(kind_code)
    in_force = policies.policy_for(kind.domain, on)
    policies.record_use(in_force)
    ids: list[int] = []
    for start in range(0, len(openings), size):
        chunk = openings[start : start + size]
        with transaction.atomic():
            files = _new_files(kind, chunk, year, on, in_force.id)
            for file, opening in zip(files, chunk, strict=True):
                for name, data in opening.steps:
                    turn = Turn(actor=actor, now=timezone.now(), today=on, data=dict(data))
                    _take(file, None, name, turn, None, {})
            writer.write(files)
        ids.extend(file.case.id for file in files)
    return ids


def _kind_of(number: str) -> CaseKind:
    try:
        return registry.kind(number.partition("-")[0])
    except KeyError:
        raise UnknownCase(number) from None


def _may_see(file: CaseFile, actor: Any) -> bool:
    """Who may not see the case hears that there is none; a narrow right lets its holder take the
    steps that ask for it."""
    return actor is None or any(
        file.kind.access.can(actor, name, file.case) for name in ("view_cases", *file.kind.narrow)
    )


def _repeated(file: CaseFile, transition: str, actor: Any) -> Outcome:
    """The same key again: the outcome of then. The key of somebody else's request is not taken for
    one's own."""
    assert file.repeated is not None
    if file.repeated["name"] != transition or file.repeated["actor"] != (
        actor.pk if actor else None
    ):
        raise Invalid({"key": [_("This idempotency key was used for another step.")]})
    return Outcome(file.case.number, file.case.revision, file.case.state, repeated=True)


def _check_revision(file: CaseFile, revision: int | None) -> None:
    if revision is not None and revision != file.case.revision:
        at = file.last_event.get("at")
        raise Stale(
            file.last_event.get("who") or _("the system"),
            datetime.fromisoformat(at) if at else None,
            file.case.revision,
        )


def flow_for(file: CaseFile, process_id: UUID | None, turn: Turn) -> Workflow:
    """The workflow of the case, or of one of its processes. Raises UnknownCase for a process that
    is not the case's."""
    if process_id is None:
        return file.kind.workflow(file.case.rules)(file, file.case, turn)
    process = file.process(process_id)
    if process is None:
        raise UnknownCase(str(process_id))
    return file.kind.processes[process.kind].workflows[process.rules](file, process, turn)


def _prepare(
    kind: CaseKind,
    number: str,
    name: str,
    process_id: UUID | None,
    turn: Turn,
    data: dict[str, Any],
    files: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Work that a step needs done before the case is locked (rendering a letter). What it finds is
    checked again under the lock; a step that will be refused anyway prepares nothing."""
    if not any(name in _preparing(cls) for cls in _flow_classes(kind)):  # type: ignore[arg-type]  # mypy: hash of a class
        return {}
    found = load(kind, numbers=[number], lock=False, reader=turn.actor)
    if not found or not _may_see(found[0], turn.actor):
        return {}
    flow = flow_for(found[0], process_id, Turn(turn.actor, turn.now, turn.today, data))
    move = flow.find(name)
    if move is None or flow.reasons_against(move) or not move.has_perm(flow, turn.actor):
        return {}
    step: Step = move.custom["step"]
    flow.turn.data = _validated(flow, step, data, files)
    return step.prepare(flow) if step.prepare else {}


def _flow_classes(kind: CaseKind) -> list[type[Workflow]]:
    classes = list(kind.workflows.values())
    return classes + [
        cls for process in kind.processes.values() for cls in process.workflows.values()
    ]


@lru_cache(maxsize=64)
def _preparing(cls: type[Workflow]) -> frozenset[str]:
    """The steps of a workflow that need something done before the lock."""
    return frozenset(slug for slug, move in cls.transitions() if move.custom["step"].prepare)


def _take(
    file: CaseFile,
    process_id: UUID | None,
    name: str,
    turn: Turn,
    files: Mapping[str, Any] | None,
    prepared: Mapping[str, Any],
    *,
    person: bool = False,
) -> None:
    """Check and apply one step to a case file in memory, and append its event. `person`: the data
    came from outside."""
    flow = flow_for(file, process_id, turn)
    move = flow.find(name)
    if move is None:
        raise NotNow([_not_from_here(flow, name)])
    reasons = flow.reasons_against(move)
    if reasons:
        raise NotNow(reasons)
    if not move.has_perm(flow, turn.actor):
        raise Forbidden(name)
    step: Step = move.custom["step"]
    raw = turn.data
    # Without a form nothing that a person sends is kept: it was never looked at, and the timeline
    # is for ever.
    turn.data = _validated(flow, step, raw, files) if step.form else {} if person else dict(raw)
    turn.data["_step"] = name
    flow.prepared = prepared
    flow.remember(
        **{key: value for key, value in prepared.items() if not isinstance(value, Document)}
    )
    for document in (value for value in prepared.values() if isinstance(value, Document)):
        flow.attach(document)
    _apply(flow, name, step)


def _apply(flow: Workflow, name: str, step: Step) -> None:
    source = flow.came_from = flow.subject.state
    try:
        getattr(flow, name)()
    except TransitionNotAllowed as error:  # e.g. a computed target outside the declared ones
        raise NotNow([str(error)]) from error
    for kind in step.stops:
        flow.stop_clock(kind)
    for kind in step.starts:
        if not flow._running(kind):
            flow.start_clock(kind)
    if flow.process is not None:
        flow.file.touch(flow.process)
    _append(flow, name, step, source)


def _append(flow: Workflow, name: str, step: Step, source: str) -> None:
    """Seal the event into the chain and bring the case's own columns up to date."""
    file, case, turn = flow.file, flow.file.case, flow.turn
    event = fresh(
        Event,
        seq=case.head_seq + 1,
        kind=step.event,
        name=name,
        source=source if source != NEW else "",
        target=flow.subject.state,
        at=turn.now,
        on=flow.effective_on,
        rules=flow.version,
        citation=step.cite,
        data=_jsonable(_without_words(flow, {**_public(turn.data), **flow.extra})),
        key=turn.key,
        prev_hash=case.head_hash,
        case_id=case.id,
        actor_id=flow.actor_id,
        process_id=flow.process.id if flow.process else None,
    )
    event.digest = digest(event.data)
    event.hash = seal(event)
    file.add(event)
    case.head_seq, case.head_hash, case.updated_at = event.seq, event.hash, turn.now
    case.revision += 0 if file.new and event.seq == 1 else 1
    _remember_next_duty(file)


def _without_words(flow: Workflow, data: dict[str, Any]) -> dict[str, Any]:
    """The timeline of a sealed kind holds codes, dates and numbers alone: words go into the kind's
    sealed rows."""
    if not flow.file.kind.sealed:
        return data
    said = {
        name: str(value)
        for name, value in data.items()
        if name in flow.turn.words and value not in (None, "", [])
    }
    plain = {name: value for name, value in data.items() if name not in flow.turn.words}
    return {**plain, **(flow.file.kind.keep_words(flow, said) if said else {})}


def _remember_next_duty(file: CaseFile) -> None:
    """Keep on the case which promise is due next, for the order of worklists."""
    running = [clock for clock in file.running if clock.status == clock.Status.RUNNING]
    first = min(running, key=lambda clock: (clock.due, clock.kind), default=None)
    file.case.next_due = first.due if first else None
    file.case.next_duty = first.kind if first else ""
    file.case.next_day0 = first.day0 if first else None


def _not_from_here(flow: Workflow, name: str) -> str:
    label = next((str(move.label) for slug, move in type(flow).transitions() if slug == name), None)
    if label is None:
        raise UnknownCase(name)
    state = flow.labels.get(flow.subject.state, flow.subject.state)
    return _("“%(step)s” is not possible while the state is “%(state)s”.") % {
        "step": label,
        "state": state,
    }


def _validated(
    flow: Workflow, step: Step, data: Mapping[str, Any], files: Mapping[str, Any] | None
) -> dict[str, Any]:
    if step.form is None:
        return dict(data)
    form = step.form(data, files, flow=flow)  # type: ignore[call-arg, arg-type]
    if not form.is_valid():
        raise Invalid(
            {field: [str(error) for error in errors] for field, errors in form.errors.items()}, form
        )
    flow.turn.words = frozenset(
        name for name, field in form.fields.items() if isinstance(field, CharField | FileField)
    )
    return dict(form.cleaned_data)


def _public(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if not key.startswith("_")}


def _jsonable(value: Any) -> Any:
    """Validated data as it stands on the timeline: rows by their key, dates as ISO text, files by
    their name."""
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, models.Model):
        return _jsonable(value.pk)
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [_jsonable(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _run_all(
    file: CaseFile,
    requests: list[StepRequest],
    actor: Any,
    on: date | None,
    now: datetime | None,
    outcome: BulkOutcome,
) -> CaseFile:
    for request in requests:
        turn = Turn(
            actor=actor,
            now=now or timezone.now(),
            today=on or local_today(),
            data=dict(request.data),
        )
        try:
            _take(file, request.process, request.transition, turn, None, {})
            outcome.done += 1
        except Refused as error:
            outcome.refused.append((request, error))
    return file


def _new_files(
    kind: CaseKind, openings: Sequence[Opening], year: int, on: date, policy_id: str
) -> list[CaseFile]:
    """Case files that are not in the database yet: ids, numbers and calendars fetched for all at
    once."""
    first = _next_numbers(kind.code, year, len(openings))
    calendars = _calendars({opening.school_id for opening in openings})
    workflow = kind.workflow(kind.rules_of(on))
    files = []
    for offset, (case_id, opening) in enumerate(
        zip(_next_ids(len(openings)), openings, strict=True)
    ):
        case = kind.model(
            id=case_id,
            number=f"{kind.code}-{year}-{first + offset:0{kind.number_width}d}",
            kind=kind.code,
            rules=workflow.version,
            policy=policy_id,
            state=NEW,
            opened_on=on,
            updated_at=timezone.now(),
            school_id=opening.school_id,
            owner_id=opening.owner_id,
            **opening.fields,
        )
        calendar_id, revision = calendars.get(opening.school_id, (None, None))
        files.append(
            CaseFile(
                kind=kind, case=case, calendar_id=calendar_id, calendar_revision=revision, new=True
            )
        )
    return files


def _next_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            (
                "SELECT nextval(pg_get_serial_sequence('casework_case', 'id')) FROM "
                "generate_series(1, %s)"
            ),
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _next_numbers(kind: str, year: int, count: int) -> int:
    """The first of `count` new numbers; the row stays locked until the cases are written, so none
    is lost or doubled."""
    with connection.cursor() as cursor:
        cursor.execute(
            (
                f"INSERT INTO {CaseNumber._meta.db_table} (kind, year, last) VALUES (%s, %s, %s)"
                " ON CONFLICT (kind, year) DO UPDATE SET last = casework_casenumber.last + "
                "excluded.last RETURNING last"
            ),
            [kind, year, count],
        )
        return int(cursor.fetchone()[0]) - count + 1


def _calendars(school_ids: Iterable[int | None]) -> dict[int | None, tuple[int | None, int | None]]:
    from district.models import School

    rows = School.objects.filter(id__in=[i for i in school_ids if i]).values_list(
        "id", "calendar_id", "calendar__revision"
    )
    return {school_id: (calendar_id, revision) for school_id, calendar_id, revision in rows}


__all__ = [
    "BulkOutcome",
    "Case",
    "Opening",
    "Outcome",
    "Process",
    "StepRequest",
    "act",
    "act_many",
    "flow_for",
    "local_today",
    "open_cases",
]
