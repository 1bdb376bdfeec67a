"""Evidence: the list, what a party handed in, who inspected it (34 CFR 106.45(b)(5)(vi))."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.workflow import Workflow, step, unmet
from casework.models import Attachment, Event
from titleix.case import queries
from titleix.case.forms import EventForm, RecordChoice, RecordForm, choose, long_text, people_of
from titleix.case.record_rows import add_from_form, chosen_record
from titleix.case.states import COORDINATE, INVESTIGATE, OPEN, SCHOOL, state
from titleix.models import Inspection, Record, TitleIXCase


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
        super().prepare()
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        by = {
            row.attachment_id: people.get(row.party_id, "")
            for row in queries.handed_in(self.flow.file)
        }
        attachments = Attachment.objects.filter(
            case_id=self.flow.case.pk, state=Attachment.State.CLEAN
        ).order_by("uploaded_at")
        handed = _("%(file)s (handed in by %(who)s)")
        names = [
            (
                str(row.pk),
                handed % {"file": row.name, "who": by[row.pk]} if row.pk in by else row.name,
            )
            for row in attachments
        ]
        choose(self, "attachment", [("", "–"), *names])


class SetAsideForm(RecordChoice):
    """A file that a party handed in, and why it is not directly related."""

    kind = Record.Kind.STATEMENT
    codes = ("portal_file",)
    text = long_text(_("Why it is not directly related"))

    def name_of(self, row: Record) -> str:
        """By its name and who handed it in."""
        people = {party.id: party.label for party in self.flow.file.children["party"]}
        return f"{row.data.get('title', '')} · {people.get(row.party_id, '')} · {row.on:%d %b %Y}"


class InspectionForm(EventForm):
    """Somebody looked at the evidence in the office."""

    party = forms.ChoiceField(label=_("Who"))
    field_order = ["party", "on"]

    def prepare(self) -> None:
        """Parties, their parents and advisors."""
        choose(self, "party", people_of(self, "complainant", "respondent", "parent", "advisor"))


class Evidence(Workflow):
    """The list of the evidence and the inspection log."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Add evidence"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=EvidenceForm,
        event=Event.Kind.FACT,
        does=_("Puts a piece of evidence on the list, also what the district will not rely on."),
    )
    def add_evidence(self) -> None:
        """Also what the district will not rely on (34 CFR 106.45(b)(5)(vi)).

        A piece that comes after the package went out needs a new round.
        """
        code = "relied" if self.data["relied_on"] else "not_relied"
        row = add_from_form(
            self,
            Record.Kind.EVIDENCE,
            code=code,
            title=self.data["title"],
            source=self.data.get("source") or "",
        )
        row.attachment_id = UUID(self.data["attachment"]) if self.data.get("attachment") else None
        for handed in [
            record
            for record in queries.handed_in(self.file, unsorted=True)
            if record.attachment_id == row.attachment_id
        ]:
            handed.closed_on, handed.data = self.turn.today, {**handed.data, "evidence": row.number}
            self.file.touch(handed)
        self.turn.data = {"record": row.kind, "number": row.number}

    @step(
        state,
        source=OPEN,
        label=_("Set a file aside that a party handed in"),
        by=(INVESTIGATE, SCHOOL, COORDINATE),
        form=SetAsideForm,
        event=Event.Kind.FACT,
        does=_(
            "Keeps why the file is not directly related to the allegations. It stays on file, and "
            "the other party does not get it."
        ),
        conditions=[
            lambda flow: unmet(
                bool(queries.handed_in(flow.file, unsorted=True)), _("No file waits to be sorted.")
            )
        ],
        cite="34 CFR 106.45(b)(5)(vi)",
    )
    def set_aside(self) -> None:
        """What is not directly related stays on file with the reason."""
        row = chosen_record(self)
        row.closed_on, row.data = self.turn.today, {**row.data, "aside": self.data["text"]}
        self.file.touch(row)
        self.case.last_action_on = self.turn.today
        self.turn.data = {"record": row.kind, "number": row.number}

    @step(
        state,
        source=OPEN,
        label=_("Record an inspection in the office"),
        by=(INVESTIGATE, COORDINATE),
        form=InspectionForm,
        event=Event.Kind.FACT,
        does=_("Keeps that a party or an advisor looked at the evidence in the office."),
        conditions=[
            lambda flow: unmet(
                bool(queries.deliveries(flow.file, "EVIDENCE")),
                _("The evidence has not been sent yet."),
            )
        ],
    )
    def record_inspection(self) -> None:
        """An entry of the inspection log: who looked at the evidence in the office, when."""
        row = Inspection(id=uuid4(), how=Inspection.How.OFFICE, at=self.turn.now)
        row.case_id, row.party_id, row.user_id = (
            self.case.id,
            UUID(self.data["party"]),
            self.actor_id,
        )
        self.file.add(row)
        self.effective_on = self.data["on"]
        self.turn.data = {"on": self.data["on"]}
