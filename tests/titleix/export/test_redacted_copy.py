"""A copy of the file without names (T-33): no original is left in any paper, labels are the same
everywhere, the key lies apart, and what no rule can decide is decided and signed by a person first.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
import time_machine
import typst
from django.test import Client
from pypdf import PdfReader, PdfWriter

from casework.case_types.registry import kind
from casework.engine.casefile import load
from casework.models import Attachment, Read
from casework.privacy import encrypted_files
from district.models import Post, Role, Student, User
from tests.titleix.conftest import Walk
from tests.titleix.lives import investigated
from titleix.export import decisions, metadata, redacted_copy
from titleix.models import RedactedExport, TitleIXCase

NOW = datetime(2026, 10, 15, 15, tzinfo=UTC)
# Every original of the case, as a stranger might search for it.
TOKENS = (
    "Lucía",
    "Lucia",
    "Ibáñez",
    "Ibanez",
    "Barrett",
    "Luli",
    "lucia.ib@mail.example",
    "555-0188",
    "5550188",
    "14 Elm",
    "Quennell",
    "Amabel",
    "S1",
    "Thessaly",
    "Wrenfield",
)


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def pdf_of(text: str) -> bytes:
    made = typst.compile(
        f'#set document(author: "Barrett", title: "Barrett\'s phone")\n{text}'.encode(),
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made


def attach(case: TitleIXCase, name: str, content: bytes, media_type: str) -> Attachment:
    digest = hashlib.sha256(content).hexdigest()
    return Attachment.objects.create(
        case=case,
        name=name,
        size=len(content),
        sha256=digest,
        media_type=media_type,
        state="CLEAN",
        uploaded_at=NOW,
        file=encrypted_files.keep("TIX", f"attachments/{digest}", content),
    )


@pytest.fixture
def counsel() -> User:
    user = User.objects.create_user("t9-counsel", first_name="Odette", last_name="Marlow")
    Post.objects.create(user=user, role=Role.COUNSEL)
    return user


@pytest.fixture
def walk(report, staff, counsel) -> Walk:
    """A case in the evidence window whose people stand in everything that was written."""
    for user, last in (
        (staff.coordinator, "Amabel"),
        (staff.investigator, "Thessaly"),
        (staff.decider, "Ottoline"),
    ):
        User.objects.filter(pk=user.pk).update(first_name="Wrenfield", last_name=last)
    case = report.case
    case.narrative = (
        "Cole Barrett's messages to LUCIA came daily. Luli wrote to lucia.ib@mail.example; "
        "call 704-555-0188. Barett was told by Quennell."
    )
    case.save()
    case.parties.filter(part="complainant").update(
        nicknames="Luli",
        email="lucia.ib@mail.example",
        phone="(704) 555-0188",
        student=Student.objects.get(student_id="S1"),
    )
    walk = investigated(report)
    walk(
        "add_note",
        staff.coordinator,
        "2026-10-01",
        text="Ibáñez’s mother says: Cole B. waits at 14 Elm St. every day. C. Barrett denies it.",
    )
    walk("involve", staff.coordinator, "2026-10-01", user=str(counsel.pk), part="counsel")
    walk.sent("send_evidence", staff.investigator, "2026-10-14")
    attach(case, "Barrett_LuciaIbanez chat.txt", b"Cole: hi\nLuli: stop, Barrett!", "text/plain")
    attach(case, "LucíaPhone.pdf", pdf_of("A page without names"), "application/pdf")
    attach(case, "Barrett letter.pdf", pdf_of("Cole Barrett wrote this"), "application/pdf")
    attach(case, "clip of Cole.mp4", b"0000ftyp", "video/mp4")
    return walk


def browser(user: User) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def started(walk: Walk, client: Client) -> str:
    answer = client.post(
        f"/cases/{walk.number}/archive/redacted", {"purpose": "For Lucía's hearing"}
    )
    assert answer.status_code == 302
    return answer["Location"]


def the_copy(walk: Walk) -> redacted_copy.Copy:
    return redacted_copy.copy(
        load(kind("TIX"), ids=[walk.case.pk], lock=False)[0], RedactedExport.objects.get()
    )


def decide_all(walk: Walk, client: Client, address: str) -> None:
    """Hides the slip and the teacher, lets the rest stand."""
    names = {"Barett": "Respondent 1", "Quennell": "[hidden]"}
    for _round in range(4):
        doubts = the_copy(walk).doubts
        if doubts:
            client.post(
                address, {f"as_{doubt.key}": names.get(doubt.text, "keep") for doubt in doubts}
            )
    assert the_copy(walk).doubts == []


def words_in(archive: zipfile.ZipFile) -> str:
    """Everything that a reader or a program finds in the zip: names, texts, what PDFs say of
    themselves."""
    found = [*archive.namelist()]
    for name in archive.namelist():
        content = archive.read(name)
        if content.startswith(b"%PDF"):
            reader = PdfReader(io.BytesIO(content))
            found += [
                *(page.extract_text() for page in reader.pages),
                str(dict(reader.metadata or {})),
                str(reader.xmp_metadata and reader.xmp_metadata.dc_title),
            ]
        else:
            found.append(content.decode("utf-8", "replace"))
    return "\n".join(found)


@pytest.mark.scenario("T-33")
def test_after_the_export_no_original_is_found(walk, staff, counsel, django_assert_max_num_queries):
    client = browser(staff.coordinator)
    address = started(walk, client)
    doubtful = {doubt.text: doubt.why for doubt in the_copy(walk).doubts}
    assert doubtful["Barett"] == "similar"
    assert doubtful["Quennell"] == "capitalised"
    with django_assert_max_num_queries(13):
        page = client.get(address).content.decode()
    assert "<mark>Barett</mark>" in page
    assert client.post(f"{address}/sign", {"sure": "on"}).status_code == 302
    assert RedactedExport.objects.get().signed_at is None  # not before every place is decided
    decide_all(walk, client, address)
    client.post(
        f"{address}/clear", {"cleared": [str(row.pk) for row, _name in the_copy(walk).others]}
    )
    assert (
        len(RedactedExport.objects.get().cleared) == 1
    )  # the one without a name in its text; the film cannot be cleaned
    assert client.post(f"{address}/file").status_code == 302  # not before the signature
    client.post(f"{address}/sign", {"sure": "on"})
    answer = client.post(f"{address}/file")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    words = words_in(archive)
    flat = re.sub(r"\s+", " ", words).casefold()
    for token in TOKENS:
        assert not re.search(rf"(?<![^\W_]){re.escape(token.casefold())}", flat), token
    names = archive.namelist()
    assert {
        "case.pdf",
        "index.csv",
        "left-out.txt",
        "attachments/001-Respondent 1_Complainant 1 chat.txt.pdf",
    } <= set(names)
    assert sum(name.startswith("letters/") for name in names) >= 4
    assert not [name for name in names if "key" in name]
    chat = (
        PdfReader(
            io.BytesIO(archive.read("attachments/001-Respondent 1_Complainant 1 chat.txt.pdf"))
        )
        .pages[0]
        .extract_text()
    )
    assert "Respondent 1: hi" in chat
    assert "Complainant 1: stop, Respondent 1!" in chat
    whole = "\n".join(
        page.extract_text() for page in PdfReader(io.BytesIO(archive.read("case.pdf"))).pages
    )
    assert "Respondent 1's messages to Complainant 1" in re.sub(r"\s+", " ", whole)
    assert "clip of Respondent 1.mp4" in archive.read("left-out.txt").decode()
    for name in names:
        if name.endswith(".pdf"):
            assert all(
                "Redacted copy" in page.extract_text()
                for page in PdfReader(io.BytesIO(archive.read(name))).pages
            ), name
    event = walk.case.events.latest("seq")
    assert event.data == {"what": "redacted", "hash": hashlib.sha256(answer.content).hexdigest()}
    # the key: apart, sealed, for counsel alone
    assert client.post(f"{address}/key").status_code == 404
    key = json.loads(browser(counsel).post(f"{address}/key").content)
    assert "Lucía Ibáñez" in key["labels"]["Complainant 1"]
    assert "Barett" in key["labels"]["Respondent 1"]
    assert key["labels"]["[hidden]"] == ["Quennell"]
    assert "Barrett letter.pdf" in key["attachments"].values()
    assert walk.case.events.latest("seq").data["what"] == "key"
    assert (
        Read.objects.filter(
            case=walk.case, what="EXPORT", refused=True, user=staff.coordinator
        ).count()
        == 1
    )
    # a second copy of the file has the same bytes: what was taken before does not change it
    letter = next(name for name in archive.namelist() if name.startswith("letters/"))
    assert zipfile.ZipFile(io.BytesIO(client.post(f"{address}/file").content)).read(
        letter
    ) == archive.read(letter)


def test_a_file_that_changed_is_looked_at_anew(walk, staff):
    client = browser(staff.coordinator)
    address = started(walk, client)
    decide_all(walk, client, address)
    client.post(f"{address}/sign", {"sure": "on"})
    assert client.post(f"{address}/file").status_code == 200
    walk("add_note", staff.coordinator, "2026-10-15", text="Mr. Zoltan Kessel saw it.")
    assert client.post(f"{address}/file").status_code == 302
    assert {"Zoltan", "Kessel"} <= {doubt.text for doubt in the_copy(walk).doubts}


def test_decisions_are_taken_back_and_words_found_by_reading_are_hidden(walk, staff):
    client = browser(staff.coordinator)
    address = started(walk, client)
    decide_all(walk, client, address)
    client.post(f"{address}/sign", {"sure": "on"})
    client.post(
        address, {"hide": "found on both phones\nmessages\x00", "hide_as": "Witness 9"}
    )  # no such label: nothing is taken
    assert RedactedExport.objects.get().signed_at is not None
    client.post(address, {"hide": "found on both phones", "hide_as": "[hidden]"})
    export = RedactedExport.objects.get()
    assert (export.signed_at, export.key, export.seal) == (None, {}, "")
    text = str([paper.sections for paper in the_copy(walk).papers])
    assert "found on both phones" not in text
    client.post(
        address,
        {
            "again": [
                decisions.key_of("found on both phones"),
                decisions.key_of("Barett"),
                "nonsense",
            ]
        },
    )
    assert [doubt.text for doubt in the_copy(walk).doubts] == ["Barett"]
    assert "found on both phones" in str([paper.sections for paper in the_copy(walk).papers])


def test_only_who_may_take_the_file_reviews_it(walk, staff, counsel):
    address = started(walk, browser(staff.coordinator))
    for user in (staff.investigator, staff.decider, staff.outsider, staff.root, staff.admin):
        client = browser(user)
        assert client.get(address).status_code == 404
        for door in ("", "/sign", "/file", "/key", "/clear"):
            assert client.post(f"{address}{door}", {"sure": "on"}).status_code == 404, (user, door)
    assert browser(counsel).get(address).status_code == 200
    other = f"{address[:-36]}00000000-0000-0000-0000-000000000000"
    assert browser(counsel).get(other).status_code == 404


def test_bad_input_starts_and_changes_nothing(walk, staff):
    client = browser(staff.coordinator)
    for purpose in ("", " \x00 ", "x" * 501):
        assert (
            client.post(f"/cases/{walk.number}/archive/redacted", {"purpose": purpose}).status_code
            == 302
        )
    assert not RedactedExport.objects.exists()
    address = started(walk, client)
    for data in (
        {"as_x": "keep"},
        {f"as_{decisions.key_of('Barett')}": "Somebody 7"},
        {"again": "\x00"},
        {"hide": "\x00" * 50, "hide_as": "\x00"},
    ):
        assert client.post(address, data).status_code == 302
    assert client.post(f"{address}/clear", {"cleared": ["\x00", "1"]}).status_code == 302
    export = RedactedExport.objects.get()
    assert (export.hidden, export.kept, export.cleared) == ("", "", [])


def test_the_words_of_the_copy_are_sealed_at_rest(walk, staff):
    from django.db import connection

    client = browser(staff.coordinator)
    decide_all(walk, client, address := started(walk, client))
    client.post(f"{address}/sign", {"sure": "on"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM titleix_redactedexport r")
        stored = cursor.fetchone()[0]
    assert not [token for token in ("Barett", "Quennell", "Lucía", "hearing") if token in stored]


def test_pictures_lose_what_their_makers_left():
    def part(marker: int, body: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body

    scan = part(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\x34\xff\x00\x56\xff\xd9"
    table = part(0xDB, b"\x00" * 65)
    photo = (
        b"\xff\xd8"
        + part(0xE0, b"JFIF\x00")
        + part(0xE1, b"Exif\x00\x00GPS Lucia")
        + part(0xFE, b"by Cole")
        + table
        + scan
        + b"Cole again"
    )
    assert metadata.jpeg(photo) == b"\xff\xd8" + part(0xE0, b"JFIF\x00") + table + scan

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head, data, end = (
        chunk(b"IHDR", b"\x00" * 13),
        chunk(b"IDAT", zlib.compress(b"\x00\x00")),
        chunk(b"IEND", b""),
    )
    assert (
        metadata.png(
            b"\x89PNG\r\n\x1a\n" + head + chunk(b"tEXt", b"Author\x00Cole") + data + end + b"Cole"
        )
        == b"\x89PNG\r\n\x1a\n" + head + data + end
    )
    for broken in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe1",
        b"\xff\xd8\x00\x00\x00\x04ab",
        photo[:30],
    ):
        with pytest.raises(ValueError, match=r"JPEG"):
            metadata.jpeg(broken)


def test_a_pdf_keeps_its_pages_alone():
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of("Nothing here")))
    writer.add_attachment("lucia.txt", b"Lucia Ibanez")
    out = io.BytesIO()
    writer.write(out)
    bare = metadata.pdf(out.getvalue(), "Redacted copy")
    assert b"Barrett" not in bare
    reader = PdfReader(io.BytesIO(bare))
    assert (dict(reader.attachments), "Redacted copy" in reader.pages[0].extract_text()) == (
        {},
        True,
    )
