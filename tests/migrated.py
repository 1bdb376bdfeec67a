"""A database as the migrations leave it, for servers that a test starts for itself: the migrations
ran once for the template of all tests (17 s of a processor), what they left is read from its dump
(0.5 s)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from config.embedded.services import Servers, postgres_binaries


def dump(address: str, path: Path) -> None:
    """Write what a database holds as SQL; the file is there whole or not at all."""
    made = subprocess.run(
        [str(postgres_binaries() / "pg_dump"), "--inserts", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    half = path.with_suffix(".half")
    half.write_text(
        "\n".join(line for line in made.split("\n") if not line.startswith("\\"))
    )  # what is for psql alone
    half.rename(path)


def fill(address: str) -> None:
    """Let an empty database be one that was migrated."""
    with psycopg.connect(address) as connection:
        connection.execute(Path(os.environ["HOLDFAST_TEST_DUMP"]).read_bytes())


def main(data: Path) -> None:
    """Servers of a data folder that ran once: started, filled, stopped."""
    servers = Servers(data)
    try:
        servers.start()
        assert servers.postgres is not None
        fill(servers.postgres.url)
    finally:
        servers.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
