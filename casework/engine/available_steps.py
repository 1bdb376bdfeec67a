"""What can be done next in a case, by this user, and why the rest cannot: for the case page and the
API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from casework.case_types import registry
from casework.engine.casefile import CaseFile, load
from casework.engine.services import flow_for, local_today
from casework.engine.workflow import Effects, Step, Turn, Workflow
from casework.models import Case, Event, Process


@dataclass(frozen=True)
class Choice:
    """One possible step. `reasons` is empty when it can be taken now."""

    name: str
    label: str
    process: UUID | None
    process_label: str
    step: Step
    reasons: tuple[str, ...]
    promises: tuple[str, ...]
    tells: str = ""
    makes: str = ""

    @property
    def enabled(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def choices(case: Case, user: Any) -> list[Choice]:
    """The steps out of the present states that this user may take, the possible ones first (one
    statement, and one for the permissions). Steps of the machine alone and steps beyond the user's
    permission are not listed."""
    files = load(registry.kind(case.kind), ids=[case.pk], lock=False)
    return file_choices(files[0], user) if files else []


def file_choices(file: CaseFile, user: Any) -> list[Choice]:
    """As `choices`, for a case file that is at hand."""
    turn = Turn(actor=user, now=timezone.now(), today=local_today())
    flows = [flow_for(file, None, turn)]
    flows += [
        flow_for(file, process.id, turn) for process in file.processes if process.closed_on is None
    ]
    found = [choice for flow in flows for choice in _of(flow, user)]
    return sorted(found, key=lambda choice: (not choice.enabled, not choice.step.primary))


def _of(flow: Workflow, user: Any) -> Iterator[Choice]:
    for name, move in flow.outgoing():
        step: Step = move.custom["step"]
        if step.hidden or not flow.permitted(step.by, user):
            continue
        process = flow.process
        effects = step.effects(flow) if step.effects else Effects()
        yield Choice(
            name=name,
            label=str(move.label),
            process=process.id if process else None,
            process_label=_named(flow.file, process) if process else "",
            step=step,
            reasons=tuple(flow.reasons_against(move)),
            promises=tuple(
                str(flow.clocks[kind].label) for kind in step.starts if kind in flow.clocks
            ),
            tells=str(effects.tells or step.tells),
            makes=str(effects.makes or step.makes),
        )


def _named(file: CaseFile, process: Process) -> str:
    """A process by its kind and what led to it, in words: 'Conference: 10 unexcused days'."""
    about = ", ".join(
        filter(None, (file.kind.says(code, file.policy) for code in process.code.split("+")))
    )
    return ": ".join(filter(None, (str(file.kind.processes[process.kind].label), about)))


def is_note(choice: Choice) -> bool:
    """Whether a step only adds to the timeline (note, contact): pages show those beside the story."""
    return choice.step.event in (Event.Kind.NOTE, Event.Kind.CONTACT)


def moves_case(choice: Choice) -> bool:
    """Whether a step moves the case or one of its processes on: those are shown large, with what
    they do; records, deadlines and access are shown as a line of links."""
    return choice.step.event == Event.Kind.TRANSITION


def grouped(kind: registry.CaseKind, found: Sequence[Choice]) -> list[tuple[Any, list[Choice]]]:
    """Steps under the headings of their kind, what has none first under ''."""
    named = {name for _heading, names in kind.groups for name in names}
    rows = [("", [choice for choice in found if choice.name not in named])]
    rows += [
        (heading, [choice for choice in found if choice.name in names])
        for heading, names in kind.groups
    ]
    return [(heading, rows_) for heading, rows_ in rows if rows_]


def next_choice(file: CaseFile, found: list[Choice]) -> Choice | None:
    """The possible step that most probably fulfils the duty that is due next: one of its process,
    one that ends its clock, else the main step out of the present state; None where nothing of that
    kind is possible for the user."""
    running = sorted(
        (clock for clock in file.running if clock.status == clock.Status.RUNNING),
        key=lambda clock: (clock.due, clock.kind),
    )
    possible = [choice for choice in found if choice.enabled]
    if running:
        first = running[0]
        ends = [choice for choice in possible if first.kind in choice.step.stops]
        same = [
            choice for choice in possible if first.process_id and choice.process == first.process_id
        ]
        chosen = [choice for choice in ends or same or possible if choice.step.primary] or ends
        return chosen[0] if chosen else None
    return next((choice for choice in possible if choice.step.primary), None)
