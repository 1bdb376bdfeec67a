"""The API of one's own inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from district.api_base import Bearer, caller, not_found
from district.models import Scope
from notifications import selectors, texts
from notifications.models import Message

router = Router(tags=["Inbox"], auth=Bearer(Scope.INBOX))


class AlertOut(Schema):
    """An alert: the case's number and what falls due, never a person."""

    id: UUID
    case: str | None
    code: str
    words: str
    due: str | None
    created_at: datetime
    read_at: datetime | None
    snoozed_until: datetime | None


class InboxOut(Schema):
    """A page of alerts, the newest first."""

    items: list[AlertOut]
    next: str = Field(description="give it as `before` for the next page; empty at the end")


@router.get("/inbox", response=InboxOut, summary="My alerts")
def inbox(
    request: HttpRequest,
    show: Literal["unread", "snoozed", "read", "all"] = "unread",
    before: datetime | None = None,
) -> Any:
    """Fifty alerts of the person behind the token."""
    moment = timezone.make_aware(before) if before and timezone.is_naive(before) else before
    rows = selectors.inbox(
        caller(request), "" if show == "unread" else show, moment.isoformat() if moment else ""
    )
    more = rows[selectors.PAGE - 1].created_at.isoformat() if len(rows) > selectors.PAGE else ""
    return {"items": [_alert(row) for row in rows[: selectors.PAGE]], "next": more}


def _alert(row: Message) -> dict[str, Any]:
    alert = row.alert
    return {
        "id": row.pk,
        "case": alert.case.number if alert.case else None,
        "code": alert.code,
        "words": texts.words(alert),
        "due": alert.data.get("due"),
        "created_at": row.created_at,
        "read_at": row.read_at,
        "snoozed_until": row.snoozed_until,
    }


@router.post("/inbox/{pk}/read", response=AlertOut, summary="Mark as read")
def read(request: HttpRequest, pk: UUID) -> Any:
    """Again and again the same: an alert that was read stays read."""
    row = next(iter(selectors.own(caller(request)).filter(pk=pk)), None)
    if row is None:
        raise not_found()
    if row.read_at is None:
        row.read_at = timezone.now()
        row.save(update_fields=["read_at"])
    return _alert(row)
