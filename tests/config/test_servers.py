"""The embedded servers: commands against them, both root modes, a kill, a second caller."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.embedded.services import Postgres, socket_folder

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.services  # its servers are filled from the template's dump
BARE = {
    key: value
    for key, value in os.environ.items()
    if key not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DATA")
}


def manage(data: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.embedded.manage", "--data", str(data), "--", *command],
        cwd=ROOT,
        env=BARE | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def ran_before(data: Path, **more: str) -> Path:
    """The folder, with servers that ran and a database that was migrated."""
    subprocess.run(
        [sys.executable, "-m", "tests.migrated", str(data)],
        cwd=ROOT,
        env=BARE | more,
        check=True,
        timeout=600,
    )
    return data


def test_json_alone_on_standard_output_and_nothing_left_running(tmp_path):
    done = manage(tmp_path, "due", "2026-09-08", "30", "--unit", "calendar", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["due"] == "2026-10-08"
    assert not (tmp_path / "pg" / "postmaster.pid").exists()
    wrong = manage(tmp_path, "due", "tomorrow", "30", "--unit", "calendar", "--json")
    assert wrong.returncode == 1
    assert "tomorrow" in wrong.stderr
    assert wrong.stdout == ""


def test_two_callers_at_once_do_not_disturb_each_other(tmp_path):
    ran_before(tmp_path)
    results: list[subprocess.CompletedProcess[str]] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(manage(tmp_path, "verify_timeline", "--json"))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(done.stdout)["ok"] for done in results] == [True, True]


def test_a_killed_server_comes_up_again_with_its_data(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    import psycopg

    first = Postgres(tmp_path)
    first.start()
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
        pid = int((first.cluster / "postmaster.pid").read_text().split()[0])
    assert first.process is not None
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    assert pid
    again = Postgres(tmp_path)
    again.start()
    try:
        with psycopg.connect(again.url) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    finally:
        again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces(tmp_path):
    ran_before(tmp_path, HOLDFAST_NO_USERNS="1")
    done = manage(tmp_path, "verify_timeline", "--json", HOLDFAST_NO_USERNS="1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_long_paths_keep_their_sockets_elsewhere(tmp_path):
    assert socket_folder(tmp_path / "x") != socket_folder(tmp_path / ("x" * 120))
    assert len(str(socket_folder(tmp_path / ("x" * 120)))) < 80
