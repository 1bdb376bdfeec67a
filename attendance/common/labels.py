"""Codes in words: occasions of the policy's triggers (L3, CH10, TN5/10) and what led to a
process."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance.rules.triggers import trigger_of
from casework.policy.policies import Policy

LED_TO = {
    "hand": gettext_lazy("asked for by hand"),
    "offered": "",
    "carried": gettext_lazy("carried over from last year"),
    "RUN5": gettext_lazy("absent day after day, nobody reached"),
    "NO_SHOW": gettext_lazy("did not come at the beginning of the year"),
    "NO_AGREEMENT": gettext_lazy("no agreement"),
    "BREACHED": gettext_lazy("the agreement was broken"),
    "KEPT": gettext_lazy("the agreement was kept"),
}

LETTERS = {
    "L3": gettext_lazy("Three-day letter"),
    "L6": gettext_lazy("Six-day letter"),
    "L10": gettext_lazy("Ten-day letter"),
    "POLICY": gettext_lazy("Letter on absences"),
    "ARC_INVITATION": gettext_lazy("Invitation to the conference"),
    "ARC_RESCHEDULE": gettext_lazy("New day of the conference"),
    "ARC_PLAN": gettext_lazy("Copy of the plan"),
    "STEP_DOWN": gettext_lazy("Note that less is asked"),
    "CLOSING": gettext_lazy("Letter of thanks"),
    "CORRECTION": gettext_lazy("Letter of correction"),
    "REFERRAL": gettext_lazy("Notice to the authorities"),
    "MEDIATION_PACKET": gettext_lazy("Packet for the mediator"),
}


def says(code: str, policy: Policy) -> str:
    """A code as people say it; the code itself where the policy has no such trigger."""
    if code in LED_TO:
        return str(LED_TO[code])
    known = {str(entry["id"]): entry for entry in policy.get("triggers") or ()}
    entry = known.get(trigger_of(code))
    return _occasion(code, entry) if entry is not None and code else code


def _occasion(key: str, entry: Any) -> str:
    level = next((int(part) for part in key.split("/")[1:] if part.isdigit()), None)
    at, measure = level or int(entry.get("at") or 0), entry.get("measure")
    if measure == "C" and entry.get("percent"):
        return _("%(n)s %% of days missed") % {"n": entry["percent"]}
    if measure == "U" and at:
        return ngettext("%(n)s unexcused day", "%(n)s unexcused days", at) % {"n": at}
    if measure == "RUN" and at:
        return ngettext("absent %(n)s day", "absent %(n)s days in a row", at) % {"n": at}
    return key
