"""What a night's counts mean for one student: pure decisions from facts (domain.md A2.2 C1-C3, C14, C16, C17; A2.3; A3.3).

The machine raises; it lowers only a case on which nothing has happened yet (C16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules import Counts, due_thresholds, reached

RANK = {"WATCH": 1, "TIER2": 2, "TIER3": 3, "LEGAL_REVIEW": 3, "LEGAL_REFERRED": 3}
PENDING = frozenset({"TRANSFER_PENDING", "ON_HOLD"})
BEFORE_SENT = frozenset({"DUE", "DRAFT", "SIGNED"})


@dataclass(frozen=True)
class NoticeFacts:
    """A notice of the case as it stands."""

    id: UUID
    covers: tuple[str, ...]
    state: str
    superseded: bool = False
    breached: bool = False

    @property
    def sent(self) -> bool:
        """Whether it has left the house."""
        return self.state not in BEFORE_SENT and self.state != "WITHDRAWN_CORRECTION"


@dataclass(frozen=True)
class StudentFacts:
    """One student on the evening of `as_of`."""

    student_id: int
    school_id: int
    counts: Counts
    active: bool = True
    corrected: bool = False
    case_id: int | None = None
    state: str = ""
    stage: str = ""
    closed_reason: str = ""
    triggers: tuple[str, ...] = ()
    worked: bool = False
    notices: tuple[NoticeFacts, ...] = ()
    dates: tuple[date, ...] = ()
    language: str = "en"
    case_school_id: int | None = None
    here: int | None = None

    @property
    def moved(self) -> bool:
        """Enrolled at another school than the one that has the case (C10)."""
        return self.here is not None and self.case_school_id is not None and self.here != self.case_school_id


@dataclass
class Decision:
    """The steps to take, in order; `opens` for a student who has no case yet."""

    facts: StudentFacts
    opens: bool = False
    steps: list[tuple[str, dict[str, Any], UUID | None]] = field(default_factory=list)

    def add(self, name: str, process: UUID | None = None, **data: Any) -> None:
        """One more step."""
        self.steps.append((name, data, process))

    def names(self) -> list[str]:
        """The steps by name, for reports and tests."""
        return [name for name, _data, _process in self.steps]


def decide(facts: StudentFacts, as_of: date, policy: Mapping[str, Any]) -> Decision:
    """The steps that follow from the facts."""
    decision = Decision(facts)
    if not facts.active:
        if facts.case_id is not None and facts.state != "CLOSED":
            decision.add("close_ended")  # C12
        return decision
    now = reached(facts.counts, policy["triggers"])
    if facts.case_id is None:
        _open(decision, now, policy)
    elif facts.state == "CLOSED":
        _reopen(decision, now, policy)
    else:
        _continue(decision, now, policy)
    return _with_notice(decision, as_of, policy)


def _target(now: Sequence[str], policy: Mapping[str, Any]) -> str:
    """The highest stage that the reached triggers open."""
    stages = [str(trigger["opens"]) for trigger in policy["triggers"] if trigger["id"] in now]
    return max(stages, key=lambda stage: RANK[stage], default="")


def _open(decision: Decision, now: list[str], policy: Mapping[str, Any]) -> None:
    if not now:
        return
    decision.opens = True
    decision.add("open_case", triggers=now)
    _raise(decision, "WATCH", now, policy)


def _raise(decision: Decision, stage: str, now: list[str], policy: Mapping[str, Any]) -> bool:
    target = _target(now, policy)
    if RANK.get(target, 0) <= RANK[stage]:
        return False
    decision.add({"TIER2": "raise_tier2", "TIER3": "raise_tier3"}[target], triggers=now)
    return True


def _raise_pending(decision: Decision, now: list[str], policy: Mapping[str, Any]) -> None:
    """A case that nobody holds at the moment is raised where it stands; whoever takes it over finds the higher tier."""
    target = _target(now, policy)
    if RANK.get(target, 0) > RANK.get(decision.facts.stage, 0):
        decision.add("raise_pending", triggers=now, stage=target)


def _reopen(decision: Decision, now: list[str], policy: Mapping[str, Any]) -> None:
    """C14: a case comes back by itself when a correction had closed it, or the student had left; other reasons are a
    person's to undo."""
    reason = decision.facts.closed_reason
    if (now and reason == "CORRECTED") or reason == "WITHDRAWN":
        decision.add("reopen", triggers=now)
        if decision.facts.moved:
            decision.add("transfer", school_id=decision.facts.here)
            return
        _raise(decision, decision.facts.stage, now, policy)


def _continue(decision: Decision, now: list[str], policy: Mapping[str, Any]) -> None:
    facts = decision.facts
    for notice in facts.notices:
        _review_notice(decision, notice, policy)
    if facts.moved:
        decision.add("transfer", school_id=facts.here)
    if facts.moved or facts.state in PENDING:
        _raise_pending(decision, now, policy)
        return
    if _raise(decision, facts.state, now, policy):
        return
    lost = [trigger for trigger in facts.triggers if trigger not in now and trigger != "RUN3"]
    if facts.state == "WATCH" and not now and facts.corrected and not facts.worked and not any(notice.sent for notice in facts.notices):
        decision.add("close_corrected")
        return
    if lost and facts.corrected and facts.state in ("TIER2", "TIER3", "LEGAL_REVIEW", "LEGAL_REFERRED"):
        decision.add("flag_correction", lost=lost)
    fresh = [t for t in now if t not in facts.triggers and t.startswith("L")]
    if fresh:
        decision.add("detect", triggers=fresh)


def _review_notice(decision: Decision, notice: NoticeFacts, policy: Mapping[str, Any]) -> None:
    """A notice whose highest threshold no longer holds: withdrawn before it was sent, superseded afterwards (A3.3)."""
    if notice.state == "WITHDRAWN_CORRECTION" or notice.superseded:
        return
    unexcused, top = decision.facts.counts.unexcused, _threshold(notice.covers[-1], policy)
    if unexcused < int(top["at"]):
        decision.add("supersede" if notice.sent else "withdraw", notice.id)
    elif not notice.sent and not notice.breached and _too_late(notice.covers, unexcused, policy):
        decision.add("breach", notice.id)


def _too_late(covers: Sequence[str], unexcused: int, policy: Mapping[str, Any]) -> bool:
    """'After not more than six': the notice must be out before the count passes the limit (G.S. 115C-378)."""
    limits = [_threshold(trigger, policy).get("not_later_than") for trigger in covers]
    return any(limit is not None and unexcused > int(limit) for limit in limits)


def _threshold(trigger_id: str, policy: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(dict(trigger) for trigger in policy["triggers"] if trigger["id"] == trigger_id)


def _with_notice(decision: Decision, as_of: date, policy: Mapping[str, Any]) -> Decision:
    """One notice for all thresholds that were reached and are not notified (a combined letter, never two on a day)."""
    facts = decision.facts
    if not (decision.opens or facts.case_id) or "close_corrected" in decision.names():
        return decision
    if facts.state == "CLOSED" and "reopen" not in decision.names():
        return decision
    fell = {process for name, _data, process in decision.steps if name in ("withdraw", "supersede")}
    covers = due_thresholds(facts.counts.unexcused, policy["triggers"], _notified(facts, fell, policy))
    if covers:
        means = [_threshold(trigger, policy).get("means") for trigger in covers]
        decision.add(
            "begin_notice", code="+".join(covers), covers=covers, detected_on=as_of, cited=list(facts.dates),
            count=facts.counts.unexcused, must_mail="mail" in means, language=facts.language,
            breached_on=as_of if _too_late(covers, facts.counts.unexcused, policy) else None,
        )  # fmt: skip
    return decision


def _notified(facts: StudentFacts, fell: set[UUID | None], policy: Mapping[str, Any]) -> set[str]:
    """Thresholds for which a notice stands. A superseded letter still told the family of its lower thresholds; its
    highest one is notified again when the count returns, unless the policy says `none`."""
    done: set[str] = set()
    for notice in facts.notices:
        if notice.state == "WITHDRAWN_CORRECTION" or (notice.id in fell and not notice.sent):
            continue
        superseded = notice.superseded or notice.id in fell
        again = superseded and policy["repeat"].get(notice.covers[-1], "on_superseded") != "none"
        done |= set(notice.covers[:-1] if again else notice.covers)
    return done
