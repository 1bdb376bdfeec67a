"""Who looked at what: every read of a Title IX case and every refused try is kept; nobody can
change it; few may read it."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from casework.audit import access_log
from casework.models import Case, EmergencyAccess, Read
from district.models import Post, Role, User


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def kept(**filters) -> list[tuple[str, bool]]:
    return list(Read.objects.filter(**filters).order_by("id").values_list("what", "refused"))


def test_a_look_is_kept_with_who_and_what(report, staff, sign_in):
    client = sign_in(staff.coordinator)
    for address in ("", "/steps/add_note", "/deadlines"):
        assert client.get(f"/cases/{report.number}{address}").status_code == 200
    assert kept(case=report.case, user=staff.coordinator) == [
        ("CASE", False),
        ("STEP", False),
        ("DEADLINES", False),
    ]


@pytest.mark.scenario("T-31")
def test_every_refused_try_is_kept_whether_the_case_exists_or_not(report, staff, sign_in):
    for user in (staff.principal, staff.outsider, staff.admin, staff.root):
        client = sign_in(user)
        assert client.get(f"/cases/{report.number}").status_code == 404
        assert client.get("/cases/TIX-2026-9999").status_code == 404
        assert client.post("/search", {"words": report.number}).status_code == 302
        rows = (
            Read.objects.filter(user=user)
            .order_by("id")
            .values_list("what", "number", "case__number", "refused")
        )
        assert list(rows) == [
            ("CASE", report.number, report.number, True),
            ("CASE", "TIX-2026-9999", None, True),
            ("SEARCH", "", None, False),
            ("SEARCH", report.number, report.number, True),
        ]


def test_a_search_for_a_name_is_kept_without_the_name(report, staff, sign_in):
    sign_in(staff.principal).post("/search", {"words": " Lucía  IBÁÑEZ "})
    row = Read.objects.get(what="SEARCH")
    assert row.words == access_log.digest("lucía ibáñez")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM casework_read r")
        assert "Ib" not in cursor.fetchone()[0]


def test_looks_at_attendance_cases_are_not_kept(report, staff, sign_in):
    sign_in(staff.outsider).get("/cases/ATT-2026-000001")
    assert not Read.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE casework_read SET refused = false", "DELETE FROM casework_read"]
)
def test_nobody_changes_the_record(report, staff, sign_in, statement):
    sign_in(staff.principal).get(f"/cases/{report.number}")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_keeping_it_costs_one_statement(report, staff, django_assert_num_queries):
    case = Case.objects.get(number=report.number)
    with django_assert_num_queries(1):
        access_log.note(staff.coordinator, Read.What.CASE, case)


def test_only_auditor_counsel_and_the_cases_own_coordinator_read_the_record(report, staff, sign_in):
    sign_in(staff.principal).get(f"/cases/{report.number}")
    auditor, counsel = (User.objects.create_user(name) for name in ("auditor", "counsel"))
    Post.objects.create(user=auditor, role=Role.AUDITOR)
    Post.objects.create(user=counsel, role=Role.COUNSEL)
    for user, allowed in (
        (auditor, True),
        (counsel, True),
        (staff.coordinator, True),
        (staff.investigator, False),
        (staff.principal, False),
        (staff.root, False),
        (staff.admin, False),
    ):
        one = fresh(user)
        assert (access_log.may_read(one), access_log.readable(one).exists()) == (
            allowed,
            allowed,
        ), user


def test_an_emergency_access_is_as_granted(report, staff):
    moment = report.case.received_at
    EmergencyAccess.objects.create(
        case=report.case, user=staff.principal, reason="x", at=moment, until=moment
    )
    with pytest.raises(Error), transaction.atomic():
        EmergencyAccess.objects.update(until="2030-01-01T00:00Z")


def test_a_list_that_is_taken_out_is_kept_case_by_case(report, staff, sign_in):
    client = sign_in(staff.coordinator)
    for address in ("/compliance/TIX/list?what=cases&export=csv", "/compliance/TIX/log.xes"):
        assert client.get(address).status_code == 200, address
    assert kept(case=report.case, user=staff.coordinator) == [("EXPORT", False), ("EXPORT", False)]
