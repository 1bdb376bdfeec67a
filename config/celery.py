"""The Celery application. Rows in PostgreSQL are the truth; a lost message is found again by the
next sweep."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("holdfast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_at_once(**_kwargs: Any) -> None:
    """Whatever fell due while nothing ran is made up now, not when beat first rings."""
    app.send_task("holdfast.sweep", queue="sweep", expires=55)
