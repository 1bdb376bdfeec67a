"""`manage.py merge_students SURVIVOR OTHER`: two student numbers are one child (a data manager has
confirmed it)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from attendance.nightly.run import evaluate
from casework.engine.services import local_today
from casework.management.base import JsonCommand, day
from district.merging import CannotMerge, merge_students
from district.models import Import, Student, TouchedStudent


class Command(JsonCommand):
    """Unites marks, enrolments, contacts and cases, and evaluates the survivor."""

    help = "Unite two student records; numbers as in the student information system."

    def add_arguments(self, parser: CommandParser) -> None:
        """SURVIVOR OTHER --as-of --source --json."""
        super().add_arguments(parser)
        parser.add_argument("survivor")
        parser.add_argument("other")
        parser.add_argument(
            "--as-of", metavar="DATE", help="the date of the merge (default: today)"
        )
        parser.add_argument(
            "--source", default="sis", help="which system gave the numbers (default: sis)"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        on = day(options["as_of"]) if options["as_of"] else local_today()
        pair = [self._student(options["source"], options[name]) for name in ("survivor", "other")]
        try:
            merge_students(pair[0], pair[1], on, None)
        except CannotMerge as error:
            raise CommandError(str(error)) from error
        run = Import.objects.create(
            source="merge", format="merge", state=Import.State.APPLIED, as_of=on
        )
        TouchedStudent.objects.create(run=run, student_id=pair[0].pk)
        self.show(evaluate(on, run_id=run.id).as_dict(), options)

    def _student(self, source: str, number: str) -> Student:
        found = Student.objects.filter(source=source, student_id=number).first()
        if found is None:
            raise CommandError(f"there is no student with the number {number}")
        return found
