"""Attendance rows: marks as they were known over time, tallies, what a case adds to the engine's,
and its processes."""

from attendance.models.case import AttendanceCase, Notice
from attendance.models.conference import Arc, PlanAction, PlanReview
from attendance.models.effect import EffectPair
from attendance.models.locate import Locate, LocateAttempt
from attendance.models.marks import Mark, MarkClass, MarkVersion
from attendance.models.mediation import (
    FollowUp,
    Mediation,
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
)
from attendance.models.partners import (
    Court,
    Disclosure,
    ExcuseNote,
    Partner,
    PartnerMOU,
    PartnerReferral,
    PartnerSchool,
)
from attendance.models.tally import SchoolTally, Tally
from attendance.models.trial import PolicyTrial

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
