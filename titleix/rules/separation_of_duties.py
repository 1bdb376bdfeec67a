"""Who may hold which role in one Title IX case: separation of duties, conflicts of interest,
training.

Normative text: domain.md B3.4 and B1.1; 34 CFR 106.45(b)(1)(iii), (b)(7)(i), (b)(8)(iii). Asked
on assignment and again on every action, because a training runs out and a conflict comes to
light. No database, no clock, no settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Role(StrEnum):
    """A function in one case."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    DECISION_MAKER = "decision_maker"
    APPEAL_OFFICER = "appeal_officer"
    FACILITATOR = "facilitator"
    SCHOOL_INVESTIGATOR = "school_investigator"
    ADVISOR = "advisor"
    SCHOOL_ADMINISTRATOR = "school_administrator"
    APPROVER = "approver"


class ConflictKind(StrEnum):
    """What ties a person to the case (B3.4, last row)."""

    PARTY = "party"
    WITNESS = "witness"
    RELATIVE = "relative"
    SUPERVISOR = "supervisor"
    PRIOR_DECISION_MAKER = "prior_decision_maker"


@dataclass(frozen=True)
class Conflict:
    """A declared or discovered tie. `cleared` once somebody reviewed it and let the person act,
    with reasons on file."""

    kind: ConflictKind
    cleared: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether a person may hold a role; `reason` says why not, `warning` what to know although
    it is allowed."""

    allowed: bool
    warning: Text = ""
    reason: Text = ""


_SAME_JUDGE = _(
    "The decision-maker may be neither the coordinator nor an investigator of the case (34 CFR "
    "106.45(b)(7)(i))."
)
_SAME_APPEAL = _(
    "The appeal officer may be neither the coordinator, nor an investigator, nor the "
    "decision-maker of the case (34 CFR 106.45(b)(8)(iii))."
)
_SAME_FACILITATOR = _(
    "The facilitator of an informal resolution neither investigates nor decides the case (policy "
    "of the district)."
)
_SAME_APPROVER = _(
    "Whoever investigates the case cannot approve more time for it (34 CFR 106.45(b)(1)(v))."
)
_ADVISOR_IS_PARTIAL = _(
    "The advisor of a party may hold no other role in the case (34 CFR 106.45(b)(1)(iii))."
)


def _pairs(first: Role, others: Collection[Role], reason: Text) -> dict[frozenset[Role], Text]:
    return {frozenset({first, other}): reason for other in others}


# Who investigated at the school has formed a view as well: after an escalation the same separation
# holds (B3.2).
INVESTIGATORS = (Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR)
UNTRAINED = (Role.ADVISOR, Role.SCHOOL_ADMINISTRATOR, Role.APPROVER)
NEVER: Mapping[frozenset[Role], Text] = {
    **_pairs(Role.DECISION_MAKER, (Role.COORDINATOR, *INVESTIGATORS), _SAME_JUDGE),
    **_pairs(
        Role.APPEAL_OFFICER, (Role.COORDINATOR, Role.DECISION_MAKER, *INVESTIGATORS), _SAME_APPEAL
    ),
    **_pairs(Role.FACILITATOR, (Role.DECISION_MAKER, *INVESTIGATORS), _SAME_FACILITATOR),
    **_pairs(Role.APPROVER, INVESTIGATORS, _SAME_APPROVER),
    **_pairs(
        Role.ADVISOR, [role for role in Role if role is not Role.ADVISOR], _ADVISOR_IS_PARTIAL
    ),
}
COORDINATOR_INVESTIGATES = _(
    "The coordinator investigates too. The rule's text does not forbid it; another investigator is "
    "safer."
)
CONFLICTS: Mapping[ConflictKind, Text] = {
    ConflictKind.PARTY: _("A party of the case may hold no role in it (34 CFR 106.45(b)(1)(iii))."),
    ConflictKind.WITNESS: _(
        "A witness of the case may hold no role in it until the conflict is reviewed (34 CFR "
        "106.45(b)(1)(iii))."
    ),
    ConflictKind.RELATIVE: _(
        "A relative of a party may hold no role until the conflict is reviewed (34 CFR "
        "106.45(b)(1)(iii))."
    ),
    ConflictKind.SUPERVISOR: _(
        "A supervisor of a party may hold no role until the conflict is reviewed (34 CFR "
        "106.45(b)(1)(iii))."
    ),
    ConflictKind.PRIOR_DECISION_MAKER: _(
        "Who decided about a party before may hold no role until the conflict is reviewed (34 CFR "
        "106.45(b)(1)(iii))."
    ),
}
CLEARED = _("A conflict was declared, reviewed and cleared; the review is part of the file.")
NO_TRAINING = _("No valid training is on record for this day (34 CFR 106.45(b)(1)(iii)).")


def may_hold(
    role: Role,
    held_roles: Collection[Role],
    *,
    conflict: Conflict | None,
    training_until: date | None,
    on: date,
    warn_coordinator_investigator: bool = True,
) -> Verdict:
    """Whether a person may hold, or act in, `role` on a day. `held_roles` are all that the person
    holds or ever held in the case: who was replaced as investigator still may not decide it.

    `training_until` is the last day on which the training is valid (T-37), None without a
    record. The advisor is chosen by the party, whom the district may not limit (34 CFR
    106.45(b)(5)(iv)): neither conflict nor training is asked."""
    reason = (
        _separated(role, held_roles)
        or _conflicted(role, conflict)
        or _untrained(role, training_until, on)
    )
    if reason:
        return Verdict(allowed=False, reason=reason)
    warnings: list[Text] = [CLEARED] if conflict and role is not Role.ADVISOR else []
    if warn_coordinator_investigator and _coordinator_investigates({role, *held_roles}):
        warnings.append(COORDINATOR_INVESTIGATES)
    return Verdict(
        allowed=True,
        warning=format_lazy(" ".join(["{}"] * len(warnings)), *warnings) if warnings else "",
    )


def _separated(role: Role, held_roles: Collection[Role]) -> Text:
    """Why the roles exclude each other; empty when they do not. The roles held are asked among
    themselves too: a wrong assignment from elsewhere must not act either."""
    clashes = (NEVER.get(frozenset(pair)) for pair in combinations(sorted({role, *held_roles}), 2))
    return next((reason for reason in clashes if reason), "")


def _conflicted(role: Role, conflict: Conflict | None) -> Text:
    """Why a tie blocks. A review can clear every tie but one: nobody is a judge in their own
    cause."""
    if conflict is None or role is Role.ADVISOR:
        return ""
    return (
        ""
        if conflict.cleared and conflict.kind is not ConflictKind.PARTY
        else CONFLICTS[conflict.kind]
    )


def _untrained(role: Role, training_until: date | None, on: date) -> Text:
    """Why the training does not suffice. An appeal officer is a decision-maker for this rule;
    who opens and closes the inquiry of a school or grants more time is none of those whom the
    rule wants trained."""
    if role in UNTRAINED or (training_until is not None and on <= training_until):
        return ""
    return NO_TRAINING


def _coordinator_investigates(roles: Collection[Role]) -> bool:
    return Role.COORDINATOR in roles and any(role in roles for role in INVESTIGATORS)


ROLES = [
    (Role.INVESTIGATOR.value, _("Investigator")),
    (Role.SCHOOL_INVESTIGATOR.value, _("School investigator")),
    (Role.DECISION_MAKER.value, _("Decision-maker")),
    (Role.APPEAL_OFFICER.value, _("Appeal officer")),
    (Role.FACILITATOR.value, _("Facilitator")),
    (Role.COORDINATOR.value, _("Coordinator")),
    (Role.SCHOOL_ADMINISTRATOR.value, _("School administrator")),
    (Role.APPROVER.value, _("Who approves more time")),
]
