"""Starts PostgreSQL and Valkey for the tests before Django reads its settings.

Only the controlling process starts servers; the parallel workers inherit their addresses. The migrated database is kept
as a template named by a hash over migrations, locks and settings; each worker's database is a copy of it (0.03 s)."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
_servers: list[Any] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before pytest-django sets up Django."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if "HOLDFAST_TEST_TEMPLATE" in os.environ:
        return
    from config.embedded.services import Servers

    data = Path(os.environ.get("TEST_DATA", ROOT / ".data" / "test")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "test.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise pytest.UsageError(
            f"another test run uses {data}; wait for it, or set TEST_DATA to another folder"
        ) from None
    servers = Servers(data, durable=False)
    servers.start()
    _servers[:] = [servers, lock]
    os.environ.update(servers.environment())
    os.environ["HOLDFAST_TEST_TEMPLATE"] = _template(data)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector of cycles need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    if _servers:
        _servers[0].stop()
        _servers.clear()


def _template(data: Path) -> str:
    """The name of a migrated template database, made now if there is none for the present code."""
    import psycopg

    from tests.migrated import dump

    name = f"holdfast_template_{_fingerprint()}"
    dumped = data / f"{name}.sql"
    os.environ["HOLDFAST_TEST_DUMP"] = str(dumped)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        if (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            and dumped.exists()
        ):
            return name
        half = f"{name}_half"
        for (old,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'holdfast_template_%'"
        ).fetchall():
            connection.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        for old_dump in data.glob("holdfast_template_*.sql"):
            old_dump.unlink()
        connection.execute(f'CREATE DATABASE "{half}"')
        environment = os.environ | {
            "DATABASE_URL": _at(half),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        dump(_at(half), dumped)
        connection.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def _at(name: str) -> str:
    """The address of another database of the same server."""
    head, _sep, tail = os.environ["DATABASE_URL"].partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


def _fingerprint() -> str:
    paths = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("tests/*/migrations/*.py"),
        *ROOT.glob("requirements/*.txt"),
    ]
    paths += [
        *ROOT.glob("*/models/*.py"),
        *ROOT.glob("*/workflow.py"),
        *ROOT.glob("*/*/*steps.py"),
        *ROOT.glob("*/*/states.py"),
        *ROOT.glob("tests/toykind/*.py"),
        ROOT / "config/settings.py",
    ]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
