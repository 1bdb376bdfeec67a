"""What the scripted commands share: JSON alone on standard output, everything else on standard
error."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


def day(text: str) -> date:
    """A date argument. CommandError for anything else, saying what is wanted."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"'{text}' is not a date; write it as 2026-09-08") from error


class JsonCommand(BaseCommand):
    """A command with --json: `report` builds the figures, `lines` says them to a person."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Every such command has --json."""
        parser.add_argument(
            "--json", action="store_true", help="print JSON alone on standard output"
        )

    def show(self, report: dict[str, Any], options: dict[str, Any]) -> None:
        """Print the report."""
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2, default=str, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(self.lines(report)))

    def lines(self, report: dict[str, Any]) -> list[str]:
        """One line a figure."""
        return [
            f"{key.replace('_', ' ')}: {json.dumps(value, default=str, ensure_ascii=False)}"
            for key, value in report.items()
        ]
