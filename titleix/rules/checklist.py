"""What the rule asks next in one case: every duty in its order with its citation, and how far it
is.

Pure: facts in, items out; no database, no clock. Normative text: domain.md B1.1, B3.1-B3.3; 34
CFR Part 106 of 2020."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from titleix.rules import screening
from titleix.rules.screening import Outcome

Text = str | Promise


class Status(StrEnum):
    """How far a duty is."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True)
class Item:
    """One duty. `on`: when it was done; `due`: by when it must be, where a promise runs or a
    window is open."""

    key: str
    label: Text
    cite: Text
    status: Status
    on: date | None = None
    due: date | None = None
    who: str = "coordinate_cases"
    side: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps by which it is done, those that come first in front."""
        return STEPS.get("duty" if self.key.startswith("duty_") else self.key, ())


@dataclass(frozen=True)
class Facts:
    """What the checklist needs to know. `records` and `sent`: kind or letter -> the latest date;
    `due`: promise -> date, of those that run; `heard` and `sides`: parties with an interview,
    and all parties."""

    outcome: str = ""
    screened_on: date | None = None
    complaint_on: date | None = None
    second_reader_open: bool = False
    second_read_on: date | None = None
    contacted_on: date | None = None
    records: Mapping[str, date] = field(default_factory=dict)
    sent: Mapping[str, date] = field(default_factory=dict)
    due: Mapping[str, date] = field(default_factory=dict)
    duties_open: Collection[str] = ()
    duties_done: Mapping[str, date] = field(default_factory=dict)
    roles: Collection[str] = ()
    sides: int = 0
    heard: int = 0
    handed_in: int = 0
    handed_in_open: int = 0
    questions: Mapping[str, date] = field(default_factory=dict)
    evidence_over_on: date | None = None
    report_over_on: date | None = None
    appealed_on: date | None = None
    appeal_decided_on: date | None = None
    appeal_sent_back: bool = False
    dismissed_on: date | None = None
    informal: bool = False
    agreed_on: date | None = None
    responsible: bool | None = None
    final: bool = False
    closed_on: date | None = None
    closed_reason: str = ""
    district: bool = False


@dataclass(frozen=True)
class _Duty:
    """A duty before its status is known. `side`: it waits for nothing before it."""

    key: str
    label: Text
    cite: Text
    done: bool
    on: date | None = None
    clock: str = ""
    applies: bool = True
    side: bool = False


DUTIES = {
    duty.key: duty
    for duty in (
        screening.POLICE,
        screening.SUPERINTENDENT,
        screening.DSS,
        screening.JUVENILE,
        screening.LICENSE,
    )
}


# Whose turn it is, as a permission in the case; the coordinator's where nothing stands here,
# nobody's where a time runs.
NOBODY = ""
WHO: Mapping[str, str] = {
    "allegations": "investigate_cases",
    "interviews": "investigate_cases",
    "evidence": "investigate_cases",
    "findings": "investigate_cases",
    "report": "investigate_cases",
    "handed_in": "investigate_cases",
    "report_sent": "investigate_cases",
    "questions": "decide_cases",
    "determination": "decide_cases",
    "determination_sent": "decide_cases",
    "appeal": "appeal_cases",
    "informal": "facilitate_cases",
    "outcome": "administer_cases",
    "evidence_window": NOBODY,
    "report_window": NOBODY,
    "appeal_window": NOBODY,
    **{f"duty_{key}": "administer_cases" for key in DUTIES},
}

# The steps of the workflow by which a duty is done; the page offers those that this person may take
# now.
STEPS: Mapping[str, tuple[str, ...]] = {
    "contact": ("contact",),
    "screening": ("triage", "propose_screening", "screen", "ask_information", "info_received"),
    "second_reader": ("second_read",),
    "duty": ("duty_done",),
    "measures": ("add_measure",),
    "handed_in": ("add_evidence", "set_aside"),
    "measures_review": ("review_measures",),
    "investigator": ("assign",),
    "allegations": ("allege",),
    "interviews": ("schedule_interview", "interview"),
    "evidence": ("add_evidence", "send_evidence"),
    "findings": ("make_findings",),
    "outcome": ("notify_outcome",),
    "complaint": ("file_complaint", "support_only"),
    "notice": ("allege", "send_notice"),
    "informal": ("agree", "leave_informal"),
    "evidence_window": ("respond",),
    "report": ("write_report",),
    "report_sent": ("revise_report", "send_report"),
    "decision_maker": ("assign",),
    "questions": ("questions",),
    "report_window": ("respond",),
    "determination": ("determine",),
    "determination_sent": ("send_determination",),
    "appeal": ("notify_appeal", "state_appeal", "decide_appeal"),
    "appeal_window": ("file_appeal",),
    "remedies": ("remedy", "begin_remedies", "remedy_done"),
    "closed": ("check_in", "close_inquiry", "check_remedies", "close_remedies", "close_final"),
}


def items(facts: Facts) -> list[Item]:
    """The whole list in its order. Of the duties that follow each other the first undone one is
    next, the others come later; what waits for nothing is next as long as it is undone. After
    the end nothing is asked any more."""
    found, chain_open = [], True
    over = facts.closed_on is not None
    for duty in _duties(facts):
        status = _status(duty, chain_open, over)
        if status is Status.NEXT and not duty.side:
            chain_open = False
        due = None if status is Status.DONE else facts.due.get(duty.clock)
        found.append(
            Item(
                duty.key,
                duty.label,
                duty.cite,
                status,
                duty.on,
                due,
                WHO.get(duty.key, "coordinate_cases"),
                duty.side,
            )
        )
    return found


def _status(duty: _Duty, chain_open: bool, over: bool) -> Status:
    if duty.done:
        return Status.DONE
    if over or not duty.applies:
        return Status.NOT_APPLICABLE
    return Status.NEXT if duty.side or chain_open else Status.LATER


def upcoming(facts: Facts) -> list[Item]:
    """Only what is to be done now."""
    return [item for item in items(facts) if item.status is Status.NEXT]


def _duties(facts: Facts) -> Iterator[_Duty]:
    yield from _beginning(facts)
    if facts.district:
        yield from _complaint(facts)
        yield from _investigation(facts)
        yield from _decision(facts)
        yield from _end(facts)
    elif facts.outcome in (
        Outcome.SCHOOL_30,
        Outcome.OTHER_SEX_DISCRIMINATION,
        Outcome.DISTRICT_60,
    ):
        yield from _inquiry(facts)


def _beginning(f: Facts) -> Iterator[_Duty]:
    yield _Duty(
        "contact",
        _("Complainant contacted: supportive measures, wishes, how to file a complaint"),
        "34 CFR 106.44(a)",
        f.contacted_on is not None,
        f.contacted_on,
        "contact_complainant",
        side=True,
    )
    yield _Duty(
        "screening",
        _("Screened by the one standard"),
        "34 CFR 106.30(a), 106.44(a)",
        bool(f.screened_on and f.outcome != Outcome.INFO_REQUESTED),
        f.screened_on,
        "info" if f.outcome == Outcome.INFO_REQUESTED else "screening",
    )
    needed = f.second_reader_open or f.second_read_on is not None
    yield _Duty(
        "second_reader",
        _("Second reader has looked at what stayed unknown"),
        _("policy"),
        f.second_read_on is not None,
        f.second_read_on,
        applies=needed,
    )
    for key in [*f.duties_open, *(key for key in f.duties_done if key not in f.duties_open)]:
        label, cite = (DUTIES[key].label, DUTIES[key].citation) if key in DUTIES else (key, "")
        yield _Duty(
            f"duty_{key}",
            label,
            cite,
            key not in f.duties_open,
            f.duties_done.get(key),
            f"duty_{key}",
            side=True,
        )
    measures = f.records.get("MEASURE")
    yield _Duty(
        "measures",
        _("Supportive measures offered, or on file why none"),
        "34 CFR 106.30, 106.45(b)(10)(ii)",
        measures is not None,
        measures,
        applies=f.outcome not in (Outcome.NOT_TITLE_IX, Outcome.DUPLICATE),
        side=True,
    )
    if f.handed_in:
        yield _Duty(
            "handed_in",
            _("Files that the parties handed in: each is evidence, or set aside with the reason"),
            "34 CFR 106.45(b)(5)(ii), (vi)",
            not f.handed_in_open,
            side=True,
        )
    if "measures_review" in f.due:
        yield _Duty(
            "measures_review",
            _("Supportive measures reviewed"),
            "34 CFR 106.30",
            False,
            None,
            "measures_review",
            side=True,
        )


def _inquiry(f: Facts) -> Iterator[_Duty]:
    """The school's inquiry under the code of conduct (Rule 27)."""
    yield _Duty(
        "investigator",
        _("School investigator assigned, without a tie, trained"),
        _("policy"),
        "school_investigator" in f.roles,
    )
    yield _Duty(
        "allegations",
        _("Allegations written down"),
        _("policy"),
        "ALLEGATION" in f.records,
        f.records.get("ALLEGATION"),
    )
    yield _Duty(
        "interviews",
        _("Both sides heard, or that they would not"),
        _("policy"),
        0 < f.sides <= f.heard,
        f.records.get("INTERVIEW"),
    )
    yield _Duty(
        "evidence",
        _("Evidence listed"),
        _("policy"),
        "EVIDENCE" in f.records,
        f.records.get("EVIDENCE"),
    )
    due = "district_investigation" if "district_investigation" in f.due else "school_investigation"
    yield _Duty(
        "findings",
        _("Finding on each allegation"),
        _("policy"),
        "FINDING" in f.records,
        f.records.get("FINDING"),
        due,
    )
    yield _Duty(
        "outcome",
        _("Both families told of the outcome, at the same time"),
        _("policy"),
        "SCHOOL_OUTCOME" in f.sent,
        f.sent.get("SCHOOL_OUTCOME"),
        due,
    )
    yield _Duty(
        "closed",
        _("Case closed; the file is kept for seven years"),
        "34 CFR 106.45(b)(10)",
        f.closed_on is not None,
        f.closed_on,
        "check_in",
    )


def _complaint(f: Facts) -> Iterator[_Duty]:
    ends = f.closed_reason == "SUPPORTIVE"
    yield _Duty(
        "complaint",
        _("Formal complaint, or the coordinator's signature with reasons"),
        "34 CFR 106.30",
        f.complaint_on is not None,
        f.complaint_on,
        "complaint_decision",
        applies=not ends,
    )
    stopped = f.dismissed_on is not None or ends
    yield _Duty(
        "notice",
        _("Notice of allegations to every known party"),
        "34 CFR 106.45(b)(2)",
        "NOTICE" in f.sent,
        f.sent.get("NOTICE"),
        "notice",
        applies=not stopped,
    )
    yield _Duty(
        "informal",
        _("Informal resolution agreed"),
        "34 CFR 106.45(b)(9)",
        f.agreed_on is not None,
        f.agreed_on,
        "informal",
        applies=f.informal,
    )
    yield _Duty(
        "dismissal",
        _("Dismissal with ground and reasons to both parties"),
        "34 CFR 106.45(b)(3)",
        f.dismissed_on is not None,
        f.dismissed_on,
        applies=False,
    )


def _stopped(f: Facts) -> bool:
    """Dismissed or settled: nobody investigates or decides any more."""
    return (
        (f.dismissed_on is not None and not f.appeal_sent_back)
        or f.agreed_on is not None
        or f.closed_reason == "SUPPORTIVE"
    )


def _investigation(f: Facts) -> Iterator[_Duty]:
    goes = not _stopped(f)
    b5 = "34 CFR 106.45(b)(5)"
    yield _Duty(
        "investigator",
        _("Investigator assigned, without a tie, trained"),
        "34 CFR 106.45(b)(1)(iii)",
        "investigator" in f.roles,
        applies=goes,
    )
    yield _Duty(
        "interviews",
        _("Both sides heard, each with written notice before"),
        f"{b5}(v)",
        0 < f.sides <= f.heard,
        f.records.get("INTERVIEW"),
        "district_investigation",
        applies=goes,
    )
    yield _Duty(
        "evidence",
        _("Evidence sent to every party and advisor"),
        f"{b5}(vi)",
        "EVIDENCE" in f.sent,
        f.sent.get("EVIDENCE"),
        "district_investigation",
        applies=goes,
    )
    later = f.records.get("REPORT") or f.sent.get("REPORT")
    yield _Duty(
        "evidence_window",
        _("At least ten days to answer to the evidence"),
        f"{b5}(vi)",
        f.evidence_over_on is not None or bool(later),
        f.evidence_over_on,
        "evidence_wait",
        applies=goes,
    )
    yield _Duty(
        "report",
        _("Report written, the answers considered"),
        f"{b5}(vii)",
        "REPORT" in f.records,
        f.records.get("REPORT"),
        "district_investigation",
        applies=goes,
    )
    yield _Duty(
        "report_sent",
        _("Report sent to every party and advisor"),
        f"{b5}(vii)",
        "REPORT" in f.sent,
        f.sent.get("REPORT"),
        "district_investigation",
        applies=goes,
    )


def _decision(f: Facts) -> Iterator[_Duty]:
    goes = not _stopped(f)
    yield _Duty(
        "decision_maker",
        _("Decision-maker assigned: neither coordinator nor investigator"),
        "34 CFR 106.45(b)(7)(i)",
        "decision_maker" in f.roles,
        applies=goes,
    )
    yield _Duty(
        "questions",
        _("Written questions offered and answered"),
        "34 CFR 106.45(b)(6)(ii)",
        "finished" in f.questions or "DETERMINATION" in f.sent,
        f.questions.get("finished") or f.questions.get("offered"),
        "report_wait",
        applies=goes,
    )
    yield _Duty(
        "report_window",
        _("At least ten days between report and determination"),
        "34 CFR 106.45(b)(5)(vii)",
        f.report_over_on is not None or "DETERMINATION" in f.records,
        f.report_over_on,
        "report_wait",
        applies=goes,
    )
    decided = f.records.get("DETERMINATION") if f.dismissed_on is None else None
    yield _Duty(
        "determination",
        _("Written determination with its six contents"),
        "34 CFR 106.45(b)(7)(ii)",
        decided is not None,
        decided,
        "determination",
        applies=goes,
    )
    yield _Duty(
        "determination_sent",
        _("Determination to both parties at the same time"),
        "34 CFR 106.45(b)(7)(iii)",
        "DETERMINATION" in f.sent,
        f.sent.get("DETERMINATION"),
        "determination",
        applies=goes,
    )


def _end(f: Facts) -> Iterator[_Duty]:
    settled = f.agreed_on is not None or f.closed_reason == "SUPPORTIVE"
    yield _Duty(
        "appeal_window",
        _("Time to appeal is over"),
        "34 CFR 106.45(b)(8)",
        f.final or f.appealed_on is not None,
        f.appealed_on,
        "appeal_window",
        applies=not settled,
    )
    yield _Duty(
        "appeal",
        _("Appeal decided by somebody who was none of the others"),
        "34 CFR 106.45(b)(8)(iii)",
        f.appeal_decided_on is not None,
        f.appeal_decided_on,
        "appeal_decision",
        applies=f.appealed_on is not None,
    )
    yield _Duty(
        "remedies",
        _("Remedies and sanctions carried out"),
        "34 CFR 106.45(b)(7)(iv)",
        "REMEDY" in f.records,
        f.records.get("REMEDY"),
        applies=f.responsible is True,
    )
    yield _Duty(
        "closed",
        _("Outcome to both parties; the file is kept for seven years"),
        "34 CFR 106.45(b)(10)",
        f.closed_on is not None,
        f.closed_on,
    )
