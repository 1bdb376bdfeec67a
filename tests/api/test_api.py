"""The API: tokens, the worklist, one case, its steps through the one door, every refusal as
problem+json."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from attendance.models import Notice
from casework.engine.services import act
from casework.models import Attachment, Document, Event, Read
from district.models import ApiRequest, ApiToken, Import, Scope
from titleix.intake.receipts import receipt_hash
from titleix.models import TitleIXCase

DAY = date(2026, 9, 10)


@pytest.fixture
def one_minute():
    """All calls of the test in the middle of one minute."""
    with time_machine.travel(timezone.now().replace(second=20, minute=30), tick=False):
        yield


@pytest.fixture
def case(people, nights):
    nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
    nights.run(DAY)
    found = nights.case("S1")
    act(
        found.number,
        "draft",
        actor=people.worker,
        process=Notice.objects.get(case=found).id,
        data={"language": "en"},
        on=DAY,
    )
    return type(found).objects.get(pk=found.pk)


def problem(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"]
    assert told["detail"]
    return told


# -- tokens ----------------------------------------------------------------------------------------


def test_only_the_hash_of_a_token_is_kept(people, program):
    one = program(people.worker)
    row = ApiToken.objects.get()
    assert row.digest == hashlib.sha256(one.secret.encode()).hexdigest()
    assert row.prefix == one.secret[:10]
    assert not any(one.secret in str(value) for value in vars(row).values())


def test_a_token_that_is_wrong_revoked_expired_or_of_somebody_who_left_is_refused(
    people, program, client
):
    one = program(people.worker, Scope.READ)
    assert one.get("/cases").status_code == 200
    for change in (
        {"revoked_at": timezone.now()},
        {"revoked_at": None, "expires_at": timezone.now()},
    ):
        ApiToken.objects.update(**change)
        answer = one.get("/cases")
        problem(answer, 401, "no_token")
        assert answer["WWW-Authenticate"] == "Bearer"
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    type(people.worker).objects.filter(pk=people.worker.pk).update(is_active=False)
    problem(one.get("/cases"), 401, "no_token")
    problem(client.get("/api/v1/cases"), 401, "no_token")
    problem(client.get("/api/v1/cases", headers={"Authorization": "Basic abc"}), 401, "no_token")
    client.force_login(people.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    problem(client.get("/api/v1/cases"), 401, "no_token")


def test_each_call_needs_its_scope(case, people, program):
    one = program(people.worker, Scope.INBOX)
    for path in (
        "/cases",
        f"/cases/{case.number}",
        "/deadlines",
        "/compliance/ATT",
        "/attendance/students",
        "/imports",
        "/titleix/counts",
    ):
        problem(one.get(path), 403, "scope")
    problem(
        program(people.worker, Scope.READ).post(
            f"/cases/{case.number}/steps/add_note", {"data": {"text": "x"}}
        ),
        403,
        "scope",
    )
    assert one.get("/inbox").status_code == 200


def test_calls_are_counted(one_minute, people, program, settings):
    settings.API_PER_MINUTE = 3
    one = program(people.worker)
    assert [one.get("/kinds").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = one.get("/kinds")
    problem(answer, 429, "too_many")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_guessing_tokens_is_slowed(one_minute, client, people):
    answers = [
        client.get("/api/v1/cases", headers={"Authorization": f"Bearer hf_{n}"}).status_code
        for n in range(32)
    ]
    assert answers[:30] == [401] * 30
    assert answers[-1] == 429


def test_guessing_by_one_client_of_a_proxy_does_not_slow_the_others(
    one_minute, client, people, program, settings
):
    settings.BEHIND_TLS = True

    def guess(seen_by_proxy: str) -> int:
        headers = {"Authorization": "Bearer hf_wrong", "X-Forwarded-For": seen_by_proxy}
        return client.get("/api/v1/cases", headers=headers).status_code

    assert [guess("203.0.113.9") for _try in range(31)][-1] == 429
    assert guess("203.0.113.10") == 401


def test_the_command_makes_lists_and_ends(people, capsys):
    call_command("api_token", user=people.worker.username, scopes="cases:read,inbox", days=10)
    row = ApiToken.objects.get()
    assert (row.user, row.scopes) == (people.worker, ["cases:read", "inbox"])
    call_command("api_token", end=row.prefix)
    row.refresh_from_db()
    assert row.revoked_at


# -- cases -----------------------------------------------------------------------------------------


def test_the_list_is_the_worklist(case, people, program):
    found = program(people.worker).get("/cases").json()
    assert [row["number"] for row in found["items"]] == [case.number]
    assert found["items"][0]["label"]
    assert found["next"] == ""
    for query, hits in (
        ({"view": "closed"}, 0),
        ({"kind": "ATT"}, 1),
        ({"kind": "TIX"}, 0),
        ({"school": case.school_id}, 1),
        ({"school": 99999}, 0),
    ):
        assert len(program(people.worker).get("/cases", **query).json()["items"]) == hits, query
    one = program(people.worker)
    assert [
        row["number"] for row in one.post("/cases/search", {"words": "TestS1"}).json()["items"]
    ] == [case.number]
    assert set(
        problem(one.get("/cases", view="everything", school="x"), 422, "invalid")["errors"]
    ) == {"view", "school"}


def test_a_case_is_followed_and_moved(case, people, program):
    one = program(people.worker)
    answer = one.get(f"/cases/{case.number}")
    assert (answer.json()["revision"], answer["ETag"]) == (case.revision, f'"{case.revision}"')
    steps = {step["name"]: step for step in one.get(f"/cases/{case.number}/steps").json()}
    assert steps["add_note"]["form"] == [
        {
            "name": "text",
            "label": "Note",
            "help": "",
            "type": "text",
            "required": True,
            "max_length": 10_000,
        }
    ]
    key = str(uuid4())

    def send(**more):
        return one.post(
            f"/cases/{case.number}/steps/add_note",
            {"data": {"text": "spoke"}},
            If_Match=answer["ETag"],
            Idempotency_Key=key,
            **more,
        )

    first, again = send(), send()
    assert (first.status_code, first.json()["repeated"], again.json()["repeated"]) == (
        200,
        False,
        True,
    )
    events = one.get(f"/cases/{case.number}/timeline").json()
    assert [event["seq"] for event in events["items"]] == list(range(1, len(events["items"]) + 1))
    assert (events["items"][-1]["data"]["text"], events["next"]) == ("spoke", None)
    assert (
        one.get(f"/cases/{case.number}/timeline", after=events["items"][-1]["seq"]).json()["items"]
        == []
    )
    assert Event.objects.filter(case=case, name="add_note").count() == 1


def test_every_refusal_of_the_door(case, people, program):
    one, path = program(people.worker), f"/cases/{case.number}/steps"
    assert (
        problem(
            one.post(f"{path}/add_note", {"data": {"text": "x"}}, If_Match='"1"'), 409, "stale"
        )["revision"]
        == case.revision
    )
    process = str(Notice.objects.get(case=case).id)
    assert problem(one.post(f"{path}/send", {"process": process}), 409, "not_now")["reasons"]
    problem(one.post(f"{path}/sign", {"process": process}), 403, "forbidden")
    assert "text" in problem(one.post(f"{path}/add_note", {"data": {}}), 422, "invalid")["errors"]
    problem(one.post(f"{path}/add_note", {"data": {"text": "a\x00b"}}), 422, "invalid")
    problem(one.post(f"{path}/add_note", {"data": {"text": "x"}}, If_Match="soon"), 422, "invalid")
    problem(
        one.post(f"{path}/add_note", {"data": {"text": "x"}}, Idempotency_Key="soon"),
        422,
        "invalid",
    )
    problem(one.post(f"{path}/fly", {}), 404, "not_found")
    problem(
        one.post(f"{path}/add_note", {"process": str(uuid4()), "data": {"text": "x"}}),
        404,
        "not_found",
    )
    for wrong in ("ATT-2026-999999", "XXX-1-1", "ATT"):
        problem(one.get(f"/cases/{wrong}"), 404, "not_found")
    problem(one.get("/nothing"), 404, "not_found")
    answer = one("delete", f"/cases/{case.number}")
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET"
    bad = one.client.post(
        f"/api/v1{path}/add_note",
        "{",
        headers={"Authorization": f"Bearer {one.secret}"},
        content_type="application/json",
    )
    problem(bad, 400, "bad_request")


def test_clocks_tasks_documents_and_deadlines(case, people, program):
    one = program(people.worker)
    clocks = one.get(f"/cases/{case.number}/clocks").json()
    assert {"original_due", "due", "history", "rungs", "label"} <= set(clocks[0])
    assert isinstance(one.get(f"/cases/{case.number}/tasks").json(), list)
    (letter,) = one.get(f"/cases/{case.number}/documents").json()
    answer = one.get(f"/cases/{case.number}/documents/{letter['id']}")
    content = b"".join(answer.streaming_content)
    assert (answer["Content-Type"], hashlib.sha256(content).hexdigest()) == (
        "application/pdf",
        letter["sha256"],
    )
    found = one.get("/deadlines").json()
    assert {row["case"] for row in found["items"]} == {case.number}
    assert [row["due"] for row in found["items"]] == sorted(row["due"] for row in found["items"])
    assert len(one.get("/deadlines", mine="true").json()["items"]) == len(found["items"])
    assert program(people.principal).get("/deadlines", mine="true").json()["items"] == []
    problem(one.get("/deadlines", after="x_y"), 422, "invalid")


def test_attachments_go_in_and_out(case, people, program):
    one = program(people.worker)
    path, auth = (
        f"/api/v1/cases/{case.number}/attachments",
        {"Authorization": f"Bearer {one.secret}", "Idempotency-Key": str(uuid4())},
    )

    def send(content, **more):
        return one.client.post(
            path, {"file": SimpleUploadedFile("a.txt", content)}, headers=auth | more
        )

    made, again = send(b"a letter from the doctor"), send(b"a letter from the doctor")
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    assert Attachment.objects.count() == 1
    assert (
        b"".join(one.get(f"/cases/{case.number}/attachments/{made.json()['id']}").streaming_content)
        == b"a letter from the doctor"
    )
    problem(send(b"another, and longer"), 422, "invalid")
    assert (
        "file"
        in problem(send(b"<script>", **{"Idempotency-Key": str(uuid4())}), 422, "invalid")["errors"]
    )


def test_figures(case, people, program):
    one = program(people.supervisor)
    found = one.get("/compliance/ATT", as_of="2026-12-31").json()
    assert found["items"]
    for row in found["items"]:
        assert row["met_original"] <= row["counted_original"]
    problem(one.get("/compliance/XYZ"), 404, "not_found")
    assert (
        program(people.colleague).get("/compliance/ATT", as_of="2026-12-31").json()["items"] == []
    )
    (student,) = program(people.worker).get("/attendance/students").json()["items"]
    assert (student["student"], student["unexcused"]) == ("S1", 3)
    assert "TestS1" not in str(student)
    assert program(people.worker).get(f"/attendance/students/{student['id']}").json() == student
    problem(
        program(people.colleague).get(f"/attendance/students/{student['id']}"), 404, "not_found"
    )


def test_the_inbox_is_ones_own(case, people, program):
    from casework.scheduler.run import sweep
    from notifications.fanout import fan_out

    sweep(timezone.now() + timedelta(days=400))
    fan_out()
    one = program(people.supervisor)
    (first, *_rest) = one.get("/inbox").json()["items"]
    assert first["case"] == case.number
    assert one.post(f"/inbox/{first['id']}/read").json()["read_at"]
    assert first["id"] not in {row["id"] for row in one.get("/inbox").json()["items"]}
    problem(program(people.stranger).post(f"/inbox/{first['id']}/read"), 404, "not_found")


def test_what_the_product_knows(case, people, program):
    one = program(people.worker)
    assert {"ATT", "TIX"} <= {kind["code"] for kind in one.get("/kinds").json()}
    flows = one.get("/kinds/ATT/workflows").json()
    assert flows[0]["process"] == ""
    assert {"add_note"} <= {step["name"] for step in flows[0]["steps"]}
    assert [school["number"] for school in one.get("/schools").json()] == ["1"]


# -- imports ---------------------------------------------------------------------------------------


@pytest.fixture
def queued(monkeypatch, django_capture_on_commit_callbacks):
    from district import tasks

    for name in ("check_import", "apply_import"):
        monkeypatch.setattr(getattr(tasks, name), "delay_on_commit", getattr(tasks, name))


def test_a_delivery_from_upload_to_apply(people, nights, program, queued):
    nights.sis.student("S7", "1")
    folder = nights.sis.write(date(2026, 9, 14))
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    one = program(people.admin)
    auth = {"Authorization": f"Bearer {one.secret}", "Idempotency-Key": str(uuid4())}
    made = one.client.post("/api/v1/imports", {"files": files}, headers=auth)
    assert made.status_code == 202, made.content
    for file in files:
        file.seek(0)
    assert (
        one.client.post("/api/v1/imports", {"files": files}, headers=auth).json()["id"]
        == made.json()["id"]
    )
    path = f"/imports/{made.json()['id']}"
    assert one.get(path).json()["state"] == Import.State.PREVIEW
    assert one.post(f"{path}/apply").status_code == 202
    assert one.get(path).json()["state"] == Import.State.APPLIED
    assert problem(one.post(f"{path}/apply"), 409, "not_now")["reasons"]
    assert isinstance(one.get(f"{path}/issues").json()["items"], list)
    for other in (people.worker, people.stranger, people.root):
        for address in ("/imports", path, f"{path}/issues"):
            problem(program(other).get(address), 404, "not_found")


# -- Title IX --------------------------------------------------------------------------------------


def a_report(**more) -> dict:
    person = {"part": "complainant", "kind": "student", "name": "Planted Name"}
    return {
        "narrative": "Planted words.",
        "known_at": "2026-09-08T10:00:00-04:00",
        "school": "1",
        "people": [person],
        **more,
    }


def test_another_system_hands_in_a_report_and_learns_nothing(people, staff, program):
    service = type(people.stranger).objects.create_user("other-system")
    one, key = program(service, Scope.INTAKE), str(uuid4())
    first, again = (one.post("/titleix/reports", a_report(), Idempotency_Key=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()["repeated"]) == (201, 201, True)
    assert set(first.json()) == {"number", "receipt", "repeated"}
    assert first.json()["receipt"] == again.json()["receipt"]
    case = TitleIXCase.objects.get()
    assert (case.number, case.channel, case.receipt) == (
        first.json()["number"],
        "system",
        receipt_hash(first.json()["receipt"]),
    )
    assert "Planted" not in str(list(ApiRequest.objects.values()))
    problem(
        one.post("/titleix/reports", a_report(narrative="other"), Idempotency_Key=key),
        422,
        "invalid",
    )
    problem(one.get(f"/cases/{case.number}"), 403, "scope")
    problem(program(service).get(f"/cases/{case.number}"), 404, "not_found")
    wrong = a_report(
        school="nowhere", known_at="2100-01-01T00:00:00Z", narrative=" ", incident_on="1900-01-01"
    )
    assert set(problem(one.post("/titleix/reports", wrong), 422, "invalid")["errors"]) == {
        "school",
        "known_at",
        "narrative",
        "incident_on",
    }


def test_reports_are_counted_by_the_hour(one_minute, people, staff, program, settings):
    settings.API_REPORTS_PER_HOUR = 1
    one = program(people.stranger, Scope.INTAKE)
    assert one.post("/titleix/reports", a_report()).status_code == 201
    problem(one.post("/titleix/reports", a_report()), 429, "too_many")


def test_need_to_know_over_every_address(report, staff, people, program):
    from casework.access.grants import recuse
    from casework.api.cases import router

    number = report.number
    report("triage", staff.coordinator, "2026-09-08")
    row = TitleIXCase.objects.get(number=number)
    file = Attachment.objects.create(
        case=row,
        name="planted-name.txt",
        size=1,
        sha256="0" * 64,
        state="CLEAN",
        uploaded_at=timezone.now(),
        file="documents/none",
    )
    letter = Document.objects.create(
        case=row,
        code="ACK",
        language="en",
        template_version="1",
        file="documents/none",
        sha256="0" * 64,
        size=1,
        created_at=timezone.now(),
    )
    recuse(row, staff.deputy, "conflict", by=staff.coordinator)
    operations = [
        (operation.methods[0].lower(), template)
        for template, view in router.path_operations.items()
        if "{number}" in template
        for operation in view.operations
    ]
    assert len(operations) == 11
    for user in (
        people.stranger,
        people.worker,
        people.principal,
        people.supervisor,
        people.root,
        people.admin,
        staff.deputy,
        staff.investigator,
    ):
        one = program(user)
        for method, template in operations:
            path = template.format(
                number=number, name="triage", pk=file.pk if "attach" in template else letter.pk
            )
            if template.endswith("/attachments") and method == "post":
                upload = {"file": SimpleUploadedFile("a.txt", b"x")}
                answer = one.client.post(
                    f"/api/v1{path}", upload, headers={"Authorization": f"Bearer {one.secret}"}
                )
            else:
                answer = one.post(path, {"data": {}}) if method == "post" else one.get(path)
            problem(answer, 404, "not_found")
            assert answer.json() == one.get("/cases/TIX-2026-9999").json(), (
                "like one that does not exist"
            )
        for path in ("/cases", "/deadlines", "/inbox?show=all", "/compliance/TIX?as_of=2026-12-31"):
            assert number not in one("get", path).content.decode(), (user, path)
        assert number not in one.post("/cases/search", {"words": number}).content.decode()
        counted = one.get("/titleix/counts")
        assert counted.status_code == 404 or counted.json()["total"] == 0
    assert Read.objects.filter(number=number, refused=True).count() >= 8 * len(operations), (
        "every refused look is kept"
    )
    one = program(staff.coordinator)
    assert one.get(f"/cases/{number}").status_code == 200
    assert (
        Read.objects.filter(case=row, user=staff.coordinator, what="CASE", refused=False).count()
        == 1
    )
    assert one.get("/titleix/counts").json()["total"] == 1
    assert [row["number"] for row in one.get("/cases", kind="TIX").json()["items"]] == [number]
