"""The access of an outside mediator to one case: lent with the referral, taken back at its end."""

from __future__ import annotations

from casework.access import grants
from casework.models import Case, CaseUserPermission
from district.models import User


def lend(case_id: int, user_id: int) -> None:
    """The mediator may take the steps of this mediation; the case itself stays hidden."""
    grants.grant(Case.objects.get(pk=case_id), User.objects.get(pk=user_id), "mediate_cases")


def take_back(case_id: int, user_id: int) -> None:
    """The mediator's access ends."""
    CaseUserPermission.objects.filter(
        content_object_id=case_id, user_id=user_id, permission__codename="mediate_cases"
    ).delete()
