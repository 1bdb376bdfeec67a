"""The engine's rows: cases and what hangs on them. Only `casework.engine.services` writes them."""

from casework.models.access import CaseUserPermission, Recusal
from casework.models.case import Case, CaseNumber, Process
from casework.models.clock import Appointment, CalendarApplied, Clock, ClockChange, Heartbeat, Rung
from casework.models.files import Attachment, Document
from casework.models.guards import AllowedMove
from casework.models.policy import PolicyUse
from casework.models.reads import EmergencyAccess, Read
from casework.models.retention import Disposal, LegalHold
from casework.models.rollup import MeasureValue, RollupCell, RollupMark, RollupPart
from casework.models.timeline import Alert, Event
from casework.models.work import Draft, SavedView, Task

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
