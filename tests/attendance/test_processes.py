"""The child processes under the numbers of their scenarios: dates, guards, who may do what, and
what follows for the case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.mediation.carry_over import carry_over
from attendance.models import Arc, AttendanceCase, Disclosure, ExcuseNote, Locate, Mediation
from attendance.reporting.interventions import Type, interventions
from attendance.street_team.ten_day_rule import ten_day_list
from casework.access import rights
from casework.engine.errors import Forbidden, Invalid, NotNow, UnknownCase
from casework.engine.services import act
from casework.models import Alert, Appointment, Clock, Document, Event
from casework.scheduler.run import sweep
from district.models import School, SchoolYear
from tests.attendance.court.test_legal_review import HELD, Road
from tests.attendance.helpers import at, d
from tests.pages import Page

TEN = (
    d(9, 1),
    d(9, 3),
    d(9, 10),
    d(9, 22),
    d(9, 29),
    d(10, 6),
    d(10, 13),
    d(10, 20),
    d(11, 9),
    d(11, 20),
)


@pytest.fixture
def road(nights, people, made) -> Road:
    return Road(nights, people)


def due(road: Road, kind: str) -> date:
    return Clock.objects.filter(case=road.case, kind=kind).latest("day0").due


def refused(road: Road, name: str, who, today: date, process=None, /, kind=NotNow, **data) -> str:
    with pytest.raises(kind) as found:
        road.step(name, who, today, process, **data)
    return str(getattr(found.value, "errors", "") or found.value)


# -- the street team (A-23, A2.5) ------------------------------------------------------------------


@pytest.fixture
def search(road, made) -> Road:
    return road.night(d(10, 2), d(10, 5), d(10, 6), d(10, 7), d(10, 8))


@pytest.mark.scenario("A-23")
def test_street_team(search, people, made):
    locate = Locate.objects.get(case=search.case)
    assert (locate.state, locate.code, locate.opened_on, locate.last_seen_on) == (
        "REQUESTED",
        "RUN5",
        d(10, 8),
        d(10, 1),
    )
    assert due(search, "locate_dispatch") == d(10, 13)
    search.step("accept_locate", made.lead, d(10, 9), locate.id)
    assert "two people" in refused(
        search, "dispatch_team", made.lead, d(10, 13), locate.id, kind=Invalid, team="Ada"
    )
    search.step(
        "dispatch_team", made.lead, d(10, 13), locate.id, team="Ada Cole, Ben Dunn", safety="a dog"
    )
    assert (due(search, "locate_visit"), due(search, "locate_outcome")) == (d(10, 16), d(10, 27))
    for day, hour in ((d(10, 14), 9), (d(10, 16), 13), (d(10, 20), 18)):
        assert "Not found needs 3 attempts" in refused(
            search,
            "record_outcome",
            made.member,
            day,
            locate.id,
            kind=Invalid,
            outcome="NOT_LOCATED",
        )
        attempt = {
            "at": at(day, hour),
            "team": "Ada Cole, Ben Dunn",
            "address": "1 Main Street",
            "result": "nobody",
        }
        search.step("record_attempt", made.member, day, locate.id, **attempt)
    assert Clock.objects.get(case=search.case, kind="locate_visit").status == "MET"
    search.step(
        "record_outcome",
        made.member,
        d(10, 27),
        locate.id,
        outcome="NOT_LOCATED",
        findings="three times nobody",
    )
    search.step("hand_back", made.member, d(10, 27), locate.id)
    assert due(search, "locate_accept") == d(10, 29)
    assert Alert.objects.filter(case=search.case, code="HANDBACK", level="supervisor").exists()
    with pytest.raises(Forbidden):
        search.step("accept_handback", made.member, d(10, 28), locate.id)
    search.step("accept_handback", people.worker, d(10, 29), locate.id)
    search.step("close_locate", people.worker, d(10, 30), locate.id, text="certified letter")
    locate.refresh_from_db()
    assert (locate.state, locate.accepted_by, locate.closed_on) == (
        "CLOSED",
        people.worker,
        d(10, 30),
    )
    assert [row.type for row in interventions(cases=[search.case.pk])] == ["LOCATE"]


def test_nobody_is_searched_twice_and_who_was_reached_not_at_all(search, people):
    search.night(d(10, 9))
    assert Locate.objects.count() == 1
    other = Road(search.nights, people, "S2")
    search.nights.sis.student("S2")
    other.night(d(10, 13), d(10, 14), d(10, 15))
    other.step("log_contact", people.worker, d(10, 15), means="phone", result="reached")
    other.night(d(10, 16), d(10, 19))
    assert not Locate.objects.filter(case=other.case).exists()


def test_one_excused_day_is_no_search(road):
    for day in (d(10, 2), d(10, 5), d(10, 6), d(10, 7), d(10, 8)):
        road.nights.sis.absent("S1", day, code="1A" if day == d(10, 6) else "2A")
    road.nights.run(d(10, 8))
    assert not Locate.objects.exists()


def test_who_never_came_is_a_no_show(road):
    days = road.nights.sis.school_days(d(9, 1))[:5]
    road.night(*days)
    assert Locate.objects.get().code == "NO_SHOW"


def test_each_outcome_needs_its_proof_and_a_concern_its_report(search, made, people):
    locate = Locate.objects.get(case=search.case)
    search.step("dispatch_team", made.lead, d(10, 9), locate.id, team="Ada, Ben")
    for outcome, words in (
        ("MOVED_OUT", "moved to"),
        ("ENROLLED_ELSEWHERE", "proof"),
        ("LOCATED_BARRIER", "stands in the way"),
        ("HOMELESS_MV", "liaison"),
    ):
        assert words in refused(
            search,
            "record_outcome",
            made.member,
            d(10, 12),
            locate.id,
            kind=Invalid,
            outcome=outcome,
        )
    search.step(
        "record_outcome",
        made.member,
        d(10, 12),
        locate.id,
        outcome="WELFARE_CONCERN",
        findings="a child alone",
    )
    assert "report to DSS" in refused(search, "hand_back", made.member, d(10, 12), locate.id)
    search.step(
        "report_to_dss",
        made.member,
        d(10, 12),
        locate.id,
        on="2026-10-12",
        to="Mecklenburg DSS, intake 4711",
    )
    search.step("hand_back", made.member, d(10, 12), locate.id)
    assert Disclosure.objects.get(case=search.case).basis == "G.S. 115C-400, 7B-301"
    search.step("search_on", people.worker, d(10, 13), locate.id, reason="look at the aunt's")
    assert (Locate.objects.get().state, due(search, "locate_outcome")) == ("DISPATCHED", d(10, 27))


def test_the_team_sees_the_request_and_never_the_case(search, made, people, client):
    locate = Locate.objects.get(case=search.case)
    assert not rights.visible(made.member).exists()
    client.force_login(made.member, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/cases/{search.case.number}").status_code == 404
    assert client.get("/").url == "/desk/locate/"
    assert "TestS1" in client.get("/desk/locate/", follow=True).content.decode()
    page = Page(client.get(f"/desk/locate/{locate.id}/", follow=True))
    assert "704-555-0101" in page.text
    assert "L3" not in page.text
    assert client.get(f"/desk/locate/{locate.id}/accept_locate/").status_code == 404, (
        "only the lead accepts"
    )
    with pytest.raises(Forbidden):
        act(search.case.number, "add_note", actor=made.member, data={"text": "x"}, on=d(10, 9))
    with pytest.raises(UnknownCase):
        act(search.case.number, "add_note", actor=people.stranger, data={"text": "x"}, on=d(10, 9))
    client.force_login(people.stranger, backend="django.contrib.auth.backends.ModelBackend")
    for address in (
        "/desk/locate/",
        f"/desk/locate/{locate.id}/",
        "/desk/nothing/",
        "/desk/mediation/",
    ):
        assert client.get(address).status_code == 404, address


def test_the_ten_day_rule_holds_a_withdrawal(search, made, people):
    days = [day for day in search.nights.sis.school_days(d(10, 20)) if day > d(10, 8)]
    search.night(*days)
    assert ten_day_list([search.case.school_id], d(10, 20))[0].run == 5 + len(days)
    search.nights.sis.tables["enrollments"][0]["exit_date"] = "2026-10-20"
    search.nights.run(d(10, 21))
    search.nights.run(d(10, 22))
    assert search.case.closed_on is None
    assert Event.objects.filter(case=search.case, name="flag_withdrawal").count() == 1
    assert "established" in refused(
        search, "confirm_withdrawal", people.principal, d(10, 22), reason="x"
    )
    locate = Locate.objects.get(case=search.case)
    search.step("dispatch_team", made.lead, d(10, 22), locate.id, team="Ada, Ben")
    search.step(
        "record_outcome",
        made.member,
        d(10, 23),
        locate.id,
        outcome="ENROLLED_ELSEWHERE",
        proof="record request of Union County",
    )
    search.step("confirm_withdrawal", people.principal, d(10, 23), reason="record request")
    assert (search.case.state, search.case.closed_reason) == ("CLOSED", "WITHDRAWN")


def test_sixteen_year_olds_may_be_withdrawn(search):
    search.nights.sis.tables["students"][0]["dob"] = "2010-01-01"
    days = [day for day in search.nights.sis.school_days(d(10, 20)) if day > d(10, 8)]
    search.night(*days)
    search.nights.sis.tables["enrollments"][0]["exit_date"] = "2026-10-20"
    search.nights.run(d(10, 21))
    assert search.case.closed_reason == "WITHDRAWN"


# -- the conference and its plan (A2.4) ------------------------------------------------------------

PLAN = {
    "goal_percent": "95",
    "goal_unexcused": "1",
    "resources": "bus pass",
    "actions": [
        {"what": "call each morning", "owner": "counselor", "due": "2026-12-18"},
        {"what": "bus pass", "owner": "SSW", "due": "2026-12-04"},
    ],
}


@pytest.fixture
def planned(road, people) -> Road:
    """Ten days, the conference held on 1 December, the plan signed on the 3rd."""
    road.night(*TEN)
    arc = road.process("ARC")
    road.step(
        "schedule_conference",
        people.worker,
        d(11, 23),
        arc,
        on="2026-11-30",
        at="10:00",
        place="Room 1",
        language="es",
    )
    road.step(
        "reschedule_conference",
        people.worker,
        d(11, 30),
        arc,
        reason="the mother works",
        on="2026-12-01",
        at="15:00",
        place="Room 1",
    )
    road.step("hold_conference", people.worker, d(12, 1), arc, **HELD | {"on": "2026-12-01"})
    road.step("draft_plan", people.worker, d(12, 1), arc, **PLAN)
    return road.step(
        "sign_plan",
        people.worker,
        d(12, 3),
        arc,
        on="2026-12-03",
        parent="signed",
        student="refused",
        language="es",
    )


def test_conference_and_plan(planned, people):
    arc = Arc.objects.get()
    assert (arc.state, arc.attempts, arc.counts["unexcused"], arc.parent_signature) == (
        "PLAN_SIGNED",
        2,
        10,
        "signed",
    )
    assert [a.cancelled_at is None for a in Appointment.objects.order_by("starts_at")] == [
        False,
        True,
    ]
    assert set(Document.objects.values_list("code", "language")) >= {
        ("ARC_INVITATION", "es"),
        ("ARC_RESCHEDULE", "es"),
        ("ARC_PLAN", "es"),
    }
    assert (due(planned, "arc_sign"), due(planned, "arc_review")) == (d(12, 4), date(2027, 1, 14))
    planned.step("start_plan", people.worker, d(12, 4), arc.id, on="2026-12-04")
    row = arc.actions.get(owner="SSW")
    planned.step(
        "action_done", people.worker, d(12, 4), arc.id, action=str(row.id), on="2026-12-04"
    )
    planned.step(
        "review_plan", people.worker, date(2027, 1, 14), arc.id, verdict="partly", text="better"
    )
    review = arc.reviews.get()
    assert (
        review.before["days"],
        review.before["unexcused"],
        review.after["days"],
        review.after["percent"],
    ) == (20, 2, 20, "100.00")
    assert due(planned, "arc_review") == date(2027, 2, 17), "then every 20 school days"
    planned.step("fail_plan", people.worker, date(2027, 1, 20), arc.id, reason="does not help")
    assert planned.case.tasks.filter(kind="NEXT_STEP", status="OPEN").exists(), (
        "somebody must say what comes next"
    )
    assert {
        row.type
        for row in interventions(schools=[planned.case.school_id], types=[Type.ARC, Type.PLAN])
    } == {"ARC", "PLAN"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"attendees": ["ssw", "administrator"]}, "parent or the student"),
        ({"disability": "suspected"}, "IEP or 504"),
        ({"attendees": ["ssw", "administrator", "student"]}, "without the parent"),
        ({"notified": ""}, "required"),
    ],
)
def test_a_conference_is_complete_or_not_held(road, people, wrong, words):
    road.night(*TEN)
    arc = road.process("ARC")
    road.step(
        "schedule_conference",
        people.worker,
        d(11, 23),
        arc,
        on="2026-11-30",
        at="10:00",
        place="Room 1",
    )
    assert words in refused(
        road,
        "hold_conference",
        people.worker,
        d(11, 30),
        arc,
        kind=Invalid,
        **HELD | {"on": "2026-11-30"} | wrong,
    )


def test_a_suspected_disability_stands_against_a_referral(road, people):
    road.night(*TEN)
    arc = road.process("ARC")
    road.step(
        "schedule_conference",
        people.worker,
        d(11, 23),
        arc,
        on="2026-11-30",
        at="10:00",
        place="Room 1",
    )
    data = HELD | {
        "on": "2026-11-30",
        "disability": "suspected",
        "outcomes": ["PLAN_AGREED", "REFER_IEP_504"],
    }
    road.step("hold_conference", people.worker, d(11, 30), arc, **data)
    assert "disability_related_pending" in road.case.exclusions


# -- goals met, relapse (C7-C9), reopening (C14) ---------------------------------------------------


@pytest.fixture
def monitored(planned, people) -> Road:
    assert "has run for" in refused(planned, "monitor", people.worker, date(2027, 1, 4), reason="x")
    return planned.step("monitor", people.worker, date(2027, 1, 20), reason="came every day")


def test_goals_met_and_closed_as_improved(monitored, people):
    assert (monitored.case.state, due(monitored, "monitor")) == ("MONITOR", date(2027, 2, 22))
    sweep(datetime(2027, 2, 22, 20, tzinfo=UTC))
    assert monitored.case.state == "MONITOR"
    sweep(datetime(2027, 2, 23, 20, tzinfo=UTC))
    assert (monitored.case.state, monitored.case.closed_reason) == ("CLOSED", "IMPROVED")
    assert {"STEP_DOWN", "CLOSING"} <= set(Document.objects.values_list("code", flat=True))
    assert Clock.objects.get(case=monitored.case, kind="monitor").status == "MET"
    monitored.step("reopen", people.worker, date(2027, 3, 1), reason="the grandmother called")
    assert (monitored.case.state, monitored.case.episode) == ("TIER3", 2)
    assert due(monitored, "arc_schedule") > date(2027, 3, 1)


def test_relapse(monitored):
    monitored.night(date(2027, 1, 21))
    assert monitored.case.state == "MONITOR"
    monitored.night(date(2027, 1, 28))
    assert monitored.case.state == "TIER3"
    assert Clock.objects.get(case=monitored.case, kind="monitor").status == "CANCELLED"


# -- mediation (A-25, A-26, A2.6) ------------------------------------------------------------------


def refer(road: Road, made, on: date):
    """A mediation that was agreed: referred on a day."""
    road.step(
        "refer_mediation",
        road.people.worker,
        on,
        provider=str(made.provider.pk),
        reason="the plan did not help",
    )
    return road.process("MEDIATION")


def to_agreement(road: Road, made, mediation, session: date) -> None:
    mediator, iso = made.mediator_user, session.isoformat()
    road.step(
        "accept_referral",
        road.people.worker,
        session - timedelta(days=3),
        mediation,
        mediator=str(made.mediator.pk),
    )
    road.step(
        "find_eligible",
        mediator,
        session - timedelta(days=2),
        mediation,
        consent_on=iso[:8] + "01",
        conflict_checked_on=iso[:8] + "01",
    )
    road.step(
        "schedule_mediation",
        mediator,
        session - timedelta(days=2),
        mediation,
        on=iso,
        at="16:00",
        place="Center",
    )
    road.step("hold_mediation", mediator, session, mediation, on=iso)
    road.step(
        "agree",
        mediator,
        session,
        mediation,
        on=iso,
        agreement="She comes by bus; the school calls.",
        signed="on",
    )


@pytest.mark.scenario("A-25")
def test_mediation(road, made, people):
    road.night(*TEN)
    mediation = refer(road, made, d(2, 16))
    assert (due(road, "mediation_accept"), due(road, "mediation_session")) == (d(2, 19), d(3, 9))
    assert Disclosure.objects.get(case=road.case).to == "Dispute Settlement Center"
    to_agreement(road, made, mediation, d(3, 9))
    assert [due(road, f"mediation_{n}") for n in (30, 60, 90)] == [d(4, 8), d(5, 8), d(6, 7)]
    for on, state in ((d(4, 8), "FOLLOWUP_30"), (d(5, 7), "FOLLOWUP_60"), (d(6, 7), "FOLLOWUP_90")):
        road.step("follow_up", made.mediator_user, on, mediation, kept="yes")
        assert Mediation.objects.get().state == state
    assert set(
        Clock.objects.filter(
            case=road.case, kind__in=["mediation_30", "mediation_60", "mediation_90"]
        ).values_list("status", flat=True)
    ) == {"MET"}
    road.step("keep", made.mediator_user, d(6, 7), mediation, confirm="on")
    road.step("close_mediation", people.worker, d(6, 8), mediation, text="exit interview held")
    assert "MEDIATION" in {row.type for row in interventions(cases=[road.case.pk])}


@pytest.mark.scenario("A-26")
def test_a_follow_up_beyond_the_year_is_carried_over(road, made, people):
    road.night(*TEN)
    mediation = refer(road, made, d(4, 5))
    to_agreement(road, made, mediation, d(4, 15))
    assert (due(road, "mediation_30"), due(road, "mediation_60")) == (d(5, 15), d(6, 10))
    assert not Clock.objects.filter(case=road.case, kind="mediation_90").exists()
    for on in (d(5, 14), d(6, 10)):
        road.step("follow_up", made.mediator_user, on, mediation, kept="yes")
    assert [row.which for row in Mediation.objects.get().follow_ups.order_by("on")] == [
        "30",
        "YEAR_END",
    ]
    assert "next one" in refused(
        road, "keep", made.mediator_user, d(6, 10), mediation, confirm="on"
    )
    year = SchoolYear.objects.get()
    sweep(datetime(2027, year.ends.month, year.ends.day, 12, tzinfo=UTC) + timedelta(days=1))
    old = AttendanceCase.objects.get(school_year=2026)
    assert old.closed_reason == "YEAR_END"
    assert not made.mediator_user.caseuserpermission_set.filter(
        content_object_id=old.pk
    ).exists(), "the mediator's access ended with the case"
    SchoolYear.objects.create(year=2027, starts=date(2027, 7, 1), ends=date(2028, 6, 30))
    assert carry_over(date(2027, 8, 2)) == 1
    assert carry_over(date(2027, 8, 3)) == 0, "once"
    new = AttendanceCase.objects.get(school_year=2027)
    carried = Mediation.objects.get(case=new)
    assert (new.prior_year_tier3, carried.state, carried.carried_from_id) == (
        True,
        "FOLLOWUP_90",
        mediation,
    )
    assert Clock.objects.get(case=new, kind="mediation_first").n == 10
    act(
        new.number,
        "first_review",
        actor=made.mediator_user,
        data={"kept": "yes"},
        process=carried.id,
        on=date(2027, 9, 3),
    )
    act(
        new.number,
        "keep",
        actor=people.worker,
        data={"confirm": "on"},
        process=carried.id,
        on=date(2027, 9, 3),
    )


def test_no_agreement_with_ten_days_opens_the_legal_review(road, made, people):
    road.night(*TEN)
    mediation = refer(road, made, d(2, 16))
    road.step("accept_referral", people.worker, d(2, 17), mediation, mediator=str(made.mediator.pk))
    road.step(
        "find_eligible",
        made.mediator_user,
        d(2, 18),
        mediation,
        consent_on="2027-02-18",
        conflict_checked_on="2027-02-18",
    )
    road.step(
        "schedule_mediation",
        made.mediator_user,
        d(2, 18),
        mediation,
        on="2027-03-01",
        at="16:00",
        place="Center",
    )
    road.step("hold_mediation", made.mediator_user, d(3, 1), mediation, on="2027-03-01")
    road.step("no_agreement", made.mediator_user, d(3, 1), mediation, on="2027-03-01")
    assert (road.case.state, Clock.objects.get(case=road.case, kind="finding").day0) == (
        "LEGAL_REVIEW",
        d(3, 1),
    )
    with pytest.raises(UnknownCase):
        road.step("breach_agreement", made.mediator_user, d(3, 2), mediation, on="2027-03-02")


def test_the_mediator_sees_the_packet_and_nothing_else(road, made, people, client):
    road.night(*TEN)
    mediation = refer(road, made, d(2, 16))
    client.force_login(made.mediator_user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/desk/mediation/{mediation}/").status_code == 404, (
        "not theirs before the provider accepts"
    )
    road.step("accept_referral", people.worker, d(2, 17), mediation, mediator=str(made.mediator.pk))
    packet = client.get(f"/mediations/{mediation}/packet")
    assert packet.status_code == 200
    assert b"".join(packet.streaming_content).startswith(b"%PDF")
    assert client.get(f"/desk/mediation/{mediation}/").status_code == 200
    assert client.get(f"/cases/{road.case.number}").status_code == 404
    assert not rights.visible(made.mediator_user).exists()
    assert client.get("/desk/locate/").status_code == 404
    with pytest.raises(Forbidden):
        act(
            road.case.number,
            "log_contact",
            actor=made.mediator_user,
            data={"means": "phone", "result": "reached"},
            on=d(2, 18),
        )


def test_no_provider_without_access_and_memorandum(road, made, people):
    road.night(*TEN)
    made.provider.mous.update(ends=d(2, 1))
    data = {"provider": str(made.provider.pk), "reason": "x"}
    assert "provider" in refused(
        road, "refer_mediation", people.worker, d(2, 16), kind=Invalid, **data
    )


# -- court programme, partners, notes, law ---------------------------------------------------------


def test_court_programme(road, made, people):
    road.night(*TEN)
    assert "18 absences" in refused(road, "offer_court", people.worker, d(11, 23), reason="x")
    days = [day for day in road.nights.sis.school_days(d(12, 18)) if day > d(11, 20)][:8]
    road.night(days[-1])
    for day in days:
        road.nights.sis.absent("S1", day)
    road.nights.run(d(12, 18))
    road.step("offer_court", people.worker, d(12, 18), reason="the family asked for it")
    court = road.process("COURT")
    road.step("consent", people.worker, d(12, 18), court, on="2026-12-18")
    road.step("enroll", made.court, d(12, 18), court, judge="Judge Hall", place="Library, 8:00")
    on = d(1, 8)
    for number in range(8):
        left = (
            "1 session is still to come."
            if number == 7
            else f"{8 - number} sessions are still to come."
        )
        assert (
            (left in refused(road, "complete_court", made.court, on, court, text="x"))
            if number
            else True
        )
        road.step("record_session", made.court, on, court, on=on.isoformat(), came="yes")
        assert Clock.objects.filter(
            case=road.case, kind="court_session", status="RUNNING"
        ).get().due == on + timedelta(days=7)
        on += timedelta(days=7)
    road.step("complete_court", made.court, on, court, text="finished")
    assert {(row.type, row.on) for row in interventions(cases=[road.case.pk], types=["COURT"])} == {
        ("COURT", d(12, 18))
    }


def test_partner_referral_and_its_intake(road, made, people):
    road.night(*TEN[:3])
    data = {
        "partner": str(made.partner.pk),
        "reason": "they lose the flat",
        "consent_on": "2026-09-11",
    }
    road.step("refer_partner", people.worker, d(9, 11), **data)
    referral = road.process("PARTNER")
    assert due(road, "partner_intake") == d(9, 28)
    road.step("receive", people.worker, d(9, 18), referral, on="2026-09-18")
    road.step("end_referral", people.worker, d(10, 9), referral, text="moved into two rooms")
    assert road.case.processes.get(pk=referral).state == "ENDED"
    elsewhere = School.objects.get(school_id="2")
    made.partner.serves.update(school=elsewhere)
    assert "partner" in refused(
        road,
        "refer_partner",
        people.worker,
        d(10, 12),
        kind=Invalid,
        **data | {"consent_on": "2026-10-12"},
    )


@pytest.mark.scenario("A-33")
def test_late_note(road, people):
    road.night(d(9, 1), d(9, 3), d(9, 10))
    note = {
        "kind": "parent",
        "first_day": "2026-10-09",
        "last_day": "2026-10-09",
        "returned_on": "2026-10-13",
        "received_on": "2026-10-21",
    }
    road.step("record_note", people.mailer, d(10, 21), **note)
    kept = ExcuseNote.objects.get()
    assert (kept.due, kept.verdict, road.case.tasks.filter(kind="ENTER_NOTE").count()) == (
        d(10, 20),
        "LATE",
        0,
    )
    with pytest.raises(Forbidden):
        road.step("override_note", people.worker, d(10, 21), note=str(kept.id), reason="x")
    assert "reason" in refused(
        road,
        "override_note",
        people.principal,
        d(10, 21),
        kind=Invalid,
        note=str(kept.id),
        reason="",
    )
    road.step(
        "override_note",
        people.principal,
        d(10, 21),
        note=str(kept.id),
        reason="the mother was in hospital",
    )
    kept.refresh_from_db()
    assert (
        kept.verdict,
        kept.decided_by,
        road.case.tasks.filter(kind="ENTER_NOTE", status="OPEN").count(),
    ) == (
        "OVERRIDDEN",
        people.principal,
        1,
    )
    road.step("note_entered", people.mailer, d(10, 22), confirm="on")
    assert Clock.objects.get(case=road.case, kind="note_entry").status == "MET"
    road.step("record_note", people.mailer, d(10, 21), **note | {"received_on": "2026-10-20"})
    assert ExcuseNote.objects.latest("received_on").verdict in ("TIMELY", "OVERRIDDEN")


def test_the_indigency_claim_is_inquired_into(road, people):
    road.night(*TEN)
    road.step(
        "record_exclusion",
        people.worker,
        d(11, 23),
        exclusion="indigency_claim",
        stands="yes",
        reason="affidavit",
    )
    assert due(road, "inquiry") == d(12, 10)
    road.step(
        "record_inquiry",
        people.worker,
        d(12, 1),
        result="not confirmed",
        reason="the father works full time",
    )
    assert (road.case.exclusions, Clock.objects.get(case=road.case, kind="inquiry").status) == (
        [],
        "MET",
    )


def test_good_faith_may_open_a_mediation_and_a_juvenile_complaint(planned, made, people):
    planned.step("open_legal_review", people.worker, d(12, 4), reason="ten days")
    assert "provider" in refused(
        planned,
        "find_good_faith",
        people.principal,
        d(12, 7),
        kind=Invalid,
        reason="they try",
        opens=["mediation"],
    )
    data = {
        "reason": "they try",
        "opens": ["mediation", "juvenile"],
        "provider": str(made.provider.pk),
    }
    planned.step("find_good_faith", people.principal, d(12, 7), **data)
    assert planned.case.state == "TIER3"
    assert Mediation.objects.get().packet is not None
    data = {
        "task": "JUVENILE_COMPLAINT",
        "on": "2026-12-08",
        "to": "Juvenile court counselor",
        "what": "habitually absent",
        "basis": "Chapter 7B",
    }
    planned.step("disclose", people.principal, d(12, 8), **data)
    assert Disclosure.objects.get(to="Juvenile court counselor").document.code == "REFERRAL"


def test_the_referral_bears_who_verified_it(planned, people):
    planned.deliver(d(12, 4))
    planned.step("open_legal_review", people.worker, d(12, 7), reason="ten days")
    planned.step(
        "verify_referral", people.worker, d(12, 7), facts="no answer to anything", confirm="on"
    )
    planned.step("refer", people.principal, d(12, 9), reason="no good faith")
    data = {
        "task": "NOTIFY_DA",
        "on": "2026-12-10",
        "to": "District Attorney",
        "what": "notices, dates, finding",
        "basis": "G.S. 115C-378",
    }
    planned.step("disclose", people.principal, d(12, 10), **data)
    document = Disclosure.objects.get(to="District Attorney").document
    assert document.data["verified_by"] == people.worker.get_full_name()
    assert [row["code"] for row in document.data["notices"]]
