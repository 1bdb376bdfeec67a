"""Whose figures a person may read, per domain and never joined (C3, C12): supervisors those of the
schools that they supervise; who coordinates or decides in Title IX cases those of the cases that
they hold. Everybody else: there is no page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from casework.access import rights
from casework.access.rights import GrantAccess
from casework.case_types import registry
from casework.case_types.registry import CaseKind
from casework.models import Case, CaseUserPermission
from casework.reporting import compliance_figures
from casework.reporting.compliance_figures import Figures
from district.models import Role
from web.layout.context_processors import posts

WATCH, ANSWER_FOR = "supervise_cases", ("coordinate_cases", "approve_cases")


@dataclass(frozen=True)
class Scope:
    """A domain and the cases of it that a person answers for."""

    kind: CaseKind
    user: Any
    schools: tuple[int, ...] = ()

    @property
    def by_case(self) -> bool:
        """Whether this kind is seen case by case."""
        return isinstance(self.kind.access, GrantAccess)

    def cases(self) -> QuerySet[Case]:
        """The cases behind the figures."""
        seen = rights.visible(self.user, self.kind.code)
        if not self.by_case:
            return seen.filter(school_id__in=self.schools)
        held = CaseUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=self.user, permission__codename__in=ANSWER_FOR
        )
        return seen.filter(Exists(held))

    def figures(self, as_of: date, school: int | None = None) -> Figures:
        """All figures as of a date, over the whole scope or one of its schools."""
        if self.by_case:
            cases = self.cases() if school is None else self.cases().filter(school_id=school)
            return compliance_figures.from_cases(
                self.kind.code, list(cases.order_by().values_list("id", flat=True)), as_of
            )
        schools = (
            self.schools if school is None else tuple(one for one in self.schools if one == school)
        )
        return compliance_figures.from_rollup(self.kind.code, schools, as_of, self.user)


def scope_for(user: Any, code: str) -> Scope:
    """The scope of a signed-in person in one domain; 404 where they answer for nothing."""
    try:
        kind = registry.kind(code)
    except KeyError:
        raise Http404 from None
    found = _scope(user, kind)
    if found is None:
        raise Http404
    return found


def _scope(user: Any, kind: CaseKind) -> Scope | None:
    if isinstance(kind.access, GrantAccess):
        scope = Scope(kind, user)
        return scope if scope.cases().exists() else None
    schools = tuple(rights.visible_schools(user, WATCH))
    return Scope(kind, user, schools) if schools else None


def scopes(user: Any) -> list[Scope]:
    """Every domain in which a person answers for something, as their posts say; who holds a single
    case without such a post is not led there."""
    by_case = any(post.role in (Role.TITLE_IX_COORDINATOR, Role.DEPUTY) for post in posts(user))
    asked = [
        kind for kind in registry.all_kinds() if by_case or not isinstance(kind.access, GrantAccess)
    ]
    return [scope for kind in asked if (scope := _scope(user, kind)) is not None]
