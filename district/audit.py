"""Who changed what outside cases: row history by triggers (django-pghistory), each with the person
who did it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection, transaction


@contextmanager
def recorded(user: Any, **more: Any) -> Iterator[None]:
    """One transaction whose history rows name the person. The library's own way puts two statements
    into one, which a server-side prepared statement cannot hold; the triggers read the same two
    variables from here."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                (
                    "SELECT set_config('pghistory.context_id', %s, true), "
                    "set_config('pghistory.context_metadata', %s, true)"
                ),
                [str(uuid4()), json.dumps({"user": user.pk if user else None, **more})],
            )
        yield
