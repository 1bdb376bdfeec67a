"""What the steps of a Title IX case do: rows in memory, written by the door. No rule stands here: those are `guards` and
`procedure`."""

from . import ends, links, people, records, screening, sending
from .people import GRANTS

__all__ = ["GRANTS", "ends", "links", "people", "records", "screening", "sending"]
