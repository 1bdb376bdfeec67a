"""The kinds of case that the installed apps bring. The engine knows them only through what they
register here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q

if TYPE_CHECKING:
    from casework.access.rights import AccessPolicy
    from casework.case_types.target_window import Window
    from casework.engine.casefile import CaseFile
    from casework.engine.workflow import Workflow
    from casework.models import Case, Event, Process


@dataclass(frozen=True)
class ProcessKind:
    """A child process that cases of a kind may have: its table and its workflow per rules version.
    `told` says which narrow permission hears of the promises of a role (role -> permission); their
    holders find the process at `desk`, the name and the arguments of a page."""

    code: str
    label: Any
    model: type[Process]
    workflows: Mapping[str, type[Workflow]]
    told: Mapping[str, str] = field(default_factory=dict)
    desk: tuple[str, ...] = ()


@dataclass(frozen=True)
class Party:
    """Somebody to whom the rule owes written notice; `id` is bound to the person's row, `label` is
    for those who may see the case."""

    id: str
    label: str


@dataclass(frozen=True)
class CaseKind:
    """One kind of case. `labels` names the subjects of cases for those who may see them (one
    statement for all); `search` turns words into a filter on Case; `children` are tables of this
    kind that a step reads and writes with the case (each with a `case` key); `panels` gives the
    case page what only this kind can show; `keeps_reads` keeps a record of who looked at what,
    refused tries included; with one of the permissions in `narrow` somebody takes single steps of a
    case without being shown the case (a street team, an outside mediator).

    `says` turns the code of an occasion or a process into words, by the policy of the case.

    A `sealed` kind keeps its files sealed and no words of a person on its timeline: `keep_words`
    takes the free text of a step into sealed rows of the kind and returns what the event says
    instead; `words_of` finds it again (event seq -> text) for the page of somebody who may see the
    case."""

    code: str
    label: Any
    domain: str
    model: type[Case]
    workflows: Mapping[str, type[Workflow]]
    current_rules: str
    access: AccessPolicy
    labels: Callable[[Collection[int]], dict[int, str]]
    search: Callable[[str], Q]
    processes: Mapping[str, ProcessKind] = field(default_factory=dict)
    number_width: int = 6
    children: Mapping[str, type[Model]] = field(default_factory=dict)
    panels: Callable[[Any, Any], dict[str, Any]] | None = None
    template: str = ""
    clock_labels: Mapping[str, Any] = field(default_factory=dict)
    task_labels: Mapping[str, Any] = field(default_factory=dict)
    letter_labels: Mapping[str, Any] = field(default_factory=dict)
    reach: Mapping[str, Any] = field(
        default_factory=dict
    )  # reach of an alert -> whom it reaches, where that is not the usual
    acted: Mapping[str, Any] = field(
        default_factory=dict
    )  # step -> who stands behind it, where nobody was signed in
    says: Callable[[str, Any], str] = lambda code, policy: code
    groups: Sequence[
        tuple[Any, Collection[str]]
    ] = ()  # headings for the steps that do not move a case, where they are many
    parties: Callable[[CaseFile], Sequence[Party]] = lambda file: ()
    windows: Callable[[CaseFile], Sequence[Window]] = lambda file: ()
    keeps_reads: bool = False
    sealed: bool = False
    keep_words: Callable[[Workflow, Mapping[str, str]], Mapping[str, Any]] = lambda flow, words: {}
    words_of: Callable[[CaseFile, Sequence[Event]], Mapping[int, str]] = lambda file, events: {}
    narrow: Sequence[str] = ()
    rules_on: Callable[[date], str] | None = None

    def rules_of(self, on: date) -> str:
        """The rules version of a case that is opened on a date: by the kind's own effective dates
        where it has any."""
        return self.rules_on(on) if self.rules_on else self.current_rules

    def workflow(self, rules: str) -> type[Workflow]:
        """The workflow class of a rules version; KeyError for a version that nobody released."""
        return self.workflows[rules]


RECALCULATE = "recalculate_deadlines"
_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> None:
    """Make a kind known; called once from the app's `ready`. ValueError for a second kind under the
    same code, and for a workflow with clocks whose cases could not follow a change of the calendar
    (see `deadline_steps`)."""
    if kind.code in _kinds and _kinds[kind.code] is not kind:
        raise ValueError(f"case kind {kind.code} is registered twice")
    for flow in kind.workflows.values():
        if flow.clocks and not hasattr(flow, RECALCULATE):
            raise ValueError(
                f"{flow.__name__} has clocks but no deadline steps: a snow day would not reach them"
            )
    _kinds[kind.code] = kind


def kind(code: str) -> CaseKind:
    """The kind with this code; KeyError where no installed app brings it."""
    return _kinds[code]


def all_kinds() -> list[CaseKind]:
    """Every registered kind, in the order of their codes."""
    return [_kinds[code] for code in sorted(_kinds)]
