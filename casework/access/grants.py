"""Lending a case to one user, and recusing somebody from it; both apply at once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from casework.models import Case, CaseUserPermission, Recusal


def grant(case: Case, user: Any, *codenames: str) -> None:
    """Give a user rights on one case (view_cases, work_cases). Permission.DoesNotExist for an
    unknown codename."""
    for codename in codenames:
        permission = Permission.objects.get(
            codename=codename, content_type__app_label="casework", content_type__model="case"
        )
        # guardian compares the content type of the object with the permission's: hand it the
        # engine's own row
        CaseUserPermission.objects.get_or_create(
            user=user, permission=permission, content_object=Case.objects.get(pk=case.pk)
        )


def revoke(case: Case, user: Any) -> None:
    """Take all rights on one case back."""
    CaseUserPermission.objects.filter(content_object_id=case.pk, user=user).delete()


def recuse(case: Case, user: Any, reason: str, *, by: Any) -> None:
    """End a user's access to a case for a conflict of interest; it beats every post and grant
    (A-40, T-13)."""
    recuse_id(case.pk, user.pk, reason, by=by)


@transaction.atomic
def recuse_id(case_id: int, user_id: int, reason: str, *, by: Any) -> None:
    """As `recuse`, by keys."""
    Recusal.objects.get_or_create(
        case_id=case_id,
        user_id=user_id,
        defaults={"reason": reason, "by": by, "at": timezone.now()},
    )
    CaseUserPermission.objects.filter(content_object_id=case_id, user_id=user_id).delete()
