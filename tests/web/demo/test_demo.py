"""The demo's past: alerts were raised when they were due, sent then, and read; nobody opens a demo
on weeks of lateness."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from attendance.models import AttendanceCase
from casework.models import Alert
from district.models import User
from notifications.models import Message
from notifications.selectors import figures
from web.demo import past
from web.demo import people as people_of_the_demo

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_alerts_of_the_past_are_raised_at_their_moment_and_read(people, nights):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), date(2026, 9, 10))
    nights.run(date(2026, 9, 10))
    assert AttendanceCase.objects.count() == 1
    assert past.alerts_until(past.evening(TODAY - timedelta(days=1))) > 2
    alerts = Alert.objects.exclude(scheduled_for=None)
    assert alerts.count() > 2
    assert all(alert.raised_at == alert.scheduled_for for alert in alerts)
    assert max(alert.raised_at for alert in alerts) < NOON
    past.settle(TODAY)
    found = figures(NOON)
    assert (found["outbox_pending"], found["alerts_without_messages"]) == (0, 0)
    assert found["alert_lateness_worst_seconds"] == 0
    inbox = Message.objects.filter(channel="inbox")
    assert not inbox.filter(created_at__lt=NOON - timedelta(days=5), read_at=None).exists()
    assert past.alerts_until(past.evening(TODAY - timedelta(days=1))) == 0


def test_whoever_is_printed_as_a_sign_in_can_sign_in(people, tmp_path):
    first = people_of_the_demo.make_sign_ins(tmp_path)
    kept = {user.username: user.password for user in User.objects.all()}
    assert first
    for row in first:
        assert User.objects.get(username=row["username"]).check_password(row["password"]), row[
            "username"
        ]
    assert people_of_the_demo.make_sign_ins(tmp_path) == first
    assert {user.username: user.password for user in User.objects.all()} == kept, (
        "no hash is worked out twice"
    )
