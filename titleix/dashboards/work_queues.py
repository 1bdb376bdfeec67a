"""The desks of Title IX: what waits for a person, by the function that they hold in each case.
Everything begins at the access module; a desk shows numbers, schools, steps and dates, never a
person of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.access import rights
from casework.case_types import registry
from casework.engine import date_rules
from casework.engine.casefile import load
from casework.engine.services import local_today
from casework.models import Appointment, CaseUserPermission, Clock, Task
from district.models import Role as Post
from titleix.case.states import Stage
from titleix.dashboards import checklist_facts
from titleix.models import Assignment, TitleIXCase
from titleix.rules import checklist, clocks
from titleix.rules.separation_of_duties import ROLES

UNSCREENED = (Stage.RECEIVED, Stage.SCREENING, Stage.INFO_REQUESTED)
INVESTIGATIONS = ("school_investigation", "district_investigation")
WINDOWS = ("evidence_wait", "report_wait", "appeal_window", "info", "informal")
AHEAD = timedelta(days=14)
MOST = 60  # cases on a personal desk; nobody holds so many at once
FUNCTIONS = {
    "coordinate_cases": _("coordinator"),
    "investigate_cases": _("investigator"),
    "decide_cases": _("decision-maker"),
    "appeal_cases": _("appeal officer"),
    "facilitate_cases": _("facilitator"),
    "administer_cases": _("for the school"),
    "approve_cases": _("deputy superintendent"),
}


@dataclass(frozen=True)
class CaseRow:
    """One open case on a desk."""

    number: str
    school: str
    state: Any
    known_days: int
    due: date | None = None
    days: int | None = None
    duty: Any = ""
    who: str = ""
    level: Any = ""


@dataclass(frozen=True)
class Duty:
    """Something to do or to come, with its date."""

    number: str
    what: Any
    due: date
    at: datetime | None = None
    mine: bool = False


@dataclass(frozen=True)
class Load:
    """What one person carries."""

    name: str
    role: Any
    open: int
    overdue: int
    first_due: date | None


@dataclass
class Coordinator:
    """The coordinator's desk."""

    unscreened: list[CaseRow] = field(default_factory=list)
    investigations: list[CaseRow] = field(default_factory=list)
    windows: list[Duty] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    calendar: list[tuple[date, list[Duty]]] = field(default_factory=list)
    workload: list[Load] = field(default_factory=list)
    open: int = 0


@dataclass(frozen=True)
class MyCase:
    """A case on a personal desk: my functions, what I must do, what it waits for otherwise."""

    number: str
    school: str
    state: Any
    functions: list[Any]
    mine: list[checklist.Item]
    waits: list[checklist.Item]
    due: date | None


def functions(user: Any) -> dict[int, set[str]]:
    """Case -> what the user holds in it, of the open Title IX cases that they may see (one
    statement)."""
    rows = CaseUserPermission.objects.filter(
        user=user, content_object__in=rights.visible(user, "TIX").filter(closed_on=None)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for case_id, codename in rows.values_list("content_object_id", "permission__codename"):
        found[case_id].add(codename)
    return found


def desk(user: Any, roles: set[Any]) -> dict[str, Any]:
    """The context of the home page: the coordinator's desk, the personal desk, what an auditor
    or counsel may open."""
    held = functions(user)
    coordinated = [case_id for case_id, names in held.items() if "coordinate_cases" in names]
    own = {
        case_id: names
        for case_id, names in held.items()
        if names & (set(FUNCTIONS) - {"coordinate_cases"})
    }
    found: dict[str, Any] = {}
    if Post.TITLE_IX_COORDINATOR in roles or coordinated:
        found["coordinator"] = coordinator(user, coordinated)
    if own:
        found["mine"] = personal(own)
    if roles & {Post.AUDITOR, Post.COUNSEL}:
        found["audits"] = True
    if Post.COUNSEL in roles:
        found["holds"] = True
    if roles & {Post.DEPUTY, Post.COUNSEL, Post.TITLE_IX_COORDINATOR}:
        found["emergency"] = True
    if found and "coordinator" not in found and "mine" not in found:
        found["mine"] = []
    return found


def _cases(ids: Sequence[int]) -> dict[int, TitleIXCase]:
    """The cases by their number in the database, with what a row of the queue shows."""
    shown = TitleIXCase.objects.filter(pk__in=ids).only(
        "number",
        "state",
        "level",
        "knowledge_at",
        "next_due",
        "next_duty",
        "owner__first_name",
        "owner__last_name",
        "school__name",
        "school_id",
    )
    return {case.pk: case for case in shown.select_related("school", "owner")}


def _meetings(cases: dict[int, TitleIXCase], today: date) -> list[Appointment]:
    """What is set for these cases from today on, in its order."""
    since = date_rules.local_instant(today, datetime.min.time(), settings.TIME_ZONE)
    until = date_rules.local_instant(today + AHEAD, datetime.min.time(), settings.TIME_ZONE)
    return list(
        Appointment.objects.filter(
            case__in=cases, cancelled_at=None, starts_at__gte=since, starts_at__lt=until
        ).order_by("starts_at")
    )


def coordinator(user: Any, ids: Sequence[int]) -> Coordinator:
    """The coordinator's desk out of four statements, however many cases there are."""
    today = local_today()
    cases = _cases(ids)
    running = list(
        Clock.objects.filter(case__in=cases, status__in=("RUNNING", "HELD")).order_by("due", "kind")
    )
    meetings = _meetings(cases, today)
    staff = _staff(cases)
    due = {
        clock.case_id: clock
        for clock in reversed([clock for clock in running if clock.kind in INVESTIGATIONS])
    }
    asked = _asked(list(due))
    return Coordinator(
        unscreened=sorted(
            (
                _row(case, today, _first(running, case.pk, "screening", "info"))
                for case in cases.values()
                if case.state in UNSCREENED
            ),
            key=lambda row: -row.known_days,
        ),
        investigations=sorted(
            (_row(cases[pk], today, clock, staff, asked.get(pk, "")) for pk, clock in due.items()),
            key=lambda row: row.due or today,
        ),
        windows=[
            _duty(cases, clock)
            for clock in running
            if clock.kind in WINDOWS and clock.due <= today + AHEAD
        ],
        duties=_my_duties(cases, running, today),
        calendar=_calendar(cases, running, meetings, today),
        workload=_workload(cases, due, today, staff),
        open=len(cases),
    )


def _row(
    case: TitleIXCase,
    today: date,
    clock: Clock | None,
    staff: dict[int, list[tuple[str, str]]] | None = None,
    duty: Any = "",
) -> CaseRow:
    known = date_rules.local_date(case.knowledge_at, settings.TIME_ZONE)
    who = ", ".join(
        name
        for name, role in (staff or {}).get(case.pk, ())
        if role in ("investigator", "school_investigator")
    )
    return CaseRow(
        number=case.number,
        school=case.school.name if case.school else "",
        state=Stage(case.state).label,
        known_days=(today - known).days,
        due=clock.due if clock else None,
        days=(clock.due - today).days if clock else None,
        duty=duty,
        who=who,
        level=case.get_level_display(),
    )


def _asked(ids: Sequence[int]) -> dict[int, Any]:
    """What the rule asks next in each case: the duty that the others wait for (one statement)."""
    found = {}
    for file in load(registry.kind("TIX"), ids=ids, lock=False) if ids else ():
        upcoming = checklist.upcoming(checklist_facts.facts(file))
        found[file.case.pk] = next((item.label for item in upcoming if not item.side), "")
    return found


def _first(running: Sequence[Clock], case_id: int, *kinds_: str) -> Clock | None:
    return next(
        (clock for clock in running if clock.case_id == case_id and clock.kind in kinds_), None
    )


def _duty(cases: dict[int, TitleIXCase], clock: Clock, *, mine: bool = False) -> Duty:
    return Duty(
        cases[clock.case_id].number, clocks.LABELS.get(clock.kind, clock.kind), clock.due, mine=mine
    )


def _my_duties(cases: dict[int, TitleIXCase], running: Sequence[Clock], today: date) -> list[Duty]:
    """What the coordinator must do: promises of that role within a week or over, and duties of
    state law."""
    tasks = dict(Task.objects.filter(case__in=cases, status="OPEN").values_list("clock_id", "kind"))
    found = []
    for clock in running:
        if clock.kind in INVESTIGATIONS + WINDOWS or clock.due > today + timedelta(days=7):
            continue
        label = clocks.TASKS.get(tasks.get(clock.id, ""), clocks.LABELS.get(clock.kind, clock.kind))
        found.append(Duty(cases[clock.case_id].number, label, clock.due))
    return found


def _calendar(
    cases: dict[int, TitleIXCase],
    running: Sequence[Clock],
    meetings: Sequence[Appointment],
    today: date,
) -> list[tuple[date, list[Duty]]]:
    """Windows and meetings of the coming two weeks by day."""
    days: dict[date, list[Duty]] = defaultdict(list)
    for clock in running:
        if (
            clock.kind
            in WINDOWS + INVESTIGATIONS + ("determination", "appeal_decision", "challenge")
            and today <= clock.due <= today + AHEAD
        ):
            days[clock.due].append(_duty(cases, clock))
    for row in meetings:
        day = date_rules.local_date(row.starts_at, settings.TIME_ZONE)
        days[day].append(Duty(cases[row.case_id].number, _("Meeting"), day, row.starts_at))
    return sorted(days.items())


def _staff(cases: dict[int, TitleIXCase]) -> dict[int, list[tuple[str, str]]]:
    rows = (
        Assignment.objects.filter(case__in=cases, ends_on=None)
        .select_related("user")
        .order_by("role")
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append((str(row.user), row.role))
    return found


def _workload(
    cases: dict[int, TitleIXCase],
    due: dict[int, Clock],
    today: date,
    staff: dict[int, list[tuple[str, str]]],
) -> list[Load]:
    held: dict[tuple[str, str], list[int]] = defaultdict(list)
    for case_id, rows in staff.items():
        for name, role in rows:
            held[(name, role)].append(case_id)
    names = dict(ROLES)
    found = []
    for (name, role), ids in held.items():
        first = min((due[pk].due for pk in ids if pk in due), default=None)
        late = sum(1 for pk in ids if pk in due and due[pk].due < today)
        found.append(Load(name, names.get(role, role), len(ids), late, first))
    return sorted(found, key=lambda row: (-row.overdue, -row.open, row.name))


def personal(held: dict[int, set[str]]) -> list[MyCase]:
    """The cases of an investigator, decision-maker, appeal officer, facilitator, school or
    deputy, each with what the person must do next and by when (one statement)."""
    files = load(registry.kind("TIX"), ids=sorted(held)[:MOST], lock=False)
    rows = [_my_case(file, held[file.case.pk]) for file in files]
    return sorted(rows, key=lambda row: (not row.mine, row.due or date.max, row.number))


def _my_case(file: Any, names: set[str]) -> MyCase:
    upcoming = checklist.upcoming(checklist_facts.facts(file))
    mine = [item for item in upcoming if item.who in names]
    due = min((item.due for item in mine or upcoming if item.due), default=file.case.next_due)
    return MyCase(
        number=file.case.number,
        school=file.school_name,
        state=Stage(file.case.state).label,
        functions=[FUNCTIONS[name] for name in FUNCTIONS if name in names],
        mine=mine,
        waits=[item for item in upcoming if item not in mine],
        due=due,
    )


def lent(user: Any) -> bool:
    """Whether somebody without a post holds a function in some case by which they see it: a
    mediator, say, does not."""
    narrow = {name for kind in registry.all_kinds() for name in kind.narrow}
    return (
        CaseUserPermission.objects.filter(Q(user=user))
        .exclude(permission__codename__in=narrow)
        .exists()
    )
