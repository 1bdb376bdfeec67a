"""Rows of delivery: what is to be told to whom by which channel, and how that went."""

from notifications.models.outbox import Attempt, Digest, FamilyMessage, Message, OptOut
from notifications.models.people import Endpoint, FeedToken, Preference

__all__ = [
    "Attempt",
    "Digest",
    "Endpoint",
    "FamilyMessage",
    "FeedToken",
    "Message",
    "OptOut",
    "Preference",
]
