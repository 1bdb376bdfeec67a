"""Emergency removal of a student and administrative leave of an employee (34 CFR 106.44(c)-(d))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.engine.date_rules import DueDate, SchoolCalendar
from titleix.rules.timelines import Check, Span, Text, all_of, day_words, due


@dataclass(frozen=True, kw_only=True)
class Removal:
    """An emergency removal as entered. `challenge_on` is the date on which the student is or was
    heard."""

    removed_on: date
    student: bool
    individual_analysis: bool  # an individualized analysis of safety and risk is on file
    physical_threat: bool  # an immediate threat to the physical health or safety of somebody
    from_allegations: bool  # the threat arises from the allegations
    notice_on: date | None
    challenge_on: date | None
    disability_plan: bool  # an IEP or a 504 plan
    plan_checked: bool = False


def challenge_due(removed_on: date, span: Span, calendar: SchoolCalendar) -> DueDate:
    """By when a challenge is heard: "immediately following the removal" (34 CFR 106.44(c); T-23:
    2 school days)."""
    return due(removed_on, span, calendar)


def check_removal(removal: Removal, challenge: Span, calendar: SchoolCalendar) -> Check:
    """Whether an emergency removal stands (34 CFR 106.44(c)); every missing condition is named
    (T-23)."""
    last = challenge_due(removal.removed_on, challenge, calendar).due
    return all_of(*_grounds(removal), *_safeguards(removal, last))


def _grounds(removal: Removal) -> Sequence[tuple[bool, Text]]:
    """What must be so that the student may be removed at all."""
    return (
        (
            removal.student,
            _(
                "Only a student can be removed in an emergency; an employee is put on leave (34 "
                "CFR 106.44(c)-(d))."
            ),
        ),
        (
            removal.individual_analysis,
            _("An individualized analysis of safety and risk is needed (34 CFR 106.44(c))."),
        ),
        (
            removal.physical_threat,
            _(
                "An immediate threat to somebody's physical health or safety is needed (34 CFR "
                "106.44(c))."
            ),
        ),
        (
            removal.from_allegations,
            _("The threat must arise from the allegations (34 CFR 106.44(c))."),
        ),
    )


def _safeguards(removal: Removal, last: date) -> Sequence[tuple[bool, Text]]:
    """What the student is owed: notice, a challenge by the last day, the rights of a plan."""
    heard, told = removal.challenge_on, removal.notice_on
    in_time = heard is not None and removal.removed_on <= heard <= last
    return (
        (
            told is not None and told <= (heard or last),
            _("The student must get notice, before the challenge is heard (34 CFR 106.44(c))."),
        ),
        (
            in_time,
            format_lazy(
                _("The challenge must be heard by {day} (34 CFR 106.44(c))."), day=day_words(last)
            ),
        ),
        (
            removal.plan_checked or not removal.disability_plan,
            _(
                "The student has an IEP or 504 plan: the rights under IDEA, Section 504 and the "
                "ADA must be checked (34 CFR 106.44(c))."
            ),
        ),
    )


def check_leave(*, student: bool, employee: bool) -> Check:
    """Whether administrative leave is open: for an employee who is not a student (34 CFR
    106.44(d); T-22)."""
    only = _("Administrative leave is for employees who are not students (34 CFR 106.44(d)).")
    return all_of((employee and not student, only))
