"""The whole product as real processes that a test may kill: servers, workers, beats, web, and a
mail server that counts."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import redis

from config.embedded.services import Servers, die_with_parent
from tests.migrated import fill
from tests.notifications.servers import Mailbox, free_port

ROOT = Path(__file__).resolve().parents[2]
CELERY = ["-A", "config"]


def _own_servers(data: Path) -> Servers:
    """Servers of its own, not those of the test run: these are going to be killed."""
    given = {
        name: os.environ.pop(name) for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ
    }
    try:
        return Servers(data)
    finally:
        os.environ.update(given)


class Stack:
    """Starts, breaks and mends the product in one data folder."""

    def __init__(
        self, data: Path, mail_port: int, *, workers: int = 2, beats: int = 1, seed: int = 1
    ) -> None:
        self.data, self.random, self.port = data, random.Random(seed), free_port()
        self.servers = _own_servers(data)
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.names = (
            [f"worker{n}" for n in range(workers)] + [f"beat{n}" for n in range(beats)] + ["web"]
        )
        self.faults: Counter[str] = Counter()
        self.mail_port = mail_port
        policies = data / "policies"
        shutil.copytree(ROOT / "policies", policies, dirs_exist_ok=True)
        path = (
            policies / "notifications.yaml"
        )  # no quiet hours, so that messages leave at any hour of the test
        path.write_text(
            path.read_text().replace('from: "20:00", to: "06:30"', 'from: "12:00", to: "12:00"')
        )

    # -- life --------------------------------------------------------------------------------------

    def start(self, students: int) -> None:
        """Servers, schema, seed; then every process."""
        self.servers.start()
        assert self.servers.postgres is not None
        fill(self.servers.postgres.url)
        self.run("-m", "tests.faults.seed", str(students))
        for name in self.names:
            self.spawn(name)

    def environment(self) -> dict[str, str]:
        """What every process gets."""
        own = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SWEEP_SECONDS": "1",
            "LEASE_SECONDS": "20",
            "POLICY_DIR": str(self.data / "policies"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "LOG_LEVEL": "ERROR",
            "C_FORCE_ROOT": "1",
        }
        return os.environ | self.servers.environment() | own

    def run(self, *arguments: str) -> None:
        """One Python program to its end."""
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment(), check=True)

    def spawn(self, name: str, skew: int = 0) -> None:
        """Start one process, with a wrong clock if wanted."""
        celery = [
            sys.executable,
            "-m",
            *(["tests.faults.skewed", str(skew)] if skew else ["celery"]),
            *CELERY,
        ]
        kind = name.rstrip("0123456789")
        command = {
            "worker": [
                *celery,
                "worker",
                "-n",
                f"{name}@test",
                "--concurrency",
                "1",
                "--queues",
                "default,sweep,delivery",
                "-l",
                "error",
            ],
            "beat": [
                *celery,
                "beat",
                "--schedule",
                str(self.data / f"{name}.schedule"),
                "--pidfile",
                "",
                "-l",
                "error",
            ],
            "web": [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--port",
                str(self.port),
                "--no-ws",
                "--log-level",
                "error",
                "config.wsgi:application",
            ],
        }[kind]
        with (self.data / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def stop(self) -> None:
        """End everything at once."""
        for child in self.children.values():
            self._kill_group(child)
        self.servers.stop()

    @staticmethod
    def _kill_group(child: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    # -- faults ------------------------------------------------------------------------------------

    def break_something(self) -> str:
        """One fault at random; what it was. Processes come back at once, as under any supervisor."""
        kinds: list[tuple[str, Callable[[], None], int]] = [
            ("pool process killed", self.kill_pool, 5),
            ("worker killed", lambda: self.kill("worker"), 3),
            ("beat killed", lambda: self.kill("beat"), 2),
            ("web killed", lambda: self.kill("web"), 1),
            ("Redis emptied", self.empty_redis, 3),
            ("Redis killed", self.kill_redis, 2),
            ("PostgreSQL killed", self.kill_postgres, 1),
            ("backend killed", self.kill_backend, 3),
            ("wrong clock", self.wrong_clock, 1),
        ]
        name, work, _weight = self.random.choices(
            kinds, weights=[weight for _n, _w, weight in kinds]
        )[0]
        work()
        self.faults[name] += 1
        return name

    def kill(self, kind: str) -> None:
        """kill -9 of a process and all its children."""
        name = self.random.choice([name for name in self.names if name.startswith(kind)])
        self._kill_group(self.children[name])
        self.spawn(name)

    def kill_pool(self) -> None:
        """kill -9 of the process in which a worker runs its tasks."""
        name = self.random.choice([name for name in self.names if name.startswith("worker")])
        done = subprocess.run(
            ["pgrep", "-P", str(self.children[name].pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        for pid in done.stdout.split()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def empty_redis(self) -> None:
        """FLUSHALL."""
        assert self.servers.valkey is not None
        with redis.Redis(unix_socket_path=str(self.servers.valkey.socket)) as client:
            client.flushall()

    def kill_redis(self) -> None:
        """kill -9 of the Redis server, which starts again."""
        assert self.servers.valkey is not None
        assert self.servers.valkey.process is not None
        self.servers.valkey.process.kill()
        self.servers.valkey.process.wait()
        self.servers.valkey.start()

    def kill_postgres(self) -> None:
        """kill -9 of the database server, which starts again."""
        assert self.servers.postgres is not None
        assert self.servers.postgres.process is not None
        self.servers.postgres.process.kill()
        self.servers.postgres.process.wait()
        time.sleep(0.3)  # its children see that it is gone
        self.servers.postgres.start()

    def kill_backend(self) -> None:
        """One database connection of somebody is ended in the middle of whatever it does."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
            "pg_backend_pid() AND backend_type = 'client backend' LIMIT 1"
        )

    def wrong_clock(self) -> None:
        """One worker goes on with a clock that is hours ahead or behind."""
        name = self.random.choice([name for name in self.names if name.startswith("worker")])
        self._kill_group(self.children[name])
        self.spawn(name, skew=self.random.choice([-86_400, -3_600, 3_600]))

    # -- what came of it ---------------------------------------------------------------------------

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement against the database, however often it restarts."""
        assert self.servers.postgres is not None
        for _ in range(100):
            try:
                with psycopg.connect(self.servers.postgres.url, autocommit=True) as connection:
                    cursor = connection.execute(text, values or None)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError("the database does not come back")

    def schedule(self, seconds: float) -> int:
        """Spread all alerts that are planned over the coming seconds; how many."""
        self.sql(
            (
                "UPDATE casework_rung SET scheduled_for = now() + random() * "
                "make_interval(secs => %s), every = NULL"
                " WHERE fired_at IS NULL AND cancelled_at IS NULL"
            ),
            seconds,
        )
        return int(self.sql("SELECT count(*) FROM casework_rung WHERE cancelled_at IS NULL")[0][0])

    def unfinished(self) -> int:
        """Rungs, alerts and messages that are not through yet."""
        return int(
            self.sql(
                "SELECT (SELECT count(*) FROM casework_rung WHERE fired_at IS NULL AND "
                "cancelled_at IS NULL)"
                " + (SELECT count(*) FROM casework_alert WHERE fanned_out_at IS NULL)"
                " + (SELECT count(*) FROM notifications_message WHERE state = 'PENDING')"
            )[0][0]
        )

    def settle(self, seconds: float) -> None:
        """Mend what is down, let all that is planned fall due, and wait until everything is
        through. AssertionError when it takes too long."""
        self.sql(
            "UPDATE casework_rung SET scheduled_for = now() WHERE fired_at IS NULL AND "
            "cancelled_at IS NULL AND scheduled_for > now()"
        )
        for name in self.names:
            if self.children[name].poll() is not None:
                self.spawn(name)
        until = time.monotonic() + seconds
        while self.unfinished():
            assert time.monotonic() < until, (
                f"{self.unfinished()} things are not through after {seconds} s"
            )
            time.sleep(0.25)

    def verdict(self, box: Mailbox) -> dict[str, int]:
        """Counts of what was lost or doubled, and of the mail that came."""
        ((lost_rungs, two_alerts, no_message),) = self.sql(
            "SELECT (SELECT count(*) FROM casework_rung WHERE cancelled_at IS NULL AND "
            "alert_id IS NULL),"
            " (SELECT count(*) FROM casework_rung r JOIN casework_alert a ON a.id = "
            "r.alert_id WHERE a.clock_id <> r.clock_id)"
            " + (SELECT count(*) FROM casework_alert a WHERE scheduled_for IS NOT NULL AND "
            "NOT EXISTS"
            "     (SELECT 1 FROM casework_rung r WHERE r.alert_id = a.id)),"
            " (SELECT count(*) FROM casework_alert a WHERE NOT EXISTS (SELECT 1 FROM "
            "notifications_message m WHERE m.alert_id = a.id AND m.channel = 'email'))"
        )
        sent = {
            f"<{row[0]}@localhost>"
            for row in self.sql(
                "SELECT id FROM notifications_message WHERE channel = 'email' AND state = 'SENT'"
            )
        }
        dead = int(
            self.sql(
                "SELECT count(*) FROM notifications_message WHERE state IN ('DEAD', 'SKIPPED')"
            )[0][0]
        )
        came = Counter(message["Message-ID"] for _address, message in box.messages)
        return {
            "rungs_lost": lost_rungs,
            "alerts_doubled": two_alerts,
            "alerts_without_message": no_message,
            "messages_dead": dead,
            "mails_sent": len(sent),
            "mails_lost": len(sent - set(came)),
            "mails_unknown": len(set(came) - sent),
            "mails_doubled": sum(count - 1 for count in came.values()),
        }
