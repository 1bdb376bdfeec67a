"""The texts of messages with made-up data: those to families, and the alerts that staff get."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from attendance.common.letters import letterhead
from attendance.messages import message_texts, planning
from casework.documents.letters import LetterError
from casework.models import Alert, Case
from notifications import texts
from notifications.sms_segments import Length, length
from web.administration.samples import ATTENDANCE

NOBODY = UUID(int=0)
FILLED = message_texts.ALWAYS | {"meeting"}  # what a message to a family can name
LABELS = (
    "T-10",
    "T-1",
    "DUE",
    "OVERDUE",
    "50%",
)  # rungs of the ladders that have words of their own
DUE = "2026-10-15"


@dataclass(frozen=True)
class Message:
    """One text as it would be sent: by e-mail and as a text message. `wrong` says why a template
    cannot be used."""

    part: str
    code: str
    language: str
    name: str
    version: str = ""
    fields: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    subject: str = ""
    body: str = ""
    short: str = ""
    wrong: str = ""

    @property
    def length(self) -> Length:
        """The length of the text message."""
        return length(self.short)


def to_families() -> list[Message]:
    """Every text to families in each language that it is written in."""
    return [
        _to_family(code, language)
        for code in message_texts.codes()
        for language in message_texts.languages(code)
    ]


def _to_family(code: str, language: str) -> Message:
    try:
        text = message_texts.text_of(code, language)
    except LetterError as error:
        return Message("families", code, language, code, wrong=str(error))
    filled = message_texts.filled(text, _values()) | {"stop": planning.stop_link(NOBODY)}
    unknown = sorted(text.fields - FILLED)
    shown = {**dict.fromkeys(unknown, "…"), **filled}
    return Message(
        "families",
        code,
        language,
        text.name,
        text.version,
        sorted(text.fields),
        unknown,
        text.subject.format_map(shown),
        text.body.format_map(shown),
        text.short.format_map(shown),
    )


def _values() -> dict[str, str]:
    """Who writes and the next meeting, of a school that does not exist."""
    school, meeting = ATTENDANCE["school"], ATTENDANCE["meeting"]
    at = datetime.fromisoformat(f"{meeting['on']}T{meeting['at']}").replace(
        tzinfo=ZoneInfo(settings.TIME_ZONE)
    )
    return {
        "school": school["name"],
        "phone": school["phone"],
        "district": letterhead().name,
        "at": at.isoformat(),
    }


def to_staff() -> list[Message]:
    """Every alert in words, in the district's language, and the mail that holds the alerts of a
    day."""
    found = [
        _alert(code) for code in (*LABELS, *(code for code in texts.PLAIN if code not in LABELS))
    ]
    subject, body = texts.digest([_made_up(code) for code in ("T-1", "OVERDUE")], None)
    return [
        *found,
        Message(
            "alerts",
            "DIGEST",
            settings.LANGUAGE_CODE,
            _("the alerts of a day in one e-mail"),
            subject=subject,
            body=body,
        ),
    ]


def _made_up(code: str) -> Alert:
    case = None if code.startswith("IMPORT_") else Case(number=ATTENDANCE["reference"], kind="ATT")
    dated = code in LABELS
    return Alert(
        id=NOBODY, case=case, code=code, data={"labels": [code], "due": DUE} if dated else {}
    )


def _alert(code: str) -> Message:
    alert = _made_up(code)
    fields = ["case", *(["due"] if alert.data else []), "link"] if alert.case else ["link"]
    return Message(
        "alerts",
        code,
        settings.LANGUAGE_CODE,
        texts.label(code),
        fields=fields,
        subject=texts.subject(alert),
        body=texts.body(alert, None),
        short=texts.short(alert, None),
    )


def find(part: str, code: str, language: str) -> Message | None:
    """The text of a part (families, alerts), or None."""
    every: dict[str, Any] = {"families": to_families, "alerts": to_staff}
    found = every[part]() if part in every else []
    return next((one for one in found if (one.code, one.language) == (code, language)), None)
