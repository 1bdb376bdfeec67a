"""What the rule asks next in one case: every duty in its order with its citation, and how far it
is.

Pure: facts in, items out; no database, no clock. Normative text: domain.md B1.1, B3.1-B3.3; 34
CFR Part 106 of 2020."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from titleix.rules.case_facts import Facts
from titleix.rules.duties import DUTIES, duties_of
from titleix.rules.duty import Duty, Text


class Status(StrEnum):
    """How far a duty is."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True)
class Item:
    """One duty. `on`: when it was done; `due`: by when it must be, where a promise runs or a
    window is open."""

    key: str
    label: Text
    cite: Text
    status: Status
    on: date | None = None
    due: date | None = None
    who: str = "coordinate_cases"
    side: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps by which it is done, those that come first in front."""
        return STEPS.get("duty" if self.key.startswith("duty_") else self.key, ())


# Whose turn it is, as a permission in the case; the coordinator's where nothing stands here,
# nobody's where a time runs.
NOBODY = ""
WHO: Mapping[str, str] = {
    "allegations": "investigate_cases",
    "interviews": "investigate_cases",
    "evidence": "investigate_cases",
    "findings": "investigate_cases",
    "report": "investigate_cases",
    "handed_in": "investigate_cases",
    "report_sent": "investigate_cases",
    "questions": "decide_cases",
    "determination": "decide_cases",
    "determination_sent": "decide_cases",
    "appeal": "appeal_cases",
    "informal": "facilitate_cases",
    "outcome": "administer_cases",
    "evidence_window": NOBODY,
    "report_window": NOBODY,
    "appeal_window": NOBODY,
    **{f"duty_{key}": "administer_cases" for key in DUTIES},
}

# The steps of the workflow by which a duty is done; the page offers those that this person may take
# now.
STEPS: Mapping[str, tuple[str, ...]] = {
    "contact": ("contact",),
    "screening": ("triage", "propose_screening", "screen", "ask_information", "info_received"),
    "second_reader": ("second_read",),
    "duty": ("duty_done",),
    "measures": ("add_measure",),
    "handed_in": ("add_evidence", "set_aside"),
    "measures_review": ("review_measures",),
    "investigator": ("assign",),
    "allegations": ("allege",),
    "interviews": ("schedule_interview", "interview"),
    "evidence": ("add_evidence", "send_evidence"),
    "findings": ("make_findings",),
    "outcome": ("notify_outcome",),
    "complaint": ("file_complaint", "support_only"),
    "notice": ("allege", "send_notice"),
    "informal": ("agree", "leave_informal"),
    "evidence_window": ("respond",),
    "report": ("write_report",),
    "report_sent": ("revise_report", "send_report"),
    "decision_maker": ("assign",),
    "questions": ("questions",),
    "report_window": ("respond",),
    "determination": ("determine",),
    "determination_sent": ("send_determination",),
    "appeal": ("notify_appeal", "state_appeal", "decide_appeal"),
    "appeal_window": ("file_appeal",),
    "remedies": ("remedy", "begin_remedies", "remedy_done"),
    "closed": ("check_in", "close_inquiry", "check_remedies", "close_remedies", "close_final"),
}


def items(facts: Facts) -> list[Item]:
    """The whole list in its order. Of the duties that follow each other the first undone one is
    next, the others come later; what waits for nothing is next as long as it is undone. After
    the end nothing is asked any more."""
    found, chain_open = [], True
    over = facts.closed_on is not None
    for duty in duties_of(facts):
        status = _status(duty, chain_open, over)
        if status is Status.NEXT and not duty.side:
            chain_open = False
        due = None if status is Status.DONE else facts.due.get(duty.clock)
        found.append(
            Item(
                duty.key,
                duty.label,
                duty.cite,
                status,
                duty.on,
                due,
                WHO.get(duty.key, "coordinate_cases"),
                duty.side,
            )
        )
    return found


def _status(duty: Duty, chain_open: bool, over: bool) -> Status:
    if duty.done:
        return Status.DONE
    if over or not duty.applies:
        return Status.NOT_APPLICABLE
    return Status.NEXT if duty.side or chain_open else Status.LATER


def upcoming(facts: Facts) -> list[Item]:
    """Only what is to be done now."""
    return [item for item in items(facts) if item.status is Status.NEXT]
