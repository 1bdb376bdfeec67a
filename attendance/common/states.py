"""What the workflows of attendance share: the stages, who may what, and small things that many
steps do."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.models import AttendanceCase, Disclosure, Mediation
from casework.engine.workflow import SubjectState, Workflow, unmet
from casework.models import Document, Process, Task

RULES = "att-2026"
WORK, SIGN, MAIL, SUPERVISE = "work_cases", "sign_cases", "mail_cases", "supervise_cases"
LOCATE, LEAD, COURT, MEDIATE = "locate_cases", "lead_locates", "court_cases", "mediate_cases"


class Stage(models.TextChoices):
    """Where an attendance case stands."""

    WATCH = "WATCH", _("Watch")
    TIER2 = "TIER2", _("Tier 2")
    TIER3 = "TIER3", _("Tier 3")
    LEGAL_REVIEW = "LEGAL_REVIEW", _("Legal review")
    LEGAL_REFERRED = "LEGAL_REFERRED", _("Referred to DA and DSS")
    MONITOR = "MONITOR", _("Goals met, watched for a relapse")
    TRANSFER_PENDING = "TRANSFER_PENDING", _("Transferred, to be taken over")
    ON_HOLD = "ON_HOLD", _("On hold")
    CLOSED = "CLOSED", _("Closed")


TIERS = [Stage.WATCH, Stage.TIER2, Stage.TIER3]
HELPED = [Stage.TIER2, Stage.TIER3]
WORKING = [*TIERS, Stage.LEGAL_REVIEW, Stage.LEGAL_REFERRED, Stage.MONITOR]
OPEN = [*WORKING, Stage.TRANSFER_PENDING, Stage.ON_HOLD]
STATE = SubjectState(Stage)


class AttendanceFlow(Workflow):
    """Base of the case's workflow and of its processes'."""

    def _worked(self) -> None:
        """A person acted on the case: the machine may no longer lower it."""
        self.case.worked = True

    def _contact(self, on: date) -> None:
        """The family was reached on a day."""
        self.case.last_contact_on = max(filter(None, (self.case.last_contact_on, on)))

    def running_processes(self, kind: str) -> list[Process]:
        """The processes of a kind that are not over."""
        return [
            process
            for process in self.file.processes
            if process.kind == kind and process.closed_on is None
        ]

    def has_task(self, kind: str) -> bool:
        """Whether a task of this kind is open."""
        return any(
            task.kind == kind and task.status == Task.Status.OPEN for task in self.file.tasks
        )

    def disclose_to(
        self, to: str, what: str, basis: str, document: Document | None = None
    ) -> Disclosure:
        """Write down what left the district (C2; 34 CFR 99.32)."""
        row = Disclosure(
            id=uuid4(),
            on=self.effective_on,
            by=self.turn.actor,
            to=to[:200],
            what=what[:300],
            basis=basis[:200],
        )
        row.case_id, row.process_id = self.case.id, self.process.id if self.process else None
        row.document_id = document.id if document else None
        return self.file.add(row)

    def made(self) -> Document | None:
        """The document that was prepared for this step."""
        return next(
            (value for value in self.prepared.values() if isinstance(value, Document)), None
        )

    def decide_next(self) -> None:
        """Something ended and nothing else runs that helps: somebody must say what comes next, so
        that no case waits unseen."""
        self._case_flow().ask_next()

    def step_found(self) -> None:
        """What comes next was decided."""
        self.finish_task("NEXT_STEP", "decided")

    def see_whether_it_works(self) -> None:
        """Something was decided or planned and no process runs that has dates of its own: when the
        window of the goals (C7) is over, somebody must look whether it helped."""
        self.step_found()
        self.ask_next("plan_window")

    def _case_flow(self) -> Any:
        """The case's own workflow at this moment, for deadlines that belong to the case and not to
        a process."""
        flow = self.file.kind.workflow(self.case.rules)(self.file, self.case, self.turn)
        flow.effective_on = self.effective_on
        return flow

    def ask_next(self, clock: str = "next_step") -> None:
        """See `decide_next`; called on the case's flow. `clock` is the deadline that dates the
        task."""
        helps = ("ARC", "MEDIATION", "COURT")
        if (
            self.case.state in HELPED
            and not self.has_task("NEXT_STEP")
            and not any(self.running_processes(kind) for kind in helps)
        ):
            self.open_task("NEXT_STEP", role="SSW", clock=clock)


def none_running(kind: str, words: Any) -> Any:
    """A condition: no process of this kind is running in the case."""

    def condition(flow: AttendanceFlow) -> object:
        return unmet(not flow.running_processes(kind), words)

    return condition


def mediation_failed(case: AttendanceCase, processes: list[Process]) -> bool:
    """Whether a mediation of this case ended without an agreement or with a broken one."""
    return any(
        isinstance(process, Mediation) and process.code in ("NO_AGREEMENT", "BREACHED")
        for process in processes
    )
