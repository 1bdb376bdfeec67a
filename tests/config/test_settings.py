"""Settings: every mistake is named at start; production refuses what is only fit for a demo;
compose fits the code."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import env, settings
from config.settings import DEVELOPMENT_SEAL_KEYS

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "PROFILE": "production",
    "SECRET_KEY": "x" * 60,
    "DATABASE_URL": "postgresql://u:p@h:5432/d",
    "REDIS_URL": "redis://h:6379/0",
    "EMAIL_URL": "smtp://mail.example.org",
    "SEAL_KEYS": f"2026a:{KEY}",
}


def load(**variables: str) -> subprocess.CompletedProcess[str]:
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings as s; print(s.PROFILE)"],
        cwd=ROOT,
        env=keep | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_everything_given():
    assert load(**PRODUCTION).stdout.strip() == "production"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h"}, "DATABASE_URL"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
        ({"PROFILE": "staging"}, "PROFILE"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"EMAIL_URL": "mail"}, "EMAIL_URL"),
        ({"SEAL_KEYS": ""}, "SEAL_KEYS"),
        ({"SEAL_KEYS": f"a:{KEY},dev:{KEY}"}, "SEAL_KEYS"),
        ({"SEAL_KEYS": f"a:{DEVELOPMENT_SEAL_KEYS.partition(':')[2]}"}, "SEAL_KEYS"),
        ({"SEAL_KEYS": f"a:{KEY},a:{KEY}"}, "SEAL_KEYS"),
        ({"SEAL_KEYS": "a:c2hvcnQ="}, "SEAL_KEYS"),
        ({"SEAL_KEYS": f"a b:{KEY}"}, "SEAL_KEYS"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
        ({"SITE_URL": "cases.example.org"}, "SITE_URL"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"MAX_IMPORT_BYTES": "many"}, "MAX_IMPORT_BYTES"),
    ],
)
def test_a_wrong_variable_is_named(change, names):
    done = load(**(PRODUCTION | change))
    assert done.returncode != 0
    assert names in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "ring", [f"a:{KEY},a:{KEY}", f"a:{KEY[:-8]}", f"a b:{KEY}", f"{KEY}", f"a:{KEY}!"]
)
def test_a_wrong_key_ring_is_not_printed(ring):
    done = load(**(PRODUCTION | {"SEAL_KEYS": ring}))
    assert done.returncode != 0
    assert KEY[:20] not in done.stderr


def test_the_two_spellings_of_a_redis_socket():
    assert env.broker_url("unix:///a/b.sock?db=3") == "redis+socket:///a/b.sock?virtual_host=3"
    assert env.broker_url("redis://h:1/2") == "redis://h:1/2"


def test_options_of_a_database_address_reach_the_connection():
    found = env.database("postgresql://u:p%40@h:5433/d?sslmode=verify-full&connect_timeout=5")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "connect_timeout": "5"}
    assert (found["NAME"], found["PASSWORD"], found["PORT"]) == ("d", "p@", "5433")
    assert "OPTIONS" not in env.database("postgresql://h/d")


def test_mail_addresses():
    found = env.email("smtps://me:p%40ss@mail.example.org")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_HOST_PASSWORD"]) == (
        465,
        True,
        "p@ss",
    )


def test_compose_names_only_variables_that_the_settings_read():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    used = set(compose["services"]["web"]["environment"])
    assert used <= set(env.KNOWN), used - set(env.KNOWN)
    example = (ROOT / ".env.example").read_text()
    assert {name for name in env.KNOWN if not re.search(rf"\b{name}\b", example)} == set()


def test_everything_in_the_env_file_reaches_the_product():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("migrate", "web", "worker", "beat"):
        assert services[name]["env_file"] == ".env", name
        assert services[name]["environment"]["POLICY_DIR"] == "/data/policies", name
        assert services[name]["read_only"] is True


def test_notices_name_every_package_with_its_version():
    locked = re.findall(
        r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / "requirements/base.txt").read_text(), re.MULTILINE
    )
    rows = re.findall(
        r"^\| ([a-z0-9._-]+) \| (.+?) \| (.+?) \|$",
        (ROOT / "THIRD_PARTY_NOTICES.md").read_text(),
        re.MULTILINE,
    )
    told = {
        (name, version) for name, versions, _licence in rows for version in versions.split(" or ")
    }
    assert told == set(locked)


def test_compose_and_dockerfile_are_well_formed():
    tools = Path(sys.executable).parent
    schema = [
        tools / "check-jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    subprocess.run(schema, cwd=ROOT, check=True, capture_output=True)
    subprocess.run(
        [tools / "hadolint", "--failure-threshold", "warning", "Dockerfile"], cwd=ROOT, check=True
    )


def test_worker_queues_are_the_same_everywhere():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    queues = set(compose["services"]["worker"]["command"][7].split(","))
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {
        settings.CELERY_TASK_DEFAULT_QUEUE
    } <= queues
    assert (
        ",".join(compose["services"]["worker"]["command"][7].split(","))
        in (ROOT / "config/embedded/up.py").read_text()
    )


def test_locks_name_no_registry_and_hash_everything():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_vendored_files_are_the_ones_that_were_taken():
    import hashlib
    import json

    folder = ROOT / "web/static/vendor"
    lock = json.loads((folder / "vendor.lock.json").read_text())
    assert lock
    for name, digest in lock.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
