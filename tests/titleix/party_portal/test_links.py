"""A party's private link: only their packet, in their language, on a phone without JavaScript;
nothing of the other party."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
import typst
from pypdf import PdfReader
from structlog.stdlib import ProcessorFormatter

from casework.engine.errors import Invalid
from casework.models import Alert, Attachment, Document, Event, Read
from casework.privacy import encrypted_files
from config.logs import without_keys
from district.models import User
from tests.titleix.conftest import Walk
from tests.titleix.lives import investigated, refused, reported
from titleix.models import Delivery, Inspection, Party, PartyLink, Record
from titleix.party_portal import links
from titleix.party_portal.texts import LETTERS, PARTS, TEXTS

NOW = datetime(2026, 10, 15, 15, tzinfo=UTC)


@pytest.fixture
def frozen():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def walk(report, frozen) -> Walk:
    """The evidence is with the parties since 14 October."""
    return investigated(report).sent("send_evidence", report.staff.investigator, "2026-10-14")


def link(walk: Walk, part: str, *, code: bool = False, days: int = 30) -> PartyLink:
    data = {"party": walk.party(part), "days": days} | ({"with_code": "on"} if code else {})
    walk("make_party_link", walk.staff.coordinator, "2026-10-15", **data)
    return PartyLink.objects.filter(party_id=walk.party(part), revoked_at=None).latest("made_at")


def enter(client, found: PartyLink):
    client.cookies.clear()
    return client.get(f"/party/{links.token_of(found.pk)}", follow=True)


def letter_to(walk: Walk, part: str) -> Document:
    """A letter on file, bound to one person."""
    pdf = _pdf()
    name = encrypted_files.keep("TIX", f"documents/{uuid4()}", pdf)
    document = Document.objects.create(
        case=walk.case,
        code="NOTICE",
        language="en",
        template_version="x",
        file=name,
        sha256=hashlib.sha256(pdf).hexdigest(),
        size=len(pdf),
        created_at=NOW,
    )
    Delivery.objects.filter(case=walk.case, code="NOTICE", party_id=walk.party(part)).update(
        document=document
    )
    return document


def _pdf() -> bytes:
    made = typst.compile(b"#set page(width: 210mm, height: 297mm)\nA letter", format="pdf")
    assert isinstance(made, bytes)
    return made


def test_english_and_spanish_say_the_same_things():
    for both in (TEXTS, LETTERS, PARTS):
        assert both["en"].keys() == both["es"].keys()
    assert not [key for key in TEXTS["en"] if TEXTS["en"][key] == TEXTS["es"][key]]


def test_a_link_leads_to_the_persons_own_packet_alone(walk, client):
    mine, theirs = letter_to(walk, "complainant"), letter_to(walk, "respondent")
    page = enter(client, link(walk, "complainant"))
    words = page.content.decode()
    assert page.status_code == 200
    assert 'lang="es"' in words  # the complainant's language
    assert "Sus documentos" in words
    assert str(mine.pk) in words
    for hidden in (
        str(theirs.pk),
        "Barrett",
        "Oak Street",
        "respondent",
        "persona acusada",
        "<script",
    ):
        assert hidden not in words, hidden
    assert "Sat 24 Oct 2026" in words or "24 Oct" in words
    assert client.get(f"/party/letters/{mine.pk}").status_code == 200
    assert client.get(f"/party/letters/{theirs.pk}").status_code == 404
    assert client.get(f"/party/evidence/{uuid4()}").status_code == 404
    assert page["Cache-Control"] == "no-store, private"
    assert links.token_of(PartyLink.objects.get().pk) not in words
    assert client.get("/party?lang=en").content.decode().count("Your papers")


def test_a_letter_carries_the_mark_of_who_looked(walk, client):
    document = letter_to(walk, "complainant")
    enter(client, link(walk, "complainant"))
    answer = client.get(f"/party/letters/{document.pk}")
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "Complainant 1" in text
    assert walk.number in text
    assert list(
        Read.objects.filter(user=None, what="DOCUMENT").values_list("object", flat=True)
    ) == [document.pk]
    assert Inspection.objects.get(case=walk.case).document_id == document.pk


def test_the_evidence_is_shown_with_a_mark_and_each_look_is_kept(walk, client):
    pdf = _pdf()
    shown = Attachment.objects.create(
        case=walk.case,
        name="Barrett phone.pdf",
        size=len(pdf),
        sha256=hashlib.sha256(pdf).hexdigest(),
        state="CLEAN",
        media_type="application/pdf",
        uploaded_at=NOW,
        file=encrypted_files.keep("TIX", "attachments/e", pdf),
    )
    other = Attachment.objects.create(
        case=walk.case,
        name="notes.txt",
        size=1,
        sha256="2" * 64,
        state="CLEAN",
        uploaded_at=NOW,
        file="x",
    )
    Record.objects.filter(case=walk.case, kind="EVIDENCE").update(attachment=shown)
    Record.objects.create(
        case=walk.case,
        kind="EVIDENCE",
        number=2,
        on="2026-10-15",
        text="came later than the package",
        data={},
    )
    enter(client, link(walk, "respondent"))
    words = client.get("/party/evidence").content.decode()
    assert "found on both phones" in words
    assert "came later" not in words
    assert f"Respondent 1 · {walk.number}" in words
    assert "Barrett phone" not in words
    assert client.get(f"/party/evidence/{shown.pk}").status_code == 200
    assert client.get(f"/party/evidence/{other.pk}").status_code == 404
    assert (
        Read.objects.filter(
            case=walk.case, user=None, what="PACKET", object=PartyLink.objects.get().pk
        ).count()
        == 2
    )
    looks = Inspection.objects.filter(
        case=walk.case, how="link", party_id=walk.party("respondent")
    ).order_by("at")
    assert sorted(str(row.attachment_id or "") for row in looks) == sorted(["", str(shown.pk)])
    client.force_login(
        User.objects.get(pk=walk.staff.coordinator.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    page = client.get(f"/cases/{walk.number}").content.decode()
    assert "Inspection log" in page
    assert "file of the evidence" in page


def test_before_the_evidence_is_sent_there_is_none(report, client, frozen):
    walk = investigated(report)
    enter(client, link(walk, "respondent"))
    assert client.get("/party/evidence").status_code == 404
    assert client.post("/party/answer", {"kind": "response", "text": "x"}).status_code == 422


def test_a_code_is_asked_for_and_wrong_ones_run_out(walk, client):
    found = link(walk, "complainant", code=True)
    assert 'name="code"' in enter(client, found).content.decode()
    assert client.get("/party/evidence").status_code == 302
    for _try in range(4):
        assert client.post("/party", {"code": "00000000"}).status_code == 422
    assert client.post("/party", {"code": links.code_of(found.pk)}).status_code == 302
    assert client.get("/party/evidence").status_code == 200
    enter(client, found)
    for _try in range(5):
        client.post("/party", {"code": "nonsense"})
    assert (
        client.post("/party", {"code": links.code_of(found.pk)}).status_code == 422
    )  # locked until a new link is made


def test_a_link_ends_by_its_date_by_hand_and_when_the_person_leaves(walk, client, frozen):
    found = link(walk, "complainant", days=2)
    assert enter(client, found).status_code == 200
    frozen.shift(timedelta(days=3))
    assert client.get("/party").status_code == 404
    assert enter(client, found).status_code == 404
    frozen.move_to(NOW)
    assert enter(client, found).status_code == 200
    walk("end_party_link", walk.staff.coordinator, "2026-10-15", link=str(found.pk))
    assert client.get("/party").status_code == 404
    again = link(walk, "respondent")
    Party.objects.filter(pk=again.party_id).update(left_on="2026-10-15")
    assert enter(client, again).status_code == 404


def test_guessing_is_slowed_down(client, walk):
    for _try in range(30):
        assert client.get(f"/party/{uuid4()}").status_code == 404
    assert client.get(f"/party/{uuid4()}").status_code == 429
    assert client.get(f"/party/{links.token_of(link(walk, 'complainant').pk)}").status_code == 429


def test_the_database_keeps_neither_token_nor_code(walk):
    found = link(walk, "complainant", code=True)
    kept = str(PartyLink.objects.values().get()) + str(
        list(Event.objects.filter(case=walk.case).values_list("data", flat=True))
    )
    assert links.token_of(found.pk) not in kept
    assert links.code_of(found.pk) not in kept


def test_an_answer_is_a_record_and_somebody_hears_of_it(walk, client):
    enter(client, link(walk, "respondent"))
    for bad in (
        {"kind": "response", "text": " "},
        {"kind": "waiver"},
        {"kind": "question", "text": "x"},
        {"kind": "\x00"},
        {},
        {"kind": "response", "text": "x" * 20001},
    ):
        answer = client.post("/party/answer", bad)
        assert answer.status_code == 422, bad
    assert "x" * 20001 in answer.content.decode()  # nothing typed is lost
    assert (
        client.post("/party/answer", {"kind": "response", "text": "It was not me."}).status_code
        == 302
    )
    row = Record.objects.get(case=walk.case, code="portal_response")
    assert (row.text, str(row.party_id)) == ("It was not me.", walk.party("respondent"))
    assert Alert.objects.filter(case=walk.case, code="PARTY_ANSWERED").count() == 1
    assert "not me" not in str(Event.objects.filter(case=walk.case).latest("seq").data)
    assert "It was not me." in client.get("/party").content.decode()
    enter(client, link(walk, "complainant"))
    assert "It was not me." not in client.get("/party").content.decode()


def test_a_waiver_by_the_link_counts_when_it_comes(walk, client):
    """N9: the written waiver of every party ends the wait; a party's answer by its link must be
    considered in the report."""
    investigator = walk.staff.investigator
    enter(client, link(walk, "complainant"))
    assert client.post("/party/answer", {"kind": "waiver", "tick": "on"}).status_code == 302
    sent = {
        row.party.part: row
        for row in Delivery.objects.filter(case=walk.case, code="EVIDENCE").select_related("party")
    }
    assert (sent["complainant"].waived, sent["complainant"].closed_on) == (True, NOW.date())
    assert sent["respondent"].closed_on is None
    refused(walk, "write_report", investigator, "2026-10-16", text="x", considered="on")
    enter(client, link(walk, "respondent"))
    client.post("/party/answer", {"kind": "response", "text": "It was not me."})
    refused(
        walk, "write_report", investigator, "2026-10-16", text="x", considered="on"
    )  # it may write again until the end
    client.post("/party/answer", {"kind": "waiver", "tick": "on"})
    assert (
        refused(
            walk, "write_report", investigator, "2026-10-16", Invalid, text="x", considered="on"
        )
        == "responses"
    )
    walk("write_report", investigator, "2026-10-16", text="x", considered="on", responses=["2"])
    assert walk.state == "REPORT_DRAFT"


def test_a_parent_waives_for_the_child(report, client, frozen):
    report(
        "add_person",
        report.staff.coordinator,
        "2026-09-08",
        part="parent",
        kind="third",
        name="Lee",
        language="en",
        acts_for=report.party("complainant"),
    )
    Party.objects.filter(part="complainant").update(minor=True)
    walk = investigated(report).sent("send_evidence", report.staff.investigator, "2026-10-14")
    enter(client, link(walk, "parent"))
    client.post("/party/answer", {"kind": "waiver", "tick": "on"})
    assert [
        row.waived
        for row in Delivery.objects.filter(case=walk.case, code="EVIDENCE").order_by("party__part")
    ] == [True, False]


def test_questions_are_open_once_they_were_offered(report, client, frozen):
    frozen.move_to(datetime(2026, 10, 30, 15, tzinfo=UTC))
    walk = reported(report)
    walk("questions", report.staff.decider, "2026-10-29", code="offered", on="2026-10-29")
    enter(client, link(walk, "respondent"))
    assert (
        client.post("/party/answer", {"kind": "question", "text": "Who saw it?"}).status_code == 302
    )
    assert Record.objects.filter(case=walk.case, code="portal_question").count() == 1


def test_an_advisor_signs_before_anything_is_shown_and_cannot_answer(report, client, frozen):
    investigated(report)
    report(
        "add_person",
        report.staff.coordinator,
        "2026-10-13",
        part="advisor",
        kind="third",
        name="Lee",
        language="en",
        acts_for=report.party("complainant"),
    )
    walk = report.sent("send_evidence", report.staff.investigator, "2026-10-14")
    page = enter(client, link(walk, "advisor")).content.decode()
    assert "Before you see anything" in page
    assert client.get("/party/evidence").status_code == 302
    assert client.post("/party", {"name": "", "tick": "on"}).status_code == 422
    assert client.post("/party", {"name": "Lee Marsh"}).status_code == 422
    assert client.post("/party", {"name": "Lee Marsh", "tick": "on"}).status_code == 302
    assert PartyLink.objects.get().undertaking_name == "Lee Marsh"
    assert client.get("/party/evidence").status_code == 200
    assert client.post("/party/answer", {"kind": "response", "text": "x"}).status_code == 422


def test_only_coordinators_see_the_links(walk, client):
    found = link(walk, "complainant", code=True)
    for user in (walk.staff.investigator, walk.staff.principal, walk.staff.root, walk.staff.admin):
        client.force_login(
            type(user).objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
        )
        assert client.get(f"/cases/{walk.number}/links").status_code == 404
    client.force_login(
        type(user).objects.get(pk=walk.staff.coordinator.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    page = client.get(f"/cases/{walk.number}/links").content.decode()
    assert links.token_of(found.pk) in page
    assert links.code_of(found.pk) in page


def test_a_packet_costs_little(walk, client, django_assert_max_num_queries):
    enter(client, link(walk, "complainant"))
    for address in ("/party", "/party/evidence"):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


def test_the_token_stands_in_the_first_address_alone(walk, client, caplog):
    found = link(walk, "complainant")
    token = links.token_of(found.pk)
    before = client.get("/report")  # a session that somebody else may know
    old = client.session.session_key
    answer = client.get(f"/party/{token}")
    assert (before.status_code, answer.status_code, answer["Location"]) == (200, 302, "/party")
    assert client.session.session_key != old
    for page in (answer, client.get("/party"), client.get(f"/party/{uuid4()}")):
        assert (page["Cache-Control"], page["Referrer-Policy"]) == (
            "no-store, private",
            "same-origin",
        )
        assert "noindex" in page["X-Robots-Tag"]
        assert token not in page.content.decode()


def test_no_log_holds_an_address_that_is_a_key(walk, client, caplog):
    token = links.token_of(link(walk, "complainant").pk)
    client.post(f"/party/{token}")  # Django logs what it refuses, with its address
    client.get(f"/party/{token}x")
    client.get(f"/feeds/{token}.ics")
    ours = next(
        one.formatter
        for one in logging.getLogger().handlers
        if isinstance(one.formatter, ProcessorFormatter)
    )
    assert len(caplog.records) >= 3
    printed = "\n".join(map(ours.format, caplog.records))
    assert r"/party/\u2026" in printed
    assert token not in printed
    assert without_keys(None, "", {"event": "Not Found: /party/letters/1234567890", "n": 1}) == {
        "event": "Not Found: /party/letters/1234567890",
        "n": 1,
    }


def test_staff_do_not_look_in_a_partys_place(walk, client):
    found = link(walk, "complainant")
    client.force_login(
        User.objects.get(pk=walk.staff.coordinator.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    answer = client.get(f"/party/{links.token_of(found.pk)}")
    assert answer.status_code == 403
    assert "signed in as staff" in answer.content.decode()
    assert client.get("/party").status_code == 404
    assert not Read.objects.filter(user=None, case=walk.case).exists()


def test_a_coordinator_ends_a_link_at_a_stroke(walk, client):
    found, other = link(walk, "complainant"), link(walk, "respondent")
    enter(client, found)
    assert client.get("/party").status_code == 200
    staff = type(client)()
    for user, status in (
        (walk.staff.investigator, 404),
        (walk.staff.coordinator, 302),
        (walk.staff.coordinator, 302),
    ):
        staff.force_login(
            User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
        )
        assert staff.post(f"/cases/{walk.number}/links/{found.pk}/end").status_code == status
    assert client.get("/party").status_code == 404
    assert PartyLink.objects.filter(revoked_at=None).get().pk == other.pk
    assert staff.get(f"/cases/{walk.number}/links/{other.pk}/end").status_code == 405
    assert staff.post(f"/cases/{walk.number}/links/{uuid4()}/end").status_code == 302


def test_what_was_typed_is_given_back_when_the_hour_is_over(walk, client, frozen):
    enter(client, link(walk, "respondent"))
    first = client.session.get_expiry_date()
    frozen.shift(timedelta(minutes=50))
    client.get("/party")
    assert client.session.get_expiry_date() - first == timedelta(
        minutes=50
    )  # an hour from the last page
    client.cookies.clear()
    answer = client.post(
        "/party/answer", {"kind": "response", "text": "It took me long to write this."}
    )
    assert answer.status_code == 404
    assert "It took me long to write this." in answer.content.decode()
