"""Duties of state law that run beside a case (B1.2)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case.forms import EventForm, choose
from titleix.case.record_rows import add
from titleix.case.states import OPEN, STAFF, state
from titleix.models import Record, TitleIXCase


class DutyDoneForm(EventForm):
    """A duty of state law that was done."""

    duty = forms.ChoiceField(label=_("Duty"))
    who = forms.CharField(label=_("Who did it, to whom"), max_length=200)
    number = forms.CharField(label=_("Reference number"), max_length=60, required=False)
    field_order = ["duty", "on", "who", "number"]

    def prepare(self) -> None:
        """The open ones."""
        open_kinds = sorted(
            {task.kind for task in self.flow.file.tasks if task.kind.startswith("DUTY_")}
        )
        labels = self.flow.file.kind.task_labels
        choose(self, "duty", [(kind, labels.get(kind, kind)) for kind in open_kinds])


class StateDuties(Workflow):
    """Police, superintendent, social services."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record a duty as done"),
        by=STAFF,
        form=DutyDoneForm,
        event=Event.Kind.FACT,
        does=_("Keeps that a duty of state law was done: who, to whom, when."),
        conditions=[
            lambda flow: unmet(
                any(task.kind.startswith("DUTY_") for task in flow.file.tasks),
                _("No duty of state law is open."),
            )
        ],
    )
    def duty_done(self) -> None:
        """Police, superintendent, social services: who, to whom, when, with what number."""
        kind = self.data["duty"]
        add(
            self,
            Record.Kind.DUTY,
            self.data["on"],
            text=self.data["who"],
            code=kind.removeprefix("DUTY_").lower(),
            number_of=self.data.get("number") or "",
        )
        self.effective_on = self.data["on"]
        self.finish_task(kind, "done")
        self.turn.data = {"duty": kind}
