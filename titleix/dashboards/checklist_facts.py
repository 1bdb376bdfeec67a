"""The facts of the checklist out of a case file that is at hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from casework.engine.casefile import CaseFile
from titleix.case import queries
from titleix.case.party_windows import over_on
from titleix.models import Party, Record, TitleIXCase
from titleix.rules import case_facts


def facts(file: CaseFile) -> case_facts.Facts:
    """The facts of the checklist out of a case file that is at hand."""
    case, records = file.case, file.children["record"]
    by_day = sorted(records, key=lambda row: row.on)
    by_code = {(row.kind, row.code): row.on for row in by_day}
    done_by_kind = {row.kind: row.on for row in by_day}
    decided = _decided_appeals(records)
    sides = queries.people(file, Party.Part.COMPLAINANT, Party.Part.RESPONDENT)
    parties = {row.id for row in sides}
    return case_facts.Facts(
        outcome=case.outcome,
        screened_on=_screened_on(case, records),
        complaint_on=case.complaint_on,
        second_reader_open=case.second_reader_open,
        second_read_on=by_code.get(("SCREENING", "second_reader")),
        contacted_on=done_by_kind.get(Record.Kind.CONTACT),
        records=_without_dismissal(records),
        sent=_sent(file),
        due={clock.kind: clock.due for clock in file.running},
        duties_done={row.code: row.on for row in records if row.kind == Record.Kind.DUTY},
        duties_open=_open_duties(file),
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
        dismissed_on=_dismissed_on(records),
        informal="CONSENT" in done_by_kind,
        agreed_on=done_by_kind.get(Record.Kind.AGREEMENT),
        responsible=case.responsible,
        final=case.state in ("FINAL", "REMEDIES", "CLOSED", "T9_CLOSED"),
        closed_on=case.closed_on,
        closed_reason=case.closed_reason,
        district=_is_district(case),
    )


def _screened_on(case: TitleIXCase, records: Collection[Record]) -> date | None:
    """When the outcome that holds now was last found."""
    kind = Record.Kind.SCREENING
    days = (row.on for row in records if row.kind == kind and row.code == case.outcome)
    return max(days, default=None)


def _open_duties(file: CaseFile) -> list[str]:
    """The keys of the duties of state law that are not done yet."""
    kinds = [task.kind for task in file.tasks if task.kind.startswith("DUTY_")]
    return [kind.removeprefix("DUTY_").lower() for kind in kinds]


def _decided_appeals(records: Collection[Record]) -> list[Record]:
    appeals = (row for row in records if row.kind == Record.Kind.APPEAL)
    return [row for row in appeals if row.code.startswith("decided_")]


def _dismissed_on(records: Collection[Record]) -> date | None:
    return max((row.on for row in records if row.code.startswith("dismissed_")), default=None)


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
