"""Random steps by random people on Title IX cases: they stay lawful, no duty is lost, their clocks
fit, their chains hold.

`MACHINE=200` runs the long profile: so many lives of 40 steps each, thousands of steps."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

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
from casework.engine.services import act
from casework.models import Event
from casework.scheduler.run import sweep
from district.models import School, User
from tests.titleix.conftest import HARASSMENT, KNOWN, SEXUAL, Walk
from tests.titleix.lives import complaint, decided, investigated, reported, school_found
from tests.titleix.machine_answers import ROLES, story, typed
from tests.titleix.machine_invariants import OWED, check_case
from titleix.case.open_report import open_report
from titleix.models import TitleIXCase
from titleix.rules.separation_of_duties import NEVER
from titleix.workflow import TitleIXWorkflow

LIVES = int(os.environ.get("MACHINE", "0")) or 10
STEPS = 40 if "MACHINE" in os.environ else 25
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
TWO = [
    {"part": part, "kind": "student", "name": f"Planted Name {part}"}
    for part in ("complainant", "respondent")
]


# -- the dates, counted one day after the other ----------------------------------------------------


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
