"""E-mails that come back hours later: delivery status notifications (RFC 3464), recognised by the
Message-ID of what we sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from uuid import UUID

LARGEST = 10 * 1024 * 1024
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
# RFC 3463: 5.1.x the address, 5.2.1 a mailbox that is closed. Anything else for good (full, too
# large, refused for its words) says nothing about the address.
_WRONG = re.compile(r"5\.1\.\d{1,3}$|5\.2\.1$")


@dataclass(frozen=True)
class Bounce:
    """One message that came back for good: its row, the enhanced status code, and whether the
    address itself is wrong."""

    key: UUID
    status: str

    @property
    def wrong_address(self) -> bool:
        """Whether nobody can be reached there."""
        return bool(_WRONG.match(self.status))


def read(raw: bytes) -> Bounce | None:
    """What an e-mail to the bounce address says. None for what is no such report (an answer, a
    notice of absence, a delay) or is not about a message of ours; never an error, whatever the
    bytes."""
    mail = message_from_bytes(raw[:LARGEST])
    if (
        mail.get_content_type() != "multipart/report"
        or str(mail.get_param("report-type")).lower() != "delivery-status"
    ):
        return None
    key, status = _about(mail), _failed(mail)
    return Bounce(key, status) if key and status else None


def _failed(mail: Message) -> str:
    """The status of the recipient for whom it failed for good, else ''."""
    for block in _blocks(mail):
        status = str(block.get("Status", "")).split()[:1]
        if (
            str(block.get("Action", "")).strip().lower() == "failed"
            and status
            and status[0].startswith("5")
        ):
            return status[0][:12]
    return ""


def _blocks(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(
            part.get_payload(), list
        ):
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _about(mail: Message) -> UUID | None:
    """The row whose Message-ID stands in what was returned."""
    for part in mail.walk():
        returned: Message | None = None
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
            returned = payload[0] if isinstance(payload[0], Message) else None
        elif part.get_content_type() == "text/rfc822-headers" and isinstance(payload, str):
            returned = message_from_string(payload)
        found = _OURS.search(str(returned.get("Message-ID", ""))) if returned else None
        if found:
            return UUID(found.group(1))
    return None
