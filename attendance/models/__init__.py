"""Attendance rows: marks as they were known over time, tallies, and what a case adds to the engine's."""

from .case import AttendanceCase, Notice
from .marks import Mark, MarkClass, MarkVersion
from .tally import SchoolTally, Tally

__all__ = ["AttendanceCase", "Mark", "MarkClass", "MarkVersion", "Notice", "SchoolTally", "Tally"]
