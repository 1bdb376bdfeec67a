"""The Title IX case under the rule of 2020: states and steps, nothing else (domain.md B3).

The steps stand in the wings by what they are for; this file puts them together."""

from __future__ import annotations

from typing import Any

from casework.engine.clock_steps import deadline_steps
from casework.models import Event
from titleix.case import conditions
from titleix.case.states import APPROVE, COORDINATE, OPEN, RULES, S, Stage, state
from titleix.intake.follow_up_steps import FollowUp
from titleix.investigation.school_steps import SchoolInquiry
from titleix.investigation.steps import Grievance
from titleix.outcomes.steps import Endings
from titleix.party_portal.steps import PrivateLinks
from titleix.people.steps import People
from titleix.privacy.steps import Privacy
from titleix.records.steps import Records
from titleix.rules import clocks
from titleix.screening.steps import Intake


class TitleIXWorkflow(
    Intake, FollowUp, People, Records, SchoolInquiry, Grievance, Endings, PrivateLinks, Privacy
):
    """One report, from the first word to the archive."""

    kind, version = "TIX", RULES
    born, final = (S.RECEIVED,), (S.MERGED,)
    labels = dict(Stage.choices)
    clocks = clocks.CLOCKS
    state = state

    extend_deadline, hold_deadline, resume_deadline, correct_day0, recalculate_deadlines = (
        deadline_steps(state, OPEN, by=(COORDINATE, APPROVE), cite="34 CFR 106.45(b)(1)(v)")
    )

    def reasons_against(self, transition: Any) -> list[str]:
        """The conditions of the step, and whether the person who acts may act at all (B3.4: checked at every act)."""
        step = transition.custom["step"]
        mine = conditions.against_actor(self, step.by, moves=step.event == Event.Kind.TRANSITION)
        return [*([mine] if mine else []), *super().reasons_against(transition)]
