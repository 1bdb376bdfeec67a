"""The pages that only attendance has: street team, the conferences of a day, mail room, contact
data to mend."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from pypdf import PdfReader

from attendance.conference import scheduling
from attendance.models import Arc, LocateAttempt, Notice
from attendance.notice import mailroom
from casework.access.grants import recuse
from casework.engine.services import act
from casework.models import Appointment, Document, Event
from district.models import Guardian
from tests.attendance.helpers import helpers

DAY = date(2026, 10, 8)
NOON = datetime(2026, 10, 8, 16, tzinfo=UTC)
TEN = [date(2026, 9, day) for day in (8, 9, 10, 11, 14, 15, 16, 17, 18)] + [DAY]


@pytest.fixture
def three(people, nights):
    """Three students in tier 3, each with a conference to schedule and a notice that is due."""
    for number, language in enumerate(["en", "es", "en"], start=1):
        nights.sis.student(f"S{number}", home_language=language).absent(f"S{number}", *TEN)
    nights.run(DAY)
    cases = [nights.case(f"S{number}") for number in (1, 2, 3)]
    for case, zip_code in zip(cases, ("28277", "28205", "28205"), strict=True):
        Guardian.objects.filter(student=case.student).update(
            address=f"{case.student_id} Main Street\nCharlotte, NC {zip_code}", phone="704-555-0100"
        )
    return cases


@pytest.fixture
def found(three, people):
    """A street team whose search of the first student has been dispatched."""
    made = helpers()
    case = three[0]
    if not case.processes.filter(kind="LOCATE").exists():
        act(
            case.number,
            "request_locate",
            actor=people.worker,
            on=DAY,
            data={"reason": "nobody answers", "safety": "a big dog"},
        )
    search = case.processes.get(kind="LOCATE")
    act(case.number, "accept_locate", actor=made.lead, process=search.pk, on=DAY)
    act(
        case.number,
        "dispatch_team",
        actor=made.lead,
        process=search.pk,
        on=DAY,
        data={"team": "Ada Cole, Ben Dunn", "safety": "a big dog"},
    )
    made.search, made.case = search, case
    return made


@time_machine.travel(NOON, tick=False)
def test_an_attempt_is_two_taps_and_a_doubled_record_is_one(
    found, sign_in, django_assert_max_num_queries
):
    client = sign_in(found.member)
    with django_assert_max_num_queries(12):
        page = client.get("/street/").content.decode()
    assert "TestS1" in page
    assert "a big dog" in page
    address = f"/street/{found.search.pk}"
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    assert "geo:0,0?q=" in page
    assert "tel:704-555-0100" in page
    assert "TestS1" not in page.split("</title>")[0]
    record = {
        "address": "1 Main Street",
        "result": "nobody",
        "key": "5b0e1b3c-2f4e-4d8a-9a58-0d6f8ac5e001",
    }
    assert client.post(address, record).status_code == 302
    assert client.post(address, record).status_code == 302
    attempt = LocateAttempt.objects.get()
    assert (attempt.team, attempt.result, attempt.day_part) == (
        ["Ada Cole", "Ben Dunn"],
        "nobody",
        "midday",
    )


@time_machine.travel(NOON, tick=False)
def test_what_is_refused_keeps_what_was_typed(found, sign_in):
    client, address = sign_in(found.member), f"/street/{found.search.pk}"
    wrong = client.post(
        address, {"address": "9 Side Street", "result": "spoke", "next_step": "come back at six"}
    )
    assert wrong.status_code == 422
    assert "their role, not their name" in wrong.content.decode()
    assert "come back at six" in wrong.content.decode()
    assert not LocateAttempt.objects.exists()
    outcome = f"/desk/locate/{found.search.pk}/record_outcome/"
    step = client.get(outcome)
    assert step.status_code == 200
    refused = client.post(outcome, {"outcome": "NOT_LOCATED", "findings": "kept words"})
    assert refused.status_code == 422
    assert "kept words" in refused.content.decode()
    assert client.post(outcome, {"outcome": "LOCATED_RETURNING"}).status_code == 302
    assert client.get(f"/desk/locate/{found.search.pk}/nothing/").status_code == 404
    for key in ("", "x", "\x00", "5b0e1b3c"):
        assert client.post(
            address, {"result": "x" * 5000, "address": "y" * 500, "key": key}
        ).status_code in (400, 409, 422)


@time_machine.travel(NOON, tick=False)
def test_the_search_is_for_the_team_alone_and_the_team_reads_no_case(found, people, sign_in):
    address = f"/street/{found.search.pk}"
    for user in (
        people.stranger,
        people.admin,
        people.root,
        people.worker,
        people.principal,
        people.colleague,
        found.court,
    ):
        assert sign_in(user).get(address).status_code == 404, user
    for user in (people.stranger, people.admin, people.root):
        assert sign_in(user).get("/street/").status_code == 404, user
    assert "TestS1" not in sign_in(people.colleague).get("/street/").content.decode()
    assert "TestS1" in sign_in(people.supervisor).get("/street/").content.decode()
    assert sign_in(found.member).get(f"/cases/{found.case.number}").status_code == 404
    recuse(found.case, found.member, "uncle", by=people.supervisor)
    assert sign_in(found.member).get(address).status_code == 404
    assert "TestS1" not in sign_in(found.member).get("/street/").content.decode()


def test_the_script_for_times_without_signal_lies_above_its_pages(client):
    answer = client.get("/street/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"addEventListener" in answer.content


@time_machine.travel(NOON, tick=False)
def test_a_day_of_conferences_in_one_go(three, people, sign_in, django_assert_max_num_queries):
    client = sign_in(people.worker)
    with django_assert_max_num_queries(12):
        page = client.get("/conferences").content.decode()
    assert page.count('name="chosen"') == 3
    chosen = [str(one.id) for one in scheduling.waiting(people.worker)]
    block = {
        "chosen": chosen,
        "on": "2026-10-14",
        "first": "08:30",
        "minutes": "30",
        "pause": "10",
        "place": "Room 12",
    }
    assert client.post("/conferences", block | {"chosen": []}).status_code == 422
    assert client.post("/conferences", block | {"on": "2026-10-01"}).status_code == 422
    assert (
        client.post("/conferences", block | {"first": "23:30", "minutes": "240"}).status_code == 422
    )
    page = client.post("/conferences", block).content.decode()
    assert [time for time in ("08:30", "09:10", "09:50") if f'value="{time}"' in page] == [
        "08:30",
        "09:10",
        "09:50",
    ]
    assert not Appointment.objects.exists()
    done = client.post("/conferences", block | {"go": "1", "key": "k", f"at_{chosen[1]}": "11:00"})
    assert done.content.decode().count("done") == 3
    assert set(Arc.objects.values_list("state", flat=True)) == {"SCHEDULED"}
    assert sorted(row.starts_at.strftime("%H:%M") for row in Appointment.objects.all()) == [
        "12:30",
        "13:50",
        "15:00",
    ]
    assert Document.objects.filter(code="ARC_INVITATION").count() == 3
    assert set(Arc.objects.filter(language="es").values_list("interpreter", flat=True)) <= {True}
    client.post("/conferences", block | {"go": "1", "key": "k"})
    assert Event.objects.filter(name="schedule_conference").count() == 3


@time_machine.travel(NOON, tick=False)
def test_a_meeting_at_the_same_time_is_named(three, people):
    waiting = scheduling.waiting(people.worker)
    act(
        three[0].number,
        "schedule_conference",
        actor=people.worker,
        process=waiting[0].id,
        on=DAY,
        data={
            "on": "2026-10-14",
            "at": "08:45",
            "place": "Room 1",
            "invitees": ["ssw", "administrator", "parent"],
            "language": "en",
        },
    )
    taken = scheduling.meetings(people.worker, date(2026, 10, 14), date(2026, 10, 14))
    slots = scheduling.slots(
        waiting[1:], datetime(2026, 10, 14, 8, 30).time(), 30, 60, taken, date(2026, 10, 14)
    )
    assert [bool(slot.clash) for slot in slots] == [True, False]
    with pytest.raises(ValueError, match="too short"):
        scheduling.slots(
            waiting[1:] * 30, datetime(2026, 10, 14, 8, 30).time(), 60, 0, taken, date(2026, 10, 14)
        )


@time_machine.travel(NOON, tick=False)
def test_letters_of_a_day_are_one_file_in_the_order_of_the_mail(
    three, people, sign_in, django_assert_max_num_queries
):
    for case in three:
        notice = Notice.objects.get(case=case, closed_on=None)
        act(
            case.number,
            "draft",
            actor=people.worker,
            process=notice.pk,
            on=DAY,
            data={"language": "en"},
        )
        act(
            case.number,
            "sign",
            actor=people.principal,
            process=notice.pk,
            on=DAY,
            data={"confirm": "on"},
        )
    letters = mailroom.to_mail(people.mailer)
    assert [letter.address[-5:] for letter in letters] == ["28205", "28205", "28277"]
    client = sign_in(people.mailer)
    with django_assert_max_num_queries(12):
        assert client.get("/mail").status_code == 200
    assert client.post("/mail", {"print": "1"}).status_code == 422
    ids = [str(letter.document) for letter in letters]
    one = PdfReader(io.BytesIO(client.post("/mail", {"print": "1", "letters": ids}).content))
    two = PdfReader(
        io.BytesIO(client.post("/mail", {"print": "1", "letters": ids, "duplex": "on"}).content)
    )
    assert len(one.pages) == sum(letter.pages for letter in letters)
    assert len(two.pages) == sum(letter.pages + letter.pages % 2 for letter in letters)
    wrong = client.post(
        "/mail", {"mailed": "1", "letters": ids, "on": "2026-10-08", "means": "phone", "key": "a"}
    )
    assert wrong.content.decode().count("must go by mail") == 3
    mailed = {"mailed": "1", "letters": ids, "on": "2026-10-08", "means": "mail", "key": "b"}
    assert client.post("/mail", mailed).content.decode().count("done") == 3
    assert set(Notice.objects.filter(case__in=three).values_list("state", flat=True)) >= {"SENT"}
    assert mailroom.to_mail(people.mailer) == []
    for user in (people.stranger, people.admin, people.root, people.supervisor):
        assert sign_in(user).get("/mail").status_code == 404, user
    assert (
        sign_in(people.colleague).post("/mail", {"print": "1", "letters": ids}).status_code == 422
    ), "another school's letters"


@time_machine.travel(NOON, tick=False)
def test_contact_data_that_proved_wrong_is_on_a_list(three, people, sign_in):
    assert mailroom.to_mend(people.mailer) == []
    Guardian.objects.filter(student=three[0].student).update(phone="")
    act(
        three[1].number,
        "log_contact",
        actor=people.worker,
        data={"means": "phone", "result": "wrong_contact"},
    )
    why = {row.number: row.why for row in mailroom.to_mend(people.mailer)}
    assert why == {three[0].number: ("no_phone",), three[1].number: ("wrong",)}
    page = sign_in(people.mailer).get("/mail/contacts").content.decode()
    assert "no telephone number on file" in page
    assert "TestS3" not in page
    assert sign_in(people.stranger).get("/mail/contacts").status_code == 404
    assert "TestS1" not in sign_in(people.colleague).get("/mail/contacts").content.decode()
