"""`manage.py measures`: keep the values of the goals' measures for a date (the nightly job does it
for today)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from web.compliance import goal_measures


class Command(JsonCommand):
    """Count, keep, show."""

    help = "Count every measure of the goals as of a date, keep it for the trend, and show it."

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of --json."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="DATE", help="default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        as_of = day(options["as_of"]) if options["as_of"] else local_today()
        goal_measures.keep(as_of)
        values = {
            value.measure: {"part": value.numerator, "whole": value.denominator}
            for value in goal_measures.kept(as_of)
        }
        self.show({"as_of": as_of, "values": values}, options)
