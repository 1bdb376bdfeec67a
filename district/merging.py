"""Two student records that are one person (domain.md C18): a data manager confirms, everything is
united, nothing is lost.

The other record stays and points to the survivor; enrolments and contacts move. What hangs on
students in the floors above (marks, cases) is united by the functions that those apps register
here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from district.models import Enrollment, Guardian, Student

log = structlog.get_logger()
_uniters: list[Callable[[Student, Student, date, Any], None]] = []


class CannotMerge(Exception):
    """These two records cannot be united; the message says why."""


def on_merge(function: Callable[[Student, Student, date, Any], None]) -> None:
    """Call this with survivor, other, date and user, in the same transaction."""
    if function not in _uniters:
        _uniters.append(function)


@transaction.atomic
def merge_students(survivor: Student, other: Student, on: date, user: Any) -> None:
    """Unite two records as of a date. Raises CannotMerge for a record that was merged already, or
    for itself."""
    locked = {
        row.pk: row
        for row in Student.objects.select_for_update()
        .filter(pk__in=[survivor.pk, other.pk])
        .order_by("pk")
    }
    if len(locked) != 2:
        raise CannotMerge(_("choose two different student records"))
    if any(row.merged_into_id for row in locked.values()):
        raise CannotMerge(_("one of the records was merged before; choose the surviving one"))
    for unite in _uniters:
        unite(survivor, other, on, user)
    Enrollment.objects.filter(student=other).update(student=survivor)
    taken = set(Guardian.objects.filter(student=survivor).values_list("name", flat=True))
    Guardian.objects.filter(student=other).exclude(name__in=taken).update(student=survivor)
    Student.objects.filter(pk=other.pk).update(merged_into=survivor)
    log.info("students.merged", survivor=survivor.pk, other=other.pk)
