"""A whole school year of a small district, night by night, through the product's own doors:
deliveries are written as files and imported, the sweep runs at simulated times, simulated people
take the steps that they may take. The same seed gives the same cases, notices and alerts
(`simulate` hashes them); everything is taken back at the end.

Whoever adds a step to a workflow finds it pressed here too: people choose among all that the
workflow offers them, and fill in whatever form it asks for."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from attendance.common.row_field import RowsField
from attendance.models import (
    AttendanceCase,
    MediationAccess,
    MediationMOU,
    MediationProvider,
    Mediator,
    Notice,
    Partner,
    PartnerMOU,
    PartnerSchool,
)
from casework.case_types import registry
from casework.engine import date_rules
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Refused
from casework.engine.services import act, flow_for
from casework.engine.workflow import Step, Turn, Workflow
from casework.models import Alert, Clock, Document, Process
from casework.scheduler.run import sweep
from district.imports.pipeline import release, run_import
from district.models import Area, Import, Post, Role, School, Student, User
from district.role_assignments import sync_posts

CODES = ("2A", "2A", "2A", "1A", "1B", "A", "3")
ROLES = {"SSW": "SSW", "PRINCIPAL": "PR", "DATA_MANAGER": "DM", "SUPERVISOR": "SUP"}
# Who works on a case only while a process of this kind runs in it: people of the area or from
# outside.
HELPERS = {
    "LOCATE": (Role.STREET_LEAD, Role.STREET_MEMBER),
    "COURT": (Role.COURT_COORD,),
    "MEDIATION": ("MEDIATOR",),
}
# How much likelier the step that the page offers first is taken than another one.
PRIMARY = 12
# What people who know their trade write into fields of these names; all else follows from the kind
# of field.
PLAUSIBLE: dict[str, Any] = {
    "attendees": ["ssw", "administrator", "parent"],
    "outcomes": ["PLAN_AGREED"],
    "disability": "no",
    "notified": "yes",
    "team": "Ada Cole, Ben Dunn",
    "goal_percent": "95",
    "spoken_to": "grandmother",
    "result": ("reached", "no_answer", "student", "nobody", "spoke"),
    "signed": "on",
}
# Of the year's nights these shares of students change school, leave, or come back.
MOVES, LEAVES, RETURNS = 0.002, 0.001, 0.05
CORRECTED = 0.04


class NotEmpty(Exception):
    """A simulation needs a database without students, so that it cannot touch anybody's."""


@dataclass
class Pupil:
    """A simulated student: how often absent, where enrolled since when, and the marks so far."""

    number: str
    chance: float
    school: str
    since: date
    spanish: bool
    trouble: tuple[int, int]
    left: date | None = None
    stays: list[tuple[str, date, date]] = field(default_factory=list)
    marks: dict[date, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Simulation:
    """One simulated year. `every`: a delivery on each n-th school day only. `watch` is called after
    each night with its date."""

    seed: int
    students: int
    every: int = 1
    schools: int = 2
    eager: float = 0.35
    nights: int = 180
    watch: Callable[[date], None] = lambda _night: None
    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    played: int = 0
    released: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a simulation that can be repeated
        self.days = list(calendar())
        self.school_days = [day for day, kind in self.days if kind == "INSTRUCTIONAL"]
        self.pupils = [self._pupil(number) for number in range(1, self.students + 1)]

    def _pupil(self, number: int) -> Pupil:
        rng, begins = self.rng, self.rng.randrange(0, 150)
        chance = rng.choices((0.01, 0.05, 0.14, 0.3), (60, 22, 12, 6))[0]
        trouble = (begins, begins + rng.choice((0, 0, 0, 8, 20)))
        return Pupil(
            f"{900000 + number}",
            chance,
            str(rng.randrange(1, self.schools + 1)),
            FIRST,
            rng.random() < 0.25,
            trouble,
        )

    def run(self, scratch: Path) -> None:
        """Play the year."""
        people: _People = {}
        for number, night in enumerate(self.school_days[: self.nights]):
            self._day_at_school(number, night)
            if number % self.every:
                continue
            folder = scratch / f"{number:03d}"
            self._deliver(folder, night)
            run = run_import(folder)
            if (
                run.state == Import.State.HELD
            ):  # somebody looks at a mass change and lets it through
                run = release(
                    run,
                    User.objects.order_by("staff_id").first(),
                    "Looked at: the corrections are right.",
                )
                self.released += 1
            if run.state not in (Import.State.APPLIED, Import.State.UNCHANGED):
                raise RuntimeError(
                    f"the simulated delivery of {night} was not applied: {run.report.get('why')}"
                )
            people = people or self._people()
            sweep(moment(night + date_rules.ONE_DAY, 7))
            self._work(night + date_rules.ONE_DAY, people)
            sweep(moment(night + date_rules.ONE_DAY, 19))
            self.played += 1
            self.watch(night)

    # -- what happens at school --------------------------------------------------------------------

    def _day_at_school(self, number: int, day: date) -> None:
        for pupil in self.pupils:
            rng = self.rng
            if pupil.left is not None:
                if rng.random() < RETURNS:
                    pupil.since, pupil.left = day, None
                continue
            if rng.random() < MOVES and pupil.since < day:
                pupil.stays.append((pupil.school, pupil.since, day - date_rules.ONE_DAY))
                pupil.school, pupil.since = str(1 + int(pupil.school) % self.schools), day
            elif rng.random() < LEAVES and pupil.since < day:
                pupil.stays.append((pupil.school, pupil.since, day - date_rules.ONE_DAY))
                pupil.left = day
                continue
            troubled = pupil.trouble[0] <= number < pupil.trouble[1]
            if rng.random() < (0.75 if troubled else pupil.chance):
                pupil.marks[day] = (pupil.school, rng.choice(CODES))
            self._correct(pupil)

    def _correct(self, pupil: Pupil) -> None:
        if pupil.marks and self.rng.random() < CORRECTED:
            day = self.rng.choice(sorted(pupil.marks))
            school, code = pupil.marks[day]
            if self.rng.random() < 0.2:
                del pupil.marks[day]
            else:
                pupil.marks[day] = (school, "1A" if code in ("2A", "A") else "2A")

    # -- what the student information system sends -------------------------------------------------

    def _deliver(self, folder: Path, as_of: date) -> None:
        folder.mkdir(parents=True)
        names = range(1, self.schools + 1)
        tables: dict[str, list[dict[str, str]]] = {
            "schools": [
                {
                    "school_id": str(n),
                    "name": f"School {n}",
                    "area": "North",
                    "calendar_id": "main",
                    "phone": "555-0100",
                }
                for n in names
            ],
            "calendar_days": [
                {"calendar_id": "main", "date": str(day), "day_type": kind, "minutes": "390"}
                for day, kind in self.days
            ],
            "students": [
                {
                    "student_id": p.number,
                    "first": "Sim",
                    "last": f"Student{p.number}",
                    "dob": "2014-05-05",
                    "grade": "6",
                    "home_language": "es" if p.spanish else "en",
                }
                for p in self.pupils
            ],
            "guardians": [
                {
                    "student_id": p.number,
                    "guardian_id": f"G{p.number}",
                    "name": f"Parent of {p.number}",
                    "relation": "mother",
                    "legal_rights": "true",
                    "address": "1 Main Street|Charlotte, NC 28202",
                    "phone": "704-555-0101",
                    "language": "es" if p.spanish else "en",
                    "contact_order": "1",
                }
                for p in self.pupils
            ],
            "enrollments": [row for p in self.pupils for row in _enrolments(p)],
            "attendance": [
                {"student_id": p.number, "school_id": school, "date": str(day), "code": code}
                for p in self.pupils
                for day, (school, code) in sorted(p.marks.items())
            ],
            "staff_roles": [
                {
                    "staff_id": f"{short}{n}",
                    "name": f"{short} {n}",
                    "role": role,
                    "school_id": str(n),
                }
                for n in names
                for role, short in ROLES.items()
            ],
        }
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(
                    file, list(rows[0]) if rows else ["student_id", "school_id", "date", "code"]
                )
                writer.writeheader()
                writer.writerows(rows)
        (folder / "manifest.json").write_text(
            json.dumps({"district": "simulation", "as_of": str(as_of)})
        )

    # -- what people do ----------------------------------------------------------------------------

    def _people(self) -> _People:
        users, helpers = (
            {user.staff_id: user for user in User.objects.exclude(staff_id="")},
            _helpers(),
        )
        return {
            str(n): {role: users[f"{short}{n}"] for role, short in ROLES.items()} | helpers
            for n in range(1, self.schools + 1)
        }

    def _work(self, day: date, people: _People) -> None:
        """Everybody looks at the open cases of their school and does one of the things that can be
        done, or nothing."""
        kind = registry.kind("ATT")
        cases = (
            AttendanceCase.objects.filter(closed_on=None)
            .order_by("student__student_id")
            .values_list("pk", "school__school_id")
        )
        for pk, school in list(cases):
            for role in (*ROLES, *_helping(pk)):
                if self.rng.random() < self.eager:
                    user = people[str(school)][role]
                    user.__dict__.pop("_rights_by_case", None)  # what a new request would read anew
                    self._press(load(kind, ids=[pk], lock=False)[0], user, day)

    def _press(self, file: CaseFile, user: User, day: date) -> None:
        turn = Turn(actor=user, now=moment(day, 10), today=day)
        possible = list(_possible(file, user, turn))
        if not possible:
            return
        weights = [PRIMARY if step.primary else 1 for _flow, _name, step in possible]
        flow, name, step = self.rng.choices(possible, weights)[0]
        data = filled(step.form, flow, self.rng) if step.form else {}
        process = flow.process.id if flow.process else None
        try:
            with transaction.atomic():
                act(
                    file.case.number,
                    name,
                    actor=user,
                    data=data,
                    process=process,
                    on=day,
                    now=turn.now,
                )
        except Refused:
            self.refused[name] += 1
        else:
            self.steps[name] += 1


_People = dict[str, dict[str, User]]


def _helping(case_id: int) -> list[str]:
    """The helpers whose process runs in a case."""
    running = (
        Process.objects.filter(case_id=case_id, closed_on=None, kind__in=HELPERS)
        .order_by("kind")
        .values_list("kind", flat=True)
    )
    return [str(role) for kind in dict.fromkeys(running) for role in HELPERS[kind]]


def _helpers() -> dict[str, User]:
    """A street team, a court coordinator, a mediator and a partner agency, which serve every school
    of the area."""
    area, schools = Area.objects.get(), School.objects.order_by("school_id")
    found: dict[str, User] = {}
    for role in (Role.STREET_LEAD, Role.STREET_MEMBER, Role.COURT_COORD):
        found[str(role)] = User.objects.create_user(
            f"simulated-{role.lower()}", first_name="Simulated", last_name=str(role)
        )
        Post.objects.create(user=found[str(role)], role=role, area=area, source="simulation")
    sync_posts()
    found["MEDIATOR"] = User.objects.create_user(
        "simulated-mediator", first_name="Simulated", last_name="MEDIATOR"
    )
    provider, partner = (
        MediationProvider.objects.create(name="Simulated centre"),
        Partner.objects.create(name="Simulated agency", service="housing"),
    )
    Mediator.objects.create(user=found["MEDIATOR"], provider=provider)
    term = {"signed_on": FIRST, "starts": FIRST, "ends": FIRST + timedelta(days=700)}
    MediationMOU.objects.create(provider=provider, **term)
    PartnerMOU.objects.create(partner=partner, **term)
    for school in schools:
        MediationAccess.objects.create(school=school, provider=provider, starts=FIRST)
        PartnerSchool.objects.create(partner=partner, school=school, starts=FIRST)
    return found


def _enrolments(pupil: Pupil) -> Iterator[dict[str, str]]:
    """Ended stays, and the one that runs."""
    running = [] if pupil.left else [(pupil.school, pupil.since, None)]
    for school, since, until in (*pupil.stays, *running):
        yield {
            "enrollment_id": f"{pupil.number}-{since}",
            "student_id": pupil.number,
            "school_id": school,
            "entry_date": str(since),
            "exit_date": str(until or ""),
        }


def _possible(file: CaseFile, user: User, turn: Turn) -> Iterator[tuple[Workflow, str, Step]]:
    """What a user may do in a case now, in an order that a second run finds again."""
    processes = sorted(
        (one for one in file.processes if one.closed_on is None),
        key=lambda one: (one.kind, one.opened_on, one.code, one.state),
    )
    for process in (None, *processes):
        flow = flow_for(file, process.id if process else None, turn)
        for name, move in flow.outgoing():
            step: Step = move.custom["step"]
            if flow.permitted(step.by, user) and not flow.reasons_against(move):
                yield flow, name, step


def filled(form: type[forms.Form], flow: Workflow, rng: random.Random) -> dict[str, Any]:
    """Plausible data for whatever form a step asks for."""
    fields = form(flow=flow).fields  # type: ignore[call-arg]
    return {
        name: _value(name, each, flow.turn.today, rng)
        for name, each in fields.items()
        if each.required or rng.random() < 0.5
    }


def _value(name: str, each: forms.Field, today: date, rng: random.Random) -> Any:
    if name in PLAUSIBLE and rng.random() < 0.9:
        usual, offered = (
            PLAUSIBLE[name],
            {str(value) for value, _label in getattr(each, "choices", ())},
        )
        if isinstance(usual, tuple):
            usual = rng.choice([value for value in usual if value in offered] or usual)
        if not offered or set([usual] if isinstance(usual, str) else usual) <= offered:
            return usual
    if isinstance(each, RowsField):
        return [
            {
                "what": "call each morning",
                "owner": "counselor",
                "due": str(today + timedelta(days=7)),
            }
        ]
    if isinstance(each, forms.ModelMultipleChoiceField | forms.ModelChoiceField):
        keys = (
            list(each.queryset.order_by("pk").values_list("pk", flat=True)[:20])
            if each.queryset is not None
            else []
        )
        chosen = str(rng.choice(keys)) if keys else ""
        return [chosen] if isinstance(each, forms.ModelMultipleChoiceField) else chosen
    if isinstance(each, forms.ChoiceField):
        listed: Any = each.choices
        values = [str(value) for value, _label in listed if value != ""]
        chosen = rng.choice(values) if values else ""
        return [chosen] if isinstance(each, forms.MultipleChoiceField) else chosen
    if isinstance(each, forms.BooleanField):
        return "on"
    plain: list[tuple[type[forms.Field], Any]] = [
        (forms.DateField, str(today + timedelta(days=rng.choice((0, 0, 0, 0, 0, 3, 7))))),
        (forms.TimeField, "14:30"),
        (forms.IntegerField, "1"),
        (forms.DateTimeField, f"{today}T{rng.choice((8, 13, 18)):02}:15"),
        (forms.FileField, None),
    ]
    return next(
        (value for kind, value in plain if isinstance(each, kind)), "As agreed with the family."
    )


FIRST = date(2026, 8, 24)


def calendar() -> Iterator[tuple[date, str]]:
    """A school year of some 180 days from a Monday in August."""
    free = {
        date(2026, 9, 7),
        date(2026, 11, 11),
        date(2026, 11, 25),
        date(2026, 11, 26),
        date(2026, 11, 27),
        date(2027, 1, 18),
        date(2027, 2, 15),
    }
    for offset in range(292):
        day = FIRST + timedelta(days=offset)
        winter = date(2026, 12, 21) <= day <= date(2027, 1, 1)
        spring = date(2027, 3, 29) <= day <= date(2027, 4, 2)
        if day.weekday() < 5:
            yield (
                day,
                "BREAK" if winter or spring else "HOLIDAY" if day in free else "INSTRUCTIONAL",
            )


def moment(day: date, hour: int) -> datetime:
    """A local hour of a day."""
    return date_rules.local_instant(day, time(hour), settings.TIME_ZONE)


# -- what came of it -------------------------------------------------------------------------------


def simulate(seed: int, students: int, **more: Any) -> dict[str, Any]:
    """Play a year in a transaction that is taken back, and report. Raises NotEmpty where there are
    students already."""
    if Student.objects.exists() or School.objects.exists():
        raise NotEmpty(
            "a simulated year needs an empty database; start one with its own data folder "
            "(DATA=.data-simulation)"
        )
    simulation = Simulation(seed, students, **more)
    with TemporaryDirectory(prefix="holdfast-simulation-") as scratch, transaction.atomic():
        try:
            simulation.run(Path(scratch))
            return report(simulation)
        finally:
            _forget_files()
            transaction.set_rollback(True)


def _forget_files() -> None:
    """The rows are taken back; the letters' files are not rows."""
    for name in Document.objects.values_list("file", flat=True):
        default_storage.delete(name)


def report(simulation: Simulation) -> dict[str, Any]:
    """Counts, and a hash over all cases, notices, promises and alerts, none of which depends on row
    ids or on the clock on the wall."""
    found = outcome()
    text = json.dumps(found, sort_keys=True, default=str)
    return {
        "seed": simulation.seed,
        "students": simulation.students,
        "nights": simulation.played,
        "imports_released": simulation.released,
        "cases": len(found["cases"]),
        "states": dict(sorted(Counter(row[1] for row in found["cases"]).items())),
        "notices": len(found["notices"]),
        "notices_sent": sum(row[4] is not None for row in found["notices"]),
        "processes": dict(sorted(Counter(row[1] for row in found["processes"]).items())),
        "clocks": len(found["clocks"]),
        "clocks_kept": sum(row[5] == "MET" for row in found["clocks"]),
        "clocks_missed": sum(row[5] == "MISSED" for row in found["clocks"]),
        "alerts": len(found["alerts"]),
        "steps": sum(simulation.steps.values()),
        "steps_refused": sum(simulation.refused.values()),
        "steps_by_name": dict(sorted(simulation.steps.items())),
        "hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def outcome() -> dict[str, list[tuple[Any, ...]]]:
    """All cases, notices, promises and alerts by the numbers that people know."""
    cases = AttendanceCase.objects.values_list(
        "student__student_id",
        "state",
        "stage",
        "episode",
        "closed_reason",
        "opened_on",
        "closed_on",
        "school__school_id",
        "triggers",
        "worked",
        "head_seq",
    )
    student = "case__attendancecase__student__student_id"
    notices = Notice.objects.values_list(
        student,
        "code",
        "state",
        "detected_on",
        "sent_on",
        "delivered_on",
        "superseded_on",
        "breached_on",
        "count",
    )
    clocks = Clock.objects.values_list(
        student, "kind", "day0", "original_due", "due", "status", "stopped_on"
    )
    processes = Process.objects.values_list(
        student, "kind", "state", "code", "opened_on", "closed_on"
    )
    alerts = Alert.objects.values_list(student, "code", "level", "scheduled_for")
    return {
        name: sorted(map(tuple, rows), key=repr)
        for name, rows in (
            ("cases", cases),
            ("notices", notices),
            ("processes", processes),
            ("clocks", clocks),
            ("alerts", alerts),
        )
    }
