"""What a workflow is made of. Apps declare one class per case kind (or process kind) and rules
version:

    class AttendanceWorkflow(Workflow):
        state = SubjectState(Stage)

        @step(state, source=Stage.WATCH, target=Stage.TIER2, by=("work_cases", "system"), label=_("Raise to tier 2"), ...)
        def raise_tier2(self) -> None:
            self.open_task("ROOT_CAUSE", role="SSW", clock="root_cause")

viewflow.fsm holds states, sources, targets and conditions; it does not check permissions on a call
and does not lock or save: `casework.engine.services` does, and is the only caller. A method body
changes nothing in the database; it says what shall happen (`start_clock`, `open_task`, `spawn` ...)
and the door writes all of it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_noop
from viewflow.fsm import State
from viewflow.fsm.base import TransitionDescriptor

from casework.engine import clocks as engine_clocks
from casework.engine.casefile import CaseFile
from casework.engine.fast_models import fresh
from casework.models import Alert, Appointment, Case, Clock, Document, Event, Process, Task
from casework.policy.policies import Policy

SYSTEM = "system"
NEW = "NEW"


@dataclass(frozen=True)
class ClockSpec:
    """A promise that a workflow may start. `sla` reads length and unit from the policy: {"n": 3,
    "unit": "school_day"}. `ladder` names the alert ladder in the policy, `moves` what it says on
    extension and hold (`clock_moves`); `role` is whose promise it is; `then` is the step that the
    system takes on the day after the due date (a wait is over)."""

    kind: str
    label: Any
    sla: Callable[[Policy], Mapping[str, Any]]
    role: str = ""
    ladder: str = "default"
    cite: str = ""
    moves: str = "default"
    then: str = ""


@dataclass(frozen=True)
class Effects:
    """What a step would tell whom and make, worked out from the case as it is; empty where the
    step's own words say it."""

    tells: Any = ""
    makes: Any = ""


@dataclass(frozen=True)
class Step:
    """What a transition is beyond its states; kept in viewflow's `custom`. `effects` works out from
    the case what `tells` and `makes` only say in general; a `hidden` step is not offered in the
    list of steps; one with a `page` (the name of an address) is offered there and taken by that
    page, which is given the numbers of the chosen cases."""

    by: tuple[str, ...]
    form: type[forms.Form] | None = None
    does: Any = ""
    tells: Any = ""
    makes: Any = ""
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    cite: str = ""
    work: bool = True
    event: str = Event.Kind.TRANSITION
    primary: bool = False
    prepare: Callable[[Workflow], dict[str, Any]] | None = None
    effects: Callable[[Workflow], Effects] | None = None
    hidden: bool = False
    page: str = ""


class SubjectState(State):
    """The state column of the flow's subject (a Case or a Process)."""

    def get(self, instance: Any) -> Any:
        """The subject's state."""
        return instance.subject.state

    def set(self, instance: Any, value: Any) -> None:
        """Move the subject in memory; the door writes it."""
        instance.subject.state = str(value)


def unmet(met: bool, reason: Any) -> State.CONDITION:
    """The result of a condition: met, or not met with the reason in words."""
    return State.CONDITION(bool(met), unmet=reason)


def step(
    state: State,
    *,
    source: Any,
    target: Any = None,
    label: Any,
    by: tuple[str, ...],
    conditions: Iterable[Callable[[Any], Any]] = (),
    **about: Any,
) -> Callable[[Any], Any]:
    """Declare a transition: viewflow's, with a `Step` in its custom data. Without target the state
    stays."""
    details = Step(by=by, **about)
    places = {} if target is None else {"target": target}
    return state.transition(  # type: ignore[no-any-return]
        source=source,
        label=label,
        conditions=list(conditions),
        permission=lambda flow, user: flow.permitted(details.by, user),
        custom={"step": details},
        **places,
    )


@dataclass
class Turn:
    """Who acts, when, with what data; frozen for all that one request does."""

    actor: Any
    now: datetime
    today: date
    data: dict[str, Any] = field(default_factory=dict)
    key: UUID | None = None
    words: frozenset[str] = frozenset()  # fields of the step's form that hold a person's own words


class Workflow:
    """Base of all workflows. `born` lists the states a row may be inserted in, `final` those that
    nothing leaves."""

    kind: ClassVar[str]
    version: ClassVar[str]
    born: ClassVar[tuple[str, ...]]
    final: ClassVar[tuple[str, ...]]
    labels: ClassVar[Mapping[str, Any]]
    clocks: ClassVar[Mapping[str, ClockSpec]] = {}
    state: ClassVar[Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A step bears the name of its function, and no name that is taken: by something that every
        workflow has, or by a step of a base class. It would replace that without a word."""
        super().__init_subclass__(**kwargs)
        for name, value in vars(cls).items():
            if isinstance(value, TransitionDescriptor):
                _check_name(cls, name)

    def __init__(self, file: CaseFile, subject: Case | Process, turn: Turn) -> None:
        self.file, self.subject, self.turn = file, subject, turn
        self.effective_on = turn.today
        self.extra: dict[str, Any] = {}
        self.prepared: Mapping[str, Any] = {}
        self.came_from = ""

    # -- what a body or a condition may read -------------------------------------------------------

    @property
    def case(self) -> Any:
        """The case (of its kind's own model)."""
        return self.file.case

    @property
    def process(self) -> Process | None:
        """The process that is moved, or None when the case itself is."""
        return self.subject if isinstance(self.subject, Process) else None

    @property
    def data(self) -> dict[str, Any]:
        """The validated data of the step."""
        return self.turn.data

    @property
    def policy(self) -> Policy:
        """The policy version that the case was opened under."""
        return self.file.policy

    def permitted(self, by: tuple[str, ...], user: Any) -> bool:
        """Whether a user (None: the machine) may take a step open to `by`."""
        if user is None:
            return SYSTEM in by
        return any(
            self.file.kind.access.can(user, codename, self.case)
            for codename in by
            if codename != SYSTEM
        )

    # -- what a body may say shall happen ----------------------------------------------------------

    def remember(self, **data: Any) -> None:
        """Add to the data of the event."""
        self.extra.update(data)

    def start_clock(self, kind: str, day0: date | None = None, basis: str = "step") -> Clock:
        """Start the promise `kind` on day 0 (default: the date the step counts for)."""
        spec = self.clocks[kind]
        return engine_clocks.start(
            self.file, spec, day0 or self.effective_on, basis, self.process, self.turn
        )

    def start_clock_until(self, kind: str, until: date) -> Clock:
        """Start the promise `kind` with a date that a person chose, in calendar days from today."""
        length = {"n": (until - self.turn.today).days, "unit": "calendar_day"}
        spec = replace(self.clocks[kind], sla=lambda _policy: length)
        return engine_clocks.start(
            self.file, spec, self.turn.today, "chosen", self.process, self.turn
        )

    def stop_clock(self, kind: str, on: date | None = None) -> None:
        """Stop a running promise as kept or missed by the date; nothing happens when none runs."""
        for clock in self._running(kind):
            engine_clocks.stop(self.file, clock, on or self.effective_on, self.turn)

    def cancel_clock(self, kind: str, reason: str) -> None:
        """End a running promise that fell away."""
        for clock in self._running(kind):
            engine_clocks.cancel(self.file, clock, reason, self.turn)

    def escalate_clock(self, kind: str, to: str, complaint_on: date | None = None) -> Clock:
        """The promise `kind` passes into the promise `to` (B2.4); ValueError when none runs."""
        for clock in self._running(kind):
            return engine_clocks.escalate(
                self.file, clock, self.clocks[to], self.turn, complaint_on=complaint_on
            )
        raise ValueError(f"no clock {kind} runs in {self.case.number}")

    def rebase_clock(self, clock: Clock, day0: date, reason: str) -> Clock:
        """Day 0 of a running promise was wrong: one with the right day 0 takes its place."""
        return engine_clocks.rebase(self.file, clock, day0, reason, self.turn)

    def merge_clocks(self, reason: str) -> None:
        """All promises of the case go on in another case."""
        for clock in list(self.file.running):
            engine_clocks.merge_away(self.file, clock, reason, self.turn)

    def hold_clock(
        self, kind: str, until: date, cause: str, notices: Mapping[str, str] | None = None
    ) -> None:
        """Days of this promise stop counting (informal resolution, an appeal of a dismissal)."""
        for clock in self._running(kind):
            engine_clocks.hold(self.file, clock, until, self.turn, cause, "", notices or {})

    def resume_clock(self, kind: str, on: date | None = None) -> None:
        """Days of this promise count again."""
        for clock in self._running(kind):
            if clock.status == Clock.Status.HELD:
                engine_clocks.resume(self.file, clock, on or self.effective_on, self.turn)

    def _running(self, kind: str) -> list[Clock]:
        process_id = self.process.id if self.process else None
        return [
            clock
            for clock in self.file.running
            if clock.kind == kind and clock.process_id == process_id
        ]

    def open_task(self, kind: str, role: str, clock: str | None = None) -> Task:
        """Give a role a duty; with `clock`, that promise starts (or is the running one) and dates
        the task."""
        running = self._running(clock) if clock else []
        timed = running[0] if running else self.start_clock(clock) if clock else None
        task = fresh(
            Task,
            kind=kind,
            role=role,
            status=Task.Status.OPEN,
            opened_at=self.turn.now,
            case_id=self.case.id,
            process_id=self.process.id if self.process else None,
            clock_id=timed.id if timed else None,
        )
        return self.file.add(task)

    def finish_task(self, kind: str, outcome: str = "", cancelled: bool = False) -> bool:
        """Close the open duties of a kind and the clocks that date them; whether there was one. A
        process closes its own and the case's, never those of another process of the same kind (two
        referrals may be open at once)."""
        tasks = [
            task
            for task in self.file.tasks
            if task.kind == kind and task.status == Task.Status.OPEN and self._mine(task)
        ]
        for task in tasks:
            task.status = Task.Status.CANCELLED if cancelled else Task.Status.DONE
            task.closed_at, task.closed_by_id, task.outcome = self.turn.now, self.actor_id, outcome
            self.file.touch(task)
            self._end_clock_of(task, cancelled, outcome)
        return bool(tasks)

    def _mine(self, task: Task) -> bool:
        return self.process is None or task.process_id in (None, self.process.id)

    def _end_clock_of(self, task: Task, cancelled: bool, outcome: str) -> None:
        for clock in [clock for clock in self.file.running if clock.id == task.clock_id]:
            if cancelled:
                engine_clocks.cancel(
                    self.file, clock, outcome or gettext_noop("task cancelled"), self.turn
                )
            else:
                engine_clocks.stop(self.file, clock, self.effective_on, self.turn)

    @property
    def actor_id(self) -> int | None:
        """The user who acts, or None for the machine."""
        return self.turn.actor.pk if self.turn.actor else None

    def appoint(
        self,
        kind: str,
        starts_at: datetime,
        place: str,
        minutes: int = 60,
        interpreter: bool = False,
    ) -> Appointment:
        """A meeting that belongs into people's calendars."""
        row = Appointment(
            id=uuid4(),
            kind=kind,
            starts_at=starts_at,
            minutes=minutes,
            place=place[:200],
            interpreter=interpreter,
        )
        row.case_id, row.process_id = self.case.id, self.process.id if self.process else None
        return self.file.add(row)

    def alert(self, code: str, level: str = "owner", **data: Any) -> None:
        """Raise an alert at once; `data` holds codes and dates alone."""
        self.file.add(
            fresh(
                Alert,
                code=code,
                level=level,
                raised_at=self.turn.now,
                data=data,
                case_id=self.case.id,
            )
        )

    def attach(self, document: Document) -> None:
        """Keep a document that was made for this step."""
        document.case_id, document.process_id = (
            self.case.id,
            self.process.id if self.process else None,
        )
        self.file.add(document)

    def spawn(self, kind: str, state: str = "", **fields: Any) -> Process:
        """Begin a child process in its first state, or in another one that it may be born in; its
        own workflow says which clocks start."""
        process_kind = self.file.kind.processes[kind]
        version = sorted(process_kind.workflows)[-1]
        flow_class = process_kind.workflows[version]
        process = process_kind.model(
            id=uuid4(),
            kind=kind,
            rules=version,
            state=state or flow_class.born[0],
            opened_on=self.effective_on,
            **fields,
        )
        process.case_id = self.case.id
        self.file.add(process)
        flow_class(self.file, process, self.turn).begin()
        return process

    def begin(self) -> None:
        """What happens when a process is spawned (clocks start here); nothing by default."""

    def end_process(
        self, process: Process | None = None, reason: str = gettext_noop("process ended")
    ) -> None:
        """The process (or another one of the case) is over: what it still promised falls away, its
        duties end."""
        over = process or self.process
        assert over is not None
        over.closed_on = self.effective_on
        self.file.touch(over)
        for clock in [clock for clock in self.file.running if clock.process_id == over.id]:
            engine_clocks.cancel(self.file, clock, reason, self.turn)
        for task in [
            task
            for task in self.file.tasks
            if task.process_id == over.id and task.status == Task.Status.OPEN
        ]:
            task.status, task.closed_at, task.outcome = Task.Status.CANCELLED, self.turn.now, reason
            self.file.touch(task)

    def close_case(self, reason: str) -> None:
        """Close the case; clocks that still run and open tasks are cancelled (domain.md C12)."""
        self.case.closed_on, self.case.closed_reason = self.effective_on, reason
        for clock in list(self.file.running):
            engine_clocks.cancel(self.file, clock, reason, self.turn)
        for task in [task for task in self.file.tasks if task.status == Task.Status.OPEN]:
            task.status, task.closed_at, task.outcome = Task.Status.CANCELLED, self.turn.now, reason
            self.file.touch(task)

    # -- what the door and the pages ask -----------------------------------------------------------

    @classmethod
    def transitions(cls) -> Iterator[tuple[str, Any]]:
        """Every (name, viewflow transition) of this workflow, sorted by name."""
        yield from _declared(cls)  # type: ignore[arg-type]  # mypy takes an instance's hash for the class's

    @classmethod
    def allowed_moves(cls) -> list[tuple[str, str]]:
        """Every (source, target) that changes the state: what the database trigger is told."""
        moves = {
            (str(transition.source), str(target))
            for _name, transition in cls.transitions()
            for target in transition.declared_targets()
            if _is_state(target)
            and _is_state(transition.source)
            and str(target) != str(transition.source)
        }
        return sorted(moves)

    def find(self, name: str) -> Any:
        """The transition `name` out of the present state, or None. Only declared names are ever
        looked up."""
        here, moves = (self.subject.state, State.ANY), _by_name(type(self))  # type: ignore[arg-type]  # as above
        return next((move for move in moves.get(name, ()) if move.source in here), None)

    def reasons_against(self, transition: Any) -> list[str]:
        """Every unmet condition in words (viewflow itself stops at the first)."""
        results = [condition(self) for condition in transition.conditions]
        return [str(getattr(result, "message", "") or result) for result in results if not result]

    def outgoing(self) -> list[tuple[str, Any]]:
        """The declared (name, transition) pairs out of the present state."""
        here = (self.subject.state, State.ANY)
        return [
            (slug, transition)
            for slug, transition in type(self).transitions()
            if transition.source in here
        ]


# The declarations of a class never change, and every step asks for them: looked up once.
def add_step(cls: type[Workflow], name: str, transition: TransitionDescriptor) -> None:
    """Give a workflow a step that was made for it elsewhere."""
    if hasattr(cls, name):
        raise TypeError(f"{cls.__name__} has a {name} already")
    setattr(cls, name, transition)
    _check_name(cls, name)


def _check_name(cls: type[Workflow], name: str) -> None:
    """Raise TypeError where a step is bound to another name, or to one that is taken."""
    slug = getattr(cls, name).slug
    if slug != name:
        raise TypeError(f"{cls.__name__}.{name} is the step {slug}: bind it to its own name")
    if any(hasattr(base, name) for base in cls.__mro__[1:]):
        raise TypeError(
            f"{cls.__name__}.{name}: there is a {name} already; give the step another name"
        )


@lru_cache(maxsize=64)
def _declared(cls: type[Workflow]) -> tuple[tuple[str, Any], ...]:
    found = sorted(cls.state.get_transitions().items(), key=lambda item: item[0].slug)
    return tuple(
        (method.slug, transition) for method, transitions in found for transition in transitions
    )


@lru_cache(maxsize=64)
def _by_name(cls: type[Workflow]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, transition in cls.transitions():
        found.setdefault(name, []).append(transition)
    return found


def _is_state(value: Any) -> bool:
    return isinstance(value, str) and str(value) != NEW
