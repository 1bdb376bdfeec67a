"""Attendance rows: marks as they were known over time, tallies, what a case adds to the engine's, and its processes."""

from .case import AttendanceCase, Notice
from .conference import Arc, PlanAction, PlanReview
from .effect import EffectPair
from .locate import Locate, LocateAttempt
from .marks import Mark, MarkClass, MarkVersion
from .mediation import (
    FollowUp,
    Mediation,
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
)
from .partners import (
    Court,
    Disclosure,
    ExcuseNote,
    Partner,
    PartnerMOU,
    PartnerReferral,
    PartnerSchool,
)
from .tally import SchoolTally, Tally
from .trial import PolicyTrial

__all__ = [
    "Arc",
    "AttendanceCase",
    "Court",
    "Disclosure",
    "EffectPair",
    "ExcuseNote",
    "FollowUp",
    "Locate",
    "LocateAttempt",
    "Mark",
    "MarkClass",
    "MarkVersion",
    "Mediation",
    "MediationAccess",
    "MediationMOU",
    "MediationProvider",
    "Mediator",
    "Notice",
    "Partner",
    "PartnerMOU",
    "PartnerReferral",
    "PartnerSchool",
    "PlanAction",
    "PlanReview",
    "PolicyTrial",
    "SchoolTally",
    "Tally",
]
