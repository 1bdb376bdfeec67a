"""From the school up to the district (B2.4, B3.2)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import ReasonForm, StepForm
from casework.engine.workflow import Workflow, step
from casework.models import Event
from titleix.case import conditions
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, INVESTIGATE, SCHOOL, SCHOOL_PATH, S, state
from titleix.models import Record, TitleIXCase
from titleix.records.employees import open_hr_notice


class EscalateForm(StepForm):
    """Why a case goes up to the district (B3.2)."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[
            ("order", _("Order of the coordinator")),
            ("prong", _("The definition of sexual harassment may be met")),
            ("employee", _("The respondent is an employee")),
            ("repeat", _("The respondent was reported before")),
            ("conflict", _("A conflict of interest at the school")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )


class Escalation(Workflow):
    """The school may ask; the coordinator decides."""

    case: TitleIXCase

    @step(
        state,
        source=[*SCHOOL_PATH, S.S_NOTIFIED, S.S_REOPENED],
        target=S.FC_PENDING,
        label=_("Escalate to the district"),
        by=(COORDINATE,),
        form=EscalateForm,
        starts=("complaint_decision",),
        stops=("reopening_notice",),
        does=_(
            "Hands the case to the district. The school's promise ends, the district's goes on "
            "from the day that the policy says."
        ),
        conditions=[conditions.no_complaint_open],
    )
    def escalate(self) -> None:
        """The school's deadline passes into the district's, with the day 0 of the policy (B2.4).

        A prong became plausible, an employee, a repetition, a conflict, or the coordinator's order
        (B3.2).
        """
        case, cause = self.case, self.data.get("cause") or "order"
        case.level, case.dismiss_first = TitleIXCase.Level.DISTRICT, False
        case.employee_respondent = case.employee_respondent or cause == "employee"
        if self._running("school_investigation"):
            self.escalate_clock("school_investigation", "district_investigation", case.complaint_on)
        for kind in ("check_in", "closing"):
            self.cancel_clock(kind, gettext_noop("escalated"))
        self.finish_task("ESCALATION_ASKED", "escalated")
        if cause == "employee":
            open_hr_notice(self)
        add(self, Record.Kind.ESCALATION, self.turn.today, text=self.data["reason"], code=cause)
        self.turn.data = {"cause": cause}

    @step(
        state,
        source=SCHOOL_PATH,
        label=_("Ask to escalate"),
        by=(SCHOOL, INVESTIGATE),
        form=EscalateForm,
        event=Event.Kind.FACT,
        does=_("Asks the coordinator to hand the case to the district."),
    )
    def ask_escalation(self) -> None:
        """The school may ask; the coordinator decides (B3.2)."""
        add(self, Record.Kind.ESCALATION, self.turn.today, text=self.data["reason"], code="asked")
        if not any(task.kind == "ESCALATION_ASKED" for task in self.file.tasks):
            self.open_task("ESCALATION_ASKED", role="COORDINATOR", clock="escalation_answer")
        self.turn.data = {"cause": self.data.get("cause") or ""}

    @step(
        state,
        source=SCHOOL_PATH,
        label=_("Keep it at the school"),
        by=(COORDINATE,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        does=_("Answers the school that asked to escalate: the case stays, for your reasons."),
        conditions=[conditions.task_open("ESCALATION_ASKED", _("Nobody asks to escalate."))],
    )
    def decline_escalation(self) -> None:
        """The case stays at the school, with the reason."""
        add(
            self, Record.Kind.ESCALATION, self.turn.today, text=self.data["reason"], code="declined"
        )
        self.finish_task("ESCALATION_ASKED", "declined")
        self.turn.data = {}
