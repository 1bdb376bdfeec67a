"""Mark classes as SQL says them: every statement over marks is composed of these names, so that a
class has one number.

Operands (`mark_class = {UNEXCUSED}`) and conditions (`mark_class {ABSENT}`), made from `MarkClass`
alone."""

from __future__ import annotations

from collections.abc import Collection

from attendance.models.marks import MarkClass
from attendance.rules import law


def _span(classes: Collection[MarkClass]) -> str:
    """A condition that holds for exactly these classes, which follow one another without a gap."""
    first, last = min(classes), max(classes)
    assert len(classes) == last - first + 1, "classes with a gap cannot be a span"
    return f"BETWEEN {int(first)} AND {int(last)}"


PRESENT = str(int(MarkClass.PRESENT))
EXCUSED = str(int(MarkClass.EXCUSED))
UNEXCUSED = str(int(MarkClass.UNEXCUSED))
SUSPENSION = str(int(MarkClass.SUSPENSION))
UNKNOWN = str(int(MarkClass.UNKNOWN))
TARDY = str(int(MarkClass.TARDY))
EARLY = str(int(MarkClass.EARLY))

# a whole day missed, whatever the reason (EDFacts FS195)
ABSENT = _span(law.ABSENT)
# a day or a part of it missed: what a trigger of a policy may count
MISSED = _span((*law.ABSENT, MarkClass.TARDY, MarkClass.EARLY))
# missed without an excuse, or not yet explained: the family has said nothing
NOT_EXCUSED = f"IN ({UNEXCUSED}, {UNKNOWN})"
