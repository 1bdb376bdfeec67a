"""What tests stand on: a world is built once, is the same for whoever comes next, and stands for
nobody who did not ask for it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from attendance.models import AttendanceCase
from district.models import User


@pytest.mark.parametrize("turn", [1, 2])
def test_whatever_a_test_changes_the_next_one_begins_in_the_same_world(
    ground, people, nights, turn
):
    assert [floor.name for floor in ground.floors] == ["people"]
    assert people.worker.first_name == User.objects.get(pk=people.worker.pk).first_name != "Changed"
    assert not AttendanceCase.objects.exists()
    assert (len(nights.sis.tables["students"]), nights.sis.marks, nights.sis.night) == (1, {}, 1)
    people.worker.first_name = "Changed"
    people.worker.save()
    nights.sis.student("S2").absent("S2", date(2026, 9, 1), date(2026, 9, 3), date(2026, 9, 10))
    nights.run(date(2026, 9, 10))
    assert AttendanceCase.objects.count() == 1


@pytest.mark.parametrize("people", [7])
def test_a_parameter_with_the_name_of_a_world_is_none(ground, db, people):
    assert (ground.floors, people, User.objects.exists()) == ([], 7, False)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_loses_the_connection_takes_no_world_along(people, turn):
    assert User.objects.filter(pk=people.worker.pk).exists()
    connection.close()
