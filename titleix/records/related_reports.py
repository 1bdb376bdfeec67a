"""Reports that belong together: merged, taken out again, consolidated, retaliation as a report of its own; another pack."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from casework.engine.errors import Invalid
from casework.engine.workflow import Workflow
from titleix.case import queries, retention, screening_outcome
from titleix.models import Party, Record, TitleIXCase
from titleix.records.records_writing import add
from titleix.rules import rule_versions

DAY0_KINDS = ("school_investigation", "district_investigation")


def merge(flow: Workflow, target: TitleIXCase, link: str) -> None:
    """This report goes on in the other case; its clocks end as MERGED, and the earliest day 0 wins there (B3.1)."""
    file, case = flow.file, flow.case
    if retention.holds_on(case):
        raise Invalid(
            {"duplicate_of": [_("A legal hold covers this report: it cannot be merged away.")]}
        )
    day0 = min(
        [
            queries.known_on(file),
            *(clock.day0 for clock in file.running if clock.kind in DAY0_KINDS),
        ]
    )
    people = [_plain(party) for party in queries.people(file)]
    told = {
        "number": case.number,
        "link": link,
        "day0": day0,
        "known_at": case.knowledge_at,
        "people": people,
        "allegations": [row.text for row in queries.records(file, Record.Kind.ALLEGATION)]
        if link == TitleIXCase.Link.CONSOLIDATED
        else [],
    }
    flow.merge_clocks(_("merged into %(number)s") % {"number": target.number})
    case.linked_id, case.link = target.pk, link
    flow.close_case("MERGED")
    number, turn = target.number, flow.turn
    file.later.append(lambda: _act(number, "take_in", turn, told))


def merge_by_number(flow: Workflow, link: str) -> None:
    """Make this case part of the open case that the form names."""
    target = screening_outcome.target_of(flow, {"duplicate_of": flow.data["number"]})
    if target is None:
        raise Invalid({"number": [_("There is no open case of this number that you may see.")]})
    add(
        flow,
        Record.Kind.LINK,
        flow.turn.today,
        text=flow.data["reason"],
        code=f"into_{link.lower()}",
        number_of=target.number,
    )
    merge(flow, target, link)
    flow.turn.data = {"into": target.number, "link": link}


def unmerge(flow: Workflow) -> None:
    """Out of the other case within 30 days; what its day 0 was moved by is moved back there."""
    case, turn = flow.case, flow.turn
    target = TitleIXCase.objects.get(pk=case.linked_id)
    case.linked_id, case.link, case.closed_on, case.closed_reason = None, "", None, ""
    if target.closed_on is None:
        flow.file.later.append(
            lambda: _act(target.number, "give_back", turn, {"number": case.number})
        )
    flow.turn.data = {}


def _act(number: str, step: str, turn: Any, data: dict[str, Any]) -> None:
    """A step of the machine on another case, in the same transaction."""
    from casework.engine import services

    services.act(number, step, actor=None, data=data, on=turn.today, now=turn.now)


def _plain(party: Party) -> dict[str, Any]:
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


def take_in(flow: Workflow) -> None:
    """Another report became part of this case: its people and allegations come along, the earliest day 0 wins (B3.1)."""
    from titleix.people.people_writing import enter_people

    data, file, case = flow.data, flow.file, flow.case
    there = {(party.part, party.name.casefold()) for party in queries.people(file) if party.name}
    here = {party.part for party in queries.people(file) if not party.name}
    new = [
        row
        for row in data["people"]
        if (row["part"], row["name"].casefold()) not in there
        and (row["name"] or row["part"] not in here)
    ]
    before = {
        clock.kind: clock.day0.isoformat() for clock in file.running if clock.kind in DAY0_KINDS
    }
    known = case.knowledge_at.isoformat()
    enter_people(
        flow,
        new
        if data["link"] == TitleIXCase.Link.CONSOLIDATED
        else [row for row in new if row["part"] == "witness"],
    )
    for text in data["allegations"]:
        add(flow, Record.Kind.ALLEGATION, flow.turn.today, text=text, code="consolidated")
    case.knowledge_at = min(case.knowledge_at, data["known_at"])
    moved = move_day0(flow, data["day0"], _("merged with %(number)s") % {"number": data["number"]})
    add(
        flow,
        Record.Kind.LINK,
        flow.turn.today,
        code=data["link"],
        number_of=data["number"],
        day0=before if moved else {},
        known_at=known,
    )
    flow.turn.data = {"number": data["number"], "link": data["link"], "moved": moved}


def move_day0(flow: Workflow, day0: date, reason: str) -> bool:
    """Rebase the promises of the inquiry or investigation that count from a later day; whether one did."""
    later = [clock for clock in flow.file.running if clock.kind in DAY0_KINDS and clock.day0 > day0]
    for clock in later:
        flow.rebase_clock(clock, day0, reason)
    return bool(later)


def give_back(flow: Workflow) -> None:
    """The other report leaves again: day 0 goes back where it came from, unless another merge still holds it there."""
    links = [row for row in queries.records(flow.file, Record.Kind.LINK) if row.closed_on is None]
    row = next((row for row in links if row.data.get("number_of") == flow.data["number"]), None)
    if row is not None:
        row.closed_on = flow.turn.today
        flow.file.touch(row)
        others = [other for other in links if other is not row and other.data.get("day0")]
        for clock in [
            clock
            for clock in flow.file.running
            if clock.kind in row.data.get("day0", {}) and not others
        ]:
            flow.rebase_clock(
                clock,
                date.fromisoformat(row.data["day0"][clock.kind]),
                f"without {flow.data['number']}",
            )
    flow.turn.data = {"number": flow.data["number"]}


def retaliation(flow: Workflow) -> None:
    """Retaliation is a report of its own, with its own day 0, linked to this one (34 CFR 106.71; T-42)."""
    data, file, turn, case = flow.data, flow.file, flow.turn, flow.case
    chosen = {str(party.id): party for party in queries.people(file)}
    people = [_plain(chosen[data["party"]]) | {"part": Party.Part.COMPLAINANT.value}]
    people += [
        _plain(chosen[one]) | {"part": Party.Part.RESPONDENT.value}
        for one in data["by"]
        if one != data["party"]
    ]

    def open_it() -> None:
        from titleix.case.open_report import open_report

        open_report(
            school=case.school,
            narrative=data["narrative"],
            knowledge_at=queries.moment(data["on"]),
            channel="staff",
            people=people,
            received_by=turn.actor,
            linked=case,
            link=TitleIXCase.Link.RETALIATION,
            now=turn.now,
            today=turn.today,
        )

    file.later.append(open_it)
    turn.data = {"on": data["on"]}


def migrate(flow: Workflow) -> None:
    """The case goes on under another pack of rules, by an order that is on file (B1)."""
    old, new = flow.case.rules, rule_versions.pack(flow.data["rules"]).rules
    add(
        flow,
        Record.Kind.LINK,
        flow.turn.today,
        text=flow.data["reason"],
        code="rules",
        order=flow.data["order"],
        old=old,
        new=new,
    )
    flow.case.rules = new
    flow.turn.data = {"from": old, "to": new}
