"""The product's settings with the migration linter, for `make lint` alone."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "exclude_apps": ["account", "auth", "axes", "contenttypes", "guardian", "mfa", "pghistory", "sessions", "sites"],
    # Before the first release there is no live table that a migration could lock.
    "ignore_initial_migrations": True,
    "ignore_name": ["0003_marks"],  # makes the table of marks, in SQL that the linter takes for changes of a live one
    "exclude_migration_tests": ["RUNSQL_REVERSIBLE", "RUNPYTHON_REVERSIBLE"],
}
