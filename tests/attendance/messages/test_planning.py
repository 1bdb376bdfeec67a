"""Messages to families: the texts, who gets one and who does not, the preview that is what is sent,
and what comes back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from attendance.common.letters import FOLDER
from attendance.messages import message_texts, planning
from attendance.notice import mailroom
from casework.case_types.registry import kind
from casework.documents.letters import ROOT, LetterError
from casework.engine.casefile import load
from casework.engine.errors import Invalid
from casework.engine.services import act
from casework.models import Appointment, Event
from casework.policy.policies import policy_for
from district.models import Guardian, School, Student, StudentNotice
from notifications import delivery, family_contacts
from notifications.models import Attempt, FamilyMessage, OptOut
from notifications.senders import BadAddress
from tests.worlds import world

DAY = date(2026, 9, 10)
NOON = datetime(2026, 9, 10, 16, 0, tzinfo=UTC)  # 12:00 in New York
LATE = datetime(2026, 9, 11, 1, 0, tzinfo=UTC)  # 21:00: quiet hours


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@world
def reachable(people, nights):
    """Two students of school 1 with a case and one adult each."""
    nights.sis.student("S2")
    for student in ("S1", "S2"):
        nights.sis.absent(student, date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    School.objects.filter(school_id="1").update(phone="704-555-0100")
    Guardian.objects.all().delete()
    for student in ("S1", "S2"):
        adult(student, f"mother-{student.lower()}@example.org")
    return [nights.case("S1"), nights.case("S2")]


@pytest.fixture
def cases(reachable):
    return reachable


def adult(student: str, email: str = "", **more: object) -> Guardian:
    fields = {
        "name": f"Adult {uuid4().hex[:4]}",
        "guardian_id": uuid4().hex[:8],
        "language": "en",
        **more,
    }
    return Guardian.objects.create(
        student=Student.objects.get(student_id=student), email=email, **fields
    )


class Texts:
    """A provider of text messages that keeps them; numbers that end in 99 do not exist."""

    sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str, reference: str) -> None:
        if phone.endswith("99"):
            raise BadAddress("no_such_number")
        Texts.sent.append((phone, text))


@pytest.fixture
def texts(settings):
    settings.SMS_PROVIDER = "tests.attendance.messages.test_planning.Texts"
    Texts.sent.clear()
    return Texts.sent


def send(case, actor, template="CALL", order="email", key=None, **more):
    return act(
        case.number,
        "message_family",
        actor=actor,
        data={"template": template, "order": order, **more},
        key=key,
        now=NOON,
        on=DAY,
    )


def refused(case, actor, **more) -> list[str]:
    with pytest.raises(Invalid) as error:
        send(case, actor, **more)
    return error.value.errors["__all__"]


def planned(case, template="CALL", order="email", now=NOON) -> planning.Plan:
    (file,) = load(kind("ATT"), numbers=[case.number], lock=False)
    return planning.plan(file, template, order, now, DAY)


def why(case, **said) -> set[str]:
    return {left.why for left in planned(case, **said).left}


# -- texts -----------------------------------------------------------------------------------------


def test_every_text_is_there_in_both_languages_and_says_no_more_than_it_may():
    assert message_texts.codes() == ["CALL", "LETTER", "MEETING", "NOTE"]
    for code in message_texts.codes():
        english, spanish = message_texts.text_of(code, "en"), message_texts.text_of(code, "es")
        assert (english.language, spanish.language) == ("en", "es")
        assert english.fields == spanish.fields
        assert english.fields <= message_texts.ALWAYS | english.allows
        for text in (english, spanish):
            assert {"school", "phone", "stop"} <= text.fields, (
                "who writes, where to call back, how to end it"
            )
            assert text.version.startswith(f"MESSAGE_{code}.{text.language}-")
            assert (
                len(
                    text.short.format(
                        school="A" * 30, phone="704-555-0100", stop="", meeting="M" * 36
                    )
                )
                < 300
            )


def test_a_language_without_a_text_falls_back_to_english_and_a_broken_text_is_refused(tmp_path):
    assert message_texts.text_of("CALL", "vi").language == "en"
    assert message_texts.text_of("CALL", "es-MX").language == "es"
    assert message_texts.text_of("CALL", "../x").language == "en"
    with pytest.raises(LetterError, match="no message template"):
        message_texts.text_of("NOWHERE", "en")
    for content, problem in [
        ("name: x\nsubject: y\n---\nbody", "text message is missing"),
        ("name: x\nsubject: y\ntext message: z\n---\n", "body is missing"),
        ("name: x\nsubject: {student}\ntext message: z\n---\nbody", "student is not allowed"),
    ]:
        path = tmp_path / f"MESSAGE_X.en-{uuid4().hex}.txt"
        path.write_text(content)
        with pytest.raises(LetterError, match=problem):
            message_texts._parsed(path, 0.0)


def test_the_texts_stand_beside_the_letters():
    assert list((ROOT / FOLDER / "letter_templates").glob("MESSAGE_CALL.*.txt"))


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("704-555-0123", "+17045550123"),
        ("(704) 555.0123", "+17045550123"),
        ("1 704 555 0123", "+17045550123"),
        ("+52 55 1234 5678", "+525512345678"),
        ("555-0123", ""),
        ("704-555-01x3", ""),
        ("", ""),
        ("+", ""),
        ("+1 704 555 0123 ext 4", ""),
        ("704-555-0123\x00", ""),
    ],
)
def test_numbers_as_they_are_dialled(phone, dialled):
    assert family_contacts.number(phone, "1") == dialled


# -- who gets one, and who does not ----------------------------------------------------------------


def test_channel_and_language_come_from_the_contact_data(cases, people):
    adult("S1", "padre@example.org", phone="704-555-0123", language="es", name="Padre")
    adult("S1", phone="704-555-0124", language="vi", name="Ba")
    lines = {
        line.name if line.name in ("Padre", "Ba") else "Mother": line
        for line in planned(cases[0]).lines
    }
    assert {
        name: (line.channel, line.address, line.text.language, line.fallback)
        for name, line in lines.items()
    } == {
        "Mother": ("email", "mother-s1@example.org", "en", ""),
        "Padre": ("email", "padre@example.org", "es", ""),
        "Ba": ("sms", "+17045550124", "en", "vi"),
    }
    assert {
        line.channel for line in planned(cases[0], order="sms").lines if line.name != "Mother"
    } >= {"sms"}
    assert "704-555-0100" in lines["Padre"].words
    assert "hijo o hija" in lines["Padre"].words


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"do_not_contact": True}, "do_not_contact"),
        ({"legal_rights": False}, "no_right"),
        ({"email": "", "phone": ""}, "no_address"),
        ({"email": "not an address"}, "no_address"),
        ({"do_not_contact": True, "legal_rights": False}, "do_not_contact"),
    ],
)
def test_adults_who_are_left_out(cases, fields, reason):
    Guardian.objects.filter(student__student_id="S1").update(**fields)
    assert planned(cases[0]).lines == []
    assert why(cases[0]) == {reason}


def test_families_that_are_left_out(cases, people, settings, tmp_path):
    student = Student.objects.get(student_id="S1")
    assert why(cases[0], template="MEETING") == {"no_meeting"}
    StudentNotice.objects.create(student=student, since=DAY)
    assert why(cases[0]) == {"call_first"}
    StudentNotice.objects.all().delete()
    School.objects.update(phone=" ")
    assert why(cases[0]) == {"no_phone"}
    School.objects.update(phone="704-555-0100")
    Guardian.objects.all().delete()
    assert why(cases[0]) == {"nobody"}
    assert refused(cases[0], people.worker) == ["nobody is on file"]


def test_a_meeting_is_named_in_the_familys_language_and_nothing_else_is(cases, people):
    adult("S1", "padre@example.org", language="es")
    Appointment.objects.create(
        id=uuid4(),
        case=cases[0],
        kind="ARC",
        starts_at=datetime(2026, 9, 17, 13, 30, tzinfo=UTC),
        minutes=60,
        place="Room 12",
        interpreter=False,
    )
    words = {line.text.language: line.words for line in planned(cases[0], template="MEETING").lines}
    assert "Thursday, September 17, at 9:30" in words["en"]
    assert "jueves 17 de septiembre, a las 9:30" in words["es"].lower()
    assert "Room 12" not in str(words)


def test_the_policy_says_how_many_a_week_and_the_same_words_go_once_a_day(cases, people):
    send(cases[0], people.worker)
    assert why(cases[0]) == {"again"}
    assert why(cases[0], now=NOON + timedelta(hours=25)) == set()
    send(cases[0], people.worker, template="NOTE")
    assert why(cases[0], template="LETTER") == {"week"}
    assert why(cases[0], template="LETTER", now=NOON + timedelta(days=8)) == set()
    assert policy_for("notifications", DAY).require("families.per_week") == 2


def test_brothers_and_sisters_count_as_one_family(cases, people, clock, client):
    Guardian.objects.update(email="one@example.org")
    client.force_login(people.worker)
    page = client.get(
        reverse("family-messages"),
        {"numbers": [case.number for case in cases], "template": "CALL", "order": "email"},
    )
    assert len(page.context["lines"]) == 1
    assert [left.why for left in page.context["left"]] == ["again"]


def test_what_the_policy_does_not_speak_of_is_not_sent(cases, monkeypatch):
    from dataclasses import replace

    real = policy_for("notifications", DAY)
    silent = replace(
        real, data={key: value for key, value in real.data.items() if key != "families"}
    )
    monkeypatch.setattr(planning, "policy_for", lambda *_: silent)
    assert why(cases[0]) == {"not_allowed"}


# -- sending ---------------------------------------------------------------------------------------


def test_from_the_preview_to_the_mail_server(cases, people, clock, client, mail, texts):
    adult("S2", phone="704-555-0123", language="es", name="Padre")
    client.force_login(people.worker)
    numbers = [case.number for case in cases]
    assert (
        client.get(reverse("step", args=[numbers[0], "message_family"])).url
        == f"/messages?numbers={numbers[0]}"
    )
    chosen = client.post(reverse("bulk"), {"numbers": numbers, "step": ".message_family"})
    assert chosen.url.startswith("/messages?numbers=")
    page = client.get(chosen.url + "&template=CALL&order=email")
    text = page.content.decode()
    assert all(
        one in text for one in ("mother-s1@example.org", "mother-s2@example.org", "+17045550123")
    )
    seen = {f"seen_{plan.number}": plan.seal for plan in page.context["plans"]}
    form = {
        "numbers": numbers,
        "template": "CALL",
        "order": "email",
        "key": page.context["key"],
        **seen,
    }
    for _ in range(2):  # a doubled click changes nothing
        assert client.post(reverse("family-messages"), form).status_code == 200
    assert FamilyMessage.objects.filter(state="PENDING").count() == 3
    assert delivery.deliver(NOON) == 3
    assert sorted(address for address, _message in mail.messages) == [
        "mother-s1@example.org",
        "mother-s2@example.org",
    ]
    body = mail.messages[0][1].get_payload(decode=True).decode()
    line = next(line for line in page.context["lines"] if line.address == mail.messages[0][0])
    assert re.sub(r"http\S+", "…", body.replace("\r\n", "\n")).strip() == line.words.strip(), (
        "what was shown is what was sent"
    )
    assert [phone for phone, _text in texts] == ["+17045550123"]
    assert "llámenos" in texts[0][1]
    for said in (body, mail.messages[0][1]["Subject"], texts[0][1]):
        assert not any(
            secret in said
            for secret in ("TestS1", "TestS2", "S1,", cases[0].number, "2026", "unexcused")
        ), said
    event = Event.objects.get(case=cases[0], name="message_family")
    assert (event.kind, event.data["result"], event.data["template"]) == ("CONTACT", "sent", "CALL")
    assert "@" not in str(event.data)
    assert "seen" not in event.data
    assert delivery.deliver(NOON) == 0


def test_what_changed_since_the_preview_is_not_sent(cases, people):
    seal = planned(cases[0]).seal
    Guardian.objects.filter(student__student_id="S1").update(email="other@example.org")
    assert "Something changed" in refused(cases[0], people.worker, seen=seal)[0]
    assert not FamilyMessage.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"do_not_contact": True}, "do_not_contact"),
        ({"legal_rights": False}, "not_on_file"),
        ({"email": "new@example.org"}, "not_on_file"),
        (None, "opted_out"),
    ],
)
def test_what_waits_is_looked_at_again_before_it_leaves(cases, people, mail, change, code):
    send(cases[0], people.worker)
    if change:
        Guardian.objects.filter(student__student_id="S1").update(**change)
    else:
        OptOut.objects.create(address="mother-s1@example.org", since=NOON)
    delivery.deliver(NOON)
    row = FamilyMessage.objects.get()
    assert (row.state, row.error, mail.messages) == ("SKIPPED", code, [])
    assert Event.objects.get(case=cases[0], name="message_outcome").data["result"] == "not_sent"


def test_nothing_leaves_in_the_quiet_hours_a_late_try_neither(cases, people, mail):
    act(
        cases[0].number,
        "message_family",
        actor=people.worker,
        data={"template": "CALL"},
        now=LATE,
        on=DAY,
    )
    row = FamilyMessage.objects.get()
    assert row.next_attempt_at == datetime(2026, 9, 11, 12, 0, tzinfo=UTC), "8:00 in New York"
    FamilyMessage.objects.update(next_attempt_at=LATE)  # as a retry that falls into the night
    delivery.deliver(LATE)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.next_attempt_at, mail.messages) == (
        "PENDING",
        0,
        datetime(2026, 9, 11, 12, 0, tzinfo=UTC),
        [],
    )
    delivery.deliver(row.next_attempt_at)
    assert len(mail.messages) == 1


@pytest.mark.parametrize(
    ("answer", "state", "result", "to_mend"),
    [("550 no such user", "DEAD", "bounced", True), ("450 later", "PENDING", None, False)],
)
def test_what_comes_back_stands_in_the_log_and_on_the_list_to_mend(
    cases, people, mail, answer, state, result, to_mend
):
    mail.answer = lambda address: answer if "s1" in address else "250 OK"
    for case in cases:
        send(case, people.worker)
    delivery.deliver(NOON)
    row = FamilyMessage.objects.get(case=cases[0])
    assert row.state == state
    assert FamilyMessage.objects.get(case=cases[1]).state == "SENT"
    found = Event.objects.filter(case=cases[0], name="message_outcome").first()
    assert (found.data["result"] if found else None) == result
    assert Attempt.objects.filter(family=row).exists()
    mended = {one.number: one.why for one in mailroom.to_mend(people.worker)}
    assert (mailroom.BOUNCED in mended.get(cases[0].number, ())) is to_mend
    assert mailroom.BOUNCED not in mended.get(cases[1].number, ())
    if to_mend:
        later = NOON + timedelta(days=9)
        assert why(cases[0], now=later) == {"bounced"}
        Guardian.objects.filter(student__student_id="S1").update(email="right@example.org")
        assert why(cases[0], now=later) == set()
        assert not any(mailroom.BOUNCED in one.why for one in mailroom.to_mend(people.worker)), (
            "a new address is mended by itself"
        )


def test_a_mail_refused_for_its_words_is_no_wrong_address(cases, people, mail):
    mail.on_data = lambda: "554 spam"
    send(cases[0], people.worker)
    delivery.deliver(NOON)
    assert FamilyMessage.objects.filter(state="DEAD", bounced=False).count() == 1
    assert Event.objects.get(name="message_outcome").data["result"] == "not_delivered"


def test_a_number_that_does_not_exist_is_bounced_and_the_mail_is_tried_next(cases, people, texts):
    Guardian.objects.filter(student__student_id="S1").update(phone="704-555-0199")
    send(cases[0], people.worker, order="sms")
    delivery.deliver(NOON)
    assert FamilyMessage.objects.get().bounced
    (line,) = planned(cases[0], order="sms").lines
    assert (line.channel, line.address) == ("email", "mother-s1@example.org")


def test_an_administrator_sees_the_dead_letter_without_the_address_and_sends_it_again(
    cases, people, mail, client
):
    mail.answer = lambda address: "550 no"
    send(cases[0], people.worker)
    delivery.deliver(NOON)
    row = FamilyMessage.objects.get()
    client.force_login(people.admin)
    page = client.get(reverse("health")).content.decode()
    assert "a family" in page
    assert "example.org" not in page
    mail.answer = lambda address: "250 OK"
    client.post(reverse("resend", args=["family", row.pk]))
    delivery.deliver()
    assert len(mail.messages) in (0, 1)
    assert client.post(reverse("resend", args=["nothing", row.pk])).status_code == 404


# -- stopping --------------------------------------------------------------------------------------


def test_a_family_stops_the_messages_by_the_link(cases, people, client):
    Guardian.objects.filter(student__student_id="S1").update(language="es")
    send(cases[0], people.worker)
    link = re.search(r"/stop/\S+", FamilyMessage.objects.get().text).group()
    page = client.get(link)
    assert "¿Dejar de recibir" in page.content.decode()
    assert not OptOut.objects.exists(), "a mail program that opens links stops nothing"
    for _ in range(2):
        assert client.post(link).status_code == 200
    assert why(cases[0], template="NOTE") == {"opted_out"}
    assert client.get(f"/stop/{uuid4()}").status_code == 404
    assert "Stop these messages?" in client.get(f"{link}?lang=en").content.decode()


def test_a_parent_says_so_by_telephone_and_takes_it_back(cases, people, mail):
    Guardian.objects.filter(student__student_id="S1").update(phone="704-555-0123")
    person = Guardian.objects.get(student__student_id="S1")
    send(cases[0], people.worker)
    for wanted, reasons in (("stop", {"opted_out"}), ("allow", set())):
        act(
            cases[0].number,
            "message_choice",
            actor=people.mailer,
            data={"person": str(person.pk), "wanted": wanted},
            now=NOON,
            on=DAY,
        )
        assert why(cases[0], template="NOTE") == reasons
        assert OptOut.objects.count() == (2 if wanted == "stop" else 0), (
            "by every way to that adult"
        )
    assert "@" not in str(Event.objects.filter(name="message_choice").first().data)
    with pytest.raises(Invalid):
        act(
            cases[0].number,
            "message_choice",
            actor=people.worker,
            data={"person": "0", "wanted": "stop"},
            now=NOON,
            on=DAY,
        )


# -- who may ---------------------------------------------------------------------------------------


def test_only_who_works_the_case_may_send_and_a_stranger_gets_404(cases, people, clock, client):
    ask = {"numbers": [cases[0].number], "template": "CALL", "order": "email"}
    for who, status in ((people.colleague, 404), (people.stranger, 404), (people.principal, 200)):
        client.force_login(who)
        assert client.get(reverse("family-messages"), ask).status_code == status
    page = client.get(reverse("family-messages"), ask)
    assert [left.why for left in page.context["left"]] == ["not_yours"]
    client.post(
        reverse("family-messages"), {**ask, f"seen_{cases[0].number}": "x" * 32, "key": "k"}
    )
    assert not FamilyMessage.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": "NOWHERE"},
        {"template": "CALL\x01", "order": "x"},
        {"template": "CALL", "order": ""},
        {"order": "sms", "template": ""},
    ],
)
def test_nonsense_is_told_at_the_field(cases, people, client, wrong):
    client.force_login(people.worker)
    for ask in (client.get, client.post):
        assert (
            ask(reverse("family-messages"), {"numbers": [cases[0].number], **wrong}).status_code
            == 422
        )


def test_the_page_of_fifty_cases_asks_the_database_no_more_than_of_two(
    cases, people, clock, client, django_assert_max_num_queries
):
    client.force_login(people.worker)
    client.get(
        reverse("family-messages"),
        {"numbers": [cases[0].number], "template": "CALL", "order": "email"},
    )
    with django_assert_max_num_queries(20):
        client.get(
            reverse("family-messages"),
            {"numbers": [case.number for case in cases], "template": "CALL", "order": "email"},
        )
