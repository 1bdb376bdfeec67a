"""What concerns an employee respondent: administrative leave and human resources (B2.2, T-22)."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions
from titleix.case.forms import EndForm, EventForm, RecordForm, long_text
from titleix.case.record_rows import add, end_record, record_from_form
from titleix.case.states import COORDINATE, OPEN, state
from titleix.models import Record, TitleIXCase
from titleix.rules.state_law import LICENSE


class EndLeaveForm(EndForm):
    """The leave of an employee ends."""

    kind = Record.Kind.LEAVE


class HRForm(EventForm):
    """What human resources were told about an employee."""

    who = forms.CharField(label=_("Who was told"), max_length=200)
    number = forms.CharField(label=_("Reference number"), max_length=60, required=False)
    text = long_text(_("What was told"))
    personnel_action = forms.BooleanField(
        label=_("The employee was suspended, dismissed, or resigned with acceptance"),
        required=False,
        help_text=_("Then the report to the State Board is due (16 NCAC 06C .0608)."),
    )
    field_order = ["on", "who", "number", "text", "personnel_action"]


class Employees(Workflow):
    """Administrative leave, and what human resources were told."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record administrative leave"),
        by=(COORDINATE,),
        form=RecordForm,
        event=Event.Kind.FACT,
        cite="34 CFR 106.44(d)",
        does=_("Keeps that an employee was put on leave."),
        conditions=[
            lambda flow: unmet(
                flow.case.employee_respondent, _("Administrative leave is for employees.")
            )
        ],
    )
    def leave(self) -> None:
        """For an employee who is not a student (T-22).

        Leave is a personnel action: the report to the State Board is due from it (16 NCAC 06C
        .0608).
        """
        on = self.data["on"]
        record_from_form(self, Record.Kind.LEAVE)
        personnel_action(self, on)

    @step(
        state,
        source=OPEN,
        label=_("End an administrative leave"),
        by=(COORDINATE,),
        form=EndLeaveForm,
        event=Event.Kind.FACT,
        does=_("The employee is back, or left."),
        conditions=[conditions.on_record(Record.Kind.LEAVE, _("Nobody is on leave."))],
    )
    def end_leave(self) -> None:
        """With the reason."""
        end_record(self)

    @step(
        state,
        source=OPEN,
        label=_("Record what human resources were told"),
        by=(COORDINATE,),
        form=HRForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps who in human resources was told what of an employee respondent, and whether "
            "there was a personnel action."
        ),
        conditions=[
            lambda flow: unmet(flow.case.employee_respondent, _("No employee is a respondent."))
        ],
    )
    def tell_hr(self) -> None:
        """Employee conduct goes with a record of human resources (B2.2, rule 7)."""
        on, action = self.data["on"], self.data["personnel_action"]
        row = add(
            self,
            Record.Kind.HR,
            on,
            text=self.data["text"],
            code="told",
            who=self.data["who"],
            number_of=self.data.get("number") or "",
        )
        self.effective_on = on
        self.finish_task("HR_NOTICE", "done")
        if action:
            personnel_action(self, on)
        self.turn.data = {"record": row.kind, "number": row.number, "personnel_action": action}


def personnel_action(flow: Workflow, on: date) -> None:
    """Start the promise of the duty that counts from a personnel action, where the screening raised
    it.
    """
    kind = f"duty_{LICENSE.key}"
    for task in [
        task
        for task in flow.file.tasks
        if task.kind == f"DUTY_{LICENSE.key.upper()}"[:32] and task.clock_id is None
    ]:
        task.clock_id = flow.start_clock(kind, on, "personnel_action").id
        flow.file.touch(task)


def open_hr_notice(flow: Workflow) -> None:
    """An employee is a respondent: human resources must be told, once (B2.2, rule 7)."""
    if not any(task.kind == "HR_NOTICE" for task in flow.file.tasks):
        flow.open_task("HR_NOTICE", role="COORDINATOR", clock="hr_notice")
