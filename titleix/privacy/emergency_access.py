"""Breaking the glass: a look at a case that one is not assigned to, for a reason and a limited
time (domain.md C3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import rights
from casework.engine.errors import Invalid
from casework.engine.services import act, local_today
from casework.models import EmergencyAccess, Recusal
from casework.policy.policies import policy_for
from district.models import Post
from titleix.models import TitleIXCase


def rule() -> Any:
    """What the policy says: who may, and for how many hours at most."""
    return policy_for("titleix", local_today()).require("break_glass")


def may_open(user: Any) -> bool:
    """Whether a user holds a post that may open a case in an emergency at all."""
    return Post.objects.filter(user=user, role__in=rule()["roles"]).exists()


def open_case(user: Any, number: str, reason: str, hours: int, now: datetime) -> EmergencyAccess:
    """Give the user a look at the case until `now` + `hours`; its coordinators get an alert at
    once, and the timeline and the record of reads keep it. Invalid where there is no such case
    for this user: one who was recused from it learns nothing."""
    case = TitleIXCase.objects.filter(number=number.strip().upper()).first()
    if case is None or Recusal.objects.filter(case=case, user=user).exists():
        raise Invalid(
            {"number": [_("There is no case of this number that may be opened in this way.")]}
        )
    if rights.can(user, "view_cases", case):
        raise Invalid({"number": [_("You may see this case already.")]})
    until = now + timedelta(hours=hours)
    with transaction.atomic():
        found = EmergencyAccess.objects.create(
            case=case, user=user, reason=reason, at=now, until=until
        )
        act(
            case.number,
            "emergency_access",
            actor=None,
            data={"user": user.pk, "until": until.isoformat()},
            now=now,
        )
    return found
