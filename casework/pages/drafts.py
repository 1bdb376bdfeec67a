"""What was typed into the form of a step and left to go on later: a long screening between two
telephone calls. Sealed, read by its author alone and only while they may take the step; gone when
the step is taken, or with the case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import BooleanField, Form

from casework.models import Case, Draft
from district.models import User

HIDDEN = frozenset({"csrfmiddlewaretoken", "revision", "key", "draft"})


@dataclass(frozen=True)
class Place:
    """Whose draft of which step."""

    user: User
    case: Case
    process: UUID | None
    step: str


def of(place: Place) -> Draft | None:
    """The draft that stands there (one statement)."""
    return Draft.objects.filter(
        user=place.user, case=place.case, process=place.process, step=place.step
    ).first()


def keep(place: Place, typed: Mapping[str, Any], now: datetime) -> None:
    """Put what was typed in the place of an earlier draft; nothing of it is checked."""
    fields = json.dumps({name: value for name, value in typed.items() if name not in HIDDEN})
    Draft.objects.update_or_create(
        user=place.user,
        case_id=place.case.pk,
        process=place.process,
        step=place.step,
        defaults={"fields": fields, "kept_at": now},
    )


def forget(place: Place) -> None:
    """The step was taken, or its author threw the draft away."""
    Draft.objects.filter(
        user=place.user, case=place.case.pk, process=place.process, step=place.step
    ).delete()


def initial(draft: Draft, form: type[Form]) -> dict[str, Any]:
    """What the form begins with: as it was typed; a box that was not ticked stays so."""
    boxes = {
        name: False for name, field in form.base_fields.items() if isinstance(field, BooleanField)
    }
    return {**boxes, **json.loads(draft.fields)}
