"""Rows 11 and 12: the first page of a worklist over 100,000 open and 1,000,000 closed cases, as
rows and as a request."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import cases
from benchmarks.common import Row, paired, sql
from casework.pages import worklist
from district.models import School, User


def _reader(schools: list[int]) -> User:
    """Somebody who may read the cases of these schools, as a post would give it."""
    from django.contrib.auth.models import Group, Permission

    from district.models import SchoolGroupPermission

    user = User.objects.create_user(username=f"reader-{uuid4().hex[:8]}", password=None)
    group = Group.objects.create(name=f"readers {uuid4().hex[:8]}")
    permission = Permission.objects.get(codename="view_cases", content_type__model="school")
    SchoolGroupPermission.objects.bulk_create(
        [
            SchoolGroupPermission(group=group, content_object_id=school, permission=permission)
            for school in schools
        ]
    )
    user.groups.add(group)
    return user


_FLOOR = """
SELECT c.id, c.number, c.kind, c.state, c.next_duty, c.next_due, c.last_contact_on, c.opened_on,
       s.name, u.first_name, u.last_name
  FROM casework_case c
  LEFT JOIN district_school s ON s.id = c.school_id
  LEFT JOIN district_user u ON u.id = c.owner_id
 WHERE c.closed_on IS NULL AND {where}
 ORDER BY c.next_due, c.id
 LIMIT 51
"""


def _query(user: User, after: str = "") -> Callable[[], Any]:
    """The page's own statement, without the access rules' (kept for the request) and the names."""

    def run() -> Any:
        return worklist.page_after(user, {}, after, date(2027, 3, 1))

    return run


def run() -> Iterator[Row]:
    """All rows."""
    if not sql("SELECT 1 FROM casework_case WHERE number LIKE 'ATT-2019-%' LIMIT 1"):
        cases.build()
    every = list(School.objects.order_by("id").values_list("id", flat=True))
    for label, schools, target in (
        ("one school", every[:1], 1.5),
        ("31 schools", every[:31], 3.0),
        ("all 186 schools", every, 1.5),
    ):
        user = _reader(schools)
        floor_sql = _FLOOR.format(
            where="true" if len(schools) == len(every) else "c.school_id = ANY(%s)"
        )

        def floor(text: str = floor_sql, schools: list[int] = schools) -> Any:
            return sql(text, schools) if "%s" in text else sql(text)

        ours, raw, ratio = paired(_query(user), floor, rounds=45)
        yield Row(
            "11",
            f"worklist, first 51 of 100,000 open, {label} ({ours * 1000:.1f} ms)",
            "the same rows by raw SQL",
            ratio,
            target,
            (ours, raw),
        )
    user = _reader(every)
    deep = sql(
        "SELECT next_due, id FROM casework_case WHERE closed_on IS NULL ORDER BY next_due, id "
        "OFFSET 49999 LIMIT 1"
    )[0]
    ours, first, ratio = paired(_query(user, f"{deep[0]}_{deep[1]}"), _query(user), rounds=45)
    yield Row("11", "page 1000 of the worklist (keyset)", "page 1", ratio, 1.2, (ours, first))
    yield from _request(user)


def _request(user: User) -> Iterator[Row]:
    client = Client(
        SERVER_NAME="localhost"
    )  # the settings are those of a real run, which answers to known names alone
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def page() -> None:
        assert client.get("/cases").status_code == 200

    def bare() -> None:
        assert client.get("/inbox").status_code == 200

    page(), bare()
    times: dict[str, list[float]] = {"page": [], "bare": []}
    for _ in range(9):
        for name, work in (("page", page), ("bare", bare)):
            started = time.process_time()
            work()
            times[name].append(time.process_time() - started)
    ours, floor = (statistics.median(times[name]) for name in ("page", "bare"))
    with CaptureQueriesContext(connection) as counted:
        page()
    about = len(
        [query for query in counted.captured_queries if re.search("casework_case", query["sql"])]
    )
    yield Row(
        "12",
        f"worklist request, 50 rows rendered, CPU; {len(counted)} statements, "
        f"{about} of them on cases",
        "a page with session and user only (an empty inbox)",
        ours / floor,
        3.0,
        (ours, floor),
    )
