"""What a Title IX case adds to the engine's Case: parties, assignments, records, deliveries, training, need to know."""

from .case import TitleIXCase
from .people import Assignment, Party, Training
from .privacy import FamilyFlag, PartyLink
from .records import Delivery, Disclosure, Inspection, Record, RedactedExport

__all__ = [
    "Assignment",
    "Delivery",
    "Disclosure",
    "FamilyFlag",
    "Inspection",
    "Party",
    "PartyLink",
    "Record",
    "RedactedExport",
    "TitleIXCase",
    "Training",
]
