"""Files that a party hands in by its private link: kept sealed, sorted by whoever investigates,
seen by the other party only as evidence that was sent; nothing that was right is ever lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from casework.models import Alert, Attachment, Event
from casework.privacy import encrypted_files
from district.models import User
from tests.pages import Page
from tests.titleix.conftest import Walk
from tests.titleix.lives import investigated, refused
from tests.titleix.party_portal.test_links import enter, link
from titleix.models import Record
from titleix.party_portal import files as party_files
from titleix.party_portal import views
from titleix.party_portal.texts import TEXTS

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def walk(report):
    """An investigation that is under way; nothing was sent yet."""
    with time_machine.travel(datetime(2026, 10, 15, 15, tzinfo=UTC), tick=False):
        yield investigated(report)


@pytest.fixture
def reviewed(walk) -> Walk:
    """The evidence is with the parties: they may answer."""
    return walk.sent("send_evidence", walk.staff.investigator, "2026-10-14")


def upload(name: str = "Barrett texts.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def send(client, *uploads: SimpleUploadedFile, kind: str = "files", **more: str):
    return client.post("/party/answer", {"kind": kind, "files": list(uploads), **more})


def sign_in(client, user) -> None:
    client.force_login(
        User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
    )


def test_a_file_is_kept_sealed_and_the_investigator_hears_of_it(walk, client):
    enter(client, link(walk, "respondent"))
    page = client.get("/party?lang=en").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "Hand in evidence" in page
    assert "<script" not in page
    assert send(client, upload(), text="Our messages of 3 September").status_code == 302
    row = Record.objects.get(case=walk.case, code="portal_file")
    kept = Attachment.objects.get(pk=row.attachment_id)
    assert (kept.name, kept.media_type, kept.state, kept.uploaded_by) == (
        "Barrett texts.png",
        "image/png",
        "CLEAN",
        None,
    )
    assert (row.text, row.data["title"], str(row.party_id)) == (
        "Our messages of 3 September",
        "Barrett texts.png",
        walk.party("respondent"),
    )
    assert encrypted_files.read(kept) == PNG
    assert PNG not in Path(kept.file.path).read_bytes()
    alert = Alert.objects.get(case=walk.case, code="PARTY_FILES")
    told = str(alert.data) + str(Event.objects.filter(case=walk.case).latest("seq").data)
    assert "Barrett" not in told
    assert "messages" not in told
    assert walk.case.owner_id == walk.staff.investigator.pk  # the alert reaches the owner
    assert "Barrett texts.png" in client.get("/party").content.decode()


def test_staff_see_who_handed_it_in_and_get_it_as_a_download_alone(walk, client):
    enter(client, link(walk, "respondent"))
    send(client, upload("page.txt", b"plain words"))
    row = Record.objects.get(case=walk.case, code="portal_file")
    sign_in(client, walk.staff.investigator)
    page = Page(client.get(f"/cases/{walk.number}"))
    assert f"/cases/{walk.number}/attachments/{row.attachment_id}" in dict(page.links())
    assert "Respondent 1 · file by link" in page.text
    assert "not sorted yet" in page.text
    assert (
        "page.txt (handed in by Respondent 1)"
        in client.get(f"/cases/{walk.number}/steps/add_evidence").content.decode()
    )
    answer = client.get(f"/cases/{walk.number}/attachments/{row.attachment_id}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert answer["Content-Disposition"].startswith("attachment")


def test_what_was_handed_in_is_sorted_before_the_evidence_goes_out(walk, client):
    """34 CFR 106.45(b)(5)(ii), (vi): nothing that a party brought is passed over in silence."""
    enter(client, link(walk, "respondent"))
    send(client, upload("one.png"), upload("two.txt", b"two"))
    one, two = Record.objects.filter(case=walk.case, code="portal_file").order_by("number")
    investigator, asks = walk.staff.investigator, {"means": "mail", "on": "2026-10-15"}
    refused(walk, "send_evidence", investigator, "2026-10-15", **asks)
    sign_in(client, investigator)
    assert (
        "Files that the parties handed in: each is evidence" in client.get("/").content.decode()
    )  # on the investigator's desk
    walk(
        "add_evidence",
        investigator,
        "2026-10-15",
        title="Messages",
        on="2026-10-15",
        text="x",
        attachment=str(one.attachment_id),
    )
    refused(walk, "send_evidence", investigator, "2026-10-15", **asks)
    walk("set_aside", investigator, "2026-10-15", record=str(two.pk), text="A shopping list")
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.closed_on == two.closed_on == date(2026, 10, 15)
    page = client.get(f"/cases/{walk.number}").content.decode()
    assert "evidence no. 2" in page
    assert "set aside: A shopping list" in page
    assert walk.sent("send_evidence", investigator, "2026-10-15").state == "EVIDENCE_REVIEW"


def test_the_other_party_sees_it_only_as_evidence_that_was_sent(reviewed, client):
    enter(client, link(reviewed, "respondent"))
    send(
        client,
        upload("plain.txt", b"secret of the respondent"),
        kind="response",
        text="It was not me.",
    )
    row = Record.objects.get(case=reviewed.case, code="portal_file")
    theirs = link(reviewed, "complainant")
    enter(client, theirs)
    for address in ("/party", "/party/evidence"):
        page = client.get(address).content.decode()
        assert "plain.txt" not in page
        assert str(row.attachment_id) not in page
    assert client.get(f"/party/evidence/{row.attachment_id}").status_code == 404
    investigator = reviewed.staff.investigator
    reviewed(
        "add_evidence",
        investigator,
        "2026-10-15",
        title="A list",
        on="2026-10-15",
        text="x",
        attachment=str(row.attachment_id),
    )
    reviewed.sent("send_evidence_again", investigator, "2026-10-15")
    enter(client, theirs)
    assert str(row.attachment_id) not in client.get("/party").content.decode()
    assert "A list" in client.get("/party/evidence").content.decode()


def test_an_answer_with_a_file_must_be_considered_in_the_report(reviewed, client):
    enter(client, link(reviewed, "respondent"))
    assert send(client, upload(), kind="response", text="It was not me.").status_code == 302
    codes = list(
        Record.objects.filter(case=reviewed.case, kind="STATEMENT")
        .order_by("number")
        .values_list("code", "number")
    )
    assert codes == [("portal_response", 1), ("portal_file", 2)]
    row = Record.objects.get(case=reviewed.case, code="portal_file")
    reviewed(
        "set_aside",
        reviewed.staff.investigator,
        "2026-10-15",
        record=str(row.pk),
        text="Not about it",
    )
    sign_in(client, reviewed.staff.investigator)
    with time_machine.travel(datetime(2026, 10, 26, 15, tzinfo=UTC), tick=False):
        page = client.get(f"/cases/{reviewed.number}/steps/write_report").content.decode()
    assert "Respondent 1, 15 Oct 2026, Barrett texts.png" in page


def test_a_file_that_is_not_right_is_named_and_the_others_are_kept(walk, client):
    enter(client, link(walk, "complainant"))
    answer = send(
        client,
        upload("good.png"),
        upload("../evil.exe", b"MZ\x90\x00\x03" + bytes(200)),
        upload("empty.txt", b""),
        text="Look",
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Esto ha llegado: good.png" in page  # the complainant reads Spanish
    assert "evil.exe: " in page
    assert "empty.txt: " in page
    assert [
        row.data["title"] for row in Record.objects.filter(case=walk.case, code="portal_file")
    ] == ["good.png"]
    assert Attachment.objects.filter(case=walk.case).count() == 1
    again = send(client, upload("good.png"), upload("other.png", PNG + b"x"))
    assert again.status_code == 302  # what was there already is no error and no second file
    assert Attachment.objects.filter(case=walk.case).count() == 2


def test_words_that_are_not_right_stay_and_their_files_are_kept(reviewed, client):
    enter(client, link(reviewed, "respondent"))
    answer = send(client, upload(), kind="waiver", text="I typed much")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "I typed much" in page
    assert "This has arrived: Barrett texts.png" in page
    assert list(
        Record.objects.filter(case=reviewed.case, kind="STATEMENT").values_list("code", flat=True)
    ) == ["portal_file"]


def test_a_bad_file_does_not_hold_the_words_back(reviewed, client):
    enter(client, link(reviewed, "respondent"))
    page = send(
        client, upload("x.exe", b"MZ\x90\x00" + bytes(99)), kind="response", text="It was not me."
    ).content.decode()
    assert "This has arrived: your words" in page
    assert page.count("It was not me.") == 1  # under what was sent, no longer in the form
    assert Record.objects.get(case=reviewed.case, code="portal_response").text == "It was not me."


def test_a_second_click_brings_nothing_twice_and_other_words_do(reviewed, client):
    enter(client, link(reviewed, "respondent"))
    key = str(uuid4())
    for _click in range(2):
        assert (
            send(client, upload(), kind="response", text="It was not me.", key=key).status_code
            == 302
        )
    assert Record.objects.filter(case=reviewed.case, kind="STATEMENT").count() == 2
    assert send(client, kind="response", text="Out of the history", key=key).status_code == 302
    assert (
        send(
            client, upload("b.png", PNG + b"b"), kind="response", text="Out of the history", key=key
        ).status_code
        == 302
    )
    found = (
        Record.objects.filter(case=reviewed.case, kind="STATEMENT")
        .order_by("number")
        .values_list("code", flat=True)
    )
    assert list(found) == ["portal_response", "portal_file", "portal_response", "portal_file"]
    assert Attachment.objects.filter(case=reviewed.case).count() == 2


def test_too_many_files_are_told_and_those_that_fit_are_kept(walk, client, monkeypatch):
    monkeypatch.setattr(party_files, "most", lambda file: 2)
    monkeypatch.setattr(party_files, "in_all", lambda file: 3)
    enter(client, link(walk, "respondent"))

    def some(*numbers: int) -> list[SimpleUploadedFile]:
        return [upload(f"{n}.txt", f"text {n}".encode()) for n in numbers]

    page = send(client, *some(0, 1, 2, 3)).content.decode()
    assert "2.txt: more than 2 at one time" in page
    page = send(client, *some(2, 3)).content.decode()
    assert "3.txt: 3 files of yours are here" in page
    assert Record.objects.filter(case=walk.case, code="portal_file").count() == 3


def test_no_files_when_none_may_come(reviewed, client):
    found = link(reviewed, "respondent")
    enter(client, found)
    assert send(client).status_code == 422
    with time_machine.travel(datetime(2026, 10, 26, 15, tzinfo=UTC), tick=False):
        reviewed(
            "write_report", reviewed.staff.investigator, "2026-10-26", text="x", considered="on"
        )
        enter(client, found)
        assert 'type="file"' not in client.get("/party").content.decode()
        answer = send(client, upload(), text="Late")
    assert answer.status_code == 422
    assert TEXTS["en"]["files_closed"] in answer.content.decode()
    assert not Attachment.objects.filter(case=reviewed.case).exists()


def test_an_advisor_hands_in_through_the_party(walk, client):
    walk(
        "add_person",
        walk.staff.coordinator,
        "2026-10-13",
        part="advisor",
        kind="third",
        name="Lee",
        language="en",
        acts_for=walk.party("complainant"),
    )
    enter(client, link(walk, "advisor"))
    client.post("/party", {"name": "Lee Marsh", "tick": "on"})
    assert 'type="file"' not in client.get("/party").content.decode()
    assert send(client, upload()).status_code == 422


def test_a_sending_that_is_too_large_is_told_in_words(walk, client, monkeypatch):
    enter(client, link(walk, "complainant"))
    monkeypatch.setattr(views, "LARGEST_SENDING", 1000)
    answer = send(client, upload("big.txt", b"x" * 2000))
    assert answer.status_code == 413
    assert TEXTS["es"]["too_big"] in answer.content.decode()
    monkeypatch.setattr(views, "LARGEST_SENDING", 10**9)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        assert (
            client.post("/party/answer", {"kind": "response", "text": "x" * 200}).status_code == 413
        )
    with override_settings(MAX_ATTACHMENT_BYTES=1000):
        assert "big.txt: " in send(client, upload("big.txt", b"x" * 2000)).content.decode()


def test_very_many_sendings_are_slowed_down_and_nothing_typed_is_lost(
    reviewed, client, monkeypatch
):
    monkeypatch.setattr(views, "SENDINGS", replace(views.SENDINGS, most=1))
    enter(client, link(reviewed, "respondent"))
    assert send(client, kind="response", text="first").status_code == 302
    answer = send(client, kind="response", text="second")
    assert answer.status_code == 429
    assert "second" in answer.content.decode()


def test_a_refusal_leaves_no_bytes_behind(walk, client, settings, monkeypatch):
    found = link(walk, "respondent")

    def fails(*_args: object, **_more: object) -> None:
        raise RuntimeError

    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    monkeypatch.setattr(party_files, "act", fails)
    with pytest.raises(RuntimeError):
        party_files.keep(found, "portal_file", "", [upload()], "form")
    assert not Attachment.objects.filter(case=walk.case).exists()
    assert {
        path for path in set(Path(settings.MEDIA_ROOT).rglob("*")) - before if path.is_file()
    } == set()


def test_a_forged_sending_is_refused(walk):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies.clear()
    enter(strict, link(walk, "respondent"))
    assert send(strict, upload()).status_code == 403
    assert not Attachment.objects.filter(case=walk.case).exists()


@pytest.mark.parametrize(
    "name", ["\x00.png", "", "." * 300, "ñ" * 400 + ".png", "a/b\\c.png", "\u202egnp.exe.png"]
)
def test_strange_names(walk, client, name):
    enter(client, link(walk, "respondent"))
    answer = client.post(
        "/party/answer", {"kind": "files", "files": upload(name or "x"), "key": "\x00nonsense" * 9}
    )
    assert answer.status_code in (302, 422)
    assert client.get("/party").status_code == 200
