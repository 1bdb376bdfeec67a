"""The dismissal of a formal complaint (34 CFR 106.45(b)(3); T-15)."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import DateInput, ReasonForm, StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions
from titleix.case.forms import EventForm, Happened, long_text
from titleix.case.record_rows import add
from titleix.case.states import COMPLAINT, COORDINATE, SCHOOL_PATH, S, state
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.models import Record, TitleIXCase
from titleix.rules.separation_of_duties import Role


class DismissForm(StepForm):
    """A dismissal (34 CFR 106.45(b)(3))."""

    GROUNDS = [
        ("not_harassment", _("Mandatory: would not be sexual harassment even if proved")),
        ("not_in_program", _("Mandatory: not in the program")),
        ("not_in_us", _("Mandatory: not in the United States")),
        ("withdrawn", _("Discretionary: withdrawn in writing")),
        ("not_enrolled", _("Discretionary: respondent no longer enrolled or employed")),
        ("no_evidence", _("Discretionary: evidence cannot be had")),
    ]
    ground = forms.ChoiceField(label=_("Ground"), choices=GROUNDS)
    reason = long_text(_("Reasons"))
    other_action = long_text(
        _("What happens instead"),
        required=False,
        help_text=_("The letter says so: for example that the school goes on."),
    )
    conduct_track = forms.BooleanField(
        label=_("The conduct goes on under the code of conduct"),
        required=False,
        help_text=_(
            "A dismissal does not prevent it (34 CFR 106.45(b)(3)(i)). It begins when the time to "
            "appeal is over."
        ),
    )

    def clean_ground(self) -> str:
        """T-15: a spoken withdrawal does not enable a dismissal."""
        ground = str(self.cleaned_data["ground"])
        if ground == "withdrawn" and self.flow.case.withdrawn_on is None:
            raise forms.ValidationError(
                _(
                    "The complainant has not withdrawn in writing: record the written withdrawal "
                    "first."
                )
            )
        return ground


class SchoolComplaintForm(Happened, DismissForm):
    """A formal complaint about conduct that the screening found outside the rule: it is taken and
    dismissed (B2.2, rule 9).
    """

    on = forms.DateField(label=_("Filed or signed on"), widget=DateInput)
    by = forms.ChoiceField(
        label=_("Signed by"),
        choices=[
            ("complainant", _("Complainant")),
            ("complainant_parent", _("Parent of the complainant")),
        ],
    )
    field_order = ["on", "by", "ground", "reason", "other_action"]

    def prepare(self) -> None:
        """The mandatory grounds alone; the school goes on in any case."""
        field = self.fields["ground"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.GROUNDS[:3]
        del self.fields["conduct_track"]


def withdrawn(flow: Workflow) -> object:
    """A written withdrawal waits for an answer."""
    return unmet(
        any(clock.kind == "dismissal_decision" for clock in flow.file.running),
        _("No written withdrawal waits for an answer."),
    )


@says("DISMISSAL")
def _dismissal(letter: Letter) -> Fields:
    form = letter.flow.data
    filed = letter.case.complaint_on or form.get("on") or letter.on
    return {
        "complaint_filed_on": filed.isoformat(),
        "conduct": letter.conduct(),
        "grounds": [form["ground"]],
        "reasons": form["reason"],
        "rest_continues": False,
        "other_action": form.get("other_action") or None,
        "appeal_by": letter.appeal_by(),
        "appeal_to": letter.contact(Role.COORDINATOR),
    }


WAITS = (
    "notice",
    "evidence_wait",
    "report_wait",
    "determination",
    "questions",
    "complaint_decision",
    "dismissal_decision",
)


class Dismissal(Workflow):
    """Withdrawn, dismissed, or gone on with."""

    case: TitleIXCase

    @step(
        state,
        source=COMPLAINT,
        target=S.DISMISSED,
        label=_("Dismiss the complaint"),
        by=(COORDINATE,),
        form=DismissForm,
        does=_(
            "Ends the grievance process with a ground and reasons; both parties may appeal. Until "
            "then the days of the investigation rest."
        ),
        tells=_("Both parties, at the same time."),
        makes=_("The dismissal letters."),
        prepare=rendering.to_parties("DISMISSAL"),
        effects=rendering.tells("DISMISSAL"),
        conditions=[conditions.has_both_sides],
        cite="34 CFR 106.45(b)(3)",
    )
    def dismiss(self) -> None:
        """Mandatory or discretionary, with reasons; both may appeal (T-15)."""
        dismiss_complaint(self)

    @step(
        state,
        source=COMPLAINT,
        label=_("Record a written withdrawal"),
        by=(COORDINATE,),
        form=EventForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps that the complainant withdrew in writing. You may dismiss or go on; either "
            "needs a reason."
        ),
        starts=("dismissal_decision",),
    )
    def withdraw(self) -> None:
        """T-15: only a written one enables a dismissal; the coordinator may go on."""
        self.case.withdrawn_on = self.data["on"]

    @step(
        state,
        source=COMPLAINT,
        label=_("Go on in spite of the withdrawal"),
        by=(COORDINATE,),
        form=ReasonForm,
        event=Event.Kind.FACT,
        does=_("The complaint is not dismissed; your reason stays on file."),
        stops=("dismissal_decision",),
        conditions=[withdrawn],
        cite="34 CFR 106.45(b)(3)(ii)",
    )
    def go_on(self) -> None:
        """The coordinator goes on after a withdrawal; either needs a reason (T-15)."""
        add(self, Record.Kind.WITHDRAWAL, self.turn.today, text=self.data["reason"], code="goes_on")
        self.turn.data = {}

    @step(
        state,
        source=SCHOOL_PATH,
        target=S.DISMISSED,
        label=_("Record a formal complaint and dismiss it"),
        by=(COORDINATE,),
        form=SchoolComplaintForm,
        does=_(
            "The rule does not cover this conduct: a formal complaint is dismissed first, both "
            "parties may appeal, then the school goes on."
        ),
        prepare=rendering.to_parties("DISMISSAL"),
        effects=rendering.tells("DISMISSAL"),
        cite="34 CFR 106.45(b)(3)(i)",
        conditions=[
            lambda flow: unmet(
                flow.case.dismiss_first,
                _("Only where the screening found the conduct outside the rule; else escalate."),
            ),
            conditions.has_both_sides,
        ],
    )
    def complain_at_school(self) -> None:
        """A complaint about conduct outside the rule is taken, and dismissed as the rule says.

        The inquiry of the school goes on with its deadline; its steps wait until the time to appeal
        is over (B2.2, rule 9: mandatory dismissal, other action under the code of conduct stays
        possible).
        """
        self.case.complaint_on, self.case.complaint_by = self.data["on"], self.data["by"]
        self.data["conduct_track"] = True
        dismiss_complaint(self)


def dismiss_complaint(flow: Workflow) -> None:
    """A dismissal with its ground: both parties get the letter today and may appeal.

    While they may, the days of the investigation rest (B2.4); if the dismissal stands, the deadline
    ends on the day of the dismissal.
    """
    case, data = flow.case, flow.data
    ground = data["ground"]
    add(
        flow,
        Record.Kind.DETERMINATION,
        flow.turn.today,
        text=data["reason"],
        code=f"dismissed_{ground}",
        other=data.get("other_action") or "",
    )
    case.appeal_of, case.dismissed_on, case.came_from = "dismissal", flow.turn.today, flow.came_from
    case.conduct_track = bool(data.get("conduct_track"))
    flow.turn.data = {"on": flow.turn.today, "means": "mail"}
    sending.send(flow, "DISMISSAL")
    for kind in WAITS:
        flow.cancel_clock(kind, gettext_noop("dismissed"))
    days = int(flow.policy.get("clock_moves.investigation.hold.max_days", 15))
    flow.hold_clock("district_investigation", flow.turn.today + timedelta(days=days), "appeal")
    flow.start_clock("appeal_window")
    flow.remember(ground=ground, conduct_track=case.conduct_track)


def settle_dismissal(flow: Workflow) -> None:
    """The dismissal stands.

    Its deadline ended on its day; the conduct track begins where it was left open.
    """
    case = flow.case
    if case.appeal_of != "dismissal":
        return
    flow.stop_clock("district_investigation", case.dismissed_on)
    if case.conduct_track and case.came_from in ("S_OPEN", "S_INVESTIGATING", "S_FINDINGS"):
        case.complaint_on, case.appeal_of = None, ""
    elif case.conduct_track:
        kind = "district_investigation" if case.employee_respondent else "school_investigation"
        case.level = (
            TitleIXCase.Level.DISTRICT if case.employee_respondent else TitleIXCase.Level.SCHOOL
        )
        case.complaint_on, case.appeal_of = None, ""
        flow.start_clock(kind, flow.turn.today, "conduct_track")
