"""`manage.py process_log KIND`: the steps of all cases of a kind for process-mining tools, on
standard output."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.case_types import registry
from casework.models import Case
from casework.reporting import event_log


class Command(BaseCommand):
    """OCEL 2.0 or XES; Title IX without persons and under numbers drawn anew."""

    help = "The steps of all cases of a kind as OCEL 2.0 JSON (default) or XES, on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        """KIND --format."""
        parser.add_argument("kind", metavar="KIND", help="ATT or TIX")
        parser.add_argument("--format", choices=("ocel", "xes"), default="ocel")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            kind = registry.kind(options["kind"])
        except KeyError as error:
            raise CommandError(f"there is no kind {options['kind']}") from error
        write = event_log.as_xes if options["format"] == "xes" else event_log.as_json
        self.stdout.write(write(kind, Case.objects.filter(kind=kind.code)))
