"""`manage.py attendance_report`: chronic absence, bands, and how many reached each notice
threshold."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from attendance.case.queries import attendance_report
from casework.management.base import JsonCommand, day
from casework.policy.policies import PolicyError
from district.models import School, SchoolYear


class Command(JsonCommand):
    """The figures as of a date."""

    help = (
        "Enrolled, chronic (district and school scope), bands, and students who reached 3, 6 "
        "and 10 unexcused days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--as-of, --school, --json."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", metavar="DATE", required=True)
        parser.add_argument("--school", metavar="ID", help="number of one school")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        school = None
        if options["school"]:
            school = School.objects.filter(school_id=options["school"]).first()
            if school is None:
                raise CommandError(f"there is no school with the number {options['school']}")
        try:
            self.show(attendance_report(day(options["as_of"]), school), options)
        except (SchoolYear.DoesNotExist, PolicyError) as error:
            raise CommandError(str(error)) from error
