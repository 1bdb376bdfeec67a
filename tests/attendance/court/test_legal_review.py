"""Before the law: the good-faith finding, the referral with every guard refused once, corrections
afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from attendance.models import Notice
from casework.engine.errors import Forbidden, NotNow
from casework.engine.services import act
from casework.models import Alert, Clock, Event


def d(month: int, day: int) -> date:
    return date(2026 if month > 6 else 2027, month, day)


HELD = {
    "attendees": ["ssw", "administrator", "parent"],
    "causes": ["transport"],
    "disability": "no",
    "notified": "yes",
    "outcomes": ["PLAN_AGREED"],
    "minutes": "The bus comes too early; the uncle can drive.",
}


class Road:
    """A student on the way to ten unexcused days; letters go out and arrive as a test wants."""

    def __init__(self, nights, people, student: str = "S1") -> None:
        self.nights, self.people, self.student = nights, people, student

    @property
    def case(self):
        return self.nights.case(self.student)

    def process(self, kind: str):
        """The id of the latest process of a kind."""
        return self.case.processes.filter(kind=kind).latest("opened_on").id

    def night(self, *days: date) -> Road:
        for day in days:
            self.nights.sis.absent(self.student, day)
            self.nights.run(day)
        return self

    def step(self, name: str, who, today: date, process=None, /, **data) -> Road:
        act(
            self.case.number,
            name,
            actor=type(who).objects.get(pk=who.pk),
            data=data,
            process=process,
            on=today,
        )
        return self

    def deliver(self, on: date, but: str = "") -> Road:
        p = self.people
        for notice in Notice.objects.filter(case=self.case, closed_on=None, state="DUE").order_by(
            "detected_on"
        ):
            for name, who, data in (
                ("draft", p.worker, {"language": "en"}),
                ("sign", p.principal, {"confirm": "on"}),
                ("send", p.mailer, {"on": on.isoformat(), "means": "mail"}),
            ):
                self.step(name, who, on, notice.id, **data)
            if but and but in notice.covers:
                self.step(
                    "come_back",
                    p.mailer,
                    on + timedelta(days=4),
                    notice.id,
                    on=(on + timedelta(days=4)).isoformat(),
                )
            else:
                self.step(
                    "deliver",
                    p.mailer,
                    on + timedelta(days=3),
                    notice.id,
                    on=(on + timedelta(days=3)).isoformat(),
                )
        return self


@pytest.fixture
def road(nights, people) -> Road:
    return Road(nights, people)


def to_review(road: Road, but: str = "") -> Road:
    """Ten days by 20 November, letters out at 3, 6 and 10, the conference held, the review open."""
    p = road.people
    road.night(d(9, 1), d(9, 3), d(9, 10)).deliver(d(9, 11))
    road.night(d(9, 22), d(9, 29), d(10, 6)).deliver(d(10, 7), but=but)
    road.night(d(10, 13), d(10, 20), d(11, 9), d(11, 20)).deliver(d(11, 23))
    arc = road.process("ARC")
    road.step(
        "schedule_conference", p.worker, d(11, 24), arc, on="2026-12-01", at="10:00", place="Room 1"
    )
    road.step("hold_conference", p.worker, d(12, 1), arc, **HELD | {"on": "2026-12-01"})
    return road.step("open_legal_review", p.worker, d(12, 3), reason="ten days, conference held")


def refused(road: Road, name: str, who, today: date, kind=NotNow, /, **data) -> str:
    with pytest.raises(kind) as found:
        road.step(name, who, today, **data)
    return str(found.value)


@pytest.mark.scenario("A-21")
def test_not_good_faith(road, people):
    to_review(road)
    assert Clock.objects.get(case=road.case, kind="finding").due == d(12, 10)
    refused(road, "refer", people.worker, d(12, 10), Forbidden, reason="x")
    road.step("refer", people.principal, d(12, 10), reason="no answer to anything")
    assert road.case.state == "LEGAL_REFERRED"
    assert {
        clock.due for clock in Clock.objects.filter(case=road.case, kind__startswith="notify_")
    } == {d(12, 14)}
    for task, to in (
        ("NOTIFY_DA", "District Attorney"),
        ("NOTIFY_DSS", "Director of Social Services"),
    ):
        road.step(
            "disclose",
            people.principal,
            d(12, 14),
            task=task,
            on="2026-12-14",
            to=to,
            what="notices, dates, finding",
            basis="G.S. 115C-378",
        )
    assert set(
        Clock.objects.filter(case=road.case, kind__startswith="notify_").values_list(
            "status", flat=True
        )
    ) == {"MET"}
    assert Event.objects.filter(case=road.case, name="disclose").count() == 2
    assert refused(
        road,
        "disclose",
        people.principal,
        d(12, 15),
        task="NOTIFY_DA",
        on="2026-12-15",
        to="x",
        what="x",
        basis="x",
    )


def test_good_faith_goes_back_to_help(road, people):
    to_review(road).step(
        "find_good_faith", people.principal, d(12, 10), reason="they came to every meeting"
    )
    assert (road.case.state, Clock.objects.get(case=road.case, kind="finding").status) == (
        "TIER3",
        "MET",
    )


@pytest.mark.scenario("A-22")
def test_missing_prerequisite(road, people):
    to_review(road, but="L6")
    words = refused(road, "refer", people.principal, d(12, 10), reason="x")
    assert "L6: RETURNED" in words
    assert "L3" not in words


def test_the_review_needs_the_conference_or_two_attempts_by_two_means(road, people):
    road.night(
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
    assert "two attempts" in refused(road, "open_legal_review", people.worker, d(12, 3), reason="x")
    for means in ("phone", "visit"):
        road.step("log_contact", people.worker, d(12, 2), means=means, result="no_answer")
    assert "not on record" in refused(
        road, "open_legal_review", people.worker, d(12, 3), reason="x"
    )
    road.step(
        "not_held",
        people.worker,
        d(12, 3),
        road.process("ARC"),
        reason="nobody opened, nobody called back",
    )
    road.step("open_legal_review", people.worker, d(12, 3), reason="nobody came")


@pytest.mark.scenario("A-20")
def test_age_guard(nights, people):
    for number, dob, grade in (
        ("S1", "2010-11-15", "10"),
        ("K1", "2021-06-01", "K"),
        ("P1", "2021-06-01", "PK"),
    ):
        if number == "S1":
            nights.sis.tables["students"][0] |= {"dob": dob, "grade": grade}
        else:
            nights.sis.student(number, dob=dob, grade=grade)
    days = (
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
    for day in days:
        for number in ("S1", "K1", "P1"):
            nights.sis.absent(number, day)
    nights.run(d(11, 20))
    for number, covered in (("S1", False), ("K1", True), ("P1", False)):
        road = Road(nights, people, number)
        assert {"SCHEDULE_ARC", "HOLD_ARC"} <= set(
            road.case.tasks.values_list("kind", flat=True)
        ), "the conference is for everybody"
        for means in ("phone", "visit"):
            road.step("log_contact", people.worker, d(11, 23), means=means, result="no_answer")
        road.step("not_held", people.worker, d(11, 24), road.process("ARC"), reason="nobody came")
        if covered:
            road.step("open_legal_review", people.worker, d(11, 24), reason="x")
        else:
            assert "NOT_COMPULSORY_AGE" in refused(
                road, "open_legal_review", people.worker, d(11, 24), reason="x"
            )


def test_exclusions_stand_in_the_way(road, people):
    to_review(road).step(
        "record_exclusion",
        people.worker,
        d(12, 4),
        exclusion="indigency_claim",
        stands="yes",
        reason="affidavit",
    )
    assert "must work" in refused(road, "refer", people.principal, d(12, 10), reason="x")
    road.step(
        "record_exclusion",
        people.worker,
        d(12, 9),
        exclusion="indigency_claim",
        stands="no",
        reason="inquiry recorded",
    )
    road.step("refer", people.principal, d(12, 10), reason="x")


@pytest.mark.scenario("A-41")
def test_correction_after_legal_referral(road, people):
    to_review(road).step("refer", people.principal, d(12, 10), reason="x")
    road.nights.sis.absent("S1", d(9, 1), d(9, 3), code="1A")
    road.nights.run(d(12, 11))
    road.nights.run(date(2027, 1, 6))
    assert road.case.state == "LEGAL_REFERRED"
    assert Alert.objects.filter(case=road.case, code="INFORM_CORRECTION").count() == 1


@pytest.mark.scenario("A-41")
def test_the_authorities_are_told_within_a_work_day(road, people):
    to_review(road).step("refer", people.principal, d(12, 10), reason="x")
    road.nights.sis.absent("S1", d(9, 1), d(9, 3), code="1A")
    road.nights.run(date(2027, 1, 6))
    clock = Clock.objects.get(case=road.case, kind="inform_correction")
    assert clock.due == date(2027, 1, 7)
    road.step(
        "disclose",
        people.principal,
        date(2027, 1, 7),
        task="INFORM_CORRECTION",
        on="2027-01-07",
        to="DA and DSS",
        what="the corrected record",
        basis="G.S. 115C-378",
    )
    clock.refresh_from_db()
    assert clock.status == "MET"


def test_a_letter_that_came_back_is_not_sent_again_when_its_days_were_excused(road, people):
    """A3.3: it would say what is no longer so."""
    road.night(d(9, 1), d(9, 3), d(9, 10)).deliver(d(9, 11))
    road.night(d(9, 22), d(9, 29), d(10, 6)).deliver(d(10, 7), but="L6")
    notice = Notice.objects.get(case=road.case, covers__contains=["L6"])
    assert road.case.tasks.filter(kind="CONFIRM_ADDRESS", status="OPEN").exists()
    for day in (d(9, 22), d(9, 29)):
        road.nights.sis.absent("S1", day, code="1A")
    road.nights.run(d(10, 20))
    notice.refresh_from_db()
    assert (notice.state, notice.superseded_on, notice.closed_on) == (
        "RETURNED",
        d(10, 20),
        d(10, 20),
    )
    assert road.case.tasks.get(kind="CONFIRM_ADDRESS").status == "CANCELLED"
    with pytest.raises(NotNow, match="corrected after this letter went out"):
        road.step("reissue", people.worker, d(10, 21), notice.id, reason="new address")
    road.night(d(11, 4), d(11, 5))
    fresh = Notice.objects.get(case=road.case, covers__contains=["L6"], superseded_on=None)
    assert (fresh.state, len(fresh.cited)) == ("DUE", 6)


def test_a_correction_is_flagged_also_while_nobody_holds_the_case(road, people):
    road.night(d(9, 1), d(9, 3), d(9, 10), d(9, 22), d(9, 29), d(10, 6)).deliver(d(10, 7))
    road.step(
        "hold_case", people.supervisor, d(10, 8), until="2026-10-30", reason="the family is away"
    )
    for day in (d(9, 22), d(9, 29)):
        road.nights.sis.absent("S1", day, code="1A")
    road.nights.run(d(10, 20))
    assert road.case.state == "ON_HOLD"
    assert Event.objects.filter(case=road.case, name="flag_correction").count() == 1
    assert road.case.tasks.filter(kind="REVIEW_CORRECTION", status="OPEN").exists()
