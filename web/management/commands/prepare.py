"""`manage.py prepare`: migrate, and build the demo district where the database is empty.
Idempotent."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from casework.engine.services import local_today
from district.imports.pipeline import run_import
from district.models import District, Import, School, SchoolYear
from web.compliance import goal_measures
from web.demo import files, legal_cases, past, people, processes, reports


class Command(BaseCommand):
    """Used by `make run`; never in production."""

    help = "Migrate, and build the demo district where there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json prints the demo sign-ins."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if settings.PRODUCTION:
            raise CommandError("prepare builds a demo and is not for production; run migrate")
        call_command("migrate", verbosity=0, stdout=sys.stderr)
        if not Import.objects.exists() and not School.objects.exists():
            self._build(local_today())
        sign_ins = (
            people.make_sign_ins(Path(settings.DATA))
            if School.objects.filter(source="sis").exists()
            else []
        )
        if options["json"]:
            self.stdout.write(json.dumps({"sign_ins": sign_ins}))

    def _build(self, today: date) -> None:
        with connection.cursor() as cursor:  # made-up steps need no disk to answer for each of them
            cursor.execute("SET synchronous_commit = off")
        demo = files.build(today)
        District.objects.get_or_create(
            pk=1,
            defaults={
                "name": settings.DISTRICT_NAME,
                "address": "600 Demo Avenue\nCharlotte, NC 28202",
                "phone": "980-555-0100",
            },
        )
        starts = demo.days[0][0] - timedelta(days=30)
        SchoolYear.objects.get_or_create(
            year=starts.year, defaults={"starts": starts, "ends": starts + timedelta(days=360)}
        )
        nights = demo.school_days
        known = [day for day in nights if day <= today]
        stops = sorted({known[int(len(known) * part) - 1] for part in (0.4, 0.7, 0.92, 1.0)})
        with tempfile.TemporaryDirectory(prefix="holdfast-demo-") as scratch:
            self._night(demo, Path(scratch) / "roster", known[0], roster=True)
            people.make_sign_ins(Path(settings.DATA))
            for number, day in enumerate(stops):
                past.alerts_until(past.evening(day - timedelta(days=1)))
                self._night(demo, Path(scratch) / f"{number}", day)
                people.work(day, 0.75 if day != stops[-1] else 0.15)
                goal_measures.keep(day)
        processes.build(today)
        legal_cases.build(today)
        reports.build(today)
        past.alerts_until(timezone.now())
        past.settle(today)
        goal_measures.keep(today)

    def _night(self, demo: files.Demo, folder: Path, day: date, *, roster: bool = False) -> None:
        """One delivery; the first one brings the people before any mark, so that cases find their
        social workers."""
        files.write(demo, folder, day, people.staff_rows())
        if roster:
            (folder / "attendance.csv").unlink()
        run = run_import(folder)
        if run.state == Import.State.HELD:
            raise CommandError(f"the demo's own import was held: {run.report['why']}")
        if run.state != Import.State.APPLIED:
            raise CommandError(f"the demo's own import failed: {run.report.get('why')}")
