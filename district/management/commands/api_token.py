"""`manage.py api_token`: keys for programs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from district import tokens
from district.models import ApiToken, Scope, User


class Command(BaseCommand):
    """Make, list, end."""

    help = (
        "API tokens: --user NAME --name WHAT --scopes cases:read,... [--days 90] prints the "
        "secret once; --end PREFIX; else a list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--user --name --scopes --days --end."""
        parser.add_argument(
            "--user", help="user name of the person (or service account) it belongs to"
        )
        parser.add_argument("--name", default="made by command")
        parser.add_argument("--scopes", default="", help=f"by commas, of {', '.join(Scope.values)}")
        parser.add_argument("--days", type=int, default=90, help="1 to 366 (90)")
        parser.add_argument("--end", metavar="PREFIX", help="revoke the token that begins so")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["end"]:
            if not tokens.revoke(ApiToken.objects.filter(prefix=options["end"][: tokens.SHOWN])):
                raise CommandError("no token in force begins so")
            found: Any = {"ended": options["end"]}
        elif options["user"]:
            found = self._make(options)
        else:
            rows = ApiToken.objects.order_by("-created_at").values(
                "prefix", "name", "user__username", "scopes", "expires_at", "revoked_at"
            )
            found = {"tokens": list(rows)}
        self.stdout.write(json.dumps(found, default=str, indent=2))

    def _make(self, options: dict[str, Any]) -> dict[str, Any]:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user {options['user']}")
        scopes = [word.strip() for word in options["scopes"].split(",") if word.strip()]
        wrong = sorted(set(scopes) - set(Scope.values))
        if wrong or not scopes:
            raise CommandError(f"scopes must be of {', '.join(Scope.values)}")
        try:
            token, secret = tokens.issue(user, options["name"][:60], scopes, options["days"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        return {
            "token": secret,
            "prefix": token.prefix,
            "scopes": token.scopes,
            "expires_at": token.expires_at,
        }
