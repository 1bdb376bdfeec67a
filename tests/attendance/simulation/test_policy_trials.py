"""The page on which an administrator tries a policy: upload, worker, progress, and no student in
what it shows."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from attendance.models import PolicyTrial
from attendance.simulation import policy_trials, tasks
from casework.privacy.small_cells import Why
from tests.attendance.packs import POLICIES, miss

FIRST, LAST = date(2026, 8, 24), date(2027, 1, 29)
TEXAS = (POLICIES / "packs" / "texas.yaml").read_bytes()


def upload(content: bytes = TEXAS, **data: str) -> dict[str, object]:
    return {
        "file": SimpleUploadedFile("texas.yaml", content),
        "first": FIRST.isoformat(),
        "last": LAST.isoformat(),
    } | data


def test_an_administrator_tries_a_policy(client, nights, people, monkeypatch):
    days = nights.sis.school_days(LAST)
    for number in range(2, 40):
        nights.sis.student(f"S{number}", school="1" if number < 36 else "2")
        miss(
            nights.sis,
            f"S{number}",
            *days[10 : 10 + 4 * (2 if number < 30 else 1) : 2],
            school="1" if number < 36 else "2",
        )
    nights.run(days[40])
    client.force_login(people.admin)
    begun: list[str] = []
    monkeypatch.setattr(tasks.run_policy_trial, "delay_on_commit", begun.append)
    answer = client.post("/policies/trials", upload())
    trial = PolicyTrial.objects.get()
    assert answer.url == f"/policies/trials/{trial.pk}"
    assert begun == [str(trial.pk)]
    policy_trials.progress(trial, 20, 40)
    assert "20 of 40 students" in client.get(answer.url).content.decode()
    tasks.run_policy_trial(begun[0])
    trial.refresh_from_db()
    assert (trial.state, trial.error) == ("DONE", "")
    page = client.get(answer.url).content.decode()
    assert "texas@2026.1" in page
    assert "nc-cms@2026.1" in page
    assert "&lt;10" in page, "a school with four students shows no count"
    assert "TestS" not in page, "no student is named"
    assert "<html" not in client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    tasks.run_policy_trial(begun[0])  # a message that comes twice changes nothing
    assert client.get("/policies/trials").status_code == 200


def test_what_is_shown_gives_no_hidden_count_away(nights, people):
    days = nights.sis.school_days(LAST)
    for number in range(2, 40):
        school = "1" if number < 36 else "2"
        nights.sis.student(f"S{number}", school=school)
        miss(nights.sis, f"S{number}", *days[10:18:2], school=school)
    nights.run(days[40])
    trial = PolicyTrial.objects.create(
        started_by=people.admin,
        file_name="x",
        text=TEXAS.decode(),
        policy="texas@2026.1",
        first=FIRST,
        last=LAST,
    )
    policy_trials.run(trial)
    trial.refresh_from_db()
    assert (
        sum(row.get("notice", 0) for row in trial.report["candidate"]["by_school"].values()) == 38
    )
    by_school = next(
        table for table in policy_trials.tables(trial.report) if str(table.title) == "By school"
    )
    figures = [pair[0] for _label, pairs in by_school.rows for pair in pairs]
    assert {figure.why for figure in figures} >= {Why.SMALL}
    for column in range(len(by_school.columns)):
        hidden = [
            pairs[column][0] for _label, pairs in by_school.rows if pairs[column][0].value is None
        ]
        assert len(hidden) != 1, "a total and all parts but one would be a count"
    assert all(
        row["duties"] % 1 == 0 and row["school"] == "School 1"
        for row in policy_trials.workload(trial.report)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": b"domain: attendance\n"}, "required property"),
        ({"content": TEXAS.replace(b"at: 10\n", b"at: 400\n")}, "triggers.1.at"),
        ({"content": b"\x00\x01"}, "no text file"),
        ({"content": b"\xff\xfe\xfa"}, "no UTF-8"),
        ({"content": b"x" * 200_001}, "too large"),
        ({"content": (POLICIES / "title-ix.yaml").read_bytes()}, "no attendance policy"),
        ({"first": "2027-02-01"}, "lies before the first"),
        ({"first": "2019-01-01", "last": "2019-02-01"}, "No school year"),
        ({"first": "yesterday"}, "Enter a valid date"),
        ({"last": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client, nights, people, change, words):
    client.force_login(people.admin)
    answer = client.post("/policies/trials", upload(**change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PolicyTrial.objects.exists()


def test_for_everybody_else_the_page_does_not_exist(client, nights, people):
    trial = PolicyTrial.objects.create(
        started_by=people.admin, file_name="x", text="", policy="x", first=FIRST, last=LAST
    )
    for person in (
        people.worker,
        people.principal,
        people.supervisor,
        people.stranger,
        people.root,
    ):
        client.force_login(person)
        assert client.get("/policies/trials").status_code == 404
        assert client.post("/policies/trials", upload()).status_code == 404
        assert client.get(f"/policies/trials/{trial.pk}").status_code == 404
    client.force_login(people.admin)
    assert client.get(f"/policies/trials/{uuid4()}").status_code == 404


def test_a_trial_that_fails_says_so(client, nights, people):
    trial = PolicyTrial.objects.create(
        started_by=people.admin,
        file_name="x",
        text=TEXAS.decode(),
        policy="texas@2026.1",
        first=date(2000, 1, 1),
        last=date(2000, 2, 1),
    )
    policy_trials.run(trial)
    trial.refresh_from_db()
    assert trial.state == "FAILED"
    client.force_login(people.admin)
    assert "no day of a school year" in client.get(f"/policies/trials/{trial.pk}").content.decode()
