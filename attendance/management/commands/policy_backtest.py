"""manage.py policy_backtest FILE --from DATE --to DATE [--json]: what would this policy have
done?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from attendance.simulation.backtest import backtest
from attendance.simulation.policy_check import check
from casework.management.base import JsonCommand, day


class Command(JsonCommand):
    """Replays the stored marks night by night under a policy file and under the policy in force.
    Writes nothing."""

    help = (
        "What a policy would have opened, raised and sent over stored marks, beside the policy "
        "in force."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and the span."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="a policy file of the domain attendance")
        parser.add_argument(
            "--from", dest="first", type=day, required=True, help="first night, e.g. 2026-08-24"
        )
        parser.add_argument("--to", dest="last", type=day, required=True, help="last night")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the file, replay, report."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        policy, found = check(path)
        errors = [finding.as_text() for finding in found if finding.level == "error"]
        if policy is None or errors or policy.domain != "attendance":
            raise CommandError("\n".join(errors) or f"{path.name}: no attendance policy")
        try:
            report = backtest(policy, options["first"], options["last"], self._progress)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.show(report, options)

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"{done} of {total} students")

    def lines(self, report: dict[str, Any]) -> list[str]:
        """Both sides in one table."""
        sides = (report["candidate"], report["in_force"])
        names = ("opened", "raised", "notice", "sent", "withdrawn", "superseded", "action")
        rows = [
            (
                f"{name:12} {sides[0][name]:>10} {sides[1][name]:>10} "
                f"{report['recorded'].get(name, ''):>10}"
            )
            for name in names
        ]
        triggers = [
            f"  {side['policy']}: "
            + ", ".join(
                f"{name} {row.get('reached', 0)}" for name, row in side["by_trigger"].items()
            )
            for side in sides
        ]
        refused = [
            f"not measured for {row['students']} students: {row['reason']}"
            for row in report["refused"]
        ]
        head = f"{'':12} {sides[0]['policy']:>10} {sides[1]['policy']:>10} {'recorded':>10}"
        return [
            f"{report['from']} to {report['to']}, {report['students']} students",
            head,
            *rows,
            "reached:",
            *triggers,
            *refused,
        ]
