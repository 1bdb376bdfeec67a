"""Need to know in a case: disclosures, the neutral notice, people beside the case, emergency
access, holds, disposal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import Error, transaction

from casework.access import rights
from casework.access.grants import recuse
from casework.audit import hash_chain
from casework.engine.errors import Forbidden, Invalid, NotNow
from casework.models import (
    Alert,
    Attachment,
    Disposal,
    Document,
    Draft,
    EmergencyAccess,
    Event,
    LegalHold,
    Read,
)
from casework.scheduler.run import sweep
from district.models import Post, Role, Student, User
from notifications.fanout import fan_out
from notifications.models import Message
from tests.titleix.conftest import Walk, day
from tests.titleix.lives import decided
from titleix.case import retention
from titleix.models import Disclosure, Party, Record, TitleIXCase
from titleix.privacy import emergency_access

MOMENT = datetime(2026, 9, 14, 15, tzinfo=UTC)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def posts(staff) -> dict[str, User]:
    found = {}
    for role in (Role.DEPUTY, Role.COUNSEL, Role.AUDITOR):
        found[role] = User.objects.create_user(
            f"post-{role.lower()}", first_name=role.title(), last_name="Post"
        )
        Post.objects.create(user=found[role], role=role)
    return found


def refused(kind: type[Exception], walk: Walk, *args, **data) -> str:
    with pytest.raises(kind) as found:
        walk(*args, **data)
    return str(found.value)


def closed(walk: Walk, staff) -> Walk:
    """A whole district case, closed on 30 November 2026... by way of the appeal window."""
    decided(walk, finding="not_responsible")
    sweep(datetime(2026, 12, 1, 5, tzinfo=UTC))
    return walk.sent("close_final", staff.coordinator, "2026-12-03")


# -- disclosures -----------------------------------------------------------------------------------


def test_a_disclosure_is_an_entry_and_nothing_of_it_stands_on_the_timeline(
    report, staff, sign_in, posts
):
    data = {
        "on": "2026-09-09",
        "to": "Detective Plantedname",
        "what": "the screenshots",
        "basis": "police",
        "basis_text": "",
    }
    report("disclose", staff.coordinator, "2026-09-09", **data)
    row = Disclosure.objects.get()
    assert (row.by, row.to, "G.S. 115C-288(g)" in row.basis) == (
        staff.coordinator,
        "Detective Plantedname",
        True,
    )
    assert "Plantedname" not in str(Event.objects.filter(case=report.case).latest("seq").data)
    for basis in ("other", "emergency", "subpoena"):
        refused(
            Invalid,
            report,
            "disclose",
            staff.coordinator,
            "2026-09-09",
            **(data | {"basis": basis}),
        )
    assert (
        "Detective Plantedname"
        in sign_in(staff.coordinator).get("/title-ix/disclosures").content.decode()
    )
    assert (
        sign_in(posts[Role.AUDITOR])
        .get(f"/title-ix/disclosures?number={report.number}")
        .status_code
        == 200
    )
    for user in (staff.investigator, staff.principal, staff.admin, staff.root):
        assert sign_in(user).get("/title-ix/disclosures").status_code == 404


# -- the neutral notice ----------------------------------------------------------------------------


def test_attendance_staff_learn_that_they_must_call_and_never_why(report, staff, sign_in, nights):
    nights.sis.absent("S1", day("2026-09-01"), day("2026-09-03"), day("2026-09-10"))
    nights.run(day("2026-09-10"))
    number = nights.case("S1").number
    words = "Before you contact this family"
    assert words not in sign_in(staff.outsider).get(f"/cases/{number}").content.decode()
    refused(
        Invalid, report, "flag_family", staff.coordinator, "2026-09-10", student_number="nobody"
    )
    report("flag_family", staff.coordinator, "2026-09-10", student_number="S1")
    page = sign_in(staff.outsider).get(f"/cases/{number}").content.decode()
    assert words in page
    for secret in ("Title IX", report.number, "coordinator", staff.coordinator.first_name):
        assert secret not in page.partition("<main")[2]
    assert Student.objects.get(student_id="S1").first_name not in str(
        Event.objects.filter(case=report.case).latest("seq").data
    )
    report("unflag_family", staff.coordinator, "2026-09-20")
    assert words not in sign_in(staff.outsider).get(f"/cases/{number}").content.decode()
    assert "No notice" in refused(NotNow, report, "unflag_family", staff.coordinator, "2026-09-21")


# -- people beside the case ------------------------------------------------------------------------


def test_the_deputy_and_the_schools_principal_are_brought_in_and_leave(report, staff, posts):
    deputy = posts[Role.DEPUTY]
    for part, user in (("deputy", staff.investigator), ("school", deputy), ("counsel", deputy)):
        refused(
            Invalid,
            report,
            "involve",
            staff.coordinator,
            "2026-09-09",
            part=part,
            user=str(user.pk),
        )
    report("involve", staff.coordinator, "2026-09-09", part="deputy", user=str(deputy.pk))
    report("involve", staff.coordinator, "2026-09-09", part="school", user=str(staff.principal.pk))
    assert rights.can(fresh(deputy), "approve_cases", report.case)
    assert rights.can(fresh(staff.principal), "administer_cases", report.case)
    assert not rights.can(fresh(staff.principal), "coordinate_cases", report.case)
    report("release", staff.coordinator, "2026-09-10", user=str(deputy.pk))
    assert not rights.visible(fresh(deputy)).exists()
    refused(
        Invalid, report, "release", staff.coordinator, "2026-09-10", user=str(staff.deputy.pk)
    )  # a coordinator is not so released


# -- emergency access ------------------------------------------------------------------------------


def test_breaking_the_glass_has_a_reason_and_an_end_and_is_heard_of(report, staff, posts, sign_in):
    deputy = posts[Role.DEPUTY]
    with time_machine.travel(MOMENT, tick=False):
        client = sign_in(deputy)
        assert client.get(f"/cases/{report.number}").status_code == 404
        assert client.get("/title-ix/emergency").status_code == 200
        short = client.post(
            "/title-ix/emergency", {"number": report.number, "reason": "x", "hours": "1"}
        )
        long = client.post(
            "/title-ix/emergency",
            {
                "number": report.number,
                "reason": "A threat was made against somebody here.",
                "hours": "9",
            },
        )
        assert (short.status_code, long.status_code) == (422, 422)
        asked = {
            "number": report.number.lower(),
            "reason": "A threat was made against somebody here.",
            "hours": "2",
        }
        assert client.post("/title-ix/emergency", asked).status_code == 302
        page = client.get(f"/cases/{report.number}")
        assert page.status_code == 200
        assert "Lucía Ibáñez" in page.content.decode()
        with pytest.raises(Forbidden):
            report("add_note", deputy, "2026-09-14", text="I look, I do not act")
        alert = Alert.objects.get(code="EMERGENCY_ACCESS")
        fan_out(MOMENT)
        told = set(
            Message.objects.filter(alert=alert, channel="email").values_list(
                "recipient_id", flat=True
            )
        )
        assert told == {staff.coordinator.pk, staff.deputy.pk}
        assert "threat" not in str(alert.data) + str(
            Event.objects.filter(case=report.case).latest("seq").data
        )
        assert (
            "A threat was made"
            in sign_in(staff.coordinator).get("/title-ix/emergency").content.decode()
        )
    with time_machine.travel(MOMENT + timedelta(hours=2), tick=False):
        assert sign_in(deputy).get(f"/cases/{report.number}").status_code == 404
        assert not rights.visible(fresh(deputy)).exists()
    assert (
        Read.objects.filter(user=deputy, case=report.case, refused=False, what="CASE").count() == 1
    )


@pytest.mark.parametrize("who", ["principal", "outsider", "admin", "root", "investigator"])
def test_nobody_else_may_break_it(report, staff, sign_in, who):
    client = sign_in(getattr(staff, who))
    asked = {
        "number": report.number,
        "reason": "I would like to see what is in there.",
        "hours": "1",
    }
    assert (
        client.get("/title-ix/emergency").status_code
        == client.post("/title-ix/emergency", asked).status_code
        == 404
    )
    assert not EmergencyAccess.objects.exists()


def test_a_recusal_beats_the_emergency_and_tells_nothing(report, staff, posts):
    deputy = posts[Role.DEPUTY]
    recuse(report.case, deputy, "aunt", by=staff.coordinator)
    messages = []
    for number in (report.number, "TIX-2026-9999"):
        with pytest.raises(Invalid) as found:
            emergency_access.open_case(deputy, number, "reason", 1, MOMENT)
        messages.append(found.value.errors)
    assert messages[0] == messages[1]
    EmergencyAccess.objects.create(
        case=report.case, user=deputy, reason="x", at=MOMENT, until=MOMENT + timedelta(days=9999)
    )
    assert not rights.can(fresh(deputy), "view_cases", report.case)
    assert not rights.visible(fresh(deputy)).exists()


# -- retention, holds, disposal --------------------------------------------------------------------


@pytest.mark.scenario("T-30")
@pytest.mark.parametrize(
    ("ended", "earliest"), [("2026-11-30", "2033-11-30"), ("2028-02-29", "2035-03-01")]
)
def test_the_earliest_disposal(report, ended, earliest):
    report.case.refresh_from_db()
    TitleIXCase.objects.filter(pk=report.case.pk).update(closed_on=ended, last_action_on=ended)
    assert retention.earliest(report.case) == day(earliest)
    before, on = day(earliest) - timedelta(days=1), day(earliest)
    assert retention.past(before) == []
    assert [(row.number, row.may_go(on)) for row in retention.past(on)] == [(report.number, True)]


@pytest.mark.scenario("T-30")
def test_a_hold_refuses_the_disposal_and_names_both_dates(report, staff, posts):
    closed(report, staff)
    assert "3 Dec 2033" in refused(
        NotNow, report, "propose_disposal", staff.coordinator, "2033-12-02"
    )
    hold = LegalHold.objects.create(
        scope="CASE",
        case=report.case,
        matter="24 CVS 1",
        set_by=posts[Role.COUNSEL],
        set_on=day("2030-01-02"),
    )
    words = refused(NotNow, report, "propose_disposal", staff.coordinator, "2034-01-10")
    assert "2 Jan 2030" in words
    assert "3 Dec 2033" in words
    hold.lifted_on = day("2034-01-11")
    hold.save()
    report("propose_disposal", staff.coordinator, "2034-01-12")


@pytest.mark.parametrize("scope", ["CASE", "PERSON", "QUERY"])
def test_every_scope_of_a_hold_covers_what_it_says(report, staff, posts, scope):
    student = Student.objects.get(student_id="S1")
    report.case.parties.filter(part="respondent").update(student=student)
    TitleIXCase.objects.filter(pk=report.case.pk).update(closed_on="2026-12-01")
    wide = {
        "kind": "TIX",
        "school": report.case.school_id,
        "opened_from": "2026-09-01",
        "opened_to": "2026-09-30",
    }
    LegalHold.objects.create(
        scope=scope,
        case=report.case if scope == "CASE" else None,
        student=student if scope == "PERSON" else None,
        query=wide if scope == "QUERY" else {},
        matter="m",
        set_by=posts[Role.COUNSEL],
        set_on=day("2027-01-01"),
    )
    (row,) = retention.past(day("2040-01-01"))
    assert (row.held_since, row.may_go(day("2040-01-01"))) == (day("2027-01-01"), False)
    assert TitleIXCase.objects.filter(retention.held_q(LegalHold.objects.get())).count() == 1
    LegalHold.objects.update(lifted_on=day("2027-01-02"))
    assert retention.past(day("2040-01-01"))[0].may_go(day("2040-01-01"))


def test_only_counsel_sets_and_lifts(report, staff, posts, sign_in):
    data = {"scope": "CASE", "number": report.number, "matter": "24 CVS 1"}
    for user in (
        staff.coordinator,
        posts[Role.AUDITOR],
        posts[Role.DEPUTY],
        staff.admin,
        staff.root,
        staff.principal,
    ):
        assert (
            sign_in(user).get("/title-ix/holds").status_code
            == sign_in(user).post("/title-ix/holds", data).status_code
            == 404
        )
    client = sign_in(posts[Role.COUNSEL])
    assert client.post("/title-ix/holds", data | {"number": "TIX-2026-9999"}).status_code == 422
    assert client.post("/title-ix/holds", data).status_code == 302
    hold = LegalHold.objects.get()
    assert "covers 1 case" in client.get("/title-ix/holds").content.decode()
    assert (
        sign_in(staff.coordinator).post(f"/title-ix/holds/{hold.pk}/lift", {"why": "x"}).status_code
        == 404
    )
    sign_in(posts[Role.COUNSEL]).post(f"/title-ix/holds/{hold.pk}/lift", {"why": "settled"})
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lifted_why) == (posts[Role.COUNSEL], "settled")
    with pytest.raises(Error), transaction.atomic():
        LegalHold.objects.all().delete()


def test_a_held_report_is_not_merged_away(report, staff, posts):
    from tests.titleix.conftest import HARASSMENT, KNOWN
    from titleix.case.open_report import open_report

    other = Walk(
        open_report(school=None, narrative="same", knowledge_at=KNOWN, channel="form", now=KNOWN),
        staff,
    )
    LegalHold.objects.create(
        scope="CASE",
        case=other.case,
        matter="m",
        set_by=posts[Role.COUNSEL],
        set_on=day("2026-09-09"),
    )
    other("triage", staff.coordinator, "2026-09-09")
    refused(
        Invalid,
        other,
        "screen",
        staff.coordinator,
        "2026-09-09",
        **(HARASSMENT | {"duplicate_of": report.number}),
    )
    assert other.state == "SCREENING"


def test_disposal_takes_two_people_and_leaves_a_certificate_and_a_whole_chain(
    report, staff, sign_in, django_capture_on_commit_callbacks
):
    closed(report, staff)
    name = default_storage.save("attachments/x", ContentFile(b"evidence"))
    Attachment.objects.create(
        case=report.case,
        name="a.txt",
        size=8,
        sha256="a" * 64,
        state="CLEAN",
        uploaded_at=report.case.received_at,
        file=name,
    )
    report(
        "add_note", staff.coordinator, "2026-12-02", text="x"
    ) if report.state != "CLOSED" else None
    Draft.objects.create(
        user=staff.coordinator,
        case=report.case,
        step="add_note",
        fields="{}",
        kept_at=report.case.received_at,
    )
    report("propose_disposal", staff.coordinator, "2033-12-03")
    assert "another person" in refused(
        NotNow, report, "confirm_disposal", staff.coordinator, "2033-12-03", number=report.number
    )
    refused(Invalid, report, "confirm_disposal", staff.deputy, "2033-12-03", number="TIX-2026-9999")
    head = report.case.head_seq
    with django_capture_on_commit_callbacks(execute=True):
        report("confirm_disposal", staff.deputy, "2033-12-03", number=report.number)
    found = Disposal.objects.get()
    assert (found.proposed_by, found.confirmed_by, found.confirmed_on) == (
        staff.coordinator,
        staff.deputy,
        day("2033-12-03"),
    )
    assert (found.certificate["attachments"], found.certificate["events"]) == (["a" * 64], head + 1)
    assert found.certificate["records"]["DETERMINATION"] == 1
    assert "Ibáñez" not in json.dumps(found.certificate, ensure_ascii=False)
    for model in (Party, Record, Document, Attachment, Draft, *retention._tables()):
        assert not model.objects.filter(case_id=report.case.pk).exists(), model
    assert report.case.narrative == ""
    assert not default_storage.exists(name)
    assert list(hash_chain.breaks([report.number])) == []
    page = sign_in(staff.coordinator).get(f"/cases/{report.number}").content.decode()
    assert found.certificate["sha256"] in page
    assert "Ibáñez" not in page
    for step in ("reopen", "propose_disposal", "disclose"):
        refused(
            NotNow,
            report,
            step,
            staff.coordinator,
            "2033-12-04",
            reason="x",
            on="2033-12-04",
            to="x",
            what="x",
            basis="ocr",
        )
    assert retention.past(day("2040-01-01")) == []


def test_an_emptied_event_without_a_disposal_is_a_break(report, staff):
    from casework.privacy.trigger_bypass import unlocked

    with unlocked("casework.Event:append_only"):
        Event.objects.filter(case=report.case, seq=1).update(data={})
    assert [found.what for found in hash_chain.breaks([report.number])] == [
        "was changed after it was written"
    ]


def test_a_hold_set_between_the_two_stops_it(report, staff, posts):
    closed(report, staff)
    report("propose_disposal", staff.coordinator, "2033-12-03")
    LegalHold.objects.create(
        scope="QUERY",
        query={"kind": "TIX"},
        matter="m",
        set_by=posts[Role.COUNSEL],
        set_on=day("2033-12-03"),
    )
    refused(NotNow, report, "confirm_disposal", staff.deputy, "2033-12-04", number=report.number)
    report("withdraw_disposal", staff.deputy, "2033-12-05", reason="held")
    assert Party.objects.filter(case=report.case).exists()


def test_the_database_wants_two_people(report, staff):
    with pytest.raises(Error), transaction.atomic():
        Disposal.objects.create(
            case=report.case,
            proposed_by=staff.coordinator,
            proposed_on=day("2033-12-03"),
            confirmed_by=staff.coordinator,
            confirmed_on=day("2033-12-03"),
        )


def test_the_command_lists_what_may_go(report, staff, capsys):
    TitleIXCase.objects.filter(pk=report.case.pk).update(
        closed_on="2026-11-30", last_action_on="2026-11-30"
    )
    call_command("retention", "--as-of", "2033-11-30", "--json")
    (row,) = json.loads(capsys.readouterr().out)["files"]
    assert (row["case"], row["earliest"], row["may_go"]) == (report.number, "2033-11-30", True)
    call_command("retention", "--as-of", "2033-11-29")
    assert "No file" in capsys.readouterr().out
