"""Whether the help worked: goals met, monitoring, closing as improved, relapse (C7-C9)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from attendance.case import letters
from attendance.case.tier_changes import TierChanges
from attendance.common.states import (
    HELPED,
    STATE,
    WORK,
    Stage,
)
from attendance.models import Arc
from attendance.rules import periods
from casework.engine.forms import ReasonForm
from casework.engine.workflow import SYSTEM, SubjectState, step, unmet

relapse_to = SubjectState.GET_STATE(
    lambda flow: Stage(flow.data.get("stage") or flow.case.stage), states=HELPED
)


def goals_met(flow: Goals) -> object:
    """C7: in the plan's last school days attendance and unexcused days are within the policy's
    goals."""
    found = periods.plan_window(flow)
    return unmet(found.met, found.words)


def no_relapse(flow: Goals) -> object:
    """C8: no relapse up to now."""
    return unmet(not periods.relapsed(flow), _("There is a relapse: absences began again."))


class Goals(TierChanges):
    """From goals that are met to the end of the monitoring or a relapse."""

    @step(
        STATE,
        source=HELPED,
        target=Stage.MONITOR,
        label=_("Goals met: step down and watch"),
        by=(WORK,),
        form=ReasonForm,
        conditions=[goals_met],
        prepare=letters.prepare_step_down,
        does=_("The plan worked. The case closes by itself if there is no relapse."),
        makes=_("A note to the family."),
    )
    def monitor(self) -> None:
        """C7: the policy's goals were met in the plan's window."""
        self._worked()
        self.case.monitor_from = self.effective_on
        for kind in ("NEXT_STEP", "ROOT_CAUSE", "REVIEW_CORRECTION"):
            self.finish_task(kind, gettext_noop("goals met"), cancelled=kind == "ROOT_CAUSE")
        for process in self.running_processes("ARC"):
            if process.state in ("PLAN_ACTIVE", "REVIEWED"):
                self._complete(process)
        self.start_clock("monitor")

    def _complete(self, process: object) -> None:
        """A plan whose goals are met is complete."""

        assert isinstance(process, Arc)
        process.state = "COMPLETED"
        self.end_process(process, gettext_noop("goals met"))

    @step(
        STATE,
        source=Stage.MONITOR,
        target=Stage.CLOSED,
        label=_("Close: improved"),
        by=(SYSTEM,),
        conditions=[no_relapse],
        work=False,
        prepare=letters.prepare_closing,
        makes=_("A letter that thanks the family."),
    )
    def close_improved(self) -> None:
        """C8: so many school days without a relapse. The wait is kept, not cancelled."""
        for clock in self._running("monitor"):
            # the step is taken on the day after
            self.stop_clock("monitor", min(clock.due, self.effective_on))
        self._end_processes("improved")
        self.close_case("IMPROVED")

    @step(
        STATE,
        source=Stage.MONITOR,
        target=relapse_to,
        label=_("Relapse"),
        by=(SYSTEM,),
        work=False,
        tells=_("The social worker."),
    )
    def relapse(self) -> None:
        """C9: unexcused days within few school days, or a higher threshold."""
        self.cancel_clock("monitor", gettext_noop("relapse"))
        self.case.monitor_from = None
        self._raise(Stage(self.data.get("stage") or self.case.stage))
        self.ask_next()
        self.alert("RELAPSE", "owner")
