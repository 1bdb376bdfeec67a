"""`manage.py evaluate`: recount, open and raise cases, begin notices."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from attendance.nightly.run import evaluate
from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from casework.policy.policies import PolicyError
from district.models import SchoolYear


class Command(JsonCommand):
    """Evaluate touched students, or everybody."""

    help = "Recount touched students (--full: everybody), open and raise cases, begin notices."

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of, --full, --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of", metavar="DATE", help="date that the counts are for (default: today)"
        )
        parser.add_argument(
            "--full", action="store_true", help="everybody, not only touched students"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        as_of = day(options["as_of"]) if options["as_of"] else local_today()
        try:
            self.show(evaluate(as_of, full=options["full"]).as_dict(), options)
        except (SchoolYear.DoesNotExist, PolicyError) as error:
            raise CommandError(str(error)) from error
