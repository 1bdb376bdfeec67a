"""Fixtures that many tests share. Three permanent people: the worker of school 1, her colleague at
school 2, a stranger."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.core.cache import cache, caches

from casework.engine import calendars
from casework.models import Case
from casework.policy import policies
from district.imports.pipeline import run_import
from district.models import Import, User
from tests.district.sis_files import SisFolder
from tests.notifications.servers import Mailbox, smtp
from tests.services_plugin import asks_for_services
from tests.worlds import Ground, wanted, world

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.plugin import DjangoDbBlocker

# A machine that others use too is slow now and then; how long an example takes says nothing about
# whether it holds. An ordinary run tries the same examples each time, so that a change and not
# chance turns it red; `search` looks for new ones.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

BROWSER = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Each process's database is a copy of the migrated template."""
    from django.conf import settings
    from django.db import connection

    for test in (
        settings.DATABASES["default"].setdefault("TEST", {}),
        connection.settings_dict["TEST"],
    ):
        test.update(TEMPLATE=os.environ["HOLDFAST_TEST_TEMPLATE"], MIGRATE=False)


@pytest.fixture(scope="session", autouse=True)
def _redis_of_its_own(request: pytest.FixtureRequest) -> None:
    """Each process has a Redis database of its own, before the first test looks into the cache:
    clearing it must not empty the cache under a test of another process."""
    from django.conf import settings

    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw-1")
    settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL.replace(
        "?db=0", f"?db={int(worker[2:]) + 1}"
    )
    with contextlib.suppress(AttributeError):
        del caches[
            "default"
        ]  # whoever looked into it while the tests were collected looked into the shared one


@pytest.fixture(scope="session")
def ground(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Ground]:
    """The worlds of this process; none stands when its database goes."""
    found = Ground(tmp_path_factory.mktemp("worlds"))
    yield found
    with django_db_blocker.unblock():
        found.stand([], Nights.begin)


@pytest.fixture(autouse=True)
def _worlds(request: pytest.FixtureRequest) -> None:
    """The worlds stand in which this test begins, before its own transaction and before anything is
    set or frozen."""
    policies._recorded.clear()
    names, mark = request.fixturenames, request.node.get_closest_marker("django_db")
    if mark is None and not {"db", "transactional_db", "live_server"} & set(names):
        return
    commits = bool(
        {"transactional_db", "live_server"} & set(names)
        or (mark and mark.kwargs.get("transaction"))
    )
    worlds, blocker = (
        request.getfixturevalue("ground"),
        request.getfixturevalue("django_db_blocker"),
    )
    with blocker.unblock():
        worlds.stand([] if commits else wanted(request.node), Nights.begin)
    worlds.remember()


@pytest.fixture
def _django_db_helper(_worlds: None, _django_db_helper: None) -> None:
    """The test's own transaction begins in its worlds."""


@pytest.fixture(autouse=True)
def _fresh_memory(_worlds: None, request: pytest.FixtureRequest) -> None:
    """What processes remember between requests must not leak between tests: a world's calendar has
    the same number and the same next revision in each of them."""
    if asks_for_services(request.node):
        cache.clear()
    calendars.calendar_at.cache_clear()


class Nights:
    """A district whose nights a test plays: change the marks, then `nights.run(day)`."""

    def __init__(self, root: Path) -> None:
        self.sis = SisFolder(root)
        self.made: dict[str, Any] = {}  # what the worlds on which it stands gave to the test

    @classmethod
    def begin(cls, root: Path) -> Nights:
        """Two schools with their staff, one student, nothing delivered yet."""
        found = cls(root)
        found.sis.school("1").school("2", area="South").student("S1")
        for school in ("1", "2"):
            found.sis.staff(f"SSW{school}", "SSW", school).staff(
                f"PR{school}", "PRINCIPAL", school
            ).staff(f"DM{school}", "DATA_MANAGER", school)
        found.sis.staff("SUP", "SUPERVISOR", "1").staff("ADM", "DISTRICT_ADMIN")
        return found

    def run(self, as_of: date, **manifest: object) -> Import:
        """Write the delivery and import it; the Import row."""
        return run_import(self.sis.write(as_of, **manifest))

    def case(self, student: str) -> Case:
        """The student's attendance case."""
        from attendance.models import AttendanceCase

        return AttendanceCase.objects.get(student__student_id=student)


@pytest.fixture
def nights(db: None, ground: Ground, tmp_path: Path) -> Nights:
    return ground.copy(tmp_path) or Nights.begin(tmp_path)


@world
def people(nights: Nights) -> SimpleNamespace:
    """The staff of the two schools, brought by a first delivery."""
    assert nights.run(date(2026, 8, 25)).state == Import.State.APPLIED

    def staff(number: str) -> User:
        return User.objects.get(staff_id=number)

    stranger = User.objects.create_user("stranger", password="x")
    root = User.objects.create_superuser("root", password="x")
    return SimpleNamespace(
        worker=staff("SSW1"),
        colleague=staff("SSW2"),
        principal=staff("PR1"),
        mailer=staff("DM1"),
        supervisor=staff("SUP"),
        admin=staff("ADM"),
        stranger=stranger,
        root=root,
    )


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    """Somebody signs in, without what the object of the test remembers of them; the client. Whoever
    was signed in is no more."""

    def inner(user: User) -> Client:
        client.logout()
        client.force_login(
            User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    return inner


@pytest.fixture
def mail(settings: SettingsWrapper) -> Iterator[Mailbox]:
    """A mail server that answers on this machine, and what came to it."""
    with smtp() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
        yield box


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser, or a clear reason to skip. Without windows it opens a page with half the work of
    the one with them."""
    for name in (
        os.environ.get("HOLDFAST_CHROMIUM", ""),
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        path = shutil.which(name) if name else None
        if path:
            return path
    pytest.skip("no Chromium found: apt-get install chromium, or set HOLDFAST_CHROMIUM")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The one browser of a run: a second one in the same process cannot be started beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        yield found
        found.close()
