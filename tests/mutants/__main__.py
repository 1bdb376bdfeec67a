"""python -m tests.mutants [PART OF A NAME] [--list] [--sample N]: plant each fault, run the tests
of its module.

A child process is forked for each fault after Django is set up; the fault replaces the code of one
function, so whoever imported it meets it. Exit status 1 when a fault survives: no test sees it."""

from __future__ import annotations
import __future__

import argparse
import ast
import importlib
import os
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from tests import services_plugin
from tests.mutants.operators import Mutant, mutants_of

HERE = Path(__file__).parent
SECONDS = 240  # a fault that makes a loop endless is seen by this
SLOTS = 2


def main() -> int:
    """Run, print a line for each survivor and the sum."""
    asked = arguments()
    targets = tomllib.loads((HERE / "targets.toml").read_text())
    harmless = {entry["mutant"] for entry in targets.get("harmless", [])}
    chosen = [
        (mutant, target["tests"])
        for target in targets["target"]
        for mutant in planted(target)
        if asked.part in mutant.name and mutant.name not in harmless
    ]
    if asked.list:
        print("\n".join(mutant.name for mutant, _tests in chosen))
        return 0
    chosen = chosen[:: max(1, len(chosen) // asked.sample)] if asked.sample else chosen
    prepare()
    survivors = [mutant for mutant, killed in run(chosen) if not killed]
    print("\n".join(f"SURVIVED {mutant.name}" for mutant in survivors))
    print(f"{len(chosen) - len(survivors)} killed, {len(survivors)} survived")
    return bool(survivors) or not chosen


def arguments() -> argparse.Namespace:
    """What the caller asks for."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("part", nargs="?", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--sample", type=int, default=0, help="about this many, evenly spread")
    return parser.parse_args()


def planted(target: dict[str, Any]) -> Iterator[Mutant]:
    """The faults of a target: of the named functions, or of all of its module."""
    spec = importlib.util.find_spec(target["module"])
    assert spec is not None, f"{target['module']} is not there any more"
    assert spec.origin is not None
    only = set(target.get("functions", ()))
    for mutant in mutants_of(target["module"], Path(spec.origin).read_text(encoding="utf-8")):
        if not only or mutant.function in only:
            yield mutant


def prepare() -> None:
    """Servers and Django, once for all children."""
    services_plugin.pytest_load_initial_conftests()
    services_plugin._start()
    import django

    django.setup()


def run(chosen: list[tuple[Mutant, list[str]]]) -> Iterator[tuple[Mutant, bool]]:
    """Two at a time; a fault is killed when the tests fail or do not come to an end."""
    waiting, running = list(chosen), dict[int, tuple[Mutant, int, float]]()
    free = list(range(SLOTS))
    while waiting or running:
        while waiting and free:
            mutant, tests = waiting.pop(0)
            slot = free.pop()
            running[fork(mutant, tests, slot)] = (mutant, slot, time.monotonic())
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            mutant, slot, _began = running.pop(pid)
            free.append(slot)
            code = os.waitstatus_to_exitcode(status)
            assert code in (0, 1, 2, -signal.SIGKILL), f"{mutant.name}: tests ended with {code}"
            yield mutant, code != 0
            continue
        for child, (_mutant, _slot, began) in running.items():
            if time.monotonic() - began > SECONDS:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.05)


def fork(mutant: Mutant, tests: list[str], slot: int) -> int:
    """A child that plants the fault and runs the tests up to the first that fails."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    log = os.open(os.environ.get("MUTANT_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 3
    try:
        own_servers(slot)
        plant(mutant)
        code = int(pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]))
    finally:
        os._exit(code)


def own_servers(slot: int) -> None:
    """Two children share neither a database nor a cache."""
    from django.conf import settings
    from django.db import connection

    for test in (
        settings.DATABASES["default"].setdefault("TEST", {}),
        connection.settings_dict["TEST"],
    ):
        test["NAME"] = f"test_mutant_{slot}"
    settings.REDIS_URL = settings.REDIS_URL.replace("?db=0", f"?db={10 + slot}")
    settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL


def plant(mutant: Mutant) -> None:
    """Give the function of the running program the code of the wrong one."""
    module = importlib.import_module(mutant.module)
    owner: Any = module
    *path, name = mutant.function.split(".")
    for part in path:
        owner = getattr(owner, part)
    right = owner.__dict__[name]
    right = getattr(right, "fget", None) or getattr(right, "__func__", right)
    right = getattr(right, "__wrapped__", right)
    assert isinstance(right, FunctionType), mutant.name
    tree = mutant.tree
    tree.decorator_list = []
    namespace: dict[str, Any] = dict(vars(module))
    code = compile(
        ast.Module([tree], []),
        module.__file__ or "",
        "exec",
        flags=__future__.annotations.compiler_flag,
    )
    exec(code, namespace)
    right.__code__ = namespace[tree.name].__code__


if __name__ == "__main__":
    sys.exit(main())
