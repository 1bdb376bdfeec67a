"""Who hears of what by which channel and when: the rules alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from casework.models import Alert
from casework.policy.policies import policy_for
from notifications import rules, texts
from notifications.models import Preference

ZONE = "America/New_York"
POLICY = policy_for("notifications", date(2026, 10, 1)).data
HELD = {"view_cases": {1, 2, 3, 4}, "work_cases": {1, 2}, "supervise_cases": {3, 9}}


@pytest.mark.parametrize(
    ("level", "owner", "expected"),
    [
        ("owner", 1, {1}),
        ("supervisor", 1, {1, 3}),
        ("coordinator", 1, {1, 3}),
        ("escalation", 1, {1, 3}),
        ("owner", None, {1, 2}),
        ("supervisor", None, {1, 2, 3}),
        ("owner", 8, {1, 2}),  # an owner who may not see the case (any more) hears nothing
        ("unheard of", 1, {1}),
    ],
)
def test_recipients(level, owner, expected):
    assert rules.recipients(level, owner, HELD, POLICY["audience"]) == expected


@pytest.mark.parametrize(
    ("email", "labels", "expected"),
    [
        (None, ["50%"], ["inbox", "digest"]),
        ("daily", ["75%+T-7"], ["inbox", "digest"]),
        ("weekly", ["T-1"], ["inbox", "digest"]),
        ("never", ["T-1"], ["inbox"]),
        ("at_once", ["50%"], ["inbox", "email"]),
        ("never", ["OVERDUE"], ["inbox", "email"]),
        ("never", ["T-1", "DUE"], ["inbox", "email"]),
        ("weekly", ["90%+DUE"], ["inbox", "email"]),
    ],
)
def test_channels_and_the_floor_under_them(email, labels, expected):
    preference = Preference(email=email) if email else None
    assert [str(channel) for channel in rules.channels(labels, preference, POLICY)] == expected


@pytest.mark.parametrize("label", ["OVERDUE+1", "OVERDUE+34"])
def test_no_overdue_alert_can_be_switched_off(label):
    assert "email" in rules.channels([label], Preference(email="never"), POLICY)


def test_text_messages_only_for_those_who_asked_and_only_for_what_is_due():
    asked = Preference(email="never", sms=True, phone="+1")
    assert "sms" in rules.channels(["DUE"], asked, POLICY)
    assert "sms" not in rules.channels(["50%"], asked, POLICY)
    assert "sms" not in rules.channels(["DUE"], Preference(sms=True), POLICY)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-10-08T07:00-04:00", "2026-10-08T07:00-04:00"),
        ("2026-10-08T20:00-04:00", "2026-10-09T06:30-04:00"),
        ("2026-10-08T02:00-04:00", "2026-10-08T06:30-04:00"),
        ("2026-10-31T23:00-04:00", "2026-11-01T06:30-05:00"),
        ("2027-03-13T23:00-05:00", "2027-03-14T06:30-04:00"),
        ("2026-10-08T06:30-04:00", "2026-10-08T06:30-04:00"),
    ],
)
def test_quiet_hours(now, leaves):
    found = rules.not_before(datetime.fromisoformat(now), ZONE, {"from": "20:00", "to": "06:30"})
    assert found == datetime.fromisoformat(leaves)


def test_quiet_hours_at_noon():
    quiet = {"from": "12:00", "to": "13:00"}
    assert rules.not_before(datetime(2026, 10, 8, 16, 30, tzinfo=UTC), ZONE, quiet) == datetime(
        2026, 10, 8, 17, 0, tzinfo=UTC
    )
    assert rules.not_before(datetime(2026, 10, 8, 18, 0, tzinfo=UTC), ZONE, quiet) == datetime(
        2026, 10, 8, 18, 0, tzinfo=UTC
    )


def test_retries_grow_over_hours_and_end():
    now = datetime(2026, 10, 8, tzinfo=UTC)
    waits = [rules.next_try(n, now, POLICY["retry_minutes"]) for n in range(1, 9)]
    assert waits[-1] is None
    assert [(when - now) // timedelta(minutes=1) for when in waits[:-1] if when] == [
        1,
        5,
        15,
        60,
        180,
        360,
        720,
    ]


def test_a_snooze_never_outlives_the_due_date():
    wanted = datetime(2026, 10, 20, 12, tzinfo=UTC)
    assert rules.snooze_until(wanted, date(2026, 10, 8), ZONE) == datetime(
        2026, 10, 8, 11, tzinfo=UTC
    )
    assert rules.snooze_until(wanted, date(2026, 12, 8), ZONE) == wanted
    assert rules.snooze_until(wanted, None, ZONE) == wanted


def test_digests_by_weekday():
    monday = date(2026, 10, 5)
    assert rules.digest_due(None, monday + timedelta(days=1), 0)
    assert rules.digest_due(Preference(email="weekly"), monday, 0)
    assert not rules.digest_due(Preference(email="weekly"), monday + timedelta(days=1), 0)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["50%"], "50% of the time is over"),
        (["90%+T-3"], "90% of the time is over, due in 3 days"),
        (["T-1"], "due tomorrow"),
        (["DUE"], "due today"),
        (["DUE", "OVERDUE+1"], "overdue"),
        (["SOMETHING_NEW"], "something new"),
    ],
)
def test_words(labels, said):
    assert texts.words(Alert(code=labels[-1], data={"labels": labels})) == said
