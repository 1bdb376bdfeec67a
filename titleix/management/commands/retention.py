"""`manage.py retention`: which closed Title IX files are past the time for which they must be kept,
and what holds them.
"""

from typing import Any

from django.core.management.base import CommandParser

from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from titleix.case import retention


class Command(JsonCommand):
    """Lists only; a disposal is a step that one person proposes and another confirms, on the page
    of the case.
    """

    help = (
        "Closed Title IX files past their time on a day, by number; "
        "held ones with the date of the hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of --json."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="DATE", help="default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        as_of = day(options["as_of"]) if options["as_of"] else local_today()
        self.show(
            {"as_of": as_of, "files": [row.as_dict(as_of) for row in retention.past(as_of)]},
            options,
        )

    def lines(self, report: dict[str, Any]) -> list[str]:
        """One line a file."""
        if not report["files"]:
            return [f"No file is past its time on {report['as_of']}."]
        return [
            f"{row['case']}  closed {row['closed_on']}  kept until {row['earliest']}"
            + (f"  HELD since {row['held_since']}" if row["held_since"] else "  may be disposed of")
            for row in report["files"]
        ]
