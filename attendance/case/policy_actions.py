"""What a policy's threshold asks for beyond a stage and a notice: a report, a plan, a team, a
referral to court.

A referral that the policy excludes is never made (Texas Education Code 25.0915(a-3); domain.md
A1.4, A-36)."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.states import OPEN, SIGN, STATE, WORK, AttendanceFlow
from attendance.nightly.duties import PREFIX, REFUSED
from attendance.rules import clocks, conditions
from attendance.rules.counting_rules import referral_refused
from attendance.rules.triggers import duties, trigger_of
from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event, Task


def open_duty(flow: Workflow) -> object:
    """A task that a threshold of the policy gave is open."""
    return unmet(
        any(_is_open(task) for task in flow.file.tasks), _("No duty of a threshold is open.")
    )


def _is_open(task: Task) -> bool:
    return task.kind.startswith(PREFIX) and task.status == Task.Status.OPEN


class ActionForm(StepForm):
    """What was done for which threshold, when."""

    duty = forms.ChoiceField(label=_("Which"))
    on = forms.DateField(label=_("Date"), widget=DateInput)
    text = forms.CharField(
        label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )

    def prepare(self) -> None:
        """The open tasks; today."""
        field = self.fields["duty"]
        assert isinstance(field, forms.ChoiceField)
        labels = self.flow.file.kind.task_labels
        field.choices = [
            (task.kind, str(labels.get(task.kind, task.kind)))
            for task in self.flow.file.tasks
            if _is_open(task)
        ]
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> date:
        """It has happened already."""
        return self.not_in_future("on")

    def clean_duty(self) -> str:
        """A referral is refused while an exclusion of the policy stands."""
        kind = str(self.cleaned_data["duty"])
        trigger = clocks.trigger(self.flow.policy, trigger_of(kind.removeprefix(PREFIX)))
        refused = referral_refused(
            duties(trigger), self.flow.policy.data, conditions.exclusion_flags(self.flow.case)
        )
        if refused:
            raise forms.ValidationError(
                [_("This referral must not be made: %(why)s.") % {"why": why} for why in refused]
            )
        return kind


class PolicyActions(AttendanceFlow):
    """What a threshold of the policy asks for beyond a notice: begun and withdrawn by the nightly
    run, recorded by a person."""

    @step(
        STATE,
        source=OPEN,
        label=_("The policy asks for an action"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def begin_action(self) -> None:
        """A threshold was reached that asks for more than a notice."""
        kind = PREFIX + self.data["key"]
        refused, day0 = self.data.pop("refused", []), self.data.pop("day0", None)
        task = self.open_task(kind, role="SSW")
        if refused:
            task.status, task.closed_at = Task.Status.CANCELLED, self.turn.now
            task.outcome = REFUSED
            self.remember(refused=refused)
        elif clocks.action_sla(kind, self.policy):
            task.clock_id = self.start_clock(kind, day0, "reached" if day0 else "detected").id

    @step(
        STATE,
        source=OPEN,
        label=_("The action fell away: corrected"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def withdraw_action(self) -> None:
        """A correction took the ground of an open task away (A3.3)."""
        self.finish_task(PREFIX + self.data["key"], gettext_noop("corrected"), cancelled=True)

    @step(
        STATE,
        source=OPEN,
        label=_("Record what the policy asked for"),
        by=(WORK, SIGN),
        form=ActionForm,
        conditions=[open_duty],
        event=Event.Kind.FACT,
        does=_("Keeps what was done for a threshold of the policy; stops its clock."),
        primary=True,
    )
    def record_action(self) -> None:
        """A report was made, a plan agreed, a team met, a referral sent."""
        self.case.worked = True
        self.effective_on = self.data["on"]
        self.finish_task(self.data["duty"], "done")
