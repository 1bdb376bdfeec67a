"""The workflow of an attendance case: the steps of the wings put together (domain.md A2.2)."""

from __future__ import annotations

from attendance.case.corrections import Corrections
from attendance.case.excuse_notes import ExcuseNotes
from attendance.case.goals import Goals
from attendance.case.policy_actions import PolicyActions
from attendance.case.steps import CaseSteps
from attendance.case.transfers import Transfers
from attendance.common.states import OPEN, RULES, STATE, SUPERVISE, Stage
from attendance.conference.case_steps import ConferenceRequests
from attendance.court.case_steps import CourtOffers
from attendance.court.legal_steps import LegalReview
from attendance.mediation.case_steps import MediationReferrals
from attendance.messages.steps import FamilyMessages
from attendance.notice.case_steps import NoticeBeginnings
from attendance.partners.case_steps import PartnerReferrals
from attendance.rules import clocks
from attendance.street_team.case_steps import SearchRequests
from casework.engine.clock_steps import deadline_steps


class Supports(
    ConferenceRequests, SearchRequests, MediationReferrals, CourtOffers, PartnerReferrals
):
    """What a case may begin to help the student."""


@deadline_steps(STATE, OPEN, by=(SUPERVISE,))
class AttendanceWorkflow(
    CaseSteps,
    NoticeBeginnings,
    Transfers,
    Corrections,
    Goals,
    PolicyActions,
    ExcuseNotes,
    FamilyMessages,
    LegalReview,
    Supports,
):
    """One student in one school year."""

    kind, version = "ATT", RULES
    born = (Stage.WATCH, Stage.TIER2, Stage.TIER3)
    final = (Stage.CLOSED,)
    labels = dict(Stage.choices)
    clocks = clocks.CASE
    state = STATE
