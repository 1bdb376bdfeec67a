"""`make bench`: all measurements in a database of their own; prints the table and writes
docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import Row
from config.embedded.services import Servers

ROOT = Path(__file__).resolve().parent.parent
# Each group has a database of its own: what one leaves behind would change what the other measures.
GROUPS = (("steps", "import", "counting", "sweep"), ("compliance", "worklist"))
NAMES = tuple(name for group in GROUPS for name in group)


def main() -> int:
    """Start the servers, make the database, run, write."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--data", default=".data-bench")
    parser.add_argument("names", nargs="*", help=f"of {NAMES}; all without")
    options = parser.parse_args()
    data = Path(options.data).resolve()
    data.mkdir(parents=True, exist_ok=True)
    servers = Servers(data)
    servers.start()
    os.environ.update(servers.environment())
    try:
        rows = _measure(options.names or NAMES)
    finally:
        servers.stop()
    if set(options.names or NAMES) == set(NAMES):
        (ROOT / "docs" / "benchmarks.md").write_text(_page(rows))
    return 0


def _measure(names: Sequence[str]) -> list[Row]:
    head, _sep, tail = os.environ["DATABASE_URL"].partition("?")
    address = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = f"{head.rpartition('/')[0]}/bench" + (f"?{tail}" if tail else "")
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", LOG_LEVEL="ERROR")
    rows: list[Row] = []
    for group in GROUPS:
        if wanted := [name for name in group if name in names]:
            _fresh_database(address)
            rows += _run(wanted)
    return rows


def _fresh_database(address: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.execute("CREATE DATABASE bench")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True
    )


def _run(names: Sequence[str]) -> list[Row]:
    import django

    django.setup()
    from django.db import connections

    from benchmarks import (
        bench_compliance,
        bench_counting,
        bench_import,
        bench_steps,
        bench_sweep,
        bench_worklist,
        district,
    )

    connections.close_all()  # those to the database of the group before
    district.build()
    parts = {
        "steps": bench_steps,
        "import": bench_import,
        "counting": bench_counting,
        "sweep": bench_sweep,
        "compliance": bench_compliance,
        "worklist": bench_worklist,
    }
    rows: list[Row] = []
    for name in names:
        for row in parts[name].run():
            rows.append(row)
            print(_line(row), flush=True)
    return rows


def _line(row: Row) -> str:
    sign = ">=" if row.at_least else "<="
    met, (ours, floor) = "yes" if row.met else "**no**", row.seconds
    return (
        f"| {row.number} | {row.work} | {row.floor} | {row.ratio:.2f} | {sign} {row.target:g} "
        f"| {met} | {ours:.3f} | {floor:.3f} |"
    )


def _page(rows: list[Row]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Each figure is a ratio of two things measured in turn (A B A B, "
        "at least five rounds, three for the",
        "largest file, medians of the pairs) in one run on one machine with two cores; seconds "
        "are only there to show the size. District: 141,000",
        "students, 186 schools, 180 days, on the embedded PostgreSQL with fsync on. The numbers "
        "are those of the list of targets.",
        "",
        "| Row | Work | Against | Ratio | Target | Met | Ours, s | Floor, s |",
        "|---|---|---|---|---|---|---|---|",
        *map(_line, rows),
        "",
    ]
    notes = ROOT / "benchmarks" / "notes.md"
    return "\n".join(lines) + (notes.read_text() if notes.exists() else "")


if __name__ == "__main__":
    sys.exit(main())
