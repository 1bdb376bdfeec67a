"""The duties of state law that a report itself shows (B1.2), before anybody has screened it."""

from __future__ import annotations

from titleix.rules.screening import Answer, DutyFacts, Facts
from titleix.rules.state_law import parallel_duties

SCHOOL_PROPERTY = {"classroom", "building", "grounds", "bus"}


def duties_at_once(
    *, location: str, assault: bool, under_18: bool, abuse: bool = False
) -> list[str]:
    """The keys of the duties of state law that a report itself shows (B1.2), before anybody has
    screened it. That somebody was touched, hurt or forced sexually may be an offense that the law
    names: a duty forgotten is worse than one checked.
    """
    found = DutyFacts(
        on_school_property=location in SCHOOL_PROPERTY,
        abuse_suspected=abuse,
        juvenile_victim=under_18,
    )
    offense = Answer.YES if assault else Answer.UNKNOWN
    facts = Facts(
        duplicate=False,
        identifiable=True,
        leads=True,
        q1=Answer.UNKNOWN,
        q5=False,
        in_time=True,
        employee=False,
        offense=offense,
        duties=found,
    )
    return [duty.key for duty in parallel_duties(facts)]
