"""Functions of staff: separation of duties, training, conflicts of interest."""

from __future__ import annotations

import pytest

from casework.access import rights
from casework.engine.errors import Invalid, UnknownCase
from casework.models import Event
from tests.titleix.conftest import day
from tests.titleix.lives import investigated, refused
from titleix.models import Record, Training


@pytest.mark.scenario("T-12")
def test_separation_of_duties_at_assignment(report, staff):
    walk = investigated(report)
    walk.assign("coordinator", staff.coordinator, "2026-09-20")
    for role, who in (
        ("decision_maker", staff.investigator),
        ("decision_maker", staff.coordinator),
        ("appeal_officer", staff.investigator),
    ):
        with pytest.raises(Invalid):
            walk.assign(role, who, "2026-09-21")
    walk.assign("decision_maker", staff.decider, "2026-09-21")
    with pytest.raises(Invalid):
        walk.assign("appeal_officer", staff.decider, "2026-09-21")
    walk.assign("investigator", staff.coordinator, "2026-09-22")
    event = Event.objects.filter(case=walk.case, name="assign").latest("seq")
    assert event.data["warning"]


@pytest.mark.scenario("T-37")
def test_training_is_asked_at_assignment_and_at_every_act(report, staff):
    Training.objects.filter(user=staff.decider).update(valid_until=day("2026-09-30"))
    walk = investigated(report)
    with pytest.raises(Invalid):
        walk.assign("decision_maker", staff.decider, "2026-10-01")
    Training.objects.filter(user=staff.investigator).update(valid_until=day("2026-10-13"))
    assert refused(
        walk, "send_evidence", staff.investigator, "2026-10-14", on="2026-10-14", means="mail"
    )


@pytest.mark.scenario("T-13")
def test_a_conflict_of_interest_ends_access_at_once(report, staff):
    walk = investigated(report)
    due = walk.clock("district_investigation").due
    row = walk.case.assignments.get(user=staff.investigator)
    walk(
        "unassign",
        staff.coordinator,
        "2026-10-14",
        assignment=str(row.id),
        reason="coaches the respondent",
        recuse="on",
    )
    again = type(staff.investigator).objects.get(pk=staff.investigator.pk)
    assert not rights.visible(again).exists()
    with pytest.raises(UnknownCase):
        walk("add_note", staff.investigator, "2026-10-14", text="x")
    walk.assign("investigator", staff.second, "2026-10-14")
    assert (
        walk.clock("district_investigation").due,
        Record.objects.filter(case=walk.case, kind="INTERVIEW").count(),
    ) == (due, 2)
