"""How a case ends, for now or for good: dismissal, informal resolution, appeal, remedies, closing, reopening."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_noop

from casework.engine.workflow import Workflow
from titleix.case import queries
from titleix.letters.sending import send, sent_to
from titleix.models import Record, TitleIXCase
from titleix.records.records_writing import add
from titleix.rules import timelines

WAITS = (
    "notice",
    "evidence_wait",
    "report_wait",
    "determination",
    "questions",
    "complaint_decision",
    "dismissal_decision",
)


def dismissal(flow: Workflow) -> None:
    """A dismissal with its ground: both parties get the letter today and may appeal. While they may, the days of the
    investigation rest (B2.4); if the dismissal stands, the promise ends on the day of the dismissal."""
    case, data = flow.case, flow.data
    ground = data["ground"]
    add(
        flow,
        Record.Kind.DETERMINATION,
        flow.turn.today,
        text=data["reason"],
        code=f"dismissed_{ground}",
        other=data.get("other_action") or "",
    )
    case.appeal_of, case.dismissed_on, case.came_from = "dismissal", flow.turn.today, flow.came_from
    case.conduct_track = bool(data.get("conduct_track"))
    flow.turn.data = {"on": flow.turn.today, "means": "mail"}
    send(flow, "DISMISSAL")
    for kind in WAITS:
        flow.cancel_clock(kind, gettext_noop("dismissed"))
    days = int(flow.policy.get("clock_moves.investigation.hold.max_days", 15))
    flow.hold_clock("district_investigation", flow.turn.today + timedelta(days=days), "appeal")
    flow.start_clock("appeal_window")
    flow.remember(ground=ground, conduct_track=case.conduct_track)


def school_complaint(flow: Workflow) -> None:
    """A formal complaint about conduct outside the rule: taken, and dismissed because the rule says so; the inquiry of the
    school goes on with its promise, and its steps wait until the time to appeal is over (B2.2, rule 9)."""
    flow.case.complaint_on, flow.case.complaint_by = flow.data["on"], flow.data["by"]
    flow.data["conduct_track"] = True
    dismissal(flow)


def settle_dismissal(flow: Workflow) -> None:
    """The dismissal stands. Its promise ended on its day; the conduct track begins where it was left open."""
    case = flow.case
    if case.appeal_of != "dismissal":
        return
    flow.stop_clock("district_investigation", case.dismissed_on)
    if case.conduct_track and case.came_from in ("S_OPEN", "S_INVESTIGATING", "S_FINDINGS"):
        case.complaint_on, case.appeal_of = None, ""
    elif case.conduct_track:
        kind = "district_investigation" if case.employee_respondent else "school_investigation"
        case.level = (
            TitleIXCase.Level.DISTRICT if case.employee_respondent else TitleIXCase.Level.SCHOOL
        )
        case.complaint_on, case.appeal_of = None, ""
        flow.start_clock(kind, flow.turn.today, "conduct_track")


def window_over(flow: Workflow) -> None:
    """The time to appeal has run out: the decision is final on the day after (34 CFR 106.45(b)(7)(iii))."""
    flow.stop_clock("appeal_window", flow.turn.today)
    settle_dismissal(flow)
    if flow.case.state == "FINAL":
        flow.start_clock("outcome", flow.turn.today)
    flow.turn.data = {}


def support_only(flow: Workflow) -> None:
    """The reason not to sign stays in the file; the measures are reviewed as before (T-21)."""
    add(flow, Record.Kind.COMPLAINT, flow.turn.today, text=flow.data["reason"], code="not_signed")
    if not flow._running("measures_review"):
        flow.start_clock("measures_review")
    flow.turn.data = {}


def close_supportive(flow: Workflow) -> None:
    """The letter says that a complaint may still come (B3.1)."""
    people = [party for party in queries.people(flow.file, "complainant") if party.name]
    sent_to(flow, "CLOSING", people, flow.turn.today, "mail")
    close_with_reason(flow, "SUPPORTIVE")


def go_on(flow: Workflow) -> None:
    """The coordinator goes on although the complainant withdrew (T-15)."""
    add(flow, Record.Kind.WITHDRAWAL, flow.turn.today, text=flow.data["reason"], code="goes_on")
    flow.turn.data = {}


def begin_informal(flow: Workflow) -> None:
    """The days of the investigation rest while the parties try (B2.4)."""
    flow.case.came_from = flow.came_from
    until = flow.turn.today + timedelta(
        days=int(flow.policy.get("clock_moves.investigation.hold.max_days", 15))
    )
    flow.hold_clock("district_investigation", until, "informal_resolution")
    add(
        flow,
        Record.Kind.CONSENT,
        flow.data["consent_on"],
        text=flow.data.get("text") or "",
        code="both",
    )
    flow.turn.data = {"consent_on": flow.data["consent_on"]}


def leave_informal(flow: Workflow) -> None:
    """A party withdraws before the agreement: back to where it was, the days held are added (34 CFR 106.45(b)(9)(ii))."""
    add(flow, Record.Kind.CONSENT, flow.turn.today, text=flow.data["reason"], code="withdrawn")
    flow.cancel_clock("informal", gettext_noop("withdrawn"))
    flow.resume_clock("district_investigation")
    flow.turn.data = {}


def agreement(flow: Workflow) -> None:
    """Signed: final; nothing is investigated any more."""
    add(flow, Record.Kind.AGREEMENT, flow.turn.today, text=flow.data["text"], code="signed")
    flow.cancel_clock("district_investigation", gettext_noop("informal resolution"))
    for kind in WAITS:
        flow.cancel_clock(kind, gettext_noop("informal resolution"))
    flow.case.appeal_of = ""
    flow.turn.data = {}


def appeal(flow: Workflow) -> None:
    """An appeal that is taken on: in time, on one of the bases (34 CFR 106.45(b)(8)(i)). The parties are told next."""
    data = flow.data
    filed = data["on"]
    row = add(
        flow,
        Record.Kind.APPEAL,
        filed,
        text=data["text"],
        code="filed",
        party=data["party"],
        bases=data["bases"],
    )
    flow.effective_on = filed
    flow.stop_clock("appeal_window")
    flow.turn.data = {"record": row.kind, "number": row.number, "bases": data["bases"]}


def appeal_decided(flow: Workflow) -> None:
    """Upheld, changed, or sent back; both parties get the written result at the same time (34 CFR 106.45(b)(8)(iii)(F))."""
    result = flow.data["result"]
    add(flow, Record.Kind.APPEAL, flow.turn.today, text=flow.data["text"], code=f"decided_{result}")
    sent_to(flow, "APPEAL_DECISION", queries.entitled(flow.file), flow.turn.today, "mail")
    flow.cancel_clock("appeal_statement", gettext_noop("decided"))
    if result != "sent_back":
        settle_dismissal(flow)
        if flow.case.state == "FINAL":
            flow.start_clock("outcome")
    elif flow.case.appeal_of == "dismissal":
        _revive(flow)
    else:
        new_episode(flow, "appeal", flow.data["text"])
    flow.turn.data = {"result": result}


def _revive(flow: Workflow) -> None:
    """The dismissal fell: the days of the investigation count again, the case is where it was. A complaint that the school
    had to dismiss first goes to the district after all."""
    case = flow.case
    case.dismissed_on, case.appeal_of = None, ""
    if case.came_from in ("S_OPEN", "S_INVESTIGATING", "S_FINDINGS"):
        filed, case.complaint_on = case.complaint_on, None
        case.level, case.dismiss_first, case.conduct_track = (
            TitleIXCase.Level.DISTRICT,
            False,
            False,
        )
        flow.escalate_clock("school_investigation", "district_investigation", filed)
        flow.start_clock("complaint_decision")
        return
    flow.resume_clock("district_investigation")
    if case.came_from == "EVIDENCE_REVIEW":
        flow.start_clock("evidence_wait")
    if case.came_from == "REPORT_REVIEW":
        flow.start_clock("report_wait")
        flow.start_clock("determination", flow.turn.today, "report_window")
    if case.came_from == "FORMAL_COMPLAINT":
        flow.start_clock("notice")


def begin_remedies(flow: Workflow) -> None:
    """Final with responsibility: the outcome goes out, remedies are carried out, and checked after 30, 60 and 90 days."""
    send(flow, "OUTCOME")
    if queries.open_remedies(flow.file):
        flow.start_clock("remedies", flow.turn.today)


def close_inquiry(flow: Workflow) -> None:
    """The inquiry is over. The check-in with the parties stays a promise although the case is closed (B3.2)."""
    running = flow._running("check_in")
    add(flow, Record.Kind.CHECK, flow.turn.today, text=flow.data["reason"], code="closing")
    close(flow, "DISMISSED" if flow.came_from == "S_DISMISSED" else "COMPLETED")
    for clock in [clock for clock in running if clock.due >= flow.turn.today]:
        flow.start_clock_until("check_in", clock.due)
    flow.turn.data = {}


def check_in(flow: Workflow) -> None:
    """The parties were asked how things are."""
    flow.effective_on = flow.data["on"]
    add(
        flow,
        Record.Kind.CHECK,
        flow.data["on"],
        text=flow.data["text"],
        code="check_in",
        party=flow.data.get("party") or None,
    )
    if flow.case.closed_on is None and not flow._running("closing"):
        flow.start_clock("closing", flow.turn.today)
    flow.turn.data = {"on": flow.data["on"]}


def end_school(flow: Workflow) -> None:
    """The inquiry ends without findings; both families are told why, at the same time (B3.2)."""
    add(
        flow,
        Record.Kind.DETERMINATION,
        flow.turn.today,
        text=flow.data["reason"],
        code="school_dismissed",
    )
    sent_to(flow, "CLOSING", queries.entitled(flow.file), flow.turn.today, "mail")
    flow.turn.data = {}


def close_with_reason(flow: Workflow, reason: str = "COMPLETED") -> None:
    """Close, with the coordinator's words in the file."""
    add(flow, Record.Kind.CHECK, flow.turn.today, text=flow.data["reason"], code="closing")
    close(flow, reason)
    flow.turn.data = {}


def close(flow: Workflow, reason: str) -> None:
    """Close and set the earliest date of disposal: seven years from closing or the last action (34 CFR 106.45(b)(10))."""
    case, today = flow.case, flow.turn.today
    case.last_action_on = today
    case.retain_until = timelines.retention_date(
        today, today, int(flow.policy.require("retention_years"))
    )
    flow.stop_clock("closing", today)
    flow.close_case(reason)


def new_episode(flow: Workflow, cause: str, words: str) -> None:
    """A new episode with its own day 0 and its own promises; the first result is frozen in the file (T-27)."""
    case = flow.case
    case.episode += 1
    flow.cancel_clock("check_in", gettext_noop("reopened"))
    case.closed_on, case.closed_reason, case.retain_until, case.responsible, case.appeal_of = (
        None,
        "",
        None,
        None,
        "",
    )
    case.dismissed_on, case.conduct_track, case.withdrawn_on = None, False, None
    add(flow, Record.Kind.REOPENING, flow.turn.today, text=words, code=cause, episode=case.episode)
    district = case.level == TitleIXCase.Level.DISTRICT
    flow.start_clock(
        "district_investigation" if district else "school_investigation",
        flow.turn.today,
        "reopened",
    )
    flow.start_clock("reopening_notice")


def reopen(flow: Workflow) -> None:
    """New evidence, an error, new facts. What was never looked into is screened; the rest begins a new episode."""
    case, cause, words = flow.case, flow.data.get("cause") or "other", flow.data["reason"]
    was = case.closed_reason
    if was in ("INSUFFICIENT", "REFERRED", "SUPPORTIVE"):
        case.episode += 1
        case.closed_on, case.closed_reason, case.retain_until = None, "", None
        add(
            flow,
            Record.Kind.REOPENING,
            flow.turn.today,
            text=words,
            code=cause,
            episode=case.episode,
        )
        flow.start_clock("screening" if was != "SUPPORTIVE" else "measures_review")
    else:
        new_episode(flow, cause, words)
    flow.turn.data = {"cause": cause, "episode": case.episode}
