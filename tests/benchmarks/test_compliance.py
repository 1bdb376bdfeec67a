"""Row 14 measures the sums behind a page against one live statement: over the made-up district both
count the same, also where a promise ends after the day that is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks import cases, district
from benchmarks.bench_compliance import TODAY, compared
from benchmarks.common import sql
from casework.reporting import rollup
from casework.reporting.compliance import measure
from district.models import School
from tests.worlds import world

pytestmark = pytest.mark.django_db
SCHOOLS = 20


@world
def made_up() -> list[int]:
    """Two thousand cases, two hundred of them open, at twenty schools."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(district, "SCHOOLS", SCHOOLS)
        district.build(300)
        cases.rows(2_000, 200)
    return list(School.objects.order_by("id").values_list("id", flat=True))


def _three_counts_agree(schools: list[int]) -> None:
    rollup.rebuild(TODAY)
    kept, live = compared(schools)
    definition = [one.original for one in measure(TODAY)]
    assert kept == live
    assert live[:2] == [sum(one.counted for one in definition), sum(one.met for one in definition)]
    assert min(live) > 50


def test_what_is_made_up_lies_in_the_past(made_up):
    assert sql("SELECT count(*) FROM casework_clock WHERE stopped_on > %s", TODAY) == [(0,)]
    assert sql("SELECT count(*) FROM casework_case WHERE closed_on > %s", TODAY) == [(0,)]
    _three_counts_agree(made_up)


@pytest.mark.parametrize("status", ["CANCELLED", "ESCALATED", "MERGED", "MET", "MISSED"])
def test_a_promise_that_ends_later_was_running_on_the_day(made_up, status):
    before = sum(one.original.counted for one in measure(TODAY))
    sql(
        "UPDATE casework_clock SET status = %s, stopped_on = %s WHERE status = 'CANCELLED'",
        status,
        date(2027, 3, 4),
    )
    assert sum(one.original.counted for one in measure(TODAY)) > before, (
        "their date had come, and they had not ended yet"
    )
    _three_counts_agree(made_up)
