"""What an alert says: the case's number, what falls due, a link. Never a name, a school or a fact
(domain.md C9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from casework.access import rights
from casework.case_types import registry
from casework.models import Alert

PLAIN = {
    "DUE": gettext_noop("due today"),
    "HOLD_ENDS": gettext_noop("a hold was expected to end"),
    "DUE_NEARER": gettext_noop("a due date came nearer"),
    "STEP_FAILED": gettext_noop("a step of the system did not succeed"),
    "L6_LATE": gettext_noop("a notice is later than the law allows"),
    "IMPORT_HELD": gettext_noop("an import is held and waits for your decision"),
    "IMPORT_REFUSED": gettext_noop("an import was refused"),
    "EMERGENCY_ACCESS": gettext_noop("somebody who is not assigned opened it in an emergency"),
    "REPORTER_ANSWERED": gettext_noop("the reporter has written"),
    "PARTY_ANSWERED": gettext_noop("something has come by a private link"),
    "PARTY_FILES": gettext_noop("a party has handed in files by the private link"),
    "RECALC": gettext_noop("a due date moved with the calendar"),
}

# What a family reads that wants no more messages, in the languages of the messages.
STOP = {
    "en": {
        "skip": "Skip to the content",
        "other": "Español",
        "title": "Stop these messages?",
        "help": (
            "You got a message from your child’s school at this address or number. If you stop "
            "them, none will be sent to it any more. "
            "The school will still call you or write a letter when it must."
        ),
        "stop": "Stop the messages",
        "done": "The messages are stopped.",
        "done_help": (
            "Nothing more will be sent to this address or number. To get messages again, call "
            "the school."
        ),
    },
    "es": {
        "skip": "Ir al contenido",
        "other": "English",
        "title": "¿Dejar de recibir estos mensajes?",
        "help": (
            "La escuela de su hijo o hija le envió un mensaje a esta dirección o a este "
            "número. Si los detiene, no se enviará ninguno "
            "más. La escuela todavía le llamará o le escribirá una carta cuando deba hacerlo."
        ),
        "stop": "No enviar más mensajes",
        "done": "Ya no recibirá mensajes.",
        "done_help": (
            "No se enviará nada más a esta dirección o a este número. Para volver a recibir "
            "mensajes, llame a la escuela."
        ),
    },
}
# The answer to somebody who writes back to a text message.
UNREAD = {
    "en": (
        "Nobody reads answers to this number. Please call the number in our message. Reply "
        "STOP to end these messages."
    ),
    "es": (
        "Nadie lee las respuestas a este número. Llame al número que aparece en nuestro "
        "mensaje. Responda STOP para no recibir más "
        "mensajes."
    ),
}


def label(code: str) -> str:
    """One rung or code in words."""
    if code.startswith("OVERDUE"):
        return _("overdue")
    if code == "T-1":
        return _("due tomorrow")
    if code.startswith("T-") and code[2:].isdecimal():
        return ngettext("due in %(n)s day", "due in %(n)s days", int(code[2:])) % {"n": code[2:]}
    if code.endswith("%"):
        return _("%(n)s of the time is over") % {"n": code}
    return _(PLAIN[code]) if code in PLAIN else code.replace("_", " ").lower()


def words(alert: Alert) -> str:
    """What happened, in words: of labels that came together after an outage, the last one says it
    all."""
    labels = alert.data.get("labels") or [alert.code]
    return ", ".join(dict.fromkeys(label(part) for part in _parts(labels[-1])))


def _parts(text: str) -> list[str]:
    """'90%+T-3' as its two labels; 'OVERDUE+4' is one."""
    return [text] if text.startswith("OVERDUE") else text.split("+")


def due(alert: Alert) -> str:
    """The due date in words, or nothing."""
    day = alert.data.get("due")
    return date_format(date.fromisoformat(day), "D j M Y") if day else ""


def duty(alert: Alert, reader: Any) -> Any:
    """Which promise an alert is about, for the inbox of somebody who may see the case; never in a
    message that leaves the house."""
    if (
        alert.case is None
        or alert.clock is None
        or not rights.can(reader, "view_cases", alert.case)
    ):
        return ""
    return registry.kind(alert.case.kind).clock_labels.get(alert.clock.kind, "")


def place(alert: Alert, reader: Any) -> str:
    """The path at which this reader finds what the alert is about: the case for those who may see
    it, else the desk of its process, or the inbox where there is no case."""
    if alert.case is None:
        return reverse("inbox")
    process = alert.clock.process if alert.clock else None
    about = registry.kind(alert.case.kind).processes.get(process.kind) if process else None
    if (
        about
        and about.desk
        and alert.clock
        and alert.clock.role in about.told
        and not rights.can(reader, "view_cases", alert.case)
    ):
        return reverse(about.desk[0], args=about.desk[1:])
    return reverse("case", args=[alert.case.number])


def link(alert: Alert, reader: Any) -> str:
    """The whole address of the place."""
    return f"{settings.SITE_URL}{place(alert, reader)}"


def subject(alert: Alert) -> str:
    """The subject line of a single alert."""
    about = alert.case.number if alert.case else _("Holdfast")
    return f"{about}: {words(alert)}"


def body(alert: Alert, reader: Any) -> str:
    """The text of a single alert."""
    lines = [subject(alert)]
    if due(alert):
        lines.append(_("Due: %(day)s") % {"day": due(alert)})
    choose = _("You get this because of your post. Choose how you hear of alerts: %(url)s")
    return "\n".join(
        [
            *lines,
            "",
            link(alert, reader),
            "",
            choose % {"url": f"{settings.SITE_URL}/inbox/preferences"},
            "",
        ]
    )


def digest(alerts: Sequence[Alert], reader: Any) -> tuple[str, str]:
    """Subject and text of a digest."""
    lines = [
        f"- {subject(alert)}{f' ({due(alert)})' if due(alert) else ''}  {link(alert, reader)}"
        for alert in alerts
    ]
    title = ngettext("%(n)s alert for you", "%(n)s alerts for you", len(alerts)) % {
        "n": len(alerts)
    }
    return title, "\n".join([title, "", *lines, "", f"{settings.SITE_URL}/inbox", ""])


def short(alert: Alert, reader: Any) -> str:
    """A text message."""
    return f"{subject(alert)} {link(alert, reader)}"


def payload(alert: Alert) -> dict[str, Any]:
    """What a webhook is told."""
    return {
        "alert": str(alert.pk),
        "case": alert.case.number if alert.case else None,
        "code": alert.code,
        "labels": alert.data.get("labels") or [alert.code],
        "due": alert.data.get("due"),
        "raised_at": alert.raised_at.isoformat(),
    }
