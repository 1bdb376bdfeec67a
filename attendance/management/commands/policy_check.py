"""manage.py policy_check FILE [--json]: does this policy file hold together?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from attendance.simulation.policy_check import Finding, as_report, check
from casework.management.base import JsonCommand


class Command(JsonCommand):
    """Checks schema and sense of a policy file and names file, line and key of everything found.
    Exit code 1 with errors."""

    help = (
        "Check a policy file: schema, triggers that can be reached, promises with a time, "
        "letters that can name their law."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        super().add_arguments(parser)
        parser.add_argument(
            "file", type=Path, help="a policy file, e.g. policies/packs/virginia.yaml"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and report."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        policy, found = check(path)
        report = as_report(policy, path, found)
        self.show(report, options)
        if report["errors"]:
            raise CommandError(f"{path.name}: {report['errors']} errors", returncode=1)

    def lines(self, report: dict[str, Any]) -> list[str]:
        """One line a finding."""
        findings = [Finding(**finding).as_text() for finding in report["findings"]]
        return [
            *findings,
            f"{report['file']}: {report['errors']} errors, {report['warnings']} warnings",
        ]
