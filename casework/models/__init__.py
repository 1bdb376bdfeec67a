"""The engine's rows: cases and what hangs on them. Only `casework.services` writes them."""

from .access import CaseUserPermission, Recusal
from .case import Case, CaseNumber, Process
from .clock import Appointment, CalendarApplied, Clock, ClockChange, Heartbeat, Rung
from .files import Attachment, Document
from .guards import AllowedMove
from .policy import PolicyUse
from .reads import EmergencyAccess, Read
from .retention import Disposal, LegalHold
from .rollup import MeasureValue, RollupCell, RollupMark, RollupPart
from .timeline import Alert, Event
from .work import Draft, SavedView, Task

__all__ = [
    "Alert",
    "AllowedMove",
    "Appointment",
    "Attachment",
    "CalendarApplied",
    "Case",
    "CaseNumber",
    "CaseUserPermission",
    "Clock",
    "ClockChange",
    "Disposal",
    "Document",
    "Draft",
    "EmergencyAccess",
    "Event",
    "Heartbeat",
    "LegalHold",
    "MeasureValue",
    "PolicyUse",
    "Process",
    "Read",
    "Recusal",
    "RollupCell",
    "RollupMark",
    "RollupPart",
    "Rung",
    "SavedView",
    "Task",
]
