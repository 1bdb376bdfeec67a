"""What a coordinator may decide beside the outcome that the screening table gives (domain.md
B2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from titleix.rules.screening import Facts, Outcome, Screening, Text, screen


@dataclass(frozen=True)
class Choice:
    """One outcome as a coordinator sees it. `reason` says why the tree gives it, why it may be
    chosen, or why not."""

    outcome: Outcome
    allowed: bool
    default: bool
    needs_second_reader: bool
    reason: Text


# Beside what the tree says: upward always, because a coordinator may order a case to the district
# (B3.2, ESCALATED); to the school past an unknown only with a second reader, because rules 5 and 6
# make the district a default and no more.
ALSO: Mapping[int, frozenset[Outcome]] = {
    5: frozenset({Outcome.DISTRICT_60, Outcome.SCHOOL_30}),
    6: frozenset({Outcome.SCHOOL_30}),
    9: frozenset({Outcome.DISTRICT_60}),
    10: frozenset({Outcome.DISTRICT_60}),
}


EMPLOYEE_NOT_AT_SCHOOL = _(
    "The respondent is an employee; a school does not investigate its own staff. The district "
    "does, with HR."
)


UPWARD = _("The coordinator may order any case to the district; the decision needs its reasons.")


PAST_UNKNOWN = _(
    "Something is unknown: it may be decided so only with a second reader, and with reasons."
)


REFUSED: Mapping[Outcome, Text] = {
    Outcome.DUPLICATE: _("No open case holds the same incident."),
    Outcome.INFO_REQUESTED: _("Every question that the decision needs is answered."),
    Outcome.NOT_TITLE_IX: _(
        "Referred away is only what is neither on the basis of sex nor sex discrimination "
        "(questions 1 and 5)."
    ),
    Outcome.OTHER_SEX_DISCRIMINATION: _(
        "This is for sex discrimination that is not harassment: question 1 No, question 5 Yes."
    ),
    Outcome.DISTRICT_60: _(
        "The conduct is not on the basis of sex (question 1); there is no harassment to "
        "investigate."
    ),
    Outcome.SCHOOL_30: _(
        "Conduct that meets the definition gets the grievance process of 34 CFR 106.45, which the "
        "district leads."
    ),
}


REFUSED_BY_RULE: Mapping[tuple[int, Outcome], Text] = {
    (3, Outcome.SCHOOL_30): REFUSED[Outcome.DISTRICT_60],
    (4, Outcome.SCHOOL_30): REFUSED[Outcome.DISTRICT_60],
    (6, Outcome.INFO_REQUESTED): _(
        "The time for asking is over; what is unknown now goes to a second reader."
    ),
}


def allowed_outcomes(facts: Facts) -> dict[Outcome, Choice]:
    """Every outcome, with whether the coordinator may decide so and why (T-22: never SCHOOL_30
    for an employee)."""
    found = screen(facts)
    return {outcome: _choice(outcome, found) for outcome in Outcome}


def _choice(outcome: Outcome, found: Screening) -> Choice:
    if outcome is found.outcome:
        return Choice(outcome, True, True, found.needs_second_reader, found.reason)
    if outcome is Outcome.SCHOOL_30 and found.employee:
        return Choice(outcome, False, False, False, EMPLOYEE_NOT_AT_SCHOOL)
    if outcome not in ALSO.get(found.rule, ()):
        return Choice(outcome, False, False, False, _refusal(outcome, found))
    past_unknown = found.rule in (5, 6)
    return Choice(
        outcome,
        True,
        False,
        found.needs_second_reader or past_unknown,
        PAST_UNKNOWN if past_unknown else UPWARD,
    )


def _refusal(outcome: Outcome, found: Screening) -> Text:
    if found.rule in (1, 2):
        return found.reason  # nothing else can be decided while this stands
    return REFUSED_BY_RULE.get((found.rule, outcome), REFUSED[outcome])
