"""manage.py simulate_year --seed N [--students M] [--json]: a whole year, night by night, taken
back at the end."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from attendance.simulation.school_year import NotEmpty, simulate
from casework.management.base import JsonCommand


class Command(JsonCommand):
    """Replays a year through import, evaluation, people's steps and the sweep; the same seed gives
    the same hash."""

    help = "Simulate a school year through the real doors (in an empty database; nothing is kept)."

    def add_arguments(self, parser: CommandParser) -> None:
        """--seed --students --every --nights --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--seed",
            type=int,
            required=True,
            help="any whole number; the same one gives the same year",
        )
        parser.add_argument(
            "--students", type=int, default=120, help="how many students (default 120)"
        )
        parser.add_argument(
            "--every",
            type=int,
            default=1,
            help="a delivery on each n-th school day only (default 1)",
        )
        parser.add_argument(
            "--nights",
            type=int,
            default=180,
            help="how many school days of the year (default: all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate and report."""
        limits = {"students": (1, 20_000), "every": (1, 180), "nights": (1, 400)}
        for name, (least, most) in limits.items():
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} must lie between {least} and {most}")
        began = time.monotonic()
        try:
            report = simulate(
                options["seed"],
                options["students"],
                every=options["every"],
                nights=options["nights"],
            )
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"took {time.monotonic() - began:.0f} s")
        self.show(report, options)
