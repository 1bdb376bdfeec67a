"""Goals, K figures and what is published: scenarios A-31, A-32, A-35, T-32, lists that agree,
hidden cells that stay hidden."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
import time_machine
from django.urls import reverse

from attendance.case.queries import attendance_report
from attendance.models import Arc, MediationAccess, MediationMOU, MediationProvider
from attendance.reporting import kpis
from casework.engine.date_rules import Compliance
from casework.engine.services import act
from casework.models import MeasureValue
from casework.policy import policies
from casework.privacy.small_cells import Why, suppress
from district.models import Post, Role, School
from district.role_assignments import sync_posts
from tests.worlds import world
from titleix.case.open_report import open_report
from web.compliance import goal_measures, public
from web.compliance.goal_measures import Value
from web.compliance.report import PARTS

TODAY = date(2026, 10, 20)
HELD = {
    "on": str(TODAY),
    "attendees": ["ssw", "administrator", "parent"],
    "causes": ["health"],
    "disability": "no",
    "notified": "yes",
    "outcomes": ["PLAN_AGREED"],
    "minutes": "x",
}
NOON = f"{TODAY}T15:00:00-04:00"


@world
def absent(people, nights):
    """Thirty students at two schools; some are chronically absent, some in tier 3, one conference
    was held."""
    rng = random.Random(5)
    for number in range(30):
        nights.sis.student(f"X{number}", "12"[number % 2])
    days = [day for n in range(50) if (day := date(2026, 8, 26) + timedelta(days=n)).weekday() < 5]
    for number in range(0, 30, 3):
        for day in rng.sample(days, 12 if number % 2 else 5):
            nights.sis.absent(f"X{number}", day, school="12"[number % 2])
    nights.run(date(2026, 10, 19))
    Post.objects.get_or_create(
        user=people.supervisor, role=Role.SUPERVISOR, school=School.objects.get(school_id="2")
    )
    sync_posts()
    return people


@pytest.mark.scenario("A-31")
def test_the_district_rate_is_rounded_half_up_to_two_decimals():
    def rate(part: int, whole: int) -> str:
        return kpis.Kpi(part, whole, TODAY, "").rate

    assert [rate(32_924, 141_000), rate(32_923, 141_000), rate(28_200, 141_000)] == [
        "23.35",
        "23.35",
        "20.00",
    ]


@pytest.mark.scenario("A-32")
def test_the_rates_of_conferences_and_mediation():
    def rate(part: int, whole: int) -> str:
        return kpis.Kpi(part, whole, TODAY, "").rate

    assert [rate(49, 120), rate(114, 120), rate(5, 186), rate(186, 186)] == [
        "40.83",
        "95.00",
        "2.69",
        "100.00",
    ]


@pytest.mark.scenario("A-32")
@time_machine.travel(NOON, tick=False)
def test_a_social_worker_without_tier_three_is_not_in_the_denominator(absent):
    value, active, everybody = kpis.arc_facilitators(TODAY)
    with_tier3 = {case.school.school_id for case in kpis.tier3(TODAY).select_related("school")}
    assert with_tier3
    assert {user.staff_id for user in everybody} == {f"SSW{number}" for number in with_tier3}
    assert (value.numerator, active) == (0, [])
    case = kpis.tier3(TODAY).first()
    worker = absent.worker if case.school.school_id == "1" else absent.colleague
    arc = Arc.objects.get(case=case)
    act(
        case.number,
        "schedule_conference",
        actor=worker,
        process=arc.pk,
        on=TODAY,
        data={"on": str(TODAY), "at": "10:00", "place": "Room 1", "language": "en"},
    )
    act(case.number, "hold_conference", actor=worker, data=HELD, process=arc.pk, on=TODAY)
    value, active, everybody = kpis.arc_facilitators(TODAY)
    assert (value.numerator, active) == (1, [worker])
    students, held, tier3 = kpis.arc_students(TODAY)
    assert (students.numerator, students.denominator) == (1, tier3.count())
    assert [one.pk for one in held] == [case.pk]


@pytest.mark.scenario("A-32")
@time_machine.travel(NOON, tick=False)
def test_a_school_with_an_expired_memorandum_is_not_counted(absent):
    provider = MediationProvider.objects.create(name="Mediators")
    for school in School.objects.all():
        MediationAccess.objects.create(school=school, provider=provider, starts=date(2026, 8, 1))
    assert kpis.mediation_access(TODAY)[0].numerator == 0  # no memorandum at all
    memorandum = MediationMOU.objects.create(
        provider=provider, signed_on=date(2026, 8, 1), starts=date(2026, 8, 1), ends=TODAY
    )
    assert kpis.mediation_access(TODAY)[0].rate == "100.00"
    memorandum.ends = TODAY - timedelta(days=1)
    memorandum.save()
    assert kpis.mediation_access(TODAY)[0].numerator == 0
    memorandum.ends = TODAY
    memorandum.save()
    MediationAccess.objects.filter(school__school_id="1").update(status="ENDED")
    value, having, everybody = kpis.mediation_access(TODAY)
    assert (value.numerator, value.denominator, len(everybody)) == (1, 2, 2)
    assert [school.school_id for school in having] == ["2"]
    School.objects.filter(school_id="1").update(open_to=TODAY - timedelta(days=1))
    assert (
        kpis.mediation_access(TODAY)[0].rate == "100.00"
    )  # a closed school is not in the denominator


@time_machine.travel(NOON, tick=False)
def test_the_list_behind_chronic_absence_is_the_report(absent):
    report = attendance_report(TODAY)
    everywhere = list(School.objects.values_list("id", flat=True))
    found = kpis.chronic_students(everywhere, TODAY)
    assert len(found) == report["chronic"]["school"]["students"] > 2
    cells = kpis.by_group(TODAY, "grade")
    assert sum(part for part, _whole in cells.values()) == len(found)
    assert (
        sum(whole for _part, whole in cells.values()) == report["chronic"]["school"]["denominator"]
    )


@time_machine.travel(NOON, tick=False)
def test_goals_say_what_they_are_and_open_what_is_behind(absent, sign_in):
    client = sign_in(absent.supervisor)
    goal_measures.keep(date(2026, 10, 13))
    goal_measures.keep(TODAY)
    body = client.get(reverse("goals")).content.decode()
    for spec in policies.policy_for("goals", TODAY).data["goals"]:
        assert spec["title"] in body
    assert "nc-cms@2026.1" in body
    assert "goals-cms@2026.1" in body
    for goal in ("chronic", "arc_facilitators", "arc_students", "mediation", "agencies"):
        page = client.get(reverse("goal", args=[goal])).content.decode()
        counted = re.search(r'class="sub">\s*(\d+)(?: of (\d+))? at your schools', page)
        rows = len(re.findall(r"<tr>", page)) - 1
        assert rows == int(counted.group(2) or counted.group(1)), goal
        lines = (
            client.get(reverse("goal", args=[goal]) + "?export=csv")
            .content.decode("utf-8-sig")
            .splitlines()
        )
        assert (
            len([line for line in lines[1:] if line and not line.startswith(("As of", '"As of'))])
            == rows
        )
    assert client.get(reverse("goal", args=["titleix"])).status_code == 404
    assert client.get(reverse("goal", args=["nonsense"])).status_code == 404


@time_machine.travel("2026-11-10T15:00:00-05:00", tick=False)
def test_the_reported_figures_stand_with_their_wholes_and_open(absent, sign_in):
    client = sign_in(absent.supervisor)
    body = "".join(
        client.get(reverse("compliance-report"), {"part": part}).content.decode() for part in PARTS
    )
    for name in ("K1", "K2", "K3", "K4", "K5", "K7", "K8", "K9"):
        assert f"<h2>{name} " in body
    report = attendance_report(date(2026, 11, 10))
    assert f"{report['chronic']['district']['rate']} %" in body
    links = re.findall(r'href="(/compliance/ATT/list[^"]*)">(\d+)</a>', body)
    assert links
    for href, number in links:
        page = client.get(href.replace("&amp;", "&")).content.decode()
        assert int(re.search(r'class="sub">\s*(\d+) row', page).group(1)) == int(number), href
    assert client.get(reverse("compliance-report"), {"part": "nonsense"}).status_code == 404
    for user in (absent.worker, absent.admin, absent.stranger):
        assert sign_in(user).get(reverse("compliance-report")).status_code == 404


@time_machine.travel(NOON, tick=False)
def test_who_reads_goals(absent, sign_in):
    for user in (absent.worker, absent.principal, absent.stranger, absent.root):
        assert {
            sign_in(user).get(reverse(name)).status_code for name in ("goals", "published")
        } == {404}
    client = sign_in(absent.admin)
    assert {client.get(reverse(name)).status_code for name in ("goals", "published")} == {200}
    assert (
        client.get(reverse("goal", args=["chronic"])).status_code == 404
    )  # no names for an administrator


@time_machine.travel(NOON, tick=False)
def test_a_value_is_kept_once_for_a_date(absent):
    goal_measures.keep(TODAY)
    goal_measures.keep(TODAY)
    assert MeasureValue.objects.filter(as_of=TODAY).count() == len(goal_measures.MEASURES)
    assert (
        goal_measures.today("chronic_rate").numerator
        == attendance_report(TODAY)["chronic"]["district"]["students"]
    )
    assert goal_measures.today("nothing") is None


# -- small cells -----------------------------------------------------------------------------------


def hidden_ranges(publication, done) -> dict:
    """What an outsider can work out about every hidden count from all sums that are shown, by
    trying all whole numbers that fit (small tables): cell -> values that stay possible."""
    cells = list(publication.counts)
    shown = {
        cell: done.figures[cell].value for cell in cells if done.figures[cell].value is not None
    }
    hidden = [cell for cell in cells if cell not in shown]
    spans = [range(10) if done.figures[cell].why is Why.SMALL else range(10, 40) for cell in hidden]
    possible: dict = {cell: set() for cell in hidden}
    for values in product(*spans):
        guess = shown | dict(zip(hidden, values, strict=True))
        if all(
            guess[total] == sum(guess[part] for part in parts) for total, parts in publication.sums
        ) and all(guess[above] <= guess[below] for above, below in publication.pairs):
            for cell, value in zip(hidden, values, strict=True):
                possible[cell].add(value)
    return possible


@pytest.mark.scenario("A-35")
def test_nine_students_of_whom_four_are_chronic():
    cells = {
        ("Alpha", "boys"): (4, 9),
        ("Alpha", "girls"): (12, 60),
        ("Beta", "boys"): (15, 70),
        ("Beta", "girls"): (11, 55),
    }
    tables = public.chronic_tables(cells, ("Where", "Chronic", "Students", "Rate"), "District")
    rows = {row[0]: row[1:] for row in tables[2].rows}
    assert rows["Alpha, boys"] == ["<10", "<10", "hidden"]
    assert sum(row[1] == "hidden" for row in rows.values()) >= 1  # a complement is hidden as well
    text = " ".join(cell for table in tables for row in table.rows for cell in row)
    assert not re.search(r"\b9\b", text)


@pytest.mark.scenario("T-32")
def test_a_school_with_three_reports():
    tables = public.titleix_tables(
        {"Alpha": 3, "Beta": 21, "Gamma": 17},
        Compliance(2, 3),
        ("Where", "Reports"),
        ("District", "In time", "No school", "Part", "Whole"),
    )
    rows = {row[0]: row[1] for row in tables[0].rows}
    assert rows["Alpha"] == "<10"
    assert "hidden" in (
        rows["Beta"],
        rows["Gamma"],
        rows["District"],
    )  # or a subtraction would tell
    assert tables[1].rows[0][1:] == ["<10", "<10"]
    publication = public.titleix_publication(
        {"Alpha": 3, "Beta": 21, "Gamma": 17}, Compliance(2, 3)
    )
    done = suppress(publication)
    small = [
        cell
        for cell in publication.counts
        if done.figures[cell].why is Why.SMALL and cell[0] == "reports"
    ]
    assert all(len(hidden_ranges(publication, done)[cell]) >= 5 for cell in small)


def test_no_hidden_cell_can_be_derived_from_what_is_published():
    """Small tables of chance, attacked by trying every value."""
    rng = random.Random(17)
    for _ in range(12):
        reports = {
            name: rng.choice([0, 2, 7, 9, 11, 14, 25]) for name in ("Alpha", "Beta", "Gamma")
        }
        publication = public.titleix_publication(reports, Compliance(rng.randrange(4), 4))
        done = suppress(publication)
        for cell, values in hidden_ranges(publication, done).items():
            assert publication.counts[cell] in values or publication.counts[cell] >= 40
            assert len(values) >= (5 if done.figures[cell].why is Why.SMALL else 2), (reports, cell)


@time_machine.travel(NOON, tick=False)
def test_the_published_page_and_its_files_hold_no_small_number(absent, sign_in):
    for _ in range(3):
        open_report(
            school=School.objects.first(),
            narrative="x",
            knowledge_at=datetime(2026, 10, 1, 12, tzinfo=UTC),
            channel="staff",
        )
    client = sign_in(absent.supervisor)
    body = client.get(reverse("published")).content.decode()
    table = body[body.index("Title IX</h2>") :]
    assert "&lt;10" in table
    assert not re.search(r'class="num">\s*[1-9]\s*<', body)
    for kind in ("ATT", "TIX"):
        lines = (
            client.get(f"{reverse('published')}?export=csv&domain={kind}")
            .content.decode("utf-8-sig")
            .splitlines()
        )
        assert not any(re.search(r",[1-9](,|$)", line) for line in lines)
        assert client.get(f"{reverse('published')}?export=xlsx&domain={kind}").status_code == 200


def test_a_single_rate_leaves_only_when_it_is_large_enough():
    assert goal_measures.outside(Value(2, 3, TODAY, "")) == ("–", "<10", "<10")
    assert goal_measures.outside(Value(80, 120, TODAY, "")) == ("66.67 %", "80", "120")
    rate, part, whole = goal_measures.outside(Value(119, 120, TODAY, ""))
    assert (rate, part, whole) == (">95 %", "hidden", "120")
