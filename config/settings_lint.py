"""The product's settings with the migration linter, for `make lint` alone."""

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR as _ROOT
from config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "django_migration_linter"]

# The last migration of each app before the first release: up to it there is no live table that a
# migration could lock or whose old code could still run beside it. Whoever releases moves these on;
# every later migration is linted.
UNRELEASED = {
    "attendance": 9,
    "casework": 11,
    "district": 8,
    "notifications": 5,
    "titleix": 6,
    "web": 1,
}

MIGRATION_LINTER_OPTIONS = {
    "include_apps": list(UNRELEASED),  # the libraries answer for theirs
    "ignore_name": [
        path.stem
        for app, last in UNRELEASED.items()
        for path in (_ROOT / app / "migrations").glob("[0-9]*.py")
        if int(path.stem[:4]) <= last
    ],
    "exclude_migration_tests": ["RUNSQL_REVERSIBLE", "RUNPYTHON_REVERSIBLE"],
}
