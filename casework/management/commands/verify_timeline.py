"""`manage.py verify_timeline`: does every chain of events hold?"""

import sys
from typing import Any

from casework.audit.hash_chain import breaks
from casework.management.base import JsonCommand
from casework.models import Case, Event


class Command(JsonCommand):
    """Reads every event and recomputes its hash."""

    help = "Check the hash chain of every case; exit 1 and name case and event where one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        found = [{"case": item.case, "seq": item.seq, "what": item.what} for item in breaks()]
        report = {
            "ok": not found,
            "cases": Case.objects.count(),
            "events": Event.objects.count(),
            "breaks": found,
        }
        self.show(report, options)
        if found:
            sys.exit(1)
