"""Interviews and meetings, with their written notice (34 CFR 106.45(b)(5)(v))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.engine.forms import DateInput, StepForm
from casework.engine.workflow import Workflow, step, unmet
from casework.models import Event
from titleix.case import conditions, queries
from titleix.case.forms import Cleaned, PartyChoice, RecordForm, choose, long_text
from titleix.case.record_rows import add, record_from_form
from titleix.case.states import COORDINATE, INVESTIGATE, OPEN, SCHOOL, state
from titleix.letters import sending
from titleix.letters.contents import Fields, Letter, says
from titleix.letters.rendering import Prepared, make
from titleix.models import Party, Record, TitleIXCase
from titleix.rules import timelines


class ScheduleForm(PartyChoice):
    """A written notice of an interview or a meeting: date, time, place, participants, purpose
    (34 CFR 106.45(b)(5)(v)).
    """

    parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.WITNESS)
    meets_on = forms.DateField(label=_("Date of the meeting"), widget=DateInput)
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=480, initial=60)
    place = forms.CharField(label=_("Place or link"), max_length=200)
    purpose = forms.CharField(label=_("Purpose"), max_length=500)
    participants = forms.CharField(
        label=_("Who takes part, one a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        help_text=_("Name, then the function after a comma: Ruth Okafor, investigator."),
    )
    interpreter = forms.BooleanField(label=_("An interpreter is needed"), required=False)
    means = forms.ChoiceField(
        label=_("Notice by"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )

    FUNCTIONS = (
        "coordinator",
        "deputy",
        "investigator",
        "decision_maker",
        "facilitator",
        "principal",
        "party",
        "parent",
        "advisor",
        "interpreter",
        "note_taker",
        "witness",
        "support_person",
        "staff",
    )

    def prepare(self) -> None:
        """The investigator who writes takes part."""
        super().prepare()
        actor = self.flow.turn.actor
        self.fields["participants"].initial = f"{actor}, investigator" if actor else ""

    def clean_participants(self) -> list[dict[str, str]]:
        """Name and function of each; a line without a known function is a member of staff."""
        participants = []
        for line in filter(None, map(str.strip, self.cleaned_data["participants"].splitlines())):
            name, _comma, function = line.rpartition(",")
            role = function.strip().lower().replace(" ", "_").replace("-", "_")
            known = role in self.FUNCTIONS and bool(name.strip())
            participants.append(
                {"name": name.strip() if known else line, "role": role if known else "staff"}
            )
        return participants

    def clean(self) -> Cleaned:
        """With sufficient time to prepare: a later day, and under 106.45 not before the time after
        the notice (T-24).
        """

        cleaned: Cleaned = super().clean() or {}
        day = cleaned.get("meets_on")
        if day and day <= self.flow.turn.today:
            self.add_error(
                "meets_on", _("A written notice comes before the meeting: choose a later day.")
            )
        party = next(
            (
                row
                for row in self.flow.file.children["party"]
                if str(row.id) == cleaned.get("party")
            ),
            None,
        )
        if day and party is not None and party.is_party and self.flow.case.complaint_on:
            for reason in against_interview(self.flow, day):
                self.add_error("meets_on", str(reason))
        return cleaned


class CancelMeetingForm(StepForm):
    """A meeting that does not take place."""

    appointment = forms.ChoiceField(label=_("Which meeting"))
    reason = long_text(_("Why"))

    def prepare(self) -> None:
        """The meetings to come."""
        rows = [row for row in self.flow.file.appointments if row.cancelled_at is None]
        choose(
            self,
            "appointment",
            [
                (str(row.id), f"{row.starts_at:%d %b %Y, %H:%M} UTC")
                for row in sorted(rows, key=lambda row: row.starts_at)
            ],
        )


class InterviewForm(RecordForm):
    """An interview, or that it was refused."""

    parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.WITNESS)
    refused = forms.BooleanField(label=_("The person refused"), required=False)
    notice_on = forms.DateField(
        label=_("Written notice of it sent on"),
        widget=DateInput,
        required=False,
        help_text=_("Empty when the notice was made here."),
    )
    without_new = forms.BooleanField(
        label=_("Nothing was asked about an allegation without notice"),
        required=False,
        help_text=_("Only while a supplemental notice is still to be sent."),
    )


def investigates(flow: Workflow) -> object:
    """Interviews belong to an inquiry or an investigation."""
    return unmet(
        flow.case.state in ("S_INVESTIGATING", "INVESTIGATING", "EVIDENCE_REVIEW", "NOTICED"),
        _("No inquiry is under way."),
    )


def against_interview(flow: Workflow, on: date) -> Sequence[timelines.Text]:
    """Why an interview cannot be held on a day (T-24)."""
    sent = {row.party_id: row.sent_on for row in queries.deliveries(flow.file, "NOTICE")}
    notices = [sent.get(party.id) for party in queries.parties(flow.file)]
    return timelines.check_interview(
        notices, on, queries.span(flow.file, "before_interview"), flow.file.calendar
    ).unmet


def told_of_meeting(file: CaseFile, party: Party, on: date) -> date | None:
    """When the written notice of an interview before this day went out; None without one."""
    sent = [
        row.sent_on
        for row in file.children["delivery"]
        if row.code == "INTERVIEW" and row.party_id == party.id and row.sent_on < on
    ]
    return max(sent, default=None)


def invitation(flow: Workflow) -> Prepared:
    """The written notice of an interview, to the person and the advisor."""
    party = next(row for row in queries.people(flow.file) if str(row.id) == flow.data["party"])
    if not party.name:
        raise Invalid({"party": [gettext("Without a name there is nobody to write to.")]})
    return make(
        flow,
        "INTERVIEW",
        [
            party,
            *[
                advisor
                for advisor in queries.acting_for(flow.file, party, Party.Part.ADVISOR)
                if advisor.name
            ],
        ],
    )


@says("INTERVIEW")
def _interview(letter: Letter) -> Fields:
    form = letter.flow.data
    return {
        "meeting_date": form["meets_on"].isoformat(),
        "meeting_time": f"{form['time']:%H:%M}",
        "meeting_place": form["place"],
        "purpose": form["purpose"],
        "participants": form["participants"],
    }


class Interviews(Workflow):
    """Planned, canceled, held or refused."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Invite to an interview"),
        by=(INVESTIGATE, COORDINATE),
        form=ScheduleForm,
        event=Event.Kind.DOCUMENT,
        does=_(
            "Writes to the person with date, time, place, participants and purpose, and puts the "
            "meeting into the calendar."
        ),
        makes=_(
            "A letter to the person, or the parents of a minor, and to the advisor; an appointment."
        ),
        prepare=invitation,
        conditions=[investigates],
        cite="34 CFR 106.45(b)(5)(v)",
    )
    def schedule_interview(self) -> None:
        """In the calendar, on file, and in a letter to the person (34 CFR 106.45(b)(5)(v)).

        With sufficient time to prepare.
        """
        data = self.data
        party = next(row for row in queries.people(self.file) if str(row.id) == data["party"])
        starts = queries.moment(data["meets_on"], data["time"])
        meeting = self.appoint(
            "INTERVIEW", starts, data["place"], data["minutes"], data["interpreter"]
        )
        add(
            self,
            Record.Kind.MEETING,
            data["meets_on"],
            text=data["purpose"],
            code="planned",
            party=data["party"],
            appointment=str(meeting.id),
            participants=data["participants"],
            told_on=self.turn.today.isoformat(),
        )
        sending.sent_to(
            self,
            "INTERVIEW",
            [party, *queries.acting_for(self.file, party, Party.Part.ADVISOR)],
            self.turn.today,
            data["means"],
        )
        self.turn.data = {"who": party.label, "meets_on": data["meets_on"]}

    @step(
        state,
        source=OPEN,
        label=_("Cancel a meeting"),
        by=(INVESTIGATE, COORDINATE),
        form=CancelMeetingForm,
        event=Event.Kind.FACT,
        does=_("The meeting does not take place. Tell the people."),
        conditions=[
            lambda flow: unmet(
                any(row.cancelled_at is None for row in flow.file.appointments),
                _("No meeting is planned."),
            )
        ],
    )
    def cancel_meeting(self) -> None:
        """The meeting does not take place; calendars hear of it by the raised sequence."""
        row = next(
            row for row in self.file.appointments if row.id == UUID(self.data["appointment"])
        )
        row.cancelled_at, row.sequence = self.turn.now, row.sequence + 1
        self.file.touch(row)
        for record in [
            meeting
            for meeting in queries.records(self.file, Record.Kind.MEETING)
            if meeting.data.get("appointment") == str(row.id)
        ]:
            record.code, record.closed_on = "cancelled", self.turn.today
            record.data = {**record.data, "why": self.data["reason"]}
            self.file.touch(record)
        self.turn.data = {}

    @step(
        state,
        source=OPEN,
        label=_("Record an interview"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=InterviewForm,
        event=Event.Kind.FACT,
        does=_("Keeps an interview, or that it was refused."),
        conditions=[investigates],
        cite="34 CFR 106.45(b)(5)(v)",
    )
    def interview(self) -> None:
        """An interview that was held or refused.

        Under 106.45 not before the second school day after the notice of allegations, and not
        without a written notice of the interview itself (T-24).
        """
        chosen = next(row for row in queries.people(self.file) if str(row.id) == self.data["party"])
        if self.case.complaint_on and not self.data["refused"]:
            reasons = [str(reason) for reason in against_interview(self, self.data["on"])]
            if conditions.unnoticed(self) and not self.data.get("without_new"):
                reasons.append(
                    gettext(
                        "A new allegation needs a supplemental notice before anybody is questioned "
                        "on it (34 CFR 106.45(b)(2)(ii))."
                    )
                )
            noticed_on = self.data.get("notice_on") or told_of_meeting(
                self.file, chosen, self.data["on"]
            )
            if noticed_on is None or noticed_on >= self.data["on"]:
                reasons.append(
                    gettext(
                        "A written notice of the interview must have gone out before it (34 CFR "
                        "106.45(b)(5)(v))."
                    )
                )
            if reasons:
                raise Invalid({"on": reasons})
        record_from_form(
            self, Record.Kind.INTERVIEW, code="refused" if self.data["refused"] else "held"
        )
