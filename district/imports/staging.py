"""From files to checked rows: each file goes by COPY into a temporary table of texts, is validated
by SQL, and bad rows are set aside with their reason. Rows are never built in Python, unless a file
is so broken that COPY refuses it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, transaction

from district.imports.specs import CONTROL_BYTES, FileSpec
from district.issue_reasons import Said, say

CHUNK = 1 << 18
LONGEST_SHOWN = 300
csv.field_size_limit(64 * 1024 * 1024)


class Refused(Exception):
    """The delivery as a whole cannot be taken; nothing was changed. The sentence of its code says
    what to do."""

    def __init__(self, code: str, **params: Any) -> None:
        self.said = say(code, **params)
        super().__init__(self.said)


class Held(Exception):
    """The delivery is so unusual that a person must release it."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(said)


@dataclass
class Issue:
    """One problem for the report."""

    file: str
    line: int | None
    column: str
    value: str
    said: Said
    level: str = "ERROR"


@dataclass
class FileCounts:
    """What became of the rows of one file."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return dict(self.__dict__)


@dataclass
class Delivery:
    """One import while it runs."""

    folder: Path
    source: str
    as_of: date
    year_starts: date
    year_ends: date
    run_id: UUID
    manifest: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, FileCounts] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    issue_totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[Said] = field(default_factory=list)
    released: bool = False
    present: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    def count(self, name: str) -> FileCounts:
        """The counts of a file."""
        return self.counts.setdefault(name, FileCounts())

    def parameters(self) -> dict[str, Any]:
        """What SQL statements ask for."""
        return {
            "source": self.source,
            "as_of": self.as_of,
            "starts": self.year_starts,
            "ends": self.year_ends,
            "run": self.run_id,
        }

    def add_issue(self, issue: Issue) -> None:
        """Keep a problem; of one kind at most the number that the policy says, but count all."""
        key = (issue.file, issue.said.code)
        self.issue_totals[key] += 1
        if self.issue_totals[key] <= int(self.policy.get("errors_kept_per_reason", 2000)):
            issue.value = issue.value[:LONGEST_SHOWN]
            self.issues.append(issue)

    def reject(
        self, spec: FileSpec, condition: str, column: str, said: Said, joins: str = ""
    ) -> int:
        """Set rows of a staging table aside: those that meet an SQL condition on `s`. Returns how
        many."""
        value = f's."{column}"' if column in spec.column_names() else "''"
        kept = int(self.policy.get("errors_kept_per_reason", 2000))
        with connection.cursor() as cursor:
            cursor.execute(
                (
                    f"WITH bad AS (DELETE FROM {spec.table} s USING (SELECT s.line AS bad_line "
                    f"FROM {spec.table} s {joins} "
                    f"WHERE {condition}) b WHERE s.line = b.bad_line RETURNING s.line, "
                    f"left({value}, {LONGEST_SHOWN}), s.origin) "
                    f"SELECT *, count(*) OVER () FROM bad ORDER BY line LIMIT {kept}"
                ),
                self.parameters(),
            )
            rows = cursor.fetchall()
        total = rows[0][3] if rows else 0
        for line, shown, origin in (row[:3] for row in rows):
            self.issues.append(Issue(origin or spec.name, line, column, shown or "", said))
        if total:
            self.issue_totals[(spec.name, said.code)] += total
        self.count(spec.name).rejected += total
        return int(total)

    def run(self, sql: str, **more: Any) -> int:
        """One statement; the number of rows."""
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.parameters(), **more})
            return max(cursor.rowcount, 0)

    def make(self, table: str, query: str, **more: Any) -> int:
        """A temporary table out of a query, an earlier one of the name goes; how many rows."""
        self.run(f"DROP TABLE IF EXISTS pg_temp.{table}")
        rows = self.run(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS {query}", **more)
        self.run(f"ANALYZE {table}")
        self.made.add(table)
        return rows

    def rows(self, sql: str, **more: Any) -> list[tuple[Any, ...]]:
        """The rows of one query."""
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.parameters(), **more})
            return list(cursor.fetchall())


# -- reading ---------------------------------------------------------------------------------------


def header(path: Path) -> list[str]:
    """The column names of a CSV file. Raises Refused for what cannot be a header."""
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("UTF16", file=path.name)
    if b"\x00" in first:
        raise Refused("NUL_IN_HEADER", file=path.name)
    try:
        names = next(csv.reader([first.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("HEADER_NOT_CSV", file=path.name, detail=error) from error
    return [name.strip().lower() for name in names]


def stage(delivery: Delivery, spec: FileSpec) -> None:
    """Load one file into its staging table and set malformed rows aside. Raises Refused for a file
    that is unusable."""
    path = delivery.folder / spec.name
    names = header(path)
    _check_header(path, spec, names)
    columns = ", ".join(f'"{column}" text' for column in [*spec.column_names(), "origin"])
    delivery.run(f"DROP TABLE IF EXISTS {spec.table}")
    delivery.run(
        f"CREATE TEMP TABLE {spec.table} (line bigint GENERATED ALWAYS AS IDENTITY (START "
        f"2), {columns}) ON COMMIT DROP"
    )
    for index, name in enumerate(names):
        if name not in spec.column_names() and name != "origin":
            delivery.run(f'ALTER TABLE {spec.table} ADD COLUMN "extra_{index}" text')
    targets = [
        name if name in spec.column_names() or name == "origin" else f"extra_{i}"
        for i, name in enumerate(names)
    ]
    controls = _copy(delivery, spec, path, targets)
    delivery.count(spec.name).read += delivery.rows(f"SELECT count(*) FROM {spec.table}")[0][0]
    _validate(delivery, spec, controls)
    delivery.run(f"ANALYZE {spec.table}")
    delivery.present.add(spec.name)


def _check_header(path: Path, spec: FileSpec, names: list[str]) -> None:
    if not any(names):
        raise Refused("EMPTY_FILE", file=path.name)
    double = [name for name, count in Counter(names).items() if count > 1 and name]
    if double:
        raise Refused("COLUMN_TWICE", file=path.name, columns=", ".join(double))
    missing = [
        column.name for column in spec.columns if column.required and column.name not in names
    ]
    if missing:
        raise Refused("COLUMN_MISSING", file=path.name, columns=", ".join(missing))


def _copy(delivery: Delivery, spec: FileSpec, path: Path, targets: list[str]) -> bool:
    """COPY the bytes as they are; if PostgreSQL stumbles over a row, read the file row by row
    instead. Whether there may be control characters in it: looking for them in the bytes that pass
    by costs a tenth of looking in the rows."""
    controls = False
    command = "COPY {} ({}) FROM STDIN (FORMAT csv, HEADER true, ENCODING 'UTF8')".format(
        spec.table, ", ".join(f'"{name}"' for name in targets)
    )
    try:
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(command) as copy,
            path.open("rb") as file,
        ):
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            while chunk := file.read(CHUNK):
                controls = controls or len(chunk.translate(None, CONTROL_BYTES)) < len(chunk)
                copy.write(chunk)
    except (DatabaseError, psycopg.Error):
        delivery.run(f"TRUNCATE {spec.table}")
        _copy_rows(delivery, spec, path, targets)
        return True
    return controls


def _copy_rows(delivery: Delivery, spec: FileSpec, path: Path, targets: list[str]) -> None:
    """The slow way for a file with malformed rows: those are reported, the others are loaded with
    their line."""
    names = ", ".join(f'"{name}"' for name in targets)
    kept = 0
    # line is overwritten so that reports name the line of the file, not the number of the good row
    command = f"COPY {spec.table} ({names}) FROM STDIN"
    lines: list[int] = []
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for number, row, problem in _rows(path, len(targets)):
            if problem:
                delivery.count(spec.name).read += 1
                delivery.count(spec.name).rejected += 1
                delivery.add_issue(Issue(spec.name, number, "", ",".join(row), problem))
            else:
                copy.write_row([value or None for value in row])
                lines.append(number)
                kept += 1
    delivery.make(
        f"{spec.table}_lines",
        "SELECT n, line FROM unnest(%(lines)s::bigint[]) WITH ORDINALITY AS x(line, n)",
        lines=lines,
    )
    first = delivery.rows(f"SELECT min(line) FROM {spec.table}")[0][0] or 0
    delivery.run(f"ALTER TABLE {spec.table} ALTER COLUMN line DROP IDENTITY")
    delivery.run(
        (
            f"UPDATE {spec.table} s SET line = -x.line FROM {spec.table}_lines x WHERE s.line "
            "= x.n + %(first)s - 1"
        ),
        first=first,
    )
    delivery.run(f"UPDATE {spec.table} SET line = -line")


def _rows(path: Path, width: int) -> Iterator[tuple[int, list[str], Said | None]]:
    """(line, values, problem) of every record after the header."""
    text = io.TextIOWrapper(
        path.open("rb"), encoding="utf-8-sig", errors="surrogateescape", newline=""
    )
    with text:
        reader = csv.reader(line.replace("\x00", "\udc00") for line in text)
        next(reader, None)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, [], say("MALFORMED_ROW/csv", detail=error)
                continue
            if not row:
                continue
            yield line, [_shown(value) for value in row], _problem(row, width)


def _problem(row: list[str], width: int) -> Said | None:
    if any("\udc00" in value for value in row):
        return say("MALFORMED_ROW/nul")
    if any("\udc80" <= character <= "\udcff" for value in row for character in value):
        return say("MALFORMED_ROW/encoding")
    if len(row) != width:
        return say("MALFORMED_ROW/width", found=len(row), wanted=width)
    return None


def _shown(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8", "replace")


def _validate(delivery: Delivery, spec: FileSpec, controls: bool) -> None:
    """Set aside rows with a value that cannot be right: one scan when all is well."""
    checks = [(column.name, *check) for column in spec.columns for check in column.checks()]
    absent = set(spec.column_names()) - set(header(delivery.folder / spec.name))
    checks = [check for check in checks if check[0] not in absent]
    # Only bad files pay for details.
    everything = " AND ".join(column.good() for column in spec.columns if column.name not in absent)
    if controls or delivery.rows(f"SELECT 1 FROM {spec.table} s WHERE NOT ({everything}) LIMIT 1"):
        for column, condition, said in checks:
            delivery.reject(spec, f"NOT ({condition})", column, said)
    same = ", ".join(f'"{name}"' for name in spec.key)
    double = (
        f"EXISTS (SELECT 1 FROM (SELECT line, row_number() OVER (PARTITION BY {same} ORDER BY "
        f"line) AS n FROM {spec.table}) d WHERE d.line = s.line AND d.n > 1)"
    )
    if delivery.rows(f"SELECT 1 FROM {spec.table} GROUP BY {same} HAVING count(*) > 1 LIMIT 1"):
        delivery.reject(spec, double, spec.key[-1], say("DUPLICATE/key", key=" + ".join(spec.key)))
