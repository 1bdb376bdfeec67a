"""From an alert to a person, against real servers: who gets what, once, whatever the others do."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casework.access.grants import recuse
from casework.models import Alert
from casework.privacy import key_rotation
from casework.scheduler.run import sweep
from district.models import Import, User
from notifications import delivery, senders, webhooks
from notifications.fanout import collect_digests, fan_out
from notifications.models import Attempt, Digest, Endpoint, Message, Preference
from tests.notifications.servers import free_port, http, silent, smtp
from tests.together import together

DAY = date(2026, 9, 10)
DUE = datetime(
    2026, 9, 15, 11, 1, tzinfo=UTC
)  # 07:01 in New York on the day on which the notice is due


@pytest.fixture
def case(people, nights):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    for number, user in enumerate(User.objects.exclude(staff_id=None).order_by("pk")):
        user.email = f"user{number}-{user.staff_id.lower()}@example.org"
        user.save()
    return nights.case("S1")


def due_alert(now: datetime = DUE) -> Alert:
    """The alerts of the day on which the three-day notice is due."""
    sweep(now)
    fan_out(now)
    return Alert.objects.get(data__labels__contains="DUE")


def states() -> dict[str, str]:
    return {
        m.recipient.staff_id: m.state
        for m in Message.objects.filter(channel="email").select_related("recipient")
    }


def test_owner_and_supervisor_hear_of_a_due_date(case, people, mail):
    alert = due_alert()
    assert set(
        alert.messages.filter(channel="inbox").values_list("recipient__staff_id", flat=True)
    ) == {"SSW1", "SUP"}
    assert delivery.deliver(DUE) == 2
    assert sorted(address.partition("-")[2] for address, _message in mail.messages) == [
        "ssw1@example.org",
        "sup@example.org",
    ]
    text = mail.messages[0][1]
    assert case.number in text["Subject"]
    body = text.get_payload(decode=True).decode()
    assert f"/cases/{case.number}" in body
    assert "TestS1" not in str(text)
    assert "School 1" not in str(text)
    assert delivery.deliver(DUE) == 0


def test_fanning_out_again_makes_nothing_new(case, people, mail):
    due_alert()
    count = Message.objects.count()
    assert fan_out(DUE) == 0
    Alert.objects.update(fanned_out_at=None)  # as after a kill between the messages and the mark
    fan_out(DUE)
    assert Message.objects.count() == count


def test_whoever_is_recused_hears_nothing_not_even_of_what_was_waiting(case, people, mail):
    due_alert()
    recuse(case, people.supervisor, "uncle", by=people.admin)
    delivery.deliver(DUE)
    assert states() == {"SSW1": "SENT", "SUP": "SKIPPED"}
    assert [address for address, _m in mail.messages if "sup@" in address] == []
    sweep(DUE + timedelta(days=1))
    fan_out(DUE + timedelta(days=1))
    assert not Message.objects.filter(
        recipient=people.supervisor, alert__raised_at__gt=DUE
    ).exists()


def test_an_alert_that_would_reach_nobody_goes_to_the_administrators(case, people, mail):
    User.objects.filter(staff_id__in=["SSW1", "SUP"]).update(is_active=False)
    alert = due_alert()
    assert set(alert.messages.values_list("recipient__staff_id", flat=True)) == {"ADM"}


def test_a_person_without_an_address_is_a_dead_letter_and_the_others_get_theirs(case, people, mail):
    User.objects.filter(staff_id="SSW1").update(email="")
    due_alert()
    delivery.deliver(DUE)
    assert states() == {"SSW1": "DEAD", "SUP": "SENT"}
    dead = Message.objects.get(state="DEAD")
    assert (dead.error, Attempt.objects.get(message=dead).outcome) == ("no_address", "dead")
    User.objects.filter(staff_id="SSW1").update(email="now@example.org")
    delivery.resend(dead)
    delivery.deliver()
    assert states()["SSW1"] == "SENT"


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ("550 no such user", "DEAD", "smtp_550"),
        ("450 try later", "PENDING", "smtp_450"),
        ("553 bad name", "DEAD", "smtp_553"),
    ],
)
def test_an_address_that_the_server_refuses(case, people, mail, answer, state, error):
    mail.answer = lambda address: answer if "ssw1" in address else "250 OK"
    due_alert()
    delivery.deliver(DUE)
    assert states() == {"SSW1": state, "SUP": "SENT"}
    assert Message.objects.get(recipient=people.worker, channel="email").error == error


@pytest.mark.parametrize(("answer", "state"), [("451 busy", "PENDING"), ("554 spam", "DEAD")])
def test_a_message_that_the_server_refuses(case, people, mail, answer, state):
    mail.on_data = lambda: answer
    due_alert()
    delivery.deliver(DUE)
    assert set(states().values()) == {state}


@pytest.mark.parametrize("down", ["hangs", "refuses"])
def test_a_mail_server_that_is_down_holds_up_nothing_else(case, people, settings, down):
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = (
        "django.core.mail.backends.smtp.EmailBackend",
        1,
    )
    with silent() as quiet_port, http() as (hook, url):
        settings.EMAIL_HOST, settings.EMAIL_PORT = (
            "127.0.0.1",
            quiet_port if down == "hangs" else free_port(),
        )
        Endpoint.objects.create(name="other", url=url, secret="s", kind="ATT")
        due_alert()
        started = datetime.now(UTC)
        delivery.deliver(DUE)
        assert datetime.now(UTC) - started < timedelta(seconds=10), (
            "the server is asked once for a batch, not once for a message"
        )
        assert (
            len(hook.calls) == Message.objects.filter(channel="webhook", state="SENT").count() > 0
        )
    assert set(states().values()) == {"PENDING"}
    assert Message.objects.filter(channel="inbox", state="SENT").count() >= 2
    assert Message.objects.filter(channel="email").first().next_attempt_at == DUE + timedelta(
        minutes=1
    )


def test_after_the_last_try_it_is_a_dead_letter(case, people, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    due_alert()
    now, waits = DUE, []
    while Message.objects.filter(channel="email", state="PENDING").exists():
        delivery.deliver(now)
        nxt = Message.objects.filter(channel="email").first()
        waits.append((nxt.next_attempt_at - now) // timedelta(minutes=1))
        now = nxt.next_attempt_at
    assert waits[:7] == [1, 5, 15, 60, 180, 360, 720]
    assert set(states().values()) == {"DEAD"}
    assert Attempt.objects.filter(message__recipient=people.worker).count() == 8


def test_a_webhook_is_signed_and_says_no_name(case, people, mail):
    with http() as (hook, url):
        Endpoint.objects.create(name="sis", url=url, secret="shared", kind="ATT")
        Endpoint.objects.create(name="other kind", url=url, secret="x", kind="TIX")
        due_alert()
        delivery.deliver(DUE)
        due = [(h, b) for h, b in hook.calls if "DUE" in json.loads(b)["labels"]]
        assert len(due) == 1
        headers, body = due[0]
        wanted = hmac.new(b"shared", body, hashlib.sha256).hexdigest()
        assert headers["X-Holdfast-Signature"] == f"sha256={wanted}"
        assert json.loads(body)["case"] == case.number
        assert b"Test" not in body


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, "PENDING"), (429, "PENDING"), (404, "DEAD"), (302, "DEAD"), (200, "SENT")],
)
def test_answers_of_a_webhook(case, people, mail, status, state):
    with http() as (hook, url):
        hook.status = status
        Endpoint.objects.create(name="sis", url=url, secret="s", kind="ATT")
        due_alert()
        delivery.deliver(DUE)
    assert set(Message.objects.filter(channel="webhook").values_list("state", flat=True)) == {state}


def test_a_webhook_that_hangs(case, people, mail, monkeypatch):
    monkeypatch.setattr(senders, "WEBHOOK_SECONDS", 0.5)
    with http() as (hook, url):
        hook.pause = 3
        Endpoint.objects.create(name="sis", url=url, secret="s", kind="ATT")
        due_alert()
        delivery.deliver(DUE)
    assert set(Message.objects.filter(channel="webhook").values_list("state", flat=True)) == {
        "PENDING"
    }
    assert set(states().values()) == {"SENT"}


def test_an_alert_in_quiet_hours_waits_for_the_morning(case, people, mail):
    late = datetime(2026, 9, 16, 2, 0, tzinfo=UTC)  # 22:00 in New York
    due_alert(late)
    assert Message.objects.filter(channel="inbox").exists()
    delivery.deliver(late)
    assert mail.messages == []
    delivery.deliver(datetime(2026, 9, 16, 10, 30, tzinfo=UTC))
    assert len(mail.messages) == 2


def test_a_daily_digest_holds_what_came_together_and_comes_once(case, people, mail):
    sweep(datetime(2026, 9, 14, 11, 1, tzinfo=UTC))  # 50 %, 75 %, T-1: nothing that must go at once
    fan_out(datetime(2026, 9, 14, 11, 1, tzinfo=UTC))
    assert Message.objects.filter(channel="digest", state="COLLECTED").exists()
    assert not Message.objects.filter(channel="email").exists()
    collect_digests(date(2026, 9, 15))
    collect_digests(date(2026, 9, 15))
    delivery.deliver()
    assert Digest.objects.filter(state="SENT").count() == len(mail.messages) == 2
    assert not Message.objects.filter(state="COLLECTED").exists()
    assert case.number in mail.messages[0][1].get_payload(decode=True).decode()
    collect_digests(date(2026, 9, 16))
    assert Digest.objects.count() == 2


def test_a_weekly_digest_waits_for_its_day_and_a_person_may_want_none(case, people, mail):
    Preference.objects.create(user=people.worker, email="weekly")
    Preference.objects.create(user=people.supervisor, email="never")
    sweep(datetime(2026, 9, 14, 11, 1, tzinfo=UTC))
    fan_out(datetime(2026, 9, 14, 11, 1, tzinfo=UTC))
    collect_digests(date(2026, 9, 15))
    assert Digest.objects.count() == 0
    collect_digests(date(2026, 9, 21))
    assert [digest.recipient for digest in Digest.objects.all()] == [people.worker]


def test_a_text_message_goes_through_the_provider(case, people, mail, settings):
    Preference.objects.create(user=people.worker, email="never", sms=True, phone="+1 704 555 0101")
    settings.SMS_PROVIDER = "tests.notifications.test_delivery.Recorder"
    due_alert()
    delivery.deliver(DUE)
    assert [(phone, case.number in text) for phone, text in Recorder.sent] == [
        ("+1 704 555 0101", True)
    ]


class Recorder:
    sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str, reference: str) -> None:
        self.sent.append((phone, text))


def test_the_message_id_is_fixed(case, people, mail, monkeypatch):
    """A sender that dies between sending and marking sends again, recognisably the same."""
    due_alert()
    real = delivery._mark

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "_mark", die)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(DUE)
    monkeypatch.setattr(delivery, "_mark", real)
    assert delivery.deliver(DUE + timedelta(minutes=5)) == 0, (
        "the lease of the dead sender still holds"
    )
    delivery.deliver(DUE + timedelta(minutes=11))
    ids = [message["Message-ID"] for _address, message in mail.messages]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_a_lease_from_the_future_does_not_hold_for_ever(case, people, mail):
    due_alert()
    Message.objects.filter(channel="email").update(
        claimed_until=DUE + timedelta(days=400)
    )  # the machine's clock was wrong
    assert delivery.deliver(DUE) == 2


def test_an_import_that_is_held_reaches_the_administrators(people, nights, mail):
    for number in range(2, 60):
        nights.sis.student(f"S{number}")
    nights.sis.absent("S1", date(2026, 9, 1), code="1A")
    nights.run(date(2026, 9, 8))
    for number in range(2, 10):
        nights.sis.absent(f"S{number}", date(2026, 9, 2))
    assert nights.run(date(2026, 9, 9)).state == Import.State.HELD
    fan_out(DUE)
    assert set(
        Message.objects.filter(alert__code="IMPORT_HELD").values_list(
            "recipient__staff_id", "channel"
        )
    ) == {
        ("ADM", "inbox"),
        ("ADM", "email"),
    }


@pytest.mark.django_db(transaction=True)
def test_four_senders_and_two_fanouts_send_each_message_once(people, nights, settings):
    for number in range(2, 40):
        nights.sis.student(f"S{number}").absent(
            f"S{number}", date(2026, 9, 1), date(2026, 9, 3), DAY
        )
    nights.run(DAY)
    User.objects.exclude(staff_id=None).update(email="all@example.org")
    sweep(DUE)
    with smtp() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        works = [lambda: fan_out(DUE, batch=5)] * 2
        for group in (works, [lambda: [delivery.deliver(DUE, limit=7) for _ in range(12)]] * 4):
            assert together(group) == []
        ids = [message["Message-ID"] for _address, message in box.messages]
    wanted = Message.objects.filter(channel="email")
    assert len(ids) == len(set(ids)) == wanted.count() > 50
    assert not wanted.exclude(state="SENT").exists()


@pytest.mark.django_db
def test_webhooks_are_set_up_by_a_command(capsys):
    call_command("webhook", "--add", "sis", "https://sis.example.org/hook", "ATT", "--json")
    made = json.loads(capsys.readouterr().out)
    assert Endpoint.objects.get(name="sis").secret == made["secret"]
    for wrong in (
        ["--add", "x", "ftp://h", "ATT"],
        ["--add", "x", "https://h", "NONE"],
        ["--add", "sis", "https://h", "ATT"],
        ["--end", "no"],
    ):
        with pytest.raises(CommandError):
            call_command("webhook", *wrong)
    call_command("webhook", "--end", "sis")
    capsys.readouterr()
    call_command("webhook", "--json")
    assert "secret" not in capsys.readouterr().out
    assert not Endpoint.objects.get(name="sis").active


def test_a_new_secret_signs_beside_the_old_one_for_a_week(case, people, mail, capsys):
    with http() as (hook, url):
        Endpoint.objects.create(name="sis", url=url, secret="old", kind="ATT")
        call_command("webhook", "--rotate", "sis", "--json")
        new = json.loads(capsys.readouterr().out)["secret"]
        due_alert()
        delivery.deliver(DUE)
        headers, body = hook.calls[0]
        for secret, header in (
            (new, "X-Holdfast-Signature"),
            ("old", "X-Holdfast-Signature-Before"),
        ):
            assert (
                headers[header]
                == "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            )
    row = Endpoint.objects.get()
    row.changed_at -= timedelta(days=8)
    assert set(webhooks.signatures(row, b"x")) == {"X-Holdfast-Signature"}
    with pytest.raises(CommandError):
        call_command("webhook", "--rotate", "nobody")


def _stored() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, secret_before FROM notifications_endpoint")
        return cursor.fetchone()


@pytest.mark.django_db
def test_the_secrets_of_webhooks_are_sealed_and_follow_the_key(settings):
    settings.SEAL_KEYS = {"old": b"o" * 32}
    row = webhooks.add("sis", "https://sis.example.org/hook", "ATT")
    first = row.secret
    second = webhooks.rotate(row)
    assert all(text.startswith("sealed:old:") for text in _stored())
    with connection.cursor() as cursor:  # from before secrets were sealed
        cursor.execute("UPDATE notifications_endpoint SET secret_before = %s", [first])
    key_rotation.seal_clear_rows([Endpoint])
    assert all(text.startswith("sealed:old:") for text in _stored())
    settings.SEAL_KEYS = {"new": b"n" * 32, "old": b"o" * 32}
    assert key_rotation.reseal().rows >= 1
    settings.SEAL_KEYS = {"new": b"n" * 32}
    again = Endpoint.objects.get()
    assert (again.secret, again.secret_before) == (second, first)
    assert all(text.startswith("sealed:new:") for text in _stored())
    assert not any(secret in str(_stored()) for secret in (first, second))
    assert webhooks.signatures(again, b"x") == webhooks.signatures(row, b"x")
