"""The whole file as one archive: everything is in it, hashed, and taking it is an event."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile

import pytest

from casework.errors import UnknownCase
from casework.models import Document
from district.models import User
from tests.titleix.lives import investigated
from titleix.archive import whole_file


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_whole_file_is_in_the_archive_with_its_hashes(report, staff):
    walk = investigated(report).sent("send_evidence", staff.investigator, "2026-10-14")
    archive = zipfile.ZipFile(io.BytesIO(whole_file(walk.number, fresh(staff.coordinator))))
    rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode())))
    assert {row["path"] for row in rows} | {"index.csv"} == set(archive.namelist())
    assert all(hashlib.sha256(archive.read(row["path"])).hexdigest() == row["sha256"] for row in rows)
    assert {row["sha256"] for row in rows} >= set(Document.objects.filter(case=walk.case).values_list("sha256", flat=True))
    assert archive.read("case.pdf").startswith(b"%PDF")
    assert "the chain holds" in archive.read("chain.txt").decode()
    event = walk.case.events.latest("seq")
    assert (event.name, event.actor_id, len(event.data["hash"])) == ("export_file", staff.coordinator.pk, 64)


def test_nobody_else_gets_it(report, staff):
    for user in (staff.outsider, staff.root, staff.admin, staff.decider):
        with pytest.raises(UnknownCase):
            whole_file(report.number, fresh(user))
    assert not report.case.events.filter(name="export_file").exists()
