"""What random people type into the forms of Title IX steps: fitting most of the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms

from casework.engine.available_steps import Choice
from casework.engine.casefile import CaseFile
from casework.engine.services import flow_for
from casework.engine.workflow import Turn
from district.models import User
from tests.titleix.conftest import HARASSMENT, SEXUAL

ROLES = ["investigator", "school_investigator", "decision_maker", "appeal_officer", "facilitator"]
FITTING = dict(
    zip(ROLES, ("investigator", "school", "decider", "officer", "facilitator"), strict=True)
)


def story(
    name: str, on: date, salt: int, file: CaseFile, staff: SimpleNamespace, other: str
) -> dict[str, Any]:
    """A form that is mostly right."""
    iso, parties = on.isoformat(), [str(party.id) for party in file.children["party"]]
    party, role = parties[salt % len(parties)], ROLES[salt % len(ROLES)]
    who = getattr(staff, FITTING[role]) if salt % 4 else staff.second
    found: dict[str, Any] = {
        "on": iso,
        "means": "mail",
        "text": "words",
        "reason": "because",
        "party": party,
        "title": "Messages",
        "relied_on": "on",
        "answer": "accepted",
        "notice_on": (on - timedelta(days=1)).isoformat(),
        "what": ["answered", "waived"][salt % 2],
        "considered": "on",
        "by": "complainant",
        "ground": ["not_harassment", "no_evidence", "withdrawn"][salt % 3],
        "consent_on": iso,
        "both": "on",
        "bases": ["bias"],
        "result": ["upheld", "sent_back"][salt % 2],
        "code": ["offered", "finished"][salt % 2] if name == "questions" else "remedy",
        "duty": "DUTY_POLICE_REPORT",
        "who": "the principal",
        "part": ["witness", "advisor", "parent"][salt % 3],
        "kind": "student",
        "name": "Planted Name",
        "acts_for": party,
        "language": "en",
        "user": str(who.pk),
        "role": role,
        "declared": "on",
        "number": other,
        "duplicate_of": "",
        "same_facts": "on",
        "clock": str(file.running[salt % len(file.running)].id) if file.running else "",
        "days": str(salt % 25 + 1),
        "cause": "law_enforcement",
        "until": (on + timedelta(days=salt % 14 + 1)).isoformat(),
        "day0": (on - timedelta(days=1)).isoformat(),
        "meets_on": (on + timedelta(days=6)).isoformat(),
    }
    found |= {f"notice_{one}": iso for one in parties}
    if name == "screen":
        found |= [
            SEXUAL,
            HARASSMENT,
            SEXUAL | {"identifiable": "", "leads": ""},
            SEXUAL | {"q1": "N"},
            HARASSMENT | {"pervasive": "U"},
        ][salt % 5]
    return found


def typed(
    choice: Choice, file: CaseFile, user: User, on: date, salt: int, wanted: dict[str, Any]
) -> dict[str, Any]:
    """What the form of the step itself asks for: whatever step is added, it is pressed with a form
    that is mostly right."""
    if choice.step.form is None:
        return {}
    flow = flow_for(
        file, None, Turn(user, datetime(on.year, on.month, on.day, 15, tzinfo=UTC), on, {})
    )
    fields = choice.step.form(None, None, flow=flow).fields  # type: ignore[call-arg]
    given = {key: answer(field, wanted.get(key), on, salt) for key, field in fields.items()}
    return {key: value for key, value in given.items() if value is not None}


def answer(field: forms.Field, wanted: Any, on: date, salt: int) -> Any:
    """A value for a field: the one that the story wants where the field takes it, else one of its
    own."""
    if isinstance(field, forms.ChoiceField):
        known = [str(value) for value, _label in field.choices if str(value)]
        picked = (
            str(wanted) if str(wanted) in known else known[salt % len(known)] if known else None
        )
        return [picked] if picked and isinstance(field, forms.MultipleChoiceField) else picked
    if wanted is not None or isinstance(field, forms.FileField):
        return wanted
    if isinstance(field, forms.BooleanField):
        return "on" if field.required or salt % 2 else ""
    if isinstance(field, forms.DateField):
        return on.isoformat() if field.required or salt % 2 else None
    if isinstance(field, forms.IntegerField):
        return str(max(field.min_value or 1, salt % 20))
    return {forms.TimeField: "10:00", forms.EmailField: "office@demo.invalid"}.get(
        type(field), "words" if field.required else None
    )
