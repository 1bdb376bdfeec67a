"""What a night's counts mean for one student: pure decisions from facts (domain.md A2.2 C1-C3, C14,
C16, C17; A2.3; A3.3).

The machine raises; it lowers only a case on which nothing has happened yet (C16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules import triggers
from attendance.rules.counting_rules import referral_refused
from attendance.rules.law import Counts
from attendance.rules.triggers import RANK, Plan, Reached

PENDING = frozenset({"TRANSFER_PENDING", "ON_HOLD"})
BEFORE_SENT = frozenset({"DUE", "DRAFT", "SIGNED"})


@dataclass(frozen=True)
class NoticeFacts:
    """A notice of the case as it stands. `over`: it ended, be it only because the case did;
    `again`: it replaces one that had left the house before."""

    id: UUID
    covers: tuple[str, ...]
    state: str
    superseded: bool = False
    breached: bool = False
    over: bool = False
    again: bool = False

    @property
    def sent(self) -> bool:
        """Whether it has left the house."""
        return self.state not in BEFORE_SENT and self.state != "WITHDRAWN_CORRECTION"

    @property
    def fell(self) -> bool:
        """Whether it ended before anything left the house: corrected, or the case closed meanwhile.
        The family knows nothing."""
        return not self.sent and (self.over or self.state == "WITHDRAWN_CORRECTION")


@dataclass(frozen=True)
class ActionFacts:
    """A duty that the policy's trigger gave, as it stands; `refused`: it must not be done (a
    referral to court)."""

    key: str
    status: str
    refused: bool = False


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
    hits: tuple[Reached, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Enrolled at another school than the one that has the case (C10)."""
        return (
            self.here is not None
            and self.case_school_id is not None
            and self.here != self.case_school_id
        )


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


def decide(
    facts: StudentFacts, as_of: date, policy: Mapping[str, Any], plan: Plan | None = None
) -> Decision:
    """The steps that follow from the facts. `plan` is the policy read before, for many students of
    one evening."""
    plan = plan or triggers.plan_of(policy)
    decision = Decision(facts)
    if not facts.active:
        if facts.case_id is not None and facts.state != "CLOSED":
            decision.add("close_ended")  # C12
        return decision
    now = triggers.in_order(
        [*triggers.from_counts(facts.counts, facts.dates, plan), *facts.hits], plan
    )
    if facts.case_id is None:
        _open(decision, now, plan)
    elif facts.state == "CLOSED":
        _reopen(decision, now, plan)
    else:
        _continue(decision, now, plan)
    if _goes_on(decision):
        _give_duties(decision, now, plan)
        _give_notice(decision, now, as_of, plan)
    return decision


_Now = Mapping[str, Reached]


def _goes_on(decision: Decision) -> bool:
    """Whether there is, after the steps so far, an open case to which duties and notices belong."""
    names = decision.names()
    if not (decision.opens or decision.facts.case_id) or "close_corrected" in names:
        return False
    return decision.facts.state != "CLOSED" or "reopen" in names


def _target(now: _Now, plan: Plan) -> str:
    """The highest stage that the reached triggers open."""
    stages = [str(plan.by_id[each.trigger]["opens"]) for each in now.values()]
    return max(stages, key=lambda stage: RANK[stage], default="")


def _open(decision: Decision, now: _Now, plan: Plan) -> None:
    if not now:
        return
    decision.opens = True
    decision.add("open_case", triggers=list(now))
    _raise(decision, "WATCH", now, plan)


def _raise(decision: Decision, stage: str, now: _Now, plan: Plan) -> bool:
    target = _target(now, plan)
    if RANK.get(target, 0) <= RANK[stage]:
        return False
    decision.add({"TIER2": "raise_tier2", "TIER3": "raise_tier3"}[target], triggers=list(now))
    return True


def _raise_pending(decision: Decision, now: _Now, plan: Plan) -> bool:
    """A case that nobody holds at the moment is raised where it stands; whoever takes it over finds
    the higher tier."""
    target = _target(now, plan)
    if RANK.get(target, 0) <= RANK.get(decision.facts.stage, 0):
        return False
    decision.add("raise_pending", triggers=list(now), stage=target)
    return True


def _leave_monitor(decision: Decision, now: _Now, plan: Plan) -> None:
    """C9: a higher threshold ends the monitoring; the unexcused days of few weeks do so in
    `watching`."""
    target = _target(now, plan)
    if RANK.get(target, 0) > RANK.get(decision.facts.stage, 0):
        decision.add("relapse", triggers=list(now), stage=target)


def _reopen(decision: Decision, now: _Now, plan: Plan) -> None:
    """C14: a case comes back by itself when a correction had closed it, the student had left, or a
    new threshold is reached after an improvement; other reasons are a person's to undo."""
    reason = decision.facts.closed_reason
    fresh = any(key not in decision.facts.triggers for key in now)
    if (now and reason == "CORRECTED") or reason == "WITHDRAWN" or (fresh and reason == "IMPROVED"):
        decision.add("reopen", triggers=list(now))
        if decision.facts.moved:
            decision.add("transfer", school_id=decision.facts.here)
            return
        _raise(decision, decision.facts.stage, now, plan)


def _continue(decision: Decision, now: _Now, plan: Plan) -> None:
    facts = decision.facts
    for notice in facts.notices:
        _review_notice(decision, notice, now, plan)
    for action in facts.actions:
        if (
            action.status == "OPEN"
            and action.key not in now
            and (facts.corrected or not plan.now_only(action.key))
        ):
            decision.add("withdraw_action", key=action.key)
    if facts.moved:
        decision.add("transfer", school_id=facts.here)
    lost = [
        key
        for key in facts.triggers
        if key not in now and plan.trigger(key) and not plan.is_run(key)
    ]
    if facts.moved or facts.state in PENDING:
        if lost and facts.corrected and RANK.get(facts.stage, 0) >= RANK["TIER2"]:
            decision.add(
                "flag_correction", lost=lost
            )  # whoever takes the case over must know of it
        if not _raise_pending(decision, now, plan):
            _detect(
                decision, now, plan
            )  # also while nobody holds the case: else the record would lag until the next mark
        return
    if facts.state == "MONITOR":
        _leave_monitor(decision, now, plan)
    elif _raise(decision, facts.state, now, plan):
        return
    if (
        facts.state == "WATCH"
        and not now
        and facts.corrected
        and not facts.worked
        and not any(notice.sent for notice in facts.notices)
    ):
        decision.add("close_corrected")
        return
    if (
        lost
        and facts.corrected
        and facts.state in ("TIER2", "TIER3", "LEGAL_REVIEW", "LEGAL_REFERRED")
    ):
        decision.add("flag_correction", lost=lost)
    _detect(decision, now, plan)


def _detect(decision: Decision, now: _Now, plan: Plan) -> None:
    """Thresholds that ask for something and are new, without a change of stage."""
    fresh = [key for key in now if key not in decision.facts.triggers and plan.acts(key)]
    if fresh:
        decision.add("detect", triggers=fresh)


def _review_notice(decision: Decision, notice: NoticeFacts, now: _Now, plan: Plan) -> None:
    """A notice whose highest threshold no longer holds: withdrawn before it was sent, superseded
    afterwards (A3.3). One that is read as it stands (a share of days) falls by itself; only a
    correction takes its ground away."""
    if notice.fell or notice.superseded or plan.trigger(notice.covers[-1]) is None:
        return
    if notice.covers[-1] not in now:
        if decision.facts.corrected or not plan.now_only(notice.covers[-1]):
            decision.add("supersede" if notice.sent else "withdraw", notice.id)
    elif not (notice.sent or notice.again or notice.breached) and _too_late(notice.covers, now):
        decision.add("breach", notice.id)


def _too_late(covers: Sequence[str], now: _Now) -> bool:
    """'After not more than six': the notice must be out before the count passes the limit (G.S.
    115C-378)."""
    return any(now[key].late for key in covers if key in now)


def _give_duties(decision: Decision, now: _Now, plan: Plan) -> None:
    """One duty for each occasion of a trigger that asks for more than a notice. What was withdrawn
    is given again when the trigger is reached again, unless the policy says `none`; a referral that
    must not be made is written down once (A1.4)."""
    standing = {
        action.key for action in decision.facts.actions if action.status in ("OPEN", "DONE")
    }
    before = {triggers.trigger_of(action.key) for action in decision.facts.actions}
    refused_before = {action.key for action in decision.facts.actions if action.refused}
    for key, each in now.items():
        trigger = plan.by_id[each.trigger]
        wanted = triggers.duties(trigger)
        once = plan.policy["repeat"].get(each.trigger) == "none" and each.trigger in before
        if not wanted or key in standing or (once and key not in refused_before):
            continue
        refused = referral_refused(wanted, plan.policy, decision.facts.flags)
        if not (refused and key in refused_before):
            day0 = each.reached_on if (trigger.get("sla") or {}).get("from") == "reached" else None
            decision.add("begin_action", key=key, actions=list(wanted), refused=refused, day0=day0)


def _give_notice(decision: Decision, now: _Now, as_of: date, plan: Plan) -> None:
    """One notice for all thresholds that were reached and are not notified (a combined letter,
    never two on a day)."""
    facts = decision.facts
    fell = {process for name, _data, process in decision.steps if name in ("withdraw", "supersede")}
    done = _notified(facts, fell, plan)
    covers = [
        each.key
        for each in sorted(now.values(), key=lambda each: _height(each, plan))
        if _needs_notice(each, done, plan)
    ]
    if covers:
        due = [now[key] for key in covers]
        means = [plan.by_id[each.trigger].get("means") for each in due]
        decision.add(
            "begin_notice",
            code=triggers.code_of(covers),
            covers=covers,
            detected_on=as_of,
            cited=_cited(facts, due),
            count=due[-1].amount,
            must_mail="mail" in means,
            language=facts.language,
            reached_on=due[-1].reached_on,
            breached_on=as_of if _too_late(covers, now) else None,
        )


def _needs_notice(each: Reached, done: set[str], plan: Plan) -> bool:
    return bool(plan.by_id[each.trigger].get("notice")) and each.key not in done


def _height(each: Reached, plan: Plan) -> tuple[int, int, str]:
    """The order of thresholds in a letter: by the stage that they open, then by the threshold; the
    last one is its head."""
    trigger = plan.by_id[each.trigger]
    level = each.key.split("/")[1:2]
    at = (
        int(level[0])
        if level and level[0].isdigit()
        else int(trigger.get("at", trigger.get("percent", 0)))
    )
    return RANK[str(trigger["opens"])], at, each.key


def _cited(facts: StudentFacts, due: Sequence[Reached]) -> list[date]:
    """The days that the letter cites: those of every threshold that it covers."""
    return sorted({day for each in due for day in each.dates}) or list(facts.dates)


def _notified(facts: StudentFacts, fell: set[UUID | None], plan: Plan) -> set[str]:
    """Thresholds for which a notice stands. A superseded letter still told the family of its lower
    thresholds; its highest one is notified again when the count returns, unless the policy says
    `none`."""
    done: set[str] = set()
    for notice in facts.notices:
        if notice.fell or (notice.id in fell and not notice.sent):
            continue
        superseded = notice.superseded or notice.id in fell
        again = (
            superseded
            and plan.policy["repeat"].get(triggers.trigger_of(notice.covers[-1]), "on_superseded")
            != "none"
        )
        done |= set(notice.covers[:-1] if again else notice.covers)
    return done
