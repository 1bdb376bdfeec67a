"""Where a Title IX case may stand, who may act, and where steps lead whose target follows from the
case (domain.md B3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import SubjectState, Workflow

if TYPE_CHECKING:
    from casework.engine.workflow import Workflow

RULES = "t9-2020"
COORDINATE, INVESTIGATE, DECIDE, APPEAL, FACILITATE, SCHOOL, APPROVE = (
    "coordinate_cases",
    "investigate_cases",
    "decide_cases",
    "appeal_cases",
    "facilitate_cases",
    "administer_cases",
    "approve_cases",
)
STAFF = (COORDINATE, INVESTIGATE, SCHOOL)
ALL_STAFF = (*STAFF, DECIDE, APPEAL, FACILITATE)


class Stage(models.TextChoices):
    """Where a Title IX case stands (B3)."""

    RECEIVED = "RECEIVED", _("Received")
    SCREENING = "SCREENING", _("Screening")
    INFO_REQUESTED = "INFO_REQUESTED", _("More information asked for")
    NOT_TITLE_IX = "NOT_TITLE_IX", _("Not Title IX, to be referred")
    SUPPORTIVE_ONLY = "SUPPORTIVE_ONLY", _("Supportive measures only")
    S_OPEN = "S_OPEN", _("Inquiry open")
    S_INVESTIGATING = "S_INVESTIGATING", _("Inquiry under way")
    S_FINDINGS = "S_FINDINGS", _("Findings made")
    S_NOTIFIED = "S_OUTCOME_NOTIFIED", _("Families notified of the outcome")
    S_DISMISSED = "S_DISMISSED", _("Inquiry ended without findings")
    S_REOPENED = "S_REOPENED", _("Inquiry reopened")
    FC_PENDING = "FC_PENDING", _("Waits for a formal complaint")
    FORMAL_COMPLAINT = "FORMAL_COMPLAINT", _("Formal complaint")
    NOTICED = "NOTICED", _("Notice of allegations sent")
    INVESTIGATING = "INVESTIGATING", _("Investigation")
    EVIDENCE_REVIEW = "EVIDENCE_REVIEW", _("Parties review the evidence")
    REPORT_DRAFT = "REPORT_DRAFT", _("Report in the making")
    REPORT_REVIEW = "REPORT_REVIEW", _("Parties review the report")
    DETERMINATION = "DETERMINATION", _("Determination made")
    APPEAL_WINDOW = "APPEAL_WINDOW", _("Time to appeal")
    DISMISSED = "DISMISSED", _("Dismissed, time to appeal")
    APPEAL = "APPEAL", _("Appeal")
    INFORMAL = "INFORMAL", _("Informal resolution")
    FINAL = "FINAL", _("Final")
    REMEDIES = "REMEDIES", _("Remedies and checks")
    REOPENED = "REOPENED", _("Reopened")
    CLOSED = "CLOSED", _("Closed")
    MERGED = "MERGED", _("Part of another case")


S = Stage
BEFORE = [S.RECEIVED, S.SCREENING, S.INFO_REQUESTED]
SCHOOL_PATH = [S.S_OPEN, S.S_INVESTIGATING, S.S_FINDINGS]
COMPLAINT = [
    S.FORMAL_COMPLAINT,
    S.NOTICED,
    S.INVESTIGATING,
    S.EVIDENCE_REVIEW,
    S.REPORT_DRAFT,
    S.REPORT_REVIEW,
]
OPEN = [state for state in Stage if state not in (S.CLOSED, S.MERGED)]

state = SubjectState(Stage)


def state_before(flow: Workflow) -> Stage:
    """Where the case stood before its dismissal or the informal resolution."""
    return Stage(flow.case.came_from)
