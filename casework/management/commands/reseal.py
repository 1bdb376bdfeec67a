"""`manage.py reseal`: after a new key was put first into SEAL_KEYS, bring everything sealed under
it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from casework.encryption.fields import ring
from casework.management.base import JsonCommand
from casework.privacy.key_rotation import reseal


class Command(JsonCommand):
    """Rotation of the sealing key."""

    help = (
        "Seal every sealed column and file with the first key of SEAL_KEYS. May be interrupted "
        "and run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--batch --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--batch",
            type=int,
            default=500,
            metavar="N",
            help="rows in one transaction (default 500)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it. CommandError when something could not be opened: then an old key must not be
        taken out of the ring."""
        if not 1 <= options["batch"] <= 10_000:
            raise CommandError("--batch must be from 1 to 10000")
        done = reseal(options["batch"], self.stderr.write)
        self.show(
            {
                "key": ring().first.id,
                "rows": done.rows,
                "files": done.files,
                "unreadable": dict(done.unreadable),
            },
            options,
        )
        if done.unreadable:
            raise CommandError(
                f"{sum(done.unreadable.values())} could not be opened; every key that "
                "sealed something must stay in SEAL_KEYS"
            )
