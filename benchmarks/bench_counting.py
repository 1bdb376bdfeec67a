"""Rows 6 and 7: counting everybody, and one night's students, against a plain group-by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from attendance.nightly import tallies
from benchmarks import district
from benchmarks.common import Row, paired, sql, undone
from casework.policy.policies import policy_for

AS_OF = date(2027, 6, 30)
GROUP_BY = (
    "SELECT student_id, school_id, count(*) FILTER (WHERE mark_class = 2) AS u, count(*) FILTER "
    "(WHERE mark_class = 1) AS e, count(*) AS n "
    "FROM attendance_mark WHERE day BETWEEN '2026-07-01' AND '2027-06-30' GROUP BY student_id, "
    "school_id"
)


def _floor() -> None:
    with transaction.atomic():
        sql("SET LOCAL max_parallel_workers_per_gather = 0")
        sql("SET LOCAL work_mem = '96MB'")  # as ours has it
        sql(f"CREATE TEMP TABLE floor_counts ON COMMIT DROP AS {GROUP_BY}")


def _recount(table: str | None = None) -> None:
    with transaction.atomic():
        sql("SET LOCAL max_parallel_workers_per_gather = 0")
        tallies.recount(AS_OF, policy_for("attendance", AS_OF).data, students_table=table)


def _from_nothing() -> None:
    with undone():
        sql("TRUNCATE attendance_tally, attendance_schooltally")
        _recount()


def run() -> Iterator[Row]:
    """All rows."""
    sql("TRUNCATE attendance_mark, attendance_mark_version")
    district.absences(11_000)
    marks = sql("SELECT count(*) FROM attendance_mark")[0][0]
    ours, floor, ratio = paired(_from_nothing, _floor)
    yield Row(
        "6",
        f"full recount, {marks:,} absences, all rows written",
        "serial group-by",
        ratio,
        2.0,
        (ours, floor),
    )
    _recount()
    ours, floor, ratio = paired(_recount, _floor)
    yield Row("6", "full recount, nothing changed", "serial group-by", ratio, 1.4, (ours, floor))
    # The students whose marks the file of row 1 changed (1 % of 137,000 marks), and all who were
    # absent on one day.
    yield _night(
        "changed",
        "SELECT id AS student_id FROM district_student WHERE substr(student_id, 2)::int <= 137000 "
        "AND id % 100 = 0",
    )
    yield _night(
        "absent",
        "SELECT DISTINCT student_id FROM attendance_mark WHERE day = (SELECT max(day) FROM "
        "attendance_mark)",
    )


def _night(name: str, students: str) -> Row:
    sql(f"DROP TABLE IF EXISTS tonight_{name}")
    sql(f"CREATE TABLE tonight_{name} AS {students}")
    sql(f"ANALYZE tonight_{name}")
    count = sql(f"SELECT count(*) FROM tonight_{name}")[0][0]
    ours, floor, ratio = paired(lambda: _recount(f"tonight_{name}"), _floor)
    return Row(
        "7",
        f"one night's {count:,} students ({name})",
        "serial group-by",
        ratio,
        0.15,
        (ours, floor),
    )
