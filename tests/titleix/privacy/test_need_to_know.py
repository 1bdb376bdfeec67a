"""Nobody but those assigned knows of a case."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.access import rights
from casework.engine.errors import UnknownCase
from casework.models import Case, Event, Rung
from casework.scheduler.run import sweep
from tests.titleix.lives import decided


@pytest.mark.scenario("T-31")
def test_nobody_but_those_assigned_knows_of_it(report, staff, client):
    for user in (
        staff.outsider,
        staff.principal,
        staff.root,
        staff.admin,
        staff.investigator,
        staff.decider,
    ):
        fresh = type(user).objects.get(pk=user.pk)
        assert not rights.visible(fresh).filter(kind="TIX").exists()
        with pytest.raises(UnknownCase):
            report("add_note", user, "2026-09-09", text="x")
        client.force_login(fresh, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/cases/{report.number}").status_code == 404
        assert report.number not in client.get("/cases").content.decode()
    client.force_login(staff.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/cases/{report.number}")
    assert page.status_code == 200
    assert "Ibáñez" not in page.content.decode().split("<main", 1)[0]


def test_no_name_stands_on_the_timeline_or_in_an_alert(report, staff):
    decided(report)
    sweep(datetime(2026, 12, 1, 6, tzinfo=UTC))
    words = " ".join(str(event.data) for event in Event.objects.filter(case__number=report.number))
    assert "Ibáñez" not in words
    assert "pictures" not in words
    assert Rung.objects.filter(clock__case__number=report.number).exists()
    assert Case.objects.get(number=report.number).state == "FINAL"
