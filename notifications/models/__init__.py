"""Rows of delivery: what is to be told to whom by which channel, and how that went."""

from .outbox import Attempt, Digest, Message
from .people import Endpoint, FeedToken, Preference

__all__ = ["Attempt", "Digest", "Endpoint", "FeedToken", "Message", "Preference"]
