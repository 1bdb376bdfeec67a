"""From the answers of the screening form to the outcome: facts for the table, the coordinator's
choice.
"""

from __future__ import annotations

from casework.engine.workflow import SubjectState, Workflow
from titleix.case import queries
from titleix.case.forms import Cleaned
from titleix.case.states import S, Stage
from titleix.rules import timelines
from titleix.rules.screening import (
    TICKS,
    Answer,
    DutyFacts,
    Facts,
    HostileEnvironment,
    Outcome,
    Screening,
    screen,
)
from titleix.rules.screening_choices import Choice, allowed_outcomes


def _answer(data: Cleaned, name: str) -> Answer:
    return Answer(data[name]) if data.get(name) else Answer.UNKNOWN


def facts(flow: Workflow, data: Cleaned) -> Facts:
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


def screened(flow: Workflow, data: Cleaned) -> tuple[Facts, Screening]:
    """What the table says."""
    known = facts(flow, data)
    return known, screen(known)


def chosen_outcome(screening: tuple[Facts, Screening], data: Cleaned) -> Choice:
    """The coordinator's outcome, else the table's: allowed, or refused with the reason."""
    known, result = screening
    return allowed_outcomes(known)[
        Outcome(data["outcome"]) if data.get("outcome") else result.outcome
    ]


AFTER_SCREENING = {
    Outcome.DUPLICATE: S.MERGED,
    Outcome.INFO_REQUESTED: S.INFO_REQUESTED,
    Outcome.NOT_TITLE_IX: S.NOT_TITLE_IX,
    Outcome.OTHER_SEX_DISCRIMINATION: S.S_OPEN,
    Outcome.SCHOOL_30: S.S_OPEN,
    Outcome.DISTRICT_60: S.FC_PENDING,
}


def _screened_to(flow: Workflow) -> Stage:
    """Where the coordinator's outcome leads.

    The district's inquiry without 106.45 has no complaint to wait for.
    """
    screening = flow.data["_screening"]
    choice = chosen_outcome(screening, flow.data)
    if (
        choice.outcome is Outcome.DISTRICT_60
        and choice.default
        and not screening[1].needs_formal_complaint
    ):
        return S.S_OPEN
    return AFTER_SCREENING[choice.outcome]


by_outcome = SubjectState.GET_STATE(_screened_to, states=[*dict.fromkeys(AFTER_SCREENING.values())])
