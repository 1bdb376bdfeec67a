"""What a Title IX case adds to the engine's Case: parties, assignments, records, deliveries, training."""

from .case import TitleIXCase
from .people import Assignment, Party, Training
from .privacy import FamilyFlag, PartyLink
from .records import Delivery, Disclosure, Record

__all__ = ["Assignment", "Delivery", "Disclosure", "FamilyFlag", "Party", "PartyLink", "Record", "TitleIXCase", "Training"]
