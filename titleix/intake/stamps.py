"""What a public form carries besides its fields: when it was opened, and a key that makes
sending it twice harmless."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import uuid4

from django.core import signing

STAMP = "titleix.intake.stamp"


STAMP_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Stamp:
    """When a form was shown, and the key that makes sending it twice one report."""

    key: str
    shown_at: float

    @property
    def age(self) -> float:
        """Seconds since the form was shown."""
        return time.time() - self.shown_at


def new_stamp() -> str:
    """A stamp as it stands in the form: signed, so that neither time nor key can be chosen from
    outside."""
    return signing.dumps({"key": uuid4().hex, "at": time.time()}, salt=STAMP)


def read_stamp(text: str) -> Stamp | None:
    """The stamp of a form that came back; None for one that is not ours or older than a day."""
    try:
        found = signing.loads(text, salt=STAMP, max_age=STAMP_SECONDS)
    except signing.BadSignature:
        return None
    return Stamp(str(found["key"]), float(found["at"]))
