"""The workflows of attendance: the case and its child processes. States and steps, nothing else (domain.md A2.2-A2.7)."""

from .arc import ArcState, ArcWorkflow
from .case import AttendanceWorkflow
from .common import HELPED, MAIL, OPEN, RULES, SIGN, SUPERVISE, TIERS, WORK, WORKING, Stage
from .court import CourtState, CourtWorkflow
from .locate import LocateState, LocateWorkflow
from .mediation import MediationState, MediationWorkflow
from .notice import BEFORE_SENT, NoticeState, NoticeWorkflow
from .partner import PartnerState, PartnerWorkflow

__all__ = [
    "BEFORE_SENT",
    "HELPED",
    "MAIL",
    "OPEN",
    "RULES",
    "SIGN",
    "SUPERVISE",
    "TIERS",
    "WORK",
    "WORKING",
    "ArcState",
    "ArcWorkflow",
    "AttendanceWorkflow",
    "CourtState",
    "CourtWorkflow",
    "LocateState",
    "LocateWorkflow",
    "MediationState",
    "MediationWorkflow",
    "NoticeState",
    "NoticeWorkflow",
    "PartnerState",
    "PartnerWorkflow",
    "Stage",
]
