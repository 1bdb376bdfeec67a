"""The worklist's statement, written by hand, against the access rules and the filters as the ORM
has them."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import F, Q
from django.utils import timezone

from casework.access import rights
from casework.access.grants import grant, recuse
from casework.models import AllowedMove, Case, EmergencyAccess, Task
from casework.pages import worklist
from district.models import School, SchoolGroupPermission, User

TODAY = date(2026, 9, 10)
CASES, SCHOOLS = 300, 12


@pytest.fixture
def readers(people, time_machine):
    """Users who see cases by one way or by several, over cases of both sorts with and without
    dates, owners and ends."""
    time_machine.move_to(datetime(2026, 9, 10, 9, tzinfo=ZoneInfo("America/New_York")), tick=False)
    chance = random.Random(11)
    school = School.objects.first()
    schools = [
        school,
        *School.objects.bulk_create([_like(school, number) for number in range(SCHOOLS - 1)]),
    ]
    users = {
        name: User.objects.create_user(username=f"reader-{name}", password=None)
        for name in ("none", "one", "few", "many", "lent")
    }
    for name, places in (("one", schools[3:4]), ("few", schools[:4]), ("many", schools[1:])):
        _post(users[name], places)
    first = AllowedMove.objects.filter(subject="case", kind__in=("ATT", "BUL"), source="").order_by(
        "kind", "target"
    )
    births = list(first.values_list("kind", "rules", "target"))
    cases = Case.objects.bulk_create(
        [_case(number, births, chance, schools, [None, *users.values()]) for number in range(CASES)]
    )
    for case in chance.sample(cases, 90):
        grant(case, users[chance.choice(("few", "many", "lent"))], "view_cases")
    for case in chance.sample(cases, 40):
        EmergencyAccess.objects.create(
            case=case,
            user=users[chance.choice(("one", "lent"))],
            reason="x",
            at=timezone.now(),
            until=timezone.now() + timedelta(hours=chance.choice((-1, 1))),
        )
    for case in chance.sample(cases, 80):
        recuse(
            case, users[chance.choice(("one", "few", "many", "lent"))], "aunt", by=people.supervisor
        )
    return {name: User.objects.get(pk=user.pk) for name, user in users.items()}


def _like(school: School, number: int) -> School:
    return School(
        school_id=f"W{number}", name=f"School {number}", calendar=school.calendar, area=school.area
    )


def _post(user: User, schools: list[School]) -> None:
    group = Group.objects.create(name=f"readers {user.username}")
    permission = Permission.objects.get(codename="view_cases", content_type__model="school")
    SchoolGroupPermission.objects.bulk_create(
        [
            SchoolGroupPermission(group=group, content_object_id=school.pk, permission=permission)
            for school in schools
        ]
    )
    user.groups.add(group)


def _case(
    number: int,
    births: list[tuple[str, str, str]],
    chance: random.Random,
    schools: list[School],
    owners: list[User | None],
) -> Case:
    kind, rules, state = chance.choice(births)
    due = chance.choice((None, *(TODAY + timedelta(days=days) for days in range(-4, 9, 2))))
    return Case(
        number=f"{kind}-2026-{number:04}",
        kind=kind,
        rules=rules,
        state=state,
        school=chance.choice(schools),
        owner=chance.choice(owners),
        opened_on=TODAY - timedelta(days=chance.randrange(4)),
        closed_on=chance.choice((None, None, None, TODAY)),
        next_due=due,
        next_duty=chance.choice(("notice_L3", "arc_hold")),
        updated_at=timezone.now(),
    )


def _wanted(user: User, filters: dict[str, str]) -> list[int]:
    """The same by the ORM."""
    view = filters.get("view", "all")
    by_view = {
        "overdue": Q(next_due__lt=TODAY),
        "today": Q(next_due=TODAY),
        "week": Q(next_due__gte=TODAY, next_due__lte=date(2026, 9, 13)),
        "new": Q(opened_on__gte=TODAY - timedelta(days=1)),
        "waiting": Q(
            owner=user,
            pk__in=Task.objects.filter(clock__kind=F("case__next_duty"), status="OPEN")
            .exclude(role="SSW")
            .values("case"),
        ),
        "mine": Q(owner=user),
    }
    narrower = {"kind": "kind", "state": "state", "school": "school_id", "duty": "next_duty"}
    cases = rights.visible(user).filter(by_view.get(view, Q()), closed_on__isnull=view != "closed")
    cases = cases.filter(
        **{narrower[name]: value for name, value in filters.items() if name in narrower and value}
    )
    order = ["-id"] if view == "closed" else [F("next_due").asc(nulls_last=True), "id"]
    return list(cases.order_by(*order).values_list("id", flat=True))


def _walked(user: User, filters: dict[str, str]) -> list[int]:
    """All pages of the list, one after the other."""
    seen: list[int] = []
    after = ""
    while True:
        found = worklist.page_after(user, filters, after, TODAY)
        seen += [row[0] for row in found[: worklist.PAGE]]
        if len(found) <= worklist.PAGE:
            return seen
        after = f"{found[worklist.PAGE - 1][5] or ''}_{found[worklist.PAGE - 1][0]}"


@pytest.mark.parametrize("few", [0, 8])
def test_the_statement_shows_what_the_rules_say_in_their_order_page_by_page(
    readers, monkeypatch, few
):
    monkeypatch.setattr(worklist, "PAGE", 7)
    monkeypatch.setattr(worklist, "FEW_SCHOOLS", few)
    school = str(School.objects.get(school_id="W2").pk)
    narrower = (
        {},
        {"kind": "ATT"},
        {"kind": "BUL", "duty": "arc_hold"},
        {"school": school},
        {"state": "REPORTED"},
        {"school": "x", "state": ""},
    )
    shown = set()
    for (name, user), view, more in product(readers.items(), (*worklist.VIEWS, "zzz"), narrower):
        filters = {"view": view, **{key: value for key, value in more.items() if value != "x"}}
        wanted = _wanted(user, filters)
        assert _walked(user, {"view": view, **more}) == wanted, (name, view, more)
        shown |= {name} if wanted else set()
    assert shown == {"one", "few", "many", "lent"}
    assert worklist.page_after(AnonymousUser(), {}, "", TODAY) == []


def test_a_mangled_position_begins_anew(readers, monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 7)
    first = worklist.page_after(readers["many"], {}, "", TODAY)
    for mangled in ("x_1", "2026-99-01_3", "_", "2026-09-20_²", "2026-09-20_", "nonsense"):
        assert worklist.page_after(readers["many"], {}, mangled, TODAY) == first, mangled
    assert worklist.page_after(readers["many"], {"school": "²"}, "", TODAY) == first
    assert worklist.page_after(readers["many"], {"school": "9" * 40}, "", TODAY) == []
    assert worklist.page_after(readers["many"], {}, "_" + "9" * 40, TODAY) == []


def test_a_page_is_one_statement(readers, django_assert_num_queries):
    rights.ways(readers["few"])
    with django_assert_num_queries(1):
        worklist.page_after(readers["few"], {"view": "week"}, "", TODAY)
