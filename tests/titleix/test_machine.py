"""Random steps by random people on Title IX cases: they stay lawful, no duty is lost, their clocks
fit, their chains hold.

`MACHINE=200` runs the long profile: so many lives of 40 steps each, thousands of steps."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings as product
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from casework.audit import hash_chain
from casework.case_types.registry import kind
from casework.engine.available_steps import Choice, file_choices, moves_case
from casework.engine.casefile import CaseFile, load
from casework.engine.errors import Refused
from casework.engine.services import act, flow_for
from casework.engine.workflow import Turn
from casework.models import Clock, ClockChange, Event, Rung
from casework.scheduler.run import sweep
from district.models import School, User
from tests.casework.engine.fixture_calendar import DAYS
from tests.titleix.conftest import HARASSMENT, KNOWN, SEXUAL, Walk
from tests.titleix.lives import complaint, decided, investigated, reported, school_found
from titleix.case.open_report import open_report
from titleix.models import Assignment, Delivery, TitleIXCase
from titleix.rules.screening import LICENSE
from titleix.rules.separation_of_duties import NEVER, Role
from titleix.workflow import TitleIXWorkflow

LIVES = int(os.environ.get("MACHINE", "0")) or 10
STEPS = 40 if "MACHINE" in os.environ else 25
ROLES = ["investigator", "school_investigator", "decision_maker", "appeal_officer", "facilitator"]
FITTING = dict(
    zip(ROLES, ("investigator", "school", "decider", "officer", "facilitator"), strict=True)
)
PEOPLE = (
    "coordinator",
    "coordinator",
    "deputy",
    "investigator",
    "decider",
    "officer",
    "facilitator",
    "school",
)
TYPES = dict(DAYS)
ZONE = ZoneInfo(product.TIME_ZONE)
TWO = [
    {"part": part, "kind": "student", "name": f"Planted Name {part}"}
    for part in ("complainant", "respondent")
]
LICENSE_TASK = f"DUTY_{LICENSE.key.upper()}"[:32]
INVESTIGATION = {"district_investigation", "school_investigation"}
# What must run in a state at the least, by domain.md B1.1, B2.3, B3.1-B3.3: a case that waits has a
# wait with an end.
OWED = {
    "RECEIVED": {"screening"},
    "SCREENING": {"screening"},
    "INFO_REQUESTED": {"info"},
    "NOT_TITLE_IX": {"referral"},
    "SUPPORTIVE_ONLY": {"measures_review"},
    "S_OPEN": INVESTIGATION,
    "S_INVESTIGATING": INVESTIGATION,
    "S_FINDINGS": INVESTIGATION,
    "S_OUTCOME_NOTIFIED": {"check_in", "closing"},
    "S_DISMISSED": {"closing"},
    "S_REOPENED": {"reopening_notice"},
    "FC_PENDING": {"complaint_decision"},
    "FORMAL_COMPLAINT": {"notice"},
    "NOTICED": {"district_investigation"},
    "INVESTIGATING": {"district_investigation"},
    "EVIDENCE_REVIEW": {"district_investigation"},
    "REPORT_DRAFT": {"district_investigation"},
    "REPORT_REVIEW": {"determination"},
    "DETERMINATION": {"determination"},
    "APPEAL_WINDOW": {"appeal_window"},
    "DISMISSED": {"appeal_window"},
    "APPEAL": {"appeal_decision"},
    "INFORMAL": {"informal"},
    "FINAL": {"outcome"},
    "REMEDIES": {"remedies", "check_30", "check_60", "check_90", "closing"},
    "REOPENED": {"reopening_notice"},
}


# -- what people type ------------------------------------------------------------------------------


def story(
    name: str, on: date, salt: int, file: CaseFile, staff: SimpleNamespace, other: str
) -> dict[str, Any]:
    """A form that is mostly right."""
    iso, parties = on.isoformat(), [str(party.id) for party in file.children["party"]]
    party, role = parties[salt % len(parties)], ROLES[salt % len(ROLES)]
    who = getattr(staff, FITTING[role]) if salt % 4 else staff.second
    found: dict[str, Any] = {
        "on": iso,
        "means": "mail",
        "text": "words",
        "reason": "because",
        "party": party,
        "title": "Messages",
        "relied_on": "on",
        "answer": "accepted",
        "notice_on": (on - timedelta(days=1)).isoformat(),
        "what": ["answered", "waived"][salt % 2],
        "considered": "on",
        "by": "complainant",
        "ground": ["not_harassment", "no_evidence", "withdrawn"][salt % 3],
        "consent_on": iso,
        "both": "on",
        "bases": ["bias"],
        "result": ["upheld", "sent_back"][salt % 2],
        "code": ["offered", "finished"][salt % 2] if name == "questions" else "remedy",
        "duty": "DUTY_POLICE_REPORT",
        "who": "the principal",
        "part": ["witness", "advisor", "parent"][salt % 3],
        "kind": "student",
        "name": "Planted Name",
        "acts_for": party,
        "language": "en",
        "user": str(who.pk),
        "role": role,
        "declared": "on",
        "number": other,
        "duplicate_of": "",
        "same_facts": "on",
        "clock": str(file.running[salt % len(file.running)].id) if file.running else "",
        "days": str(salt % 25 + 1),
        "cause": "law_enforcement",
        "until": (on + timedelta(days=salt % 14 + 1)).isoformat(),
        "day0": (on - timedelta(days=1)).isoformat(),
        "meets_on": (on + timedelta(days=6)).isoformat(),
    }
    found |= {f"notice_{one}": iso for one in parties}
    if name == "screen":
        found |= [
            SEXUAL,
            HARASSMENT,
            SEXUAL | {"identifiable": "", "leads": ""},
            SEXUAL | {"q1": "N"},
            HARASSMENT | {"pervasive": "U"},
        ][salt % 5]
    return found


def typed(
    choice: Choice, file: CaseFile, user: User, on: date, salt: int, wanted: dict[str, Any]
) -> dict[str, Any]:
    """What the form of the step itself asks for: whatever step is added, it is pressed with a form
    that is mostly right."""
    if choice.step.form is None:
        return {}
    flow = flow_for(
        file, None, Turn(user, datetime(on.year, on.month, on.day, 15, tzinfo=UTC), on, {})
    )
    fields = choice.step.form(None, None, flow=flow).fields  # type: ignore[call-arg]
    given = {key: answer(field, wanted.get(key), on, salt) for key, field in fields.items()}
    return {key: value for key, value in given.items() if value is not None}


def answer(field: forms.Field, wanted: Any, on: date, salt: int) -> Any:
    """A value for a field: the one that the story wants where the field takes it, else one of its
    own."""
    if isinstance(field, forms.ChoiceField):
        known = [str(value) for value, _label in field.choices if str(value)]
        picked = (
            str(wanted) if str(wanted) in known else known[salt % len(known)] if known else None
        )
        return [picked] if picked and isinstance(field, forms.MultipleChoiceField) else picked
    if wanted is not None or isinstance(field, forms.FileField):
        return wanted
    if isinstance(field, forms.BooleanField):
        return "on" if field.required or salt % 2 else ""
    if isinstance(field, forms.DateField):
        return on.isoformat() if field.required or salt % 2 else None
    if isinstance(field, forms.IntegerField):
        return str(max(field.min_value or 1, salt % 20))
    return {forms.TimeField: "10:00", forms.EmailField: "office@demo.invalid"}.get(
        type(field), "words" if field.required else None
    )


# -- the dates, counted one day after the other ----------------------------------------------------


def counts(day: date, unit: str) -> bool:
    """Whether a day counts, straight from the list of the days of the school year (domain.md
    N3-N5)."""
    if unit == "calendar":
        return True
    if unit == "work":
        return day.weekday() < 5 and TYPES.get(day) != "HOLIDAY"
    inside = min(TYPES) <= day <= max(TYPES)
    return TYPES.get(day) == "INSTRUCTIONAL" if inside else day.weekday() < 5


def counted(day0: date, n: int, unit: str) -> date:
    """The n-th day after day 0."""
    day = day0
    while n:
        day += timedelta(days=1)
        n -= counts(day, unit)
    return day


def between(start: date, end: date, unit: str) -> int:
    """Days that count after `start`, up to and with `end`."""
    return sum(counts(start + timedelta(days=i), unit) for i in range(1, (end - start).days + 1))


def told_by_history(clock: Clock, changes: list[ClockChange]) -> tuple[int, int]:
    """Days extended and held as the history tells them; a late extension and a hold after the due
    date give nothing."""
    extended = held = 0
    since: date | None = None
    for change in changes:
        if change.op == "EXTEND" and not change.data.get("late"):
            extended += int(change.data["days"])
        if change.op == "HOLD" and since is None:
            since = change.on
        if change.op in ("RESUME", "STOP") and since is not None:
            end = (
                date.fromisoformat(change.data["resumed_on"])
                if change.op == "RESUME"
                else clock.stopped_on
            )
            assert end is not None
            if since <= counted(clock.day0, clock.n + extended + held, clock.unit):
                held += max(0, between(since, end, clock.unit))
            since = None
    return extended, held


def check_clock(clock: Clock, changes: list[ClockChange]) -> None:
    """One promise against its own history and the calendar."""
    where = f"{clock.kind} {clock.status} of {clock.case_id}"
    assert changes, where
    assert changes[0].op == "START", where
    assert clock.original_due == counted(clock.day0, clock.n, clock.unit), where
    if clock.rebased_from is None:
        assert (clock.extended_by, clock.held_days) == told_by_history(clock, changes), where
    assert clock.due == counted(
        clock.day0, clock.n + clock.extended_by + clock.held_days, clock.unit
    ), where
    assert changes[-1].new_due == clock.due, where
    assert (clock.status == "HELD") == (clock.held_from is not None and clock.stopped_on is None), (
        where
    )
    if clock.status in ("MET", "MISSED", "MISSED_ORIGINAL_MET_EXTENDED"):
        assert clock.stopped_on is not None, where
        late = "MISSED_ORIGINAL_MET_EXTENDED" if clock.stopped_on <= clock.due else "MISSED"
        assert clock.status == ("MET" if clock.stopped_on <= clock.original_due else late), where
    assert (clock.stopped_on is None) == (clock.status in ("RUNNING", "HELD")), where


def check_rungs(clock: Clock, rungs: list[Rung]) -> None:
    """A promise that runs warns on its day; one that rests reminds of its end; one that is over is
    silent."""
    waiting = [rung for rung in rungs if rung.cancelled_at is None and rung.fired_at is None]
    if clock.status not in ("RUNNING", "HELD"):
        assert not waiting, f"{clock.kind} is over and warns"
        return
    live = [rung for rung in rungs if rung.cancelled_at is None]
    days = {
        label: rung.scheduled_for.astimezone(ZONE).date()
        for rung in live
        for label in rung.label.split("+")
        if rung.generation == clock.generation
    }
    if clock.status == "HELD":
        assert days.get("HOLD_ENDS") == clock.held_until, f"{clock.kind} rests without an end"
    elif "DUE" in days:
        assert days["DUE"] == clock.due, clock.kind
    else:
        assert any(rung.label.startswith("OVERDUE") for rung in live), f"{clock.kind} warns nobody"


# -- what must hold after every step ---------------------------------------------------------------


def check_case(number: str) -> None:
    """One case: lawful, owed, warned."""
    file = load(kind("TIX"), numbers=[number], lock=False)[0]
    case, running = file.case, {clock.kind for clock in file.running}
    clocks = list(Clock.objects.filter(case=case).order_by("day0", "id"))
    changes, rungs = (
        by_clock(ClockChange.objects.filter(clock__case=case).order_by("id")),
        by_clock(Rung.objects.filter(clock__case=case)),
    )
    for clock in clocks:
        check_clock(clock, changes.get(clock.id, []))
        check_rungs(clock, rungs.get(clock.id, []))
    due = [clock.due for clock in clocks if clock.status == "RUNNING"]
    assert case.next_due == min(due, default=None)
    if case.state in ("CLOSED", "MERGED"):
        assert running <= {
            "check_in",
            "read_answer",
        }  # new facts are heard and read after a report was closed
        assert {task.kind for task in file.tasks} <= {"READ_ANSWER"}
        assert case.closed_on
        assert case.retain_until or case.state == "MERGED"
    else:
        assert case.closed_on is None
        assert running & OWED[case.state], f"nothing runs that {case.state} owes: {running}"
    for task in file.tasks:
        waits = (
            task.kind == LICENSE_TASK and task.clock_id is None
        )  # counts from a personnel action that is not yet
        assert waits or task.clock_id in [clock.id for clock in file.running], (
            f"{task.kind} has no date"
        )
    check_people(case)
    check_letters(case)
    check_events(case)


def by_clock(rows: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row.clock_id, []).append(row)
    return found


def check_people(case: TitleIXCase) -> None:
    """Nobody ever held two functions that exclude each other."""
    held: dict[int, list[Role]] = {}
    for user_id, role in Assignment.objects.filter(case=case).values_list("user_id", "role"):
        held.setdefault(user_id, []).append(Role(role))
    assert not any(
        frozenset((one, other)) in NEVER
        for roles in held.values()
        for one in roles
        for other in roles
    )


def check_letters(case: TitleIXCase) -> None:
    """What both must have, both had in the same round."""
    sent: dict[tuple[str, int], set[str]] = {}
    for code, number, part in Delivery.objects.filter(case=case).values_list(
        "code", "round", "party__part"
    ):
        sent.setdefault((code, number), set()).add(part)
    for (code, _number), parts in sent.items():
        if code in (
            "NOTICE",
            "DETERMINATION",
            "DISMISSAL",
            "OUTCOME",
            "SCHOOL_OUTCOME",
            "APPEAL_DECISION",
        ):
            assert {"complainant", "respondent"} <= parts, f"{code} went to one side alone"


def check_events(case: TitleIXCase) -> None:
    """Each event begins where the one before it ended, by a move that the workflow knows; no name
    stands in any."""
    moves, state = set(TitleIXWorkflow.allowed_moves()), ""
    events = list(Event.objects.filter(case=case).order_by("seq"))
    assert case.head_seq == len(events)
    for event in events:
        assert event.source == state, event.name
        assert event.source in ("", event.target) or (event.source, event.target) in moves, (
            event.name
        )
        state = event.target
    assert state == case.state
    words = " ".join(str(event.data) for event in events)
    assert "Planted Name" not in words
    assert "Ibáñez" not in words


def closing_school(walk: Walk, _found: str) -> None:
    at_school(walk, "")
    walk.sent("notify_outcome", walk.staff.coordinator, "2026-10-02")


def at_school(walk: Walk, _found: str) -> None:
    walk("triage", walk.staff.coordinator, "2026-09-09")(
        "screen", walk.staff.coordinator, "2026-09-09", **SEXUAL
    )
    school_found(walk)


def remedied(walk: Walk, _found: str) -> None:
    """Final with responsibility; the remedies are being carried out, two of three checks are made."""
    s = walk.staff
    decided(walk)
    sweep(datetime(2026, 12, 1, 6, tzinfo=UTC))
    walk("remedy", s.coordinator, "2026-12-02", code="remedy", text="other class").sent(
        "begin_remedies", s.coordinator, "2026-12-03"
    )
    for which, on in (("check_30", "2027-01-02"), ("check_60", "2027-02-01")):
        walk("check_remedies", s.coordinator, on, which=which, on=on, text="well")


def supported(walk: Walk, _found: str) -> None:
    s = walk.staff
    walk("triage", s.coordinator, "2026-09-08")("screen", s.coordinator, "2026-09-08", **HARASSMENT)
    walk(
        "add_measure",
        s.coordinator,
        "2026-09-09",
        party=walk.party("complainant"),
        on="2026-09-09",
        text="another lunch",
        answer="accepted",
    )
    walk("support_only", s.coordinator, "2026-09-10", reason="she does not want it")


def dismissed(walk: Walk, _found: str) -> None:
    investigated(walk)("withdraw", walk.staff.coordinator, "2026-10-20", on="2026-10-20")
    walk("dismiss", walk.staff.coordinator, "2026-10-20", ground="withdrawn", reason="in writing")


# Points of a case's life at which people begin to press.
LIVED = {
    "new": lambda walk, _found: None,
    "complaint": lambda walk, _found: complaint(walk),
    "school": at_school,
    "closing": closing_school,
    "investigated": lambda walk, _found: investigated(walk),
    "reported": lambda walk, _found: reported(walk),
    "remedies": remedied,
    "supported": supported,
    "decided": lambda walk, found: decided(walk, finding=found),
    "dismissed": dismissed,
}


class Office(RuleBasedStateMachine):
    """A report at some point of its life, another one beside it, and everybody at work."""

    report: Walk
    staff: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.on = date(2026, 9, 8)
        self.taken = 0
        self.number = self.report.number

    def teardown(self) -> None:
        try:
            assert list(hash_chain.breaks()) == []
        finally:
            transaction.savepoint_rollback(self.point)

    @initialize(
        life=st.sampled_from(sorted(LIVED)),
        found=st.sampled_from(["responsible", "not_responsible"]),
    )
    def begin(self, life: str, found: str) -> None:
        walk = Walk(self.report.case, self.staff)
        other = open_report(
            school=School.objects.first(),
            narrative="same",
            knowledge_at=KNOWN,
            channel="form",
            now=KNOWN,
            people=TWO,
        )
        self.other = (
            complaint(Walk(other, self.staff)).number if life == "complaint" else other.number
        )
        LIVED[life](walk, found)
        last = Event.objects.filter(case=walk.case).latest("seq").at
        self.on = max(self.on, last.date()) + timedelta(days=1)

    def choices(self, user: User, file: CaseFile) -> list[Choice]:
        return [choice for choice in file_choices(file, user) if choice.enabled]

    def take(self, user: User, choice: Choice, file: CaseFile, salt: int) -> None:
        data = (
            {}
            if salt % 17 == 0
            else typed(
                choice,
                file,
                user,
                self.on,
                salt,
                story(choice.name, self.on, salt, file, self.staff, self.other),
            )
        )
        note(f"{self.on} {user.username} {choice.name} on {self.number}: {data}")
        with contextlib.suppress(Refused):
            act(
                self.number,
                choice.name,
                actor=user,
                data=data,
                on=self.on,
                now=datetime(self.on.year, self.on.month, self.on.day, 15, tzinfo=UTC),
            )
            self.taken += 1

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 80), salt=st.integers(1, 400))
    def press(self, who: str, which: int, salt: int) -> None:
        """Anybody presses anything."""
        user, file = self.fresh(who), load(kind("TIX"), numbers=[self.number], lock=False)[0]
        if found := self.choices(user, file):
            self.take(user, found[which % len(found)], file, salt)

    @rule(which=st.integers(0, 9), salt=st.integers(1, 400))
    def onward(self, which: int, salt: int) -> None:
        """Somebody who may moves the case on."""
        file = load(kind("TIX"), numbers=[self.number], lock=False)[0]
        found = [
            (user, one)
            for user in map(self.fresh, dict.fromkeys(PEOPLE))
            for one in self.choices(user, file)
            if moves_case(one)
        ]
        found.sort(key=lambda pair: not pair[1].step.primary)
        if found:
            self.take(*found[which % len(found)], file, salt)

    @rule(role=st.sampled_from(ROLES))
    def assign(self, role: str) -> None:
        user, file = (
            self.fresh("coordinator"),
            load(kind("TIX"), numbers=[self.number], lock=False)[0],
        )
        for choice in [one for one in self.choices(user, file) if one.name == "assign"]:
            self.take(user, choice, file, ROLES.index(role) + 5 * (1 + ROLES.index(role)) + 1)

    @rule(text=st.sampled_from(["words", "more words"]))
    def the_reporter_writes(self, text: str) -> None:
        with contextlib.suppress(Refused):
            act(
                self.number,
                "reporter_answered",
                actor=None,
                data={"text": text},
                on=self.on,
                now=self.noon(),
            )

    @rule(code=st.sampled_from(["portal_response", "portal_waiver"]), which=st.integers(0, 3))
    def a_party_writes(self, code: str, which: int) -> None:
        parties = [
            str(party.id)
            for party in TitleIXCase.objects.get(number=self.number)
            .parties.filter(part__in=["complainant", "respondent"])
            .order_by("part")
        ]
        with contextlib.suppress(Refused):
            act(
                self.number,
                "party_answer",
                actor=None,
                data={"code": code, "party": parties[which % len(parties)], "text": "x"},
                on=self.on,
                now=self.noon(),
            )

    @rule(days=st.sampled_from([1, 2, 3, 5, 8, 12, 40]))
    def wait(self, days: int) -> None:
        """Time passes, and the machine does what it does every night."""
        self.on += timedelta(days=days)
        sweep(self.noon())

    @rule()
    def look_at_the_other(self) -> None:
        """From now on people work on the other report."""
        self.number, self.other = self.other, self.number

    @invariant()
    def lawful(self) -> None:
        for number in TitleIXCase.objects.values_list("number", flat=True):
            check_case(number)

    def noon(self) -> datetime:
        return datetime(self.on.year, self.on.month, self.on.day, 16, tzinfo=UTC)

    def fresh(self, who: str) -> User:
        return User.objects.get(pk=getattr(self.staff, who).pk)


def test_whatever_people_press(report, staff):
    machine = type("Office", (Office,), {"report": report, "staff": staff})
    profile = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=profile)


def test_the_table_of_what_is_owed_is_whole():
    assert set(OWED) == set(TitleIXWorkflow.labels) - {"CLOSED", "MERGED"}
    assert {one for owed in OWED.values() for one in owed} <= set(TitleIXWorkflow.clocks)
    assert NEVER
