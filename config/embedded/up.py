"""`make run`: the whole product on one machine. Servers, web, worker and beat are started in
order, stopped in reverse, and die with this process even when it is killed (each child asks the
kernel for a signal at its parent's death)."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from config.embedded.services import ServerError, Servers, die_with_parent, stop_process

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
# What a child gets when this process is killed. A worker asked politely would wait for a broker
# that is gone too (seen); killed, it loses nothing: tasks are acknowledged late and rows are the
# truth.
ORPHANED = {"worker": signal.SIGKILL}


class Stop(Exception):
    """End the run with this line."""


def main() -> int:
    """Start everything, wait for Ctrl-C or the end of a child, stop everything."""
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", default=".data")
    options = parser.parse_args()
    # Set by hand: a shell starts background jobs with SIGINT ignored, and all three must stop the
    # run.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return Run(Path(options.data).resolve(), options.port).go()
    except (Stop, ServerError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1


class Run:
    """One running copy of the product in one data folder."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.children: list[tuple[str, subprocess.Popen[bytes], float]] = []
        self.servers: Servers | None = None

    def go(self) -> int:
        """The whole life of it."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (
            (self.data / "run.lock").open("a+") as lock,
            (self.data / "servers.lock").open("w") as shared,
        ):
            self._only_copy(lock)
            self._port_free()
            fcntl.flock(
                shared, fcntl.LOCK_EX
            )  # a `make manage` with servers of its own finishes first
            started = time.monotonic()
            try:
                self._start(shared, started)
                return self._watch()
            except KeyboardInterrupt:
                return 0
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self._stop()

    def _only_copy(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise Stop(f"already running ({lock.read().strip()})") from None
        lock.truncate(0)
        lock.write(f"pid {os.getpid()}, http://{HOST}:{self.port}")
        lock.flush()

    def _port_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                raise Stop(
                    f"port {self.port} cannot be used ({error.strerror}): choose another, make "
                    "run PORT=..."
                ) from None

    def _start(self, shared: IO[str], started: float) -> None:
        self._say("starting PostgreSQL and Valkey")
        self.servers = Servers(self.data)
        self.servers.start()
        fcntl.flock(shared, fcntl.LOCK_UN)
        self._say("preparing the database (the first start builds the demo district)")
        sign_ins = self._prepare()
        environment = self._environment()
        self._spawn("web", self._web(), environment, 10)
        self._wait_for_page()
        self._spawn("worker", self._worker(), environment, 25)
        self._spawn("beat", self._beat(), environment, 10)
        self._welcome(sign_ins, time.monotonic() - started)

    def _web(self) -> list[str]:
        options = ["--interface", "wsgi", "--host", HOST, "--port", str(self.port), "--no-ws"]
        options += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning"]
        return [sys.executable, "-m", "granian", *options, "config.wsgi:application"]

    def _worker(self) -> list[str]:
        queues = "default,imports,sweep,delivery"
        return [*CELERY, "worker", "--concurrency", "2", "--queues", queues, "-l", "warning"]

    def _beat(self) -> list[str]:
        schedule = str(self.data / "beat-schedule")
        return [*CELERY, "beat", "--schedule", schedule, "--pidfile", "", "-l", "warning"]

    def _environment(self) -> dict[str, str]:
        assert self.servers is not None
        key_file = self.data / "secret-key"
        if not key_file.exists():
            key_file.touch(mode=0o600)
            key_file.write_text(secrets.token_urlsafe(60))
        own = {
            "SECRET_KEY": key_file.read_text(),
            "C_FORCE_ROOT": "1",
            "PYTHONUNBUFFERED": "1",
            "SITE_URL": f"http://{HOST}:{self.port}",
        }
        return os.environ | own | self.servers.environment()

    def _prepare(self) -> list[dict[str, str]]:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "prepare", "--json"],
            env=self._environment(),
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise Stop("the database could not be prepared; the lines above say why")
        return list(json.loads(done.stdout or b"{}").get("sign_ins", []))

    def _spawn(
        self, name: str, command: list[str], environment: dict[str, str], patience: float
    ) -> None:
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(ORPHANED.get(name, signal.SIGTERM)),
        )
        threading.Thread(target=self._relay, args=(name, child), daemon=True).start()
        self.children.append((name, child, patience))

    def _relay(self, name: str, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            if b"SecurityWarning" not in line:  # Celery's remark on running as root; the demo may
                print(
                    f"{name:>6} | {line.decode(errors='replace').rstrip()}",
                    file=sys.stderr,
                    flush=True,
                )

    def _wait_for_page(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self._check_children()
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.port}/livez", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise Stop("the web server does not answer; the lines above say why")

    def _check_children(self) -> None:
        for name, child, _patience in self.children:
            if child.poll() is not None:
                raise Stop(f"{name} ended with exit code {child.returncode}: stopping everything")

    def _watch(self) -> int:
        while True:
            self._check_children()
            for server in (self.servers.postgres, self.servers.valkey) if self.servers else ():
                if server and server.process and server.process.poll() is not None:
                    raise Stop(
                        f"{type(server).__name__} ended; start again, nothing that was saved "
                        "is lost"
                    )
            time.sleep(0.5)

    def _stop(self) -> None:
        if self.children or self.servers:
            self._say("stopping")
        for _name, child, patience in reversed(self.children):
            stop_process(child, signal.SIGTERM, patience)
        if self.servers:
            self.servers.stop()

    def _say(self, text: str) -> None:
        print(f"make run: {text}", file=sys.stderr, flush=True)

    def _welcome(self, sign_ins: list[dict[str, str]], seconds: float) -> None:
        print(f"\nHoldfast is up after {seconds:.0f} s:  http://{HOST}:{self.port}/\n")
        if sign_ins:
            print("Demo sign-ins (made for this data folder alone):")
        for person in sign_ins:
            print(f"  {person['role']:<28} {person['username']:<14} {person['password']}")
        print("\nCtrl-C stops everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
