"""`manage.py compliance --as-of DATE`: were promises kept, in both measures, and in which cases
not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from casework.reporting import compliance


class Command(JsonCommand):
    """Both figures with their denominators."""

    help = (
        "Promises kept by their original and by their extended date, per kind, with the case "
        "numbers behind each figure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of --kind --json."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="DATE", help="default: today")
        parser.add_argument("--kind", default="", help="only this kind of promise, e.g. notice_L6")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        as_of = day(options["as_of"]) if options["as_of"] else local_today()
        found = compliance.measure(as_of, options["kind"])
        self.show({"as_of": as_of, "kinds": [compliance.as_dict(one) for one in found]}, options)
