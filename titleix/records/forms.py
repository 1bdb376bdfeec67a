"""What is kept beside the steps: measures, interviews, evidence, removals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import DateInput, StepForm
from titleix.case.forms import (
    EndForm,
    EventForm,
    PartyChoice,
    PeopleForm,
    RecordChoice,
    RecordForm,
    choose,
    long_text,
    people_of,
)
from titleix.models import Party, Record


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


class EvidenceForm(RecordForm):
    """A piece of evidence."""

    optional_party = True
    title = forms.CharField(label=_("Title"), max_length=200)
    relied_on = forms.BooleanField(
        label=_("The district relies on it"), required=False, initial=True
    )
    source = forms.ChoiceField(
        label=_("From"),
        required=False,
        choices=[
            ("", "–"),
            ("complainant", _("the complainant")),
            ("respondent", _("the respondent")),
            ("witness", _("a witness")),
            ("district", _("the district")),
        ],
    )
    attachment = forms.ChoiceField(
        label=_("File"), required=False, help_text=_("Add the file on the case page first.")
    )
    field_order = ["title", "source", "party", "on", "text", "attachment", "relied_on"]

    def prepare(self) -> None:
        """The clean files of the case; of those that a party handed in, by whom."""
        from casework.models import Attachment
        from titleix.case import queries

        super().prepare()
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        by = {
            row.attachment_id: people.get(row.party_id, "")
            for row in queries.handed_in(self.flow.file)
        }
        found = Attachment.objects.filter(
            case_id=self.flow.case.pk, state=Attachment.State.CLEAN
        ).order_by("uploaded_at")
        handed = _("%(file)s (handed in by %(who)s)")
        names = [
            (
                str(row.pk),
                handed % {"file": row.name, "who": by[row.pk]} if row.pk in by else row.name,
            )
            for row in found
        ]
        choose(self, "attachment", [("", "–"), *names])


class SetAsideForm(RecordChoice):
    """A file that a party handed in, and why it is not directly related."""

    kind = Record.Kind.STATEMENT
    codes = ("portal_file",)
    text = long_text(_("Why it is not directly related"))

    def name_of(self, row: Any) -> str:
        """By its name and who handed it in."""
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        return f"{row.data.get('title', '')} · {people.get(row.party_id, '')} · {row.on:%d %b %Y}"


class MeasureForm(RecordForm):
    """A supportive measure: non-disciplinary, free, without unreasonable burden (34 CFR 106.30)."""

    answer = forms.ChoiceField(
        label=_("The person"),
        choices=[
            ("accepted", _("accepted it")),
            ("refused", _("refused it")),
            ("offered", _("has not answered yet")),
        ],
    )


class AllegationForm(StepForm):
    """One allegation, to be found or not."""

    text = long_text(_("Allegation"))


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

    def clean(self) -> dict[str, Any]:
        """Every missing condition is named (T-23)."""
        from titleix.case import conditions

        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for reason in conditions.against_removal(self.flow, cleaned):
                self.add_error(None, str(reason))
        for name in (
            ("activities", "challenge_time", "challenge_place", "schooling")
            if self.makes_notice(cleaned)
            else ()
        ):
            if not cleaned.get(name):
                self.add_error(name, _("The notice that goes out today says this."))
        return cleaned

    def makes_notice(self, cleaned: dict[str, Any]) -> bool:
        """Whether the written notice is made with this step: it is dated today and the challenge is still to come."""
        told, heard = cleaned.get("notice_on"), cleaned.get("challenge_on")
        return bool(told and heard and told == self.flow.turn.today <= heard)


class EndMeasureForm(EndForm):
    """The end of a supportive measure."""

    kind, codes = Record.Kind.MEASURE, ("accepted", "offered")


class MeasureReviewForm(StepForm):
    """The review of the measures in place."""

    text = long_text(_("What the review found"))


class NoContactForm(PartyChoice):
    """An order to keep apart; it binds both sides alike unless the reason says why not (34 CFR 106.44(a))."""

    on = forms.DateField(label=_("From"), widget=DateInput)
    other = forms.ChoiceField(label=_("And whom"))
    mutual = forms.BooleanField(label=_("It binds both"), required=False, initial=True)
    until = forms.DateField(label=_("Until"), widget=DateInput, required=False)
    text = long_text(_("What it forbids, and why"))

    def prepare(self) -> None:
        """Any two people of the case."""
        super().prepare()
        choose(self, "party", people_of(self))
        choose(self, "other", people_of(self))

    def clean(self) -> dict[str, Any]:
        """Two people, and an end after the begin."""
        cleaned = super().clean() or {}
        if cleaned.get("party") and cleaned.get("party") == cleaned.get("other"):
            self.add_error("other", _("Choose two people."))
        if cleaned.get("until") and cleaned.get("on") and cleaned["until"] < cleaned["on"]:
            self.add_error("until", _("It ends before it begins."))
        return cleaned


class EndNoContactForm(EndForm):
    """The end of a no-contact order."""

    kind = Record.Kind.NO_CONTACT


class AccommodationForm(RecordForm):
    """Somebody asks for an accommodation or an interpreter (C11)."""

    what = forms.ChoiceField(
        label=_("What kind"),
        choices=[
            ("disability", _("for a disability")),
            ("language", _("for a language")),
            ("other", _("something else")),
        ],
    )

    def prepare(self) -> None:
        """Whoever takes part."""
        super().prepare()
        choose(self, "party", people_of(self))


class AnswerAccommodationForm(RecordChoice):
    """The answer to such a request."""

    kind, codes = Record.Kind.ACCOMMODATION, ("disability", "language", "other")
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            ("granted", _("granted")),
            ("partly", _("granted in part")),
            ("refused", _("refused")),
        ],
    )
    text = long_text(_("What was arranged, or why not"))


class ScheduleForm(PartyChoice):
    """A written notice of an interview or a meeting: date, time, place, participants, purpose (34 CFR 106.45(b)(5)(v))."""

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
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["participants"].splitlines())):
            name, _comma, function = line.rpartition(",")
            role = function.strip().lower().replace(" ", "_").replace("-", "_")
            known = role in self.FUNCTIONS and bool(name.strip())
            found.append(
                {"name": name.strip() if known else line, "role": role if known else "staff"}
            )
        return found

    def clean(self) -> dict[str, Any]:
        """With sufficient time to prepare: a later day, and under 106.45 not before the time after the notice (T-24)."""
        from titleix.case import conditions

        cleaned: dict[str, Any] = super().clean() or {}
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
            for reason in conditions.against_interview(self.flow, day):
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


class ChallengeForm(RecordChoice):
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

    def clean_on(self) -> Any:
        """It was heard."""
        return self.not_in_future("on")


class EndRemovalForm(EndForm):
    """The student comes back."""

    kind = Record.Kind.REMOVAL


class EndLeaveForm(EndForm):
    """The leave of an employee ends."""

    kind = Record.Kind.LEAVE


class ProofForm(StepForm):
    """What became of a letter: delivered with proof, or returned."""

    delivery = forms.ChoiceField(label=_("Letter"))
    on = forms.DateField(label=_("Date"), widget=DateInput)
    what = forms.ChoiceField(
        label=_("It"), choices=[("delivered", _("was delivered")), ("returned", _("came back"))]
    )
    proof = forms.CharField(
        label=_("Proof"),
        max_length=200,
        required=False,
        help_text=_("Tracking number, signature, receipt."),
    )

    def prepare(self) -> None:
        """Letters of which nothing is known yet."""
        from titleix.letters import rendering

        people = {party.id: party.label for party in self.flow.file.children["party"]}
        rows = [
            row
            for row in self.flow.file.children["delivery"]
            if row.delivered_on is None and row.returned_on is None
        ]
        rows.sort(key=lambda row: (row.sent_on, row.code, people[row.party_id]))
        choose(
            self,
            "delivery",
            [
                (
                    str(row.id),
                    f"{rendering.NAMES.get(row.code, row.code)}, {people[row.party_id]}, {row.sent_on:%d %b %Y}",
                )
                for row in rows
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Not before it was sent; what was delivered has a proof."""
        cleaned = super().clean() or {}
        row = next(
            (
                row
                for row in self.flow.file.children["delivery"]
                if str(row.id) == cleaned.get("delivery")
            ),
            None,
        )
        if (
            row is not None
            and cleaned.get("on")
            and not row.sent_on <= cleaned["on"] <= self.flow.turn.today
        ):
            self.add_error("on", _("Choose a day between the sending and today."))
        if cleaned.get("what") == "delivered" and not cleaned.get("proof"):
            self.add_error("proof", _("Say what proves it."))
        return cleaned


class LetterForm(PeopleForm):
    """A letter of a fixed text to people of the case."""

    code = forms.ChoiceField(
        label=_("Letter"),
        choices=[
            ("ACK", _("We have your report")),
            ("SUPPORT", _("Supportive measures offered")),
            ("RETALIATION", _("Retaliation is prohibited")),
        ],
    )
    lines = forms.CharField(
        label=_("Measures offered, one a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
        help_text=_("For the letter on supportive measures."),
    )
    on = forms.DateField(label=_("Sent on"), widget=DateInput)
    means = forms.ChoiceField(
        label=_("By"),
        choices=[("mail", _("Mail")), ("hand", _("Handed over")), ("email", _("E-mail with link"))],
    )
    field_order = ["code", "people", "lines", "on", "means"]

    def prepare(self) -> None:
        """Today, most of the time."""
        super().prepare()
        self.fields["on"].initial = self.flow.turn.today

    def clean_on(self) -> Any:
        """It has left."""
        return self.not_in_future("on")

    def clean(self) -> dict[str, Any]:
        """The letter on measures names them."""
        cleaned = super().clean() or {}
        if cleaned.get("code") == "SUPPORT" and not (cleaned.get("lines") or "").strip():
            self.add_error("lines", _("Name the measures that are offered."))
        return cleaned


class InspectionForm(EventForm):
    """Somebody looked at the evidence in the office."""

    party = forms.ChoiceField(label=_("Who"))
    field_order = ["party", "on"]

    def prepare(self) -> None:
        """Parties, their parents and advisors."""
        choose(self, "party", people_of(self, "complainant", "respondent", "parent", "advisor"))


class ExportForm(StepForm):
    """What was taken out of the house, with its hash."""

    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", label=_("Hash of the file"))
    what = forms.ChoiceField(
        label=_("What was taken"),
        choices=[
            ("file", _("the whole file")),
            ("redacted", _("a redacted copy")),
            ("key", _("the key of a redacted copy")),
        ],
    )
