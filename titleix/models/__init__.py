"""What a Title IX case adds to the engine's Case: parties, assignments, records, deliveries, training."""

from .case import TitleIXCase
from .people import Assignment, Party, Training
from .records import Delivery, Disclosure, Record

__all__ = ["Assignment", "Delivery", "Disclosure", "Party", "Record", "TitleIXCase", "Training"]
