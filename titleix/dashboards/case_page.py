"""What only the page of a Title IX case shows: the checklist, both dates, people, records,
letters with proof, windows."""

from __future__ import annotations

from collections.abc import Collection
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
from titleix.case.party_windows import over_on, windows
from titleix.export import export_permission
from titleix.intake import similar_reports
from titleix.models import Assignment, Delivery, Party, Record, TitleIXCase
from titleix.outcomes.dismissal import DismissForm
from titleix.rules import checklist, timelines
from titleix.rules.separation_of_duties import ROLES
from titleix.screening.forms import OUTCOMES

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
LETTERS = {
    "ACK": _("acknowledgement"),
    "NOTICE": _("notice of allegations"),
    "NOTICE_SUPPLEMENT": _("supplemental notice"),
    "EVIDENCE": _("evidence"),
    "REPORT": _("investigative report"),
    "DETERMINATION": _("determination"),
    "DISMISSAL": _("dismissal"),
    "OUTCOME": _("outcome"),
    "SCHOOL_OUTCOME": _("outcome of the inquiry"),
    "INTERVIEW": _("notice of an interview"),
    "SUPPORT": _("supportive measures"),
    "EXTENSION": _("notice of an extension"),
    "APPEAL_NOTICE": _("notice of an appeal"),
    "APPEAL_DECISION": _("decision on the appeal"),
    "IR_NOTICE": _("notice of informal resolution"),
    "IR_CONSENT": _("consent to informal resolution"),
    "EMERGENCY_REMOVAL": _("emergency removal"),
    "INFO": _("question to the reporter"),
    "REFERRAL": _("referral"),
    "CLOSING": _("closing letter"),
    "RETALIATION": _("protection from retaliation"),
}
MEANS = {
    "mail": _("by mail"),
    "hand": _("handed over"),
    "email": _("by e-mail with a link"),
    "portal": _("by the private link"),
}


def facts(file: CaseFile) -> checklist.Facts:
    """The facts of the checklist out of a case file that is at hand."""
    case, records = file.case, file.children["record"]
    by_code = {(row.kind, row.code): row.on for row in sorted(records, key=lambda row: row.on)}
    screened = [
        row.on for row in records if row.kind == Record.Kind.SCREENING and row.code == case.outcome
    ]
    duties = {row.code: row.on for row in records if row.kind == Record.Kind.DUTY}
    done_by_kind = {row.kind: row.on for row in sorted(records, key=lambda row: row.on)}
    decided = [
        row for row in records if row.kind == Record.Kind.APPEAL and row.code.startswith("decided_")
    ]
    parties = {
        row.id for row in queries.people(file, Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
    }
    return checklist.Facts(
        outcome=case.outcome,
        screened_on=max(screened, default=None),
        complaint_on=case.complaint_on,
        second_reader_open=case.second_reader_open,
        second_read_on=by_code.get(("SCREENING", "second_reader")),
        contacted_on=done_by_kind.get(Record.Kind.CONTACT),
        records=_without_dismissal(records),
        sent=_sent(file),
        due={clock.kind: clock.due for clock in file.running},
        duties_done=duties,
        duties_open=[
            task.kind.removeprefix("DUTY_").lower()
            for task in file.tasks
            if task.kind.startswith("DUTY_")
        ],
        roles={row.role for row in file.children["assignment"] if row.ends_on is None},
        sides=len(parties),
        heard=len({row.party_id for row in records if row.kind == Record.Kind.INTERVIEW} & parties),
        handed_in=len(queries.handed_in(file)),
        handed_in_open=len(queries.handed_in(file, unsorted=True)),
        questions={row.code: row.on for row in records if row.kind == Record.Kind.QUESTION},
        evidence_over_on=over_on(file, "EVIDENCE"),
        report_over_on=over_on(file, "REPORT"),
        appealed_on=by_code.get(("APPEAL", "filed")),
        appeal_decided_on=max((row.on for row in decided), default=None),
        appeal_sent_back=any(row.code == "decided_sent_back" for row in decided),
        dismissed_on=max(
            (row.on for row in records if row.code.startswith("dismissed_")), default=None
        ),
        informal="CONSENT" in done_by_kind,
        agreed_on=done_by_kind.get(Record.Kind.AGREEMENT),
        responsible=case.responsible,
        final=case.state in ("FINAL", "REMEDIES", "CLOSED", "T9_CLOSED"),
        closed_on=case.closed_on,
        closed_reason=case.closed_reason,
        district=_is_district(case),
    )


def _is_district(case: TitleIXCase) -> bool:
    """Under the grievance process of 106.45: the district's level, but not its inquiry without a
    complaint."""
    return case.level == TitleIXCase.Level.DISTRICT and not case.state.startswith("S_")


def _without_dismissal(records: Collection[Record]) -> dict[str, date]:
    rows = [
        row for row in records if not row.code.startswith("dismissed_") and row.code != "review"
    ]
    return {row.kind: row.on for row in sorted(rows, key=lambda row: row.on)}


def _sent(file: CaseFile) -> dict[str, date]:
    return {
        row.code: row.sent_on
        for row in sorted(file.children["delivery"], key=lambda row: row.sent_on)
    }


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


CODES = {
    **dict(OUTCOMES),
    "proposed": _("proposed by the school"),
    "again": _("screened again"),
    "complainant": _("signed by the complainant"),
    "complainant_parent": _("signed by a parent"),
    "coordinator": _("signed by the coordinator"),
    "noticed": _("stands in a notice"),
    "appeal": _("in the appeal"),
    "follow_up": _("follow-up question"),
    "waived": _("has no questions"),
    "later": _("will name one later"),
    "none": _("wants none now"),
    "closing": _("closing"),
    "check_30": _("after 30 days"),
    "check_60": _("after 60 days"),
    "check_90": _("after 90 days"),
    "check_in": _("check-in"),
    "measures": _("review of the measures"),
    "planned": _("planned"),
    "cancelled": _("cancelled"),
    "referred": _("referred"),
    "told": _("told"),
    "mutual": _("binds both"),
    "one_sided": _("binds one"),
    "declined": _("stays at the school"),
    "withdrawn": _("in writing"),
    "goes_on": _("the coordinator goes on"),
    "not_signed": _("the coordinator did not sign"),
    "school_dismissed": _("ended without findings"),
    "decided_upheld": _("upheld"),
    "decided_changed": _("changed"),
    "decided_sent_back": _("sent back"),
    "challenge_upheld": _("the removal stays"),
    "challenge_lifted": _("the removal is lifted"),
    "challenge_waived": _("not challenged"),
    "granted": _("granted"),
    "partly": _("granted in part"),
    "disability": _("for a disability"),
    "language": _("for a language"),
    **{f"dismissed_{ground}": label for ground, label in DismissForm.GROUNDS},
    "offered": _("offered"),
    "accepted": _("accepted"),
    "refused": _("refused"),
    "held": _("held"),
    "relied": _("relied on"),
    "not_relied": _("not relied on"),
    "alleged": "",
    "review": _("review"),
    "substantiated": _("substantiated"),
    "inconclusive": _("inconclusive"),
    "not_substantiated": _("not substantiated"),
    "responsible": _("responsible"),
    "not_responsible": _("not responsible"),
    "filed": _("filed"),
    "escalated": _("escalated"),
    "second_reader": _("second reader"),
    "reopened": _("reopened"),
    "evidence_answered": _("answer to the evidence"),
    "evidence_waived": _("waived its time (evidence)"),
    "report_answered": _("answer to the report"),
    "report_waived": _("waived its time (report)"),
    "question": _("asked the reporter"),
    "answer": _("the reporter wrote"),
    "asked": _("question"),
    "answered": _("answer"),
    "excluded": _("excluded"),
    "finished": _("finished"),
    "remedy": _("remedy"),
    "sanction": _("sanction"),
    "determination": "",
    "report": "",
    "signed": _("signed"),
    "portal_response": _("answer by link"),
    "portal_waiver": _("gives up its time, by link"),
    "portal_question": _("question by link"),
    "portal_file": _("file by link"),
    "both": _("both parties"),
    "removed": _("removed"),
}


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
