"""`manage.py sweep`: do what is due, or say what would be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from casework.management.base import JsonCommand
from casework.scheduler.run import preview, sweep


class Command(JsonCommand):
    """The sweep, once."""

    help = (
        "Fire what is due at a moment (default: now); with --dry-run only say what would go "
        "out then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--at --dry-run --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--at",
            metavar="LOCAL_DATETIME",
            help="e.g. 2026-10-08T07:00, wall time of the district",
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        at = self._moment(options["at"])
        if options["dry_run"]:
            rows = preview(at)
            report: dict[str, Any] = {
                "at": at.isoformat(),
                "dry_run": True,
                "count": len(rows),
                "would_fire": rows,
            }
        else:
            swept = sweep(at)
            report = {"at": at.isoformat(), "dry_run": False, **swept.__dict__}
        self.show(report, options)

    def _moment(self, text: str | None) -> datetime:
        if text is None:
            return timezone.now()
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"'{text}' is not a moment; write it as 2026-10-08T07:00") from error
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
