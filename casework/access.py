"""Who may read and do what: the one module that every page, API call, search, export, count, document and alert asks.

Two questions: `visible(user)` as a queryset and `can(user, action, case)`. Both are answered by the access policy of the
case's kind, so that list and object check cannot drift apart. A recusal beats every grant; `is_superuser` means nothing
here; a case that one may not see is answered like one that does not exist."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from casework import kinds
from casework.models import Case, CaseUserPermission, Recusal
from district.models import School, SchoolGroupPermission


class AccessPolicy(Protocol):
    """How one kind of case decides; the two answers must agree (a test holds them against each other)."""

    def visible_q(self, user: Any) -> Q:
        """A filter on Case for what the user may read, recusals left aside."""

    def can(self, user: Any, action: str, case: Case) -> bool:
        """Whether the user may do `action` (a codename such as view_cases) on this case, recusals included."""


def visible(user: Any, kind: str | None = None) -> QuerySet[Case]:
    """The cases that a user may read, of all kinds or of one."""
    chosen = [kinds.kind(kind)] if kind else kinds.all_kinds()
    if not _active(user) or not chosen:
        return Case.objects.none()
    allowed = Q(pk__in=[])
    for one in chosen:
        allowed |= Q(kind=one.code) & one.access.visible_q(user)
    recused = Recusal.objects.filter(case=OuterRef("pk"), user=user)
    return Case.objects.filter(allowed).exclude(Exists(recused))


def can(user: Any, action: str, case: Case) -> bool:
    """Whether a user may do `action` on a case; False for a case that they may not see."""
    return _active(user) and kinds.kind(case.kind).access.can(user, action, case)


# What each permission is called on pages that explain who may do what.
WHO = {
    "system": _("the system"),
    "view_cases": _("readers of the school's cases"),
    "work_cases": _("social workers"),
    "sign_cases": _("the principal"),
    "mail_cases": _("who mails letters"),
    "supervise_cases": _("the supervisor"),
}


def _active(user: Any) -> bool:
    return isinstance(user, AbstractBaseUser) and bool(user.is_active) and user.is_authenticated


def recused(user: Any, case: Case) -> bool:
    """Whether the user is recused from this case (one statement per user and request for all cases together)."""
    if not hasattr(user, "_recused_cases"):
        user._recused_cases = set(Recusal.objects.filter(user=user).values_list("case_id", flat=True))
    return case.pk in user._recused_cases


def visible_schools(user: Any, codename: str = "view_cases") -> list[int]:
    """Ids of the schools at which the user holds a permission; kept on the user object for the request."""
    kept: dict[str, list[int]] = user.__dict__.setdefault("_schools_by_permission", {})
    if codename not in kept:
        schools = get_objects_for_user(user, codename, School, accept_global_perms=False, with_superuser=False)
        kept[codename] = list(schools.order_by().values_list("id", flat=True))
    return kept[codename]


def permissions_at(user: Any, school_id: int) -> frozenset[str]:
    """The codenames that the user's posts give at a school (one statement per school and request)."""
    kept: dict[int, frozenset[str]] = user.__dict__.setdefault("_permissions_by_school", {})
    if school_id not in kept:
        rows = SchoolGroupPermission.objects.filter(content_object_id=school_id, group__user=user)
        kept[school_id] = frozenset(rows.values_list("permission__codename", flat=True))
    return kept[school_id]


class SchoolAccess:
    """Access by posts at the case's school, plus cases lent to one user (attendance and the like)."""

    def visible_q(self, user: Any) -> Q:
        """Cases of the user's schools, and those lent to them."""
        lent = CaseUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=user, permission__codename="view_cases"
        )
        return Q(school_id__in=visible_schools(user)) | Q(Exists(lent))

    def can(self, user: Any, action: str, case: Case) -> bool:
        """By posts at the case's school or a grant on the case; never when recused."""
        if recused(user, case):
            return False
        if case.school_id is not None and action in permissions_at(user, case.school_id):
            return True
        return CaseUserPermission.objects.filter(
            content_object_id=case.pk, user=user, permission__codename=action
        ).exists()


class GrantAccess:
    """Access by grants on the single case alone, for kinds that nobody sees by their post (Title IX)."""

    def visible_q(self, user: Any) -> Q:
        """Only cases on which the user holds a grant."""
        granted = CaseUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=user, permission__codename="view_cases"
        )
        return Q(Exists(granted))

    def can(self, user: Any, action: str, case: Case) -> bool:
        """By a grant of exactly this action; never when recused."""
        if recused(user, case):
            return False
        return CaseUserPermission.objects.filter(
            content_object_id=case.pk, user=user, permission__codename=action
        ).exists()
