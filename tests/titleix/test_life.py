"""Whole lives of cases: the school's inquiry, the district's grievance process, and the ends in between."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from casework.access import rights
from casework.audit import hash_chain
from casework.engine.errors import Invalid, UnknownCase
from casework.models import Case, Document, Event, Rung
from casework.scheduler.run import sweep
from tests.titleix.conftest import HARASSMENT, Walk, day
from tests.titleix.lives import (
    appealed,
    complaint,
    decided,
    investigated,
    refused,
    reported,
    school_found,
)
from titleix.models import Delivery, Record, TitleIXCase, Training

# -- the school -------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("T-01")
def test_a_school_case_from_report_to_close(screened, staff):
    walk = screened()
    assert (walk.state, walk.case.level, walk.clock("school_investigation").due) == (
        "S_OPEN",
        "SCHOOL",
        day("2026-10-08"),
    )
    assert "Assign a school investigator" in refused(
        walk, "begin_inquiry", staff.coordinator, "2026-09-10"
    )
    walk.assign("school_investigator", staff.school, "2026-09-10")(
        "begin_inquiry", staff.coordinator, "2026-09-10"
    )
    walk("allege", staff.school, "2026-09-11", text="pictures")
    words = refused(
        walk, "make_findings", staff.school, "2026-09-14", finding_1="substantiated", why_1="x"
    )
    assert "Complainant 1, Respondent 1" in words
    assert "evidence is empty" in words
    for part in ("complainant", "respondent"):
        walk(
            "interview",
            staff.school,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            text="said",
        )
    walk(
        "add_evidence",
        staff.school,
        "2026-09-16",
        on="2026-09-16",
        title="Messages",
        text="found",
        relied_on="on",
    )
    assert "not assigned" in refused(walk, "make_findings", staff.coordinator, "2026-09-30")
    walk(
        "make_findings", staff.school, "2026-09-30", finding_1="substantiated", why_1="both phones"
    )
    assert walk.case.responsible is True
    walk.sent("notify_outcome", staff.coordinator, "2026-10-02")
    assert {
        row.party.part for row in Delivery.objects.filter(case=walk.case, code="SCHOOL_OUTCOME")
    } == {"complainant", "respondent"}
    assert walk.clock("school_investigation").status == "MET"
    walk(
        "contact",
        staff.coordinator,
        "2026-10-02",
        party=walk.party("complainant"),
        on="2026-09-09",
        text="told",
    )
    walk("close_inquiry", staff.coordinator, "2026-10-05", reason="done")
    assert (walk.state, walk.case.retain_until) == ("CLOSED", day("2033-10-05"))
    assert walk.clock("check_in", "RUNNING").due == day("2026-11-01"), (
        "the check-in stays a promise of the closed case"
    )
    walk("check_in", staff.coordinator, "2026-11-01", on="2026-11-01", text="both are well")
    assert walk.clock("check_in").status == "MET"
    assert list(hash_chain.breaks([walk.number])) == []


@pytest.mark.scenario("T-27")
def test_reopening_is_a_new_episode(screened, staff):
    walk = school_found(screened()).sent("notify_outcome", staff.coordinator, "2026-10-02")
    walk("close_inquiry", staff.coordinator, "2026-10-02", reason="done")
    walk("reopen", staff.coordinator, "2026-10-20", reason="a new witness")
    running = walk.clock("school_investigation", "RUNNING")
    assert (walk.state, walk.case.episode, running.due) == ("S_REOPENED", 2, day("2026-11-19"))
    assert walk.clock("school_investigation", "MET").stopped_on == day("2026-10-02")
    assert walk.case.closed_on is None
    assert walk.clock("reopening_notice").due == day("2026-10-22")
    walk.sent("resume_inquiry", staff.coordinator, "2026-10-21")
    assert walk.state == "S_INVESTIGATING"
    assert Delivery.objects.filter(case=walk.case, code="REOPENING").count() == 2
    walk(
        "make_findings",
        staff.school,
        "2026-11-10",
        finding_1="not_substantiated",
        why_1="the witness",
    )
    assert [
        row.code for row in Record.objects.filter(case=walk.case, kind="FINDING", closed_on=None)
    ] == ["not_substantiated"]
    assert Record.objects.filter(case=walk.case, kind="FINDING", code="substantiated").exists(), (
        "the old result is frozen, not gone"
    )


# -- screening ----------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("T-22")
def test_an_employee_is_never_the_schools(report, staff):
    report("triage", staff.coordinator, "2026-09-09")
    words = refused(
        report,
        "screen",
        staff.coordinator,
        "2026-09-09",
        Invalid,
        **(HARASSMENT | {"severe": "N", "employee": "on", "outcome": "SCHOOL_30"}),
    )
    assert words
    report(
        "screen",
        staff.coordinator,
        "2026-09-09",
        **(HARASSMENT | {"severe": "N", "employee": "on"}),
    )
    assert (report.case.level, report.state) == ("DISTRICT", "S_OPEN")
    assert "leave" in refused(
        report,
        "remove",
        staff.coordinator,
        "2026-09-10",
        party=report.party("respondent"),
        on="2026-09-10",
        text="x",
    )
    report(
        "leave",
        staff.coordinator,
        "2026-09-10",
        party=report.party("respondent"),
        on="2026-09-10",
        text="paid leave",
    )


@pytest.mark.scenario("T-36")
def test_an_unknown_prong_on_the_last_day_needs_a_second_reader(report, staff):
    assert (report.clock("contact_complainant").due, report.clock("screening").due) == (
        day("2026-09-09"),
        day("2026-09-11"),
    )
    report("triage", staff.coordinator, "2026-09-11")
    report(
        "screen",
        staff.coordinator,
        "2026-09-11",
        **(HARASSMENT | {"severe": "U", "outcome": "DISTRICT_60"}),
    )
    assert (report.state, report.case.second_reader_open) == ("FC_PENDING", True)
    assert "second reader" in refused(
        report, "file_complaint", staff.coordinator, "2026-09-14", on="2026-09-14", by="complainant"
    )
    refused(report, "second_read", staff.coordinator, "2026-09-14", Invalid, reason="me again")
    report("second_read", staff.deputy, "2026-09-14", reason="I agree")(
        "file_complaint", staff.coordinator, "2026-09-14", on="2026-09-14", by="complainant"
    )
    assert report.state == "FORMAL_COMPLAINT"


@pytest.mark.scenario("T-20")
def test_nobody_named_closes_by_itself_and_new_facts_reopen(screened, staff):
    walk = screened(identifiable="", leads="")
    assert walk.state == "INFO_REQUESTED"
    sweep(datetime(2026, 9, 25, 4, tzinfo=UTC))
    assert (walk.state, walk.case.closed_reason, walk.case.retain_until) == (
        "CLOSED",
        "INSUFFICIENT",
        day("2033-09-25"),
    )
    walk("reopen", staff.coordinator, "2026-10-01", reason="a name")
    assert walk.case.episode == 2


@pytest.mark.scenario("T-21")
def test_the_complainant_declines(report, staff):
    report("triage", staff.coordinator, "2026-09-09")(
        "screen", staff.coordinator, "2026-09-09", **HARASSMENT
    )
    assert report.clock("complaint_decision").due == day("2026-09-24")
    refused(
        report,
        "file_complaint",
        staff.coordinator,
        "2026-09-10",
        Invalid,
        on="2026-09-10",
        by="coordinator",
    )
    report(
        "add_measure",
        staff.coordinator,
        "2026-09-10",
        party=report.party("complainant"),
        on="2026-09-10",
        answer="accepted",
        text="another bus",
    )
    refused(report, "support_only", staff.coordinator, "2026-09-11", Invalid)
    report("support_only", staff.coordinator, "2026-09-11", reason="she asked us not to")(
        "close_supportive", staff.coordinator, "2026-09-30", reason="reviewed"
    )
    assert (report.case.closed_reason, report.case.retain_until) == (
        "SUPPORTIVE",
        day("2033-09-30"),
    )
    assert Record.objects.filter(case=report.case, kind="MEASURE").count() == 1


def test_a_duplicate_goes_into_the_open_case_and_can_be_taken_out(report, staff, screened):
    from district.models import School
    from tests.titleix.conftest import KNOWN
    from titleix.case.open_report import open_report

    other = Walk(
        open_report(
            school=School.objects.first(),
            narrative="same",
            knowledge_at=KNOWN,
            channel="form",
            now=KNOWN,
        ),
        staff,
    )
    other("triage", staff.coordinator, "2026-09-09")
    refused(
        other,
        "screen",
        staff.coordinator,
        "2026-09-09",
        Invalid,
        **(HARASSMENT | {"duplicate_of": "TIX-2026-9999"}),
    )
    other(
        "screen", staff.coordinator, "2026-09-09", **(HARASSMENT | {"duplicate_of": report.number})
    )
    assert (other.state, other.case.linked.number, other.clock("screening").status) == (
        "MERGED",
        report.number,
        "MET",
    )
    assert other.clock("contact_complainant").status == "MERGED"
    refused(other, "unmerge", staff.coordinator, "2026-10-20", reason="too late")
    other("unmerge", staff.coordinator, "2026-10-01", reason="another incident")
    assert (other.state, other.case.linked) == ("SCREENING", None)


def test_duties_of_state_law_begin_in_every_branch(screened, staff):
    walk = screened(
        on_school_property="on", listed_act="on", abuse_suspected="on", juvenile_victim="on"
    )
    kinds = set(walk.case.tasks.values_list("kind", flat=True))
    assert {"DUTY_POLICE_REPORT", "DUTY_SUPERINTENDENT_NOTICE", "DUTY_DSS_REPORT"} <= kinds
    assert walk.clock("duty_superintendent_notice").due == day("2026-09-10")
    walk(
        "duty_done",
        staff.coordinator,
        "2026-09-10",
        duty="DUTY_POLICE_REPORT",
        on="2026-09-09",
        who="the principal told the police",
        number="26-1",
    )
    assert walk.clock("duty_police_report").status == "MET"


# -- the district -------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("T-02")
def test_a_district_case_from_complaint_to_close(report, staff):
    walk = decided(report)
    clock = walk.clock("district_investigation")
    assert (clock.original_due, clock.status, clock.stopped_on) == (
        day("2026-11-07"),
        "MET",
        day("2026-10-28"),
    )
    assert walk.clock("appeal_window").due == day("2026-11-30")
    sweep(datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    assert walk.state == "APPEAL_WINDOW"
    sweep(datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert walk.state == "FINAL"
    assert "responsible" in refused(
        walk, "close_final", staff.coordinator, "2026-12-02", on="2026-12-02", means="mail"
    )
    assert "Record the remedies" in refused(
        walk, "begin_remedies", staff.coordinator, "2026-12-02", on="2026-12-02", means="mail"
    )
    walk("remedy", staff.coordinator, "2026-12-02", code="remedy", text="other class").sent(
        "begin_remedies", staff.coordinator, "2026-12-03"
    )
    assert [walk.clock(kind).due for kind in ("check_30", "check_60", "check_90")] == [
        day("2027-01-02"),
        day("2027-02-01"),
        day("2027-03-03"),
    ]
    remedy = str(Record.objects.get(case=walk.case, kind="REMEDY").pk)
    assert "not carried out: 1" in refused(
        walk, "close_remedies", staff.coordinator, "2027-03-03", reason="done"
    )
    walk(
        "remedy_done", staff.coordinator, "2026-12-10", record=remedy, on="2026-12-10", text="moved"
    )
    assert walk.clock("remedies").status == "MET"
    for kind, on in (
        ("check_30", "2027-01-02"),
        ("check_60", "2027-02-01"),
        ("check_90", "2027-03-03"),
    ):
        walk("check_remedies", staff.coordinator, on, which=kind, on=on, text="well")
    walk("close_remedies", staff.coordinator, "2027-03-03", reason="all done")
    assert (walk.state, walk.case.retain_until) == ("CLOSED", day("2034-03-03"))
    assert Document.objects.filter(case=walk.case, code="MEMO").count() == 1
    assert list(hash_chain.breaks([walk.number])) == []


@pytest.mark.scenario("T-24")
def test_no_interview_before_the_time_to_prepare_is_over(report, staff):
    walk = complaint(report)("allege", staff.coordinator, "2026-09-09", text="pictures").sent(
        "send_notice", staff.coordinator, "2026-09-10"
    )
    walk.assign("investigator", staff.investigator, "2026-09-10")(
        "begin_investigation", staff.investigator, "2026-09-10"
    )
    data = {"party": walk.party("respondent"), "text": "said"}
    refused(
        walk,
        "interview",
        staff.investigator,
        "2026-09-11",
        Invalid,
        on="2026-09-11",
        notice_on="2026-09-10",
        **data,
    )
    refused(
        walk, "interview", staff.investigator, "2026-09-14", Invalid, on="2026-09-14", **data
    )  # without a written notice of it
    walk(
        "interview",
        staff.investigator,
        "2026-09-14",
        on="2026-09-14",
        notice_on="2026-09-10",
        **data,
    )


@pytest.mark.scenario("T-11")
def test_the_parties_own_the_window_of_the_report(report, staff):
    walk = reported(report)
    data = {"facts": "f", "conclusions": "c", "finding_1": "responsible", "why_1": "x"}
    assert "not been offered" in refused(walk, "determine", staff.decider, "2026-11-08", **data)
    walk("questions", staff.decider, "2026-10-28", code="offered", on="2026-10-28")(
        "questions", staff.decider, "2026-11-05", code="finished", on="2026-11-05"
    )
    refused(walk, "determine", staff.decider, "2026-11-07", **data)
    walk("determine", staff.decider, "2026-11-08", **data)
    assert walk.state == "DETERMINATION"


def test_answers_and_waivers_end_the_window_early(report, staff):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    refused(walk, "write_report", staff.investigator, "2026-10-20", text="x", considered="on")
    walk(
        "respond",
        staff.investigator,
        "2026-10-16",
        party=walk.party("complainant"),
        on="2026-10-16",
        what="answered",
        text="mine",
    )
    walk(
        "respond",
        staff.investigator,
        "2026-10-17",
        party=walk.party("respondent"),
        on="2026-10-17",
        what="waived",
    )
    words = refused(
        walk, "write_report", staff.investigator, "2026-10-20", Invalid, text="x", considered="on"
    )
    assert words == "responses"  # each response is linked before the report is complete
    walk(
        "write_report", staff.investigator, "2026-10-20", text="x", considered="on", responses=["1"]
    )


@pytest.mark.scenario("T-12")
def test_separation_of_duties_at_assignment(report, staff):
    walk = investigated(report)
    walk.assign("coordinator", staff.coordinator, "2026-09-20")
    for role, who in (
        ("decision_maker", staff.investigator),
        ("decision_maker", staff.coordinator),
        ("appeal_officer", staff.investigator),
    ):
        with pytest.raises(Invalid):
            walk.assign(role, who, "2026-09-21")
    walk.assign("decision_maker", staff.decider, "2026-09-21")
    with pytest.raises(Invalid):
        walk.assign("appeal_officer", staff.decider, "2026-09-21")
    walk.assign("investigator", staff.coordinator, "2026-09-22")
    event = Event.objects.filter(case=walk.case, name="assign").latest("seq")
    assert event.data["warning"]


@pytest.mark.scenario("T-37")
def test_training_is_asked_at_assignment_and_at_every_act(report, staff):
    Training.objects.filter(user=staff.decider).update(valid_until=day("2026-09-30"))
    walk = investigated(report)
    with pytest.raises(Invalid):
        walk.assign("decision_maker", staff.decider, "2026-10-01")
    Training.objects.filter(user=staff.investigator).update(valid_until=day("2026-10-13"))
    assert refused(
        walk, "send_evidence", staff.investigator, "2026-10-14", on="2026-10-14", means="mail"
    )


@pytest.mark.scenario("T-13")
def test_a_conflict_of_interest_ends_access_at_once(report, staff):
    walk = investigated(report)
    due = walk.clock("district_investigation").due
    row = walk.case.assignments.get(user=staff.investigator)
    walk(
        "unassign",
        staff.coordinator,
        "2026-10-14",
        assignment=str(row.id),
        reason="coaches the respondent",
        recuse="on",
    )
    again = type(staff.investigator).objects.get(pk=staff.investigator.pk)
    assert not rights.visible(again).exists()
    with pytest.raises(UnknownCase):
        walk("add_note", staff.investigator, "2026-10-14", text="x")
    walk.assign("investigator", staff.second, "2026-10-14")
    assert (
        walk.clock("district_investigation").due,
        Record.objects.filter(case=walk.case, kind="INTERVIEW").count(),
    ) == (due, 2)


@pytest.mark.scenario("T-15")
def test_only_a_written_withdrawal_enables_the_dismissal(report, staff):
    walk = investigated(report)
    refused(
        walk,
        "dismiss",
        staff.coordinator,
        "2026-10-20",
        Invalid,
        ground="withdrawn",
        reason="she said so",
    )
    walk("withdraw", staff.coordinator, "2026-10-20", on="2026-10-20")
    refused(walk, "dismiss", staff.coordinator, "2026-10-20", Invalid, ground="withdrawn")
    walk(
        "dismiss",
        staff.coordinator,
        "2026-10-20",
        ground="withdrawn",
        reason="in writing, of her own will",
    )
    assert walk.state == "DISMISSED"
    assert Delivery.objects.filter(case=walk.case, code="DISMISSAL").count() == 2
    sweep(datetime(2026, 10, 28, 4, tzinfo=UTC))
    assert walk.state == "FINAL"


@pytest.mark.scenario("T-17")
def test_informal_resolution_holds_the_clock(report, staff):
    walk = complaint(report)("allege", staff.coordinator, "2026-09-09", text="x").sent(
        "send_notice", staff.coordinator, "2026-09-10"
    )
    assert "facilitator" in refused(
        walk, "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    walk.assign("facilitator", staff.facilitator, "2026-09-14")
    assert "written offer" in refused(
        walk, "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    offer = {
        "process": "talks",
        "ends_by": "2026-10-09",
        "reply_by": "2026-09-21",
        "records": "the consent",
        "on": "2026-09-15",
        "means": "mail",
    }
    walk("offer_informal", staff.coordinator, "2026-09-15", **offer)(
        "begin_informal", staff.coordinator, "2026-09-21", consent_on="2026-09-21", both="on"
    )
    assert (walk.state, walk.clock("district_investigation").status) == ("INFORMAL", "HELD")
    walk("leave_informal", staff.facilitator, "2026-10-05", reason="the complainant withdrew")
    assert (walk.state, walk.clock("district_investigation").due) == ("NOTICED", day("2026-11-21"))
    TitleIXCase.objects.get(number=walk.number)
    walk.case.parties.all()


@pytest.mark.scenario("T-26")
def test_an_appeal_needs_a_base_and_comes_in_time(report, staff):
    walk = decided(report)
    data = {"party": walk.party("respondent"), "text": "unfair"}
    refused(walk, "file_appeal", staff.coordinator, "2026-11-30", Invalid, on="2026-11-30", **data)
    refused(
        walk,
        "file_appeal",
        staff.coordinator,
        "2026-12-01",
        Invalid,
        on="2026-12-01",
        bases=["bias"],
        **data,
    )
    appealed(walk)
    assert "statement until" in refused(
        walk, "decide_appeal", staff.officer, "2026-12-02", result="upheld", text="x"
    )
    refused(walk, "decide_appeal", staff.decider, "2026-12-02", result="upheld", text="x")
    walk(
        "state_appeal",
        staff.officer,
        "2026-12-07",
        party=walk.party("complainant"),
        on="2026-12-07",
        text="it was fair",
    )
    walk("decide_appeal", staff.officer, "2026-12-08", result="upheld", text="no bias")
    assert walk.state == "FINAL"
    assert Delivery.objects.filter(case=walk.case, code="APPEAL_DECISION").count() == 2


@pytest.mark.scenario("T-23")
def test_an_emergency_removal_names_what_is_missing(report, staff):
    walk = complaint(report)
    walk.case.parties.filter(part="respondent").update(plan=True)
    base = {
        "party": walk.party("respondent"),
        "on": "2026-09-09",
        "text": "analysis",
        "notice_on": "2026-09-09",
    }
    full = (
        base
        | dict.fromkeys(
            ("individual_analysis", "physical_threat", "from_allegations", "plan_checked"), "on"
        )
        | {
            "challenge_on": "2026-09-11",
            "activities": "Classes",
            "challenge_time": "09:00",
            "challenge_place": "Room 1",
            "schooling": "online",
        }
    )
    for missing in (
        "individual_analysis",
        "physical_threat",
        "from_allegations",
        "plan_checked",
        "notice_on",
        "challenge_on",
    ):
        refused(
            walk,
            "remove",
            staff.coordinator,
            "2026-09-09",
            Invalid,
            **{key: value for key, value in full.items() if key != missing},
        )
    refused(
        walk,
        "remove",
        staff.coordinator,
        "2026-09-09",
        Invalid,
        **(full | {"challenge_on": "2026-09-14"}),
    )
    walk("remove", staff.coordinator, "2026-09-09", **full)
    assert walk.clock("challenge").due == day("2026-09-11")


def test_escalation_carries_day_zero_over_and_shows_both(screened, staff):
    walk = screened()
    walk("escalate", staff.coordinator, "2026-09-20", reason="a second student")
    assert (walk.state, walk.clock("school_investigation").status) == ("FC_PENDING", "ESCALATED")
    clock = walk.clock("district_investigation")
    assert (clock.day0, clock.due) == (day("2026-09-08"), day("2026-11-07"))
    walk("file_complaint", staff.coordinator, "2026-09-24", on="2026-09-24", by="complainant")
    assert walk.clock("district_investigation").day0 == day("2026-09-08")


@pytest.mark.scenario("T-39")
def test_the_latest_feasible_dates_are_shown(report, staff):
    import time_machine

    from casework.case_types.registry import kind
    from casework.case_types.target_window import feasible
    from casework.engine.casefile import load

    walk = complaint(report)
    for moment, missed in (("2026-10-27T15:00Z", False), ("2026-10-28T15:00Z", True)):
        with time_machine.travel(datetime.fromisoformat(moment), tick=False):
            windows = feasible(load(kind("TIX"), numbers=[walk.number], lock=False)[0])
            assert windows[0].latest == day("2026-10-27")  # day 49 of the sixty
            assert windows[0].missed is missed


# -- need to know -------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("T-31")
def test_nobody_but_those_assigned_knows_of_it(report, staff, client):
    for user in (
        staff.outsider,
        staff.principal,
        staff.root,
        staff.admin,
        staff.investigator,
        staff.decider,
    ):
        fresh = type(user).objects.get(pk=user.pk)
        assert not rights.visible(fresh).filter(kind="TIX").exists()
        with pytest.raises(UnknownCase):
            report("add_note", user, "2026-09-09", text="x")
        client.force_login(fresh, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/cases/{report.number}").status_code == 404
        assert report.number not in client.get("/cases").content.decode()
    client.force_login(staff.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/cases/{report.number}")
    assert page.status_code == 200
    assert "Ibáñez" not in page.content.decode().split("<main", 1)[0]


def test_no_name_stands_on_the_timeline_or_in_an_alert(report, staff):
    decided(report)
    sweep(datetime(2026, 12, 1, 6, tzinfo=UTC))
    words = " ".join(str(event.data) for event in Event.objects.filter(case__number=report.number))
    assert "Ibáñez" not in words
    assert "pictures" not in words
    assert Rung.objects.filter(clock__case__number=report.number).exists()
    assert Case.objects.get(number=report.number).state == "FINAL"
    assert date(2026, 12, 1)
