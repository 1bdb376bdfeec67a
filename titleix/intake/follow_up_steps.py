"""The exchange with a reporter who comes back; people linked to the district's records."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event, Task
from district.models import Student, User
from titleix.case import queries
from titleix.case.forms import Cleaned
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, OPEN, Stage, state
from titleix.models import Party, Record, TitleIXCase

READ_ANSWER, ANSWERED = "READ_ANSWER", "REPORTER_ANSWERED"


def _can_come_back(flow: Workflow) -> object:
    return unmet(
        bool(flow.case.receipt),
        _("Nobody holds a code for this report: ask by telephone or letter."),
    )


def _answer_waits(flow: Workflow) -> object:
    return unmet(
        any(task.kind == READ_ANSWER for task in flow.file.tasks),
        _("No answer of the reporter waits to be read."),
    )


def _still_heard(flow: Workflow) -> object:
    """A report that was closed for want of information hears its reporter: new facts reopen it
    (T-20).
    """
    return unmet(
        flow.case.closed_on is None or flow.case.closed_reason in ("INSUFFICIENT", "MERGED"),
        _("This report is closed."),
    )


class AskForm(StepForm):
    """A question to the reporter."""

    text = forms.CharField(
        label=_("Question"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
        help_text=_(
            "The reporter reads it under their code. Nobody is told by name or by message: an "
            "anonymous reporter must come back."
        ),
    )


class LinkForm(StepForm):
    """A person of the case, found in the district's records."""

    party = forms.ChoiceField(label=_("Who"))
    number = forms.CharField(label=_("Student number or staff number"), max_length=64)
    take_name = forms.BooleanField(
        label=_("Take the name from the district's records"), required=False, initial=True
    )

    def prepare(self) -> None:
        """Everybody in the case."""
        field = self.fields["party"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(party.id), party.label) for party in queries.people(self.flow.file)]

    def clean(self) -> Cleaned:
        """Exactly one person of the district has the number."""
        cleaned: Cleaned = super().clean() or {}
        if cleaned.get("number"):
            cleaned["_found"] = found_by_number(cleaned["number"])
            if cleaned["_found"] is None:
                self.add_error(
                    "number",
                    _("Nobody has this number. Check it in the student information system."),
                )
        return cleaned


def found_by_number(number: str) -> Student | User | None:
    """The one student or member of staff with this number (a merged student's survivor); None for
    nobody or several.
    """
    number = number.strip()
    students = list(Student.objects.filter(student_id=number).select_related("merged_into")[:2])
    staff = list(User.objects.filter(staff_id=number, is_active=True)[:2]) if number else []
    if len(students) + len(staff) != 1:
        return None
    found = (students or staff)[0]
    return found.merged_into or found if isinstance(found, Student) else found


class FollowUp(Workflow):
    """The exchange with a reporter who comes back; people linked to the district's records."""

    case: TitleIXCase

    @step(
        state,
        source=list(Stage),
        label=_("Ask the reporter"),
        by=(COORDINATE,),
        form=AskForm,
        event=Event.Kind.CONTACT,
        conditions=[_can_come_back, _still_heard],
        does=_("Puts a question where the reporter reads it with their code."),
    )
    def ask_reporter(self) -> None:
        """T-20: an anonymous reporter can be asked."""
        row = add(
            self, Record.Kind.MESSAGE, self.turn.today, code="question", text=self.data["text"]
        )
        self.turn.data = {"record": row.kind, "number": row.number}

    @step(
        state,
        source=list(Stage),
        label=_("The reporter wrote"),
        by=(SYSTEM,),
        event=Event.Kind.CONTACT,
        work=False,
        conditions=[_still_heard],
    )
    def reporter_answered(self) -> None:
        """Kept, told to the coordinators at once, and a task until somebody has read it."""
        row = add(
            self, Record.Kind.MESSAGE, self.turn.today, code="answer", text=str(self.data["text"])
        )
        self.alert(ANSWERED, "coordinator")
        if not any(
            task.kind == READ_ANSWER and task.status == Task.Status.OPEN for task in self.file.tasks
        ):
            self.open_task(READ_ANSWER, role="TITLE_IX_COORDINATOR", clock="read_answer")
        self.turn.data = {"record": row.kind, "number": row.number}

    @step(
        state,
        source=list(Stage),
        label=_("I have read the reporter's answer"),
        by=(COORDINATE,),
        event=Event.Kind.CONTACT,
        conditions=[_answer_waits],
        does=_("Ends the task; the answer stays on file."),
    )
    def answers_read(self) -> None:
        """The task is done."""
        self.finish_task(READ_ANSWER, "read")

    @step(
        state,
        source=OPEN,
        label=_("Link a person to the district's records"),
        by=(COORDINATE,),
        form=LinkForm,
        event=Event.Kind.FACT,
        does=_("Binds a person of the case to a student or a member of staff found by number."),
    )
    def link_person(self) -> None:
        """Linked or free-standing, as it becomes known."""
        found, party = (
            self.data["_found"],
            next(row for row in queries.people(self.file) if str(row.id) == self.data["party"]),
        )
        student = isinstance(found, Student)
        party.student_id, party.user_id = (found.pk, None) if student else (None, found.pk)
        party.kind = Party.Kind.STUDENT if student else Party.Kind.EMPLOYEE
        if self.data["take_name"] or not party.name:
            party.name = f"{found.first_name} {found.last_name}".strip()
        self.file.touch(party)
        self.turn.data = {"part": party.part, "number": party.number, "kind": party.kind}
