"""From the answers of the screening form to the outcome: facts for the table, the coordinator's choice, the duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casework.access import rights
from titleix.case import queries
from titleix.models import TitleIXCase
from titleix.rules import timelines
from titleix.rules.screening import (
    TICKS,
    Answer,
    Choice,
    DutyFacts,
    Facts,
    HostileEnvironment,
    Outcome,
    Screening,
    allowed_outcomes,
    screen,
)

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow


def _answer(data: Any, name: str) -> Answer:
    return Answer(data[name]) if data.get(name) else Answer.UNKNOWN


def facts(flow: Workflow, data: Any) -> Facts:
    """The facts of B2.2 from the form and the case."""
    file = flow.file
    in_time = timelines.unknown_may_wait(
        queries.known_on(file), flow.turn.today, queries.span(file, "screening"), file.calendar
    )
    return Facts(
        duplicate=bool(data.get("duplicate_of")),
        identifiable=bool(data.get("identifiable")),
        leads=bool(data.get("leads")),
        q1=_answer(data, "q1"),
        q2=_answer(data, "q2"),
        q3=_answer(data, "q3"),
        q5=data.get("q5") == Answer.YES,
        in_time=in_time,
        employee=bool(data.get("employee")),
        quid_pro_quo=_answer(data, "quid_pro_quo"),
        offense=_answer(data, "offense"),
        hostile=HostileEnvironment(**{tick: _answer(data, tick) for tick in TICKS}),
        duties=DutyFacts(
            on_school_property=bool(data.get("on_school_property")),
            listed_act=bool(data.get("listed_act")),
            abuse_suspected=bool(data.get("abuse_suspected")),
            juvenile_victim=bool(data.get("juvenile_victim")),
            licensed_employee=bool(data.get("licensed_employee")),
        ),
    )


def screened(flow: Workflow, data: Any) -> tuple[Facts, Screening]:
    """What the table says."""
    found = facts(flow, data)
    return found, screen(found)


def chosen(found: tuple[Facts, Screening], data: Any) -> Choice:
    """The outcome that the coordinator chose (or the table's), allowed or refused with the reason."""
    known, result = found
    return allowed_outcomes(known)[
        Outcome(data["outcome"]) if data.get("outcome") else result.outcome
    ]


def target_of(flow: Workflow, data: Any) -> TitleIXCase | None:
    """The open case of which this report is a duplicate, if the user may see it."""
    number = str(data.get("duplicate_of") or "").strip().upper()
    found = (
        TitleIXCase.objects.filter(number=number, closed_on=None).exclude(pk=flow.case.pk).first()
    )
    return found if found and rights.can(flow.turn.actor, "coordinate_cases", found) else None
