"""The step of the case that begins a notice to the family (domain.md A2.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attendance.common.states import OPEN, STATE, AttendanceFlow
from attendance.rules import clocks
from casework.engine.workflow import SYSTEM, step
from casework.models import Event


class NoticeBeginnings(AttendanceFlow):
    """A notice begins by the nightly run alone."""

    @step(
        STATE, source=OPEN, label=_("Notice begun"), by=(SYSTEM,), event=Event.Kind.FACT, work=False
    )
    def begin_notice(self) -> None:
        """A notice is due for the thresholds in `covers` (one letter for all that one import
        crossed)."""
        fields = {key: value for key, value in self.data.items() if not key.startswith("_")}
        process = self.spawn("NOTICE", **fields)
        if fields.get("breached_on"):
            self.alert("L6_LATE", "supervisor")
        counted = clocks.counted(fields["covers"], fields["count"], self.policy)
        self.turn.data = {"notice": str(process.id), "covers": fields["covers"], **counted}
