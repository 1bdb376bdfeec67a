"""Compliance pages: every figure opens a list that holds exactly as many; who may read what;
exports; handing over."""

from __future__ import annotations

import io
import random
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import AttendanceCase, Notice
from casework.access import rights
from casework.access.grants import grant, recuse_id
from casework.engine.errors import Refused
from casework.engine.services import act
from casework.models import Case, Clock, Event
from casework.reporting import rollup
from district.models import Post, Role, School, User
from district.role_assignments import sync_posts
from tests.worlds import world
from titleix.case.open_report import open_report
from web.layout import export

START, TODAY = date(2026, 9, 1), date(2026, 10, 20)
MOST = 12


@world
def busy(people, nights) -> SimpleNamespace:
    """Two schools, twenty students, seven weeks of absences and of work at random; the supervisor
    watches both."""
    rng = random.Random(11)
    for number in range(20):
        nights.sis.student(f"X{number}", "12"[number % 2])
    days = [
        START + timedelta(days=n) for n in range(48) if (START + timedelta(days=n)).weekday() < 5
    ]
    for round_ in range(4):
        for number in range(20):
            for day in rng.sample(days[8 * round_ : 8 * (round_ + 1)], rng.randrange(1, 4)):
                nights.sis.absent(f"X{number}", day, school="12"[number % 2])
        on = days[8 * (round_ + 1) - 1]
        run = nights.run(on)
        assert run.state == "APPLIED", run.report
        for case in AttendanceCase.objects.filter(closed_on=None).order_by("id"):
            _work(rng, case, people, on)
    Post.objects.get_or_create(
        user=people.supervisor, role="SUPERVISOR", school=School.objects.get(school_id="2")
    )
    sync_posts()
    return people


def _work(rng, case, people, on) -> None:
    worker = people.worker if case.school.school_id == "1" else people.colleague
    wanted = [
        ("assign", {"owner": worker.pk}),
        ("record_causes", {"causes": ["health"], "steps": "a"}),
        ("add_note", {"text": "seen"}),
    ]
    for name, data in rng.sample(wanted, 2):
        _try(case.number, name, worker, on, data)
    for notice in Notice.objects.filter(case=case, closed_on=None):
        if not notice.must_mail and rng.random() < 0.6:
            _try(
                case.number,
                "notify",
                worker,
                on + timedelta(days=rng.randrange(3)),
                {"on": str(on), "means": "phone", "spoken_to": "m"},
                notice.pk,
            )


def _try(number, name, actor, on, data, process=None) -> None:
    try:
        act(number, name, actor=actor, data=data, on=on, process=process)
    except Refused:
        return


class Links(HTMLParser):
    """Every link of a page with its text."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href = ""
        self._text = ""
        self.feed(body.decode())

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._href, self._text = dict(attrs).get("href") or "", ""

    def handle_data(self, data):
        self._text += data

    def handle_endtag(self, tag):
        if tag == "a":
            self.found.append((self._href, " ".join(self._text.split())))
            self._href = ""


def rows_of(client, href: str) -> int:
    answer = client.get(href)
    assert answer.status_code == 200, href
    return int(re.search(r'class="sub">\s*(\d+) row', answer.content.decode()).group(1))


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
@pytest.mark.parametrize("folded", [True, False])
def test_every_figure_of_every_page_counts_its_list(busy, sign_in, folded):
    client = sign_in(busy.supervisor)
    if folded:
        rollup.fold(TODAY)
    assert Case.objects.count() > 10
    school = School.objects.order_by("id").first()
    checked = 0
    for page in (
        reverse("compliance", args=["ATT"]),
        f"{reverse('compliance', args=['ATT'])}?school={school.pk}",
        reverse("home"),
        reverse("compliance-steps", args=["ATT"]),
        reverse("compliance-workload", args=["ATT"]),
    ):
        for href, text in sorted(set(Links(client.get(page).content).found)):
            number = re.match(r"\d+", text)
            if "/compliance/ATT/list" in href and number:
                assert rows_of(client, href) == int(number.group()), (page, href, text)
                checked += 1
    assert checked > 80


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_the_home_of_a_supervisor_names_what_breaks_first_and_leads_to_each_school(busy, sign_in):
    links = [
        href for href, _text in Links(sign_in(busy.supervisor).get(reverse("home")).content).found
    ]
    soon = Clock.objects.filter(
        status="RUNNING", due__range=(TODAY, TODAY + timedelta(days=7))
    ).order_by("due", "case_id", "id")
    assert (
        [href for href in links if href.startswith("/cases/")]
        == [reverse("case", args=[clock.case.number]) for clock in soon[:6]]
        != []
    )
    for school in School.objects.all():
        assert f"{reverse('compliance', args=['ATT'])}?school={school.pk}" in links


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_pages_cost_few_statements_and_say_their_date_and_policy(busy, sign_in):
    client = sign_in(busy.supervisor)
    rollup.fold(TODAY)
    for name in (
        "compliance",
        "compliance-list",
        "compliance-steps",
        "compliance-forecast",
        "compliance-workload",
    ):
        client.get(reverse(name, args=["ATT"]))
        with CaptureQueriesContext(connection) as counted:
            body = client.get(reverse(name, args=["ATT"])).content.decode()
        assert len(counted) <= MOST, (name, [q["sql"][:90] for q in counted.captured_queries])
        assert "nc-cms@2026.1" in body
        assert "style=" not in body
        assert "<script>" not in body


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_nobody_else_has_a_page(busy, sign_in):
    pages = [
        reverse(name, args=["ATT"])
        for name in (
            "compliance",
            "compliance-list",
            "compliance-steps",
            "compliance-forecast",
            "compliance-workload",
        )
    ]
    for user in (busy.worker, busy.principal, busy.admin, busy.stranger, busy.root):
        assert {
            sign_in(user).get(page).status_code for page in [*pages, reverse("compliance-start")]
        } == {404}
    client = sign_in(busy.supervisor)
    assert {client.get(page.replace("ATT", "TIX")).status_code for page in pages} == {404}
    assert {client.get(page.replace("ATT", "XYZ")).status_code for page in pages} == {404}
    client.logout()
    assert {client.get(page).status_code for page in pages} == {302}


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_a_school_of_somebody_else_is_not_there_and_a_recusal_leaves_figure_and_list(busy, sign_in):
    Post.objects.filter(user=busy.supervisor, school__school_id="2").delete()
    sync_posts()
    client = sign_in(busy.supervisor)
    second = School.objects.get(school_id="2")
    assert (
        client.get(f"{reverse('compliance', args=['ATT'])}?school={second.pk}").status_code == 404
    )
    hidden = set(Case.objects.filter(school=second).values_list("number", flat=True))
    for figure in ("open", "counted_original", "missed_extended"):
        body = client.get(
            f"{reverse('compliance-list', args=['ATT'])}?figure={figure}"
        ).content.decode()
        assert not hidden & set(re.findall(r"ATT-2026-\d+", body))
    mine = f"{reverse('compliance-list', args=['ATT'])}?what=cases"
    before = rows_of(client, mine)
    recuse_id(
        rights.visible(busy.supervisor).filter(closed_on=None).first().pk,
        busy.supervisor.pk,
        "aunt",
        by=busy.principal,
    )
    assert rows_of(client, mine) == before - 1
    page = client.get(reverse("compliance", args=["ATT"])).content.decode()
    assert f"{before - 1} open cases" in page


MANGLED = [
    "figure=x",
    "figure=open&due_from=9e99",
    "as_of=nonsense",
    "school=-9",
    "owner=%00",
    "duty=%00",
    "duty=a b",
    "what=y",
    "as_of=0001-01-01",
    "as_of=9999-12-31",
    "age_from=999999",
    "page=zzz",
    "page=-4",
    "school=99999999999999999999",
]


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_a_mangled_address_is_never_a_fault(busy, sign_in):
    client = sign_in(busy.supervisor)
    for query in MANGLED:
        for name in ("compliance", "compliance-list", "compliance-workload"):
            assert client.get(f"{reverse(name, args=['ATT'])}?{query}").status_code in (
                200,
                400,
                404,
            ), (name, query)


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_exports_hold_the_rows_and_no_formula(busy, sign_in):
    School.objects.filter(school_id="1").update(name="=HYPERLINK(1)")
    client = sign_in(busy.supervisor)
    address = f"{reverse('compliance-list', args=['ATT'])}?figure=open"
    lines = client.get(f"{address}&export=csv").content.decode("utf-8-sig").splitlines()
    assert sum(line.startswith("ATT-") for line in lines) == rows_of(client, address)
    assert any("'=HYPERLINK(1)" in line for line in lines)
    assert not any(re.search(r'(^|,|")=', line) for line in lines)
    for target in (address, f"{reverse('compliance', args=['ATT'])}?a=b"):
        book = ZipFile(io.BytesIO(client.get(f"{target}&export=xlsx").content))
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1", "=cmd|' /C calc'!A0"],
)
def test_no_cell_begins_like_a_formula(text):
    assert str(export.harmless(text)).startswith("'")
    first = export.as_csv(["a"], [[text]]).decode("utf-8-sig").splitlines()[1].lstrip('"')
    assert first[0] == "'"


def test_numbers_and_dates_stay_what_they_are():
    assert [
        export.harmless(value) for value in (-3, 2.5, date(2026, 1, 2), None, "a=b", "nul\x00l")
    ] == [
        -3,
        2.5,
        date(2026, 1, 2),
        None,
        "a=b",
        "null",
    ]


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_cases_are_handed_over_by_the_step_of_each(busy, sign_in):
    client = sign_in(busy.supervisor)
    address = reverse("compliance-workload", args=["ATT"])
    first, second = School.objects.get(school_id="1"), School.objects.get(school_id="2")
    here = Case.objects.filter(school=first, closed_on=None).first()
    there = Case.objects.filter(school=second, closed_on=None).first()
    answer = client.post(
        address, {"owner": busy.worker.pk, "number": [here.number, there.number]}, follow=True
    )
    body = answer.content.decode()
    assert "1 case handed over" in body
    assert (
        f"{there.number} was not handed over" in body
    )  # the worker has no post at the other school
    here.refresh_from_db()
    assert here.owner == busy.worker
    assert Event.objects.filter(case=here, name="assign", actor=busy.supervisor).exists()
    for data in (
        {"owner": busy.worker.pk},
        {"number": [here.number]},
        {"owner": "x\x00", "number": ["nonsense\x00"]},
        {"owner": 10**12, "number": [here.number]},
    ):
        assert client.post(address, data).status_code == 422
    assert (
        sign_in(busy.worker)
        .post(address, {"owner": busy.worker.pk, "number": [here.number]})
        .status_code
        == 404
    )


@time_machine.travel(f"{TODAY}T15:00:00-04:00", tick=False)
def test_a_title_ix_page_counts_only_what_its_reader_answers_for(db, people, sign_in):
    for _ in range(3):
        open_report(
            school=School.objects.first(),
            narrative="x",
            knowledge_at=datetime(2026, 10, 1, 12, tzinfo=UTC),
            channel="staff",
        )
    cases = list(Case.objects.filter(kind="TIX").order_by("id"))
    for case in cases[:2]:
        grant(case, people.stranger, "view_cases", "coordinate_cases")
    grant(
        cases[2], people.stranger, "view_cases", "investigate_cases"
    )  # works in it, does not answer for it
    client = sign_in(people.stranger)
    body = client.get(reverse("compliance", args=["TIX"])).content.decode()
    assert "2 open cases" in body
    numbers = set(
        re.findall(
            r"TIX-2026-\d+",
            client.get(f"{reverse('compliance-list', args=['TIX'])}?what=cases").content.decode(),
        )
    )
    assert numbers == {case.number for case in cases[:2]}
    assert sign_in(people.supervisor).get(reverse("compliance", args=["TIX"])).status_code == 404


def test_a_post_without_cases_is_led_home_and_a_stranger_nowhere(people, sign_in):
    deputy = User.objects.create_user("deputy")
    Post.objects.create(user=deputy, role=Role.DEPUTY)
    assert sign_in(deputy).get("/compliance").url == "/"
    assert sign_in(people.stranger).get("/compliance").status_code == 404
