"""Reports that belong together, cases that go up and come back, and another pack of rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.audit import hash_chain
from casework.engine import allowed_moves
from casework.engine.errors import Invalid
from casework.models import Document
from casework.scheduler.run import sweep
from district.models import School
from tests.titleix.conftest import HARASSMENT, KNOWN, SEXUAL, Walk, day
from tests.titleix.lives import complaint, investigated, refused, school_found
from titleix.case.open_report import open_report
from titleix.kind import TITLE_IX
from titleix.models import Delivery, Record, TitleIXCase
from titleix.rules import rule_versions
from titleix.workflow import TitleIXWorkflow


def another(staff, known: datetime = KNOWN) -> Walk:
    people = [
        {"part": "complainant", "kind": "student", "name": "Ada Finch", "address": "1 Elm Street"},
        {
            "part": "respondent",
            "kind": "student",
            "name": "Cole Barrett",
            "address": "9 Oak Street",
        },
    ]
    case = open_report(
        school=School.objects.get(school_id="1"),
        narrative="same",
        knowledge_at=known,
        channel="form",
        now=known,
        people=people,
    )
    return Walk(case, staff)


@pytest.mark.scenario("T-42")
def test_retaliation_is_a_report_of_its_own(report, staff):
    walk = complaint(report)
    data = {
        "party": walk.party("complainant"),
        "by": [walk.party("respondent")],
        "on": "2026-11-02",
        "narrative": "They wait for her.",
    }
    walk("report_retaliation", staff.coordinator, "2026-11-02", **data)
    new = TitleIXCase.objects.get(linked=walk.case)
    assert (new.link, new.state, new.clocks.get(kind="screening").day0) == (
        "RETALIATION",
        "RECEIVED",
        day("2026-11-02"),
    )
    assert sorted(new.parties.values_list("part", flat=True)) == ["complainant", "respondent"]
    assert walk.clock("district_investigation").day0 == day("2026-09-08")
    assert "wait for her" not in str(list(walk.case.events.values_list("data", flat=True)))


@pytest.mark.scenario("T-40")
def test_a_new_allegation_needs_a_supplemental_notice(report, staff):
    walk = investigated(report)
    due = walk.clock("district_investigation").due
    assert "already" in refused(
        walk, "send_supplement", staff.coordinator, "2026-09-17", on="2026-09-17", means="mail"
    )
    walk("allege", staff.investigator, "2026-09-17", text="a second act")
    said = {
        "party": walk.party("respondent"),
        "on": "2026-09-21",
        "notice_on": "2026-09-17",
        "text": "said",
    }
    refused(walk, "interview", staff.investigator, "2026-09-21", Invalid, **said)
    walk("interview", staff.investigator, "2026-09-21", **said, without_new="on")
    assert "no notice" in refused(
        walk, "send_evidence", staff.investigator, "2026-09-21", on="2026-09-21", means="mail"
    )
    walk.sent("send_supplement", staff.coordinator, "2026-09-22")
    walk("interview", staff.investigator, "2026-09-25", **(said | {"on": "2026-09-25"}))
    assert walk.clock("district_investigation").due == due
    assert (
        Delivery.objects.filter(
            case=walk.case, code="NOTICE_SUPPLEMENT", document__isnull=False
        ).count()
        == 2
    )


@pytest.mark.scenario("T-41")
def test_closing_is_refused_while_one_family_was_not_told(screened, staff):
    walk = school_found(screened()).sent("notify_outcome", staff.coordinator, "2026-10-02")
    walk(
        "add_person",
        staff.coordinator,
        "2026-10-02",
        part="respondent",
        kind="student",
        name="A Second",
        language="en",
    )
    assert "Respondent 2" in refused(
        walk, "close_inquiry", staff.coordinator, "2026-10-05", reason="done"
    )


def test_the_earliest_day0_wins_in_a_merge_and_goes_back_when_it_is_undone(report, staff):
    walk, other = complaint(report), another(staff, datetime(2026, 9, 3, 14, tzinfo=UTC))
    other("triage", staff.coordinator, "2026-09-09")
    other("screen", staff.coordinator, "2026-09-09", **(HARASSMENT | {"duplicate_of": walk.number}))
    clock = walk.clock("district_investigation", "RUNNING")
    assert (other.state, clock.day0, clock.due, clock.rebased_from) == (
        "MERGED",
        day("2026-09-03"),
        day("2026-11-02"),
        day("2026-09-08"),
    )
    other("unmerge", staff.coordinator, "2026-09-20", reason="another incident")
    assert walk.clock("district_investigation", "RUNNING").day0 == day("2026-09-08")
    assert list(hash_chain.breaks([walk.number, other.number])) == []


def test_complaints_from_the_same_facts_are_consolidated(report, staff):
    walk, other = complaint(report), complaint(another(staff))
    for one in (walk, other):
        one("allege", staff.coordinator, "2026-09-09", text="pictures")
    walk.sent("send_notice", staff.coordinator, "2026-09-10")
    other(
        "consolidate",
        staff.coordinator,
        "2026-09-10",
        number=walk.number,
        reason="one incident",
        same_facts="on",
    )
    assert (other.state, other.case.link) == ("MERGED", "CONSOLIDATED")
    assert set(walk.case.parties.values_list("part", "number")) == {
        ("complainant", 1),
        ("complainant", 2),
        ("respondent", 1),
    }
    walk.sent("send_supplement", staff.coordinator, "2026-09-11")
    assert Delivery.objects.filter(case=walk.case, code="NOTICE_SUPPLEMENT").count() == 3


def test_a_complaint_outside_the_rule_is_dismissed_and_the_school_goes_on(report, staff):
    report("triage", staff.coordinator, "2026-09-09")(
        "screen", staff.coordinator, "2026-09-09", **(HARASSMENT | {"q2": "N"})
    )
    walk = report.assign("school_investigator", staff.school, "2026-09-10")(
        "begin_inquiry", staff.coordinator, "2026-09-10"
    )
    data = {
        "on": "2026-09-14",
        "by": "complainant",
        "ground": "not_in_program",
        "reason": "on a private trip",
    }
    walk("complain_at_school", staff.coordinator, "2026-09-14", **data)
    assert (walk.state, walk.clock("school_investigation").status) == ("DISMISSED", "RUNNING")
    assert Document.objects.filter(case=walk.case, code="DISMISSAL").count() == 2
    sweep(datetime(2026, 9, 23, 5, tzinfo=UTC))
    assert (walk.state, walk.clock("school_investigation").day0) == (
        "S_INVESTIGATING",
        day("2026-09-08"),
    )


def test_a_dismissal_that_falls_puts_the_case_back_and_its_days_are_added(report, staff):
    walk = investigated(report)
    walk(
        "dismiss",
        staff.coordinator,
        "2026-10-01",
        ground="no_evidence",
        reason="nothing can be found",
    )
    assert walk.clock("district_investigation").status == "HELD"
    base = {
        "party": walk.party("complainant"),
        "on": "2026-10-05",
        "bases": ["new_evidence"],
        "text": "a witness",
    }
    walk("file_appeal", staff.coordinator, "2026-10-05", **base).assign(
        "appeal_officer", staff.officer, "2026-10-05"
    )
    walk.sent("notify_appeal", staff.coordinator, "2026-10-05")
    walk("decide_appeal", staff.officer, "2026-10-15", result="sent_back", text="go on")
    assert (walk.state, walk.clock("district_investigation").due) == (
        "INVESTIGATING",
        day("2026-11-21"),
    )


def test_what_is_not_title_ix_is_referred_with_a_memo(report, staff):
    report("triage", staff.coordinator, "2026-09-09")(
        "screen", staff.coordinator, "2026-09-09", **(SEXUAL | {"q1": "N"})
    )
    assert report.state == "NOT_TITLE_IX"
    data = {
        "office": "Student conduct",
        "email": "conduct@example.org",
        "phone": "704",
        "text": "It is bullying.",
    }
    report("refer", staff.coordinator, "2026-09-10", **data)
    assert (report.state, report.case.closed_reason) == ("CLOSED", "REFERRED")
    assert set(Document.objects.filter(case=report.case).values_list("code", flat=True)) == {
        "REFERRAL",
        "REFERRAL_MEMO",
    }


def test_letters_of_a_minor_go_to_the_parents_in_their_language(report, staff):
    report.case.parties.filter(part="complainant").update(minor=True)
    for name in ("Marisol Reyes", "Tomas Reyes"):
        about = {
            "part": "parent",
            "kind": "third",
            "name": name,
            "language": "es",
            "acts_for": report.party("complainant"),
        }
        report("add_person", staff.coordinator, "2026-09-08", **about)
    walk = complaint(report)("allege", staff.coordinator, "2026-09-09", text="pictures").sent(
        "send_notice", staff.coordinator, "2026-09-10"
    )
    rows = Delivery.objects.filter(case=walk.case, code="NOTICE").select_related(
        "recipient", "document", "party"
    )
    assert sorted(
        (row.party.label, row.recipient.label, row.document.language) for row in rows
    ) == [
        ("Complainant 1", "Parent or guardian 1", "es"),
        ("Complainant 1", "Parent or guardian 2", "es"),
        ("Respondent 1", "Respondent 1", "en"),
    ]


def test_a_case_goes_on_under_another_pack_by_an_order(
    report, staff, settings, tmp_path, monkeypatch
):
    class Next(TitleIXWorkflow):
        version = "t9-next"

    text = (settings.POLICY_DIR / "rules" / "t9-2020.yaml").read_text()
    found = {**rule_versions.all_packs()}
    (tmp_path / "t9-next.yaml").write_text(
        text.replace("rules: t9-2020", "rules: t9-next").replace(
            "from: 2020-08-14", "from: 2026-09-01"
        )
    )
    found["t9-next"] = rule_versions.read(tmp_path / "t9-next.yaml")
    walk = complaint(report)
    data = {
        "rules": "t9-next",
        "order": "letter of the agency",
        "reason": "open cases are reoriented",
    }
    assert "No other pack" in refused(
        walk, "migrate_rules", staff.coordinator, "2026-09-09", **data
    )
    monkeypatch.setitem(TITLE_IX.workflows, "t9-next", Next)  # type: ignore[arg-type]
    monkeypatch.setattr(rule_versions, "all_packs", lambda: found)
    allowed_moves.publish()
    assert (
        rule_versions.rules_on(day("2026-08-31")),
        rule_versions.rules_on(day("2026-09-01")),
    ) == (
        "t9-2020",
        "t9-next",
    )
    walk("migrate_rules", staff.coordinator, "2026-09-09", **data)
    event = walk.case.events.latest("seq")
    assert (walk.case.rules, event.rules, event.data["to"]) == ("t9-next", "t9-2020", "t9-next")
    walk("allege", staff.coordinator, "2026-09-10", text="x")
    assert walk.case.events.latest("seq").rules == "t9-next"
    assert list(hash_chain.breaks([walk.number])) == []


def test_every_citation_of_a_step_stands_in_its_pack():
    cited = {move.custom["step"].cite for _name, move in TitleIXWorkflow.transitions()} - {""}
    allowed = (*rule_versions.pack("t9-2020").citations, "34 CFR 99.32")
    assert [cite for cite in cited if not cite.startswith(allowed)] == []


def test_a_tie_blocks_until_somebody_else_has_reviewed_it(report, staff):
    walk = investigated(report)
    walk("declare_tie", staff.investigator, "2026-09-20", conflict="relative", text="a cousin")
    assert "relative" in refused(
        walk, "send_evidence", staff.investigator, "2026-09-21", on="2026-09-21", means="mail"
    )
    row = str(walk.case.assignments.get(user=staff.investigator).pk)
    walk(
        "review_tie",
        staff.coordinator,
        "2026-09-22",
        assignment=row,
        result="cleared",
        text="a distant one",
    )
    walk.sent("send_evidence", staff.investigator, "2026-09-22")
    assert walk.state == "EVIDENCE_REVIEW"
    assert Record.objects.filter(case=walk.case, kind="EVIDENCE", data__isnull=False).count() == 1


def test_a_duplicate_goes_into_the_open_case_and_can_be_taken_out(report, staff, screened):

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
