"""The whole file as one archive: everything is in it, hashed, and taking it is an event."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.test import Client

from casework.engine.errors import NotNow, UnknownCase
from casework.models import Document, EmergencyAccess, Read
from district.models import Post, Role, User
from tests.titleix.lives import investigated
from titleix.export.archive import whole_file

NOW = datetime(2026, 9, 20, 15, tzinfo=UTC)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_whole_file_is_in_the_archive_with_its_hashes(report, staff):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    archive = zipfile.ZipFile(io.BytesIO(whole_file(walk.number, fresh(staff.coordinator))))
    rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode())))
    assert {row["path"] for row in rows} | {"index.csv"} == set(archive.namelist())
    assert all(
        hashlib.sha256(archive.read(row["path"])).hexdigest() == row["sha256"] for row in rows
    )
    assert {row["sha256"] for row in rows} >= set(
        Document.objects.filter(case=walk.case).values_list("sha256", flat=True)
    )
    assert archive.read("case.pdf").startswith(b"%PDF")
    assert "the chain holds" in archive.read("chain.txt").decode()
    event = walk.case.events.latest("seq")
    assert (event.name, event.actor_id, len(event.data["hash"])) == (
        "export_file",
        staff.coordinator.pk,
        64,
    )


def test_nobody_else_gets_it(report, staff):
    for user in (staff.outsider, staff.root, staff.admin, staff.decider):
        with pytest.raises(UnknownCase):
            whole_file(report.number, fresh(user))
    assert not report.case.events.filter(name="export_file").exists()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(fresh(user), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def counsel(report, staff) -> User:
    """Counsel to whom the coordinator opened the case."""
    user = User.objects.create_user("t9-counsel", first_name="Odette", last_name="Marlow")
    Post.objects.create(user=user, role=Role.COUNSEL)
    return user


def test_the_page_says_what_is_taken_and_each_download_is_kept(
    report, staff, counsel, django_assert_max_num_queries
):
    walk = investigated(report)
    walk("involve", staff.coordinator, "2026-09-20", user=str(counsel.pk), part="counsel")
    for user in (staff.coordinator, counsel):
        client = browser(user)
        with django_assert_max_num_queries(12):
            page = client.get(f"/cases/{walk.number}/archive").content.decode()
        assert f"{walk.case.records.count()} records" in page
        assert (
            client.get(f"/cases/{walk.number}/archive/file").status_code == 405
        )  # no link, no prefetch takes it
        answer = client.post(f"/cases/{walk.number}/archive/file")
        assert zipfile.is_zipfile(io.BytesIO(answer.content))
        event = walk.case.events.latest("seq")
        assert (event.actor_id, event.data) == (
            user.pk,
            {"hash": hashlib.sha256(answer.content).hexdigest(), "what": "file"},
        )
        assert (
            Read.objects.filter(user=user, what="EXPORT", case=walk.case, refused=False).count()
            == 1
        )
        assert f"{walk.number}/archive" in client.get(f"/cases/{walk.number}").content.decode()


def test_the_archive_is_no_door_for_anybody_else(report, staff, counsel):
    walk = investigated(report)
    EmergencyAccess.objects.create(
        case_id=walk.case.pk, user=counsel, reason="r", at=NOW, until=NOW.replace(year=2999)
    )
    for user in (
        counsel,
        staff.investigator,
        staff.outsider,
        staff.root,
        staff.admin,
    ):  # counsel in an emergency looks and does not take
        client = browser(user)
        for method, address in (("get", "archive"), ("post", "archive/file")):
            assert getattr(client, method)(f"/cases/{walk.number}/{address}").status_code == 404, (
                user
            )
    assert Read.objects.filter(what="EXPORT", case=walk.case, refused=True).count() == 10
    assert not walk.case.events.filter(name="export_file").exists()
    with pytest.raises(NotNow):
        walk("export_file", staff.investigator, "2026-09-20", sha256="a" * 64, what="file")
