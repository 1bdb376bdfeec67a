"""The Title IX case under the rule of 2020: states and steps, nothing else (domain.md B3).

What a step needs is in `forms`, why it may not be taken in `guards`, when in `procedure`, what it makes in `writing` and
`letters`. The steps stand by chapters: `intake`, `people`, `records`, `school`, `grievance`, `endings`."""

from __future__ import annotations

from typing import Any

from casework.deadline_steps import deadline_steps
from casework.models import Event
from titleix import clocks, guards
from titleix.intake_steps import intake_steps
from titleix.portal_steps import portal_steps
from titleix.privacy_steps import privacy_steps

from .endings import Endings
from .grievance import Grievance
from .intake import Intake
from .people import People
from .records import Records
from .school import SchoolInquiry
from .stages import (
    ALL_STAFF,
    APPEAL,
    APPROVE,
    COMPLAINT,
    COORDINATE,
    DECIDE,
    FACILITATE,
    INVESTIGATE,
    OPEN,
    RULES,
    SCHOOL,
    SCHOOL_PATH,
    STAFF,
    S,
    Stage,
    state,
)

__all__ = [
    "ALL_STAFF",
    "APPEAL",
    "APPROVE",
    "COMPLAINT",
    "COORDINATE",
    "DECIDE",
    "FACILITATE",
    "INVESTIGATE",
    "OPEN",
    "RULES",
    "SCHOOL",
    "SCHOOL_PATH",
    "STAFF",
    "Stage",
    "TitleIXWorkflow",
]


class TitleIXWorkflow(Intake, People, Records, SchoolInquiry, Grievance, Endings):
    """One report, from the first word to the archive."""

    kind, version = "TIX", RULES
    born, final = (S.RECEIVED,), (S.MERGED,)
    labels = dict(Stage.choices)
    clocks = clocks.CLOCKS
    state = state

    extend_deadline, hold_deadline, resume_deadline, correct_day0, recalculate_deadlines = (
        deadline_steps(state, OPEN, by=(COORDINATE, APPROVE), cite="34 CFR 106.45(b)(1)(v)")
    )

    (
        disclose,
        flag_family,
        unflag_family,
        involve,
        release,
        emergency_access,
        propose_disposal,
        withdraw_disposal,
        confirm_disposal,
    ) = privacy_steps(state, list(Stage), OPEN, [S.CLOSED, S.MERGED])

    ask_reporter, reporter_answered, answers_read, link_person = intake_steps(
        state, OPEN, list(Stage)
    )

    make_party_link, end_party_link, party_answer = portal_steps(state, list(Stage), OPEN)

    def reasons_against(self, transition: Any) -> list[str]:
        """The conditions of the step, and whether the person who acts may act at all (B3.4: checked at every act)."""
        step = transition.custom["step"]
        mine = guards.against_actor(self, step.by, moves=step.event == Event.Kind.TRANSITION)
        return [*([mine] if mine else []), *super().reasons_against(transition)]
