"""Breaks things on purpose, with real processes: no alert is lost, none is doubled, whatever dies.

`make test` runs a short round; `make faults` a long one (FAULTS=1000 by default there)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.faults.stack import Stack
from tests.notifications.servers import smtp

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
FAULTS = int(os.environ.get("FAULTS", "10"))
LONG = FAULTS > 50


def test_whatever_dies_no_alert_is_lost_and_none_is_doubled(tmp_path_factory):
    """Each fault comes while alerts fall due and mail goes out."""
    data = Path(tmp_path_factory.mktemp("f"))
    with smtp() as (box, port):
        stack = Stack(
            data,
            port,
            workers=4 if LONG else 2,
            beats=2 if LONG else 1,
            seed=int(os.environ.get("FAULT_SEED", "1")),
        )
        try:
            stack.start(students=400 if LONG else 40)
            rungs = stack.schedule(FAULTS)
            for number in range(FAULTS):
                kind = stack.break_something()
                if LONG:
                    print(f"{number + 1}/{FAULTS} {kind}; {stack.unfinished()} to do", flush=True)
                    if stack.unfinished() < 200:
                        rungs += _more(stack)
                time.sleep(stack.random.uniform(0.1, 1.2))
            stack.settle(300 if LONG else 90)
            verdict = stack.verdict(box)
        finally:
            stack.stop()
    print({"rungs": rungs, "faults": dict(stack.faults), **verdict})
    for name in (
        "rungs_lost",
        "alerts_doubled",
        "alerts_without_message",
        "messages_dead",
        "mails_lost",
        "mails_unknown",
    ):
        assert verdict[name] == 0, (name, verdict, dict(stack.faults))
    # a mail is doubled only where a process died between sending and marking: at most one for each
    # such death
    deaths = sum(
        count for name, count in stack.faults.items() if "web" not in name and "Redis" not in name
    )
    assert verdict["mails_doubled"] <= deaths
    assert verdict["mails_sent"] > 0


def _more(stack: Stack) -> int:
    """A long run needs more to do: every fired rung is planned once more under the next generation."""
    stack.sql(
        "INSERT INTO casework_rung (clock_id, generation, label, level, scheduled_for, "
        "step, attempts)"
        " SELECT clock_id, max(generation) + 1, label, level, now() + random() * interval "
        "'60 seconds', '', 0 FROM casework_rung"
        " WHERE cancelled_at IS NULL GROUP BY clock_id, label, level ORDER BY random() LIMIT 1500"
    )
    return 1500


def test_three_days_without_beat_are_made_up(tmp_path_factory):
    """What fell due while nobody swept comes once, late, with both dates."""
    data = Path(tmp_path_factory.mktemp("f"))
    with smtp() as (box, port):
        stack = Stack(data, port, workers=1, beats=1)
        stack.names.remove("web")
        names, stack.names = stack.names, []
        try:
            stack.start(students=10)
            stack.sql(
                "UPDATE casework_rung SET scheduled_for = now() - random() * interval '3 "
                "days', every = NULL WHERE fired_at IS NULL AND cancelled_at IS NULL"
            )
            stack.names = names
            for name in names:
                stack.spawn(name)
            stack.settle(60)
            verdict = stack.verdict(box)
            late = stack.sql(
                "SELECT count(*) FROM casework_rung WHERE fired_at - scheduled_for > "
                "interval '1 hour'"
            )[0][0]
        finally:
            stack.stop()
    assert late > 0
    assert {
        key: verdict[key]
        for key in (
            "rungs_lost",
            "alerts_doubled",
            "alerts_without_message",
            "mails_lost",
            "mails_doubled",
        )
    } == dict.fromkeys(
        ("rungs_lost", "alerts_doubled", "alerts_without_message", "mails_lost", "mails_doubled"), 0
    )
