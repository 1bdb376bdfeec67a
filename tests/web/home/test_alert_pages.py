"""Pages of alerts and deadlines: the inbox, what one prefers, the feed, what goes out next, health,
policies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from icalendar import Calendar

from casework.access.grants import recuse
from casework.engine.services import act
from casework.models import Heartbeat, Rung
from casework.scheduler.run import sweep
from notifications import delivery
from notifications.fanout import fan_out
from notifications.models import FeedToken, Message, Preference
from tests.pages import Page
from tests.web.home.test_pages import case, drafted  # noqa: F401 - fixtures

DUE = datetime(2026, 9, 15, 11, 1, tzinfo=UTC)
MOST = 12


@pytest.fixture
def told(case):  # noqa: F811
    sweep(DUE)
    fan_out(DUE)
    return case


def body(response) -> str:
    return response.content.decode()


def test_the_inbox_shows_what_is_new_and_the_badge_counts_it(
    told, people, sign_in, django_assert_max_num_queries
):
    client = sign_in(people.worker)
    client.get("/")
    with django_assert_max_num_queries(MOST):
        page = body(client.get("/inbox"))
    assert told.number in page
    assert "due today" in page
    assert "Send the three-day notice" in page, "an alert says which promise it is about"
    assert "TestS1" not in page
    unread = Message.objects.filter(recipient=people.worker, channel="inbox", read_at=None)
    assert f"<b>{unread.count()}<span" in page
    for row in unread:
        client.post(reverse("inbox-mark", args=[row.pk]), {"do": "read"})
    assert "You have read everything" in body(client.get("/inbox"))
    assert told.number in body(client.get("/inbox?show=read"))
    row = Message.objects.filter(recipient=people.worker, channel="inbox").first()
    client.post(reverse("inbox-mark", args=[row.pk]), {"do": "unread"})
    assert told.number in body(client.get("/inbox"))
    client.post(reverse("inbox-read"))
    assert not unread.all().exists()


def test_a_snooze_ends_with_the_due_date(told, people, sign_in):
    row = Message.objects.filter(
        recipient=people.worker, channel="inbox", alert__clock__due=date(2026, 9, 15)
    ).first()
    client = sign_in(people.worker)
    with time_machine.travel(datetime(2026, 9, 14, 12, tzinfo=UTC), tick=False):
        client.post(reverse("inbox-mark", args=[row.pk]), {"do": "snooze3"})
        row.refresh_from_db()
        assert row.snoozed_until == datetime(2026, 9, 15, 11, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 9, 15, 12, tzinfo=UTC), tick=False):
        assert "cannot be put off" in body(
            client.post(reverse("inbox-mark", args=[row.pk]), {"do": "snooze1"}, follow=True)
        )


def test_nobody_reads_or_marks_the_alerts_of_others(told, people, sign_in):
    row = Message.objects.filter(recipient=people.worker, channel="inbox").first()
    for other in (people.colleague, people.admin, people.stranger, people.root):
        client = sign_in(other)
        assert client.post(reverse("inbox-mark", args=[row.pk]), {"do": "read"}).status_code == 404
        assert told.number not in body(client.get("/inbox?show=all"))
        assert told.number not in body(client.get("/upcoming?until=2030-01-01T00:00"))
        assert client.get(reverse("deadlines", args=[told.number])).status_code == 404


def test_whoever_is_recused_loses_the_alerts_and_their_count(told, people, sign_in):
    recuse(told, people.worker, "aunt", by=people.supervisor)
    page = body(sign_in(people.worker).get("/inbox?show=all"))
    assert told.number not in page
    assert "<b>" not in page.split("Inbox", 1)[1][:60]


def test_preferences_are_kept_and_checked(people, sign_in):
    client = sign_in(people.worker)
    assert "overdue" in body(client.get("/inbox/preferences"))
    assert (
        client.post("/inbox/preferences", {"email": "weekly", "sms": "on", "phone": ""}).status_code
        == 422
    )
    assert (
        client.post(
            "/inbox/preferences", {"email": "weekly", "sms": "on", "phone": "call me"}
        ).status_code
        == 422
    )
    assert (
        client.post(
            "/inbox/preferences", {"email": "weekly", "sms": "on", "phone": "+1 704 555 0101"}
        ).status_code
        == 302
    )
    kept = Preference.objects.get(user=people.worker)
    assert (kept.email, kept.sms) == ("weekly", True)


def test_the_feed_holds_ones_deadlines_and_no_name(told, people, sign_in, client):
    signed = sign_in(people.worker)
    signed.post(reverse("feed-token"), {"do": "make"})
    page = body(signed.get("/inbox/preferences"))
    address = page.split("<code", 1)[1].split(">", 1)[1].split("<", 1)[0]
    path = "/feeds/" + address.rpartition("/")[2]
    assert "feeds/" not in body(signed.get("/inbox/preferences")), "the secret is shown once"
    client.logout()
    answer = client.get(path)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert any(
        event["DTSTART"].dt == date(2026, 9, 15) and str(event["SUMMARY"]).startswith(told.number)
        for event in events
    )
    assert b"Test" not in answer.content
    assert client.get("/feeds/wrong.ics").status_code == 404
    recuse(told, people.worker, "aunt", by=people.supervisor)
    assert told.number.encode() not in client.get(path).content
    FeedToken.objects.all().delete()
    assert client.get(path).status_code == 404


def test_an_appointment_is_a_calendar_file(case, people, sign_in):  # noqa: F811
    act(
        case.number,
        "raise_tier3",
        actor=people.worker,
        data={"reason": "needs a conference"},
        on=date(2026, 9, 10),
    )
    wanted = {"on": "2026-09-15", "at": "10:00", "place": "Room 4", "interpreter": "on"}
    conference = case.processes.get(kind="ARC").id
    act(
        case.number,
        "schedule_conference",
        actor=people.worker,
        data=wanted,
        process=conference,
        on=date(2026, 9, 10),
    )
    row = case.appointments.get()
    client = sign_in(people.worker)
    assert reverse("appointment", args=[case.number, row.pk]) in body(
        client.get(f"/cases/{case.number}")
    )
    answer = client.get(reverse("appointment", args=[case.number, row.pk]))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 9, 15, 14, tzinfo=UTC)
    assert str(event["LOCATION"]) == "Room 4"
    assert (
        sign_in(people.colleague)
        .get(reverse("appointment", args=[case.number, row.pk]))
        .status_code
        == 404
    )


def test_what_goes_out_next(case, people, sign_in, django_assert_max_num_queries):  # noqa: F811
    client = sign_in(people.supervisor)
    with time_machine.travel(datetime(2026, 9, 10, 16, tzinfo=UTC), tick=False):
        client.get("/")
        with django_assert_max_num_queries(MOST):
            page = body(client.get("/upcoming"))
    assert case.number in page
    assert "due tomorrow" in page
    assert "Nothing will go out" in body(client.get("/upcoming?until=2026-09-10T06:00"))
    assert client.get("/upcoming?until=9999-12-31T23:59").status_code == 200
    assert client.get("/upcoming?until=soon").status_code == 200


def test_all_deadlines_of_a_case(told, people, sign_in, django_assert_max_num_queries):
    client = sign_in(people.worker)
    client.get("/")
    with django_assert_max_num_queries(MOST):
        page = body(client.get(reverse("deadlines", args=[told.number])))
    assert "started" in page
    assert "● sent" in page
    assert "○ to come" in page


def test_a_supervisor_extends_on_the_page(case, people, sign_in):  # noqa: F811
    act(case.number, "raise_tier2", actor=people.worker, data={"reason": "x"}, on=date(2026, 9, 10))
    clock = case.clocks.get(kind="root_cause")
    client = sign_in(people.supervisor)
    address = reverse("step", args=[case.number, "extend_deadline"])
    page = body(client.get(address))
    assert "Find the causes" in page
    Rung.objects.filter(clock=clock)
    with time_machine.travel(datetime(2026, 9, 11, 16, tzinfo=UTC), tick=False):
        wanted = {
            "clock": str(clock.id),
            "days": "3",
            "cause": "illness",
            "reason": "the student is in hospital",
        }
        assert client.post(address, wanted | {"days": "99"}).status_code == 422
        assert client.post(address, wanted).status_code == 302
    clock.refresh_from_db()
    assert clock.extended_by == 3
    assert sign_in(people.worker).post(address, wanted).status_code == 403


def test_health_is_for_administrators_and_names_no_case(told, people, sign_in):
    delivery.deliver(DUE)  # nobody has an address: dead letters
    dead = Message.objects.filter(state="DEAD").first()
    client = sign_in(people.admin)
    page = body(client.get("/health"))
    assert "no_address" in page
    assert told.number not in page
    assert client.post(reverse("resend", args=["message", dead.pk])).status_code == 302
    dead.refresh_from_db()
    assert dead.state == "PENDING"
    for other in (people.worker, people.supervisor, people.root):
        signed = sign_in(other)
        assert signed.get("/health").status_code == 404
        assert signed.post(reverse("resend", args=["message", dead.pk])).status_code == 404


def test_everybody_sees_when_the_sweep_stopped(told, people, sign_in, client):
    sweep()
    page = body(sign_in(people.worker).get("/"))
    assert "Alerts are not going out" not in page
    assert client.get("/healthz").status_code == 200
    Heartbeat.objects.filter(name="sweep").update(at=datetime.now(UTC) - timedelta(minutes=5))
    assert "Alerts are not going out" in body(sign_in(people.worker).get("/"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["sweep"]) == (503, False)
    assert client.get("/livez").status_code == 200


def test_probes_ask_by_address(told, client, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["cases.example.org"], True
    sweep()
    for probe in ("/livez", "/healthz", "/metrics"):
        assert client.get(probe, headers={"host": "10.1.2.3:8000"}).status_code == 200, probe
    assert client.get("/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_metrics_need_the_token_or_this_machine(told, client, settings):
    text = body(client.get("/metrics"))
    for name in (
        "sweep_age_seconds",
        "outbox_oldest_seconds",
        "alert_lateness_p99_seconds",
        "alert_lateness_worst_seconds",
    ):
        assert f"holdfast_{name} " in text
    assert told.number not in text
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert (
        client.get(
            "/metrics", headers={"authorization": "Bearer secret"}, REMOTE_ADDR="10.0.0.9"
        ).status_code
        == 200
    )


def test_a_policy_change_is_looked_at_before_it_is_put_in_force(case, people, sign_in, settings):  # noqa: F811
    text = (settings.POLICY_DIR / "nc-cms.yaml").read_text()
    client = sign_in(people.admin)
    assert "nc-cms@2026.1" in body(client.get("/policies"))

    def upload(content: str) -> tuple[int, str]:
        with time_machine.travel(datetime(2026, 9, 10, 16, tzinfo=UTC), tick=False):
            answer = client.post(
                "/policies", {"file": SimpleUploadedFile("p.yaml", content.encode())}
            )
        return answer.status_code, Page(answer).text

    status, page = upload(
        text.replace("percent: 75, to: supervisor", "before: 2, to: supervisor").replace(
            '"2026.1"', '"2026.2"'
        )
    )
    assert status == 200
    assert "nc-cms@2026.2" in page
    assert "notice_L3" in page
    status, page = upload(text.replace("percent: 75", "percent: 175"))
    assert status == 422
    assert "175" in page
    assert upload("\x00: [")[0] == 422
    assert upload("domain: attendance")[0] == 422
    assert sign_in(people.supervisor).get("/policies").status_code == 404


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (119, "119 s"),
        (300, "5 min"),
        (7300, "2 h"),
        (172_800, "2 days"),
        (4_870_397, "56 days"),
    ],
)
def test_a_span_of_time_has_its_largest_fitting_unit(seconds, words):
    from web.templatetags.holdfast import lasting

    assert lasting(seconds) == words
