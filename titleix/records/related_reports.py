"""Reports that belong together: merged, taken out, consolidated (34 CFR 106.45(b)(4); B3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.access import rights
from casework.engine import services
from casework.engine.casefile import CaseFile
from casework.engine.errors import Invalid
from casework.engine.forms import ReasonForm, StepForm
from casework.engine.workflow import SYSTEM, Turn, Workflow, step, unmet
from casework.models import Event
from titleix.case import queries, retention
from titleix.case.conditions import kept
from titleix.case.forms import Cleaned, long_text
from titleix.case.record_rows import add
from titleix.case.states import COORDINATE, OPEN, SCHOOL_PATH, S, state
from titleix.models import Party, Record, TitleIXCase
from titleix.people.parties import enter_people

DAY0_KINDS = ("school_investigation", "district_investigation")


class DuplicateForm(StepForm):
    """Another open case that this one shall become part of."""

    number = forms.CharField(label=_("Case number"), max_length=24)
    reason = long_text(_("Why they belong together"))

    def clean_number(self) -> str:
        """An open case that one coordinates; a case that one may not know of does not exist."""
        number = str(self.cleaned_data["number"]).strip().upper()
        target = open_case_of(self.flow, {"duplicate_of": number})
        if target is None:
            raise forms.ValidationError(_("There is no open case of this number that you may see."))
        self.target = target
        return number


class ConsolidateForm(DuplicateForm):
    """Complaints that arise from the same facts (34 CFR 106.45(b)(4))."""

    same_facts = forms.BooleanField(
        label=_("The allegations arise from the same facts or circumstances")
    )

    def clean_number(self) -> str:
        """The other one is a formal complaint whose evidence has not gone out."""
        number = super().clean_number()
        if self.target.state not in ("FORMAL_COMPLAINT", "NOTICED", "INVESTIGATING"):
            raise forms.ValidationError(
                _("The other complaint is not at a stage at which another can join it.")
            )
        return number


def merged_lately(flow: Workflow) -> object:
    """Taken out of another case within 30 days (B3.1)."""
    since = flow.case.closed_on
    return unmet(
        since is not None and (flow.turn.today - since).days <= 30,
        _("It was made part of the other case more than 30 days ago."),
    )


class RelatedReports(Workflow):
    """Reports that belong together: merged, taken out again, consolidated."""

    case: TitleIXCase

    @step(
        state,
        source=[S.RECEIVED, S.SCREENING, S.INFO_REQUESTED, *SCHOOL_PATH, S.FC_PENDING],
        target=S.MERGED,
        label=_("Make it part of another case"),
        by=(COORDINATE,),
        form=DuplicateForm,
        does=_(
            "The same incident is open already: this report goes on there; the earliest day 0 wins."
        ),
    )
    def merge(self) -> None:
        """B3.1: may be undone within 30 days."""
        merge_by_number(self, TitleIXCase.Link.MERGED)

    @step(
        state,
        source=S.MERGED,
        target=S.SCREENING,
        label=_("Take out of the other case"),
        by=(COORDINATE,),
        form=ReasonForm,
        starts=("screening",),
        does=_(
            "Takes the report out of the other case; its screening begins anew, and day 0 there "
            "goes back."
        ),
        conditions=[merged_lately, kept],
    )
    def unmerge(self) -> None:
        """Within 30 days; what its day 0 was moved by is moved back there (B3.1)."""
        case, turn = self.case, self.turn
        assert case.linked_id is not None
        target = TitleIXCase.objects.get(pk=case.linked_id)
        case.linked_id, case.link, case.closed_on, case.closed_reason = None, "", None, ""
        if target.closed_on is None:
            self.file.later.append(
                lambda: act_on(target.number, "give_back", turn, {"number": case.number})
            )
        self.turn.data = {}

    @step(
        state,
        source=[S.FORMAL_COMPLAINT, S.NOTICED, S.INVESTIGATING],
        target=S.MERGED,
        label=_("Consolidate with another complaint"),
        by=(COORDINATE,),
        form=ConsolidateForm,
        cite="34 CFR 106.45(b)(4)",
        does=_(
            "Complaints from the same facts go on as one case: people and allegations come along, "
            "the earliest day 0 wins, a supplemental notice follows."
        ),
    )
    def consolidate(self) -> None:
        """Where the allegations arise out of the same facts or circumstances."""
        merge_by_number(self, TitleIXCase.Link.CONSOLIDATED)

    @step(
        state,
        source=OPEN,
        label=_("Another report was made part of this case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def take_in(self) -> None:
        """People and allegations come along, the earliest day 0 wins (B3.1)."""
        data, case = self.data, self.case
        before = {
            clock.kind: clock.day0.isoformat()
            for clock in self.file.running
            if clock.kind in DAY0_KINDS
        }
        known = case.knowledge_at.isoformat()
        enter_people(self, _newcomers(self.file, data))
        for text in data["allegations"]:
            add(self, Record.Kind.ALLEGATION, self.turn.today, text=text, code="consolidated")
        case.knowledge_at = min(case.knowledge_at, data["known_at"])
        moved = move_day0(
            self, data["day0"], gettext("merged with %(number)s") % {"number": data["number"]}
        )
        add(
            self,
            Record.Kind.LINK,
            self.turn.today,
            code=data["link"],
            number_of=data["number"],
            day0=before if moved else {},
            known_at=known,
        )
        self.turn.data = {"number": data["number"], "link": data["link"], "moved": moved}

    @step(
        state,
        source=OPEN,
        label=_("A report was taken out of this case"),
        by=(SYSTEM,),
        event=Event.Kind.FACT,
        work=False,
    )
    def give_back(self) -> None:
        """Day 0 goes back where it came from, unless another merge still holds it there."""
        links = [
            row for row in queries.records(self.file, Record.Kind.LINK) if row.closed_on is None
        ]
        row = next((row for row in links if row.data.get("number_of") == self.data["number"]), None)
        if row is not None:
            row.closed_on = self.turn.today
            self.file.touch(row)
            others = [other for other in links if other is not row and other.data.get("day0")]
            for clock in [
                clock
                for clock in self.file.running
                if clock.kind in row.data.get("day0", {}) and not others
            ]:
                self.rebase_clock(
                    clock,
                    date.fromisoformat(row.data["day0"][clock.kind]),
                    f"without {self.data['number']}",
                )
        self.turn.data = {"number": self.data["number"]}


def open_case_of(flow: Workflow, data: Cleaned) -> TitleIXCase | None:
    """The open case of which this report is a duplicate, if the user may see it."""
    number = str(data.get("duplicate_of") or "").strip().upper()
    target = (
        TitleIXCase.objects.filter(number=number, closed_on=None).exclude(pk=flow.case.pk).first()
    )
    return target if target and rights.can(flow.turn.actor, "coordinate_cases", target) else None


def merge_by_number(flow: Workflow, link: str) -> None:
    """Make this case part of the open case that the form names."""
    target = open_case_of(flow, {"duplicate_of": flow.data["number"]})
    if target is None:
        raise Invalid(
            {"number": [gettext("There is no open case of this number that you may see.")]}
        )
    add(
        flow,
        Record.Kind.LINK,
        flow.turn.today,
        text=flow.data["reason"],
        code=f"into_{link.lower()}",
        number_of=target.number,
    )
    merge_into(flow, target, link)
    flow.turn.data = {"into": target.number, "link": link}


def merge_into(flow: Workflow, target: TitleIXCase, link: str) -> None:
    """This report goes on in the other case; its clocks end as MERGED, and the earliest day 0 wins
    there (B3.1).
    """
    file, case = flow.file, flow.case
    if retention.holds_on(case):
        raise Invalid(
            {
                "duplicate_of": [
                    gettext("A legal hold covers this report: it cannot be merged away.")
                ]
            }
        )
    day0 = min(
        [
            queries.known_on(file),
            *(clock.day0 for clock in file.running if clock.kind in DAY0_KINDS),
        ]
    )
    contents = {
        "number": case.number,
        "link": link,
        "day0": day0,
        "known_at": case.knowledge_at,
        "people": [as_values(party) for party in queries.people(file)],
        "allegations": [row.text for row in queries.records(file, Record.Kind.ALLEGATION)]
        if link == TitleIXCase.Link.CONSOLIDATED
        else [],
    }
    flow.merge_clocks(gettext("merged into %(number)s") % {"number": target.number})
    case.linked_id, case.link = target.pk, link
    flow.close_case("MERGED")
    number, turn = target.number, flow.turn
    file.later.append(lambda: act_on(number, "take_in", turn, contents))


def _newcomers(file: CaseFile, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The people of another report who are not in this case; of a merged report witnesses alone."""
    there = {(party.part, party.name.casefold()) for party in queries.people(file) if party.name}
    nameless = {party.part for party in queries.people(file) if not party.name}
    new = [
        row
        for row in data["people"]
        if (row["part"], row["name"].casefold()) not in there
        and (row["name"] or row["part"] not in nameless)
    ]
    if data["link"] == TitleIXCase.Link.CONSOLIDATED:
        return new
    return [row for row in new if row["part"] == "witness"]


def as_values(party: Party) -> dict[str, Any]:
    """A person as values, to be entered in another case."""
    names = (
        "part",
        "kind",
        "student_id",
        "user_id",
        "name",
        "nicknames",
        "address",
        "email",
        "phone",
        "language",
        "minor",
        "plan",
    )
    return {name: getattr(party, name) for name in names}


def act_on(number: str, step: str, turn: Turn, data: dict[str, Any]) -> None:
    """A step of the machine on another case, in the same transaction."""
    services.act(number, step, actor=None, data=data, on=turn.today, now=turn.now)


def move_day0(flow: Workflow, day0: date, reason: str) -> bool:
    """Rebase the promises of the inquiry or investigation that count from a later day; whether one
    did.
    """
    later = [clock for clock in flow.file.running if clock.kind in DAY0_KINDS and clock.day0 > day0]
    for clock in later:
        flow.rebase_clock(clock, day0, reason)
    return bool(later)
