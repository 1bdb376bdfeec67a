"""The duties of the grievance process: complaint, investigation, decision, end (34 CFR 106.45)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from titleix.rules.case_facts import Facts
from titleix.rules.duty import Duty

INVESTIGATION = "34 CFR 106.45(b)(5)"


def grievance_duties(f: Facts) -> Iterator[Duty]:
    """All of them in their order."""
    yield from _complaint(f)
    yield from _investigation(f)
    yield from _decision(f)
    yield from _end(f)


def _complaint(f: Facts) -> Iterator[Duty]:
    ends = f.closed_reason == "SUPPORTIVE"
    yield Duty(
        "complaint",
        _("Formal complaint, or the coordinator's signature with reasons"),
        "34 CFR 106.30",
        f.complaint_on is not None,
        f.complaint_on,
        "complaint_decision",
        applies=not ends,
    )
    stopped = f.dismissed_on is not None or ends
    yield Duty(
        "notice",
        _("Notice of allegations to every known party"),
        "34 CFR 106.45(b)(2)",
        "NOTICE" in f.sent,
        f.sent.get("NOTICE"),
        "notice",
        applies=not stopped,
    )
    yield Duty(
        "informal",
        _("Informal resolution agreed"),
        "34 CFR 106.45(b)(9)",
        f.agreed_on is not None,
        f.agreed_on,
        "informal",
        applies=f.informal,
    )
    yield Duty(
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


def _investigation(f: Facts) -> Iterator[Duty]:
    goes = not _stopped(f)
    yield from _evidence(f, goes)
    yield from _report(f, goes)


def _evidence(f: Facts, goes: bool) -> Iterator[Duty]:
    yield Duty(
        "investigator",
        _("Investigator assigned, without a tie, trained"),
        "34 CFR 106.45(b)(1)(iii)",
        "investigator" in f.roles,
        applies=goes,
    )
    yield Duty(
        "interviews",
        _("Both sides heard, each with written notice before"),
        f"{INVESTIGATION}(v)",
        0 < f.sides <= f.heard,
        f.records.get("INTERVIEW"),
        "district_investigation",
        applies=goes,
    )
    yield Duty(
        "evidence",
        _("Evidence sent to every party and advisor"),
        f"{INVESTIGATION}(vi)",
        "EVIDENCE" in f.sent,
        f.sent.get("EVIDENCE"),
        "district_investigation",
        applies=goes,
    )


def _report(f: Facts, goes: bool) -> Iterator[Duty]:
    later = f.records.get("REPORT") or f.sent.get("REPORT")
    yield Duty(
        "evidence_window",
        _("At least ten days to answer to the evidence"),
        f"{INVESTIGATION}(vi)",
        f.evidence_over_on is not None or bool(later),
        f.evidence_over_on,
        "evidence_wait",
        applies=goes,
    )
    yield Duty(
        "report",
        _("Report written, the answers considered"),
        f"{INVESTIGATION}(vii)",
        "REPORT" in f.records,
        f.records.get("REPORT"),
        "district_investigation",
        applies=goes,
    )
    yield Duty(
        "report_sent",
        _("Report sent to every party and advisor"),
        f"{INVESTIGATION}(vii)",
        "REPORT" in f.sent,
        f.sent.get("REPORT"),
        "district_investigation",
        applies=goes,
    )


def _decision(f: Facts) -> Iterator[Duty]:
    goes = not _stopped(f)
    yield from _questions(f, goes)
    yield from _determination(f, goes)


def _questions(f: Facts, goes: bool) -> Iterator[Duty]:
    yield Duty(
        "decision_maker",
        _("Decision-maker assigned: neither coordinator nor investigator"),
        "34 CFR 106.45(b)(7)(i)",
        "decision_maker" in f.roles,
        applies=goes,
    )
    yield Duty(
        "questions",
        _("Written questions offered and answered"),
        "34 CFR 106.45(b)(6)(ii)",
        "finished" in f.questions or "DETERMINATION" in f.sent,
        f.questions.get("finished") or f.questions.get("offered"),
        "report_wait",
        applies=goes,
    )
    yield Duty(
        "report_window",
        _("At least ten days between report and determination"),
        "34 CFR 106.45(b)(5)(vii)",
        f.report_over_on is not None or "DETERMINATION" in f.records,
        f.report_over_on,
        "report_wait",
        applies=goes,
    )


def _determination(f: Facts, goes: bool) -> Iterator[Duty]:
    decided = f.records.get("DETERMINATION") if f.dismissed_on is None else None
    yield Duty(
        "determination",
        _("Written determination with its six contents"),
        "34 CFR 106.45(b)(7)(ii)",
        decided is not None,
        decided,
        "determination",
        applies=goes,
    )
    yield Duty(
        "determination_sent",
        _("Determination to both parties at the same time"),
        "34 CFR 106.45(b)(7)(iii)",
        "DETERMINATION" in f.sent,
        f.sent.get("DETERMINATION"),
        "determination",
        applies=goes,
    )


def _end(f: Facts) -> Iterator[Duty]:
    settled = f.agreed_on is not None or f.closed_reason == "SUPPORTIVE"
    yield Duty(
        "appeal_window",
        _("Time to appeal is over"),
        "34 CFR 106.45(b)(8)",
        f.final or f.appealed_on is not None,
        f.appealed_on,
        "appeal_window",
        applies=not settled,
    )
    yield Duty(
        "appeal",
        _("Appeal decided by somebody who was none of the others"),
        "34 CFR 106.45(b)(8)(iii)",
        f.appeal_decided_on is not None,
        f.appeal_decided_on,
        "appeal_decision",
        applies=f.appealed_on is not None,
    )
    yield Duty(
        "remedies",
        _("Remedies and sanctions carried out"),
        "34 CFR 106.45(b)(7)(iv)",
        "REMEDY" in f.records,
        f.records.get("REMEDY"),
        applies=f.responsible is True,
    )
    yield Duty(
        "closed",
        _("Outcome to both parties; the file is kept for seven years"),
        "34 CFR 106.45(b)(10)",
        f.closed_on is not None,
        f.closed_on,
    )
