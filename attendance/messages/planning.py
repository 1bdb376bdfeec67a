"""The plan of messages to families (e-mail, text message): who gets which words by which way, and
who does not and why. The plan is the same for the preview and for the sending; only a step of the
case sends."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attendance.common.letters import letterhead
from attendance.messages.message_texts import (
    DEFAULT,
    STOP_SHOWN,
    Text,
    fill,
    filled,
    text_of,
    written,
)
from casework.engine.casefile import CaseFile
from casework.models import Appointment
from casework.policy.policies import Policy, policy_for
from district.models import Guardian, School, StudentNotice
from notifications import family_contacts
from notifications.models import FamilyMessage
from notifications.models.outbox import Channel

AGAIN_AFTER = timedelta(hours=24)
ORDERS = {
    "email": (
        _("E-mail, and a text message where there is none"),
        (Channel.EMAIL.value, Channel.SMS.value),
    ),
    "sms": (
        _("Text message, and an e-mail where there is no number"),
        (Channel.SMS.value, Channel.EMAIL.value),
    ),
}
WHY = {
    "nobody": _("nobody is on file"),
    "no_right": _("has no legal rights"),
    "do_not_contact": _("must not be contacted"),
    "no_address": _("no e-mail address and no number that can be texted on file"),
    "bounced": _("the last message came back: mend the contact data"),
    "opted_out": _("wants no messages"),
    "week": _("has had as many messages this week as the policy allows"),
    "again": _("was sent the same words in the last 24 hours"),
    "call_first": _("call the coordinator before you contact this family"),
    "no_phone": _("the school has no telephone number on file to call back"),
    "no_meeting": _("no meeting is planned"),
    "closed": _("the case is closed"),
    "not_yours": _("you do not work this case"),
    "not_allowed": _("the policy allows no messages to families"),
}


@dataclass(frozen=True)
class Line:
    """One message of a plan: to whom, by which way, in which words (the link to stop messages
    stands as three dots)."""

    number: str
    case: int
    student: int
    name: str
    relation: str
    channel: str
    address: str
    wanted: str
    text: Text
    subject: str
    words: str
    values: Mapping[str, str] = field(repr=False)

    @property
    def by(self) -> Any:
        """The way in words."""
        return Channel(self.channel).label

    @property
    def fallback(self) -> str:
        """The family's language where there is no text in it, else ''."""
        return self.wanted if self.wanted.split("-")[0].lower() != self.text.language else ""

    def message(self, now: datetime, leaves: datetime) -> FamilyMessage:
        """The row of the outbox, with its own link to stop messages."""
        pk = uuid4()
        values = {**self.values, "stop": stop_link(pk)}
        return FamilyMessage(
            id=pk,
            case_id=self.case,
            student_id=self.student,
            channel=self.channel,
            address=self.address,
            created_at=now,
            subject=self.subject if self.channel == Channel.EMAIL else "",
            text=written(self.text, self.channel, values),
            template=self.text.version,
            language=self.text.language,
            next_attempt_at=leaves,
        )


@dataclass(frozen=True)
class Left:
    """Somebody who gets no message, and why (a code of WHY). Without a name: the whole family."""

    number: str
    name: str
    why: str

    @property
    def words(self) -> Any:
        """The reason in words."""
        return WHY[self.why]


@dataclass
class Plan:
    """What one case would send, and who is left out."""

    number: str
    lines: list[Line] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """A hash over all that would be sent: what a preview showed is what is sent, or nothing."""
        shown = [
            [line.channel, line.address, line.text.version, line.subject, line.words]
            for line in self.lines
        ]
        return hashlib.sha256(json.dumps([self.number, shown]).encode()).hexdigest()[:32]


@dataclass
class Known:
    """What the plans of several cases need, read at once (seven statements); `sent` grows with what
    is planned."""

    policy: Policy
    now: datetime
    people: dict[int, list[Guardian]]
    schools: dict[int, School]
    stopped: set[str]
    bounced: set[str]
    sent: dict[str, list[tuple[datetime, str]]]
    call_first: set[int]
    district: str

    @property
    def country(self) -> str:
        """The country code of numbers without one."""
        return family_contacts.country_of(self.policy)


def stop_link(message: UUID) -> str:
    """The address at which a family ends messages to the address of this one."""
    return f"{settings.SITE_URL}{reverse('stop-messages', args=[message])}"


def know(files: Sequence[CaseFile], now: datetime, today: date) -> Known:
    """Read what the plans of these cases need."""
    policy = policy_for("notifications", today)
    students = {file.case.student_id for file in files}
    people: dict[int, list[Guardian]] = defaultdict(list)
    for person in Guardian.objects.filter(student__in=students).order_by("contact_order", "pk"):
        people[person.student_id].append(person)
    country = family_contacts.country_of(policy)
    all_addresses = {
        way
        for found in people.values()
        for person in found
        for way in family_contacts.addresses(person, country).values()
    }
    return Known(
        policy=policy,
        now=now,
        people=people,
        schools=School.objects.in_bulk({file.case.school_id for file in files} - {None}),
        stopped=family_contacts.opted_out(all_addresses),
        bounced=family_contacts.bounced(all_addresses),
        district=letterhead().name,
        sent=defaultdict(
            list,
            {
                address: [(row.created_at, _core(row.text, row.pk)) for row in rows]
                for address, rows in family_contacts.lately(all_addresses, now).items()
            },
        ),
        call_first=set(
            StudentNotice.objects.filter(student__in=students, until=None).values_list(
                "student_id", flat=True
            )
        ),
    )


def _core(text: str, pk: UUID) -> str:
    """The words without the message's own link, as they stand in a plan."""
    return text.replace(stop_link(pk), STOP_SHOWN)


def plans(
    files: Sequence[CaseFile], known: Known, code: str, order: str, works: Iterable[str]
) -> list[Plan]:
    """The plan of each case, in their order. `works` are the numbers of the cases that the person
    may work."""
    mine = set(works)
    return [_plan(file, known, code, order, file.case.number in mine) for file in files]


def plan(file: CaseFile, code: str, order: str, now: datetime, today: date) -> Plan:
    """The plan of one case that the person works."""
    return _plan(file, know([file], now, today), code, order, works=True)


def _plan(file: CaseFile, known: Known, code: str, order: str, works: bool) -> Plan:
    found = Plan(file.case.number)
    why, values = _whole(file, known, code, works)
    people = known.people.get(file.case.student_id, [])
    if why or not people:
        found.left.append(Left(found.number, "", why or "nobody"))
        return found
    for person in people:
        line = _line(file, known, code, order, person, values)
        if isinstance(line, Line):
            found.lines.append(line)
            known.sent[line.address].append((known.now, line.words))
        else:
            found.left.append(Left(found.number, person.name, line))
    return found


def _whole(file: CaseFile, known: Known, code: str, works: bool) -> tuple[str, dict[str, str]]:
    """What stands against a message to anybody of this case (a code, or ''), and the values of the
    merge fields."""
    school = known.schools.get(file.case.school_id or 0)
    meeting = _next_meeting(file, known.now)
    against = (
        ("closed", file.case.closed_on is not None),
        ("not_yours", not works),
        ("not_allowed", not known.policy.get("families.per_week")),
        ("call_first", file.case.student_id in known.call_first),
        ("no_phone", school is None or not school.phone.strip()),
        ("no_meeting", "meeting" in text_of(code, DEFAULT).fields and meeting is None),
    )
    why = next((name for name, holds in against if holds), "")
    if why or school is None:
        return why, {}
    one_line = {"school": school.name, "phone": school.phone, "district": known.district}
    return "", {name: " ".join(value.split()) for name, value in one_line.items()} | {
        "at": meeting.starts_at.isoformat() if meeting else ""
    }


def _next_meeting(file: CaseFile, now: datetime) -> Appointment | None:
    ahead = [row for row in file.appointments if row.cancelled_at is None and row.starts_at > now]
    return min(ahead, key=lambda row: row.starts_at, default=None)


def _line(
    file: CaseFile, known: Known, code: str, order: str, person: Guardian, values: Mapping[str, str]
) -> Line | str:
    """The message to one adult, or the code of why there is none."""
    ways = family_contacts.addresses(person, known.country)
    usable = [
        (channel, ways[channel])
        for channel in ORDERS[order][1]
        if channel in ways and ways[channel] not in known.bounced
    ]
    why = _why_not(person, ways, usable, known)
    if why:
        return why
    channel, address = usable[0]
    text = text_of(code, person.language)
    merged = filled(text, values)
    words = written(text, channel, merged)
    lately = known.sent.get(address, [])
    if any(sent_at > known.now - AGAIN_AFTER and said == words for sent_at, said in lately):
        return "again"
    return Line(
        file.case.number,
        file.case.id,
        file.case.student_id,
        person.name,
        person.relation,
        channel,
        address,
        person.language,
        text,
        fill(text.subject, merged),
        words,
        merged,
    )


def _why_not(
    person: Guardian, ways: Mapping[str, str], usable: Sequence[tuple[str, str]], known: Known
) -> str:
    had = sum(len(known.sent.get(address, ())) for address in ways.values())
    against = (
        ("do_not_contact", person.do_not_contact),
        ("no_right", not person.legal_rights),
        ("no_address", not ways),
        ("opted_out", bool(known.stopped & set(ways.values()))),
        ("bounced", not usable),
        ("week", had >= int(known.policy.get("families.per_week", 0))),
    )
    return next((name for name, holds in against if holds), "")
