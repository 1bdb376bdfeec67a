"""The times that belong to the parties: to answer to evidence and report, and to appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.engine.casefile import CaseFile
from casework.engine.services import local_today
from titleix.case import queries
from titleix.rules import decision_times, timelines

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def window_of(file: CaseFile, code: str) -> timelines.Window | None:
    """The time to answer to a letter (`EVIDENCE`, `REPORT`) in its latest round; None before it was
    sent.
    """
    if not queries.deliveries(file, code):
        return None
    return timelines.party_window(
        queries.recipients(file, code), queries.span(file, f"{code.lower()}_wait"), file.calendar
    )


def over_on(file: CaseFile, code: str) -> date | None:
    """The last day of that time, once the next step may follow; None while it runs."""
    window = window_of(file, code)
    return window.ends_on if window and window.next_from <= local_today() else None


@dataclass(frozen=True)
class OpenWindow:
    """A time that belongs to the parties."""

    label: StrOrPromise
    cite: str
    starts: date
    ends: date
    next_from: date
    early: bool = False


def windows(file: CaseFile) -> list[OpenWindow]:
    """The windows of the parties in this case, past ones too, with their dates."""
    spans = []
    for code, label, cite in (
        ("EVIDENCE", _("The parties answer to the evidence"), "34 CFR 106.45(b)(5)(vi)"),
        ("REPORT", _("The parties answer to the report"), "34 CFR 106.45(b)(5)(vii)"),
    ):
        window = window_of(file, code)
        if window:
            spans.append(
                OpenWindow(
                    label, cite, window.sent_on, window.ends_on, window.next_from, window.early
                )
            )
    sent = [
        row.sent_on
        for code in ("DETERMINATION", "DISMISSAL")
        for row in queries.deliveries(file, code)
    ]
    if sent:
        appeal = decision_times.appeal_window(
            sent, queries.span(file, "appeal_window"), file.calendar
        )
        spans.append(
            OpenWindow(
                _("Time to appeal"),
                "34 CFR 106.45(b)(8)",
                max(sent),
                appeal.file_by.due,
                appeal.final_on,
            )
        )
    return spans
