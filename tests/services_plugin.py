"""PostgreSQL and Valkey for the tests, started when a collected test asks for them.

Their addresses follow from the data folder, so Django can read its settings before they run; a run
of pure tests (dates, rules, decisions) starts nothing. With parallel workers the controlling
process starts them before the workers. The migrated database is kept as a template named by a hash
over migrations, locks and settings; each worker's database is a copy of it (0.03 s)."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pytest

if TYPE_CHECKING:
    from config.embedded.services import Servers

ROOT = Path(__file__).resolve().parent.parent
ASKING_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup", "ground"}
ASKING_MARKS = ("django_db", "services", "e2e", "faults")
_prepared: list[Servers] = []
_running: list[Servers] = []
_locks: list[TextIO] = []  # held until the run ends


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Addresses and the template's name, before pytest-django sets up Django."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if "HOLDFAST_TEST_TEMPLATE" in os.environ:
        return
    from config.embedded.services import Servers

    data = Path(os.environ.get("TEST_DATA", ROOT / ".data" / "test")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    _prepared.append(Servers(data, durable=False))
    os.environ.update(_prepared[0].environment())
    name = f"holdfast_template_{_fingerprint()}"
    os.environ["HOLDFAST_TEST_TEMPLATE"] = name
    os.environ["HOLDFAST_TEST_DUMP"] = str(data / f"{name}.sql")


def pytest_xdist_setupnodes() -> None:
    """Parallel workers inherit the addresses of what runs already."""
    _start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """One process: start them when one of the tests that stay asks for them."""
    if not session.config.option.collectonly and any(asks_for_services(item) for item in items):
        _start()


def asks_for_services(item: pytest.Item) -> bool:
    """Whether a test needs PostgreSQL or Valkey: by its fixtures, or marked `services`."""
    names = set(getattr(item, "fixturenames", ()))
    marked = any(item.get_closest_marker(mark) for mark in ASKING_MARKS)
    return marked or bool(ASKING_FIXTURES & names)


def _start() -> None:
    """Start them once; the lock keeps a second run out of the same folder."""
    if _running or not _prepared:
        return
    data = Path(os.environ["HOLDFAST_TEST_DUMP"]).parent
    lock = (data / "test.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise pytest.UsageError(
            f"another test run uses {data}; wait for it, or set TEST_DATA to another folder"
        ) from None
    _prepared[0].start()
    _running.append(_prepared[0])
    _locks.append(lock)
    _make_template(data)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the collector of cycles need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    for servers in _running:
        servers.stop()
    _running.clear()


def _make_template(data: Path) -> None:
    """A migrated template database, made now if there is none for the present code."""
    import psycopg

    from tests.migrated import dump

    name = os.environ["HOLDFAST_TEST_TEMPLATE"]
    dumped = Path(os.environ["HOLDFAST_TEST_DUMP"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() and dumped.exists():
            return
        half = f"{name}_half"
        old = "SELECT datname FROM pg_database WHERE datname LIKE 'holdfast_template_%'"
        for (database,) in connection.execute(old).fetchall():
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        for old_dump in data.glob("holdfast_template_*.sql"):
            old_dump.unlink()
        connection.execute(f'CREATE DATABASE "{half}"')
        environment = os.environ | {"DATABASE_URL": _at(half)}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        dump(_at(half), dumped)
        connection.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')


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
