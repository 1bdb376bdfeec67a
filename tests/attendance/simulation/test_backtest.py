"""policy_check and policy_backtest: a policy is looked at before it is in force, and nothing is
written."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import AttendanceCase, Mark, Notice
from attendance.nightly.run import evaluate
from attendance.simulation import backtest, policy_check
from casework.models import Event
from casework.policy.policies import parse_policy, policy_for
from tests.attendance.packs import POLICIES, miss
from tests.worlds import world

PACKS = sorted((POLICIES / "packs").glob("*.yaml"))
FIRST, LAST = date(2026, 8, 24), date(2027, 1, 29)


def run(name: str, *arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


# -- policy_check ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PACKS, POLICIES / "nc-cms.yaml"], ids=lambda path: path.stem)
def test_every_policy_that_we_ship_holds_together(path):
    report = run("policy_check", str(path))
    assert report["errors"] == 0, report["findings"]
    assert report["policy"] == parse_policy(path).id


WRONG = [
    ("at: 10\n    window: {months: 6}", "at: 200\n    window: {months: 6}", "triggers.1.at"),
    (
        'cite: "Texas Education Code 25.095"',
        'cite: "Texas Education Code 25.095"\n    every: 2',
        "triggers.0.every",
    ),
    ("window: {rolling_weeks: 4}", "window: semester", "triggers.0.window"),
    ("window: {rolling_weeks: 4}", "window: {rolling_weeks: 0}", "triggers.0.window"),
    ("  notice: {n: 5, unit: school_day} #", "  # {n: 5} #", "triggers.0.sla"),
    ('    cite: "Texas Education Code 25.095"\n', "", "triggers.0.cite"),
    ("repeat: {}", "repeat: {TX11: none}", "repeat.TX11"),
    ('  "": present', '  "": absent', "code_map."),
    ("at_risk: 5, moderate: 10", "at_risk: 12, moderate: 10", "bands"),
    ("unit: part_of_day, tardies: false", "unit: period, tardies: false", "triggers.0.unit"),
    ("from: 2026-07-01, to: null", "from: 2026-07-01, to: 2026-01-01", "effective.to"),
    ("  finding: {n: 5, unit: school_day}\n", "", "process_sla"),
    ("opens: TIER3\n", "opens: JAIL\n", "triggers.1.opens"),
    ("domain: attendance", "domain: attendance\nunit: [", "(whole file)"),
]


@pytest.mark.parametrize(("old", "new", "key"), WRONG, ids=lambda value: None)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path, old, new, key):
    text = (POLICIES / "packs" / "texas.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _policy, found = policy_check.check(path)
    errors = [finding for finding in found if finding.level == "error"]
    assert key in [finding.key for finding in errors], found
    first = next(finding for finding in errors if finding.key == key)
    assert first.file == "wrong.yaml"
    assert first.line > 1 or key in ("(whole file)", "process_sla")
    assert first.as_text().startswith(f"wrong.yaml:{first.line}: error: ")
    with pytest.raises(CommandError) as refused:
        call_command("policy_check", str(path), stdout=StringIO())
    assert refused.value.returncode == 1


def test_a_trigger_behind_a_stronger_one_is_a_warning(tmp_path):
    path = tmp_path / "odd.yaml"
    text = (POLICIES / "nc-cms.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace(
            "  - {id: RUN3", "  - {id: U20, measure: U, at: 20, opens: WATCH}\n  - {id: RUN3"
        ),
        encoding="utf-8",
    )
    _policy, found = policy_check.check(path)
    assert [(one.level, one.key) for one in found if "changes nothing" in one.message] == [
        ("warning", "triggers.6.opens")
    ]


@pytest.mark.parametrize("arguments", [["nowhere.yaml"], [str(POLICIES)]])
def test_a_file_that_is_not_there_is_said(arguments):
    with pytest.raises(CommandError, match="there is no file"):
        call_command("policy_check", *arguments, stdout=StringIO())


# -- policy_backtest -------------------------------------------------------------------------------


@world
def played(nights):
    """Sixteen nights of twelve students, with corrections, a move and a withdrawal."""
    rng, sis = random.Random(7), nights.sis
    for number in range(2, 13):
        sis.student(f"S{number}", school="1" if number % 2 else "2")
    days = [day for day in sis.school_days(LAST) if day >= FIRST]
    for step, night in enumerate(days[3::6]):
        for number in range(1, 13):
            school = "1" if number % 2 else "2"
            for day in days[step * 6 : step * 6 + 4]:
                if rng.random() < number / 24 and (number != 12 or night < date(2026, 11, 1)):
                    sis.absent(
                        f"S{number}", day, code=rng.choice(["2A", "2A", "1A"]), school=school
                    )
        for key in rng.sample(sorted(sis.marks), min(2, len(sis.marks))):
            if rng.random() < 0.5:
                sis.marks[key]["code"] = rng.choice(["1A", "2A"])
        if night >= date(2026, 11, 1):
            next(row for row in sis.tables["enrollments"] if row["student_id"] == "S12")[
                "exit_date"
            ] = "2026-10-30"
        for quiet in days[max(step * 6 - 2, 0) : step * 6 + 3] if step else ():
            evaluate(quiet)  # a rate may change on a night without a delivery
        nights.run(night)
    return night


def test_the_replay_of_the_policy_in_force_is_what_really_happened(played):
    before = Event.objects.count()
    candidate = policy_for("attendance", FIRST)
    with CaptureQueriesContext(connection) as queries:
        report = backtest.backtest(candidate, FIRST, played)
    assert [
        q["sql"]
        for q in queries.captured_queries
        if q["sql"].lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE")
    ] == []
    assert Event.objects.count() == before
    side = report["candidate"]
    assert side["can"]["L6"] == ["reached", "notice", "sent"]
    assert side | {"policy": ""} == report["in_force"] | {"policy": ""}
    events = Counter(Event.objects.values_list("name", flat=True))
    assert side["opened"] == AttendanceCase.objects.count() == report["recorded"]["opened"] > 5
    assert side["raised"] == events["raise_tier2"] + events["raise_tier3"] > 3
    assert side["notice"] == Notice.objects.count() > 5
    assert report["students"] == Mark.objects.values("student_id").distinct().count()
    assert report["refused"] == []
    assert (
        sum(row["opened"] for row in side["by_school"].values() if "opened" in row)
        == side["opened"]
    )
    assert sum(row.get("notice", 0) for row in side["by_month"].values()) == side["notice"]
    heavy = side["workload"][0]
    assert heavy["workers"] == 1
    assert heavy["duties"] == heavy["per_worker"]


def test_only_the_span_is_counted(played):
    candidate = policy_for("attendance", FIRST)
    middle = FIRST + timedelta(days=60)
    whole, first, rest = (
        backtest.backtest(candidate, *span)["candidate"]
        for span in ((FIRST, LAST), (FIRST, middle), (middle + timedelta(days=1), LAST))
    )
    assert whole["opened"] == first["opened"] + rest["opened"]
    assert whole["notice"] == first["notice"] + rest["notice"]
    assert whole["sent"] == first["sent"] + rest["sent"]
    assert first["opened"] > 0
    assert rest["notice"] > 0


def test_another_states_policy_over_the_same_marks(played):
    report = run(
        "policy_backtest",
        str(POLICIES / "packs" / "virginia.yaml"),
        "--from",
        str(FIRST),
        "--to",
        str(LAST),
    )
    assert report["candidate"]["policy"] == "virginia@2024.1"
    assert report["in_force"]["policy"] == "nc-cms@2026.1"
    assert report["candidate"]["notice"] == 0
    assert report["candidate"]["action"] > 0
    reached = {name: row["reached"] for name, row in report["candidate"]["by_trigger"].items()}
    assert reached["VA5"] >= reached["VA7"] >= reached.get("VA10", 0)
    assert report["in_force"]["opened"] >= report["candidate"]["opened"]


def test_marks_that_do_not_say_enough_are_reported_and_the_rest_goes_on(nights):
    nights.sis.student("S2")
    days = nights.sis.school_days(LAST)
    nights.sis.absent("S1", *days[:4])
    miss(nights.sis, "S2", *[day for day in days if day.month == 9][:6], minutes=400)
    nights.run(days[20])
    report = backtest.backtest(parse_policy(POLICIES / "packs" / "ohio.yaml"), FIRST, LAST)
    assert [(row["students"], "has no minutes" in row["reason"]) for row in report["refused"]] == [
        (1, True)
    ]
    assert report["candidate"]["opened"] == 1


def test_a_first_load_is_replayed_day_by_day(nights):
    """A district that loads its year at once still sees when each threshold would have been
    reached."""
    nights.sis.absent("S1", *nights.sis.school_days(date(2026, 12, 18))[5:60:6])
    nights.run(date(2026, 12, 18))
    report = backtest.backtest(policy_for("attendance", FIRST), FIRST, LAST)
    assert report["candidate"]["notice"] == 3
    assert len(report["candidate"]["by_month"]) >= 3
    assert report["recorded"]["notice"] == 1


@pytest.mark.parametrize(
    ("first", "last"), [("2026-10-01", "2026-09-01"), ("2019-01-01", "2019-02-01")]
)
def test_a_span_without_nights_is_said(nights, first, last):
    nights.run(FIRST)
    with pytest.raises(CommandError, match="no day of a school year"):
        run(
            "policy_backtest", str(POLICIES / "packs" / "texas.yaml"), "--from", first, "--to", last
        )


def test_a_wrong_file_is_not_replayed(nights, tmp_path):
    nights.run(FIRST)
    (tmp_path / "x.yaml").write_text("domain: attendance\npolicy_id: x\n")
    with pytest.raises(CommandError, match=r"x\.yaml:1: error"):
        run(
            "policy_backtest",
            str(tmp_path / "x.yaml"),
            "--from",
            "2026-09-01",
            "--to",
            "2026-10-01",
        )
    with pytest.raises(CommandError, match="no attendance policy"):
        run(
            "policy_backtest",
            str(POLICIES / "title-ix.yaml"),
            "--from",
            "2026-09-01",
            "--to",
            "2026-10-01",
        )
