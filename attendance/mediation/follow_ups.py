"""The follow-ups of a mediation: when they are due, what falls behind the last school day (A-26),
who has access meanwhile."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attendance.models import Mediation
from attendance.rules import conditions, periods
from casework.engine import clocks, services
from casework.engine.workflow import Workflow
from casework.models import Clock

if TYPE_CHECKING:
    from attendance.mediation.states import MediationFlow

FOLLOW_UPS = {
    "mediation_30": "FOLLOWUP_30",
    "mediation_60": "FOLLOWUP_60",
    "mediation_90": "FOLLOWUP_90",
}
YEAR_END = "year_end"


def plan(flow: MediationFlow) -> None:
    """Start the follow-ups. One that falls after the last school day becomes the end-of-year review
    on that day, and the mediation is carried into the next year; two that do are one review."""
    signed, last = flow.effective_on, periods.last_school_day(flow)
    for kind in FOLLOW_UPS:
        clock_days = int(flow.clocks[kind].sla(flow.policy)["n"])
        if last is None or signed.toordinal() + clock_days <= last.toordinal():
            flow.start_clock(kind, signed, "signed")
            continue
        flow.mediation.carries_over = True
        if last >= signed:
            start_until(flow, kind, signed, last)
        return


def start_until(flow: MediationFlow, kind: str, day0: date, until: date) -> Clock:
    """A follow-up that is due on the last school day instead of after the policy's days."""
    spec = replace(
        flow.clocks[kind], sla=lambda _policy: {"n": (until - day0).days, "unit": "calendar_day"}
    )
    return clocks.start(flow.file, spec, day0, YEAR_END, flow.process, flow.turn)


def waiting(flow: MediationFlow) -> list[Clock]:
    """The follow-ups that are still to be made, in the order of their dates."""
    kinds = (*FOLLOW_UPS, "mediation_first")
    mine = [
        clock
        for clock in flow.file.running
        if clock.process_id == flow.mediation.id and clock.kind in kinds
    ]
    return sorted(mine, key=lambda clock: (clock.due, clock.kind))


def next_clock(flow: MediationFlow) -> str | None:
    """The kind of the follow-up that is due next; None when none is left in this school year."""
    found = waiting(flow)
    return found[0].kind if found else None


def name_of(flow: MediationFlow, kind: str) -> str:
    """What a follow-up is called in the file: 30, 60, 90 or YEAR_END."""
    clock = next(clock for clock in waiting(flow) if clock.kind == kind)
    return "YEAR_END" if clock.day0_basis == YEAR_END else kind.removeprefix("mediation_")


def state_after(flow: MediationFlow) -> str:
    """The state after the next follow-up: the last one of the year leads to the end of the
    chain."""
    found = waiting(flow)
    return FOLLOW_UPS.get(found[0].kind, "FOLLOWUP_90") if len(found) > 1 else "FOLLOWUP_90"


def review_by_law(flow: MediationFlow) -> None:
    """No agreement, or a broken one: with ten unexcused days the case goes to the legal review in
    the same transaction."""
    if (
        flow.case.state in ("TIER2", "TIER3")
        and conditions.ten_days(flow)
        and conditions.compulsory(flow)
    ):
        number, on, now = flow.case.number, flow.turn.today, flow.turn.now
        flow.file.later.append(lambda: _open_review(number, on, now))


def _open_review(number: str, on: date, now: datetime) -> None:
    services.act(number, "review_after_mediation", actor=None, on=on, now=now)


def prepare_follow_up(flow: Workflow) -> dict[str, Any]:
    """Attendance since the agreement or the last follow-up."""
    mediation = flow.process
    assert isinstance(mediation, Mediation)
    made = [row.on for row in flow.file.children["follow_up"] if row.mediation_id == mediation.id]
    starts = [*made, *filter(None, [mediation.agreed_on or mediation.opened_on])]
    found = periods.count(
        flow.case.student_id,
        periods.days_since(flow, max(starts), flow.turn.today + timedelta(days=1)),
    )
    return {"since": asdict(found)}
