"""`manage.py import_sis FOLDER`: one delivery from the student information system."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from district.imports.pipeline import run_import
from district.models import Import

SHOWN = 100


class Command(BaseCommand):
    """Import a folder: canonical CSV, Ed-Fi XML or OneRoster CSV."""

    help = (
        "Import a folder. Exit 0 when applied (or nothing to do), 2 when the import as a whole "
        "was refused or held."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FOLDER --as-of --dry-run --json."""
        parser.add_argument("folder", metavar="FOLDER")
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="the day that the files are for (default: as the manifest says)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="print JSON alone on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            as_of = date.fromisoformat(options["as_of"]) if options["as_of"] else None
        except ValueError as error:
            raise CommandError(
                f"'{options['as_of']}' is not a date; write it as 2026-09-08"
            ) from error
        run = run_import(Path(options["folder"]).resolve(), as_of=as_of, dry_run=options["dry_run"])
        report = describe(run)
        self.stdout.write(
            json.dumps(report, indent=2, ensure_ascii=False, default=str)
            if options["json"]
            else text(report)
        )
        if run.state in (Import.State.REFUSED, Import.State.HELD):
            sys.exit(2)


def describe(run: Import) -> dict[str, Any]:
    """The report of an import for JSON."""
    issues = run.issues.all()
    names = ("level", "file", "line", "column", "value", "code", "params")
    shown = [
        {name: getattr(row, name) for name in names} | {"reason": row.words}
        for row in issues[:SHOWN]
    ]
    return {
        "import": str(run.id),
        "state": run.state,
        "source": run.source,
        "format": run.format,
        "as_of": run.as_of,
        "school_year": run.school_year,
        "why": run.why,
        "files": run.report.get("files", {}),
        "source_rows": run.report.get("source_rows", {}),
        "notes": run.notes,
        "error_totals": run.report.get("errors", {}),
        "errors": shown,
        "errors_shown": min(SHOWN, issues.count()),
        "errors_total": sum(run.report.get("errors", {}).values()),
        "evaluation": run.report.get("evaluation"),
    }


def text(report: dict[str, Any]) -> str:
    """The same for a person."""
    lines = [f"{report['state']}  as of {report['as_of']}  ({report['format']})"]
    lines += [report["why"]] if report["why"] else []
    for name, counts in report["files"].items():
        lines.append(
            f"  {name:<20} " + "  ".join(f"{key} {value}" for key, value in counts.items())
        )
    lines += [f"  note: {note}" for note in report["notes"]]
    for error in report["errors"]:
        place = f"{error['file']}" + (f", line {error['line']}" if error["line"] else "")
        lines.append(
            f"  {error['level'].lower()}: {place}: {error['column']} '{error['value']}' "
            f"{error['code']}: {error['reason']}"
        )
    if report["errors_total"] > report["errors_shown"]:
        lines.append(f"  ... and {report['errors_total'] - report['errors_shown']} more")
    if report["evaluation"]:
        lines.append(
            "  evaluation: "
            + "  ".join(f"{key} {value}" for key, value in report["evaluation"].items() if value)
        )
    return "\n".join(lines)
