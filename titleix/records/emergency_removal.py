"""Emergency removal of a student (34 CFR 106.44(c); T-23)."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine import date_rules
from casework.engine.forms import DateInput
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Cleaned, EndForm, Happened, PartyChoice, RecordChoice, long_text
from titleix.case.record_rows import add, chosen_record, end_record, record_from_form
from titleix.case.states import COORDINATE, OPEN, state
from titleix.letters import sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, make
from titleix.models import Party, Record, TitleIXCase
from titleix.rules import removal, timelines
from titleix.rules.separation_of_duties import Role


class RemovalForm(PartyChoice):
    """Emergency removal of a student (34 CFR 106.44(c))."""

    parts = (Party.Part.RESPONDENT,)
    on = forms.DateField(label=_("Removed on"), widget=DateInput)
    individual_analysis = forms.BooleanField(
        label=_("An individualized analysis is on file"), required=False
    )
    physical_threat = forms.BooleanField(
        label=_("Immediate threat to somebody's physical health or safety"), required=False
    )
    from_allegations = forms.BooleanField(
        label=_("The threat arises from the allegations"), required=False
    )
    notice_on = forms.DateField(
        label=_("Notice to the student on"), widget=DateInput, required=False
    )
    challenge_on = forms.DateField(
        label=_("Challenge heard, or to be heard, on"), widget=DateInput, required=False
    )
    plan_checked = forms.BooleanField(label=_("IEP or 504 plan checked"), required=False)
    text = long_text(_("Analysis"))

    activities = forms.CharField(
        label=_("Removed from, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1_000,
        required=False,
    )
    analysis_on = forms.DateField(label=_("Analysis of"), widget=DateInput, required=False)
    challenge_time = forms.TimeField(
        label=_("Time of the challenge"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    challenge_place = forms.CharField(
        label=_("Place of the challenge"), max_length=200, required=False
    )
    schooling = forms.CharField(
        label=_("How the student is taught meanwhile"), max_length=500, required=False
    )
    review_on = forms.DateField(
        label=_("The removal is reviewed on"), widget=DateInput, required=False
    )

    def clean(self) -> Cleaned:
        """Every missing condition is named (T-23)."""
        cleaned: Cleaned = super().clean() or {}
        if not self.errors:
            for reason in against_removal(self.flow, cleaned):
                self.add_error(None, str(reason))
        for name in (
            ("activities", "challenge_time", "challenge_place", "schooling")
            if self.makes_notice(cleaned)
            else ()
        ):
            if not cleaned.get(name):
                self.add_error(name, _("The notice that goes out today says this."))
        return cleaned

    def makes_notice(self, cleaned: Cleaned) -> bool:
        """Whether the written notice is made with this step: it is dated today and the challenge is
        still to come.
        """
        notice_on, challenge_on = cleaned.get("notice_on"), cleaned.get("challenge_on")
        return bool(
            notice_on and challenge_on and notice_on == self.flow.turn.today <= challenge_on
        )


class ChallengeForm(Happened, RecordChoice):
    """What became of the challenge of an emergency removal."""

    kind = Record.Kind.REMOVAL
    on = forms.DateField(label=_("Heard on"), widget=DateInput)
    result = forms.ChoiceField(
        label=_("Result"),
        choices=[
            ("upheld", _("the removal stays")),
            ("lifted", _("the removal is lifted")),
            ("waived", _("the student did not challenge it")),
        ],
    )
    text = long_text(_("Reasons"))


class EndRemovalForm(EndForm):
    """The student comes back."""

    kind = Record.Kind.REMOVAL


def against_removal(flow: Workflow, data: Cleaned) -> Sequence[timelines.Text]:
    """Why an emergency removal does not stand (T-23)."""
    party = next(row for row in queries.people(flow.file) if str(row.id) == data["party"])
    entered = removal.Removal(
        removed_on=data["on"],
        student=party.kind == Party.Kind.STUDENT,
        disability_plan=party.plan,
        individual_analysis=bool(data.get("individual_analysis")),
        physical_threat=bool(data.get("physical_threat")),
        from_allegations=bool(data.get("from_allegations")),
        notice_on=data.get("notice_on"),
        challenge_on=data.get("challenge_on"),
        plan_checked=bool(data.get("plan_checked")),
    )
    return removal.check_removal(
        entered, queries.span(flow.file, "challenge"), flow.file.calendar
    ).unmet


def removal_notice(flow: Workflow) -> Prepared:
    """The notice of an emergency removal, when it is dated today and the challenge is to come."""
    notice_on, challenge_on = flow.data.get("notice_on"), flow.data.get("challenge_on")
    party = next(row for row in queries.people(flow.file) if str(row.id) == flow.data["party"])
    wanted = (
        notice_on == flow.turn.today
        and challenge_on is not None
        and challenge_on >= flow.turn.today
        and bool(party.name)
    )
    return make(flow, "EMERGENCY_REMOVAL", [party]) if wanted else {}


@says("EMERGENCY_REMOVAL")
def _removal(letter: Letter) -> Fields:
    form = letter.flow.data
    removed, heard = form["on"], form["challenge_on"]
    return {
        "removed_from": removed.isoformat(),
        "activities": letter.lines("activities"),
        "analysis_on": (form.get("analysis_on") or removed).isoformat(),
        "threat": form["text"],
        "challenge_date": heard.isoformat(),
        "challenge_time": f"{form['challenge_time']:%H:%M}",
        "challenge_place": form["challenge_place"],
        "challenge_to": letter.contact(Role.COORDINATOR),
        "schooling": form["schooling"],
        "review_on": (
            form.get("review_on")
            or date_rules.add(heard, 10, date_rules.Unit.SCHOOL, letter.file.calendar).due
        ).isoformat(),
    }


class EmergencyRemoval(Workflow):
    """A removal, its challenge and its end."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Record an emergency removal"),
        by=(COORDINATE,),
        form=RemovalForm,
        event=Event.Kind.FACT,
        does=_("Keeps the removal of a student with everything that the rule asks for."),
        cite="34 CFR 106.44(c)",
        prepare=removal_notice,
        makes=_("The notice to the student or the parents, when it is dated today."),
        conditions=[
            lambda flow: unmet(
                not flow.case.employee_respondent, _("An employee is put on leave, not removed.")
            )
        ],
    )
    def remove(self) -> None:
        """Analysis, physical threat, notice, challenge in time, plan checked (T-23).

        The notice is made with the step when it is dated today (34 CFR 106.44(c)).
        """
        party = next(row for row in queries.people(self.file) if str(row.id) == self.data["party"])
        made = any(name.startswith("letter_EMERGENCY_REMOVAL") for name in self.prepared)
        keep_removal(self)
        if made:
            entry = dict(self.turn.data)
            sending.sent_to(self, "EMERGENCY_REMOVAL", [party], self.turn.today, "hand")
            self.turn.data = entry

    @step(
        state,
        source=OPEN,
        label=_("Record the challenge of the removal"),
        by=(COORDINATE,),
        form=ChallengeForm,
        event=Event.Kind.FACT,
        does=_("Keeps what became of the challenge: the removal stays or is lifted."),
        stops=("challenge",),
        cite="34 CFR 106.44(c)",
        conditions=[conditions.on_record(Record.Kind.REMOVAL, _("Nobody is removed."))],
    )
    def hear_challenge(self) -> None:
        """Immediately following the removal: it stays or is lifted (34 CFR 106.44(c))."""
        row = chosen_record(self)
        row.data = {
            **row.data,
            "heard_on": self.data["on"].isoformat(),
            "result": self.data["result"],
        }
        row.closed_on = self.data["on"] if self.data["result"] == "lifted" else None
        self.file.touch(row)
        add(
            self,
            Record.Kind.CHECK,
            self.data["on"],
            text=self.data["text"],
            code=f"challenge_{self.data['result']}",
        )
        self.effective_on = self.data["on"]
        self.turn.data = {"record": row.kind, "number": row.number, "result": self.data["result"]}

    @step(
        state,
        source=OPEN,
        label=_("End an emergency removal"),
        by=(COORDINATE,),
        form=EndRemovalForm,
        event=Event.Kind.FACT,
        does=_("The student comes back."),
        conditions=[conditions.on_record(Record.Kind.REMOVAL, _("Nobody is removed."))],
    )
    def end_removal(self) -> None:
        """The threat is over, or the case is decided."""
        end_record(self)


def keep_removal(flow: Workflow) -> None:
    """An emergency removal; when the challenge is still to be heard, its promise runs."""
    heard = flow.data.get("challenge_on")
    if heard and heard >= flow.turn.today:
        flow.start_clock("challenge", flow.data["on"], "removal")
    record_from_form(
        flow, Record.Kind.REMOVAL, code="removed", challenge_on=heard.isoformat() if heard else None
    )
