"""`manage.py clocks CASE_NUMBER`: every promise of a case with its history and its alerts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from casework.management.base import JsonCommand
from casework.models import Case
from casework.pages.selectors import clocks


class Command(JsonCommand):
    """The clock records of domain.md B3.6."""

    help = "The clocks of a case: dates, status, history of changes, alerts fired and to come."

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER --json."""
        super().add_arguments(parser)
        parser.add_argument("number", metavar="CASE_NUMBER", help="e.g. ATT-2026-000017")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        case = Case.objects.filter(number=options["number"]).first()
        if case is None:
            raise CommandError(f"there is no case {options['number']}")
        self.show(
            {
                "case": case.number,
                "state": case.state,
                "clocks": [clock.as_dict() for clock in clocks(case)],
            },
            options,
        )
