"""What a Title IX case adds to the engine's Case: parties, assignments, records, deliveries,
training, need to know.
"""

from titleix.models.case import TitleIXCase
from titleix.models.people import Assignment, Party, Training
from titleix.models.privacy import FamilyFlag, PartyLink
from titleix.models.records import Delivery, Disclosure, Inspection, Record, RedactedExport

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
