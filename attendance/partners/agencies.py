"""Mediation providers and community partners: memoranda, the schools that they serve, mediators.
Each change keeps who made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from attendance.common import mediator_access
from attendance.common.validity import in_force
from attendance.models import (
    Mediation,
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
    Partner,
    PartnerMOU,
    PartnerSchool,
)
from district import admin_changes
from district.models import AdminChange, School, User

Agency = MediationProvider | Partner
KINDS: dict[str, type[Any]] = {"mediation": MediationProvider, "partners": Partner}
DETAILS = ("name", "service", "contact", "phone", "email", "active")


def open_schools(on: date) -> QuerySet[School]:
    """The schools that are open on a date, by name."""
    begun, going = (
        Q(open_from__isnull=True) | Q(open_from__lte=on),
        Q(open_to__isnull=True) | Q(open_to__gte=on),
    )
    return School.objects.filter(begun & going).order_by("name")


def coverage(on: date) -> tuple[int, int]:
    """(schools with access to mediation, schools): what K4 counts, one statement each."""
    memorandum = MediationMOU.objects.filter(in_force(on), provider=OuterRef("provider"))
    access = MediationAccess.objects.filter(
        in_force(on), Exists(memorandum), school=OuterRef("pk"), status="ACTIVE"
    )
    schools = open_schools(on)
    return schools.filter(Exists(access)).count(), schools.count()


def providers(on: date) -> QuerySet[MediationProvider]:
    """Every provider with the end of its memorandum, its schools and its mediators (one
    statement)."""
    serves = Q(access__status="ACTIVE", access__starts__lte=on) & (
        Q(access__ends__isnull=True) | Q(access__ends__gte=on)
    )
    return MediationProvider.objects.annotate(
        until=Max("mous__ends", filter=Q(mous__starts__lte=on)),
        schools=Count("access__school", filter=serves, distinct=True),
        people=Count("mediators", filter=Q(mediators__active=True), distinct=True),
    ).order_by("-active", "name")


def partners(on: date) -> QuerySet[Partner]:
    """Every partner with the end of its memorandum, its schools, its referrals and intakes (one
    statement)."""
    serves = Q(serves__starts__lte=on) & (Q(serves__ends__isnull=True) | Q(serves__ends__gte=on))
    return Partner.objects.annotate(
        until=Max("mous__ends", filter=Q(mous__starts__lte=on)),
        schools=Count("serves__school", filter=serves, distinct=True),
        referred=Count("referrals", distinct=True),
        taken=Count("referrals", filter=Q(referrals__intake_on__isnull=False), distinct=True),
    ).order_by("-active", "service", "name")


def _note(by: User, agency: Agency, what: str, before: str = "") -> None:
    admin_changes.note(by, AdminChange.What.AGENCY, agency.name, before, what)


@transaction.atomic
def save(by: User, agency: Agency, values: dict[str, Any]) -> Agency:
    """A new agency, or its details changed. ValueError where another one has this name."""
    if (
        type(agency)
        ._default_manager.filter(name__iexact=values["name"])
        .exclude(pk=agency.pk)
        .exists()
    ):
        raise ValueError("taken")
    fresh = agency.pk is None
    changed = [name for name in DETAILS if name in values and getattr(agency, name) != values[name]]
    for name in changed:
        setattr(agency, name, values[name])
    agency.save()
    if changed:
        _note(by, agency, "new" if fresh else ", ".join(changed))
    return agency


@transaction.atomic
def sign_memorandum(by: User, agency: Agency, values: dict[str, Any]) -> None:
    """A memorandum of understanding; without one in force nobody is referred."""
    if isinstance(agency, MediationProvider):
        MediationMOU.objects.create(provider=agency, **values)
    else:
        PartnerMOU.objects.create(partner=agency, **values)
    _note(by, agency, f"memorandum {values['starts']} – {values['ends']}")


def serving(agency: Agency) -> QuerySet[Any]:
    """The rows of schools that an agency serves or served, the newest first within a school."""
    if isinstance(agency, MediationProvider):
        return (
            MediationAccess.objects.filter(provider=agency)
            .select_related("school__area")
            .order_by("school__name", "-starts")
        )
    return (
        PartnerSchool.objects.filter(partner=agency)
        .select_related("school__area")
        .order_by("school__name", "-starts")
    )


@transaction.atomic
def add_schools(
    by: User,
    agency: Agency,
    schools: Sequence[School],
    starts: date,
    ends: date | None,
    status: str = "ACTIVE",
) -> int:
    """Many schools at once from a date on; those that are served on that date already are left as
    they are. How many were added."""
    rows = serving(agency).filter(in_force(starts))
    if isinstance(agency, MediationProvider):
        rows = rows.exclude(status=MediationAccess.Status.ENDED)
    held = set(rows.values_list("school_id", flat=True))
    fresh = [school for school in schools if school.pk not in held]
    _serve(agency, fresh, starts, ends, status)
    if fresh:
        _note(by, agency, f"+{len(fresh)} schools from {starts}")
    return len(fresh)


def _serve(
    agency: Agency, schools: Sequence[School], starts: date, ends: date | None, status: str
) -> None:
    """A row for each school; one that begins on the same day is written anew."""
    if isinstance(agency, MediationProvider):
        MediationAccess.objects.bulk_create(
            [
                MediationAccess(
                    provider=agency, school=school, starts=starts, ends=ends, status=status
                )
                for school in schools
            ],
            update_conflicts=True,
            unique_fields=["school", "provider", "starts"],
            update_fields=["ends", "status"],
        )
        return
    PartnerSchool.objects.bulk_create(
        [
            PartnerSchool(partner=agency, school=school, starts=starts, ends=ends)
            for school in schools
        ],
        update_conflicts=True,
        unique_fields=["partner", "school", "starts"],
        update_fields=["ends"],
    )


@transaction.atomic
def end_schools(by: User, agency: Agency, rows: Sequence[int], on: date) -> int:
    """The chosen schools are served until this day; what begins later falls away. How many were
    ended."""
    found = list(serving(agency).filter(pk__in=rows).filter(Q(ends__isnull=True) | Q(ends__gt=on)))
    for row in found:
        row.ends = max(on, row.starts)
        if isinstance(row, MediationAccess) and row.starts > on:
            row.status = MediationAccess.Status.ENDED
        row.save()
    if found:
        _note(by, agency, f"-{len(found)} schools after {on}")
    return len(found)


@transaction.atomic
def add_mediator(
    by: User, provider: MediationProvider, first: str, last: str, email: str
) -> Mediator:
    """A mediator with a sign-in of their own; they choose the password by the address 'Forgot your
    password?'. ValueError where the address belongs to somebody who works for the district or for
    another provider."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(
            _free_name(email), email=email, first_name=first, last_name=last
        )
    elif (
        user.posts.exists()
        or Mediator.objects.filter(user=user).exclude(provider=provider).exists()
    ):
        raise ValueError("taken")
    mediator, _made = Mediator.objects.update_or_create(
        user=user, defaults={"provider": provider, "active": True}
    )
    _note(by, provider, f"mediator {mediator.pk} added")
    return mediator


def _free_name(email: str) -> str:
    name = base = email.partition("@")[0][:100] or "mediator"
    number = 1
    while User.objects.filter(username=name).exists():
        number += 1
        name = f"{base}{number}"
    return name


@transaction.atomic
def end_mediator(by: User, mediator: Mediator) -> None:
    """No new mediation, and no access to those that run; the case's social worker finds them
    without a mediator's access."""
    mediator.active = False
    mediator.save(update_fields=["active"])
    for case_id in Mediation.objects.filter(mediator=mediator.user, closed_on=None).values_list(
        "case_id", flat=True
    ):
        mediator_access.take_back(case_id, mediator.user_id)
    _note(by, mediator.provider, f"mediator {mediator.pk} ended")


def may_maintain(user: Any) -> bool:
    """District administrators and supervisors."""
    return (
        bool(user.is_active)
        and user.posts.filter(role__in=("DISTRICT_ADMIN", "SUPERVISOR")).exists()
    )
