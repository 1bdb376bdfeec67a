"""Rows 1 to 5: the import against COPY and against what a team would usually write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from benchmarks import district
from benchmarks.common import Row, paired, sql, undone
from district.imports import pipeline, specs
from district.models import Import

NIGHT = district.FIRST + timedelta(days=100)
HEAD = (
    "student_id,school_id,date,code,status,excuse,minutes_absent,minutes_scheduled,fraction,"
    "reason_text,source_modified_at\n"
)


def _line(student: int, day: date, code: str) -> str:
    excuse = "U" if code == "2A" else "E"
    school = student % district.SCHOOLS + 1
    return (
        f"S{student},{school},{day},{code},A,{excuse},390,390,1.0,"
        f"as told by the office,{day}T08:15:00-05:00\n"
    )


def _folder(
    root: Path, name: str, lines: Iterator[str] | list[str], as_of: date, mode: str
) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "attendance.csv").write_text(HEAD + "".join(lines))
    (folder / "manifest.json").write_text(
        json.dumps({"as_of": as_of.isoformat(), "attendance": mode})
    )
    return folder


def _import(folder: Path, same: bool = False) -> Callable[[], None]:
    """The import without what follows it (cases are row 16); `same` keeps it from being
    recognised by its hash."""

    def work() -> None:
        hooks, specs._after[:] = list(specs._after), []
        try:
            with undone():
                if same:
                    Import.objects.update(digest="")
                run = pipeline.run_import(folder, released=True)
                assert run.state == Import.State.APPLIED, run.report
                assert not run.report["files"]["attendance.csv"]["rejected"], run.report
        finally:
            specs._after[:] = hooks

    return work


def _copy(folder: Path, table: str = "floor_copy") -> Callable[[], None]:
    content = (folder / "attendance.csv").read_bytes()

    def work() -> None:
        sql(f"DROP TABLE IF EXISTS {table}")
        # the columns of the file, typed, with the key of a mark: what a load that can be used at
        # all has to do
        sql(
            f"""
            CREATE UNLOGGED TABLE {table} (
                   student_id text, school_id text, date date, code text, status text, excuse text,
                   minutes_absent int, minutes_scheduled int, fraction numeric, reason_text text,
                   source_modified_at timestamptz,
                   PRIMARY KEY (date, student_id)
            )
            """
        )
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER true)") as copy,
        ):
            for start in range(0, len(content), 1 << 18):
                copy.write(content[start : start + (1 << 18)])

    return work


def _bulk_create(folder: Path) -> Callable[[], None]:
    """bulk_create with update_conflicts into a plain Django table: what a team would usually
    write."""
    from django.db import models

    if not hasattr(_bulk_create, "model"):

        class FlatMark(models.Model):
            student_id = models.BigIntegerField()
            school_id = models.BigIntegerField()
            day = models.DateField()
            code = models.CharField(max_length=16)
            recorded_at = models.DateTimeField(auto_now=True)

            class Meta:
                app_label = "attendance"
                managed = False
                db_table = "floor_flat"

        sql(
            "CREATE TABLE IF NOT EXISTS floor_flat (id bigserial PRIMARY KEY, student_id bigint, "
            "school_id bigint, "
            "day date, code varchar(16), recorded_at timestamptz, UNIQUE (student_id, day))"
        )
        _bulk_create.model = FlatMark  # type: ignore[attr-defined]
    model = _bulk_create.model  # type: ignore[attr-defined]

    def work() -> None:
        rows = []
        with (folder / "attendance.csv").open() as file:
            next(file)
            for line in file:
                student, school, day, code = line.split(",", 4)[:4]
                rows.append(
                    model(
                        student_id=int(student[1:]),
                        school_id=int(school),
                        day=date.fromisoformat(day),
                        code=code,
                    )
                )
        with undone():
            model.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["student_id", "day"],
                update_fields=["code", "school_id", "recorded_at"],
                batch_size=5000,
            )

    return work


def run() -> Iterator[Row]:
    """All rows."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        night = [
            _line(student, NIGHT, "2A" if student % 3 else "1A") for student in range(1, 137_001)
        ]
        changed = [
            _line(student, NIGHT, "1B") if student % 100 == 0 else line
            for student, line in enumerate(night, start=1)
        ]
        base = _folder(root, "base", night, NIGHT, "days")
        hooks, specs._after[:] = list(specs._after), []
        first = pipeline.run_import(base, released=True)
        specs._after[:] = hooks
        assert first.report["files"]["attendance.csv"]["new"] == 137_000, first.report
        second = _folder(root, "changed", changed, NIGHT, "days")
        yield from _against("1", "nightly full file, 137,000 marks, 1 % changed", second, 0.35, 3.3)
        yield from _against(
            "2", "the same file again, recognised by its rows", base, 0.30, 2.5, same=True
        )
        ours, floor, ratio = paired(lambda: pipeline.run_import(base), _copy(base))
        yield Row(
            "2", "the same file again, recognised by its hash", "COPY", ratio, 2.5, (ours, floor)
        )
        delta = _folder(
            root,
            "delta",
            [_line(s, NIGHT + timedelta(days=1), "2A") for s in range(1, 137_001, 10)][:13_000],
            NIGHT + timedelta(days=1),
            "delta",
        )
        ours, floor, ratio = paired(_import(delta), _bulk_create(delta))
        yield Row(
            "3", "absence-only delta, 13,000 rows", "bulk_create of it", ratio, 0.3, (ours, floor)
        )
        yield from _year(root)
        yield from _memory(root)


def _against(
    number: str, work: str, folder: Path, target: float, copy_target: float, same: bool = False
) -> Iterator[Row]:
    ours, floor, ratio = paired(_import(folder, same), _bulk_create(folder))
    yield Row(number, work, "bulk_create(update_conflicts)", ratio, target, (ours, floor))
    ours, floor, ratio = paired(_import(folder, same), _copy(folder))
    yield Row(
        number, work, "COPY into an unlogged table with its key", ratio, copy_target, (ours, floor)
    )


def _year(root: Path) -> Iterator[Row]:
    """A year's absences into empty tables; a quarter of it, since both sides grow alike."""
    sql("TRUNCATE attendance_mark, attendance_mark_version")
    days = [row[0] for row in sql("SELECT date FROM district_calendarday ORDER BY date")]
    lines = [
        _line(1 + (n * 7919) % district.STUDENTS, day, "2A" if n % 3 else "1A")
        for day in days
        for n in range(2_750)
    ]  # type: ignore[arg-type]
    year = _folder(root, "year", lines, date(2027, 6, 30), "year_to_date")
    ours, floor, ratio = paired(_import(year), _copy(year), rounds=3)
    yield Row(
        "4",
        f"a year's absences ({len(lines):,}: a quarter), empty table",
        "COPY",
        ratio,
        3.2,
        (ours, floor),
    )


def _memory(root: Path) -> Iterator[Row]:
    """Peak memory of a process that imports a small and a large file, less that of one that
    imports nothing."""
    peaks = [_peak(None)]
    for megabytes in (7, 111):
        days = [row[0] for row in sql("SELECT date FROM district_calendarday ORDER BY date")]
        per_day = megabytes * 1_000_000 // 88 // len(days)
        lines = (
            _line(1 + (n * 7919) % district.STUDENTS, day, "1A")
            for day in days
            for n in range(per_day)
        )  # type: ignore[arg-type]
        peaks.append(
            _peak(_folder(root, f"mb{megabytes}", lines, date(2027, 6, 30), "year_to_date"))
        )
    for megabytes, peak in zip((7, 111), peaks[1:], strict=True):
        grown = (peak - peaks[0]) / 1024
        yield Row(
            "5",
            f"importer memory, {megabytes} MB file: MB above a process that imports nothing",
            "the same process idle",
            grown,
            16,
            (peak / 1024, peaks[0] / 1024),
        )


def _peak(folder: Path | None) -> int:
    script = (
        "import django, sys; django.setup()\n"
        "from district.imports import pipeline, specs; specs._after[:] = []\n"
        "from pathlib import Path\n"
        "from django.db import connection; connection.ensure_connection()\n"
        "folder = sys.argv[1]\n"
        "run = pipeline.run_import(Path(folder), dry_run=True, released=True) if folder else None\n"
        "assert run is None or run.state == 'PREVIEW', run.report\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if "
        "line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder or "")],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])
