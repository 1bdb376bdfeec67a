"""The screening tree: every combination of the facts against a second implementation, written from
the text of B2.2."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.utils import translation

from casework.engine.date_rules import Unit
from titleix.rules import screening
from titleix.rules.screening import (
    TABLE,
    Answer,
    DutyFacts,
    Facts,
    HostileEnvironment,
    Outcome,
    Screening,
    TableError,
    find_row,
    read_table,
    screen,
)
from titleix.rules.screening_choices import allowed_outcomes
from titleix.rules.state_law import DutyStart, parallel_duties

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
YES_NO = (True, False)
HOSTILE = HostileEnvironment(Y, Y, Y, Y, Y)
MILD = HostileEnvironment(Y, N, N, Y, N)
BASE = {
    "duplicate": False,
    "identifiable": True,
    "leads": True,
    "q5": False,
    "in_time": True,
    "employee": False,
}


def facts(**more) -> Facts:
    """A report about a student, in the program, in the United States, every question answered, no
    prong true."""
    answered = {"q1": Y, "q2": Y, "q3": Y, "quid_pro_quo": N, "hostile": MILD, "offense": N}
    return Facts(**(BASE | answered | more))


# -- B2.2 a second time, slow and obvious ----------------------------------------------------------


def slow_prong_b(hostile: HostileEnvironment) -> Answer:
    """Five separate ticks, all of them needed."""
    ticks = [
        hostile.unwelcome,
        hostile.severe,
        hostile.pervasive,
        hostile.objectively_offensive,
        hostile.denies_equal_access,
    ]
    if ticks.count(Y) == 5:
        return Y
    return N if ticks.count(N) > 0 else U


def slow_tree(f: Facts) -> tuple[int, Outcome]:
    prongs = [f.quid_pro_quo, slow_prong_b(f.hostile), f.offense]
    a_prong_true = prongs.count(Y) > 0
    no_prong = prongs.count(N) == 3
    q4_unknown = not a_prong_true and not no_prong
    unknown = f.q1 == U or f.q2 == U or f.q3 == U or q4_unknown
    respondent_is_employee = f.employee or f.quid_pro_quo == Y  # prong (a) is about an employee
    if f.duplicate:
        return 1, Outcome.DUPLICATE
    if not f.identifiable and not f.leads:
        return 2, Outcome.INFO_REQUESTED
    if f.q1 == N and not f.q5:
        return 3, Outcome.NOT_TITLE_IX
    if f.q1 == N and f.q5:
        return 4, Outcome.OTHER_SEX_DISCRIMINATION
    if unknown and f.in_time:
        return 5, Outcome.INFO_REQUESTED
    if unknown and not f.in_time:
        return 6, Outcome.DISTRICT_60
    if respondent_is_employee:
        return 7, Outcome.DISTRICT_60
    if a_prong_true and f.q2 == Y and f.q3 == Y:
        return 8, Outcome.DISTRICT_60
    if a_prong_true and (f.q2 == N or f.q3 == N):
        return 9, Outcome.SCHOOL_30
    if f.q1 == Y and no_prong:
        return 10, Outcome.SCHOOL_30
    raise AssertionError(f"B2.2 does not say: {f}")


def slow_dismissal(f: Facts, rule: int) -> bool:
    """34 CFR 106.45(b)(3)(i): would not be harassment even if proved, not in the program, or not in
    the United States."""
    decided = rule not in (1, 2, 5, 6)
    no_prong = [f.quid_pro_quo, slow_prong_b(f.hostile), f.offense].count(Y) == 0
    return decided and (f.q1 == N or no_prong or f.q2 == N or f.q3 == N)


def slow_complaint(f: Facts, rule: int) -> bool:
    """A complaint is needed wherever the grievance process is what comes or may come."""
    if rule == 7:
        return (
            f.q2 == Y
            and f.q3 == Y
            and [f.quid_pro_quo, slow_prong_b(f.hostile), f.offense].count(Y) > 0
        )
    return rule in (6, 8)


def slow_second_reader(f: Facts, rule: int) -> bool:
    """U anywhere (B2.1), once something is decided about harassment."""
    every = [
        f.q1,
        f.q2,
        f.q3,
        f.quid_pro_quo,
        f.offense,
        f.hostile.unwelcome,
        f.hostile.severe,
        f.hostile.pervasive,
    ]
    every += [f.hostile.objectively_offensive, f.hostile.denies_equal_access]
    return rule >= 6 and U in every


def agree(f: Facts) -> int:
    """Both say the same; returns the row of the table that said it."""
    found, (rule, outcome) = screen(f), slow_tree(f)
    assert (found.rule, found.outcome) == (rule, outcome), f
    assert found.complaint_must_be_dismissed_first == slow_dismissal(f, rule), f
    assert found.needs_formal_complaint == slow_complaint(f, rule), f
    assert found.needs_second_reader == slow_second_reader(f, rule), f
    assert found.employee == (f.employee or f.quid_pro_quo == Y), f
    return find_row(f).number


# One for each thing that five ticks can mean: true, false, false with a tick left open, unknown.
FOUR_KINDS = (
    HOSTILE,
    HostileEnvironment(N, N, N, N, N),
    HostileEnvironment(Y, N, U, Y, Y),
    HostileEnvironment(Y, Y, U, Y, Y),
)


def every_combination() -> Iterator[Facts]:
    """All facts, with prong (b) in the four kinds that the tree can tell apart (the next test shows
    that there are no more)."""
    flags = product(YES_NO, repeat=6)
    answers = list(product((Y, N, U), (Y, N, U), (Y, N, U), (Y, N, U), FOUR_KINDS, (Y, N, U)))
    for duplicate, identifiable, leads, q5, in_time, employee in flags:
        base = {
            "duplicate": duplicate,
            "identifiable": identifiable,
            "leads": leads,
            "q5": q5,
            "in_time": in_time,
            "employee": employee,
        }
        for q1, q2, q3, a, b, c in answers:
            yield Facts(**base, q1=q1, q2=q2, q3=q3, quid_pro_quo=a, hostile=b, offense=c)


def test_every_combination_of_the_facts_and_every_row():
    reached = {agree(f) for f in every_combination()}
    assert reached == {row.number for row in TABLE}
    assert {row.rule for row in TABLE} == set(range(1, 11))


def test_every_combination_of_prongs_and_ticks():
    """All 2,187 of them: what the five ticks say reaches the tree only as prong (b) and as
    'something is unknown'."""
    for a, c, *ticks in product((Y, N, U), repeat=7):
        for q2, in_time, employee in product((Y, N), YES_NO, YES_NO):
            prongs = {"quid_pro_quo": a, "offense": c, "hostile": HostileEnvironment(*ticks)}
            agree(
                Facts(
                    **(BASE | {"in_time": in_time, "employee": employee}),
                    q1=Y,
                    q2=q2,
                    q3=Y,
                    **prongs,
                )
            )


def test_the_five_ticks():
    for ticks in product((Y, N, U), repeat=5):
        hostile = HostileEnvironment(*ticks)
        assert hostile.met == slow_prong_b(hostile)


# -- examples a reader can check by hand -----------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "rule", "outcome"),
    [
        ({"duplicate": True, "employee": True, "offense": Y}, 1, Outcome.DUPLICATE),
        ({"identifiable": False, "leads": False}, 2, Outcome.INFO_REQUESTED),
        ({"identifiable": False, "leads": True}, 10, Outcome.SCHOOL_30),
        ({"identifiable": True, "leads": False}, 10, Outcome.SCHOOL_30),
        ({"q1": N}, 3, Outcome.NOT_TITLE_IX),
        ({"q1": N, "employee": True, "q2": U}, 3, Outcome.NOT_TITLE_IX),
        ({"q1": N, "q5": True}, 4, Outcome.OTHER_SEX_DISCRIMINATION),
        ({"q2": U, "employee": True}, 5, Outcome.INFO_REQUESTED),
        ({"q2": U, "employee": True, "in_time": False}, 6, Outcome.DISTRICT_60),
        ({"employee": True}, 7, Outcome.DISTRICT_60),
        ({"hostile": HOSTILE}, 8, Outcome.DISTRICT_60),
        ({"offense": Y, "hostile": HostileEnvironment()}, 8, Outcome.DISTRICT_60),
        ({"offense": Y, "q2": N}, 9, Outcome.SCHOOL_30),
        ({"offense": Y, "q3": N}, 9, Outcome.SCHOOL_30),
        ({"hostile": HostileEnvironment(Y, Y, N, Y, Y)}, 10, Outcome.SCHOOL_30),
    ],
)
def test_examples(more, rule, outcome):
    found = screen(facts(**more))
    assert (found.rule, found.outcome) == (rule, outcome)


def test_a_true_prong_is_not_put_in_doubt_by_an_open_one_but_a_second_reader_looks():
    found = screen(facts(offense=Y, hostile=HostileEnvironment()))
    assert found == Screening(Outcome.DISTRICT_60, 8, found.reason, True, True, False, False)


def test_severe_or_pervasive_is_not_enough_and_an_open_tick_is_seen():
    """The rule of 2020 says severe and pervasive: one No settles prong (b), but the open tick needs
    a second reader."""
    found = screen(facts(hostile=HostileEnvironment(Y, N, U, Y, Y)))
    assert (found.outcome, found.needs_second_reader) == (Outcome.SCHOOL_30, True)


def test_quid_pro_quo_makes_the_respondent_an_employee():
    """Even outside the program: the school must not get it because somebody left Q6 empty."""
    found = screen(facts(quid_pro_quo=Y, q2=N))
    assert (found.outcome, found.rule, found.employee) == (Outcome.DISTRICT_60, 7, True)


def test_reasons_are_words_and_every_reason_is_used():
    assert {row.reason for row in TABLE} == set(screening.REASONS)
    for f in (facts(), facts(q2=U), facts(q2=U, in_time=False)):
        with translation.override("en"):
            assert str(screen(f).reason).endswith(".")


# -- the file --------------------------------------------------------------------------------------

CSV = Path(screening.__file__).with_name("screening.csv").read_text(encoding="utf-8")


def edited(old: str, new: str) -> list[str]:
    assert CSV.count(old) >= 1
    return CSV.replace(old, new, 1).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule,duplicate", "rule,twin", "row 1: columns unknown or missing: duplicate, twin"),
        ("reason,note", "reason,note,more", "row 1: columns unknown or missing: more"),
        (
            "rule,duplicate",
            "rule,duplicate,duplicate",
            "row 1: columns unknown or missing: one twice",
        ),
        ("\n2,N,N,N", "\n2,N,N,X", "row 3, column leads: 'X' is none of"),
        ("\n2,N,N,N", "\n2,N,U,N", "row 3, column identifiable: 'U' is none of"),
        ("\n2,N,N,N", "\n2,N,N", "row 3: 17 cells are needed"),
        ("\n2,N,N,N", "\n2,N,N,N,N", "row 3: 17 cells are needed"),
        ("\n2,N,N,N", "\n11,N,N,N", "row 3, column rule: '11' is none of"),
        ("\n2,N,N,N", "\n4,N,N,N", "row 4: rule 3 stands after rule 4"),
        ("DUPLICATE", "TWIN", "row 2, column outcome: 'TWIN' is none of"),
        ("duplicate,The", "because,The", "row 2, column reason: 'because' is none of"),
        ("if_unknown", "perhaps", "row 14, column second_reader: 'perhaps' is none of"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(old, new, message):
    with pytest.raises(TableError, match=r"^screening\.csv, row ") as caught:
        read_table(edited(old, new))
    assert message in str(caught.value)


def test_the_table_is_the_one_of_the_file():
    assert read_table(CSV.splitlines()) == TABLE
    assert all(row.note for row in TABLE)


def test_facts_that_no_row_knows_are_an_error(monkeypatch):
    monkeypatch.setattr(screening, "TABLE", ())
    with pytest.raises(LookupError, match="no row"):
        screen(facts())


# -- what a coordinator may decide -----------------------------------------------------------------

MAY = {
    1: {"DUPLICATE"},
    2: {"INFO_REQUESTED"},
    3: {"NOT_TITLE_IX"},
    4: {"OTHER_SEX_DISCRIMINATION"},
    5: {"INFO_REQUESTED", "DISTRICT_60", "SCHOOL_30"},
    6: {"DISTRICT_60", "SCHOOL_30"},
    7: {"DISTRICT_60"},
    8: {"DISTRICT_60"},
    9: {"SCHOOL_30", "DISTRICT_60"},
    10: {"SCHOOL_30", "DISTRICT_60"},
}


def check_choices(f: Facts) -> None:
    found, choices = screen(f), allowed_outcomes(f)
    expected = MAY[found.rule] - ({"SCHOOL_30"} if found.employee else set())
    assert set(choices) == set(Outcome)
    assert {str(outcome) for outcome, choice in choices.items() if choice.allowed} == expected
    assert [outcome for outcome, choice in choices.items() if choice.default] == [found.outcome]
    assert all(str(choice.reason) for choice in choices.values())
    past_unknown = found.rule in (5, 6)
    for outcome, choice in choices.items():
        if choice.allowed and not choice.default:
            assert choice.needs_second_reader == (found.needs_second_reader or past_unknown), (
                f,
                outcome,
            )


def test_the_choices_of_every_row():
    seen = {}
    for f in every_combination():
        seen.setdefault((find_row(f).number, f.by_employee, f.prong_unknown), f)
    for f in seen.values():
        check_choices(f)


@pytest.mark.scenario("T-22")
@pytest.mark.parametrize(
    "more", [{}, {"offense": Y}, {"offense": Y, "q2": N}, {"q2": U}, {"q2": U, "in_time": False}]
)
def test_t22_a_school_never_gets_a_report_about_an_employee(more):
    f = facts(employee=True, **more)
    choice = allowed_outcomes(f)[Outcome.SCHOOL_30]
    assert not choice.allowed
    assert "employee" in str(choice.reason)
    assert screen(f).employee, "HR record"
    assert allowed_outcomes(f)[Outcome.DISTRICT_60].allowed


@pytest.mark.scenario("T-36")
def test_t36_an_unknown_prong_needs_a_second_reader_and_goes_upward():
    late = facts(hostile=HostileEnvironment(Y, Y, U, Y, Y), in_time=False)
    assert (screen(late).outcome, screen(late).needs_second_reader) == (Outcome.DISTRICT_60, True)
    assert "time for asking is over" in str(allowed_outcomes(late)[Outcome.INFO_REQUESTED].reason)
    # On the last day itself more may be asked; who decides past the unknown needs the second reader
    # all the same.
    last_day = facts(hostile=HostileEnvironment(Y, Y, U, Y, Y))
    choices = allowed_outcomes(last_day)
    assert choices[Outcome.INFO_REQUESTED].default
    assert (
        choices[Outcome.DISTRICT_60].allowed,
        choices[Outcome.DISTRICT_60].needs_second_reader,
    ) == (True, True)


# -- duties of NC law ------------------------------------------------------------------------------


def duty_keys(f: Facts) -> dict[str, bool]:
    return {duty.key: duty.certain for duty in parallel_duties(f)}


def test_every_combination_of_the_duties_in_every_branch():
    branches = {}
    for f in every_combination():
        branches.setdefault(find_row(f).number, f)
    names = (
        "on_school_property",
        "listed_act",
        "abuse_suspected",
        "juvenile_victim",
        "violent_or_sexual_offense",
        "licensed_employee",
    )
    for branch, flags, c in product(branches.values(), product(YES_NO, repeat=6), (Y, N, U)):
        on_property, listed, abuse, juvenile, violent, licensed = flags
        f = Facts(
            **(
                branch.__dict__
                | {"offense": c, "duties": DutyFacts(**dict(zip(names, flags, strict=True)))}
            )
        )
        expected = {}
        if on_property and (listed or c == Y):
            expected |= {"police_report": listed, "superintendent_notice": listed}
        if abuse:
            expected["dss_report"] = True
        if juvenile and (violent or c == Y):
            expected["juvenile_victim"] = violent
        if licensed:
            expected["state_board_report"] = True
        assert duty_keys(f) == expected


def test_the_duties_say_who_when_and_why():
    every = facts(
        offense=Y,
        duties=DutyFacts(
            on_school_property=True,
            listed_act=True,
            abuse_suspected=True,
            juvenile_victim=True,
            violent_or_sexual_offense=True,
            licensed_employee=True,
        ),
    )
    found = [(duty.citation, duty.days, duty.unit, duty.day0) for duty in parallel_duties(every)]
    assert found == [
        ("G.S. 115C-288(g)", 0, Unit.WORK, DutyStart.KNOWLEDGE),
        ("G.S. 115C-288(g)", 1, Unit.WORK, DutyStart.KNOWLEDGE),
        ("G.S. 115C-400; G.S. 7B-301", 0, Unit.CALENDAR, DutyStart.KNOWLEDGE),
        ("G.S. 14-318.6", 0, Unit.CALENDAR, DutyStart.KNOWLEDGE),
        ("16 NCAC 06C .0608", 5, Unit.CALENDAR, DutyStart.PERSONNEL_ACTION),
    ]
    assert all(
        str(duty.label) and str(duty.who) and str(duty.when) for duty in parallel_duties(every)
    )


def test_a_licence_makes_the_respondent_an_employee():
    assert screen(facts(duties=DutyFacts(licensed_employee=True))).outcome is Outcome.DISTRICT_60
