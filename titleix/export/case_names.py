"""Who is who in the file of a case: whose names the redacted copy hides, under which labels."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import translation

from casework.documents.letters import ROOT
from casework.engine.casefile import CaseFile
from casework.models import Event
from casework.privacy.redaction import VOCABULARY, Party, Redactor, stable_labels
from district.models import Student, User
from titleix.export.decisions import hidden
from titleix.models import RedactedExport
from titleix.rules.separation_of_duties import ROLES

HIDDEN = "[hidden]"  # for a name of nobody in the case


# Capitalised words that the product itself prints on papers and beside numbers.
PRINTED = frozenset(
    ["TIX", "Reference", "Referencia", "Round", "Relied", "Index", "Page", *calendar.month_abbr]
)


# -- who is who ------------------------------------------------------------------------------------


def people(file: CaseFile) -> list[Party]:
    """Everybody in the case, those who left too, with all by which a text may give them away."""
    rows = sorted(file.children["party"], key=lambda row: (row.part, row.number))
    students = {
        one.pk: one
        for one in Student.objects.filter(pk__in=[row.student_id for row in rows if row.student_id])
    }
    users = {
        one.pk: one
        for one in User.objects.filter(pk__in=[row.user_id for row in rows if row.user_id])
    }
    return [_person(row, students.get(row.student_id), users.get(row.user_id)) for row in rows]


def _person(row: Any, student: Student | None, user: User | None) -> Party:
    official = (
        [f"{student.first_name} {student.middle_name} {student.last_name}"] if student else []
    )
    official += [user.get_full_name()] if user else []
    return Party(
        row.label,
        names=_filled(row.name, *official),
        nicknames=_filled(*row.nicknames.splitlines()),
        numbers=_filled(student.student_id, student.state_student_id) if student else [],
        emails=_filled(row.email, user.email if user else ""),
        phones=_filled(row.phone),
        addresses=_filled(row.address),
    )


def _filled(*texts: str) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


def staff(file: CaseFile) -> dict[int, tuple[str, User]]:
    """Whoever works or worked on the case, and every other employee in it: label and person."""
    in_case = {row.user_id for row in file.children["party"] if row.user_id}
    roles = {
        row.user_id: str(dict(ROLES).get(row.role, row.role))
        for row in sorted(file.children["assignment"], key=lambda row: row.starts_on)
    }
    wanted = {
        *roles,
        *(row.by_id for row in file.children["record"]),
        file.case.received_by_id,
        file.case.knowledge_employee_id,
        file.case.owner_id,
    }
    acted = Event.objects.filter(case_id=file.case.pk).values("actor_id")
    found = {
        one.pk: one
        for one in User.objects.filter(Q(pk__in=wanted - {None}) | Q(pk__in=acted)).order_by("pk")
        if one.pk not in in_case
    }
    labels = stable_labels(
        (roles.get(pk, "Staff").capitalize(), pk)
        for pk in [*(pk for pk in roles if pk in found), *found]
    )
    return {pk: (labels[pk], one) for pk, one in found.items()}


def redactor_for(
    file: CaseFile,
    export: RedactedExport,
    employees: dict[int, tuple[str, User]],
    known: Iterable[str],
) -> Redactor:
    """The parties, the staff where the policy labels them, and what the reviewer hides."""
    parties, vocabulary = people(file), {*VOCABULARY, *PRINTED, *_form_words(), *known}
    if labels_staff(file):
        parties += [
            Party(label, names=_filled(one.get_full_name()), emails=_filled(one.email))
            for label, one in employees.values()
        ]
    else:
        vocabulary |= {
            word for _label, one in employees.values() for word in words_of(one.get_full_name())
        }
    for word, label in hidden(export).items():
        digits = any(letter.isdigit() for letter in word)
        parties.append(
            Party(
                label,
                numbers=[word] if digits else [],
                nicknames=[] if digits or " " in word else [word],
            )
        )
    return Redactor(
        [party for party in parties if party.originals() or party.label], vocabulary=vocabulary
    )


def labels_staff(file: CaseFile) -> bool:
    """Whether the policy of the case labels the district's own people as well."""
    return file.policy.get("redaction.staff", "label") == "label"


def words_of(text: str) -> list[str]:
    """The words of a text, without digits and signs."""
    return re.findall(r"[^\W\d_]+", text)


@lru_cache(maxsize=1)
def _form_words() -> frozenset[str]:
    """Capitalised words of the district's own forms: nobody's name."""
    texts = [
        path.read_text() for path in sorted((ROOT / "titleix" / "letter_templates").glob("*.typ"))
    ]
    return frozenset(word for text in texts for word in words_of(text) if word[:1].isupper())


def labels_of(file: CaseFile) -> list[str]:
    """The labels that a reviewer may put in the place of a word."""
    with translation.override("en"):
        return [
            party.label
            for party in sorted(file.children["party"], key=lambda row: (row.part, row.number))
        ] + [HIDDEN]
