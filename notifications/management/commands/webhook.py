"""`manage.py webhook`: addresses of other systems that are told of alerts."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError, CommandParser

from casework import kinds
from casework.commands import JsonCommand
from notifications.models import Endpoint


class Command(JsonCommand):
    """Add, list, end."""

    help = "Webhooks: --add NAME URL KIND prints the secret once; --end NAME stops one; without either they are listed."

    def add_arguments(self, parser: CommandParser) -> None:
        """--add --end --json."""
        super().add_arguments(parser)
        parser.add_argument("--add", nargs=3, metavar=("NAME", "URL", "KIND"), help="KIND is a kind of case, e.g. ATT")
        parser.add_argument("--end", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["add"]:
            self.show(self._add(*options["add"]), options)
        elif options["end"]:
            if not Endpoint.objects.filter(name=options["end"], active=True).update(active=False):
                raise CommandError(f"there is no webhook {options['end']} in use")
            self.show({"ended": options["end"]}, options)
        else:
            rows = Endpoint.objects.order_by("name").values("name", "url", "kind", "active")
            self.show({"webhooks": list(rows)}, options)

    def _add(self, name: str, url: str, kind: str) -> dict[str, str]:
        if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
            raise CommandError(f"{url} is not an http(s) address")
        if kind not in {one.code for one in kinds.all_kinds()}:
            raise CommandError(f"{kind} is no kind of case; there are {', '.join(one.code for one in kinds.all_kinds())}")
        if Endpoint.objects.filter(name=name, active=True).exists():
            raise CommandError(f"a webhook {name} is in use already; end it first")
        row = Endpoint.objects.create(name=name[:60], url=url[:300], kind=kind, secret=secrets.token_urlsafe(32))
        return {"name": row.name, "url": row.url, "kind": row.kind, "secret": row.secret}
