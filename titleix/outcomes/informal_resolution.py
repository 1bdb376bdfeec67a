"""Informal resolution (34 CFR 106.45(b)(9); T-17)."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from casework.engine.forms import DateInput, ReasonForm, StepForm
from casework.engine.workflow import SubjectState, Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Cleaned, SentForm, long_text
from titleix.case.record_rows import add
from titleix.case.states import COMPLAINT, COORDINATE, FACILITATE, S, state, state_before
from titleix.letters import rendering, sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, make
from titleix.models import Party, Record, TitleIXCase
from titleix.outcomes.dismissal import WAITS
from titleix.rules.separation_of_duties import Role


class OfferForm(SentForm):
    """The offer of an informal resolution, with the consent to sign (34 CFR 106.45(b)(9)(i))."""

    process = long_text(_("How it goes"))
    ends_by = forms.DateField(label=_("It ends at the latest on"), widget=DateInput)
    reply_by = forms.DateField(label=_("Answer wanted by"), widget=DateInput)
    records = forms.CharField(
        label=_("What is kept of it, one a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1_000,
    )
    field_order = ["process", "ends_by", "reply_by", "records", "on", "means", "proof"]

    def prepare(self) -> None:
        """What is always kept."""
        super().prepare()
        self.fields["records"].initial = str(_("The signed consent forms\nThe signed agreement"))

    def clean(self) -> Cleaned:
        """The answer comes before the end, both after the letter."""
        cleaned = super().clean() or {}
        on, reply, end = (cleaned.get(name) for name in ("on", "reply_by", "ends_by"))
        if on and reply and end and not on < reply <= end:
            self.add_error("reply_by", _("Choose a day after the letter and not after the end."))
        return cleaned


class ConsentForm(StepForm):
    """Informal resolution with the written consents."""

    consent_on = forms.DateField(label=_("Both consented in writing on"), widget=DateInput)
    both = forms.BooleanField(label=_("Every party has signed the consent"))
    text = long_text(_("Conditions of the consent"), required=False)

    def clean_consent_on(self) -> date | None:
        """They have signed."""
        day: date | None = self.not_in_future("consent_on")
        return day


class AgreementForm(StepForm):
    """The signed agreement."""

    text = long_text(_("What was agreed"))


def informal_offered(flow: Workflow) -> object:
    """Every party has the written notice of an informal resolution (34 CFR 106.45(b)(9)(i))."""
    offered_to = {row.party_id for row in flow.file.children["delivery"] if row.code == "IR_NOTICE"}
    missing = [party.label for party in queries.parties(flow.file) if party.id not in offered_to]
    return unmet(
        not missing, _("Send the written offer first: %(who)s.") % {"who": ", ".join(missing)}
    )


def no_employee(flow: Workflow) -> object:
    """Informal resolution never when an employee is said to have harassed a student
    (34 CFR 106.45(b)(9)(iii); T-17).
    """
    student = any(
        party.kind == Party.Kind.STUDENT
        for party in queries.people(flow.file, Party.Part.COMPLAINANT)
    )
    return unmet(
        not (flow.case.employee_respondent and student),
        _("Never when an employee is said to have harassed a student."),
    )


where_it_was = SubjectState.GET_STATE(state_before, states=COMPLAINT)


def offer_letters(flow: Workflow) -> Prepared:
    """The offer and the consent to sign."""
    people = queries.entitled(flow.file)
    return make(flow, "IR_NOTICE", people) | make(flow, "IR_CONSENT", people)


def _informal(letter: Letter) -> Fields:
    return {
        "conduct": letter.conduct(),
        "process": letter.flow.data["process"],
        "facilitator": letter.contact(Role.FACILITATOR),
    }


@says("IR_NOTICE")
def _offer(letter: Letter) -> Fields:
    form = letter.flow.data
    return {
        **_informal(letter),
        "complaint_filed_on": letter.case.complaint_on.isoformat(),
        "ends_by": form["ends_by"].isoformat(),
        "records": letter.lines("records"),
        "reply_by": form["reply_by"].isoformat(),
    }


@says("IR_CONSENT")
def _consent(letter: Letter) -> Fields:
    return {
        **_informal(letter),
        "ir_notice_on": letter.on.isoformat(),
        "return_by": letter.flow.data["reply_by"].isoformat(),
    }


class InformalResolution(Workflow):
    """Offered in writing, begun with both consents, left at any time before the agreement."""

    case: TitleIXCase

    @step(
        state,
        source=COMPLAINT,
        label=_("Offer an informal resolution"),
        by=(COORDINATE,),
        form=OfferForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Sends every party the written offer with the consent to sign. Nothing rests until "
            "both have signed."
        ),
        conditions=[
            no_employee,
            conditions.has_both_sides,
            conditions.has_allegations,
            conditions.somebody(Role.FACILITATOR, _("Assign a facilitator first.")),
        ],
        prepare=offer_letters,
        effects=rendering.tells("IR_NOTICE", each=2),
        cite="34 CFR 106.45(b)(9)(i)",
    )
    def offer_informal(self) -> None:
        """Allegations, requirements, right to withdraw, consequences, records; and the consent."""
        people = queries.entitled(self.file)
        for code in ("IR_NOTICE", "IR_CONSENT"):
            sending.sent_to(self, code, people, self.data["on"], self.data["means"])
        self.turn.data = {
            "letter": "IR_NOTICE",
            "to": [party.label for party in people],
            "on": self.data["on"],
            "ends_by": self.data["ends_by"],
        }

    @step(
        state,
        source=COMPLAINT,
        target=S.INFORMAL,
        label=_("Begin an informal resolution"),
        by=(COORDINATE,),
        form=ConsentForm,
        does=_(
            "The days of the investigation rest while a facilitator helps the parties to agree."
        ),
        starts=("informal",),
        conditions=[
            no_employee,
            conditions.somebody(Role.FACILITATOR, _("Assign a facilitator first.")),
            conditions.able(Role.FACILITATOR),
            informal_offered,
        ],
        cite="34 CFR 106.45(b)(9)",
    )
    def begin_informal(self) -> None:
        """Both consents in writing; the days of the investigation rest meanwhile (B2.4, T-17)."""
        self.case.came_from = self.came_from
        until = self.turn.today + timedelta(
            days=int(self.policy.get("clock_moves.investigation.hold.max_days", 15))
        )
        self.hold_clock("district_investigation", until, "informal_resolution")
        add(
            self,
            Record.Kind.CONSENT,
            self.data["consent_on"],
            text=self.data.get("text") or "",
            code="both",
        )
        self.turn.data = {"consent_on": self.data["consent_on"]}

    @step(
        state,
        source=S.INFORMAL,
        target=where_it_was,
        label=_("A party withdraws from it"),
        by=(COORDINATE, FACILITATE),
        form=ReasonForm,
        does=_("Back to the investigation, where it was; the days held are added to its date."),
    )
    def leave_informal(self) -> None:
        """Any time before the agreement; the days held are added (34 CFR 106.45(b)(9)(ii))."""
        add(self, Record.Kind.CONSENT, self.turn.today, text=self.data["reason"], code="withdrawn")
        self.cancel_clock("informal", gettext_noop("withdrawn"))
        self.resume_clock("district_investigation")
        self.turn.data = {}

    @step(
        state,
        source=S.INFORMAL,
        target=S.FINAL,
        label=_("Record the agreement"),
        by=(COORDINATE, FACILITATE),
        form=AgreementForm,
        stops=("informal",),
        starts=("outcome",),
        does=_("Keeps the signed agreement; the case is final."),
        primary=True,
    )
    def agree(self) -> None:
        """Signed: final; the investigation has no date to keep any more."""
        add(self, Record.Kind.AGREEMENT, self.turn.today, text=self.data["text"], code="signed")
        self.cancel_clock("district_investigation", gettext_noop("informal resolution"))
        for kind in WAITS:
            self.cancel_clock(kind, gettext_noop("informal resolution"))
        self.case.appeal_of = ""
        self.turn.data = {}
