"""Separation of duties: the whole matrix, written out by hand from B3.4; conflicts; training."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from titleix.rules.separation_of_duties import (
    UNTRAINED,
    Conflict,
    ConflictKind,
    Role,
    Verdict,
    may_hold,
)

ON = date(2026, 10, 1)
VALID = date(2027, 6, 30)

# Which two roles one person may hold in one case: x never, w with a warning, . yes. Read from B3.4.
MATRIX = """
                     coordinator investigator decision_maker appeal_officer facilitator school_investigator advisor school_administrator approver
coordinator          .           w            x              x              .           w                   x       .                    .
investigator         w           .            x              x              x           .                   x       .                    x
decision_maker       x           x            .              x              x           x                   x       .                    .
appeal_officer       x           x            x              .              .           x                   x       .                    .
facilitator          .           x            x              .              .           x                   x       .                    .
school_investigator  w           .            x              x              x           .                   x       .                    x
advisor              x           x            x              x              x           x                   .       x                    x
school_administrator .           .            .              .              .           .                   x       .                    .
approver             .           x            .              .              .           x                   x       .                    .
"""


def cells() -> dict[tuple[Role, Role], str]:
    head, *lines = [line.split() for line in MATRIX.strip().splitlines()]
    return {
        (Role(line[0]), Role(column)): mark
        for line in lines
        for column, mark in zip(head, line[1:], strict=True)
    }


def ask(role: Role, *held: Role, conflict=None, training=VALID, on=ON, warn=True) -> Verdict:
    return may_hold(
        role,
        held,
        conflict=conflict,
        training_until=training,
        on=on,
        warn_coordinator_investigator=warn,
    )


@pytest.mark.scenario("T-12")
def test_the_whole_matrix_both_ways():
    matrix = cells()
    assert set(matrix) == set(product(Role, Role))
    for (role, held), mark in matrix.items():
        verdict = ask(role, held)
        assert verdict.allowed == (mark != "x"), (role, held)
        assert bool(verdict.warning) == (mark == "w"), (role, held)
        assert bool(verdict.reason) == (mark == "x"), (role, held)
        assert matrix[held, role] == mark, "the matrix is symmetric"


def test_every_set_of_two_held_roles():
    """One clash is enough; no role held heals it."""
    matrix = cells()
    for role, one, other in product(Role, repeat=3):
        marks = {matrix[role, one], matrix[role, other], matrix[one, other]}
        verdict = ask(role, one, other)
        assert verdict.allowed == ("x" not in marks)
        assert bool(verdict.warning) == ("x" not in marks and "w" in marks)


def test_the_first_role_of_a_person():
    assert all(ask(role) == Verdict(allowed=True) for role in Role)


@pytest.mark.parametrize(
    ("role", "held", "citation"),
    [
        (Role.DECISION_MAKER, Role.INVESTIGATOR, "106.45(b)(7)(i)"),
        (Role.DECISION_MAKER, Role.COORDINATOR, "106.45(b)(7)(i)"),
        (Role.APPEAL_OFFICER, Role.DECISION_MAKER, "106.45(b)(8)(iii)"),
        (Role.FACILITATOR, Role.INVESTIGATOR, "policy"),
        (Role.ADVISOR, Role.COORDINATOR, "106.45(b)(1)(iii)"),
    ],
)
def test_a_refusal_cites_its_rule(role, held, citation):
    assert citation in str(ask(role, held).reason)


@pytest.mark.parametrize("other", [Role.INVESTIGATOR, Role.SCHOOL_INVESTIGATOR])
def test_the_warning_is_a_switch_of_the_policy(other):
    assert ask(Role.COORDINATOR, other).warning
    assert ask(Role.COORDINATOR, other, warn=False) == Verdict(allowed=True)
    assert not ask(Role.DECISION_MAKER, Role.COORDINATOR, warn=False).allowed, (
        "the switch opens nothing that the rule closes"
    )


@pytest.mark.scenario("T-13")
@pytest.mark.parametrize("kind", list(ConflictKind))
def test_a_conflict_blocks_every_role_until_reviewed(kind):
    for role in Role:
        blocked, cleared = (
            ask(role, conflict=Conflict(kind)),
            ask(role, conflict=Conflict(kind, cleared=True)),
        )
        if role is Role.ADVISOR:  # the party chooses: 34 CFR 106.45(b)(5)(iv)
            assert blocked == cleared == Verdict(allowed=True)
            continue
        assert not blocked.allowed
        assert "106.45(b)(1)(iii)" in str(blocked.reason)
        assert cleared.allowed == (kind is not ConflictKind.PARTY), (
            "nobody is a judge in their own cause"
        )
        assert bool(cleared.warning) == cleared.allowed


def test_a_review_opens_nothing_that_the_separation_closes():
    assert not ask(
        Role.DECISION_MAKER,
        Role.INVESTIGATOR,
        conflict=Conflict(ConflictKind.WITNESS, cleared=True),
    ).allowed


def test_two_warnings_are_both_said():
    words = str(
        ask(
            Role.COORDINATOR,
            Role.INVESTIGATOR,
            conflict=Conflict(ConflictKind.WITNESS, cleared=True),
        ).warning
    )
    assert "reviewed" in words
    assert "investigates too" in words


@pytest.mark.scenario("T-37")
@pytest.mark.parametrize("role", list(Role))
def test_t37_training_that_ended_blocks_from_the_next_day(role):
    until = date(2026, 9, 30)
    assert ask(role, training=until, on=date(2026, 9, 30)).allowed
    assert ask(role, training=until, on=date(2026, 10, 1)).allowed == (role in UNTRAINED)
    assert ask(role, training=None).allowed == (role in UNTRAINED)


@pytest.mark.scenario("T-37")
def test_t37_the_reason_names_the_training():
    assert "training" in str(
        ask(Role.DECISION_MAKER, training=date(2026, 9, 30), on=date(2026, 10, 1)).reason
    )
