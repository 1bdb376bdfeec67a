"""What only the page of a Title IX case shows: the checklist, both dates, people, records,
letters with proof, windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from casework.access import rights as case_rights
from casework.engine.casefile import CaseFile
from casework.engine.services import local_today
from casework.models import Clock, Disposal
from titleix.case import inspection_log, queries
from titleix.case.context import Beside, beside
from titleix.case.party_windows import windows
from titleix.dashboards.checklist_facts import facts
from titleix.dashboards.labels import CODES, LETTERS, MEANS
from titleix.export import export_permission
from titleix.intake import similar_reports
from titleix.models import Assignment, Delivery, Party, Record, TitleIXCase
from titleix.rules import checklist, timelines
from titleix.rules.separation_of_duties import ROLES

# Who holds a function in the case sees its people by name; a mere reader sees labels.
FUNCTIONS = (
    "coordinate_cases",
    "investigate_cases",
    "decide_cases",
    "appeal_cases",
    "facilitate_cases",
    "administer_cases",
    "approve_cases",
)


@dataclass(frozen=True)
class Dates:
    """How long it is known, and by when it was promised: the commitment (from knowledge) and the
    procedure (from the formal complaint), which differ after an escalation or a late complaint
    (B2.4)."""

    known_on: date
    days_known: int
    commitment: date | None
    procedure: date | None
    both: bool


def dates_of(file: CaseFile) -> Dates:
    """Both dates of a case."""
    known, case = queries.known_on(file), file.case
    clock = next(
        (
            clock
            for clock in file.running
            if clock.kind in ("district_investigation", "school_investigation")
        ),
        None,
    )
    until = case.closed_on or local_today()
    district = case.level == TitleIXCase.Level.DISTRICT
    by_complaint = None
    if district and case.complaint_on:
        by_complaint = timelines.due(
            case.complaint_on, queries.span(file, "district_investigation"), file.calendar
        ).due
    escalated = any(
        row.code not in ("asked", "declined")
        for row in queries.records(file, Record.Kind.ESCALATION)
    )
    return Dates(
        known, (until - known).days, _commitment(clock), by_complaint, both=escalated and district
    )


def _commitment(clock: Clock | None) -> date | None:
    return clock.due if clock else None


def panel(file: CaseFile, user: Any) -> dict[str, Any]:
    """The context of titleix/case.html: one statement for what stands beside the case file, one
    for matches."""
    case = file.case
    names = any(case_rights.can(user, function, case) for function in FUNCTIONS) or _in_emergency(
        user, case
    )
    near = beside(file, user.pk)
    staff = near.names
    found = facts(file)
    labels = {party.id: party.label for party in file.children["party"]}
    duties = checklist.items(found)
    return {
        "checklist": duties,
        "not_asked": [item for item in duties if item.status is checklist.Status.NOT_APPLICABLE],
        "dates": dates_of(file),
        "people": _people(file),
        "names": names,
        "level": case.get_level_display(),
        "assignments": [
            (dict(ROLES).get(row.role, row.role), staff.get(row.user_id, ""), row)
            for row in _assignments(file)
        ],
        "records": _records(file, labels, staff),
        "deliveries": _deliveries(file, labels),
        "receivers": _receivers(file, labels),
        "spans": windows(file),
        "narrative": case.narrative if names else "",
        "coordinates": case_rights.can(user, "coordinate_cases", case),
        "matches": similar_reports.matches(file, user),
        "case": case,
        "disposal": _disposal(near),
        "looks": _looks(file, user),
        "takes": export_permission.may_take(user, case),
        "linked": _linked(case, user),
    }


def _looks(file: CaseFile, user: Any) -> list[tuple[inspection_log.Look, Any]]:
    """The inspection log with what was looked at in words; there is none before something was
    sent."""
    found = inspection_log.looks(file, user.pk) if file.children["delivery"] else []
    return [
        (
            look,
            LETTERS.get(look.letter, look.letter)
            or (_("file of the evidence") if look.file else _("evidence")),
        )
        for look in found
    ]


def _linked(case: TitleIXCase, user: Any) -> str:
    """The number of the case of which this one is part or which it follows, for who may see that
    one too."""
    found = (
        case_rights.visible(user, "TIX")
        .filter(pk=case.linked_id)
        .values_list("number", flat=True)
        .first()
        if case.linked_id
        else None
    )
    return str(found or "")


def _disposal(near: Beside) -> Disposal | None:
    """With the two people, where there is one."""
    return (
        Disposal.objects.select_related("proposed_by", "confirmed_by").get(pk=near.disposal.pk)
        if near.disposal
        else None
    )


def _in_emergency(user: Any, case: TitleIXCase) -> bool:
    """Who broke the glass has said why and is on record: they see what they came for."""
    rights = case_rights.rights(user, case)
    return "view_cases" in rights.lent and rights.emergency


def _people(file: CaseFile) -> list[tuple[Party, str, list[Party]]]:
    """Everybody in the case, each with who acts for them; those who act stand under whom they
    act for."""
    everybody = queries.people(file)
    acting = {Party.Part.PARENT, Party.Part.ADVISOR}
    top = [party for party in everybody if party.part not in acting or party.acts_for_id is None]
    return [
        (party, party.label, [other for other in everybody if other.acts_for_id == party.id])
        for party in top
    ]


def _assignments(file: CaseFile) -> list[Assignment]:
    return sorted(
        file.children["assignment"],
        key=lambda row: (row.ends_on is not None, row.role, row.starts_on),
    )


@dataclass(frozen=True)
class Shown:
    """A record as the page shows it."""

    number: int
    on: date
    party: str
    code: str
    text: str
    by: str
    title: str
    attachment: UUID | None = None
    became: Any = ""


def _records(
    file: CaseFile, labels: dict[Any, str], staff: dict[int, str]
) -> list[tuple[Any, list[Shown]]]:
    """The records by their kind, in the order in which a case makes them."""
    found = []
    for kind in Record.Kind:
        rows = queries.records(file, kind)
        if rows:
            shown = [
                Shown(
                    row.number,
                    row.on,
                    labels.get(row.party_id, ""),
                    str(CODES.get(row.code, row.code.replace("_", " "))),
                    row.text,
                    staff.get(row.by_id or 0, ""),
                    str(row.data.get("title", "")),
                    row.attachment_id,
                    _became(row),
                )
                for row in rows
            ]
            found.append((kind.label, shown))
    return found


def _became(row: Record) -> Any:
    """What became of a file that a party handed in."""
    if row.code != "portal_file":
        return ""
    if row.closed_on is None:
        return _("not sorted yet")
    number = row.data.get("evidence")
    return (
        _("evidence no. %(n)s") % {"n": number}
        if number
        else _("set aside: %(why)s") % {"why": row.data.get("aside", "")}
    )


def _receivers(file: CaseFile, labels: dict[Any, str]) -> dict[UUID, str]:
    """To whom each letter went, by their labels."""
    found: dict[UUID, list[str]] = {}
    for row in file.children["delivery"]:
        if row.document_id:
            found.setdefault(row.document_id, []).append(labels.get(row.party_id, ""))
    return {pk: ", ".join(dict.fromkeys(who)) for pk, who in found.items()}


def _deliveries(file: CaseFile, labels: dict[Any, str]) -> list[tuple[Any, str, Any, Delivery]]:
    rows = sorted(
        file.children["delivery"],
        key=lambda row: (row.sent_on, row.code, labels.get(row.party_id, "")),
        reverse=True,
    )
    return [
        (
            LETTERS.get(row.code, row.code),
            labels.get(row.party_id, ""),
            MEANS.get(row.means, row.means),
            row,
        )
        for row in rows
    ]
