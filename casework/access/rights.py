"""Who may read and do what: the one module that every page, API call, search, export, count,
document and alert asks.

Two questions: `visible(user)` as a queryset and `can(user, action, case)`. Both are answered by the
access policy of the case's kind, so that list and object check cannot drift apart. A recusal beats
every grant; `is_superuser` means nothing here; a case that one may not see is answered like one
that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from casework.case_types import registry
from casework.models import Case, CaseUserPermission, EmergencyAccess, Recusal
from district.models import Post, School, User

Row = TypeVar("Row", bound=Model)


class AccessPolicy(Protocol):
    """How one kind of case decides; the two answers must agree (a test holds them against each
    other)."""

    def visible_q(self, user: Any) -> Q:
        """A filter on Case for what the user may read, recusals left aside."""

    def can(self, user: Any, action: str, case: Case) -> bool:
        """Whether the user may do `action` (a codename such as view_cases) on this case, recusals
        included."""

    def holders_sql(self) -> str:
        """(case_id, codename, user_id) of who holds what on the cases %(cases)s, recusals left
        aside."""

    ways: tuple[str, ...]
    """`visible_q` again for the one statement that is read all day, the worklist: conditions on a case `c`, one of which must hold."""


def visible(user: Any, kind: str | None = None) -> QuerySet[Case]:
    """The cases that a user may read, of all kinds or of one."""
    chosen = [registry.kind(kind)] if kind else registry.all_kinds()
    if not _active(user) or not chosen:
        return Case.objects.none()
    allowed = Q(pk__in=[])
    for one in chosen:
        allowed |= Q(kind=one.code) & one.access.visible_q(user)
    return without_recused(Case.objects.filter(allowed), user, "pk")


BY_POST = "c.school_id = ANY(%(schools)s::bigint[])"
LENT = """c.id = ANY(ARRAY(SELECT l.content_object_id FROM casework_caseuserpermission l JOIN auth_permission p ON p.id = l.permission_id
 WHERE l.user_id = %(user)s AND p.codename = 'view_cases'))"""
EMERGENCY = (
    "c.id = ANY(ARRAY(SELECT e.case_id FROM casework_emergencyaccess e WHERE e.user_id = "
    "%(user)s AND e.until > %(now)s))"
)
NOT_RECUSED = (
    "c.id <> ALL(ARRAY(SELECT r.case_id FROM casework_recusal r WHERE r.user_id = %(user)s))"
)
_WAYS = """
SELECT EXISTS (SELECT 1 FROM casework_caseuserpermission l WHERE l.user_id = %(user)s),
       EXISTS (SELECT 1 FROM casework_emergencyaccess e WHERE e.user_id = %(user)s AND e.until > %(now)s),
       EXISTS (SELECT 1 FROM casework_recusal r WHERE r.user_id = %(user)s)
"""


@dataclass(frozen=True)
class Ways:
    """`visible` as SQL (a test holds the two against each other): conditions on a case `c`, each
    with the kinds that it opens, and the values that all of them name. A case is seen when a
    condition of its kind holds, and none of `refused` fails. Each is a way along an index of its
    own, which their disjunction would not be."""

    opened: dict[str, list[str]]
    refused: list[str]
    values: dict[str, Any]
    schools: int


def ways(user: Any) -> Ways:
    """The ways by which a user sees cases, without those that lead to none; kept on the user object
    for the request."""
    if not _active(user):
        return Ways({}, [], {}, 0)
    if "_ways" not in user.__dict__:
        schools = visible_schools(user)
        values = {
            "user": user.pk,
            "now": timezone.now(),
            "schools": f"{{{','.join(map(str, schools))}}}",
        }
        with connection.cursor() as cursor:
            cursor.execute(_WAYS, values)
            lent, emergency, recused = cursor.fetchone()
        leads = {BY_POST: bool(schools), LENT: lent, EMERGENCY: emergency}
        opened: dict[str, list[str]] = {}
        for kind in registry.all_kinds():
            for way in kind.access.ways:
                if leads[way]:
                    opened.setdefault(way, []).append(kind.code)
        user.__dict__["_ways"] = Ways(
            opened, [NOT_RECUSED] if recused else [], values, len(schools)
        )
    found: Ways = user.__dict__["_ways"]
    return found


def can(user: Any, action: str, case: Case) -> bool:
    """Whether a user may do `action` on a case; False for a case that they may not see."""
    return _active(user) and registry.kind(case.kind).access.can(user, action, case)


# What each permission is called on pages that explain who may do what.
WHO = {
    "system": _("the system"),
    "view_cases": _("readers of the school's cases"),
    "work_cases": _("social workers"),
    "sign_cases": _("the principal"),
    "mail_cases": _("who mails letters"),
    "supervise_cases": _("the supervisor"),
    "coordinate_cases": _("the coordinator"),
    "investigate_cases": _("the investigator"),
    "decide_cases": _("the decision-maker"),
    "appeal_cases": _("the appeal officer"),
    "facilitate_cases": _("the facilitator"),
    "administer_cases": _("the school's administrator"),
    "approve_cases": _("who decides beyond the coordinator"),
    "locate_cases": _("the street team"),
    "lead_locates": _("the lead of the street team"),
    "court_cases": _("the court coordinator"),
    "mediate_cases": _("the mediator"),
}


def signed_in(request: HttpRequest) -> User:
    """The user behind a request that only signed-in people reach."""
    assert isinstance(request.user, User)
    return request.user


def posts_of(user: Any) -> list[Post]:
    """The user's posts with school and area, read once a request."""
    if "_posts" not in user.__dict__:
        user.__dict__["_posts"] = (
            list(Post.objects.filter(user_id=user.pk).select_related("school", "area"))
            if user.pk
            else []
        )
    return list(user.__dict__["_posts"])


def holds(user: User, role: str) -> bool:
    """Whether a user holds a post of this role anywhere."""
    return any(post.role == role for post in posts_of(user))


def coordinated(user: Any) -> QuerySet[Case]:
    """The cases that a user coordinates."""
    mine = CaseUserPermission.objects.filter(
        content_object=OuterRef("pk"), user=user, permission__codename="coordinate_cases"
    )
    return visible(user).filter(Exists(mine))


def _active(user: Any) -> bool:
    return isinstance(user, AbstractBaseUser) and bool(user.is_active) and user.is_authenticated


@dataclass(frozen=True)
class Rights:
    """What a user holds on one case: by posts at its school, by a loan of the case, and whether
    they are recused."""

    by_post: frozenset[str]
    lent: frozenset[str]
    recused: bool
    emergency: bool = False


_RIGHTS = """
SELECT 'post' AS source, p.codename AS codename FROM district_schoolgrouppermission g
  JOIN district_user_groups m ON m.group_id = g.group_id AND m.user_id = %(user)s
  JOIN auth_permission p ON p.id = g.permission_id WHERE g.content_object_id = %(school)s
UNION ALL
SELECT 'lent', p.codename FROM casework_caseuserpermission l JOIN auth_permission p ON p.id = l.permission_id
 WHERE l.user_id = %(user)s AND l.content_object_id = %(case)s
UNION ALL
SELECT 'emergency', 'view_cases' FROM casework_emergencyaccess e
 WHERE e.user_id = %(user)s AND e.case_id = %(case)s AND e.until > %(now)s
UNION ALL
SELECT 'recused', '' FROM casework_recusal r WHERE r.user_id = %(user)s AND r.case_id = %(case)s
"""


def rights(user: Any, case: Case) -> Rights:
    """All that decides about one user and one case, in one statement; kept on the user object for
    the request."""
    kept: dict[tuple[int, int | None], Rights] = user.__dict__.setdefault("_rights_by_case", {})
    key = (case.pk, case.school_id)
    if key not in kept:
        with connection.cursor() as cursor:
            cursor.execute(
                _RIGHTS,
                {"user": user.pk, "case": case.pk, "school": case.school_id, "now": timezone.now()},
            )
            remember(user, case, cursor.fetchall())
    return kept[key]


# The same for statements that read the case as `c`; as one JSON value a step needs no statement of
# its own for it.
_RIGHTS_OF_C = _RIGHTS.replace("%(school)s", "c.school_id").replace("%(case)s", "c.id")
RIGHTS_AS_JSON = (
    f"(SELECT jsonb_agg(jsonb_build_array(x.source, x.codename)) FROM ({_RIGHTS_OF_C}) x)"
)


def remember(user: Any, case: Case, rows: Iterable[Sequence[str]]) -> None:
    """Keep on the user object what (source, codename) rows say of one case."""
    held = list(rows)
    kept: dict[tuple[int, int | None], Rights] = user.__dict__.setdefault("_rights_by_case", {})
    kept[(case.pk, case.school_id)] = Rights(
        by_post=frozenset(name for source, name in held if source == "post"),
        lent=frozenset(name for source, name in held if source in ("lent", "emergency")),
        recused=any(source == "recused" for source, _name in held),
        emergency=any(source == "emergency" for source, _name in held),
    )


_RIGHTS_OF_MANY = f"""
SELECT c.id, x.source, x.codename FROM casework_case c CROSS JOIN LATERAL ({_RIGHTS_OF_C}) x WHERE c.id = ANY(%(cases)s)
"""


def remember_rights(user: Any, cases: Collection[Case]) -> None:
    """As `rights`, for many cases in one statement: what a page of cases asks before it asks for
    each."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RIGHTS_OF_MANY,
            {"user": user.pk, "cases": [case.pk for case in cases], "now": timezone.now()},
        )
        rows = cursor.fetchall()
    found: dict[int, list[Sequence[str]]] = {case.pk: [] for case in cases}
    for case_id, source, name in rows:
        found[case_id].append((source, name))
    for case in cases:
        remember(user, case, found[case.pk])


def visible_schools(user: Any, codename: str = "view_cases") -> list[int]:
    """Ids of the schools at which the user holds a permission; kept on the user object for the
    request."""
    kept: dict[str, list[int]] = user.__dict__.setdefault("_schools_by_permission", {})
    if codename not in kept:
        schools = get_objects_for_user(
            user, codename, School, accept_global_perms=False, with_superuser=False
        )
        kept[codename] = list(schools.order_by().values_list("id", flat=True))
    return kept[codename]


_SCHOOLS = """
SELECT p.codename, g.content_object_id FROM district_schoolgrouppermission g JOIN auth_permission p ON p.id = g.permission_id
  JOIN district_user_groups m ON m.group_id = g.group_id WHERE m.user_id = %(user)s
UNION
SELECT p.codename, g.content_object_id FROM district_schooluserpermission g JOIN auth_permission p ON p.id = g.permission_id
 WHERE g.user_id = %(user)s
"""


def remember_schools(user: Any, *codenames: str) -> None:
    """As `visible_schools` for several permissions at once: one statement for a page that asks for
    more than one."""
    kept: dict[str, list[int]] = user.__dict__.setdefault("_schools_by_permission", {})
    with connection.cursor() as cursor:
        cursor.execute(_SCHOOLS, {"user": user.pk})
        rows = cursor.fetchall()
    for codename in codenames:
        kept[codename] = [school for name, school in rows if name == codename]


_LENT = """
SELECT l.content_object_id AS case_id, p.codename, l.user_id FROM casework_caseuserpermission l
  JOIN auth_permission p ON p.id = l.permission_id WHERE l.content_object_id = ANY(%(cases)s)
"""
_BY_POST = """
SELECT c.id AS case_id, p.codename, m.user_id FROM casework_case c
  JOIN district_schoolgrouppermission g ON g.content_object_id = c.school_id
  JOIN auth_permission p ON p.id = g.permission_id JOIN district_user_groups m ON m.group_id = g.group_id
 WHERE c.id = ANY(%(cases)s)
"""


def holders(kind: str, case_ids: Collection[int]) -> dict[int, dict[str, set[int]]]:
    """Case -> permission -> ids of the active users who hold it and may see the case (for alerts;
    one statement). A narrow permission of the kind is held without seeing the case. Whoever is
    recused holds nothing."""
    sql = f"""
        SELECT h.case_id, h.codename, array_agg(DISTINCT h.user_id) FROM ({registry.kind(kind).access.holders_sql()}) h
          JOIN district_user u ON u.id = h.user_id AND u.is_active
         WHERE NOT EXISTS (SELECT 1 FROM casework_recusal r WHERE r.case_id = h.case_id AND r.user_id = h.user_id)
         GROUP BY h.case_id, h.codename"""
    found: dict[int, dict[str, set[int]]] = {case_id: {} for case_id in case_ids}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"cases": list(case_ids)})
        for case_id, codename, users in cursor.fetchall():
            found[case_id][codename] = set(users)
    for held in found.values():
        seeing = held.get("view_cases", set())
        for codename in held:
            if codename not in registry.kind(kind).narrow:
                held[codename] &= seeing
    return found


def at_desk(user: Any, prefix: str) -> Q:
    """A filter on rows with a clock and a case below `prefix` (`alert`): promises of processes that
    a user works by a narrow permission without seeing the case. Recusals are left to the caller."""
    found = Q(pk__in=[])
    for kind in registry.all_kinds():
        for process in kind.processes.values():
            for role, codename in process.told.items():
                lent = CaseUserPermission.objects.filter(
                    content_object=OuterRef(f"{prefix}__case"),
                    user=user,
                    permission__codename=codename,
                )
                mine = Q(**{f"{prefix}__case__school_id__in": visible_schools(user, codename)}) | Q(
                    Exists(lent)
                )
                found |= mine & Q(
                    **{
                        f"{prefix}__clock__process__kind": process.code,
                        f"{prefix}__clock__role": role,
                    }
                )
    return found


def without_recused(rows: QuerySet[Row], user: Any, case: str = "case") -> QuerySet[Row]:
    """Rows without those of cases from which the user is recused; `case` is the way from a row to
    its case."""
    return rows.exclude(Exists(Recusal.objects.filter(case=OuterRef(case), user_id=user.pk)))


def at_schools_of(
    rows: QuerySet[Row], user: Any, *codenames: str, case: str = "case"
) -> QuerySet[Row]:
    """Rows of the cases at the schools where a user holds one of these permissions, recusals taken
    off: what the lists of those show who work one part of many cases by their post. `case` is the
    way from a row to its case."""
    schools = {school for codename in codenames for school in visible_schools(user, codename)}
    return without_recused(rows.filter(**{f"{case}__school_id__in": schools}), user, case)


class SchoolAccess:
    """Access by posts at the case's school, plus cases lent to one user (attendance and the like)."""

    ways: tuple[str, ...] = (BY_POST, LENT)

    def visible_q(self, user: Any) -> Q:
        """Cases of the user's schools, and those lent to them."""
        lent = CaseUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=user, permission__codename="view_cases"
        )
        return Q(school_id__in=visible_schools(user)) | Q(Exists(lent))

    def can(self, user: Any, action: str, case: Case) -> bool:
        """By posts at the case's school or a loan of the case; never when recused."""
        held = rights(user, case)
        return not held.recused and action in (held.by_post | held.lent)

    def holders_sql(self) -> str:
        """By post and by loan."""
        return f"{_BY_POST} UNION ALL {_LENT}"


class GrantAccess:
    """Access by grants on the single case alone, for kinds that nobody sees by their post (Title
    IX)."""

    ways: tuple[str, ...] = (LENT, EMERGENCY)

    def visible_q(self, user: Any) -> Q:
        """Only cases on which the user holds a grant, or an emergency access whose time is not
        over."""
        granted = CaseUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=user, permission__codename="view_cases"
        )
        emergency = EmergencyAccess.objects.filter(
            case=OuterRef("pk"), user=user, until__gt=timezone.now()
        )
        return Q(Exists(granted)) | Q(Exists(emergency))

    def can(self, user: Any, action: str, case: Case) -> bool:
        """By a grant of exactly this action; never when recused."""
        held = rights(user, case)
        return not held.recused and action in held.lent

    def holders_sql(self) -> str:
        """By grant alone."""
        return _LENT
