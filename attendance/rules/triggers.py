"""The triggers of a policy in force: which of them the set-based counts decide, which need each
mark, and what a reached one is called on a case.

Days and shares of a school year and runs of days are decided from the tallies (`plain`); every
other unit, window or repetition is read from the student's marks by
`attendance.rules.counting_rules` (`general`). Both mean the same where both apply.

An occasion has a key: the trigger's id, then the level where it repeats (`TN5/10`), then the first
day of a window that begins anew within the year (`FL5/2026-10-01`). A trigger that is reached once
a year is its id alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attendance.models.marks import MarkClass
from attendance.rules.counting_rules import Counted, Hit, Rule, Span, rules_of
from attendance.rules.law import ABSENT, Counts, reached

RANK = {"WATCH": 1, "TIER2": 2, "TIER3": 3, "LEGAL_REVIEW": 3, "LEGAL_REFERRED": 3}
# The conference of tier 3 has its own duties; a trigger that asks for one there gives them its date
# (clocks.py).
CONFERENCE = frozenset({"conference", "schedule_conference"})
ANEW = frozenset({Span.CALENDAR_MONTH, Span.SEMESTER, Span.ENROLMENT})


@dataclass(frozen=True)
class Reached:
    """One occasion of a trigger that holds. `amount` is in the policy's own unit, rounded down;
    `late` whether it lies beyond `not_later_than`."""

    key: str
    trigger: str
    amount: int
    dates: tuple[date, ...] = ()
    reached_on: date | None = None
    late: bool = False


@dataclass(frozen=True)
class Plan:
    """A policy's triggers, read once for a whole evening."""

    policy: Mapping[str, Any]
    by_id: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Rule]
    plain: Sequence[Mapping[str, Any]]
    general: Sequence[Rule]
    order: Mapping[str, int] = field(default_factory=dict)

    def trigger(self, key: str) -> Mapping[str, Any] | None:
        """The trigger of an occasion; None when the policy in force has none of this name."""
        return self.by_id.get(trigger_of(key))

    def now_only(self, key: str) -> bool:
        """Whether the trigger is read as it stands (a share, a run that lasts): it ends without any
        correction."""
        rule = self.rules.get(trigger_of(key))
        return rule is not None and rule.now

    def is_run(self, key: str) -> bool:
        """Whether the trigger is a run of days, which ends by itself."""
        rule = self.rules.get(trigger_of(key))
        return rule is not None and rule.window.kind is Span.CONSECUTIVE and rule.now

    def acts(self, key: str) -> bool:
        """Whether reaching it asks for something beyond a stage: a notice or another action."""
        trigger = self.trigger(key)
        return trigger is not None and bool(trigger.get("notice") or trigger.get("action"))


def plan_of(policy: Mapping[str, Any]) -> Plan:
    """Sort a policy's triggers. Raises MeasureError naming the trigger that cannot be measured."""
    rules = {rule.trigger: rule for rule in rules_of(policy)}
    by_id = {str(trigger["id"]): trigger for trigger in policy["triggers"]}
    return Plan(
        policy,
        by_id,
        rules,
        plain=[by_id[name] for name, rule in rules.items() if is_plain(rule)],
        general=[rule for rule in rules.values() if not is_plain(rule)],
        order={name: place for place, name in enumerate(by_id)},
    )


def is_plain(rule: Rule) -> bool:
    """Whether the tallies decide it: unexcused days of the school year, the share of absent days of
    the school year, or a run of absent days that lasts."""
    if rule.unit is not Counted.DAY or rule.whole_day or rule.every:
        return False
    if rule.window.kind is Span.CONSECUTIVE:
        return rule.measure == "RUN" and rule.now and rule.classes == frozenset(ABSENT)
    if rule.window.kind is not Span.SCHOOL_YEAR:
        return False
    if rule.percent:
        return rule.measure == "C" and rule.classes == frozenset(ABSENT)
    return rule.measure == "U" and rule.classes == frozenset({MarkClass.UNEXCUSED})


def key_of(rule: Rule, level: int, window_from: date | None) -> str:
    """What an occasion is called."""
    parts = [rule.trigger]
    if rule.every and level != rule.at:
        parts.append(str(level))
    if rule.window.kind in ANEW and window_from is not None and not rule.now:
        parts.append(window_from.isoformat())
    return "/".join(parts)


def trigger_of(key: str) -> str:
    """The trigger's id in an occasion's key."""
    return key.partition("/")[0]


def code_of(covers: Sequence[str]) -> str:
    """A short name for a notice: each trigger once, with its last occasion; at most 32
    characters."""
    last = {trigger_of(key): key for key in covers}
    return "+".join(last.values())[:32]


def from_counts(counts: Counts, dates: Iterable[date], plan: Plan) -> list[Reached]:
    """The plain triggers that the tallies reach."""
    cited = tuple(dates)
    found = []
    for name in reached(counts, plan.plain):
        limit = plan.by_id[name].get("not_later_than")
        late = (
            limit is not None and plan.rules[name].measure == "U" and counts.unexcused > int(limit)
        )
        amount = {"U": counts.unexcused, "RUN": counts.run}.get(
            plan.rules[name].measure, counts.absences
        )
        found.append(
            Reached(name, name, amount, cited if plan.rules[name].measure == "U" else (), late=late)
        )
    return found


def from_hits(hits: Iterable[Hit], plan: Plan) -> tuple[Reached, ...]:
    """What the marks reached, as occasions."""
    return tuple(_reached(hit, plan) for hit in hits)


def _reached(hit: Hit, plan: Plan) -> Reached:
    rule, limit = plan.rules[hit.trigger], plan.by_id[hit.trigger].get("not_later_than")
    late = limit is not None and hit.count_now > int(limit) * rule.scale
    return Reached(
        key_of(rule, hit.level, hit.window_from),
        hit.trigger,
        hit.count // rule.scale,
        hit.dates,
        hit.reached_on,
        late,
    )


def in_order(found: Iterable[Reached], plan: Plan) -> dict[str, Reached]:
    """By key, in the policy's order."""
    return {each.key: each for each in sorted(found, key=lambda each: plan.order[each.trigger])}


def duties(trigger: Mapping[str, Any]) -> tuple[str, ...]:
    """The actions of a trigger that become a duty of their own: all but the notice, and but the
    conference of tier 3, which the case holds anyway."""
    said = trigger.get("action", ())
    actions = (said,) if isinstance(said, str) else tuple(said)
    held = CONFERENCE if trigger["opens"] == "TIER3" else frozenset()
    return tuple(action for action in actions if action != "notice" and action not in held)


def notice_sla(trigger: Mapping[str, Any], policy: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How long the notice of a trigger may take: its own `sla`, else `process_sla.notice`."""
    own = trigger.get("sla") if trigger.get("notice") else None
    return own or policy["process_sla"].get("notice")


def action_sla(trigger: Mapping[str, Any], policy: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How long the other actions of a trigger may take: its own `sla`, else
    `process_sla.action`."""
    return trigger.get("sla") or policy["process_sla"].get("action")
