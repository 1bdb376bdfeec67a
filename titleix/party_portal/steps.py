"""The steps of parties' private links: make one, take it back, keep what came by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.engine.forms import StepForm
from casework.engine.workflow import SYSTEM, Workflow, step, unmet
from casework.models import Event
from titleix.case import queries
from titleix.case.forms import PartyChoice
from titleix.case.states import COORDINATE, OPEN, Stage, state
from titleix.models import Party, PartyLink, Record, TitleIXCase
from titleix.party_portal import links


class LinkForm(PartyChoice):
    """A link for one person."""

    parts = (Party.Part.COMPLAINANT, Party.Part.RESPONDENT, Party.Part.PARENT, Party.Part.ADVISOR)
    with_code = forms.BooleanField(
        label=_("Ask for a code as well"),
        required=False,
        initial=True,
        help_text=_("Tell the code by another way than the link."),
    )
    days = forms.IntegerField(label=_("Valid for how many days"), min_value=1, max_value=365)

    def prepare(self) -> None:
        """As long as the policy says."""
        super().prepare()
        self.fields["days"].initial = self.flow.policy.get("portal.days", 60)


def open_links(flow: Workflow) -> list[PartyLink]:
    """The links of the case that are not taken back."""
    return sorted(
        (row for row in flow.file.children["party_link"] if row.revoked_at is None),
        key=lambda row: row.made_at,
    )


class EndLinkForm(StepForm):
    """Which link."""

    link = forms.ChoiceField(label=_("Link"))

    def prepare(self) -> None:
        """Those that are not taken back."""
        field = self.fields["link"]
        assert isinstance(field, forms.ChoiceField)
        labels = {party.id: party.label for party in self.flow.file.children["party"]}
        field.choices = [
            (str(link.pk), f"{labels[link.party_id]} ({link.made_at:%d %b %Y})")
            for link in open_links(self.flow)
        ]


def waive(flow: Workflow, person: UUID | None) -> None:
    """The written waiver of a party, or of the parent who acts for it, in the open window."""
    party = next(row for row in queries.people(flow.file) if row.id == person)
    whose = links.whose(party)
    for sent in queries.deliveries(flow.file, links.ANSWERS_IN.get(flow.case.state, "")):
        if sent.party_id in whose and sent.closed_on is None:
            sent.closed_on, sent.waived = flow.turn.today, True
            flow.file.touch(sent)


def keep(flow: Workflow, code: str, text: str, kept: Mapping[str, str] | None = None) -> Record:
    """What came from a party: its words, or a file that lies in the case already (`id`, `name`) and
    waits to be sorted.
    """
    rows = queries.records(flow.file, Record.Kind.STATEMENT)
    row = Record(
        id=uuid4(),
        kind=Record.Kind.STATEMENT,
        number=queries.next_number(rows),
        on=flow.turn.today,
        code=code,
    )
    row.case_id, row.party_id, row.text = flow.case.id, UUID(flow.data["party"]), text
    row.data = {"to": links.ANSWERS_IN.get(flow.case.state, "")}
    if kept:
        row.attachment_id, row.data = UUID(kept["id"]), {**row.data, "title": kept["name"]}
    return flow.file.add(row)


class PrivateLinks(Workflow):
    """The private links of the parties, and what comes by them."""

    case: TitleIXCase

    @step(
        state,
        source=OPEN,
        label=_("Make a private link for a party"),
        by=(COORDINATE,),
        form=LinkForm,
        event=Event.Kind.ACCESS,
        does=_(
            "Makes a link to the packet of one person: their letters, the evidence that was sent "
            "to them, their dates, a way to answer. You send it yourself."
        ),
        conditions=[
            lambda flow: unmet(
                bool(queries.people(flow.file, *LinkForm.parts)), _("Nobody is in the case yet.")
            )
        ],
    )
    def make_party_link(self) -> None:
        """C10: each party sees only their packet."""
        link = PartyLink(
            id=uuid4(),
            made_at=self.turn.now,
            expires_on=self.turn.today + timedelta(days=self.data["days"]),
        )
        link.case_id, link.party_id, link.made_by = (
            self.case.id,
            UUID(self.data["party"]),
            self.turn.actor,
        )
        link.token = links.hashed(links.token_of(link.id))
        link.code = links.hashed(links.code_of(link.id)) if self.data["with_code"] else ""
        self.file.add(link)
        self.turn.data = {"link": str(link.id), "party": self.data["party"]}

    @step(
        state,
        source=list(Stage),
        label=_("Take a private link back"),
        by=(COORDINATE,),
        form=EndLinkForm,
        event=Event.Kind.ACCESS,
        conditions=[lambda flow: unmet(bool(open_links(flow)), _("No link is open."))],
        does=_("The link leads nowhere from now on."),
    )
    def end_party_link(self) -> None:
        """At once: every page of the packet asks."""
        pk, now = self.data["link"], self.turn.now
        self.file.later.append(lambda: PartyLink.objects.filter(pk=pk).update(revoked_at=now))
        self.turn.data = {"link": pk}

    @step(
        state,
        source=OPEN,
        label=_("Answer by the private link"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def party_answer(self) -> None:
        """What a party wrote is a record, and whoever works the case hears of it.

        A waiver is one: it closes the party's time on the day on which it comes (N9). An answer
        leaves the time to the party: it may write again until the end.
        """
        code, files = self.data["code"], self.data.get("files", ())
        rows = [] if code == links.FILE else [keep(self, code, self.data["text"])]
        rows += [
            keep(self, links.FILE, self.data["text"] if code == links.FILE else "", one)
            for one in files
        ]
        if code == "portal_waiver":
            waive(self, rows[0].party_id)
        self.case.last_action_on = self.turn.today
        self.alert(
            "PARTY_FILES" if files else "PARTY_ANSWERED", "coordinator", record=rows[0].number
        )
        self.turn.data = {
            "record": Record.Kind.STATEMENT,
            "number": rows[0].number,
            "code": code,
            "files": len(files),
        }
