"""The mail room: letters that wait to be printed and sent, as one file sorted as the mail wants
it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from attendance.common.labels import LETTERS
from attendance.models import Notice
from casework.access import rights
from casework.engine.services import local_today
from casework.models import Case, Document, Event, Task
from casework.policy.policies import policy_for
from casework.privacy import encrypted_files
from district.models import Guardian
from notifications import family_contacts

ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
OTHERS = ("ARC_INVITATION", "ARC_RESCHEDULE", "ARC_PLAN", "STEP_DOWN", "CLOSING", "CORRECTION")
DAYS = 14


@dataclass(frozen=True)
class Letter:
    """A letter that is ready for the mail. `process` is set where its mailing is a step of a
    notice."""

    document: UUID
    number: str
    code: str
    recipient: str
    address: str
    school: str
    pages: int
    made: datetime
    process: UUID | None = None
    due: date | None = None

    @property
    def name(self) -> Any:
        """What the letter is."""
        return LETTERS.get(self.code, self.code)

    @property
    def order(self) -> tuple[str, str, str]:
        """Postal code first, then the street: letters of one house lie together."""
        found = ZIP.findall(self.address)
        return (found[-1] if found else "99999", self.address.casefold(), self.number)


def to_mail(user: Any) -> list[Letter]:
    """Signed notices that were not sent yet, at the schools whose mail the user sends, in the order
    of the mail."""
    notices = _mine(Notice.objects.filter(state="SIGNED", closed_on=None), user)
    kept = {row["id"]: row for row in notices.values("id", "case__next_due")[:500]}
    latest: dict[UUID, Document] = {}
    documents = (
        Document.objects.filter(process__in=kept, draft=False)
        .select_related("case__school")
        .order_by("created_at")
    )
    for document in documents:
        if document.process_id is not None:
            latest[document.process_id] = document
    rows = [
        _letter(document, process, kept[process]["case__next_due"])
        for process, document in latest.items()
    ]
    return sorted(rows, key=lambda letter: letter.order)


def lately(user: Any) -> list[Letter]:
    """The other letters of the last two weeks: invitations, plans, thanks; they are printed and not
    recorded one by one."""
    rows = _mine(
        Document.objects.filter(
            code__in=OTHERS, draft=False, created_at__gte=timezone.now() - timedelta(days=DAYS)
        ),
        user,
    )
    return sorted(
        (_letter(document) for document in rows.select_related("case__school")[:300]),
        key=lambda letter: letter.order,
    )


def _mine(rows: Any, user: Any) -> Any:
    return rights.at_schools_of(rows.filter(case__kind="ATT"), user, "mail_cases")


def _letter(document: Document, process: UUID | None = None, due: date | None = None) -> Letter:
    people = document.data.get("recipients") or [{"name": "", "address": []}]
    return Letter(
        document.pk,
        document.case.number,
        document.code,
        str(people[0]["name"]),
        ", ".join(people[0]["address"]),
        document.case.school.name if document.case.school else "",
        document.pages,
        document.created_at,
        process,
        due,
    )


def batch(letters: Sequence[Letter], *, duplex: bool) -> bytes:
    """One PDF of the letters in their order; with `duplex` each begins on a new sheet."""
    writer = PdfWriter()
    documents = Document.objects.select_related("case").in_bulk(
        [letter.document for letter in letters]
    )
    for letter in letters:
        reader = PdfReader(io.BytesIO(encrypted_files.read(documents[letter.document])))
        for page in reader.pages:
            writer.add_page(page)
        if duplex and len(reader.pages) % 2:
            writer.add_blank_page()
    writer.add_metadata({"/Title": "Letters"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@dataclass(frozen=True)
class Mend:
    """A case whose family cannot be reached as the file says, and why."""

    number: str
    student: str
    school: str
    why: tuple[str, ...]


RETURNED = "returned"
WRONG = "wrong"
BOUNCED = "bounced"
NO_PHONE = "no_phone"
NO_ADDRESS = "no_address"


def to_mend(user: Any, most: int = 200) -> list[Mend]:
    """Open cases with contact data to mend: a letter or a message came back, a number or address
    was wrong, or nothing is on file. Put right in the student information system; the next import
    brings it here (six statements)."""
    cases = rights.visible(user, "ATT").filter(closed_on=None, school_id__in=_schools(user))
    returned, wrong = _letter_returned(cases), _wrong_contact(cases)
    country = family_contacts.country_of(policy_for("notifications", local_today()))
    bounced = family_contacts.bounced_students(cases, country)
    rows = []
    for pk, student, number, first, last, school, phone, address in _contact_data(cases):
        why = _why(pk in returned, pk in wrong, student in bounced, phone, address)
        if why:
            rows.append(Mend(number, f"{last}, {first}", school or "", why))
    return rows[:most]


def _letter_returned(cases: QuerySet[Case]) -> set[int]:
    """Cases whose letter came back and whose address nobody has confirmed since."""
    tasks = Task.objects.filter(case__in=cases, kind="CONFIRM_ADDRESS", status="OPEN")
    return set(tasks.values_list("case_id", flat=True))


def _wrong_contact(cases: QuerySet[Case]) -> set[int]:
    """Cases with a contact of the last 90 days that met a wrong number or address."""
    contacts = Event.objects.filter(
        case__in=cases,
        name="log_contact",
        data__result="wrong_contact",
        on__gte=local_today() - timedelta(days=90),
    )
    return set(contacts.values_list("case_id", flat=True))


def _contact_data(cases: QuerySet[Case]) -> Iterable[tuple[Any, ...]]:
    """Case, student, number, name, school, and whether an adult with legal rights has a phone
    number and an address on file."""
    guardian = Guardian.objects.filter(
        student=OuterRef("attendancecase__student"), legal_rights=True
    )
    rows = cases.annotate(
        phone=Exists(guardian.exclude(phone="")), address=Exists(guardian.exclude(address=""))
    )
    return rows.order_by("number").values_list(
        "id",
        "attendancecase__student",
        "number",
        "attendancecase__student__first_name",
        "attendancecase__student__last_name",
        "school__name",
        "phone",
        "address",
    )


def _why(back: bool, wrong: bool, bounced: bool, phone: bool, address: bool) -> tuple[str, ...]:
    reasons: Iterable[tuple[bool, str]] = (
        (back, RETURNED),
        (wrong, WRONG),
        (bounced, BOUNCED),
        (not phone, NO_PHONE),
        (not address, NO_ADDRESS),
    )
    return tuple(name for holds, name in reasons if holds)


def _schools(user: Any) -> list[int]:
    return sorted(
        {*rights.visible_schools(user, "mail_cases"), *rights.visible_schools(user, "work_cases")}
    )
