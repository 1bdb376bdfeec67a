"""`manage.py draw_workflows`: docs/workflows/*.md from the code; --check fails when they are stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.case_types import registry
from casework.reporting.workflow_diagram import markdown


def pages() -> dict[str, str]:
    """File name -> text of every registered workflow."""
    found = {}
    for kind in registry.all_kinds():
        for version, flow in kind.workflows.items():
            found[f"{kind.code}-{version}.md"] = markdown(flow, str(kind.label))
        for process in kind.processes.values():
            for version, flow in process.workflows.items():
                found[f"{kind.code}-{process.code}-{version}.md"] = markdown(
                    flow, f"{kind.label}: {process.label}"
                )
    return found


class Command(BaseCommand):
    """Draws the pictures."""

    help = "Write docs/workflows from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """--check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when a picture is stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        folder = Path(settings.BASE_DIR) / "docs" / "workflows"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            path = folder / name
            stale = not path.exists() or path.read_text(encoding="utf-8") != text
            if stale and options["check"]:
                raise CommandError(
                    f"docs/workflows/{name} is not what the code says; run make docs"
                )
            if stale:
                path.write_text(text, encoding="utf-8")
