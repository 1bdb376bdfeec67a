"""The process log: valid by the published shape, and for Title IX without a person, a place, a time
of day or a known number."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from io import StringIO
from xml.etree import ElementTree

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from attendance.models import AttendanceCase
from casework.case_types import registry
from casework.engine.services import act
from casework.models import Case, Event
from casework.reporting import event_log
from district.models import School
from titleix.case.open_report import open_report

# The shape of OCEL 2.0 (JSON), as far as tools insist on it.
SHAPE = {
    "type": "object",
    "required": ["objectTypes", "eventTypes", "objects", "events"],
    "properties": {
        "objectTypes": {
            "type": "array",
            "items": {"type": "object", "required": ["name", "attributes"]},
        },
        "eventTypes": {
            "type": "array",
            "items": {"type": "object", "required": ["name", "attributes"]},
        },
        "objects": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type"],
                "properties": {
                    "attributes": {
                        "type": "array",
                        "items": {"type": "object", "required": ["name", "value", "time"]},
                    }
                },
            },
        },
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type", "time"],
                "properties": {
                    "attributes": {
                        "type": "array",
                        "items": {"type": "object", "required": ["name", "value"]},
                    },
                    "relationships": {
                        "type": "array",
                        "items": {"type": "object", "required": ["objectId", "qualifier"]},
                    },
                },
            },
        },
    },
}


@pytest.fixture
def worked(people, nights):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), date(2026, 9, 10))
    nights.run(date(2026, 9, 10))
    number = AttendanceCase.objects.get().number
    act(
        number,
        "add_note",
        actor=people.worker,
        data={"text": "Grandmother is ill <&>"},
        on=date(2026, 9, 11),
    )
    act(
        number,
        "assign",
        actor=people.supervisor,
        data={"owner": people.worker.pk},
        on=date(2026, 9, 11),
    )
    report = open_report(
        school=School.objects.first(),
        narrative="He kept following her.",
        knowledge_at=datetime(2026, 9, 9, 13, 37, tzinfo=UTC),
        channel="staff",
        now=datetime(2026, 9, 9, 13, 37, tzinfo=UTC),
    )
    return number, report.number


def test_the_log_holds_every_step_once_and_has_the_published_shape(worked):
    log = event_log.ocel(registry.kind("ATT"), Case.objects.filter(kind="ATT"))
    jsonschema.validate(log, SHAPE)
    assert len(log["events"]) == Event.objects.filter(case__kind="ATT").count()
    ids = {one["id"] for one in log["objects"]}
    assert all(
        link["objectId"] in ids for event in log["events"] for link in event["relationships"]
    )
    assert (
        {event["type"] for event in log["events"]}
        == {one["name"] for one in log["eventTypes"]}
        >= {"open_case", "assign", "add_note"}
    )
    assert "Grandmother" not in json.dumps(log)
    assert "SSW1" not in json.dumps(log)


def test_xes_reads_as_xml_with_a_trace_for_each_case(worked):
    root = ElementTree.fromstring(
        event_log.as_xes(registry.kind("ATT"), Case.objects.filter(kind="ATT"))
    )
    space = "{http://www.xes-standard.org/}"
    traces = root.findall(f"{space}trace")
    assert [trace.find(f"{space}string").get("value") for trace in traces] == [worked[0]]
    times = [
        event.find(f"{space}date").get("value") for event in traces[0].findall(f"{space}event")
    ]
    assert len(times) == Event.objects.filter(case__kind="ATT").count()
    assert times == sorted(times)


def test_title_ix_leaves_without_persons_places_times_and_numbers(worked):
    school = School.objects.first()
    texts = [
        event_log.as_json(registry.kind("TIX"), Case.objects.filter(kind="TIX")) for _ in range(2)
    ]
    texts.append(event_log.as_xes(registry.kind("TIX"), Case.objects.filter(kind="TIX")))
    for text in texts:
        assert not re.search(r"TIX-|user-|13:37|following|\bperson-", text)
        assert school.name not in text
    drawn = [re.search(r"case-([0-9a-f]{12})", text).group(1) for text in texts[:2]]
    assert drawn[0] != drawn[1]  # drawn anew: two logs cannot be laid over each other
    events = json.loads(texts[0])["events"]
    assert [event["type"] for event in events] == ["open_report"]


def test_the_command_writes_both_and_refuses_the_unknown(worked):
    for name, begins in (("ocel", "{"), ("xes", "<?xml")):
        out = StringIO()
        call_command("process_log", "ATT", "--format", name, stdout=out)
        assert out.getvalue().startswith(begins)
    with pytest.raises(CommandError, match="no kind"):
        call_command("process_log", "XXX")
