"""Other reports that may be about the same: offered to the coordinator alone, who decides what they
mean (B2.1 Q6, C3).

Names are sealed; equal people are found by their keyed fingerprints, by links to students and
staff, and the same incident by school and day. Only cases that the user coordinates are ever
looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework.access import rights
from casework.encryption.fields import prints
from casework.engine.casefile import CaseFile
from casework.models import CaseUserPermission
from titleix.case import queries
from titleix.models import Party, TitleIXCase

MOST = 20
PRIOR, SAME_PERSON, SAME_DAY = "prior", "same", "day"
WHY = {
    PRIOR: _("the same respondent was reported before"),
    SAME_PERSON: _("the same complainant, perhaps the same incident"),
    SAME_DAY: _("the same school and day"),
}


MOST_NAMED = 5


@dataclass(frozen=True)
class Match:
    """Another report, and why it may matter here."""

    number: str
    opened_on: date
    state: str
    open: bool
    why: tuple[str, ...]

    @property
    def reasons(self) -> list[Any]:
        """In words."""
        return [WHY[code] for code in self.why]

    @property
    def duplicate(self) -> bool:
        """May be the same incident, still open."""
        return self.open and bool({SAME_PERSON, SAME_DAY} & set(self.why))


def matches(file: CaseFile, user: Any) -> list[Match]:
    """The other reports, newest first (one statement); nothing for who does not coordinate the
    case."""
    wanted = _why(file) if rights.can(user, "coordinate_cases", file.case) else {}
    if not wanted:
        return []
    mine = CaseUserPermission.objects.filter(
        content_object=OuterRef("pk"), user=user, permission__codename="coordinate_cases"
    )
    others = TitleIXCase.objects.filter(
        Exists(mine), pk__in=rights.visible(user, "TIX").values("pk")
    ).exclude(pk=file.case.pk)
    found = (
        others.annotate(**wanted)
        .filter(reduce(or_, (Q(**{code: True}) for code in wanted)))
        .order_by("-opened_on", "-pk")
    )
    labels = file.kind.workflow(file.case.rules).labels
    return [
        Match(
            row["number"],
            row["opened_on"],
            str(labels.get(row["state"], row["state"])),
            row["closed_on"] is None,
            tuple(sorted(code for code in wanted if row[code])),
        )
        for row in found.values("number", "opened_on", "state", "closed_on", *wanted)[:MOST]
    ]


def _why(file: CaseFile) -> dict[str, Any]:
    """For each reason that this case can have a match by: the condition on the other case."""
    found: dict[str, Any] = {}
    for part, code in ((Party.Part.RESPONDENT, PRIOR), (Party.Part.COMPLAINANT, SAME_PERSON)):
        same = _same(queries.people(file, part))
        if same is not None:
            found[code] = Exists(Party.objects.filter(same, case=OuterRef("pk"), part=part))
    if file.case.school_id and file.case.incident_on:
        day = Q(school_id=file.case.school_id, incident_on=file.case.incident_on)
        found[SAME_DAY] = ExpressionWrapper(day, output_field=BooleanField())
    return found


def _same(people: Iterable[Party]) -> Q | None:
    """A filter on Party: one of these people, by fingerprint or by link; None when nothing is
    known of them."""
    found, known = Q(), False
    for party in people:
        marks = prints({"name": party.name, "email": party.email, "phone": party.phone})
        for condition in (
            Q(prints__overlap=marks) if marks else None,
            Q(student_id=party.student_id) if party.student_id else None,
            Q(user_id=party.user_id) if party.user_id else None,
        ):
            if condition is not None:
                found, known = found | condition, True
    return found if known else None


def hint(file: CaseFile, user: Any) -> str:
    """For the screening: the numbers of reports that may be the same, and of prior ones."""
    found = matches(file, user)
    same = _some([match.number for match in found if match.duplicate])
    prior = _some([match.number for match in found if PRIOR in match.why])
    parts = [str(_("May be the same incident: %(numbers)s.")) % {"numbers": same}] if same else []
    return " ".join(
        [
            *parts,
            *(
                [str(_("The same respondent was reported in %(numbers)s.")) % {"numbers": prior}]
                if prior
                else []
            ),
        ]
    )


def _some(numbers: list[str]) -> str:
    """The newest of them; all stand on the page of the case."""
    return ", ".join(numbers[:MOST_NAMED]) + (", …" if len(numbers) > MOST_NAMED else "")
