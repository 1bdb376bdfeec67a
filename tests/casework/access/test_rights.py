"""However rights are read (for one case, for many, along with the lock), they are the same rights."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone

from casework.access import rights
from casework.access.grants import grant, recuse
from casework.case_types import registry
from casework.engine.casefile import load
from casework.engine.services import Opening, open_cases
from casework.models import Case, EmergencyAccess
from district.models import School, User

DAY = date(2026, 9, 10)


def by_one(user: User, cases: list[Case]) -> None:
    for case in cases:
        rights.rights(user, case)


def by_many(user: User, cases: list[Case]) -> None:
    rights.remember_rights(user, cases)


def with_the_lock(user: User, cases: list[Case]) -> None:
    load(registry.kind("BUL"), ids=[case.pk for case in cases], reader=user)


@pytest.mark.parametrize("post", [True, False])
@pytest.mark.parametrize("read", [by_one, by_many, with_the_lock])
def test_however_they_are_read_they_are_the_same(people, read, post, django_assert_num_queries):
    """A case for every mixture of a loan, an emergency access (running, over) and a recusal, with a
    post and without."""
    user, now, school = (
        people.worker if post else people.stranger,
        timezone.now(),
        School.objects.get(school_id="1"),
    )
    mixtures = list(product((False, True), (None, 2, -2), (False, True)))
    opened = open_cases(
        "BUL",
        [Opening(school.pk, {"place": ""}, [("report", {})])] * len(mixtures),
        year=2026,
        on=DAY,
    )
    cases = [Case.objects.get(pk=pk) for pk in opened]
    for case, (loan, hours, recused) in zip(cases, mixtures, strict=True):
        if hours is not None:
            begin, end = now - timedelta(days=1), now + timedelta(hours=hours)
            EmergencyAccess.objects.create(
                case=case, user=user, reason="a threat", at=begin, until=end
            )
        if recused:
            recuse(case, user, "aunt", by=people.supervisor)
        if loan:
            grant(case, user, "view_cases", "work_cases")
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(len(cases) if read is by_one else 1):
        read(user, cases)
    with django_assert_num_queries(0):
        for case, (loan, hours, recused) in zip(cases, mixtures, strict=True):
            held, looks = rights.rights(user, case), hours == 2
            assert ("work_cases" in held.by_post, "work_cases" in held.lent) == (post, loan)
            assert ("view_cases" in held.lent, held.emergency, held.recused) == (
                loan or looks,
                looks,
                recused,
            )
            assert rights.can(user, "view_cases", case) == ((loan or looks) and not recused)


def test_schools_remembered_at_once_are_those_that_are_asked_for(people):
    """Also for who holds nothing; a recusal and an emergency access concern one case and change no
    school."""
    names = ("view_cases", "work_cases", "supervise_cases", "sign_cases")
    for user in vars(people).values():
        at_once, one_by_one = User.objects.get(pk=user.pk), User.objects.get(pk=user.pk)
        rights.remember_schools(at_once, *names)
        for name in names:
            assert sorted(rights.visible_schools(at_once, name)) == sorted(
                rights.visible_schools(one_by_one, name)
            )
    assert len(rights.visible_schools(people.worker)) == 1
