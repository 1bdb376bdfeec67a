"""Nothing that people wrote stands in clear in any row of any table or in any stored file (C7, C9)."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from casework.documents import attachments
from casework.documents.letters import Rendered
from casework.encryption import fields
from casework.engine.services import act
from casework.models import Appointment, Attachment, Document, Event
from casework.privacy import encrypted_files
from district.models import School
from tests.titleix.conftest import HARASSMENT, KNOWN, Walk
from titleix.case.open_report import open_report
from titleix.models import Party, Record, TitleIXCase

PLANTED = "Quetzalcoatlus"
SAYS = f"{PLANTED} said so"


def rows_with(word: str) -> list[str]:
    """Every table with a row that holds the word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname "
            "NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t WHERE t::text ILIKE %s", [f"%{word}%"])
            found += [f"{table}: {row[0][:300]}" for row in cursor.fetchall()]
    return found


def files_with(word: str) -> list[str]:
    """Every stored file that holds the word, in its bytes or its name."""
    roots = [Path(settings.MEDIA_ROOT), Path(settings.IMPORT_ROOT)]
    found = [path for root in roots for path in root.rglob("*") if path.is_file()]
    return [str(path) for path in found if word.encode() in path.read_bytes() or word in path.name]


@pytest.fixture
def told(staff) -> Walk:
    """A district case in whose every word PLANTED stands, up to a decided appeal."""
    person = {
        "name": f"Ada {PLANTED}",
        "address": f"1 {PLANTED} Street",
        "email": f"{PLANTED}@example.org",
        "phone": "704 555 0101",
    }
    case = open_report(
        school=School.objects.get(school_id="1"),
        narrative=SAYS,
        knowledge_at=KNOWN,
        channel="staff",
        now=KNOWN,
        people=[
            {"part": "complainant", "kind": "student", **person},
            {"part": "respondent", "kind": "student", **person, "email": ""},
        ],
    )
    walk, s = Walk(case, staff), staff
    attachments.take(case, SimpleUploadedFile(f"{PLANTED}.txt", SAYS.encode()), s.coordinator, 1000)
    walk("triage", s.coordinator, "2026-09-08")
    walk(
        "screen",
        s.coordinator,
        "2026-09-08",
        **(HARASSMENT | {"rationale": SAYS, "on_school_property": "on", "listed_act": "on"}),
    )
    walk(
        "duty_done",
        s.coordinator,
        "2026-09-08",
        duty="DUTY_POLICE_REPORT",
        on="2026-09-08",
        who=SAYS,
        number=SAYS,
    )
    walk("add_note", s.coordinator, "2026-09-08", text=SAYS)
    walk(
        "contact",
        s.coordinator,
        "2026-09-08",
        party=walk.party("complainant"),
        on="2026-09-08",
        text=SAYS,
    )
    walk(
        "add_measure",
        s.coordinator,
        "2026-09-08",
        party=walk.party("complainant"),
        on="2026-09-08",
        text=SAYS,
        answer="accepted",
    )
    walk("review_measures", s.coordinator, "2026-09-09", text=SAYS)
    walk(
        "file_complaint",
        s.coordinator,
        "2026-09-09",
        on="2026-09-09",
        by="coordinator",
        reason=SAYS,
    )
    walk(
        "add_person",
        s.coordinator,
        "2026-09-09",
        part="witness",
        kind="third",
        language="es",
        **person,
    )
    walk("allege", s.coordinator, "2026-09-09", text=SAYS)
    walk("send_notice", s.coordinator, "2026-09-10", on="2026-09-10", means="mail", proof=SAYS)
    walk.assign("investigator", s.investigator, "2026-09-10")(
        "begin_investigation", s.investigator, "2026-09-11"
    )
    for part in ("complainant", "respondent"):
        walk(
            "interview",
            s.investigator,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            notice_on="2026-09-11",
            text=SAYS,
        )
        walk(
            "record_advisor",
            s.investigator,
            "2026-09-15",
            party=walk.party(part),
            on="2026-09-15",
            choice="none",
        )
    walk(
        "add_evidence",
        s.investigator,
        "2026-09-16",
        on="2026-09-16",
        title=SAYS,
        text=SAYS,
        relied_on="on",
    )
    meeting = {
        "meets_on": "2026-09-21",
        "time": "09:00",
        "minutes": "30",
        "place": SAYS,
        "purpose": SAYS,
        "participants": SAYS,
        "means": "mail",
    }
    walk("schedule_interview", s.investigator, "2026-09-16", party=walk.party("witness"), **meeting)
    clock = str(walk.clock("district_investigation").id)
    notices = {f"notice_{walk.party(part)}": "2026-09-17" for part in ("complainant", "respondent")}
    about = {"clock": clock, "cause": "law_enforcement", "reason": SAYS, **notices}
    walk("extend_deadline", s.coordinator, "2026-09-17", days="5", **about)
    walk("hold_deadline", s.coordinator, "2026-09-18", until="2026-09-25", **about)
    walk("resume_deadline", s.coordinator, "2026-09-21", clock=clock, on="2026-09-21")
    walk("correct_day0", s.coordinator, "2026-09-21", clock=clock, day0="2026-09-08", reason=SAYS)
    walk.sent("send_evidence", s.investigator, "2026-10-14")
    walk(
        "respond",
        s.investigator,
        "2026-10-15",
        party=walk.party("respondent"),
        on="2026-10-15",
        what="answered",
        text=SAYS,
    )
    walk("write_report", s.investigator, "2026-10-26", text=SAYS, considered="on", responses=["1"])
    walk.assign("decision_maker", s.decider, "2026-10-27").sent(
        "send_report", s.investigator, "2026-10-28"
    )
    walk("questions", s.decider, "2026-10-29", code="offered", on="2026-10-29", text=SAYS)
    walk("questions", s.decider, "2026-11-06", code="finished", on="2026-11-06")
    said = {"facts": SAYS, "conclusions": SAYS, "sanctions": SAYS, "why_1": SAYS}
    walk("determine", s.decider, "2026-11-12", remedies="on", finding_1="responsible", **said)
    walk.sent("send_determination", s.decider, "2026-11-13")
    walk(
        "file_appeal",
        s.coordinator,
        "2026-11-16",
        party=walk.party("respondent"),
        on="2026-11-16",
        bases=["bias"],
        text=SAYS,
    )
    row = walk.case.assignments.get(role="investigator", ends_on=None)
    walk("unassign", s.coordinator, "2026-11-17", assignment=str(row.id), reason=SAYS, recuse="on")
    return walk


def letter(walk: Walk) -> Document:
    """A letter as the workflow would keep it."""
    content = f"%PDF-1.7 {SAYS}".encode()
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    made = Rendered(content, digest, "NOTICE", "NOTICE-1", "en", 1)
    path = encrypted_files.keep("TIX", f"documents/{digest[:2]}/{digest}.pdf", made.pdf)
    return Document.objects.create(
        case=walk.case,
        code="NOTICE",
        language="en",
        template_version="1",
        recipient=SAYS,
        file=path,
        sha256=digest,
        size=len(content),
        data={"to": SAYS, "n": 1},
        created_at=KNOWN,
    )


def test_no_row_and_no_file_holds_a_word_of_it(told, staff, client):
    letter(told)
    assert rows_with(PLANTED) == []
    assert files_with(PLANTED) == []
    assert rows_with("Complainant 1") != []  # the search itself finds what is there
    # and everything is there for those who may see it
    case = told.case
    assert case.narrative == SAYS
    assert {party.name for party in case.parties.all()} == {f"Ada {PLANTED}"}
    texts = list(case.records.exclude(text="").values_list("kind", "text"))
    assert all(SAYS in text for _kind, text in texts)
    assert {kind for kind, _text in texts} >= {
        "NOTE",
        "CONTACT",
        "MEASURE",
        "INTERVIEW",
        "EVIDENCE",
        "REPORT",
        "DETERMINATION",
        "APPEAL",
    }
    client.force_login(staff.coordinator)
    page = client.get(reverse("case", args=[case.number])).content.decode()
    assert (
        page.count(f'<p class="said">{SAYS}') >= 6
    )  # note, reasons and measures stand in the story


def test_events_keep_kind_and_number(told):
    note = Event.objects.get(case=told.case, name="add_note")
    assert set(note.data) == {"record", "number"}
    assert (
        Record.objects.get(
            case=told.case, kind=note.data["record"], number=note.data["number"]
        ).text
        == SAYS
    )
    moved = Event.objects.get(case=told.case, name="extend_deadline")
    assert moved.data["cause"] == "law_enforcement"
    assert "reason" not in moved.data


def test_files_are_read_through_one_door(told, staff, client):
    kept, document = Attachment.objects.get(), letter(told)
    client.force_login(staff.coordinator)
    answer = client.get(reverse("attachment", args=[told.number, kept.pk]))
    assert b"".join(answer.streaming_content) == SAYS.encode()
    assert PLANTED in answer["Content-Disposition"]
    answer = client.get(reverse("document-file", args=[told.number, document.pk]))
    assert b"".join(answer.streaming_content) == f"%PDF-1.7 {SAYS}".encode()
    Attachment.objects.update(sha256="0" * 64)
    with pytest.raises(fields.SealError, match="not the one that was kept"):
        encrypted_files.read(Attachment.objects.get())


def test_rotation_takes_rows_letters_and_files_along(told, settings):
    made = letter(told)
    old = dict(settings.SEAL_KEYS)
    settings.SEAL_KEYS = {"new": b"n" * 32} | old
    call_command("reseal", "--batch", "3", "--json", stdout=StringIO(), stderr=StringIO())
    settings.SEAL_KEYS = {"new": b"n" * 32}
    assert told.case.narrative == SAYS
    assert encrypted_files.read(Attachment.objects.get()) == SAYS.encode()
    document = Document.objects.get(pk=made.pk)
    assert (encrypted_files.read(document), document.data) == (
        f"%PDF-1.7 {SAYS}".encode(),
        {"to": SAYS, "n": 1},
    )
    party = Party.objects.filter(case=told.case).first()
    assert party is not None
    assert Appointment.objects.get().place == SAYS
    assert set(party.prints) == set(
        fields.prints({"name": f"Ada {PLANTED}", "email": party.email, "phone": party.phone})
    )
    assert (
        TitleIXCase.objects.filter(
            parties__prints__overlap=fields.prints({"name": f"{PLANTED}, Ada"})
        )
        .distinct()
        .count()
        == 1
    )


def test_a_missing_key_is_an_error_and_never_an_empty_text(told, settings):
    settings.SEAL_KEYS = {"another": b"n" * 32}
    with pytest.raises(fields.SealError, match=r"SEAL_KEYS"):
        act(
            told.number,
            "add_note",
            actor=told.staff.coordinator,
            data={"text": "x"},
            now=datetime.fromisoformat("2026-11-20T15:00Z"),
        )
