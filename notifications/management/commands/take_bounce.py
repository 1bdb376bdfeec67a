"""`manage.py take_bounce`: a mail server hands over what came to the bounce address."""

from __future__ import annotations

import sys
from typing import Any

from casework.management.base import JsonCommand
from notifications import bounces, delivery


class Command(JsonCommand):
    """One e-mail on standard input. Ends with 0 whatever it was: a mail server must not answer a
    bounce with a bounce."""

    help = (
        "Reads one e-mail from standard input; a delivery report about a message of ours makes "
        "it one that came back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        found = bounces.read(sys.stdin.buffer.read(bounces.LARGEST))
        kept = found is not None and delivery.came_back(
            found.key, f"dsn_{found.status}", wrong_address=found.wrong_address
        )
        self.show({"came_back": kept}, options)
