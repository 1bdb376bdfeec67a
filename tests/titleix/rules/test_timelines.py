"""The procedure of 2020: the scenarios of domain.md E with their worked dates, on the calendar
CAL-26."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.engine import date_rules
from casework.engine.date_rules import Unit
from casework.policy.policies import policy_for
from tests.casework.engine.fixture_calendar import CAL26
from titleix.rules import decision_times, feasibility, removal, timelines
from titleix.rules.decision_times import AppealBase, QuestionDates, QuestionDays, Questions
from titleix.rules.feasibility import Progress, Target
from titleix.rules.removal import Removal
from titleix.rules.screening import Outcome
from titleix.rules.separation_of_duties import Role, may_hold
from titleix.rules.timelines import Check, Recipient, Span, Window

ZONE = "America/New_York"
WAIT = Span(10, Unit.CALENDAR)
DAYS = QuestionDays(4, 7, 9)
TWO_SCHOOL_DAYS = Span(2, Unit.SCHOOL)


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(n: int) -> timedelta:
    return timedelta(days=n)


def due(start: str, n: int, unit: Unit) -> date:
    return timelines.due(day(start), Span(n, unit), CAL26).due


def ladder(start: str, n: int) -> list[str]:
    found = policy_for("titleix", day("2026-10-01")).data["ladders"]["investigation"]
    last = due(start, n, Unit.CALENDAR)
    return [
        rung.date.isoformat()
        for rung in date_rules.rungs(day(start), n, last, Unit.CALENDAR, CAL26, found)
    ]


def said(check: Check) -> str:
    return " ".join(str(reason) for reason in check.unmet)


def sent(*texts: str | None) -> list[Recipient]:
    return [Recipient(day(text) if text else None) for text in texts]


# -- day 0 and the two promises --------------------------------------------------------------------


@pytest.mark.scenario("T-01")
def test_t01_school_level_thirty_days():
    known = day("2026-09-08")
    day0 = timelines.investigation_day0(
        Outcome.SCHOOL_30, known, day("2026-09-15"), under_106_45=False
    )
    assert day0 == known, "a complaint that came later moves nothing"
    assert due("2026-09-08", 30, Unit.CALENDAR) == day("2026-10-08")
    assert ladder("2026-09-08", 30)[:6] == [
        "2026-09-23",
        "2026-10-01",
        "2026-10-05",
        "2026-10-07",
        "2026-10-08",
        "2026-10-09",
    ]


@pytest.mark.scenario("T-02")
def test_t02_district_level_sixty_days():
    known, complaint = day("2026-09-01"), day("2026-09-08")
    assert (
        timelines.investigation_day0(Outcome.DISTRICT_60, known, complaint, under_106_45=True)
        == complaint
    )
    assert due("2026-09-08", 60, Unit.CALENDAR) == day("2026-11-07")
    assert date_rules.last_work_day(day("2026-11-07"), CAL26) == day("2026-11-06")
    assert ladder("2026-09-08", 60)[:4] == ["2026-10-08", "2026-10-23", "2026-10-31", "2026-11-01"]
    assert ladder("2026-09-08", 60)[4:8] == ["2026-11-04", "2026-11-06", "2026-11-07", "2026-11-08"]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_day_zero_of_every_outcome(outcome):
    known, complaint = day("2026-09-01"), day("2026-09-08")
    investigated = outcome in (
        Outcome.SCHOOL_30,
        Outcome.DISTRICT_60,
        Outcome.OTHER_SEX_DISCRIMINATION,
    )
    without = timelines.investigation_day0(outcome, known, None, under_106_45=False)
    assert without == (known if investigated else None)
    waiting = timelines.investigation_day0(outcome, known, None, under_106_45=True)
    assert waiting == (None if outcome is Outcome.DISTRICT_60 else without)
    filed = timelines.investigation_day0(outcome, known, complaint, under_106_45=True)
    assert filed == (complaint if outcome is Outcome.DISTRICT_60 else without)


@pytest.mark.scenario("T-04")
def test_t04_thirty_days_over_the_change_of_clocks():
    assert due("2027-02-12", 30, Unit.CALENDAR) == day("2027-03-14")
    assert date_rules.deadline_instant(day("2027-03-14"), ZONE) == datetime(
        2027, 3, 15, 3, 59, 59, tzinfo=UTC
    )


@pytest.mark.scenario("T-29")
def test_t29_winter_break():
    assert due("2026-12-10", 30, Unit.CALENDAR) == day("2027-01-09")
    assert due("2026-12-10", 30, Unit.SCHOOL) == day("2027-02-09")


def test_a_span_comes_out_of_the_policy():
    sla = policy_for("titleix", day("2026-10-01")).data["sla"]
    assert Span.of(sla["district_investigation"]) == Span(60, Unit.CALENDAR)
    assert Span.of(sla["enter_report"]) == Span(1, Unit.WORK)
    with pytest.raises(ValueError):
        Span.of({"n": 1, "unit": "moon"})


# -- the first days --------------------------------------------------------------------------------

ENTER, CONTACT, SCREEN = Span(1, Unit.WORK), Span(1, Unit.SCHOOL), Span(3, Unit.SCHOOL)


@pytest.mark.scenario("T-36")
def test_t36_contact_by_the_ninth_and_screening_by_the_eleventh():
    known = day("2026-09-08")
    steps = timelines.first_steps(known, ENTER, CONTACT, SCREEN, CAL26)
    assert (steps.enter_by.due, steps.contact_by.due, steps.screen_by.due) == (
        day("2026-09-09"),
        day("2026-09-09"),
        day("2026-09-11"),
    )
    assert timelines.unknown_may_wait(known, day("2026-09-11"), SCREEN, CAL26), (
        "the whole due day belongs to the screener (N6)"
    )
    assert not timelines.unknown_may_wait(known, day("2026-09-12"), SCREEN, CAL26)


def test_a_work_day_is_no_school_day():
    """Knowledge on Friday 18 September 2026; Monday the 21st is a teacher workday."""
    steps = timelines.first_steps(day("2026-09-18"), ENTER, CONTACT, SCREEN, CAL26)
    assert (steps.enter_by.due, steps.contact_by.due, steps.screen_by.due) == (
        day("2026-09-21"),
        day("2026-09-22"),
        day("2026-09-24"),
    )
    assert not timelines.entered_late(day("2026-09-18"), day("2026-09-21"), ENTER, CAL26)
    assert timelines.entered_late(day("2026-09-18"), day("2026-09-22"), ENTER, CAL26)


# -- notice and interviews -------------------------------------------------------------------------


@pytest.mark.scenario("T-24")
def test_t24_notice_before_interview():
    notices = [day("2026-09-10")]
    assert timelines.interview_from(notices, TWO_SCHOOL_DAYS, CAL26) == day("2026-09-14")
    refused = timelines.check_interview(notices, day("2026-09-11"), TWO_SCHOOL_DAYS, CAL26)
    assert not refused.allowed
    assert "Mon 14 Sep 2026" in said(refused)
    assert timelines.check_interview(notices, day("2026-09-14"), TWO_SCHOOL_DAYS, CAL26).allowed


def test_the_latest_notice_counts_and_all_must_be_out():
    assert timelines.interview_from(
        [day("2026-09-10"), day("2026-09-11")], TWO_SCHOOL_DAYS, CAL26
    ) == day("2026-09-15")
    for missing in ([], [None], [day("2026-09-10"), None]):
        assert timelines.interview_from(missing, TWO_SCHOOL_DAYS, CAL26) is None
        assert "every known party" in said(
            timelines.check_interview(missing, day("2026-12-01"), TWO_SCHOOL_DAYS, CAL26)
        )


# -- the two windows -------------------------------------------------------------------------------

ASKED = Questions(offered_on=day("2026-10-28"))


def determination(on: str, report: list[Recipient], questions: Questions = ASKED) -> Check:
    return decision_times.check_determination(report, questions, day(on), WAIT, DAYS, CAL26)


@pytest.mark.scenario("T-11")
def test_t11_report_window():
    report = sent("2026-10-28", "2026-10-28")
    refused = determination("2026-11-07", report)
    assert not refused.allowed
    assert "Sun 8 Nov 2026" in said(refused)
    assert determination("2026-11-08", report).allowed
    assert timelines.party_window(report, WAIT, CAL26) == Window(
        day("2026-10-28"), day("2026-11-07"), day("2026-11-08"), early=False
    )


@pytest.mark.scenario("T-11")
def test_t11_questions_must_have_been_offered():
    refused = determination("2026-11-08", sent("2026-10-28", "2026-10-28"), Questions())
    assert not refused.allowed
    assert "offered" in said(refused)


def test_the_latest_send_date_counts_and_everybody_must_have_it():
    assert timelines.party_window(sent("2026-10-28", "2026-10-30"), WAIT, CAL26).next_from == day(
        "2026-11-10"
    )
    advisor = Recipient(day("2026-11-02"), party=False)
    assert timelines.party_window([*sent("2026-10-28"), advisor], WAIT, CAL26).next_from == day(
        "2026-11-13"
    )
    for missing in ([], sent("2026-10-28", None), [advisor]):
        assert timelines.party_window(missing, WAIT, CAL26) is None
        assert "every party and advisor" in said(determination("2026-12-01", missing))
        assert "every party and advisor" in said(
            timelines.check_report(missing, day("2026-12-01"), WAIT, CAL26)
        )


def test_a_window_ends_early_only_when_every_party_answered_or_waived():
    first, second = (
        Recipient(day("2026-10-28"), day(text)) for text in ("2026-10-30", "2026-11-02")
    )
    assert timelines.party_window([first, second], WAIT, CAL26) == Window(
        day("2026-10-28"), day("2026-11-02"), day("2026-11-02"), early=True
    )
    assert not timelines.party_window([first, replace(second, closed_on=None)], WAIT, CAL26).early
    advisor = Recipient(day("2026-11-03"), party=False)
    assert timelines.party_window([first, second, advisor], WAIT, CAL26).next_from == day(
        "2026-11-03"
    ), "not before all have it"
    late = Recipient(day("2026-10-28"), day("2026-11-20"))
    assert timelines.party_window([first, late], WAIT, CAL26).next_from == day("2026-11-08"), (
        "a late answer prolongs nothing"
    )


def test_the_evidence_window_holds_the_report_back():
    evidence = sent("2026-10-01", "2026-10-02")
    refused = timelines.check_report(evidence, day("2026-10-12"), WAIT, CAL26)
    assert "Tue 13 Oct 2026" in said(refused)
    assert timelines.check_report(evidence, day("2026-10-13"), WAIT, CAL26).allowed


def test_ten_school_days_are_longer():
    window = timelines.party_window(sent("2026-10-28"), Span(10, Unit.SCHOOL), CAL26)
    assert (window.ends_on, window.next_from) == (day("2026-11-13"), day("2026-11-14"))


def test_fewer_than_ten_days_are_not_lawful():
    with pytest.raises(ValueError, match=r"106\.45\(b\)\(5\)"):
        timelines.party_window(sent("2026-10-28"), Span(5, Unit.SCHOOL), CAL26)
    with pytest.raises(ValueError, match="not lawful"):
        feasibility.limits(day("2026-11-07"), Target.REPORT, Span(9, Unit.CALENDAR), CAL26)


def test_question_dates():
    found = decision_times.question_dates(day("2026-10-28"), DAYS, WAIT, CAL26)
    assert found == QuestionDates(day("2026-11-01"), day("2026-11-04"), day("2026-11-06"))
    for wrong in (
        QuestionDays(0, 7, 9),
        QuestionDays(7, 7, 9),
        QuestionDays(4, 9, 9),
        QuestionDays(4, 7, 11),
    ):
        with pytest.raises(ValueError, match="follow each other"):
            decision_times.question_dates(day("2026-10-28"), wrong, WAIT, CAL26)


def test_an_offer_on_the_last_day_gets_its_own_time():
    report, late = sent("2026-10-28", "2026-10-28"), Questions(offered_on=day("2026-11-07"))
    assert "Mon 16 Nov 2026" in said(determination("2026-11-08", report, late))
    assert determination("2026-11-17", report, late).allowed
    assert determination("2026-11-08", report, replace(late, finished_on=day("2026-11-08"))).allowed
    assert not determination(
        "2026-11-08", report, replace(late, finished_on=day("2026-11-09"))
    ).allowed


def test_a_window_waived_does_not_waive_the_questions():
    waived = [
        Recipient(day("2026-10-28"), day("2026-10-29")),
        Recipient(day("2026-10-28"), day("2026-10-29")),
    ]
    assert "written questions" in said(determination("2026-10-29", waived))
    assert determination(
        "2026-10-29", waived, replace(ASKED, finished_on=day("2026-10-29"))
    ).allowed


def test_an_exclusion_is_explained():
    refused = determination(
        "2026-11-08", sent("2026-10-28"), replace(ASKED, exclusions_explained=False)
    )
    assert "excluded" in said(refused)


def test_the_determination_is_due_after_the_window():
    window = timelines.party_window(sent("2026-10-28"), WAIT, CAL26)
    assert decision_times.determination_due(window, Span(5, Unit.SCHOOL), CAL26).due == day(
        "2026-11-16"
    )


# -- appeal ----------------------------------------------------------------------------------------


@pytest.mark.scenario("T-26")
@pytest.mark.parametrize(
    ("span", "last", "final"),
    [
        (Span(5, Unit.SCHOOL), "2026-11-30", "2026-12-01"),
        (Span(10, Unit.CALENDAR), "2026-11-28", "2026-11-29"),
    ],
)
def test_t26_appeal_window(span, last, final):
    window = decision_times.appeal_window([day("2026-11-18")], span, CAL26)
    assert (window.file_by.due, window.final_on) == (day(last), day(final))
    assert decision_times.check_appeal([AppealBase.BIAS], day(last), window).allowed
    assert not decision_times.check_appeal([AppealBase.BIAS], day(final), window).allowed


@pytest.mark.scenario("T-26")
def test_t26_an_appeal_without_a_base_may_be_corrected_inside_the_window():
    window = decision_times.appeal_window(
        [day("2026-11-18"), day("2026-11-17")], Span(5, Unit.SCHOOL), CAL26
    )
    refused = decision_times.check_appeal([], day("2026-11-20"), window)
    assert "three bases" in said(refused)
    assert "Mon 30 Nov 2026" in said(refused)
    assert decision_times.check_appeal([AppealBase.PROCEDURE], day("2026-11-30"), window).allowed
    assert len(decision_times.check_appeal([], day("2026-12-01"), window).unmet) == 2


# -- removal, leave --------------------------------------------------------------------------------

COMPLETE = Removal(
    removed_on=day("2026-09-09"),
    student=True,
    individual_analysis=True,
    physical_threat=True,
    from_allegations=True,
    notice_on=day("2026-09-09"),
    challenge_on=day("2026-09-11"),
    disability_plan=True,
    plan_checked=True,
)


@pytest.mark.scenario("T-23")
def test_t23_emergency_removal():
    assert removal.challenge_due(day("2026-09-09"), TWO_SCHOOL_DAYS, CAL26).due == day("2026-09-11")
    assert removal.check_removal(COMPLETE, TWO_SCHOOL_DAYS, CAL26).allowed


@pytest.mark.scenario("T-23")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"individual_analysis": False}, "individualized analysis"),
        ({"physical_threat": False}, "physical health"),
        ({"from_allegations": False}, "arise from the allegations"),
        ({"notice_on": None}, "notice"),
        ({"notice_on": day("2026-09-12")}, "notice"),
        ({"challenge_on": None}, "Fri 11 Sep 2026"),
        ({"challenge_on": day("2026-09-14")}, "Fri 11 Sep 2026"),
        ({"challenge_on": day("2026-09-08"), "notice_on": day("2026-09-08")}, "Fri 11 Sep 2026"),
        ({"plan_checked": False}, "IDEA"),
        ({"student": False}, "Only a student"),
    ],
)
def test_t23_each_missing_condition_is_named(change, words):
    check = removal.check_removal(replace(COMPLETE, **change), TWO_SCHOOL_DAYS, CAL26)
    assert not check.allowed
    assert len(check.unmet) == 1
    assert words in said(check)


@pytest.mark.scenario("T-23")
def test_t23_all_that_is_missing_is_named_at_once_and_no_plan_needs_no_check():
    nothing = Removal(
        removed_on=day("2026-09-09"),
        student=True,
        individual_analysis=False,
        physical_threat=False,
        from_allegations=False,
        notice_on=None,
        challenge_on=None,
        disability_plan=True,
    )
    assert len(removal.check_removal(nothing, TWO_SCHOOL_DAYS, CAL26).unmet) == 6
    assert removal.check_removal(
        replace(COMPLETE, disability_plan=False, plan_checked=False), TWO_SCHOOL_DAYS, CAL26
    ).allowed


@pytest.mark.scenario("T-22")
def test_t22_leave_for_the_employee_and_no_removal():
    assert removal.check_leave(student=False, employee=True).allowed
    assert not removal.check_removal(
        replace(COMPLETE, student=False), TWO_SCHOOL_DAYS, CAL26
    ).allowed
    assert not removal.check_leave(student=True, employee=False).allowed
    assert not removal.check_leave(student=True, employee=True).allowed, (
        "a student who also works is removed, not put on leave"
    )


@pytest.mark.scenario("T-37")
def test_t37_training_that_ended_on_the_thirtieth_refuses_an_assignment_on_the_first():
    asked = {"conflict": None, "training_until": day("2026-09-30")}
    assert may_hold(Role.DECISION_MAKER, [], on=day("2026-09-30"), **asked).allowed
    refused = may_hold(Role.DECISION_MAKER, [], on=day("2026-10-01"), **asked)
    assert not refused.allowed
    assert "training" in str(refused.reason)


# -- informal resolution ---------------------------------------------------------------------------


@pytest.mark.scenario("T-17")
def test_informal_resolution():
    assert timelines.informal_until(day("2026-09-21"), Span(20, Unit.SCHOOL), CAL26).due == day(
        "2026-10-20"
    )
    good = {
        "complaint": True,
        "consents": [True, True],
        "determined": False,
        "employee_to_student": False,
    }
    assert timelines.check_informal(**good).allowed
    wrong = [
        {"complaint": False},
        {"consents": [True, False]},
        {"consents": [True]},
        {"determined": True},
        {"employee_to_student": True},
    ]
    assert all(len(timelines.check_informal(**(good | change)).unmet) == 1 for change in wrong)


# -- feasibility -----------------------------------------------------------------------------------

START = day("2026-09-08")


def banner(n: int, target: Target, on_day: int, progress: Progress | None = None) -> str:
    words = feasibility.feasibility_warning(
        START, START + days(n), target, START + days(on_day), progress or Progress(), WAIT, CAL26
    )
    return str(words or "")


@pytest.mark.scenario("T-39")
def test_t39_feasibility_warning():
    assert banner(60, Target.DETERMINATION, 38) == ""
    assert (
        banner(60, Target.DETERMINATION, 39)
        == "Cannot meet 60 without waiver: the evidence had to be out by day 38, Fri 16 Oct 2026."
    )
    assert banner(60, Target.REPORT, 49) == ""
    assert (
        banner(60, Target.REPORT, 50)
        == "Cannot meet 60 without waiver: the evidence had to be out by day 49, Tue 27 Oct 2026."
    )


@pytest.mark.scenario("T-39")
@pytest.mark.parametrize(
    ("n", "target", "evidence", "report"),
    [
        (60, Target.REPORT, 49, 60),
        (60, Target.DETERMINATION, 38, 49),
        (30, Target.REPORT, 19, 30),
        (30, Target.DETERMINATION, 8, 19),
    ],
)
def test_t39_latest_feasible_days(n, target, evidence, report):
    found = feasibility.limits(START + days(n), target, WAIT, CAL26)
    assert ((found.evidence - START).days, (found.report - START).days) == (evidence, report)


def at(*numbers: int | None) -> list[Recipient]:
    return [Recipient(START + days(number) if number is not None else None) for number in numbers]


def test_the_report_that_waits_too_long():
    out = Progress(evidence=at(30, 30))
    assert banner(60, Target.DETERMINATION, 49, out) == ""
    assert "the report had to be out by day 49" in banner(60, Target.DETERMINATION, 50, out)
    assert banner(60, Target.REPORT, 60, out) == ""
    assert "the report had to be out by day 60" in banner(60, Target.REPORT, 61, out)


def test_evidence_that_went_out_late_stays_a_warning_until_the_parties_waive():
    assert "day 38" in banner(60, Target.DETERMINATION, 45, Progress(evidence=at(40, 40)))
    waived = [replace(recipient, closed_on=START + days(42)) for recipient in at(40, 40)]
    assert banner(60, Target.DETERMINATION, 45, Progress(evidence=waived)) == ""
    assert banner(60, Target.DETERMINATION, 49, Progress(evidence=waived, report=at(49, 49))) == ""
    assert (
        banner(60, Target.DETERMINATION, 49, Progress(evidence=waived, report=at(49, None))) == ""
    )
    assert "report" in banner(
        60, Target.DETERMINATION, 50, Progress(evidence=waived, report=at(49, None))
    )
    assert banner(60, Target.REPORT, 70, Progress(evidence=at(20), report=at(60))) == "", (
        "sent in time stays in time"
    )


@given(
    st.integers(25, 120),
    st.sampled_from(list(Target)),
    st.sampled_from([WAIT, Span(10, Unit.SCHOOL), Span(10, Unit.WORK), Span(14, Unit.CALENDAR)]),
    st.integers(-5, 5),
)
def test_limits_are_the_last_day_without_a_warning(n, target, wait, offset):
    """Counted back and counted forward agree, in every unit."""
    due_on = START + days(n)
    limit = feasibility.limits(due_on, target, wait, CAL26).evidence
    on = limit + days(offset)
    warned = feasibility.earliest(target, on, Progress(), wait, CAL26) > due_on
    assert warned == (on > limit)


# -- retention -------------------------------------------------------------------------------------


@pytest.mark.scenario("T-30")
@pytest.mark.parametrize(
    ("closed", "earliest"), [("2026-11-30", "2033-11-30"), ("2028-02-29", "2035-03-01")]
)
def test_t30_retention(closed, earliest):
    assert timelines.retention_date(day(closed), day(closed), 7) == day(earliest)
    assert not timelines.check_disposal(day(earliest), day(earliest) - days(1), None).allowed
    assert timelines.check_disposal(day(earliest), day(earliest), None).allowed


@pytest.mark.scenario("T-30")
def test_t30_a_legal_hold_refuses_and_shows_both_dates():
    refused = timelines.check_disposal(day("2033-11-30"), day("2034-01-02"), day("2030-05-06"))
    assert not refused.allowed
    assert "Mon 6 May 2030" in said(refused)
    assert "Wed 30 Nov 2033" in said(refused)


def test_the_last_action_counts_and_seven_years_are_the_least():
    assert timelines.retention_date(day("2026-11-30"), day("2027-01-05"), 7) == day("2034-01-05")
    with pytest.raises(ValueError, match="not lawful"):
        timelines.retention_date(day("2026-11-30"), day("2026-11-30"), 5)
