"""Forecast, process map and workload over a district worked at random; and the administrator's
home."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Case, Clock, Event
from casework.reporting import durations, figure_cases
from district.models import Post, School
from tests.web.compliance.test_compliance import MOST, busy  # noqa: F401 - fixtures
from web.compliance.durations import forecasts
from web.compliance.scope import scope_for
from web.layout import charts

TODAY = date(2026, 10, 20)
NOON = f"{TODAY}T15:00:00-04:00"


@time_machine.travel(NOON, tick=False)
def test_what_is_late_already_is_not_forecast_and_does_not_flatter_the_test_of_forecasts(
    busy,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr("casework.reporting.forecast.LEAST", 1)
    scope = scope_for(busy.supervisor, "ATT")
    rows, _table, _score = forecasts(scope, TODAY)
    late = figure_cases.behind("running", scope.cases(), TODAY, due=(None, -1))
    assert late
    assert rows
    assert all(row.due >= TODAY for row, _chance in rows)
    assert len(rows) + len(late) == len(figure_cases.behind("running", scope.cases(), TODAY))
    ids, cut = list(scope.cases().values_list("pk", flat=True)), TODAY - timedelta(days=14)
    pairs = durations.tested(ids, durations.curves(ids, [cut]), TODAY)
    open_then = [
        clock
        for clock in Clock.objects.filter(case__in=ids, day0__lte=cut)
        if clock.stopped_on is None or clock.stopped_on > cut
    ]
    assert any(clock.due < cut for clock in open_then), "there must be late ones to leave out"
    assert 0 < len(pairs) <= sum(clock.due >= cut or clock.extended_by > 0 for clock in open_then)


@time_machine.travel(NOON, tick=False)
def test_the_time_of_cases_that_wait_counts_too(busy):  # noqa: F811
    cases = Case.objects.filter(kind="ATT")
    times, _ways = durations.stays(cases, TODAY)
    lived = 0
    for case in cases:
        moves = [
            event
            for event in Event.objects.filter(case=case, process=None).order_by("seq")
            if event.target not in ("", event.source)
        ]
        lived += ((case.closed_on or TODAY) - moves[0].on).days
    assert sum(stay.days for stay in times) == lived > 0
    assert any(stay.number == 0 and stay.days for stay in times), (
        "a state that nobody has left yet has its days"
    )


def test_every_lane_of_the_map_lies_inside_the_picture():
    stops = [charts.Stop(name, name, "", 0.25) for name in "ABCD"]
    ways = [charts.Way(a, b, 3) for a in "ABCD" for b in "ABCD" if a != b]
    for some in (ways, ways[:1], []):
        svg = ElementTree.fromstring(str(charts.process_map("t", "s", stops, some, ([], [])).svg))
        left, _top, width, _height = map(int, svg.attrib["viewBox"].split())
        places = [
            int(n)
            for path in svg.iter()
            for n in re.findall(r"[MH](\d+)", path.attrib.get("d", ""))
            if "w" in path.attrib.get("class", "").split()
        ]
        places += [
            int(text.attrib["x"]) + 8 * len(text.text or "")
            for text in svg.iter()
            if text.tag.endswith("text")
        ]
        assert all(left <= place <= left + width for place in places), (left, width, places)
        assert width < 330 or some, "an empty picture has no margins"


@time_machine.travel(NOON, tick=False)
def test_workload_says_what_to_do_where_every_case_has_an_owner(busy, sign_in):  # noqa: F811
    Case.objects.filter(owner=None).update(owner=busy.worker)
    client = sign_in(busy.supervisor)
    address = reverse("compliance-workload", args=["ATT"])
    assert "Every open case has an owner" in client.get(address).content.decode()
    assert (
        f"Open cases of {busy.worker}"
        in client.get(f"{address}?owner={busy.worker.pk}").content.decode()
    )


@time_machine.travel(NOON, tick=False)
def test_the_administrator_sees_whether_it_runs_and_no_case(busy, sign_in):  # noqa: F811
    ending = Post.objects.create(
        user=busy.colleague,
        role="NURSE",
        school=School.objects.first(),
        source="hand",
        ends=TODAY + timedelta(days=3),
    )
    client = sign_in(busy.admin)
    client.get("/")
    with CaptureQueriesContext(connection) as counted:
        body = client.get("/").content.decode()
    assert len(counted) <= MOST
    assert "nc-cms@2026.1" in body
    assert f"{ending.user}, {ending.get_role_display()}" in body
    assert "since the last sweep" in body
    assert not re.search(r"(ATT|TIX)-\d{4}-\d+", body)
