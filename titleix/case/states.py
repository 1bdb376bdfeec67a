"""Where a Title IX case may stand, who may act, and where steps lead whose target follows from the case (domain.md B3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import SubjectState
from titleix.case import screening_outcome
from titleix.models import TitleIXCase
from titleix.rules.screening import Outcome

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
AFTER_SCREENING = {
    Outcome.DUPLICATE: S.MERGED,
    Outcome.INFO_REQUESTED: S.INFO_REQUESTED,
    Outcome.NOT_TITLE_IX: S.NOT_TITLE_IX,
    Outcome.OTHER_SEX_DISCRIMINATION: S.S_OPEN,
    Outcome.SCHOOL_30: S.S_OPEN,
    Outcome.DISTRICT_60: S.FC_PENDING,
}
# A report that was closed before anybody looked into it goes back to where its facts are weighed (T-20, B3.1).
AFTER_REOPENING = {
    "INSUFFICIENT": S.SCREENING,
    "REFERRED": S.SCREENING,
    "SUPPORTIVE": S.SUPPORTIVE_ONLY,
}

state = SubjectState(Stage)


def _screened_to(flow: Workflow) -> Stage:
    """Where the coordinator's outcome leads. The district's inquiry without 106.45 has no complaint to wait for."""
    found = flow.data["_screening"]
    choice = screening_outcome.chosen(found, flow.data)
    if (
        choice.outcome is Outcome.DISTRICT_60
        and choice.default
        and not found[1].needs_formal_complaint
    ):
        return S.S_OPEN
    return AFTER_SCREENING[choice.outcome]


def _was(flow: Workflow) -> Stage:
    return Stage(flow.case.came_from)


def _after_dismissal(flow: Workflow) -> Stage:
    """The dismissal stands: final, or on to the conduct track that was left open (34 CFR 106.45(b)(3)(i))."""
    if flow.case.appeal_of != "dismissal" or not flow.case.conduct_track:
        return S.FINAL
    return _was(flow) if flow.case.came_from in SCHOOL_PATH else S.S_OPEN


def _after_appeal(flow: Workflow) -> Stage:
    """Sent back: a dismissal that falls puts the case where it was, a determination that falls opens it again."""
    if flow.data["result"] != "sent_back":
        return _after_dismissal(flow)
    if flow.case.appeal_of != "dismissal":
        return S.REOPENED
    return S.FC_PENDING if flow.case.came_from in SCHOOL_PATH else _was(flow)


def _reopened_to(flow: Workflow) -> Stage:
    if flow.case.closed_reason in AFTER_REOPENING:
        return AFTER_REOPENING[flow.case.closed_reason]
    return (
        S.REOPENED
        if flow.case.complaint_on and flow.case.level == TitleIXCase.Level.DISTRICT
        else S.S_REOPENED
    )


by_outcome = SubjectState.GET_STATE(_screened_to, states=[*dict.fromkeys(AFTER_SCREENING.values())])
where_it_was = SubjectState.GET_STATE(_was, states=COMPLAINT)
after_window = SubjectState.GET_STATE(_after_dismissal, states=[S.FINAL, *SCHOOL_PATH])
after_appeal = SubjectState.GET_STATE(
    _after_appeal, states=[S.FINAL, S.REOPENED, S.FC_PENDING, *SCHOOL_PATH, *COMPLAINT]
)
by_reopening = SubjectState.GET_STATE(
    _reopened_to, states=[S.REOPENED, S.S_REOPENED, S.SCREENING, S.SUPPORTIVE_ONLY]
)
