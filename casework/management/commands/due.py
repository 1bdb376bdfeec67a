"""`manage.py due`: when a promise falls due, and its alerts."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from casework.engine import date_rules
from casework.engine.calendars import calendar_at
from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from casework.policy.policies import policy_for
from district.models import School


class Command(JsonCommand):
    """Date arithmetic for scripts."""

    help = (
        "The due date N days after START (not counted), the last work day before it, and the "
        "alert rungs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """START N --unit --school --json."""
        super().add_arguments(parser)
        parser.add_argument("start", metavar="START", help="day 0, e.g. 2026-09-08")
        parser.add_argument("n", metavar="N", type=int, help="how many days")
        parser.add_argument(
            "--unit", choices=[unit.value for unit in date_rules.Unit], required=True
        )
        parser.add_argument(
            "--school",
            metavar="ID",
            help="school whose calendar counts (default: the only calendar)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["n"] < 0 or options["n"] > 36500:
            raise CommandError("N must be a number of days from 0 to 36500")
        start, unit = day(options["start"]), date_rules.Unit(options["unit"])
        school = self._school(options["school"])
        calendar = calendar_at(
            school.calendar_id if school else None,
            school.calendar.revision if school and school.calendar else None,
        )
        try:
            due = date_rules.add(start, options["n"], unit, calendar)
        except OverflowError as error:
            raise CommandError("the due date lies beyond the year 9999") from error
        ladder = policy_for("titleix", local_today()).data["ladders"]["investigation"]
        rungs = date_rules.rungs(start, options["n"], due.due, unit, calendar, ladder)
        self.show(
            {
                "due": due.due,
                "last_work_day": date_rules.last_work_day(due.due, calendar),
                "provisional": due.provisional,
                "rungs": [{"label": "+".join(rung.labels), "date": rung.date} for rung in rungs],
            },
            options,
        )

    def _school(self, number: str | None) -> School | None:
        schools = School.objects.filter(calendar__isnull=False).select_related("calendar")
        if number is None:
            # Without a school: the one calendar that all schools share, if they do.
            return (
                schools.first()
                if schools.order_by().values("calendar").distinct().count() == 1
                else None
            )
        school = schools.filter(school_id=number).first()
        if school is None:
            raise CommandError(f"there is no school with the number {number} and a calendar")
        return school
