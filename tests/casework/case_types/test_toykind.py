"""A third case kind is one app and no edit in the floors below."""

from __future__ import annotations

from datetime import date

import pytest

from casework.access import rights
from casework.access.grants import grant, recuse
from casework.audit import hash_chain
from casework.engine.errors import NotNow, UnknownCase
from casework.engine.services import Opening, act, open_cases
from casework.models import AllowedMove, Case
from casework.pages.worklist import worklist
from tests.toykind.models import BullyingCase

DAY = date(2026, 9, 10)


@pytest.fixture
def report(people):
    from district.models import School

    (pk,) = open_cases(
        "BUL",
        [Opening(School.objects.first().pk, {"place": ""}, [("report", {})])],
        year=2026,
        on=DAY,
    )
    return BullyingCase.objects.get(pk=pk)


def test_a_whole_life(report, people):
    assert report.number == "BUL-2026-0001"
    assert report.next_due == date(2026, 9, 17)
    grant(report, people.worker, "view_cases", "work_cases")
    with pytest.raises(NotNow) as refused:
        act(report.number, "look", actor=people.worker, on=DAY)
    assert refused.value.reasons == ["Say first where it happened."]
    act(report.number, "locate", actor=people.worker, data={"place": "bus"}, on=DAY)
    act(report.number, "look", actor=people.worker, on=DAY)
    act(report.number, "finish", actor=people.worker, data={"text": "talked"}, on=DAY)
    report.refresh_from_db()
    assert (report.state, report.place, report.closed_reason, report.next_due) == (
        "DONE",
        "bus",
        "DONE",
        None,
    )
    assert list(hash_chain.breaks()) == []


def test_only_those_with_a_grant_see_it_and_a_recusal_beats_the_grant(report, people):
    for user in (people.worker, people.supervisor, people.root, people.stranger):
        assert not rights.visible(user).filter(pk=report.pk).exists()
        with pytest.raises(UnknownCase):
            act(report.number, "locate", actor=user, data={"place": "bus"})
    grant(report, people.worker, "view_cases", "work_cases")
    assert worklist(people.worker, {"kind": "BUL"}).rows[0].number == report.number
    recuse(report, people.worker, "aunt of a party", by=people.supervisor)
    again = type(people.worker).objects.get(pk=people.worker.pk)
    assert not rights.visible(again).filter(pk=report.pk).exists()
    assert not rights.can(again, "view_cases", report)


@pytest.mark.django_db
def test_the_database_knows_the_law_of_every_kind():
    from casework.engine.allowed_moves import declared_moves

    assert (
        set(AllowedMove.objects.values_list("subject", "kind", "rules", "source", "target"))
        == declared_moves()
    )
    assert Case.objects.count() == 0
