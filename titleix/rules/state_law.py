"""The duties of North Carolina law that never wait for the Title IX case (domain.md B1.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from casework.engine.date_rules import Unit
from titleix.rules.screening import Answer, Facts, Text


class DutyStart(StrEnum):
    """What day 0 of a duty is."""

    KNOWLEDGE = "knowledge"
    PERSONNEL_ACTION = (
        "personnel_action"  # dismissal, suspension (paid or not) or accepted resignation
    )


@dataclass(frozen=True)
class Duty:
    """A duty of NC law. Due `days` in `unit` after its day 0; 0 = on that day. Not `certain`:
    the answers suggest it, and a person must check."""

    key: str
    label: Text
    who: Text
    when: Text
    days: int
    unit: Unit
    citation: str
    day0: DutyStart = DutyStart.KNOWLEDGE
    certain: bool = True


POLICE = Duty(
    "police_report",
    _("Report the act to local law enforcement"),
    _("principal"),
    _("immediately"),
    0,
    Unit.WORK,
    "G.S. 115C-288(g)",
)


SUPERINTENDENT = Duty(
    "superintendent_notice",
    _("Tell the superintendent of the police report, in writing or by e-mail"),
    _("principal"),
    _(
        "by the end of the work day when reasonably possible, at the latest of the following work "
        "day"
    ),
    1,
    Unit.WORK,
    "G.S. 115C-288(g)",
)


DSS = Duty(
    "dss_report",
    _("Report suspected abuse or neglect to the county director of social services"),
    _("any person"),
    _("when there is cause to suspect"),
    0,
    Unit.CALENDAR,
    "G.S. 115C-400; G.S. 7B-301",
)


JUVENILE = Duty(
    "juvenile_victim",
    _("Report the offense against a juvenile to law enforcement"),
    _("any adult"),
    _("immediately"),
    0,
    Unit.CALENDAR,
    "G.S. 14-318.6",
)


# B1.2 has the five days from knowledge of the field, unverified ([K]). The rule's text, as a stored
# copy has it, counts them from the personnel action and not from the report; counsel confirms it.
LICENSE = Duty(
    "state_board_report",
    _("Report misconduct of a licensed employee to the State Board of Education"),
    _("administrators"),
    _("within five calendar days of the dismissal, suspension or accepted resignation"),
    5,
    Unit.CALENDAR,
    "16 NCAC 06C .0608",
    day0=DutyStart.PERSONNEL_ACTION,
)


def parallel_duties(facts: Facts) -> tuple[Duty, ...]:
    """The duties of B1.2 that apply, in every branch of the tree alike. A yes to prong (c) alone
    raises those that it may mean as to be checked: it names sexual assault together with
    stalking, and a duty forgotten is worse than one checked."""
    duties, offense = facts.duties, facts.offense is Answer.YES
    found: list[Duty] = []
    if duties.on_school_property and (duties.listed_act or offense):
        found += [replace(duty, certain=duties.listed_act) for duty in (POLICE, SUPERINTENDENT)]
    if duties.abuse_suspected:
        found.append(DSS)
    if duties.juvenile_victim and (duties.violent_or_sexual_offense or offense):
        found.append(replace(JUVENILE, certain=duties.violent_or_sexual_offense))
    if duties.licensed_employee:
        found.append(LICENSE)
    return tuple(found)
