"""People of Title IX: a coordinator and her deputy, investigators, a decision-maker, an appeal
officer, a facilitator."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from casework.engine.services import act
from district.models import Post, Role, School, User
from tests.worlds import world
from titleix.case.open_report import open_report
from titleix.models import TitleIXCase, Training
from titleix.rules.separation_of_duties import Role as Function

# Their asserts say what they compared, as those of a test do.
pytest.register_assert_rewrite("tests.titleix.machine_invariants")

KNOWN = datetime(2026, 9, 8, 14, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@world
def staff(people) -> SimpleNamespace:
    names = (
        "coordinator",
        "deputy",
        "investigator",
        "second",
        "decider",
        "officer",
        "facilitator",
        "school",
    )
    users = {
        name: User.objects.create_user(
            f"t9-{name}", password="x", first_name=name.capitalize(), last_name="Nine"
        )
        for name in names
    }
    for name in ("coordinator", "deputy"):
        Post.objects.create(user=users[name], role=Role.TITLE_IX_COORDINATOR)
    for user in users.values():
        for role in Function:
            Training.objects.create(
                user=user,
                role=role.value,
                title="2020 rule",
                completed_on=day("2026-08-01"),
                valid_until=day("2027-07-31"),
                material="https://example.org/m",
            )
    return SimpleNamespace(
        **users,
        outsider=people.worker,
        principal=people.principal,
        root=people.root,
        admin=people.admin,
    )


class Walk:
    """A case that a test moves: `walk("triage", staff.coordinator, "2026-09-08")`."""

    def __init__(self, case: TitleIXCase, staff: SimpleNamespace) -> None:
        self.number, self.staff = case.number, staff

    @property
    def case(self) -> TitleIXCase:
        return TitleIXCase.objects.get(number=self.number)

    @property
    def state(self) -> str:
        return self.case.state

    def __call__(self, step: str, who: User | None, today: str, /, **data: Any) -> Walk:
        actor = (
            User.objects.get(pk=who.pk) if who else None
        )  # a fresh request: nothing remembered of rights
        act(
            self.number,
            step,
            actor=actor,
            data=data,
            on=day(today),
            now=datetime.fromisoformat(f"{today}T15:00Z"),
        )
        return self

    def party(self, part: str, number: int = 1) -> str:
        return str(self.case.parties.get(part=part, number=number).id)

    def clock(self, kind: str, status: str = "") -> Any:
        found = self.case.clocks.filter(kind=kind)
        return (found.filter(status=status) if status else found).latest("day0")

    def assign(self, role: str, who: User, on: str, **data: Any) -> Walk:
        return self(
            "assign", self.staff.coordinator, on, user=str(who.pk), role=role, declared="on", **data
        )

    def sent(self, step: str, who: User, on: str) -> Walk:
        return self(step, who, on, on=on, means="mail")


SEXUAL = {
    "identifiable": "on",
    "leads": "on",
    "q1": "Y",
    "q2": "Y",
    "q3": "Y",
    "q5": "N",
    "quid_pro_quo": "N",
    "offense": "N",
    "unwelcome": "Y",
    "severe": "N",
    "pervasive": "Y",
    "objectively_offensive": "Y",
    "denies_equal_access": "N",
    "rationale": "as reported",
}
HARASSMENT = SEXUAL | {"severe": "Y", "denies_equal_access": "Y"}


@pytest.fixture
def report(staff) -> Walk:
    """A report on two students, known on Tue 8 September 2026."""
    case = open_report(
        school=School.objects.get(school_id="1"),
        narrative="He keeps sending pictures.",
        knowledge_at=KNOWN,
        channel="staff",
        now=KNOWN,
        people=[
            {
                "part": "complainant",
                "kind": "student",
                "name": "Lucía Ibáñez",
                "address": "14 Elm Street",
                "language": "es",
            },
            {
                "part": "respondent",
                "kind": "student",
                "name": "Cole Barrett",
                "address": "9 Oak Street",
            },
        ],
    )
    return Walk(case, staff)


@pytest.fixture
def screened(report, staff) -> Any:
    """The report after the screening, with the answers given."""

    def inner(on: str = "2026-09-09", **answers: Any) -> Walk:
        report("triage", staff.coordinator, on)
        return report("screen", staff.coordinator, on, **(SEXUAL | answers))

    return inner
