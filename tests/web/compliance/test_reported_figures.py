"""Every reported figure (K1 to K9) and every goal opens the list of what it counts, and both agree,
over a district worked at random."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from attendance.case.queries import attendance_report
from attendance.models import AttendanceCase
from attendance.nightly import tallies
from attendance.reporting import intervention_effect, intervention_queries, kpi_cases
from attendance.reporting.intervention_effect import WINDOW
from casework.access.grants import recuse_id
from casework.engine.services import act
from casework.models import Case
from district.models import Post, School, Student
from district.role_assignments import sync_posts
from tests.web.compliance.test_compliance import Links, busy  # noqa: F401 - fixtures
from tests.worlds import world
from web.compliance.report import PARTS

TODAY = date(2026, 11, 30)
NOON = f"{TODAY}T15:00:00-05:00"
SECTION = re.compile(r'<section class="box chart"><h2>(K\d)[^<]*</h2>(.*?)</section>', re.S)
NUMBER = re.compile(r'<td class="num">(?:<a href="([^"]+)">)?(\d+)(?:</a>)?</td>')


@world
def handed(busy, nights) -> SimpleNamespace:  # noqa: F811
    """A family was reached twice on one day; a student is at his second school; a search was asked
    for, found and handed back."""
    nights.sis.student("M1", "1", entry=date(2026, 8, 25), exit=date(2026, 9, 30)).student(
        "M1", "2", entry=date(2026, 10, 1)
    )
    for day in (date(2026, 9, 2), date(2026, 9, 9), date(2026, 9, 16)):
        nights.sis.absent("M1", day, school="1")
    nights.sis.absent("M1", date(2026, 10, 6), date(2026, 10, 7), date(2026, 10, 8), school="2")
    assert nights.run(date(2026, 10, 20)).state == "APPLIED"
    case = (
        AttendanceCase.objects.filter(closed_on=None, school__school_id="1").order_by("id").first()
    )
    for means in ("visit", "visit"):
        act(
            case.number,
            "log_contact",
            actor=busy.worker,
            data={"means": means, "result": "reached"},
            on=date(2026, 9, 28),
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervention_effect, "LEAST", 1)
        intervention_queries.compute(TODAY)
    return busy


@pytest.fixture
def worked(handed, monkeypatch) -> SimpleNamespace:
    monkeypatch.setattr(intervention_effect, "LEAST", 1)
    return handed


def listed(client, href: str) -> int:
    """How many rows the list behind a number has, on all its pages."""
    body = client.get(href.replace("&amp;", "&"))
    assert body.status_code == 200, href
    counted = re.search(r'class="sub">\s*(\d+) row', body.content.decode())
    return int(counted.group(1)) if counted else len(re.findall(r"<tr>", body.content.decode())) - 1


@time_machine.travel(NOON, tick=False)
def test_every_reported_figure_counts_its_list(worked, sign_in):
    client = sign_in(worked.supervisor)
    pages = [
        client.get(reverse("compliance-report"), {"part": part}).content.decode() for part in PARTS
    ]
    sections = {name: body for page in pages for name, body in SECTION.findall(page)}
    assert sorted(sections) == ["K1", "K2", "K3", "K4", "K5", "K7", "K8", "K9"]
    checked = 0
    for name, body in sections.items():
        for row in re.findall(r"<tr>.*?</tr>", body, re.S):
            for place, (href, number) in enumerate(NUMBER.findall(row)):
                whole_district = name in ("K1", "K2") and place < 2
                assert href or number == "0" or whole_district, (name, row)
                if href:
                    assert listed(client, href) == int(number), (name, href)
                    checked += 1
    assert checked >= 20


@time_machine.travel(NOON, tick=False)
def test_whoever_supervises_every_school_finds_the_whole_district_in_the_lists(worked):
    every, report = list(School.objects.values_list("pk", flat=True)), attendance_report(TODAY)
    counts = kpi_cases.rate_counts(every, TODAY)
    assert counts == {
        "enrolled": report["denominator"],
        "chronic": report["chronic"]["district"]["students"],
        **report["bands"],
    }
    assert counts["chronic"] > 2
    for figure, number in counts.items():
        rows = kpi_cases.rates(figure, every, TODAY)
        assert len(rows) == number
        assert len({row.student_id for row in rows}) == number, "each student once"


@time_machine.travel(NOON, tick=False)
def test_a_list_holds_nobody_of_another_school_and_no_case_from_which_one_is_recused(
    worked, sign_in
):
    Post.objects.filter(user=worked.supervisor, school__school_id="2").delete()
    sync_posts()
    recused = AttendanceCase.objects.filter(school__school_id="1").first()
    recuse_id(recused.pk, worked.supervisor.pk, "aunt", by=worked.principal)
    client = sign_in(worked.supervisor)
    foreign = set(Case.objects.filter(school__school_id="2").values_list("number", flat=True)) | {
        recused.number
    }
    elsewhere = {
        str(one)
        for one in Student.objects.filter(
            student_id__in=["M1", *(f"X{n}" for n in range(1, 20, 2))]
        )
    }
    for figure in (*kpi_cases.limits(TODAY), "effect-ARC", "effect-HOME_VISIT", "street-requests"):
        body = client.get(
            reverse("compliance-reported", args=[figure]), {"export": "csv"}
        ).content.decode()
        assert not foreign & set(re.findall(r"ATT-2026-\d+", body))
        assert not any(name in body for name in elsewhere), figure


@time_machine.travel(NOON, tick=False)
def test_two_interventions_of_a_kind_on_one_day_count_once(worked):
    cases, year = Case.objects.filter(kind="ATT"), tallies.year_of(TODAY)
    number = {one.kind: one.n for one in intervention_queries.measured(cases, year).shown}
    assert "HOME_VISIT" in number
    for kind, count in number.items():
        rows = kpi_cases.acts(kind, TODAY, cases)
        assert len(rows) == count
        assert all(
            0 <= row.absent_before <= WINDOW and 0 <= row.absent_after <= WINDOW for row in rows
        )
        assert len({(row.student_id, row.on) for row in rows}) == count
    assert (
        len(
            [
                row
                for row in kpi_cases.acts("HOME_VISIT", TODAY, cases)
                if row.on == date(2026, 9, 28)
            ]
        )
        == 1
    )


@time_machine.travel(NOON, tick=False)
def test_lists_leave_as_files_with_as_many_rows(worked, sign_in):
    client = sign_in(worked.supervisor)
    for figure in ("enrolled", "chronic", "severe", "effect-HOME_VISIT", "street-found"):
        address = reverse("compliance-reported", args=[figure])
        lines = client.get(address, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
        assert len([line for line in lines[1:] if line and "As of" not in line]) == listed(
            client, address
        )
        assert client.get(address, {"export": "xlsx"}).status_code == 200
        assert client.get(address, {"page": "zzz"}).status_code == 200
    for wrong in ("nonsense", "effect-nothing", "street-", "effect"):
        assert client.get(reverse("compliance-reported", args=[wrong])).status_code == 404
    for user in (worked.worker, worked.principal, worked.admin, worked.stranger, worked.root):
        assert (
            sign_in(user).get(reverse("compliance-reported", args=["chronic"])).status_code == 404
        )


@time_machine.travel(NOON, tick=False)
def test_the_part_of_a_goal_is_listed_alone(worked, sign_in):
    client = sign_in(worked.supervisor)
    for goal in ("arc_facilitators", "arc_students", "mediation", "agencies"):
        address = reverse("goal", args=[goal])
        part, whole = re.search(
            r'class="sub">\s*(\d+) of (\d+) at your schools', client.get(address).content.decode()
        ).groups()
        assert (listed(client, f"{address}?only=part"), listed(client, address)) in (
            (int(part), int(whole)),
            (1, int(whole)),
        )
        links = [href for href, _text in Links(client.get(f"{address}?only=part").content).found]
        assert "?only=part&export=csv" in links


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_asks_the_database_few_times(worked, sign_in, part, django_assert_max_num_queries):
    client = sign_in(worked.supervisor)
    client.get(reverse("compliance-report"))
    with django_assert_max_num_queries(12):
        client.get(reverse("compliance-report"), {"part": part})
