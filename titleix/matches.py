"""Other reports that may be about the same: offered to the coordinator alone, who decides what they mean (B2.1 Q6, C3).

Names are sealed; equal people are found by their keyed fingerprints, by links to students and staff, and the same incident
by school and day. Only cases that the user coordinates are ever looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework import access
from casework.casefile import CaseFile
from casework.models import CaseUserPermission
from casework.sealed import prints
from titleix import reading
from titleix.models import Party, TitleIXCase

MOST = 20
PRIOR, SAME_PERSON, SAME_DAY = "prior", "same", "day"
WHY = {
    PRIOR: _("the same respondent was reported before"),
    SAME_PERSON: _("the same complainant, perhaps the same incident"),
    SAME_DAY: _("the same school and day"),
}


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
    """The other reports, newest first (two statements at most); nothing for who does not coordinate the case."""
    if not access.can(user, "coordinate_cases", file.case):
        return []
    mine = CaseUserPermission.objects.filter(content_object=OuterRef("pk"), user=user, permission__codename="coordinate_cases")
    others = TitleIXCase.objects.filter(Exists(mine), pk__in=access.visible(user, "TIX").values("pk")).exclude(pk=file.case.pk)
    why: dict[int, set[str]] = {}
    found = {}
    for part, code in ((Party.Part.RESPONDENT, PRIOR), (Party.Part.COMPLAINANT, SAME_PERSON)):
        same = _same(reading.people(file, part))
        if same is not None:
            found[code] = Exists(Party.objects.filter(same, case=OuterRef("pk"), part=part))
    if found:
        rows_with = others.annotate(**found).filter(reduce(or_, (Q(**{code: True}) for code in found))).values("pk", *found)[: 2 * MOST]
        for row in rows_with:
            why.setdefault(row["pk"], set()).update(code for code in found if row[code])
    if file.case.school_id and file.case.incident_on:
        day = others.filter(school_id=file.case.school_id, incident_on=file.case.incident_on)
        for pk in day.values_list("pk", flat=True)[:MOST]:
            why.setdefault(pk, set()).add(SAME_DAY)
    labels = file.kind.workflow(file.case.rules).labels
    rows = (
        TitleIXCase.objects.filter(pk__in=why).order_by("-opened_on", "-pk").values_list("pk", "number", "opened_on", "state", "closed_on")
    )
    return [
        Match(number, opened, str(labels.get(state, state)), closed is None, tuple(sorted(why[pk])))
        for pk, number, opened, state, closed in (rows[:MOST] if why else ())
    ]


def _same(people: Iterable[Party]) -> Q | None:
    """A filter on Party: one of these people, by fingerprint or by link; None when nothing is known of them."""
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
    same = ", ".join(match.number for match in found if match.duplicate)
    prior = ", ".join(match.number for match in found if PRIOR in match.why)
    parts = [str(_("May be the same incident: %(numbers)s.")) % {"numbers": same}] if same else []
    return " ".join([*parts, *([str(_("The same respondent was reported in %(numbers)s.")) % {"numbers": prior}] if prior else [])])
