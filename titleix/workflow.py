"""The Title IX case under the rule of 2020: its states, and its steps put together (domain.md B3).

The steps stand in the wings by what they are for, one file a capability."""

from __future__ import annotations

from typing import Any

from casework.engine.clock_steps import deadline_steps
from casework.models import Event
from titleix.case import conditions
from titleix.case.states import APPROVE, COORDINATE, OPEN, RULES, S, Stage, state
from titleix.export.steps import Export
from titleix.intake.follow_up_steps import FollowUp
from titleix.intake.opening import Opening
from titleix.investigation.allegations import Allegations
from titleix.investigation.escalation import Escalation
from titleix.investigation.evidence_window import EvidenceWindow
from titleix.investigation.formal_complaint import FormalComplaint
from titleix.investigation.interviews import Interviews
from titleix.investigation.report import Report
from titleix.investigation.school_inquiry import SchoolInquiry
from titleix.investigation.written_questions import WrittenQuestions
from titleix.letters.mailing import Mailing
from titleix.outcomes.appeal import Appeal
from titleix.outcomes.closing import Closing
from titleix.outcomes.determination import Determination
from titleix.outcomes.dismissal import Dismissal
from titleix.outcomes.informal_resolution import InformalResolution
from titleix.outcomes.remedies import Remedies
from titleix.outcomes.reopening import Reopening
from titleix.party_portal.steps import PrivateLinks
from titleix.people.assignments import Assignments
from titleix.people.parties import Parties
from titleix.people.ties import Ties
from titleix.privacy.steps import Privacy
from titleix.records.accommodations import Accommodations
from titleix.records.contacts import Contacts
from titleix.records.emergency_removal import EmergencyRemoval
from titleix.records.employees import Employees
from titleix.records.evidence import Evidence
from titleix.records.no_contact import NoContact
from titleix.records.related_reports import RelatedReports
from titleix.records.retaliation import Retaliation
from titleix.records.rule_set import RuleSet
from titleix.records.state_duties import StateDuties
from titleix.records.supportive_measures import SupportiveMeasures
from titleix.rules import clocks
from titleix.screening.information import Information
from titleix.screening.referral import Referral
from titleix.screening.steps import Screening


class Intake(Opening, FollowUp, Screening, Information, Referral):
    """From the report to its outcome (B3.1)."""


class People(Parties, Assignments, Ties):
    """The people of a case, functions of staff, ties (B3.4)."""


class Records(
    Contacts,
    SupportiveMeasures,
    Evidence,
    EmergencyRemoval,
    Employees,
    NoContact,
    Accommodations,
    StateDuties,
    RelatedReports,
    Retaliation,
    RuleSet,
):
    """What is kept in any open state."""


class Investigation(
    SchoolInquiry,
    Escalation,
    FormalComplaint,
    Allegations,
    Interviews,
    EvidenceWindow,
    Report,
    WrittenQuestions,
):
    """The inquiry of the school (B3.2) and the grievance process of 34 CFR 106.45 (B3.3)."""


class Outcomes(Determination, Dismissal, InformalResolution, Appeal, Remedies, Closing, Reopening):
    """How a case ends, and how it opens again (B3.3)."""


@deadline_steps(state, OPEN, by=(COORDINATE, APPROVE), cite="34 CFR 106.45(b)(1)(v)")
class TitleIXWorkflow(
    Intake,
    People,
    Records,
    Investigation,
    Outcomes,
    Mailing,
    PrivateLinks,
    Privacy,
    Export,
):
    """One report, from the first word to the archive."""

    kind, version = "TIX", RULES
    born, final = (S.RECEIVED,), (S.MERGED,)
    labels = dict(Stage.choices)
    clocks = clocks.CLOCKS
    state = state

    def reasons_against(self, transition: Any) -> list[str]:
        """The conditions of the step, and whether the person who acts may act at all (B3.4: checked
        at every act).
        """
        step = transition.custom["step"]
        mine = conditions.against_actor(self, step.by, moves=step.event == Event.Kind.TRANSITION)
        return [*([mine] if mine else []), *super().reasons_against(transition)]
