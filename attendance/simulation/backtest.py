"""What a policy would have opened, raised and sent over stored marks, night by night, beside what
the policy in force does over the same nights (domain.md A1.4). Nothing is written.

Each night knows what was known then: superseded versions count until they were superseded. A mark
without an earlier version that came more than a week late belongs to a first load and is taken as
known on its own day. Of people one thing is assumed: a notice is sent on its due date, so that a
correction before it withdraws the notice and one after it supersedes the letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from attendance.models import AttendanceCase, Notice
from attendance.nightly import mark_triggers
from attendance.nightly.decisions import ActionFacts, Decision, NoticeFacts, StudentFacts, decide
from attendance.rules import counting_rules, mark_sql, triggers
from attendance.rules.counting_rules import DayMark, Enrolled, MeasureError
from attendance.rules.law import ABSENT, Counts
from attendance.rules.triggers import Plan
from casework.engine.calendars import calendar_at
from casework.engine.date_rules import SchoolCalendar
from casework.policy.policies import Policy, policy_for
from district.models import Post, Role, School, SchoolYear

FOREVER = date.max
LATE = timedelta(days=7)
NOTHING = Counts(0, 0, 0)


@dataclass(frozen=True)
class Known:
    """A mark and the nights on which it was believed: from `since` until the night before
    `until`."""

    mark: DayMark
    since: date
    until: date = FOREVER


@dataclass(frozen=True)
class Stay:
    """A stay at a school, by the row id of the school."""

    school: int
    enrolled: Enrolled


@dataclass(frozen=True)
class History:
    """All that a replay needs of one student in one school year."""

    student: int
    home: SchoolCalendar
    stays: tuple[Stay, ...]
    known: tuple[Known, ...]

    def school_on(self, night: date) -> int | None:
        """The school on a night: the stay that holds it, the latest one when several do."""
        return next(
            (stay.school for stay in reversed(self.stays) if stay.enrolled.holds(night)), None
        )


@dataclass(frozen=True)
class Happening:
    """One thing that a policy would have done: reached (a trigger), opened, raised, notice, sent,
    withdrawn, superseded, action."""

    night: date
    what: str
    name: str
    school: int
    student: int


# -- one student, pure -----------------------------------------------------------------------------


@dataclass
class _Replay:
    """The imagined case of one student."""

    history: History
    plan: Plan
    year: counting_rules.Year
    state: str = ""
    stage: str = ""
    reason: str = ""
    school: int | None = None
    seen: tuple[str, ...] = ()
    notices: dict[UUID, tuple[NoticeFacts, date, int]] = field(default_factory=dict)
    actions: dict[str, ActionFacts] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)

    def night(self, night: date) -> None:
        """Play one night."""
        self._mail(night)
        here = self.history.school_on(night)
        marks = [
            one.mark
            for one in self.history.known
            if one.since <= night < one.until and one.mark.day <= night
        ]
        hits = counting_rules.trigger_hits(
            marks,
            self.plan.policy,
            night,
            self.history.home,
            [stay.enrolled for stay in self.history.stays],
            self.year,
        )
        reached = triggers.from_hits(hits, self.plan)
        facts = StudentFacts(
            self.history.student,
            here or self.school or 0,
            NOTHING,
            active=here is not None,
            corrected=self._corrected(night),
            case_id=1 if self.state else None,
            state=self.state,
            stage=self.stage,
            closed_reason=self.reason,
            triggers=self.seen,
            worked=self.stage in ("TIER2", "TIER3")
            or any(notice.sent for notice, _due, _school in self.notices.values()),
            notices=tuple(notice for notice, _due, _school in self.notices.values()),
            case_school_id=self.school,
            here=here,
            hits=reached,
            actions=tuple(self.actions.values()),
        )
        decision = decide(facts, night, self.plan.policy, self.plan)
        for each in reached if here is not None else ():
            if each.key not in self.seen:
                self._note(night, "reached", each.trigger)
        self._apply(decision, night)
        if here is not None and self.state:
            self.school = here
            now = {each.key for each in reached}
            self.seen = tuple(
                now if "flag_correction" in decision.names() else now | set(self.seen)
            )

    def _corrected(self, night: date) -> bool:
        return any(
            one.until == night and one.mark.mark_class in ABSENT for one in self.history.known
        )

    def _apply(self, decision: Decision, night: date) -> None:
        moves: dict[str, Callable[[date, str, Mapping[str, Any], Any], None]] = {
            "open_case": self._opened,
            "reopen": self._reopened,
            "raise_tier2": self._raised,
            "raise_tier3": self._raised,
            "raise_pending": self._raised,
            "close_corrected": self._closed,
            "close_ended": self._closed,
            "begin_notice": self._begun,
            "withdraw": self._fell,
            "supersede": self._fell,
            "begin_action": self._asked,
            "withdraw_action": self._unasked,
        }
        for name, data, process in decision.steps:
            moves.get(name, _nothing)(night, name, data, process)

    def _opened(self, night: date, _name: str, _data: Mapping[str, Any], _process: Any) -> None:
        self.state = self.stage = "WATCH"
        self.school = self.history.school_on(night)
        self._note(night, "opened", "WATCH")

    def _reopened(self, _night: date, _name: str, _data: Mapping[str, Any], _process: Any) -> None:
        self.state, self.reason = self.stage, ""

    def _raised(self, night: date, name: str, data: Mapping[str, Any], _process: Any) -> None:
        self.state = self.stage = str(
            data.get("stage") or {"raise_tier2": "TIER2", "raise_tier3": "TIER3"}[name]
        )
        self._note(night, "raised", self.stage)

    def _closed(self, _night: date, name: str, _data: Mapping[str, Any], _process: Any) -> None:
        self.state, self.reason = (
            "CLOSED",
            {"close_corrected": "CORRECTED", "close_ended": "WITHDRAWN"}[name],
        )

    def _begun(self, night: date, _name: str, data: Mapping[str, Any], _process: Any) -> None:
        process = UUID(int=len(self.notices) + 1)
        due = self._due(data["covers"], night, data.get("reached_on") or night)
        self.notices[process] = (
            NoticeFacts(process, tuple(data["covers"]), "DUE"),
            due,
            self.history.school_on(night) or 0,
        )
        self._note(night, "notice", triggers.trigger_of(data["covers"][-1]))

    def _due(self, covers: Sequence[str], night: date, reached_on: date) -> date:
        slas = [
            sla
            for key in covers
            if (
                sla := triggers.notice_sla(
                    self.plan.by_id[triggers.trigger_of(key)], self.plan.policy
                )
            )
        ]
        dues = [
            due.due
            for sla in slas
            if (due := counting_rules.due_date(sla, reached_on, night, self.history.home))
        ]
        return min(dues, default=night)

    def _fell(self, night: date, name: str, _data: Mapping[str, Any], process: UUID) -> None:
        notice, due, school = self.notices[process]
        fallen = (
            replace(notice, superseded=True)
            if notice.sent
            else replace(notice, state="WITHDRAWN_CORRECTION")
        )
        self.notices[process] = (fallen, due, school)
        self._note(
            night,
            {"withdraw": "withdrawn", "supersede": "superseded"}[name],
            triggers.trigger_of(notice.covers[-1]),
        )

    def _asked(self, night: date, _name: str, data: Mapping[str, Any], _process: Any) -> None:
        self.actions[data["key"]] = ActionFacts(data["key"], "OPEN")
        self._note(night, "action", triggers.trigger_of(data["key"]))

    def _unasked(self, _night: date, _name: str, data: Mapping[str, Any], _process: Any) -> None:
        self.actions[data["key"]] = ActionFacts(data["key"], "CANCELLED")

    def _mail(self, night: date) -> None:
        """Notices whose due date has come before this night are out."""
        for process, (notice, due, school) in self.notices.items():
            if notice.state == "DUE" and due < night and self.state != "CLOSED":
                self.notices[process] = (replace(notice, state="SENT"), due, school)
                self.happened.append(
                    Happening(
                        due,
                        "sent",
                        triggers.trigger_of(notice.covers[-1]),
                        school,
                        self.history.student,
                    )
                )

    def _note(self, night: date, what: str, name: str) -> None:
        self.happened.append(
            Happening(
                night,
                what,
                name,
                self.history.school_on(night) or self.school or 0,
                self.history.student,
            )
        )


def _nothing(_night: date, _name: str, _data: Mapping[str, Any], _process: Any) -> None:
    """A step that changes nothing that a replay counts."""


def replay(history: History, plan: Plan, year: counting_rules.Year, last: date) -> list[Happening]:
    """What a policy does with one student from the first night of a school year to `last`. Raises
    MeasureError when the marks do not say what the policy counts."""
    everything = replace(plan, plain=[], general=list(plan.rules.values()))
    played = _Replay(history, everything, year)
    for night in nights_of(history, plan, year, last):
        played.night(night)
    played._mail(last + timedelta(days=1))
    return played.happened


def nights_of(history: History, plan: Plan, year: counting_rules.Year, last: date) -> list[date]:
    """The nights on which something may change: marks come or go, a stay begins or ends, a share of
    days begins to count."""
    nights = {night for one in history.known for night in (max(one.since, one.mark.day), one.until)}
    nights |= {
        stay.enrolled.left + timedelta(days=1) for stay in history.stays if stay.enrolled.left
    }
    nights |= {stay.enrolled.entered for stay in history.stays}
    frame = counting_rules.frame_of(
        history.home, [stay.enrolled for stay in history.stays], year, last
    )
    for rule in plan.rules.values():
        if rule.percent and 0 < rule.min_days <= len(frame.days):
            nights.add(frame.days[rule.min_days - 1])
    return sorted(night for night in nights if year.starts <= night <= last)


# -- stored marks ----------------------------------------------------------------------------------

_KNOWN = f"""
SELECT x.student_id, x.day, x.mark_class, x.excuse, x.minutes_absent, x.minutes_scheduled,
       coalesce(d.minutes, 0), x.known_from, x.known_to
  FROM (SELECT student_id, day, school_id, mark_class, excuse, minutes_absent, minutes_scheduled,
               known_from, NULL::date AS known_to, recorded_at
          FROM attendance_mark
         WHERE student_id = ANY(%(students)s) AND day BETWEEN %(starts)s AND %(last)s
        UNION ALL
        SELECT student_id, day, school_id, mark_class, excuse, minutes_absent, minutes_scheduled,
               known_from, known_to, recorded_at
          FROM attendance_mark_version
         WHERE student_id = ANY(%(students)s) AND day BETWEEN %(starts)s AND %(last)s) x
  JOIN district_school s ON s.id = x.school_id
  LEFT JOIN district_calendarday d ON d.calendar_id = s.calendar_id AND d.date = x.day
 WHERE x.mark_class {mark_sql.MISSED}
 ORDER BY x.student_id, x.day, x.recorded_at
"""
_STAYS = """
SELECT e.student_id, e.entry_date, e.exit_date, e.school_id, s.calendar_id, c.revision
  FROM district_enrollment e
  JOIN district_school s ON s.id = e.school_id
  LEFT JOIN district_calendar c ON c.id = s.calendar_id
 WHERE e.student_id = ANY(%(students)s)
   AND e.entry_date <= %(last)s
   AND coalesce(e.exit_date, 'infinity') >= %(starts)s
 ORDER BY e.student_id, e.service_type = 'P', e.entry_date, e.id
"""
_WHO = f"""
SELECT student_id
  FROM attendance_mark
 WHERE day BETWEEN %(starts)s AND %(last)s AND mark_class {mark_sql.MISSED}
 UNION
SELECT student_id
  FROM attendance_mark_version
 WHERE day BETWEEN %(starts)s AND %(last)s AND mark_class {mark_sql.MISSED}
 ORDER BY 1
"""


def histories(starts: date, last: date, progress: Callable[[int, int], None]) -> Iterator[History]:
    """The histories of all students with a mark in a span, a few thousand at a time."""
    students = [row[0] for row in _rows(_WHO, {"starts": starts, "last": last})]
    for start in range(0, len(students), mark_triggers.CHUNK):
        progress(start, len(students))
        yield from _some(students[start : start + mark_triggers.CHUNK], starts, last)


def _some(students: list[int], starts: date, last: date) -> Iterator[History]:
    parameters = {"students": students, "starts": starts, "last": last}
    stays: dict[int, list[Stay]] = {}
    for student, entered, left, school, calendar, revision in _rows(_STAYS, parameters):
        stays.setdefault(student, []).append(
            Stay(school, Enrolled(entered, left, calendar_at(calendar, revision)))
        )
    for student, rows in groupby(_rows(_KNOWN, parameters), key=lambda row: row[0]):
        if found := stays.get(student):
            home = found[-1].enrolled.calendar
            assert home is not None
            yield History(student, home, tuple(found), tuple(_known(rows)))


def _known(rows: Iterable[Sequence[Any]]) -> Iterator[Known]:
    for day, versions in groupby(rows, key=lambda row: row[1]):
        for number, row in enumerate(versions):
            since, until = row[7], row[8] or FOREVER
            if number == 0 and since > day + LATE:
                since = day
            yield Known(mark_triggers.mark_of(*row[1:7]), since, until)


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


# -- the report ------------------------------------------------------------------------------------

_KINDS = ("opened", "raised", "notice", "sent", "withdrawn", "superseded", "action")
DUTIES = {"raised": 1, "notice": 1, "action": 1}


def backtest(
    candidate: Policy,
    first: date,
    last: date,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """The two replays side by side, and what was recorded. ValueError for an empty span or one
    without a school year."""
    years = list(SchoolYear.objects.filter(starts__lte=last, ends__gte=first).order_by("starts"))
    if first > last or not years:
        raise ValueError(_("The span holds no day of a school year that is stored."))
    sides = {"candidate": Counter[tuple[str, ...]](), "in_force": Counter[tuple[str, ...]]()}
    refused: Counter[str] = Counter()
    students: set[int] = set()
    for year in years:
        until = min(last, year.ends)
        in_force = policy_for("attendance", max(first, year.starts))
        plans = {
            "candidate": triggers.plan_of(candidate.data),
            "in_force": triggers.plan_of(in_force.data),
        }
        for history in histories(year.starts, until, progress):
            students.add(history.student)
            for side, plan in plans.items():
                _count(
                    sides[side],
                    history,
                    plan,
                    mark_triggers.year_for(plan, year),
                    (first, until),
                    refused,
                    side,
                )
    names = dict(School.objects.values_list("pk", "name"))
    workers = _workers()
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "students": len(students),
        "candidate": {
            "policy": candidate.id,
            "can": _can(candidate),
            **_side(sides["candidate"], names, workers),
        },
        "in_force": {
            "policy": in_force.id,
            "can": _can(in_force),
            **_side(sides["in_force"], names, workers),
        },
        "recorded": recorded(first, last),
        "refused": [
            {"reason": reason, "students": count} for reason, count in refused.most_common(20)
        ],
    }


def _can(policy: Policy) -> dict[str, list[str]]:
    """What each trigger of a policy can do at all."""
    plan = triggers.plan_of(policy.data)
    return {
        name: [
            "reached",
            *(["notice", "sent"] if trigger.get("notice") else []),
            *(["action"] if triggers.duties(trigger) else []),
        ]
        for name, trigger in plan.by_id.items()
    }


def _count(
    counter: Counter[tuple[str, ...]],
    history: History,
    plan: Plan,
    year: counting_rules.Year,
    span: tuple[date, date],
    refused: Counter[str],
    side: str,
) -> None:
    try:
        happened = replay(history, plan, year, span[1])
    except MeasureError as error:
        refused[f"{side}: {_without_day(error)}"] += 1
        return
    for one in happened:
        if span[0] <= one.night <= span[1]:
            counter[one.what, one.name, str(one.school), f"{one.night:%Y-%m}"] += 1


def _without_day(error: MeasureError) -> str:
    """The reason without the day of the mark, so that equal reasons are one line."""
    return "".join(
        " a day" if part[:4].isdigit() and part[4:5] == "-" else f" {part}"
        for part in str(error).split()
    ).strip()


def _side(
    counter: Counter[tuple[str, ...]], names: Mapping[int, str], workers: Mapping[int, int]
) -> dict[str, Any]:
    totals = {
        kind: sum(count for key, count in counter.items() if key[0] == kind) for kind in _KINDS
    }
    raised = {
        stage: sum(n for key, n in counter.items() if key[:2] == ("raised", stage))
        for stage in ("TIER2", "TIER3")
    }
    return {
        **totals,
        "raised_to": raised,
        "by_trigger": _table(
            counter,
            lambda key: key[1] if key[0] in ("reached", "notice", "sent", "action") else None,
        ),
        "by_school": {
            names.get(int(school), school): row
            for school, row in _table(counter, lambda key: key[2]).items()
        },
        "by_month": _table(counter, lambda key: key[3]),
        "workload": _workload(counter, names, workers),
    }


def _table(
    counter: Counter[tuple[str, ...]], label: Callable[[tuple[str, ...]], str | None]
) -> dict[str, dict[str, int]]:
    table: dict[str, Counter[str]] = {}
    for key, count in counter.items():
        row = label(key)
        if row is not None:
            table.setdefault(row, Counter())[key[0]] += count
    return {row: dict(sorted(table[row].items())) for row in sorted(table)}


def _workload(
    counter: Counter[tuple[str, ...]], names: Mapping[int, str], workers: Mapping[int, int]
) -> list[dict[str, Any]]:
    """New duties at each school (a case raised, a notice, an action) and for each of its social
    workers, the heaviest first."""
    duties: Counter[int] = Counter()
    for (what, _name, school, _month), count in counter.items():
        duties[int(school)] += count * DUTIES.get(what, 0)
    rows = [
        {
            "school": names.get(school, str(school)),
            "duties": count,
            "workers": workers.get(school, 0),
            "per_worker": round(count / workers[school], 1) if workers.get(school) else None,
        }
        for school, count in duties.items()
        if count
    ]
    return sorted(rows, key=lambda row: (-(row["per_worker"] or row["duties"]), row["school"]))


def _workers() -> dict[int, int]:
    found: dict[int, set[int]] = {}
    for school, user in Post.objects.filter(role=Role.SSW, school__isnull=False).values_list(
        "school_id", "user_id"
    ):
        found.setdefault(school, set()).add(user)
    return {school: len(users) for school, users in found.items()}


def recorded(first: date, last: date) -> dict[str, int]:
    """What really happened in the span, for comparison with the replay of the policy in force."""
    notices = Notice.objects.filter(detected_on__range=(first, last))
    return {
        "opened": AttendanceCase.objects.filter(opened_on__range=(first, last)).count(),
        "notice": notices.count(),
        "sent": Notice.objects.filter(sent_on__range=(first, last)).count(),
        "withdrawn": notices.filter(state="WITHDRAWN_CORRECTION").count(),
    }
