"""What the rules need to know of one case: the facts of its checklist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Facts:
    """What the checklist needs to know. `records` and `sent`: kind or letter -> the latest date;
    `due`: promise -> date, of those that run; `heard` and `sides`: parties with an interview,
    and all parties."""

    outcome: str = ""
    screened_on: date | None = None
    complaint_on: date | None = None
    second_reader_open: bool = False
    second_read_on: date | None = None
    contacted_on: date | None = None
    records: Mapping[str, date] = field(default_factory=dict)
    sent: Mapping[str, date] = field(default_factory=dict)
    due: Mapping[str, date] = field(default_factory=dict)
    duties_open: Collection[str] = ()
    duties_done: Mapping[str, date] = field(default_factory=dict)
    roles: Collection[str] = ()
    sides: int = 0
    heard: int = 0
    handed_in: int = 0
    handed_in_open: int = 0
    questions: Mapping[str, date] = field(default_factory=dict)
    evidence_over_on: date | None = None
    report_over_on: date | None = None
    appealed_on: date | None = None
    appeal_decided_on: date | None = None
    appeal_sent_back: bool = False
    dismissed_on: date | None = None
    informal: bool = False
    agreed_on: date | None = None
    responsible: bool | None = None
    final: bool = False
    closed_on: date | None = None
    closed_reason: str = ""
    district: bool = False
