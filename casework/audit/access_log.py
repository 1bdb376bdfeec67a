"""The record of who looked at what (domain.md C7), for kinds that keep one. Every entry is one
INSERT; pages stay quick."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.access import rights
from casework.case_types import registry
from casework.models import Case, Read
from district.models import Post, Role

What = Read.What
READERS = (
    Role.AUDITOR,
    Role.COUNSEL,
)  # of the whole record; a coordinator reads that of their own cases


def note(
    user: Any,
    what: str,
    case: Case | None = None,
    *,
    number: str = "",
    item: UUID | None = None,
    refused: bool = False,
) -> None:
    """Keep that somebody looked, or tried to. Nothing is kept for kinds without such a record."""
    number = case.number if case else number
    if keeps(number):
        Read.objects.create(
            at=timezone.now(),
            user=user if user is not None and user.is_authenticated else None,
            case=case,
            number=number[:24],
            what=what,
            object=item,
            refused=refused,
        )


def exported(user: Any, cases: Iterable[tuple[int, str]]) -> None:
    """Keep that these cases (id, number) left as rows of a file; one INSERT for all."""
    now = timezone.now()
    rows = [
        Read(at=now, user=user, case_id=pk, number=number, what=What.EXPORT)
        for pk, number in dict(cases).items()
        if keeps(number)
    ]
    Read.objects.bulk_create(rows)


def refused(user: Any, what: str, number: str) -> None:
    """Keep that somebody asked for a case that they may not see, whether it exists or not."""
    if keeps(number):
        note(user, what, Case.objects.filter(number=number).first(), number=number, refused=True)


def searched(user: Any, words: str) -> None:
    """Keep that somebody searched. The words are kept as a keyed digest: it answers 'who searched
    for this', and says nothing to whoever reads the table."""
    Read.objects.create(at=timezone.now(), user=user, what=What.SEARCH, words=digest(words))


def digest(words: str) -> str:
    """The keyed digest of the words of a search, blind to case and spaces."""
    plain = " ".join(words.casefold().split())
    return hmac.new(settings.SECRET_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()


def keeps(number: str) -> bool:
    """Whether reads of cases with such a number are kept."""
    try:
        return registry.kind(number.partition("-")[0]).keeps_reads
    except KeyError:
        return False


def may_read(user: Any) -> bool:
    """Whether a user may open the record at all: auditor, counsel, or who coordinates some case."""
    return _reads_all(user) or rights.coordinated(user).exists()


def readable(user: Any) -> QuerySet[Read]:
    """The part of the record that a user may see, newest first: all of it for auditors and counsel,
    that of the cases that they coordinate for coordinators, nothing for everybody else."""
    rows = Read.objects.select_related("user").order_by("-id")
    if _reads_all(user):
        return rows
    return rows.filter(Q(case__in=rights.coordinated(user)))


def _reads_all(user: Any) -> bool:
    return bool(user.is_active) and Post.objects.filter(user=user, role__in=READERS).exists()
