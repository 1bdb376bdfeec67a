"""The policy packs of other states: each a valid policy file, and the figures of A-36."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings as django_settings

from attendance.models import MarkClass
from attendance.rules import counting_rules
from attendance.rules.counting_rules import DayMark, Enrolled, trigger_hits
from casework.policy.policies import all_policies, forget_policies, policy_for
from tests.casework.engine.fixture_calendar import CAL26, DAYS, FIRST

POLICIES = Path(django_settings.POLICY_DIR)
PACKS = POLICIES / "packs"
NAMES = ["virginia", "virginia-2017", "texas", "ohio", "california", "florida", "tennessee"]
U, E, Q = MarkClass.UNEXCUSED, MarkClass.EXCUSED, MarkClass.UNKNOWN
SCHOOL_DAYS = [day for day, kind in DAYS if kind == "INSTRUCTIONAL"]
DETECTED = date(2026, 11, 20)  # day 59


SCHEMA = json.loads((POLICIES / "schema" / "attendance.json").read_text())


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """The packs read by the product's own reader from one policy folder."""
    folder = tmp_path_factory.mktemp("policies")
    (folder / "schema").mkdir()
    (folder / "schema" / "attendance.json").write_text(json.dumps(SCHEMA))
    for path in [*PACKS.glob("*.yaml"), POLICIES / "nc-cms.yaml"]:
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    before, django_settings.POLICY_DIR = django_settings.POLICY_DIR, str(folder)
    forget_policies()
    yield {Path(policy.path).stem: policy for policy in all_policies().values()}
    django_settings.POLICY_DIR = before
    forget_policies()


def hits(policy, marks, as_of=DETECTED):
    return trigger_hits(marks, policy.data, as_of, CAL26, [Enrolled(FIRST)])


def named(policy, marks, as_of=DETECTED):
    return {hit.trigger: hit for hit in hits(policy, marks, as_of)}


def absent(days, mark_class=U, minutes=390):
    return [DayMark(day, mark_class, Fraction(minutes, 390), minutes) for day in days]


def ten_until_detection():
    """Ten school days, two a week, the last on 20 November 2026."""
    last = SCHOOL_DAYS.index(DETECTED)
    return SCHOOL_DAYS[last - 18 : last + 1 : 2]


# -- the files -------------------------------------------------------------------------------------


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_pack_and_nc_pass_the_schema(packs):
    assert sorted(packs) == sorted([*NAMES, "nc-cms"])
    assert {policy.domain for policy in packs.values()} == {"attendance"}


@pytest.mark.parametrize("name", NAMES)
def test_every_trigger_of_a_pack_can_be_measured(packs, name):
    data = packs[name].data
    rules = counting_rules.rules_of(data)
    assert [rule.trigger for rule in rules] == [trigger["id"] for trigger in data["triggers"]]
    assert len({rule.trigger for rule in rules}) == len(rules)
    assert set(data["repeat"]) <= {rule.trigger for rule in rules}
    assert hits(packs[name], []) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_names_its_sources_and_what_is_not_known(name):
    text = (PACKS / f"{name}.yaml").read_text(encoding="utf-8")
    assert "# Sources:" in text
    assert re.search(r"\[S\d+\]", text)
    assert "[K]" in text
    assert "not legal advice" in text
    assert max(map(len, text.splitlines())) <= 140


def test_the_readme_lists_every_pack_and_every_key():
    text = (PACKS / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}.yaml`" not in text] == []
    keys = [
        "unit",
        "tardies",
        "window",
        "holds",
        "every",
        "action",
        "school_year",
        *counting_rules.Counted,
        *counting_rules.Span,
    ]
    assert [key for key in keys if key not in text] == []


def test_packs_are_not_loaded_with_the_districts_own_policies():
    assert sorted(PACKS.glob("*.yaml")) == sorted(PACKS / f"{name}.yaml" for name in NAMES)
    assert not set(POLICIES.glob("*.yaml")) & set(PACKS.glob("*.yaml"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "week"},
        {"window": "rolling_weeks"},
        {"window": {"months": 0}},
        {"window": {"months": 1, "rolling_weeks": 1}},
        {"every": 0},
        {"action": "jail"},
        {"holds": "maybe"},
        {"over_minutes": -1},
        {"classes": []},
        {"sla": {"n": 1, "unit": "school_day", "from": "return"}},
        {"sla": {"n": 1, "unit": "week"}},
        {"colour": "red"},
    ],
)
def test_the_schema_refuses(packs, wrong):
    data = json.loads(json.dumps(packs["texas"].data))
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert validator.is_valid(data)
    data["triggers"][0].update(wrong)
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    ("day", "valid"),
    [("07-01", True), ("01-31", True), ("02-29", False), ("06-31", False), ("7-1", False)],
)
def test_the_schema_knows_days_of_a_year(packs, day, valid):
    data = json.loads(json.dumps(packs["texas"].data)) | {"school_year": {"begins": day}}
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(data) is valid


# -- A-36 ------------------------------------------------------------------------------------------


@pytest.mark.scenario("A-36")
def test_virginia_2024_holds_the_conference_within_ten_school_days_after_the_tenth(packs):
    marks = absent(ten_until_detection())
    found = named(packs["virginia"], marks)
    assert sorted(found) == ["VA10", "VA5", "VA7"]
    tenth = found["VA10"]
    assert (tenth.count, tenth.reached_on, tenth.detected_on, tenth.actions) == (
        10,
        DETECTED,
        DETECTED,
        ("conference",),
    )
    assert tenth.dates == tuple(ten_until_detection())
    assert tenth.due is not None
    assert (tenth.due.due, tenth.due.provisional) == (date(2026, 12, 9), False)
    assert "VA10" not in named(packs["virginia"], marks[1:])
    assert "VA10" not in named(packs["virginia"], marks, DETECTED - timedelta(days=1))


@pytest.mark.scenario("A-36")
def test_texas_counts_parts_of_days_and_refers_within_ten_school_days(packs):
    days = ten_until_detection()
    marks = [
        DayMark(day, U, Fraction(60, 390), 60, left_early=n % 2 == 0) for n, day in enumerate(days)
    ]
    tenth = named(packs["texas"], marks)["TX10"]
    assert (tenth.count, tenth.reached_on, tenth.actions) == (10, DETECTED, ("referral",))
    assert tenth.due is not None
    assert tenth.due.due == date(2026, 12, 9)
    assert counting_rules.referral_refused(tenth.actions, packs["texas"].data, []) == []
    assert counting_rules.referral_refused(tenth.actions, packs["texas"].data, ["homeless"]) == [
        "homeless: the absences come from homelessness"
    ]
    assert "TX10" not in named(packs["texas"], marks[:9])


@pytest.mark.scenario("A-36")
@pytest.mark.parametrize("flag", ["pregnancy_parenting", "foster", "homeless", "severe_illness"])
def test_texas_refuses_the_referral_but_not_the_warning(packs, flag):
    data = packs["texas"].data
    found = named(packs["texas"], absent(ten_until_detection()))
    (reason,) = counting_rules.referral_refused(found["TX10"].actions, data, [flag])
    assert reason.startswith(f"{flag}: ")
    assert counting_rules.referral_refused(found["TX3"].actions, data, [flag]) == []


@pytest.mark.scenario("A-36")
@pytest.mark.parametrize(
    ("minutes", "habitual"),
    [(71 * 60 + 30, []), (72 * 60 - 1, []), (72 * 60, ["OH72"]), (72 * 60 + 1, ["OH72"])],
)
def test_ohio_is_habitual_truancy_at_seventy_two_hours(packs, minutes, habitual):
    days = [day for n, day in enumerate(SCHOOL_DAYS) if n % 8 == 0][:15]
    marks = [DayMark(day, U, Fraction(300, 390), 300) for day in days[: minutes // 300]]
    marks.append(DayMark(days[minutes // 300], U, Fraction(minutes % 300, 390), minutes % 300))
    found = named(packs["ohio"], marks, date(2027, 6, 10))
    assert [name for name in found if name.startswith("OH")] == habitual
    assert found["OX65"].count >= 65 * 60  # hours for any reason: excessive absence, no truancy
    if habitual:
        assert (found["OH72"].count, found["OH72"].level, found["OH72"].opens) == (
            minutes,
            72,
            "TIER3",
        )


# -- what else the packs say -----------------------------------------------------------------------


def test_virginia_counts_whole_days_only(packs):
    assert hits(packs["virginia"], absent(SCHOOL_DAYS[:12], minutes=389)) == []
    assert "VA10" in named(packs["virginia"], absent(SCHOOL_DAYS[:12]))


def test_the_two_texts_of_virginia_are_two_versions_of_one_policy(packs):
    old, new = packs["virginia-2017"], packs["virginia"]
    assert old.policy_id == new.policy_id
    assert old.effective_to == new.effective_from - timedelta(days=1)
    assert not any(
        old.covers(day) and new.covers(day) for day in (date(2021, 6, 30), date(2021, 7, 1))
    )
    assert [hit.trigger for hit in hits(old, absent(SCHOOL_DAYS[:7]))] == ["VA5", "VA6", "VA7"]
    assert named(old, absent(SCHOOL_DAYS[:7]))["VA7"].actions == ("referral",)
    assert [hit.trigger for hit in hits(new, absent(SCHOOL_DAYS[:7]))] == ["VA5", "VA7"]


def test_a_district_with_virginias_pack_gets_the_version_of_the_day(tmp_path, settings):
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "attendance.json").write_text(json.dumps(SCHEMA))
    for name in ("virginia", "virginia-2017"):
        (tmp_path / f"{name}.yaml").write_text(
            (PACKS / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    settings.POLICY_DIR = str(tmp_path)
    assert policy_for("attendance", date(2020, 10, 1)).id == "virginia@2017.1"
    assert policy_for("attendance", date(2026, 10, 1)).id == "virginia@2024.1"


def test_texas_four_weeks_are_twenty_eight_days(packs):
    first = date(2026, 9, 1)
    inside = absent([first, first + timedelta(days=1), first + timedelta(days=27)])
    assert "TX3" in named(packs["texas"], inside)
    assert "TX3" not in named(
        packs["texas"], absent([first, first + timedelta(days=1), first + timedelta(days=28)])
    )


def test_texas_six_months_let_an_early_absence_go(packs):
    early = date(2026, 9, 1)
    nine = [day for day in SCHOOL_DAYS if day >= date(2027, 2, 16)][:9]  # the ninth on 26 February
    assert nine[-1] == date(2027, 2, 26)
    assert "TX10" in named(packs["texas"], absent([early, *nine]), date(2027, 6, 10))
    later = [day for day in SCHOOL_DAYS if day >= date(2027, 2, 17)][
        :9
    ]  # the ninth on 1 March: the window begins on 2 September
    assert later[-1] == date(2027, 3, 1)
    assert "TX10" not in named(packs["texas"], absent([early, *later]), date(2027, 6, 10))


def test_texas_leaves_coming_late_to_the_district(packs):
    late = [DayMark(day, U, Fraction(20, 390), 20, tardy=True) for day in SCHOOL_DAYS[:12]]
    assert hits(packs["texas"], late) == []


def test_ohio_thirty_hours_in_a_row_and_forty_two_a_month(packs):
    week = absent(SCHOOL_DAYS[5:10], minutes=390)  # 32.5 hours
    assert "OH30" in named(packs["ohio"], week)
    assert [
        name for name in named(packs["ohio"], [*week[:2], *week[3:]]) if name.startswith("OH")
    ] == []
    september = [day for day in SCHOOL_DAYS if day.month == 9][::2]
    marks = [DayMark(day, U, Fraction(1), 420) for day in september[:6]]
    assert named(packs["ohio"], marks)["OH42"].count == 42 * 60
    assert "OH42" not in named(packs["ohio"], marks[:5])


def test_ohio_counts_hours_for_any_reason_toward_excessive_absence_alone(packs):
    september = [day for day in SCHOOL_DAYS if day.month == 9][:6]
    found = named(
        packs["ohio"], [DayMark(day, E, Fraction(1), 380) for day in september], date(2026, 9, 10)
    )
    assert sorted(found) == ["OX38"]
    assert found["OX38"].due is not None
    assert found["OX38"].due.due == date(2026, 9, 17)  # seven calendar days


def test_ohio_adds_the_minutes_of_coming_late(packs):
    late = [DayMark(day, U, Fraction(72, 390), 72, tardy=True) for day in SCHOOL_DAYS[:60]]
    assert named(packs["ohio"], late, date(2027, 6, 10))["OH72"].reached_on == SCHOOL_DAYS[59]


def test_ohio_says_so_when_the_minutes_of_a_day_are_missing(packs):
    with pytest.raises(counting_rules.MeasureError, match="day_minutes"):
        hits(packs["ohio"], [DayMark(FIRST, U)])


def test_california_mixes_days_and_half_hours_and_reports_each_further_one(packs):
    marks = [
        DayMark(SCHOOL_DAYS[0], U, Fraction(1), 390),
        DayMark(SCHOOL_DAYS[1], U, Fraction(31, 390), 31, tardy=True),
        DayMark(SCHOOL_DAYS[2], U, Fraction(30, 390), 30, tardy=True),
        DayMark(SCHOOL_DAYS[3], E, Fraction(1), 390),
        DayMark(SCHOOL_DAYS[4], U, Fraction(200, 390), 200),
    ]
    (truant,) = hits(packs["california"], marks)
    assert (truant.trigger, truant.reached_on, truant.dates) == (
        "CA3",
        SCHOOL_DAYS[4],
        tuple(SCHOOL_DAYS[n] for n in (0, 1, 4)),
    )
    more = hits(packs["california"], marks + absent(SCHOOL_DAYS[6:8]))
    assert [(hit.trigger, hit.level) for hit in more] == [
        ("CA3", 3),
        ("CA3", 4),
        ("CA3", 5),
        ("CAHT", 5),
    ]


def test_california_chronic_truancy_is_a_share_of_days_since_enrolment(packs):
    policy, entered = packs["california"], date(2026, 10, 5)
    marks = absent([day for day in SCHOOL_DAYS if day >= entered][:2])
    as_of = [day for day in SCHOOL_DAYS if day >= entered][19]
    stays = [Enrolled(FIRST, date(2026, 9, 11)), Enrolled(entered)]
    found = trigger_hits(marks, policy.data, as_of, CAL26, stays)
    assert [hit.trigger for hit in found] == ["CACT"]  # 2 of 20
    assert trigger_hits(marks, policy.data, as_of, CAL26, [Enrolled(FIRST)]) == []


def test_florida_months_and_ninety_days(packs):
    policy = packs["florida"]
    september = [day for day in SCHOOL_DAYS if day.month == 9]
    assert [
        hit.trigger for hit in hits(policy, absent(september[:3]) + absent(september[4:6], Q))
    ] == ["FL5"]
    first = date(2026, 9, 1)
    nine = [day for day in SCHOOL_DAYS if day.month in (10, 11)][:36:4]
    marks = absent([first, *nine])
    on = first + timedelta(days=89)
    assert CAL26.is_school_day(on + timedelta(days=1))
    assert "FL10" in named(policy, [*marks[:9], *absent([date(2026, 11, 20)])])
    assert "FL10" not in named(
        policy, [*marks[:9], *absent([on + timedelta(days=1)])], date(2027, 1, 29)
    )
    assert "FL15" not in named(policy, absent(SCHOOL_DAYS[:14]) + absent(SCHOOL_DAYS[14:16], Q))
    assert "FL15" in named(policy, absent(SCHOOL_DAYS[:15]))


def test_florida_reports_each_month_anew(packs):
    october = [day for day in SCHOOL_DAYS if day.month == 10]
    september = [day for day in SCHOOL_DAYS if day.month == 9]
    found = [
        hit
        for hit in hits(packs["florida"], absent(september[:5]) + absent(october[:5]))
        if hit.trigger == "FL5"
    ]
    assert [hit.window_from for hit in found] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert len({hit.occasion for hit in found}) == 2


def test_tennessee_notifies_at_every_further_five(packs):
    policy = packs["tennessee"]
    found = hits(policy, absent(SCHOOL_DAYS[:16]))
    assert [(hit.trigger, hit.level, hit.reached_on) for hit in found] == [
        ("TN3", 3, SCHOOL_DAYS[2]),
        ("TN5", 5, SCHOOL_DAYS[4]),
        ("TN5", 10, SCHOOL_DAYS[9]),
        ("TN5", 15, SCHOOL_DAYS[14]),
    ]
    done = [
        counting_rules.Taken(hit.trigger, hit.level, hit.window_from, superseded=hit.level == 10)
        for hit in found[:3]
    ]
    assert [
        (hit.trigger, hit.level) for hit in counting_rules.to_act_on(found, done, policy.data)
    ] == [
        ("TN5", 10),
        ("TN5", 15),
    ]
