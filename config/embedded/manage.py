"""`make manage`: one management command against the embedded servers of a data folder.

Where they run already, the command joins them; else they are started, the database is migrated,
and they are stopped afterwards. Standard output belongs to the command alone."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.embedded.services import ServerError, Servers

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the command; its exit code is ours."""
    parser = argparse.ArgumentParser(prog="make manage")
    parser.add_argument("--data", required=True)
    parser.add_argument("--settings", default="config.settings")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = options.settings
    data = Path(options.data).resolve()
    data.mkdir(parents=True, exist_ok=True)
    servers = Servers(data)
    with (data / "servers.lock").open("w") as lock:
        # Shared while using servers that run, exclusive while we run them: a second caller waits
        # for the first to finish (or joins the servers of `make run`, which holds no exclusive
        # lock).
        fcntl.flock(lock, fcntl.LOCK_SH)
        if servers.running():
            return run(options.command, servers)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if servers.running():
            fcntl.flock(lock, fcntl.LOCK_SH)
            return run(options.command, servers)
        return _with_own_servers(options.command, servers)


def _with_own_servers(command: list[str], servers: Servers) -> int:
    try:
        servers.start()
    except ServerError as error:
        print(f"manage: {error}", file=sys.stderr)
        return 1
    try:
        migrated = run(["migrate", "--verbosity", "0"], servers, stdout=sys.stderr)
        return migrated or run(command, servers)
    finally:
        servers.stop()


def _secret(servers: Servers) -> dict[str, str]:
    """The key of this folder, so that a link or a token that a command makes opens the pages of
    `make run` too."""
    key = servers.data / "secret-key"
    return {"SECRET_KEY": key.read_text()} if key.exists() else {}


def run(command: list[str], servers: Servers, stdout: Any = None) -> int:
    """One manage.py call as a child, with signals passed on to it; its exit code."""
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *command],
        env=os.environ | _secret(servers) | servers.environment(),
        stdout=stdout,
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _frame: child.send_signal(caught))
    code = child.wait()
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
