"""The rules of attendance as a table: pure functions, the numbers of the specification."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.models import MarkClass
from attendance.nightly.decisions import NoticeFacts, StudentFacts, decide
from attendance.rules import law
from attendance.rules.law import Counts
from casework.policy.policies import policy_for

POLICY = policy_for("attendance", date(2026, 9, 1)).data
SCOPE = POLICY["scope"]["compulsory"]


@pytest.mark.scenario("A-14")
@pytest.mark.parametrize(
    ("absent", "days", "expected"),
    [
        (17, 170, True),
        (17, 171, False),
        (18, 177, True),
        (17, 177, False),
        (1, 10, True),
        (4, 9, False),
    ],
)
def test_chronic_boundaries(absent, days, expected):
    assert law.chronic(absent, days, 10, 10) is expected


@pytest.mark.scenario("A-31")
@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (32924, 141000, "23.35"),
        (32923, 141000, "23.35"),
        (28200, 141000, "20.00"),
        (49, 120, "40.83"),
        (5, 186, "2.69"),
        (0, 0, ""),
        (1, 800, "0.13"),
    ],
)
def test_rates_round_half_up(part, whole, shown):
    assert law.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (4, "satisfactory"),
        (5, "at_risk"),
        (9, "at_risk"),
        (10, "moderate"),
        (19, "moderate"),
        (20, "severe"),
    ],
)
def test_bands(absent, expected):
    assert law.band(absent, 100, POLICY["bands"]) == expected


@pytest.mark.scenario("A-20")
def test_compulsory_age():
    on = date(2026, 11, 20)
    assert not law.compulsory_applies(date(2010, 11, 15), "10", True, on, SCOPE)
    assert law.compulsory_applies(date(2010, 11, 21), "10", True, on, SCOPE)
    assert law.compulsory_applies(date(2021, 9, 1), "K", True, on, SCOPE)
    assert not law.compulsory_applies(date(2021, 9, 1), "PK", True, on, SCOPE)
    assert not law.compulsory_applies(date(2015, 1, 1), "5", False, on, SCOPE)
    assert law.age(date(2020, 2, 29), date(2027, 2, 28)) == 6


@pytest.mark.scenario("A-12")
@pytest.mark.parametrize(
    ("tardies", "conversion", "days"),
    [
        (5, None, 0),
        (5, {"count": 5, "min_minutes": 15}, 1),
        (4, {"count": 5, "min_minutes": 15}, 0),
        (11, {"count": 5, "min_minutes": 15}, 2),
    ],
)
def test_tardy_conversion(tardies, conversion, days):
    assert law.converted(tardies, conversion) == days


@pytest.mark.parametrize(
    ("code", "status", "excuse", "expected"),
    [
        ("2A", "", "", MarkClass.UNEXCUSED),
        ("1A", "", "", MarkClass.EXCUSED),
        ("A", "", "", MarkClass.UNKNOWN),
        ("3", "", "", MarkClass.SUSPENSION),
        ("3A", "", "", MarkClass.OTHER),
        ("", "", "", MarkClass.PRESENT),
        ("T", "", "", MarkClass.TARDY),
        ("ZZ", "A", "U", MarkClass.UNEXCUSED),
        ("ZZ", "A", "E", MarkClass.EXCUSED),
        ("ZZ", "A", "?", MarkClass.UNKNOWN),
        ("ZZ", "T", "U", MarkClass.TARDY),
        ("", "A", "U", MarkClass.UNEXCUSED),
        ("ZZ", "", "", None),
    ],
)
def test_what_a_mark_means(code, status, excuse, expected):
    assert law.mark_class(code, status, excuse, None, None, POLICY) == expected


@given(st.integers(0, 180), st.integers(0, 180), st.integers(0, 180))
def test_the_next_change_of_a_rate_is_the_first_day_on_which_a_trigger_differs(
    unexcused, absences, days
):
    absences = min(absences, days)
    counts, triggers = Counts(unexcused, absences, days), POLICY["triggers"]
    found = law.next_change(counts, triggers)
    now = law.reached(counts, triggers)
    slow = next(
        (
            n
            for n in range(1, 4000)
            if law.reached(replace(counts, days_enrolled=days + n), triggers) != now
        ),
        None,
    )
    assert found == slow


AS_OF = date(2026, 10, 20)


def student(unexcused: int, days: int = 100, **more) -> StudentFacts:
    return StudentFacts(1, 1, Counts(unexcused, unexcused, days), **more)


def notice(covers: str, state: str, **more) -> NoticeFacts:
    return NoticeFacts(uuid4(), tuple(covers.split("+")), state, **more)


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        (student(2), []),
        (student(3), ["open_case", "begin_notice"]),
        (
            student(6),
            ["open_case", "begin_notice"],
        ),  # 6 of 100 days: watch by rate, tier 2 by count
        (student(3, active=False), []),
    ],
)
def test_first_decisions(facts, steps):
    found = decide(facts, AS_OF, POLICY).names()
    assert [name for name in found if not name.startswith("raise")] == steps


@pytest.mark.parametrize(
    ("unexcused", "state", "triggers", "notices", "corrected", "worked", "steps"),
    [
        # nothing new
        (3, "WATCH", "L3", ["L3:SENT"], False, False, []),
        # the sixth day
        (6, "WATCH", "L3 RISK", ["L3:SENT"], False, False, ["raise_tier2", "begin_notice"]),
        # corrected before anything was sent
        (2, "WATCH", "L3", ["L3:DUE"], True, False, ["withdraw", "close_corrected"]),
        # somebody worked on it: the machine does not close
        (2, "WATCH", "L3", ["L3:DUE"], True, True, ["withdraw"]),
        # the letter is out
        (2, "WATCH", "L3", ["L3:SENT"], True, False, ["supersede"]),
        (4, "TIER2", "L3 L6", ["L3:SENT", "L6:SENT"], True, True, ["supersede", "flag_correction"]),
        # a combined letter before it was sent: the lower threshold still holds and is notified
        # alone
        (
            4,
            "TIER2",
            "L3 L6",
            ["L3+L6:DUE"],
            True,
            True,
            ["withdraw", "flag_correction", "begin_notice"],
        ),
        # the count comes back after the letter was superseded: reissue
        (
            6,
            "TIER2",
            "L3 RISK",
            ["L3:SENT", "L6:SENT:superseded"],
            False,
            True,
            ["detect", "begin_notice"],
        ),
        # a seventh day before L6 is out
        (7, "TIER2", "L3 L6 RISK", ["L3:SENT", "L6:DUE"], False, True, ["breach"]),
        (7, "TIER2", "L3 L6 RISK", ["L3:SENT", "L6:DUE:breached"], False, True, []),
        # it had left in time and came back: what is sent again is no second breach
        (7, "TIER2", "L3 L6 RISK", ["L3:SENT", "L6:DUE:again"], False, True, []),
        # it ended unsent with a case that was closed meanwhile: the family knows nothing
        (4, "WATCH", "L3", ["L3:DRAFT:over"], False, True, ["begin_notice"]),
        # a rate that falls because days pass is no correction
        (0, "WATCH", "RISK", [], False, False, []),
    ],
)
def test_the_table_of_corrections(unexcused, state, triggers, notices, corrected, worked, steps):
    listed = [
        notice(
            covers,
            where,
            superseded="superseded" in flags,
            breached="breached" in flags,
            over="over" in flags,
            again="again" in flags,
        )
        for covers, where, *flags in (text.split(":") for text in notices)
    ]
    facts = student(
        unexcused,
        case_id=7,
        state=state,
        stage=state,
        triggers=tuple(triggers.split()),
        notices=tuple(listed),
        corrected=corrected,
        worked=worked,
    )
    assert decide(facts, AS_OF, POLICY).names() == steps


@pytest.mark.parametrize("state", ["ON_HOLD", "TRANSFER_PENDING"])
@pytest.mark.parametrize(
    ("unexcused", "stage", "triggers", "steps"),
    [
        (
            6,
            "TIER2",
            "CH10",
            ["detect", "begin_notice"],
        ),  # the stage stands, the threshold is new: written down the same night
        (6, "TIER2", "CH10 L3 L6", ["begin_notice"]),
        (6, "WATCH", "L3", ["raise_pending", "begin_notice"]),  # the rise says it already
        (10, "TIER2", "L3 L6", ["raise_pending", "begin_notice"]),
    ],
)
def test_a_threshold_is_written_down_while_nobody_holds_the_case(
    state, unexcused, stage, triggers, steps
):
    facts = student(
        unexcused,
        case_id=7,
        state=state,
        stage=stage,
        triggers=tuple(triggers.split()),
        worked=True,
    )
    decision = decide(facts, AS_OF, POLICY)
    assert decision.names() == steps
    assert {"L3", "L6"} <= set(facts.triggers) | {
        key for _name, data, _process in decision.steps for key in data.get("triggers", ())
    }


def test_a_jump_opens_and_raises_in_one_night_with_one_letter():
    decision = decide(student(10), AS_OF, POLICY)
    assert decision.names() == ["open_case", "raise_tier3", "begin_notice"]
    assert decision.steps[-1][1]["covers"] == ["L3", "L6", "L10"]
    assert decision.steps[-1][1]["must_mail"]
    assert decision.steps[-1][1]["breached_on"] == AS_OF
