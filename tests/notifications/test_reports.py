"""Text messages through a provider's real HTTP interface, what it tells later, and e-mails that
come back hours after."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, date, datetime
from email.message import EmailMessage
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from casework.models import Alert, Event
from config import env
from district.models import Guardian
from notifications import bounces, delivery, twilio
from notifications.models import Attempt, Digest, FamilyMessage, Message, OptOut
from tests.notifications.servers import http

DAY = date(2026, 9, 10)
NOON = datetime(2026, 9, 10, 16, 0, tzinfo=UTC)
NUMBER, MAIL = "+17045550123", "mother@example.org"


@pytest.fixture
def case(people, nights, time_machine):
    time_machine.move_to(NOON, tick=False)
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    found = nights.case("S1")
    Guardian.objects.filter(student=found.student).delete()
    Guardian.objects.create(
        student=found.student,
        guardian_id="G1",
        name="Adult",
        email=MAIL,
        phone="704-555-0123",
        legal_rights=True,
    )
    return found


@pytest.fixture
def provider(settings):
    with http() as (hook, place):
        settings.SMS = env.sms(
            f"twilio://AC1:secret@{place.removeprefix('http://').removesuffix('/hook')}?from=+17045550100"
        )
        settings.SMS_PROVIDER = "notifications.twilio.TwilioSms"
        settings.SITE_URL = "https://cases.example.org"
        hook.status, hook.content = 201, b'{"sid": "SM1", "status": "queued"}'
        yield hook


def waiting(case, channel="sms", **more) -> FamilyMessage:
    fields = {
        "address": NUMBER if channel == "sms" else MAIL,
        "state": "PENDING",
        "language": "en",
        "template": "NOTE",
        **more,
    }
    return FamilyMessage.objects.create(
        case_id=case.pk,
        student=case.student,
        channel=channel,
        subject="School",
        text="Please call the school.",
        created_at=NOON,
        next_attempt_at=NOON,
        **fields,
    )


def told(client, path: str, token: str = "secret", **fields: str):
    """A call of the provider, signed with its token."""
    signed = twilio.signature(f"https://cases.example.org{path}", fields, token)
    return client.post(path, fields, headers={"X-Twilio-Signature": signed})


def status(client, row: FamilyMessage, what: str, code: str = "", **more: str):
    return told(
        client,
        reverse("text-status", args=[row.pk]),
        MessageStatus=what,
        **({"ErrorCode": code} if code else {}),
        **more,
    )


def test_a_text_message_is_handed_over_with_its_number_and_the_address_for_reports(case, provider):
    row = waiting(case)
    delivery.deliver(NOON)
    ((headers, body),) = provider.calls
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"AC1:secret"
    assert {name: value[0] for name, value in parse_qs(body.decode()).items()} == {
        "To": NUMBER,
        "From": "+17045550100",
        "Body": row.text,
        "StatusCallback": f"https://cases.example.org/hooks/texts/status/{row.pk}",
    }
    row.refresh_from_db()
    assert row.state == "SENT"


@pytest.mark.parametrize(
    ("answer", "content", "state", "bounced", "error"),
    [
        (400, b'{"code": 21211}', "DEAD", True, "twilio_21211"),
        (400, b'{"code": 21610}', "DEAD", False, "twilio_21610"),
        (401, b"not JSON", "DEAD", False, "twilio_http_401"),
        (400, b'{"code": {"a": 1}}', "DEAD", False, "twilio_http_400"),
        (429, b"", "PENDING", False, "http_429"),
        (503, b"", "PENDING", False, "http_503"),
    ],
)
def test_answers_of_the_provider(case, provider, answer, content, state, bounced, error):
    provider.status, provider.content = answer, content
    row = waiting(case)
    delivery.deliver(NOON)
    row.refresh_from_db()
    assert (row.state, row.bounced, row.error) == (state, bounced, error)


def test_a_provider_that_does_not_answer_holds_up_its_batch_once(case, provider):
    provider.status = 503
    rows = [waiting(case), waiting(case)]
    delivery.deliver(NOON)
    assert len(provider.calls) == 1, "the second message does not wait for it again"
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.error) == ("PENDING", "http_503")


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("30005", "bounced"),
        ("30008", "not_delivered"),
        ("", "not_delivered"),
        ("'--", "not_delivered"),
    ],
)
def test_what_did_not_arrive_stands_in_the_log_of_the_case_once(
    case, provider, client, code, result
):
    row = waiting(case, state="SENT")
    for _ in range(2):
        assert status(client, row, "undelivered", code).status_code == 204
    row.refresh_from_db()
    assert (row.state, row.bounced) == ("DEAD", result == "bounced")
    assert [event.data["result"] for event in Event.objects.filter(name="message_outcome")] == [
        result
    ]


def test_a_report_may_come_before_the_sender_has_marked_the_message(
    case, provider, client, monkeypatch
):
    row = waiting(case)
    real = twilio.TwilioSms.send

    def quick(self, phone, text, reference):
        real(self, phone, text, reference)
        assert status(client, row, "failed", "30006").status_code == 204

    monkeypatch.setattr(twilio.TwilioSms, "send", quick)
    delivery.deliver(NOON)
    row.refresh_from_db()
    assert (row.state, row.bounced, row.error) == ("DEAD", True, "twilio_30006")


def test_what_arrived_is_a_line_in_the_delivery_log(case, provider, client):
    row = waiting(case, state="SENT")
    for what in ("sent", "delivered", "delivered"):
        assert status(client, row, what).status_code == 204
    assert [one.outcome for one in Attempt.objects.filter(family=row)] == ["delivered"]
    row.refresh_from_db()
    assert row.state == "SENT"


def test_only_the_provider_is_believed(case, provider, client, settings):
    row = waiting(case, state="SENT")
    path = reverse("text-status", args=[row.pk])
    assert told(client, path, token="guessed", MessageStatus="failed").status_code == 404
    assert client.post(path, {"MessageStatus": "failed"}).status_code == 404
    assert client.get(path).status_code == 405
    assert (
        told(client, reverse("text-reply"), token="guessed", From=NUMBER, Body="STOP").status_code
        == 404
    )
    settings.SMS = {}
    assert told(client, path, token="", MessageStatus="failed").status_code == 404, (
        "without a provider nobody is"
    )
    row.refresh_from_db()
    assert (row.state, OptOut.objects.count()) == ("SENT", 0)


def test_an_unknown_message_and_one_that_never_left_change_nothing(case, provider, client):
    row = waiting(case)
    assert status(client, row, "failed").status_code == 204
    assert (
        told(client, reverse("text-status", args=[uuid4()]), MessageStatus="failed").status_code
        == 204
    )
    row.refresh_from_db()
    assert row.state == "PENDING"


@pytest.mark.parametrize("word", ["STOP", "stop.", " Alto ", "PARAR"])
def test_whoever_answers_stop_gets_no_more_until_they_say_start(case, provider, client, word):
    reply = reverse("text-reply")
    waiting(case, state="SENT")
    for _ in range(2):
        assert b"<Message>" not in told(client, reply, From=NUMBER, Body=word).content
    assert list(OptOut.objects.values_list("address", flat=True)) == [NUMBER]
    row = waiting(case)
    delivery.deliver(NOON)
    row.refresh_from_db()
    assert (row.state, row.error, provider.calls) == ("SKIPPED", "opted_out", [])
    told(client, reply, From=NUMBER, Body="Start")
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Nobody reads answers"),
        ("es", "Nadie lee las respuestas"),
        ("vi", "Nobody reads answers"),
    ],
)
def test_an_answer_is_told_that_nobody_reads_it_in_the_language_of_the_message(
    case, provider, client, language, words
):
    waiting(case, state="SENT", language=language)
    answer = told(client, reverse("text-reply"), From=NUMBER, Body="Él está enfermo <b>")
    assert answer["Content-Type"].startswith("text/xml")
    assert words in answer.content.decode()
    assert "enfermo" not in answer.content.decode()
    assert (
        b"<Message>"
        not in told(client, reverse("text-reply"), From="+15550000000", Body="who is this").content
    ), "nobody whom we wrote to"
    assert (
        b"<Message>"
        not in told(
            client, reverse("text-reply"), From=NUMBER, Body="HELP", OptOutType="HELP"
        ).content
    )


def test_the_signature_is_that_of_the_providers_documentation():
    """The worked example of https://www.twilio.com/docs/usage/security."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    assert (
        twilio.signature("https://mycompany.com/myapp.php?foo=1&bar=2", fields, "12345")
        == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    )


# -- e-mails that come back ------------------------------------------------------------------------


def report(
    key: UUID | str, action: str = "failed", status: str = "5.1.1", *, headers_alone: bool = False
) -> bytes:
    """A delivery status notification as a mail server writes it (RFC 3464)."""
    original = (
        f"Message-ID: <{key}@cases.example.org>\r\nFrom: cases@example.org\r\nTo: "
        f"{MAIL}\r\nSubject: School\r\n\r\n"
    )
    kind = "text/rfc822-headers" if headers_alone else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mail.example.org\r\nTo: bounces@example.org\r\nSubject: "
        "Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
        'boundary="=_b"\r\n\r\n'
        "--=_b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you that "
        "your message could not be delivered.\r\n"
        "--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; "
        "mail.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {MAIL}\r\nAction: {action}\r\nStatus: "
        f"{status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--=_b\r\nContent-Type: {kind}\r\n\r\n{original}--=_b--\r\n"
    ).encode()


def handed_over(monkeypatch, capsys, raw: bytes) -> bool:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("take_bounce", json=True)
    return bool(json.loads(capsys.readouterr().out)["came_back"])


@pytest.mark.parametrize("headers_alone", [True, False])
@pytest.mark.parametrize(
    ("code", "bounced"),
    [("5.1.1", True), ("5.2.1", True), ("5.1.10", True), ("5.2.2", False), ("5.7.1", False)],
)
def test_a_mail_that_comes_back_is_in_the_log_of_the_case(
    case, monkeypatch, capsys, headers_alone, code, bounced
):
    row = waiting(case, "email", state="SENT")
    assert handed_over(
        monkeypatch, capsys, report(row.pk, status=code, headers_alone=headers_alone)
    )
    assert not handed_over(monkeypatch, capsys, report(row.pk, status=code)), (
        "the second report of one mail"
    )
    row.refresh_from_db()
    assert (row.state, row.bounced, row.error) == ("DEAD", bounced, f"dsn_{code}")
    assert Event.objects.get(name="message_outcome").data["result"] == (
        "bounced" if bounced else "not_delivered"
    )


def test_a_digest_that_comes_back_is_sent_again_with_what_it_held(
    case, people, mail, monkeypatch, capsys
):
    people.supervisor.email = "supervisor@example.org"
    people.supervisor.save()
    alert = Alert.objects.create(
        case_id=case.pk, code="DUE", level="owner", raised_at=NOON, data={"labels": ["DUE"]}
    )
    digest = Digest.objects.create(
        recipient=people.supervisor, for_date=DAY, created_at=NOON, next_attempt_at=NOON
    )
    fields = {
        "alert": alert,
        "recipient": people.supervisor,
        "channel": "digest",
        "digest": digest,
        "state": "COLLECTED",
    }
    Message.objects.create(created_at=NOON, next_attempt_at=NOON, **fields)
    delivery.deliver(NOON)
    assert handed_over(monkeypatch, capsys, report(digest.pk))
    assert set(Message.objects.filter(digest=digest).values_list("state", flat=True)) == {"DEAD"}
    delivery.resend(Digest.objects.get())
    delivery.deliver(Digest.objects.get().next_attempt_at)
    bodies = [message.get_payload() for _address, message in mail.messages]
    assert len(bodies) == 2
    assert all(case.number in body for body in bodies)
    assert Message.objects.get(digest=digest).state == "SENT"


def test_what_is_no_report_of_a_failure_changes_nothing(case, monkeypatch, capsys):
    row = waiting(case, "email", state="SENT")
    absent = EmailMessage()
    absent["Subject"], absent["In-Reply-To"] = "Out of office", f"<{row.pk}@cases.example.org>"
    absent.set_content("back on Monday")
    nothing = [
        b"",
        b"\x00\xff" * 40,
        absent.as_bytes(),
        report(row.pk, "delayed", "4.4.1"),
        report(row.pk, "failed", "4.4.7"),
        report(row.pk, "delivered", "2.0.0"),
        report(uuid4()),
        report("someone-else"),
        report(row.pk)[:500],
    ]
    for raw in nothing:
        assert not handed_over(monkeypatch, capsys, raw), raw[:300]
    row.refresh_from_db()
    assert row.state == "SENT"


@examples(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 60))
def test_no_bytes_break_the_reading(noise, at, cut):
    whole = report("0a1b2c3d-0000-4000-8000-00000000000a", headers_alone=at % 2 == 0)
    bounces.read(noise)
    bounces.read(whole[:at] + noise + whole[at + cut :])


def test_reports_go_to_the_bounce_address_and_answers_to_the_sender(case, mail, settings):
    settings.BOUNCE_ADDRESS, settings.DEFAULT_FROM_EMAIL = (
        "bounces@example.org",
        "cases@example.org",
    )
    waiting(case, "email")
    delivery.deliver(NOON)
    ((address, message),) = mail.messages
    assert (address, message["From"], mail.envelopes) == (
        MAIL,
        "cases@example.org",
        ["bounces@example.org"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://AC:t@api.twilio.com?from=1",
        "twilio://api.twilio.com?from=1",
        "twilio://AC:t@api.twilio.com",
        "x",
    ],
)
def test_a_wrong_address_of_the_provider_is_told_without_its_token(monkeypatch, text):
    monkeypatch.setenv("SMS_URL", text)
    with pytest.raises(ImproperlyConfigured) as error:
        env.read("SMS_URL", {}, env.sms, "twilio://...", secret=True)
    assert "SMS_URL" in str(error.value)
    assert text not in str(error.value)


def test_the_address_of_the_provider():
    found = env.sms("twilio://AC1:to%2Fken@api.twilio.com?from=+17045550100")
    assert found == {
        "base": "https://api.twilio.com",
        "account": "AC1",
        "token": "to/ken",
        "sender": "+17045550100",
    }
