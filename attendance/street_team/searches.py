"""What the street team sees: the searches of its schools and, of each student, only what a visit
needs (domain.md A2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from attendance.models import Locate, LocateAttempt
from attendance.street_team.steps import LocateState
from casework.access import rights
from casework.models import Clock
from district.models import Guardian, School, StudentNotice

TEAM, WATCH = "locate_cases", ("supervise_cases", "work_cases")
HANGS = (LocateState.HANDBACK_PENDING, LocateState.REQUESTED)


@dataclass(frozen=True)
class Place:
    """An address to try: how it is written, and what the phone's own map application is asked to
    show."""

    text: str

    @property
    def map(self) -> str:
        """A geo: address; it opens the map application of the phone and sends nothing to anybody
        else."""
        return f"geo:0,0?q={quote(self.text)}"


@dataclass
class Search:
    """One search as a card: who, why, where, what was tried, what is due."""

    id: UUID
    number: str
    student: str
    grade: str
    school: str
    area: str
    state: str
    state_label: str
    reason: str
    safety: str
    last_seen: date | None
    team: list[str]
    due: date | None = None
    duty: str = ""
    outcome: str = ""
    attempts: list[LocateAttempt] = field(default_factory=list)
    people: list[Guardian] = field(default_factory=list)
    call_first: bool = False

    @property
    def places(self) -> list[Place]:
        """The addresses of the family, each once."""
        lines = [
            ", ".join(person.address.split("\n"))
            for person in self.people
            if person.address.strip()
        ]
        return [Place(text) for text in dict.fromkeys(lines)]


def searches(user: Any, permissions: Iterable[str] = (TEAM,)) -> list[Search]:
    """The open searches at the schools where the user holds one of these permissions, those due
    first on top (four statements with the access)."""
    rows = list(_open(user, permissions).order_by("case__school__area__name", "id"))
    found = [_search(row) for row in rows]
    _fill(found, rows)
    return sorted(found, key=lambda one: (one.due or date.max, one.number))


def search(user: Any, pk: UUID) -> Search | None:
    """One open search that the user may work; None where there is none for them."""
    rows = list(_open(user, (TEAM,)).filter(pk=pk))
    found = [_search(row) for row in rows]
    _fill(found, rows)
    return found[0] if found else None


def _open(user: Any, permissions: Iterable[str]) -> QuerySet[Locate]:
    rows = rights.at_schools_of(Locate.objects.filter(closed_on=None), user, *permissions)
    return rows.select_related("case__school__area", "case__attendancecase__student")


def _search(row: Locate) -> Search:
    student, school = row.case.attendancecase.student, row.case.school
    assert isinstance(school, School)
    return Search(
        id=row.pk,
        number=row.case.number,
        student=f"{student.first_name} {student.last_name}",
        grade=student.grade,
        school=school.name,
        area=school.area.name if school.area else "",
        state=row.state,
        state_label=str(LocateState(row.state).label),
        reason=row.reason,
        safety=row.safety,
        last_seen=row.last_seen_on,
        team=list(row.team),
        outcome=row.get_outcome_display() if row.outcome else "",
    )


def _fill(found: list[Search], rows: list[Locate]) -> None:
    """Clocks, attempts and people of all searches at once."""
    from attendance.rules.clocks import LABELS

    by_id = {one.id: one for one in found}
    for clock in Clock.objects.filter(process__in=by_id, status="RUNNING").order_by("due"):
        one = by_id[clock.process_id]  # type: ignore[index]
        if one.due is None:
            one.due, one.duty = clock.due, str(LABELS.get(clock.kind, clock.kind))
    for attempt in LocateAttempt.objects.filter(locate__in=by_id).order_by("number"):
        by_id[attempt.locate_id].attempts.append(attempt)
    students: dict[int, list[Search]] = {}
    for row in rows:
        students.setdefault(row.case.attendancecase.student_id, []).append(by_id[row.pk])
    flagged = StudentNotice.objects.filter(student=OuterRef("student"), until=None)
    for person in Guardian.objects.filter(student__in=students, do_not_contact=False).annotate(
        call_first=Exists(flagged)
    ):
        for one in students[person.student_id]:
            one.people.append(person)
            one.call_first = one.call_first or person.call_first
