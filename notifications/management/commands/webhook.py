"""`manage.py webhook`: addresses of other systems that are told of alerts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from casework.management.base import JsonCommand
from notifications import webhooks
from notifications.models import Endpoint


class Command(JsonCommand):
    """Add, list, end."""

    help = (
        "Webhooks: --add NAME URL KIND prints the secret once; --rotate NAME makes a new one; "
        "--end NAME stops one; without either they are listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--add --end --rotate --json."""
        super().add_arguments(parser)
        parser.add_argument(
            "--add",
            nargs=3,
            metavar=("NAME", "URL", "KIND"),
            help="KIND is a kind of case, e.g. ATT",
        )
        parser.add_argument("--end", metavar="NAME")
        parser.add_argument(
            "--rotate", metavar="NAME", help="a new secret; the old one signs for seven more days"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["add"]:
            self.show(self._add(*options["add"]), options)
        elif options["rotate"]:
            self.show(self._rotate(options["rotate"]), options)
        elif options["end"]:
            if not Endpoint.objects.filter(name=options["end"], active=True).update(active=False):
                raise CommandError(f"there is no webhook {options['end']} in use")
            self.show({"ended": options["end"]}, options)
        else:
            rows = Endpoint.objects.order_by("name").values("name", "url", "kind", "active")
            self.show({"webhooks": list(rows)}, options)

    def _add(self, name: str, url: str, kind: str) -> dict[str, str]:
        try:
            row = webhooks.add(name, url, kind)
        except ValueError as error:
            raise CommandError(str(error)) from error
        return {"name": row.name, "url": row.url, "kind": row.kind, "secret": row.secret}

    def _rotate(self, name: str) -> dict[str, str]:
        row = Endpoint.objects.filter(name=name, active=True).first()
        if row is None:
            raise CommandError(f"there is no webhook {name} in use")
        return {"name": row.name, "secret": webhooks.rotate(row)}
