"""`manage.py rollup`: fold, make anew or check the sums behind the compliance pages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from casework.engine.services import local_today
from casework.management.base import JsonCommand
from casework.reporting import rollup


class Command(JsonCommand):
    """Fold what waits; with --rebuild make everything anew; with --check compare and change
    nothing."""

    help = (
        "The sums behind the compliance pages: fold (default), --rebuild from the clocks, or "
        "--check against them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--rebuild --check --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="throw the sums away and make them from the clocks",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="compare the sums with the clocks; fails when they differ",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        today = local_today()
        if options["check"]:
            wrong = rollup.compare(today)
            if wrong:
                raise CommandError(
                    f"{len(wrong)} sums differ from the clocks, the first: {wrong[0]}; run "
                    "`rollup --rebuild`"
                )
            self.show({"as_of": today, "differ": 0}, options)
            return
        self.show(
            {
                "as_of": today,
                "cases": rollup.rebuild(today) if options["rebuild"] else rollup.fold(today),
            },
            options,
        )
