"""What raising a case brings with it, whoever raises it and from where."""

from __future__ import annotations

from functools import partial

from attendance.common import mediator_access
from attendance.common.states import Stage
from attendance.conference.case_steps import ConferenceRequests
from attendance.models import Mediation


class TierChanges(ConferenceRequests):
    """Shared by the steps that raise, reopen or relapse."""

    def _raise(self, stage: Stage) -> None:
        self._reached()
        self.case.stage = stage
        if self.case.owner_id is None and not self.has_task("ASSIGN_SSW"):
            self.open_task("ASSIGN_SSW", role="SUPERVISOR", clock="assign")
        if self.case.plan_from is None and not self.has_task("ROOT_CAUSE"):
            self.open_task("ROOT_CAUSE", role="SSW", clock="root_cause")
        if stage == Stage.TIER3 and not self.running_processes("ARC"):
            self.begin_arc()

    def _reached(self) -> None:
        new = [
            trigger
            for trigger in self.data.get("triggers") or ()
            if trigger not in self.case.triggers
        ]
        self.case.triggers = [*self.case.triggers, *new]

    def _end_processes(self, reason: str) -> None:
        """The case ends, and all that runs in it; an outside mediator's access with it."""
        case_id = self.case.id
        for process in [process for process in self.file.processes if process.closed_on is None]:
            self.end_process(process, reason)
            if isinstance(process, Mediation) and process.mediator_id is not None:
                self.file.later.append(
                    partial(mediator_access.take_back, case_id, process.mediator_id)
                )
