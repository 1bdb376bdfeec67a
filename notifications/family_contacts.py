"""Messages to families: which address an adult may be written to, how often, and whether that still
holds when one leaves."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q
from django.db.models.functions import Lower

from casework.engine.errors import Refused
from casework.engine.services import act
from casework.policy.policies import Policy
from district.models import Guardian
from notifications.models import FamilyMessage, OptOut
from notifications.models.outbox import Channel, State

log = structlog.get_logger()
WEEK = timedelta(days=7)
STEP = "message_outcome"  # the step of a case's workflow that is told when a message did not arrive
BOUNCED, UNDELIVERED, NOT_SENT = "bounced", "not_delivered", "not_sent"
_NOT_DIALLED = re.compile(r"[\s()./-]")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")


def country_of(policy: Policy) -> str:
    """The country code of telephone numbers that are kept without one."""
    return str(policy.get("families.country_code", "1"))


def number(phone: str, country: str) -> str:
    """A telephone number as it is dialled from anywhere ('+17045550123'), or '' for what is
    none."""
    digits = _NOT_DIALLED.sub("", phone)
    if digits.startswith("+"):
        return digits if digits[1:].isdecimal() and 8 <= len(digits) <= 16 else ""
    if not digits.isdecimal():
        return ""
    if len(digits) == 10:
        return f"+{country}{digits}"
    return f"+{digits}" if len(digits) == 10 + len(country) and digits.startswith(country) else ""


def addresses(person: Guardian, country: str) -> dict[str, str]:
    """Channel -> address at which a message could reach this adult, by the contact data on file."""
    email = person.email.strip().lower()
    found = {
        Channel.EMAIL.value: email if _MAIL.match(email) else "",
        Channel.SMS.value: number(person.phone, country),
    }
    return {channel: address for channel, address in found.items() if address}


def opted_out(wanted: Collection[str]) -> set[str]:
    """Those of the addresses to which no messages are wanted (one statement)."""
    return set(OptOut.objects.filter(address__in=wanted).values_list("address", flat=True))


def choose(wanted: Collection[str], stop: bool, now: datetime) -> None:
    """Somebody said whether messages to these addresses are wanted."""
    if stop:
        OptOut.objects.bulk_create(
            [OptOut(address=address, since=now) for address in wanted], ignore_conflicts=True
        )
    else:
        OptOut.objects.filter(address__in=wanted).delete()


def lately(wanted: Collection[str], now: datetime) -> dict[str, list[FamilyMessage]]:
    """Address -> the messages of the last seven days that were sent or wait (one statement)."""
    rows = FamilyMessage.objects.filter(
        address__in=wanted, created_at__gt=now - WEEK, state__in=(State.PENDING, State.SENT)
    )
    found: dict[str, list[FamilyMessage]] = {}
    for row in rows.only("address", "created_at", "text", "template", "language", "case_id"):
        found.setdefault(row.address, []).append(row)
    return found


def bounced(wanted: Collection[str]) -> set[str]:
    """Those of the addresses whose latest message came back (one statement)."""
    rows = FamilyMessage.objects.filter(
        address__in=wanted, state__in=(State.SENT, State.DEAD)
    ).filter(Q(state=State.SENT) | Q(bounced=True))
    latest = (
        rows.order_by("address", "-created_at").distinct("address").values_list("address", "state")
    )
    return {address for address, state in latest if state == State.DEAD}


def bounced_students(cases: Any, country: str) -> set[int]:
    """Students of these cases with an adult on file whose address proved wrong and is on file still
    (three statements)."""
    rows = FamilyMessage.objects.filter(case__in=cases, bounced=True, state=State.DEAD)
    failed = set(rows.values_list("student_id", "address"))
    wrong = bounced({address for _student, address in failed})
    people = Guardian.objects.filter(student__in={student for student, _address in failed})
    on_file = {
        (person.student_id, address)
        for person in people
        for address in addresses(person, country).values()
    }
    return {student for student, address in failed & on_file if address in wrong}


def why_not(message: FamilyMessage, policy: Policy) -> str:
    """Why a message that waits must not leave after all, as a code: what is on file may have
    changed since; '' when it may."""
    country = country_of(policy)
    people = Guardian.objects.annotate(mail=Lower("email")).filter(student=message.student_id)
    here = [person for person in people if message.address in addresses(person, country).values()]
    if any(person.do_not_contact for person in here):
        return "do_not_contact"
    if not any(person.legal_rights for person in here):
        return "not_on_file"
    return "opted_out" if opted_out([message.address]) else ""


def tell_case(message: FamilyMessage, result: str, code: str) -> None:
    """Write into the case's log that a message did not arrive. A case that is closed by now takes
    no more steps."""
    try:
        act(
            message.case.number,
            STEP,
            actor=None,
            data={
                "message": str(message.pk),
                "channel": message.channel,
                "result": result,
                "code": code,
            },
        )
    except Refused:
        log.info("family.outcome_not_kept", message=str(message.pk), result=result)


def quiet_hours(policy: Policy) -> Mapping[str, str]:
    """When a message must not reach a family; the district's own quiet hours where the policy has
    none for families."""
    found: Mapping[str, str] = policy.get("families.quiet_hours") or policy.data["quiet_hours"]
    return found
