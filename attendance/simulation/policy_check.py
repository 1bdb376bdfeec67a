"""Whether an attendance policy makes sense, beyond its schema: every trigger can be reached, every
promise has a time and a ladder, every letter can name its law. Each finding names file, line and
key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from attendance.common.letters import FOLDER
from attendance.notice import letters
from attendance.rules import clocks, conditions, counting_rules, law, triggers
from attendance.rules.counting_rules import Counted, MeasureError, Rule, Span
from casework.documents.letters import ROOT
from casework.policy.policies import Policy, PolicyError, all_policies, line_finder, parse_policy

Key = tuple[Any, ...]
# The most days that a window can hold: what needs more is never reached.
_DAYS = {
    Span.SCHOOL_YEAR: 366,
    Span.SEMESTER: 366,
    Span.ENROLMENT: 366,
    Span.CONSECUTIVE: 366,
    Span.CALENDAR_MONTH: 31,
}
_PER_UNIT = {Span.ROLLING_CALENDAR_DAYS: 1, Span.ROLLING_WEEKS: 7, Span.MONTHS: 31}


@dataclass(frozen=True)
class Finding:
    """Something wrong (error) or doubtful (warning) in a policy file."""

    level: str
    file: str
    line: int
    key: str
    message: str

    def as_text(self) -> str:
        """For people: `virginia.yaml:24: error: triggers.0.sla: ...`."""
        return f"{self.file}:{self.line}: {self.level}: {self.key}: {self.message}"


def check(path: Path) -> tuple[Policy | None, list[Finding]]:
    """Everything found in a policy file of any domain; the policy when the schema accepts it."""
    try:
        policy = parse_policy(path)
    except (PolicyError, OSError, UnicodeDecodeError) as error:
        return None, [_from_text(path, line) for line in str(error).splitlines()]
    if policy.domain != "attendance":
        return policy, []
    return policy, check_sense(policy, path.name, line_finder(path))


def check_sense(policy: Policy, file: str, line_of: Callable[[Key], int]) -> list[Finding]:
    """What the schema cannot see in an attendance policy."""
    found = []
    for part in (
        _effective,
        _bands,
        _codes,
        _triggers,
        _repeats,
        _slas,
        _moves,
        _exclusions,
        _languages,
    ):
        for level, key, message in part(policy):
            found.append(Finding(level, file, line_of(key), ".".join(map(str, key)), message))
    return sorted(found, key=lambda finding: (finding.line, finding.key))


def as_report(policy: Policy | None, path: Path, found: list[Finding]) -> dict[str, Any]:
    """For `policy_check --json`."""
    return {
        "file": path.name,
        "policy": policy.id if policy else None,
        "errors": sum(finding.level == "error" for finding in found),
        "warnings": sum(finding.level == "warning" for finding in found),
        "findings": [asdict(finding) for finding in found],
    }


def _from_text(path: Path, text: str) -> Finding:
    """A line of PolicyError (`file:line: key 'a.b': message`) as a finding."""
    where, _colon, message = text.partition(": ")
    line = where.rpartition(":")[2]
    key = (
        message.split("'")[1]
        if message.startswith("key '") and message.count("'") >= 2
        else "(whole file)"
    )
    return Finding("error", path.name, int(line) if line.isdigit() else 1, key, message or text)


_Found = Iterator[tuple[str, Key, str]]


def _effective(policy: Policy) -> _Found:
    if policy.effective_to and policy.effective_to < policy.effective_from:
        yield "error", ("effective", "to"), _("lies before 'from': the policy is never in force")
    begins = str(policy.get("school_year.begins", "07-01"))
    if f"{policy.effective_from:%m-%d}" != begins:
        yield (
            "warning",
            ("effective", "from"),
            _(
                "is not the begin of a school year (%(day)s): counts before and after "
                "cannot be compared"
            )
            % {"day": begins},
        )
    for other in all_policies().values():
        if other.domain == "attendance" and other.id == policy.id and other.sha256 != policy.sha256:
            yield (
                "warning",
                ("version",),
                _("%(policy)s stands in %(file)s with other content: give this file a new version")
                % {"policy": policy.id, "file": other.path},
            )


def _bands(policy: Policy) -> _Found:
    bands = policy.data["bands"]
    if not bands["at_risk"] < bands["moderate"] < bands["severe"]:
        yield "error", ("bands",), _("must rise: at_risk < moderate < severe")


def _codes(policy: Policy) -> _Found:
    for code, name in policy.data["code_map"].items():
        if name not in law.CLASSES:
            yield (
                "error",
                ("code_map", code),
                _("'%(name)s' is no class; use one of %(classes)s")
                % {"name": name, "classes": ", ".join(law.CLASSES)},
            )


def _triggers(policy: Policy) -> _Found:
    seen: set[str] = set()
    for number, trigger in enumerate(policy.data["triggers"]):
        here: Key = ("triggers", number)
        if trigger["id"] in seen:
            yield (
                "error",
                (*here, "id"),
                _("%(trigger)s is used twice") % {"trigger": trigger["id"]},
            )
        seen.add(trigger["id"])
        try:
            rule = counting_rules.rules_of({**policy.data, "triggers": [trigger]})[0]
        except (MeasureError, KeyError) as error:
            yield "error", here, _("cannot be measured: %(why)s") % {"why": error}
            continue
        for level, key, message in (
            *_reachable(rule, trigger, policy),
            *_asks(rule, trigger, policy),
        ):
            yield level, (*here, *key), message
    yield from _shadowed(policy)


def _reachable(rule: Rule, trigger: Mapping[str, Any], policy: Policy) -> _Found:
    most = _DAYS.get(rule.window.kind) or rule.window.n * _PER_UNIT[rule.window.kind]
    if rule.percent:
        if rule.min_days > most:
            yield (
                "error",
                ("min_days",),
                _("the window never holds %(days)d days (at most %(most)d)")
                % {"days": rule.min_days, "most": most},
            )
    elif rule.at * rule.scale > most * {Counted.HOUR: 1440, Counted.PERIOD: 24}.get(rule.unit, 1):
        yield (
            "error",
            ("at",),
            _("can never be reached: the window holds at most %(most)d days") % {"most": most},
        )
    if rule.window.kind is Span.SEMESTER and not policy.get("school_year.semesters"):
        yield (
            "error",
            ("window",),
            _("a semester is counted, but school_year.semesters does not say when one begins"),
        )
    if rule.unit is Counted.PERIOD and not rule.period_minutes:
        yield "error", ("unit",), _("stored marks hold minutes, no periods: say period_minutes")
    if rule.whole_day and rule.unit is not Counted.DAY:
        yield "warning", ("whole_day",), _("has a meaning for days only")
    if rule.over_minutes and rule.unit is not Counted.PART_OF_DAY:
        yield "warning", ("over_minutes",), _("has a meaning for parts of days only")
    if "every" in trigger and not rule.every:
        yield (
            "error",
            ("every",),
            _("has no effect without repeat: {%(trigger)s: every_n}") % {"trigger": rule.trigger},
        )
    limit = trigger.get("not_later_than")
    if limit is not None and limit < rule.at:
        yield (
            "error",
            ("not_later_than",),
            _("lies below the threshold %(at)s: every notice would be late") % {"at": rule.at},
        )


def _asks(rule: Rule, trigger: Mapping[str, Any], policy: Policy) -> _Found:
    if trigger.get("notice"):
        if not triggers.notice_sla(trigger, policy.data):
            yield (
                "error",
                ("sla",),
                _(
                    "the notice has no time: give the trigger an sla, or the policy "
                    "process_sla.notice"
                ),
            )
        if letters.template_of(rule.trigger) == letters.GENERIC and not trigger.get("cite"):
            yield "error", ("cite",), _("the letter cannot name its law: say which one")
    if triggers.duties(trigger):
        if not triggers.action_sla(trigger, policy.data):
            yield (
                "error",
                ("sla",),
                _(
                    "the action has no time: give the trigger an sla, or the policy "
                    "process_sla.action"
                ),
            )
        if not trigger.get("cite"):
            yield "warning", ("cite",), _("an action without its law")


def _shadowed(policy: Policy) -> _Found:
    """A trigger that opens a lower stage at a higher count, and asks for nothing else, changes
    nothing."""
    entries = list(enumerate(policy.data["triggers"]))
    same = ("measure", "unit", "window", "classes", "holds")
    for number, trigger in entries:
        for _number, other in entries:
            alike = all(trigger.get(name) == other.get(name) for name in same) and (
                "at" in trigger
            ) == ("at" in other)
            amount, less = (one.get("at", one.get("percent")) for one in (trigger, other))
            higher = triggers.RANK[str(other["opens"])] >= triggers.RANK[str(trigger["opens"])]
            if (
                alike
                and less < amount
                and higher
                and not trigger.get("notice")
                and not trigger.get("action")
            ):
                yield (
                    "warning",
                    ("triggers", number, "opens"),
                    _("changes nothing: %(trigger)s opens %(stage)s before it")
                    % {"trigger": other["id"], "stage": other["opens"]},
                )
                break


def _repeats(policy: Policy) -> _Found:
    ids = {trigger["id"] for trigger in policy.data["triggers"]}
    for name in policy.data["repeat"]:
        if name not in ids:
            yield "error", ("repeat", name), _("no trigger of this id")


def _slas(policy: Policy) -> _Found:
    """Every promise that the workflows make has a time and a ladder."""
    for spec in (*clocks.CASES.values(), clocks.NOTICES["confirm_address"]):
        try:
            spec.sla(policy)
        except PolicyError as error:
            yield "error", ("process_sla",), str(error).partition(": ")[2] or str(error)
        if spec.ladder not in policy.data["ladders"]:
            yield (
                "error",
                ("ladders",),
                _("the promise %(kind)s alerts by the ladder '%(ladder)s', which is not there")
                % {"kind": spec.kind, "ladder": spec.ladder},
            )


def _moves(policy: Policy) -> _Found:
    moves = policy.get("clock_moves") or {}
    for name in sorted(
        {spec.moves for spec in (*clocks.CASES.values(), *clocks.NOTICES.values())} - set(moves)
    ):
        yield (
            "warning",
            ("clock_moves",),
            _("'%(name)s' is not there: no deadline of this kind can be extended or held")
            % {"name": name},
        )


def _exclusions(policy: Policy) -> _Found:
    for number, name in enumerate(policy.get("exclusions_from_legal") or ()):
        if name not in conditions.EXCLUSIONS:
            yield (
                "warning",
                ("exclusions_from_legal", number),
                _("'%(name)s' has no words of its own: pages will show the code") % {"name": name},
            )


def _languages(policy: Policy) -> _Found:
    notices = [trigger["id"] for trigger in policy.data["triggers"] if trigger.get("notice")]
    folder = ROOT / FOLDER / "letter_templates"
    for number, language in enumerate(policy.get("letters.languages") or ()):
        missing = [
            name
            for name in notices
            if not (folder / f"{letters.template_of(name)}.{language}.typ").exists()
        ]
        if missing:
            yield (
                "warning",
                ("letters", "languages", number),
                _("no letter in '%(language)s' for %(triggers)s: it goes out in English")
                % {"language": language, "triggers": ", ".join(missing)},
            )
