"""What a policy's trigger asks for beyond a stage and a notice (a report, a plan, a team, a referral to court): one duty for each
occasion, with the clock that the policy gives it. A referral that the policy excludes is never made (Texas Education Code
25.0915(a-3); domain.md A1.4, A-36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.common.states import OPEN, SIGN, STATE, WORK, AttendanceFlow
from attendance.court import conditions
from attendance.models import AttendanceCase
from attendance.nightly.decisions import ActionFacts, StudentFacts
from attendance.rules import clocks
from attendance.rules.counting_rules import referral_refused
from attendance.rules.triggers import Plan, duties, trigger_of
from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event, Task
from district.models import Student

PREFIX = clocks.ACTION_PREFIX
# Kept as the outcome of a duty that was never given, so that it is written down once.
REFUSED = "refused"


def open_duty(flow: Workflow) -> object:
    """A duty that a threshold of the policy gave is open."""
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
        """The open duties; today."""
        field = self.fields["duty"]
        assert isinstance(field, forms.ChoiceField)
        labels = self.flow.file.kind.task_labels
        field.choices = [
            (task.kind, str(labels.get(task.kind, task.kind)))
            for task in self.flow.file.tasks
            if _is_open(task)
        ]
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
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
    """What a threshold of the policy asks for beyond a notice: begun and withdrawn by the machine,
    recorded by a person."""

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
            task.status, task.closed_at, task.outcome = (
                Task.Status.CANCELLED,
                self.turn.now,
                REFUSED,
            )
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
        """A correction took the ground of an open duty away (A3.3)."""
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


def with_duties(facts: Iterable[StudentFacts], school_year: int, plan: Plan) -> list[StudentFacts]:
    """The facts with the duties that stand and what excludes a referral; two statements, none for a policy that asks for none."""
    facts = list(facts)
    if not facts or not any(duties(trigger) for trigger in plan.by_id.values()):
        return facts
    students = [fact.student_id for fact in facts]
    given = _given([fact.case_id for fact in facts if fact.case_id is not None])
    flags = _flags(students, school_year)
    return [
        replace(
            fact,
            actions=tuple(given.get(fact.case_id or 0, ())),
            flags=tuple(sorted(flags.get(fact.student_id, ()))),
        )
        for fact in facts
    ]


def _given(cases: list[int]) -> Mapping[int, list[ActionFacts]]:
    found: dict[int, list[ActionFacts]] = {}
    rows = Task.objects.filter(case__in=cases, kind__startswith=PREFIX).order_by("opened_at", "pk")
    for case, kind, status, outcome in rows.values_list("case_id", "kind", "status", "outcome"):
        found.setdefault(case, []).append(
            ActionFacts(kind.removeprefix(PREFIX), status, outcome == REFUSED)
        )
    return found


def _flags(students: list[int], school_year: int) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = {}
    for student, flags in (
        Student.objects.filter(pk__in=students).exclude(flags=[]).values_list("pk", "flags")
    ):
        found[student] = {conditions.FLAGS[flag] for flag in flags if flag in conditions.FLAGS}
    rows = AttendanceCase.objects.filter(student__in=students, school_year=school_year).exclude(
        exclusions=[]
    )
    for student, exclusions in rows.values_list("student_id", "exclusions"):
        found.setdefault(student, set()).update(exclusions)
    return found
